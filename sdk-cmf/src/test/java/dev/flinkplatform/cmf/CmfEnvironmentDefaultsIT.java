package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Plan;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.testkit.Ledger;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values of an environment win over those of its applications, on real Flink. */
class CmfEnvironmentDefaultsIT {

  @Test
  void plan_defaultOfTheEnvironmentWins_isToldAndNothingIsToBeDone() throws IOException {
    try (CmfFixture fixture = CmfFixture.plain();
        FlinkPlatform platform = fixture.connect()) {
      defaults(platform, "pipeline.name", "theirs");
      ApplicationSpec spec =
          fixture.baseSpec("defaults").putFlinkConfig("pipeline.name", "mine").build();

      FlinkApplication app = platform.deploy(spec).await(fixture.timeout());
      Plan plan = platform.plan(spec);

      assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
      assertThat(plan.kind()).isEqualTo(Plan.Kind.NOTHING);
      assertThat(plan.reasons())
          .singleElement()
          .satisfies(
              reason ->
                  assertThat(reason).contains("pipeline.name", "theirs", "mine", "environment"));
      app.delete(StateRetention.PURGE).await(fixture.timeout());
      assertThat(Ledger.read(fixture.ledger("defaults")).lost()).isZero();
      assertThat(fixture.leftovers("defaults")).isEmpty();
    }
  }

  @Test
  void verbs_directoryOfTheEnvironment_keepStateWhereItIsTheSameAndAreRefusedWhereItIsNot()
      throws IOException {
    try (CmfFixture fixture = CmfFixture.plain();
        FlinkPlatform platform = fixture.connect()) {
      String ours = fixture.stopDirectory("same").orElseThrow();
      defaults(platform, "state.savepoints.dir", ours + "/");
      ApplicationSpec spec = fixture.baseSpec("same").build();

      FlinkApplication app = platform.deploy(spec).await(fixture.timeout());
      Savepoint stopped = app.suspend().await(fixture.timeout());
      app.resume(StateRestore.latest()).await(fixture.timeout());

      assertThat(stopped.location()).startsWith(ours.replaceFirst("^file:/+", "file:/"));
      defaults(platform, "execution.checkpointing.dir", "file:///elsewhere");
      InvalidSpecException e =
          catchThrowableOfType(
              InvalidSpecException.class,
              () ->
                  app.upgrade(
                      spec.toBuilder().putFlinkConfig("pipeline.name", "v2").build(),
                      StateRestore.latest()));
      assertThat(e).isNotNull();
      assertThat(e).hasMessageContaining("file:///elsewhere").hasMessageContaining("/checkpoints");
      assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
      assertThatExceptionOfType(InvalidSpecException.class)
          .isThrownBy(app::restart)
          .withMessageContaining("file:///elsewhere");
      assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
      defaults(platform, "execution.checkpointing.savepoint-dir", ours);
      app.restart().await(fixture.timeout());
      assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);

      app.delete(StateRetention.PURGE).await(fixture.timeout());
      assertThat(Ledger.read(fixture.ledger("same")).lost()).isZero();
      assertThat(fixture.stateLeft("same")).isEmpty();
      assertThat(fixture.leftovers("same")).isEmpty();
    }
  }

  private static void defaults(FlinkPlatform platform, String key, String value) {
    CmfAccess access = platform.extension(CmfAccess.class).orElseThrow();
    CmfEnvironment unused =
        access
            .client()
            .environments()
            .upsert(
                access.client().environments().get(access.environment()).toBuilder()
                    .flinkApplicationDefaults(Map.of("flinkConfiguration", Map.of(key, value)))
                    .build());
  }
}
