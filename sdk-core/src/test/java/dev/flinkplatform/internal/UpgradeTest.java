package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SAVEPOINTS;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Snapshot;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.status.ApplicationState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class UpgradeTest {

  private static BackendFault outOfReach() {
    return BackendFault.permanent(
        Failure.of(Failure.Kind.STATE_UNREADABLE, "its files are out of reach"), null);
  }

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  private static Start secondVersionFails(Launch launch) {
    return launch.spec().job().jars().get(0).contains("-2.")
        ? Start.jobFails("java.lang.IllegalStateException: v2 is broken")
        : Start.runs(0);
  }

  @Test
  void upgrade_jobRuns_goesOnFromASavepoint() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    Launch first = world.running(APP).orElseThrow();

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    Launch second = world.running(APP).orElseThrow();
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.jobId()).isNotEqualTo(first.jobId());
    assertThat(second.restoreFrom()).hasValueSatisfying(s -> assertThat(s).startsWith(SAVEPOINTS));
    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(app.spec()).isEqualTo(spec("2").build());
    assertThat(app.status().generation()).isEqualTo(2);
    assertThat(app.status().jobIdHistory()).containsExactly(first.jobId(), second.jobId());
    assertThat(app.savepoints()).hasSize(1);
    assertThat(world.count("stopWithSavepoint")).isEqualTo(1);
  }

  @Test
  void upgrade_newVersionFails_rollsBackFromTheSameSavepoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts = UpgradeTest::secondVersionFails;

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.rolledBack()).isTrue();
    assertThat(status.state()).isEqualTo(OperationState.FAILED);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(status.failure().orElseThrow().message()).contains("v2 is broken");
    assertThat(app.spec()).isEqualTo(spec("1").build());
    assertThat(app.status().generation()).isEqualTo(1);
    List<Launch> launches = world.launches();
    assertThat(launches).hasSize(3);
    assertThat(launches.get(2).spec()).isEqualTo(spec("1").build());
    assertThat(launches.get(2).restoreFrom()).isEqualTo(launches.get(1).restoreFrom()).isPresent();
    assertThat(launches.get(2).allowNonRestoredState()).isFalse();
    assertThat(status.details())
        .containsEntry("rolledBackTo", launches.get(1).restoreFrom().orElseThrow());
    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(world.count("stopWithSavepoint")).isEqualTo(1);
  }

  @Test
  void upgrade_newVersionHangs_rollsBackAtTheDeadline() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts =
        l -> l.spec().job().jars().get(0).contains("-2.") ? Start.hangs() : Start.runs(0);

    OperationStatus status =
        failure(
            app.upgrade(
                spec("2").build(),
                StateRestore.latest(),
                OperationOptions.within(Duration.ofSeconds(1))));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
    assertThat(status.rolledBack()).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_rollBackFailsToo_tellsBothCausesAndWhereTheStateIs() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts =
        launch ->
            launch.spec().job().jars().get(0).contains("-2.")
                ? Start.jobFails("v2 is broken")
                : Start.jobFails("v1 is broken now");

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    String savepoint = app.savepoints().get(0).location();
    assertThat(status.rolledBack()).isFalse();
    assertThat(status.failure().orElseThrow().message())
        .contains("v2 is broken")
        .contains("v1 is broken now")
        .contains("the state is safe in " + savepoint);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.FAILED);
    assertThat(world.states()).containsEntry(savepoint, 100L);
  }

  @Test
  void upgrade_rollBackFailed_resumeStillFindsTheState() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts = launch -> Start.jobFails("broken");
    failure(app.upgrade(spec("2").build(), StateRestore.latest()));
    world.starts = launch -> Start.runs(0);

    app.resume(StateRestore.latest()).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(app.spec()).isEqualTo(spec("1").build());
  }

  @Test
  void upgrade_rollBackLosesItsPort_launchesTheSameAgain() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts =
        launch ->
            launch.spec().job().jars().get(0).contains("-2.")
                ? Start.jobFails("v2 is broken")
                : launch.attempt() < 3
                    ? Start.clusterFails(Failure.of(Failure.Kind.PORT_TAKEN, "port 8081"), true)
                    : Start.runs(0);

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.rolledBack()).isTrue();
    List<Launch> undo = world.launches().subList(2, world.launches().size());
    assertThat(undo).extracting(Launch::attempt).containsExactly(1, 2, 3);
    assertThat(undo).extracting(Launch::id).containsOnly(undo.get(0).id());
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_rollBackAlwaysLosesItsPort_givesUpAfterFourAttempts() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts =
        launch ->
            launch.spec().job().jars().get(0).contains("-2.")
                ? Start.jobFails("v2 is broken")
                : Start.clusterFails(Failure.of(Failure.Kind.PORT_TAKEN, "port 8081"), true);

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.rolledBack()).isFalse();
    assertThat(status.failure().orElseThrow().message())
        .contains("port 8081")
        .contains("v2 is broken");
    assertThat(world.launches()).hasSize(2 + 4);
  }

  @Test
  void upgrade_jobFailed_goesOnFromItsLatestCheckpoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    String checkpoint = world.checkpoint(APP, Instant.EPOCH);
    world.work(APP, 50);
    world.failJob(APP, "boom");

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.running(APP).orElseThrow().restoreFrom()).contains(checkpoint);
    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(world.count("stopWithSavepoint")).isZero();
  }

  @Test
  void upgrade_jobManagerDied_goesOnFromItsLatestCheckpoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    String checkpoint = world.checkpoint(APP, Instant.EPOCH);
    world.killJobManager(APP);

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.running(APP).orElseThrow().restoreFrom()).contains(checkpoint);
  }

  @Test
  void upgrade_jobFailedAfterASavepoint_takesTheNewerOfSavepointAndCheckpoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.checkpoint(APP, Instant.EPOCH);
    world.work(APP, 1);
    Savepoint savepoint = app.savepoint().await(SOON);
    world.failJob(APP, "boom");

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.running(APP).orElseThrow().restoreFrom()).contains(savepoint.location());
    assertThat(world.progress(APP)).isEqualTo(101);
  }

  @Test
  void upgrade_jobFailedAndCheckpointIsNewer_takesTheCheckpoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.savepoint().await(SOON);
    world.work(APP, 1);
    String checkpoint = world.checkpoint(APP, Instant.parse("2999-01-01T00:00:00Z"));
    world.failJob(APP, "boom");

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.running(APP).orElseThrow().restoreFrom()).contains(checkpoint);
    assertThat(world.progress(APP)).isEqualTo(101);
  }

  @Test
  void upgrade_jobFailedAndHasNoState_isRejectedAndHaltsNothing() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.failJob(APP, "boom");

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.state()).isEqualTo(OperationState.REJECTED);
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.NO_STATE);
    assertThat(status.failure().orElseThrow().message()).contains("StateRestore.fresh()");
    assertThat(world.count("halt")).isZero();
    assertThat(world.launches()).hasSize(1);
  }

  @Test
  void upgrade_fresh_startsWithoutStateAndKeepsASavepoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    app.upgrade(spec("2").build(), StateRestore.fresh()).await(SOON);

    assertThat(world.progress(APP)).isZero();
    assertThat(world.states().values()).contains(100L);
  }

  @Test
  void upgrade_freshFails_rollsBackToTheStateThatWas() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts = UpgradeTest::secondVersionFails;

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.fresh()));

    assertThat(status.rolledBack()).isTrue();
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_fromAClaimedSavepointFails_rollBackClaimsNothing() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.putState("s3://b/sp", 7);
    world.starts = UpgradeTest::secondVersionFails;

    failure(
        app.upgrade(
            spec("2").build(), StateRestore.from("s3://b/sp").claim(StateRestore.ClaimMode.CLAIM)));

    assertThat(world.launches().get(1).claimMode()).isEqualTo(StateRestore.ClaimMode.CLAIM);
    assertThat(world.launches().get(2).claimMode()).isEqualTo(StateRestore.ClaimMode.NO_CLAIM);
  }

  @Test
  void upgrade_stopReplyLost_makesNoSecondSavepoint() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.loseReply("stopWithSavepoint");

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.states()).hasSize(1);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_stopResultForgotten_isFoundByItsDirectory() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.COMPLETES_AND_IS_FORGOTTEN);

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.states()).hasSize(1);
    assertThat(world.count("stopWithSavepoint")).isEqualTo(1);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_stopResultForgottenAndNoFilesSeen_isFoundInFlinksHistory() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.seesFiles = false;
    world.snapshots.add(Snapshot.COMPLETES_AND_IS_FORGOTTEN);

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.count("stopWithSavepoint")).isEqualTo(1);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_stopNeverArrived_isAskedAgain() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.IS_LOST);

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.count("stopWithSavepoint")).isEqualTo(2);
    assertThat(world.states()).hasSize(1);
  }

  @Test
  void upgrade_stopCameTooEarly_isAskedAgain() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.COMES_TOO_EARLY);

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.states()).hasSize(1);
  }

  @Test
  void upgrade_stopSavepointFails_jobGoesOn() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.FAILS);

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.SNAPSHOT_FAILED);
    assertThat(status.failure().orElseThrow().message()).contains("disk full");
    assertThat(status.applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.count("halt")).isZero();
  }

  @Test
  void upgrade_jobManagerDiesWhileStopping_takesTheLatestState() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.checkpoint(APP, Instant.EPOCH);
    world.before("stopWithSavepoint", () -> world.killJobManager(APP));

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void upgrade_nobodyKnowsTheLatestState_doesNotStartWithoutIt() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    String checkpoint = world.checkpoint(APP, Instant.EPOCH);
    world.before("stopWithSavepoint", () -> world.killJobManager(APP));
    world.pass("latestCheckpoint", 1);
    world.fail("latestCheckpoint", 1, outOfReach());

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.STATE_UNREADABLE);
    assertThat(world.running(APP)).isEmpty();
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
    assertThat(app.status().reason()).contains("out of reach");
    assertThatThrownBy(() -> app.resume(StateRestore.latest()))
        .isInstanceOf(BackendRejectedException.class)
        .hasMessageContaining("out of reach");

    app.resume(StateRestore.from(checkpoint)).await(SOON);

    assertThat(world.running(APP).orElseThrow().restoreFrom()).contains(checkpoint);
    app.suspend().await(SOON);
    app.resume(StateRestore.latest()).await(SOON);
  }

  @Test
  void upgrade_fromALocationAndNobodyKnowsTheLatest_goesOn() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    String checkpoint = world.checkpoint(APP, Instant.EPOCH);
    world.failJob(APP, "boom");
    world.fail("latestCheckpoint", 1, outOfReach());

    app.upgrade(spec("2").build(), StateRestore.from(checkpoint)).await(SOON);

    assertThat(world.running(APP).orElseThrow().restoreFrom()).contains(checkpoint);
  }

  @Test
  void upgrade_stopAnswerNeverReadable_isFailedNotRejected() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.fail("savepoint", 1, BackendFault.permanent(Failure.of(Failure.Kind.OTHER, "403"), null));

    OperationStatus status = failure(app.upgrade(spec("2").build(), StateRestore.latest()));

    assertThat(status.state()).isEqualTo(OperationState.FAILED);
  }

  @Test
  void upgrade_otherName_isRefused() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    ApplicationSpec other =
        ApplicationSpec.builder("others")
            .job(JobSpec.jar("/jobs/x.jar").build())
            .savepointDirectory(SAVEPOINTS)
            .build();

    assertThatThrownBy(() -> app.upgrade(other, StateRestore.latest()))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e -> assertThat(e.violations()).extracting(Violation::path).containsExactly("name"));
  }

  @Test
  void upgrade_noSavepointDirectory_isRefusedBeforeSideEffects() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app =
        platform
            .deploy(ApplicationSpec.builder(APP).job(JobSpec.jar("/jobs/x.jar").build()).build())
            .await(SOON);
    List<String> before = world.mutations();

    assertThatThrownBy(() -> app.restart())
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e ->
                assertThat(e.violations())
                    .extracting(Violation::path)
                    .containsExactly("savepointDirectory"));
    assertThat(world.mutations()).isEqualTo(before);
  }

  @Test
  void restart_jobRuns_goesOnWithTheSameSpecAndState() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Launch first = world.running(APP).orElseThrow();

    app.restart().await(SOON);

    assertThat(world.running(APP).orElseThrow().id()).isNotEqualTo(first.id());
    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(app.spec()).isEqualTo(spec("1").build());
    assertThat(app.status().generation()).isEqualTo(1);
  }

  @Test
  void restart_whatItNeedsIsGone_isRefusedBeforeTheStop() {
    FlinkApplication app = fixture.deployed(fixture.connect("first"));
    String run = app.status().jobId().orElseThrow().hex();
    fixture.world.specViolations = List.of(new Violation("job.jars", "is gone"));

    assertThatThrownBy(() -> app.restart())
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("job.jars");

    assertThat(app.status().jobId().orElseThrow().hex()).isEqualTo(run);
  }

  @Test
  void restart_failedJobWithCheckpoint_runsAgain() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.checkpoint(APP, Instant.EPOCH);
    world.failJob(APP, "boom");

    app.restart().await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void restart_newRunFails_rollBackIsTriedAndTold() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts = launch -> Start.jobFails("still broken");

    OperationStatus status = failure(app.restart());

    assertThat(status.rolledBack()).isFalse();
    assertThat(status.failure().orElseThrow().message()).contains("the state is safe in");
  }
}
