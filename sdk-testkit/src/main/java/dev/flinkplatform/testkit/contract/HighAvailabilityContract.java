package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.Capability;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.JobId;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Verb;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import dev.flinkplatform.waiting.WaitOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What a platform does when processes of an application die: with high availability the same job
 * goes on, with supervision the processes come back; nothing is lost, and the same handle goes on.
 */
public abstract class HighAvailabilityContract extends PlatformContract {

  private static final Duration OFTEN = Duration.ofMillis(50);
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(3);

  /** For subclasses. */
  protected HighAvailabilityContract() {}

  @Override
  ApplicationSpec sharedSpec() {
    return highlyAvailable(newSpec("shared"), 1);
  }

  private ApplicationSpec highlyAvailable(ApplicationSpec spec, int standbys) {
    Assumptions.assumeTrue(
        can(Capability.HA_ZOOKEEPER) || can(Capability.HA_KUBERNETES),
        "no high availability is advertised");
    Optional<HighAvailability> ha = fixture().highAvailability(spec.name(), standbys);
    Assumptions.assumeTrue(ha.isPresent(), "the fixture has no high availability");
    works(
        ha.get() instanceof HighAvailability.ZooKeeper
            ? Capability.HA_ZOOKEEPER
            : Capability.HA_KUBERNETES);
    return spec.toBuilder().highAvailability(ha.orElseThrow()).build();
  }

  private void supervised() {
    Assumptions.assumeTrue(fixture().supervision().isOn(), "nothing is started again");
  }

  private static void killed(boolean killed) {
    Assumptions.assumeTrue(killed, "the fixture cannot kill that");
  }

  /** Every state that is seen until Flink has restored the job, and the job runs. */
  private Set<ApplicationState> seenUntilRestored(FlinkApplication app, long atLeast) {
    Set<ApplicationState> seen = ConcurrentHashMap.newKeySet();
    app.await(
        Condition.of(
            "restored from a checkpoint after " + atLeast,
            s -> {
              seen.add(s.state());
              return s.state() == ApplicationState.RUNNING && restoredCheckpoint(s) >= atLeast
                  ? Verdict.met()
                  : Verdict.notYet(s.state() + " " + s.reason());
            }),
        WaitOptions.atMost(timeout()).every(OFTEN));
    return seen;
  }

  private static long restoredCheckpoint(ApplicationStatus status) {
    return status
        .restoredFrom()
        .map(l -> l.substring(l.lastIndexOf('-') + 1))
        .filter(n -> n.matches("\\d+"))
        .map(Long::parseLong)
        .orElse(-1L);
  }

  /** Waits for two more checkpoints, and tells the number of the latest. */
  private long checkpointed(FlinkApplication app) {
    long before = app.status().completedCheckpoints();
    return app.await(Condition.checkpointsCompleted(before + 2), timeout())
        .latestCheckpoint()
        .orElseThrow()
        .id();
  }

  private List<OperationStatus> recoveries(FlinkApplication app) {
    return platform().operations().stream()
        .filter(o -> o.verb() == Verb.RECOVER && o.application().equals(app.name()))
        .toList();
  }

  private OperationStatus recovered(FlinkApplication app, int times) {
    await("recovery " + times + " of " + app.name())
        .atMost(timeout())
        .pollInterval(OFTEN)
        .until(
            () ->
                recoveries(app).size() >= times
                    && recoveries(app).stream().allMatch(o -> o.state().hasEnded()));
    OperationStatus last = recoveries(app).get(0);
    assertThat(last.state()).as(last.toString()).isEqualTo(OperationState.SUCCEEDED);
    return last;
  }

  @Test
  void leader_killedUnderLoad_standbyTakesOverAndNothingIsLost() {
    FlinkApplication app = shared();
    int recoveries = recoveries(app).size();
    long checkpoint = checkpointed(app);
    ApplicationStatus before = app.status();

    killed(fixture().killLeader(app.name()));
    Set<ApplicationState> seen = seenUntilRestored(app, checkpoint);

    assertThat(seen)
        .isSubsetOf(
            ApplicationState.RUNNING, ApplicationState.RECOVERING, ApplicationState.UNKNOWN);
    assertThat(app.status().jobIdHistory()).isEqualTo(before.jobIdHistory());
    assertExactlyOnce(app);
    Savepoint savepoint = app.savepoint().await(timeout());
    assertThat(savepoint.jobId()).isEqualTo(before.jobId().orElseThrow());
    if (fixture().supervision().isOn()) {
      recovered(app, recoveries + 1);
    }
    assertExactlyOnce(app);
  }

  @Test
  void election_killedAndBack_electsALeaderAgain() {
    FlinkApplication app = shared();
    int recoveries = recoveries(app).size();
    long checkpoint = checkpointed(app);

    killed(fixture().killElection());
    assertExactlyOnce(app);
    killed(fixture().killLeader(app.name()));
    Set<ApplicationState> seen = seenUntilRestored(app, checkpoint);

    assertThat(seen).doesNotContain(ApplicationState.FAILED, ApplicationState.ABSENT);
    assertExactlyOnce(app);
    if (fixture().supervision().isOn()) {
      recovered(app, recoveries + 1);
    }
  }

  @Test
  void taskManager_killed_isStartedAgain() {
    supervised();
    FlinkApplication app = shared();
    int recoveries = recoveries(app).size();
    long checkpoint = checkpointed(app);
    JobId run = app.status().jobId().orElseThrow();

    killed(fixture().killTaskManager(app.name()));
    seenUntilRestored(app, checkpoint);

    recovered(app, recoveries + 1);
    assertThat(app.status().jobId()).contains(run);
    assertThat(app.status().slotsTotal()).isEqualTo(1);
    assertExactlyOnce(app);
  }

  @Test
  void highlyAvailable_everyVerb_keepsStateAndLeavesNoPointers() {
    requires(Capability.SUSPEND, Capability.RESCALE, Capability.UPGRADE);
    FlinkApplication app = deploy(highlyAvailable(newSpec("verbs"), 0));
    assertThat(fixture().highAvailabilityData(app.name())).isNotEmpty();

    app.rescale(2, RescaleOptions.defaults(), within(timeout())).await(timeout());
    assertExactlyOnce(app);
    app.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
    app.resume(StateRestore.latest(), within(timeout())).await(timeout());
    assertExactlyOnce(app);
    ApplicationSpec next = withArgs(app.spec(), args -> args.keys(9));
    app.upgrade(next, StateRestore.latest(), within(timeout())).await(timeout());
    assertExactlyOnce(app);

    DeleteResult deleted = app.delete(StateRetention.KEEP).await(timeout());

    assertThat(deleted.kept()).isNotEmpty();
    assertThat(fixture().highAvailabilityData(app.name())).isEmpty();
  }

  @Test
  void job_finishedBeforeTheLeaderDied_isNotRunAgain() {
    ApplicationSpec spec = highlyAvailable(newSpec("finite", args -> args.finite(100)), 1);
    FlinkApplication app = deploy(spec);
    app.await(Condition.finished(), timeout());
    String run = app.status().jobId().orElseThrow().hex();
    // Until Flink has written that it ended, a job is restored from its last checkpoint.
    await("the end of " + run + " to be written down")
        .atMost(timeout())
        .until(
            () ->
                fixture().highAvailabilityData(spec.name()).stream()
                    .anyMatch(d -> d.endsWith(run + ".json")));
    Ledger before = ledger(spec.name());

    killed(fixture().killLeader(app.name()));
    await("another JobManager to lead")
        .atMost(timeout())
        .pollInterval(OFTEN)
        .until(() -> app.status().state() != ApplicationState.FINISHED);
    app.await(Condition.inState(ApplicationState.FINISHED), timeout());

    Ledger after = ledger(spec.name());
    assertThat(after.isExactlyOnce()).as(after.toString()).isTrue();
    assertThat(after.starts()).isEqualTo(before.starts());
  }

  @Test
  void job_finishedBeforeItsOnlyJobManagerDied_isNotRestored() {
    supervised();
    FlinkApplication app = deploy(newSpec("ended", args -> args.finite(100)));
    app.await(Condition.finished(), timeout());
    Ledger before = ledger(app.name());

    JobId run = app.status().jobId().orElseThrow();
    // Until Flink has written that it ended, a job is restored from its last checkpoint.
    await("the end of " + run + " to be written down")
        .atMost(timeout())
        .until(() -> fixture().isEndKnown(app.name(), run));

    killed(fixture().killLeader(app.name()));

    // Long enough for several looks and the first pause.
    await("a restart").during(LONG_ENOUGH).atMost(timeout()).until(() -> recoveries(app).isEmpty());
    assertThat(app.status().state()).isEqualTo(ApplicationState.FINISHED);
    assertThat(ledger(app.name()).starts()).isEqualTo(before.starts());
  }

  @Test
  void session_leaderKilledAndSuspended_itsJobsGoOn() {
    requires(Capability.SESSION, Capability.SUSPEND);
    ApplicationSpec base = highlyAvailable(newSpec("session"), 1);
    SessionClusterSpec.Builder spec =
        SessionClusterSpec.builder(base.name())
            .flinkVersion(base.flinkVersion())
            .highAvailability(base.highAvailability())
            .taskManager(base.taskManager().toBuilder().replicas(1).build())
            .checkpointing(base.checkpointing())
            .flinkConfig(base.flinkConfig());
    base.jobManager().ifPresent(spec::jobManager);
    SessionCluster session =
        platform().deploySession(spec.build(), within(timeout())).await(timeout());
    FlinkJob job = session.submit("load", base.job()).await(timeout());
    JobId run = job.status().jobId().orElseThrow();
    job.await(Condition.checkpointsCompleted(2), timeout());

    killed(fixture().killLeader(session.name()));
    job.await(restoredOnce(), timeout());
    assertExactlyOnce(base.name());
    job.await(Condition.checkpointsCompleted(1), timeout());

    session.suspend(within(timeout())).await(timeout());
    assertThat(fixture().highAvailabilityData(base.name())).isNotEmpty();
    session.resume(within(timeout())).await(timeout());
    job.await(Condition.running(), timeout());

    assertExactlyOnce(base.name());
    assertThat(job.status().jobId()).contains(run);
    job.cancel(StateRetention.PURGE, within(timeout())).await(timeout());
    session.delete(StateRetention.PURGE, within(timeout())).await(timeout());
    assertThat(fixture().highAvailabilityData(base.name())).isEmpty();
  }

  private static Condition<ApplicationStatus> restoredOnce() {
    return Condition.of(
        "restored",
        s ->
            s.state() == ApplicationState.RUNNING && s.restoredFrom().isPresent()
                ? Verdict.met()
                : Verdict.notYet(s.state() + " " + s.reason()));
  }

  @Override
  final void deleteSessions() {
    for (SessionCluster session : platform().sessions()) {
      session.status().activeOperation().ifPresent(id -> ended(platform().operation(id)));
      for (FlinkJob job : session.jobs()) {
        job.status().activeOperation().ifPresent(id -> ended(platform().operation(id)));
        job.cancel(StateRetention.PURGE, within(timeout())).await(timeout());
      }
      session.delete(StateRetention.PURGE, within(timeout())).await(timeout());
    }
  }

  @Test
  void jobManager_killedWithoutHighAvailability_isRestoredUntilItIsACrashLoop() {
    supervised();
    FlinkApplication app = deploy(newSpec("plain"));
    long checkpoint = checkpointed(app);
    JobId before = app.status().jobId().orElseThrow();

    killed(fixture().killLeader(app.name()));
    Set<ApplicationState> seen = seenUntilRestored(app, checkpoint);

    assertThat(seen).doesNotContain(ApplicationState.FAILED, ApplicationState.ABSENT);
    OperationStatus recovery = recovered(app, 1);
    assertThat(recovery.details()).containsKey("restoredFrom");
    assertThat(app.status().jobId()).isPresent().get().isNotEqualTo(before);
    assertExactlyOnce(app);

    int limit = fixture().supervision().limit();
    for (int kills = 2; kills <= limit; kills++) {
      killed(fixture().killTaskManager(app.name()));
      recovered(app, kills);
    }
    killed(fixture().killTaskManager(app.name()));
    ApplicationStatus status =
        app.await(
            Condition.of(
                "a crash loop",
                s ->
                    s.reason().contains("crash loop")
                        ? Verdict.met()
                        : Verdict.notYet(s.state() + " " + s.reason())),
            timeout());
    assertThat(status.reason())
        .contains(limit + " restarts", fixture().supervision().window().toString(), "TaskManager");
    assertThat(recoveries(app)).hasSize(limit);

    app.restart().await(timeout());

    assertThat(app.status().reason()).isEmpty();
    assertExactlyOnce(app);
  }
}
