package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Snapshot;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.status.ApplicationState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SuspendResumeTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  @Test
  void suspend_jobRuns_stopsWithASavepointAndLeavesNothingRunning() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.haltLooks = 1;

    Savepoint savepoint = app.suspend().await(SOON);

    assertThat(world.running(APP)).isEmpty();
    assertThat(world.states()).containsEntry(savepoint.location(), 100L);
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
    assertThat(app.status().reason()).contains(savepoint.location());
    assertThat(app.savepoints()).containsExactly(savepoint);
  }

  @Test
  void resume_latest_goesOnFromTheSavepoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint savepoint = app.suspend().await(SOON);

    app.resume(StateRestore.latest()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(app.status().restoredFrom()).contains(savepoint.location());
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void resume_fresh_startsWithoutState() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.suspend().await(SOON);

    app.resume(StateRestore.fresh()).await(SOON);

    assertThat(world.progress(APP)).isZero();
  }

  @Test
  void resume_fromAnOlderSavepoint_startsFromThat() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint old = app.savepoint().await(SOON);
    world.work(APP, 50);
    app.suspend().await(SOON);

    app.resume(StateRestore.from(old)).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void resume_latestIsMissing_isRefusedAndChangesNothing() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint savepoint = app.suspend().await(SOON);
    world.removeState(savepoint.location());
    List<String> before = world.mutations();

    assertThatThrownBy(() -> app.resume(StateRestore.latest()))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e -> assertThat(e.violations()).extracting(Violation::path).containsExactly("restore"))
        .hasMessageContaining(savepoint.location());
    assertThat(world.mutations()).isEqualTo(before);
  }

  @Test
  void resume_whatItNeedsIsGone_isRefusedWithAllThatIsWrong() {
    FlinkApplication app = fixture.deployed(fixture.connect("first"));
    app.suspend().await(SOON);
    fixture.world.specViolations = List.of(new Violation("job.jars", "is gone"));

    assertThatThrownBy(() -> app.resume(StateRestore.from("file:/nowhere")))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("job.jars")
        .hasMessageContaining("nowhere");

    assertThat(fixture.world.launches()).hasSize(1);
  }

  @Test
  void resume_running_isAConflict() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    assertThatThrownBy(() -> app.resume(StateRestore.latest()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("RUNNING");
  }

  @Test
  void resume_startFails_staysSuspendedWithItsState() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint savepoint = app.suspend().await(SOON);
    world.starts = launch -> Start.jobFails("boom");

    OperationStatus status = failure(app.resume(StateRestore.latest()));

    assertThat(status.applicationState()).isEqualTo(ApplicationState.SUSPENDED);
    assertThat(status.rolledBack()).isFalse();
    assertThat(app.status().reason()).contains(savepoint.location());
    assertThat(world.running(APP)).isEmpty();
  }

  @Test
  void resume_failedJobWithoutState_isRefused() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.failJob(APP, "boom");

    assertThatThrownBy(() -> app.resume(StateRestore.latest()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("no completed checkpoint or savepoint");
    assertThat(world.count("halt")).isZero();
  }

  @Test
  void resume_failedJobFresh_replacesTheDeadCluster() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.killJobManager(APP);

    app.resume(StateRestore.fresh()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void suspend_jobFailed_isRejectedAndHaltsNothing() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.failJob(APP, "boom");

    OperationStatus status = failure(app.suspend());

    assertThat(status.state()).isEqualTo(OperationState.REJECTED);
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.WRONG_STATE);
    assertThat(world.count("halt")).isZero();
  }

  @Test
  void suspend_twice_secondIsRejected() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.suspend().await(SOON);

    assertThat(failure(app.suspend()).state()).isEqualTo(OperationState.REJECTED);
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
  }

  @Test
  void suspend_jobDiesAfterTheStopWasAsked_takesTheLatestState() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    String checkpoint = world.checkpoint(APP, Instant.EPOCH);
    world.snapshots.add(Snapshot.IS_LOST);
    world.before("savepoint", () -> world.failJob(APP, "boom"));

    Savepoint savepoint = app.suspend().await(SOON);

    assertThat(savepoint.location()).isEqualTo(checkpoint);
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
    app.resume(StateRestore.latest()).await(SOON);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void suspend_savepointSlow_waitsForIt() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshotLooks = 3;

    app.suspend().await(SOON);

    assertThat(world.states()).hasSize(1);
    assertThat(world.count("stopWithSavepoint")).isEqualTo(1);
  }

  @Test
  void upgrade_suspended_startsTheNewVersionFromTheState() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.suspend().await(SOON);

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_suspendedAndNewVersionFails_staysSuspended() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint savepoint = app.suspend().await(SOON);
    world.starts = launch -> Start.jobFails("boom");

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.applicationState()).isEqualTo(ApplicationState.SUSPENDED);
    assertThat(app.spec()).isEqualTo(spec("1").build());
    assertThat(app.status().reason()).contains(savepoint.location());
  }
}
