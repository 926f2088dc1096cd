package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.LabelSelector;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Plan;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.JobState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ApplyTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  @Test
  void apply_absent_creates() {
    FlinkPlatform platform = fixture.connect("a");
    assertThat(platform.plan(spec("1").build()).kind()).isEqualTo(Plan.Kind.CREATE);

    FlinkApplication app = platform.apply(spec("1").build()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void apply_same_doesNothing() {
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);
    assertThat(platform.plan(spec("1").build()).kind()).isEqualTo(Plan.Kind.NOTHING);

    Operation<FlinkApplication> operation = platform.apply(spec("1").build());
    operation.await(SOON);

    assertThat(operation.status().details()).containsEntry("plan", "NOTHING");
    assertThat(operation.status().applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.launches()).hasSize(1);
    assertThat(world.count("halt")).isZero();
  }

  @Test
  void apply_suspendedWhoseStopIsKnown_startsItAgain() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    JobId stopped = app.status().jobId().orElseThrow();
    app.suspend().await(SOON);
    world.ended.put(stopped, JobState.FINISHED); // as Flink says of a job that was stopped
    assertThat(platform.plan(spec("1").build()).kind()).isEqualTo(Plan.Kind.RESTART_WITH_STATE);

    platform.apply(spec("1").build()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void apply_parallelismOfAnAdaptiveJob_isChangedInPlace() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    ApplicationSpec wider = spec("1").parallelism(4).build();
    assertThat(platform.plan(wider).kind()).isEqualTo(Plan.Kind.IN_PLACE);

    platform.apply(wider).await(SOON);

    assertThat(app.spec()).isEqualTo(wider);
    assertThat(world.launches()).hasSize(1);
    assertThat(world.parallelism(APP)).containsExactly(4, 4, 1);
  }

  @Test
  void apply_parallelismOfAnotherJob_restartsWithState() {
    world.adaptive = false;
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);
    ApplicationSpec wider = spec("1").parallelism(4).build();
    assertThat(platform.plan(wider).kind()).isEqualTo(Plan.Kind.RESTART_WITH_STATE);

    platform.apply(wider).await(SOON);

    assertThat(world.launches()).hasSize(2);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void apply_labels_changesNothingThatRuns() {
    world.adaptive = false;
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);

    platform.apply(spec("1").putLabel("team", "etl").build()).await(SOON);

    assertThat(world.launches()).hasSize(1);
    assertThat(platform.applications(LabelSelector.parse("team=etl"))).containsExactly(app);
    assertThat(platform.applications(LabelSelector.parse("team!=etl"))).isEmpty();
  }

  @Test
  void apply_otherJar_restartsWithState() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);

    platform.apply(spec("2").build()).await(SOON);

    assertThat(app.spec()).isEqualTo(spec("2").build());
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void apply_newVersionFails_rollsBack() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    world.starts = l -> l.spec().equals(spec("2").build()) ? Start.jobFails("boom") : Start.runs(0);

    OperationStatus status = failure(platform.apply(spec("2").build()));

    assertThat(status.rolledBack()).isTrue();
    assertThat(app.spec()).isEqualTo(spec("1").build());
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void apply_missingTaskManager_isBroughtBack() {
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);
    world.loseTaskManager(APP);
    Plan plan = platform.plan(spec("1").build());
    assertThat(plan.kind()).isEqualTo(Plan.Kind.IN_PLACE);
    assertThat(plan.reasons()).contains("1 of 2 TaskManagers run");

    platform.apply(spec("1").build()).await(SOON);

    assertThat(world.taskManagers(APP)).isEqualTo(2);
    assertThat(world.launches()).hasSize(1);
  }

  @Test
  void apply_suspended_startsItAgainWithItsState() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    app.suspend().await(SOON);

    platform.apply(spec("1").build()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void apply_createFails_leavesNothing() {
    world.starts = launch -> Start.jobFails("boom");
    FlinkPlatform platform = fixture.connect("a");

    OperationStatus status = failure(platform.apply(spec("1").build()));

    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    assertThat(world.running(APP)).isEmpty();
  }

  @Test
  void plan_secretsChange_showsNone() {
    FlinkPlatform platform = fixture.connect("a");
    platform
        .deploy(
            spec("1")
                .putEnvironment("DB", "hunter2")
                .putFlinkConfig("s3.secret-key", "hunter2")
                .build())
        .await(SOON);

    Plan plan =
        platform.plan(
            spec("1")
                .putEnvironment("DB", "swordfish")
                .putFlinkConfig("s3.secret-key", "swordfish")
                .build());

    assertThat(plan.changes())
        .extracting(Plan.Change::path)
        .containsExactly("environment.DB", "flinkConfig.s3.secret-key");
    assertThat(plan.toString()).doesNotContain("hunter2").doesNotContain("swordfish");
  }

  @Test
  void plan_violations_isRefused() {
    world.specViolations = List.of(new Violation("image", "is not here"));

    Plan plan = fixture.connect("a").plan(spec("1").build());

    assertThat(plan.kind()).isEqualTo(Plan.Kind.REFUSED);
    assertThat(plan.reasons()).containsExactly("image: is not here");
  }

  @Test
  void plan_existingApplication_changesNothing() {
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);
    List<String> before = world.mutations();

    platform.plan(spec("2").build());
    platform.validate(spec("2").build());
    platform.render(spec("2").build());

    assertThat(world.mutations()).isEqualTo(before);
  }
}
