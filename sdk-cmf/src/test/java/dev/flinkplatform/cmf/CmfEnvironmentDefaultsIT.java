package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Plan;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.testkit.Ledger;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values of an environment win over those of its applications: a plan says so, on real Flink. */
class CmfEnvironmentDefaultsIT {

  @Test
  void plan_defaultOfTheEnvironmentWins_isToldAndNothingIsToBeDone() throws IOException {
    try (CmfFixture fixture = CmfFixture.plain();
        FlinkPlatform platform = fixture.connect()) {
      CmfAccess access = platform.extension(CmfAccess.class).orElseThrow();
      CmfEnvironment unused =
          access
              .client()
              .environments()
              .upsert(
                  access.client().environments().get(access.environment()).toBuilder()
                      .flinkApplicationDefaults(
                          Map.of("flinkConfiguration", Map.of("pipeline.name", "theirs")))
                      .build());
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
}
