package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.BurstResult;
import dev.flinkplatform.Capability;
import dev.flinkplatform.Capacity;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.RescaleResult.Mechanism;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.diagnosis.Finding;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.waiting.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a session cluster and the jobs in it must do. */
public abstract class SessionContract extends PlatformContract {

  private @Nullable String session;
  private boolean last;

  /** For subclasses. */
  protected SessionContract() {}

  // ---- a cluster that the tests share ----

  /** A session cluster of one TaskManager with one slot, without jobs. */
  private SessionCluster session() {
    requires(Capability.SESSION);
    if (session == null) {
      SessionClusterSpec spec = newSessionSpec();
      SessionCluster cluster = platform().deploySession(spec, within(timeout())).await(timeout());
      session = spec.name();
      return cluster;
    }
    return platform().session(session);
  }

  private SessionClusterSpec newSessionSpec() {
    String name = newName("session");
    ApplicationSpec base = fixture().baseSpec(name).build();
    SessionClusterSpec.Builder b =
        SessionClusterSpec.builder(name)
            .flinkVersion(base.flinkVersion())
            .taskManager(base.taskManager().toBuilder().replicas(1).build())
            .checkpointing(base.checkpointing())
            .flinkConfig(base.flinkConfig())
            .environment(base.environment())
            .secretEnvironment(base.secretEnvironment())
            .putLabel("suite", "session");
    base.jobManager().ifPresent(b::jobManager);
    return b.build();
  }

  @Override
  final boolean isKept(String name) {
    return !last && name.equals(session);
  }

  @Override
  final void deleteSessions() {
    for (SessionCluster cluster : platform().sessions()) {
      cluster.status().activeOperation().ifPresent(id -> ended(platform().operation(id)));
      for (FlinkJob job : cluster.jobs()) {
        job.status().activeOperation().ifPresent(id -> ended(platform().operation(id)));
        job.cancel(StateRetention.PURGE, within(timeout())).await(timeout());
      }
      boolean healthy = cluster.status().state() == ApplicationState.RUNNING;
      if (healthy && !last && cluster.name().equals(session)) {
        if (cluster.capacity().taskManagers() != 1) {
          cluster.scaleTaskManagers(1, within(timeout())).await(timeout());
        }
      } else {
        cluster.delete(StateRetention.PURGE, within(timeout())).await(timeout());
        session = cluster.name().equals(session) ? null : session;
      }
    }
  }

  @Override
  final void beforeTheEnd() {
    last = true;
  }

  private JobSpec job(String name) {
    return job(name, args -> args);
  }

  private JobSpec job(String name, UnaryOperator<SelfCheckingJob.Args> knobs) {
    ApplicationSpec base = fixture().baseSpec(name).build();
    return withArgs(base, fixture().ledger(name), knobs).job();
  }

  private FlinkJob submit(SessionCluster cluster, String name, int parallelism) {
    return submit(cluster, name, job(name), parallelism, StateRestore.fresh()).await(timeout());
  }

  private Operation<FlinkJob> submit(
      SessionCluster cluster, String name, JobSpec job, int parallelism, StateRestore restore) {
    return cluster.submit(
        name, job, SubmitOptions.parallelism(parallelism), restore, within(timeout()));
  }

  /** Flink takes a slot back a moment after its job has ended. */
  private void awaitCapacity(SessionCluster cluster, Capacity wanted) {
    until("capacity is " + wanted, cluster::capacity, wanted::equals);
  }

  private static String key(SessionCluster cluster, String job) {
    return cluster.name() + "/" + job;
  }

  // ---- the cluster ----

  @Test
  void deploySession_running_isListedWithItsCapacity() {
    SessionCluster cluster = session();

    assertThat(cluster.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(cluster.status().jobId()).isEmpty();
    assertThat(cluster.status().slotsTotal()).isEqualTo(1);
    awaitCapacity(cluster, new Capacity(1, 1, 1, 1));
    assertThat(cluster.spec().name()).isEqualTo(cluster.name());
    assertThat(cluster.jobs()).isEmpty();
    assertThat(platform().sessions()).contains(cluster);
    assertThat(platform().applications()).noneMatch(a -> a.name().equals(cluster.name()));
    try (FlinkPlatform other = another()) {
      assertThat(other.session(cluster.name()).spec()).isEqualTo(cluster.spec());
    }
    thrown(
        ApplicationNotFoundException.class,
        cluster.name(),
        () -> platform().application(cluster.name()));
    thrown(
        ApplicationExistsException.class,
        cluster.name(),
        () -> platform().deploySession(cluster.spec()));
    thrown(
        ApplicationExistsException.class,
        cluster.name(),
        () -> platform().deploy(fixture().baseSpec(cluster.name()).build()));
    thrown(ApplicationNotFoundException.class, "nowhere", () -> platform().session("nowhere"));
  }

  @Test
  void scaleTaskManagers_upAndDown_slotsFollow() {
    SessionCluster cluster = session();

    cluster.scaleTaskManagers(2, within(timeout())).await(timeout());

    awaitCapacity(cluster, new Capacity(2, 2, 2, 2));
    assertThat(cluster.spec().taskManager().replicas()).contains(2);

    cluster.scaleTaskManagers(1, within(timeout())).await(timeout());

    awaitCapacity(cluster, new Capacity(1, 1, 1, 1));
    assertThat(cluster.spec().taskManager().replicas()).contains(1);
    for (int count : List.of(0, -1, Integer.MAX_VALUE)) {
      InvalidSpecException e =
          thrown(
              InvalidSpecException.class,
              cluster.name(),
              () -> cluster.scaleTaskManagers(count, within(timeout())));
      assertThat(e.violations()).singleElement().matches(v -> v.path().equals("taskManagers"));
    }
  }

  @Test
  void deploySession_badSpecification_isRefusedWithEverything() {
    requires(Capability.SESSION);
    String name = newName("bad");
    SessionClusterSpec spec =
        SessionClusterSpec.builder(name)
            .flinkVersion(unavailableVersion())
            .jobManager(Resources.of(1, "1m"))
            .image("acme/flink:1")
            .build();

    InvalidSpecException e =
        thrown(InvalidSpecException.class, name, () -> platform().deploySession(spec));

    assertThat(e.violations()).isEqualTo(platform().validate(spec));
    assertThat(e.violations()).extracting(Violation::path).contains("flinkVersion");
    assertThat(platform().sessions()).noneMatch(s -> s.name().equals(name));
    assertNothingLeft(name);
  }

  // ---- jobs ----

  @Test
  void job_savepointStopResumeCancel_keepsItsStateAndItsHandle() {
    SessionCluster cluster = session();
    String name = newName("counting");

    FlinkJob job = submit(cluster, name, 1);

    assertThat(job.name()).isEqualTo(name);
    assertThat(job.session()).isEqualTo(cluster.name());
    assertThat(cluster.jobs()).containsExactly(job);
    assertThat(cluster.capacity().slotsFree()).isZero();
    ApplicationStatus first = job.status();
    assertThat(first.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(first.parallelism()).isEqualTo(1);
    assertThat(job.exceptions()).isEmpty();
    job.await(Condition.checkpointsCompleted(1), timeout());
    assertThat(job.metrics(List.of("numberOfCompletedCheckpoints")))
        .containsKey("numberOfCompletedCheckpoints");
    thrown(
        ApplicationExistsException.class,
        key(cluster, name),
        () -> submit(cluster, name, job(name), 1, StateRestore.fresh()));
    thrown(
        ConflictException.class,
        cluster.name(),
        () -> cluster.delete(StateRetention.KEEP, within(timeout())));
    thrown(ConflictException.class, cluster.name(), () -> cluster.suspend(within(timeout())));

    Savepoint savepoint =
        job.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    assertThat(job.savepoints()).extracting(Savepoint::location).contains(savepoint.location());
    assertThat(job.checkpoint(within(timeout())).await(timeout()).id()).isPositive();
    assertExactlyOnce(name);

    Savepoint last = job.stop(SavepointOptions.defaults(), within(timeout())).await(timeout());

    assertThat(job.status().state()).isEqualTo(ApplicationState.SUSPENDED);
    assertThat(cluster.status().state()).isEqualTo(ApplicationState.RUNNING);
    awaitCapacity(cluster, new Capacity(1, 1, 1, 1));
    thrown(
        ApplicationExistsException.class,
        key(cluster, name),
        () -> submit(cluster, name, job(name), 1, StateRestore.fresh()));

    job.resume(StateRestore.latest(), within(timeout())).await(timeout());

    ApplicationStatus second = job.status();
    assertThat(second.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(second.jobId()).isNotEqualTo(first.jobId());
    assertThat(second.restoredFrom().orElse("")).contains(tail(last.location()));
    assertThat(second.jobIdHistory()).containsExactly(first.jobId().get(), second.jobId().get());
    assertExactlyOnce(name);

    job.dispose(savepoint, within(timeout())).await(timeout());
    assertThat(job.savepoints())
        .extracting(Savepoint::location)
        .doesNotContain(savepoint.location());
    job.await(Condition.checkpointsCompleted(1), timeout());
    job.cancel(StateRetention.KEEP, within(timeout())).await(timeout());

    assertThat(job.status().state()).isEqualTo(ApplicationState.ABSENT);
    assertThat(cluster.jobs()).isEmpty();
    thrown(ApplicationNotFoundException.class, key(cluster, name), () -> cluster.job(name));
    FlinkJob again = submit(cluster, name, job(name), 1, StateRestore.latest()).await(timeout());
    assertThat(again.status().restoredFrom()).isPresent();
    assertExactlyOnce(name);
  }

  private static String tail(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }

  @Test
  void jobs_two_doNotWaitForEachOther() {
    SessionCluster cluster = session();
    cluster.scaleTaskManagers(2, within(timeout())).await(timeout());
    String one = newName("one");
    String two = newName("two");

    Operation<FlinkJob> first = submit(cluster, one, job(one), 1, StateRestore.fresh());
    Operation<FlinkJob> second = submit(cluster, two, job(two), 1, StateRestore.fresh());

    FlinkJob a = first.await(timeout());
    FlinkJob b = second.await(timeout());
    assertThat(cluster.jobs()).containsExactly(a, b);
    assertThat(platform().operation(first.id()).await(timeout())).isEqualTo(a);
    JobId before = a.status().jobId().orElseThrow();

    // The default scheduler: through a savepoint, and under a new id.
    b.cancel().await(timeout());
    RescaleResult wide =
        a.rescale(2, RescaleOptions.defaults(), within(timeout())).await(timeout());

    assertThat(wide).isEqualTo(new RescaleResult(1, 2, Mechanism.SAVEPOINT));
    assertThat(a.status().parallelism()).isEqualTo(2);
    assertThat(a.status().jobId()).isNotEqualTo(Optional.of(before));
    assertExactlyOnce(one);

    // No slot is left for it.
    Operation<FlinkJob> waiting =
        cluster.submit(
            two,
            job(two),
            SubmitOptions.defaults(),
            StateRestore.fresh(),
            OperationOptions.within(Duration.ofSeconds(10)));
    until(
        "the diagnosis says so",
        () -> cluster.job(two).diagnose(),
        d -> d.finding(Finding.Code.NO_FREE_SLOTS).isPresent());
    assertThat(cluster.diagnose().findings()).isEmpty();
    assertThat(a.diagnose().findings()).isEmpty();
    OperationStatus none = failed(waiting, OperationState.FAILED);
    assertThat(none.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
    assertThat(none.rolledBack()).isTrue();
    assertThat(cluster.jobs()).containsExactly(a);
    assertExactlyOnce(one);
  }

  @Test
  void submit_badJob_isTypedAndLeavesNothing() {
    SessionCluster cluster = session();
    String name = newName("bad");
    JobSpec good = job(name);

    InvalidSpecException e =
        thrown(
            InvalidSpecException.class,
            key(cluster, name),
            () ->
                cluster.submit(
                    name,
                    good.toBuilder().entryClass("no.such.Class").build(),
                    SubmitOptions.defaults()
                        .withFlinkConfig("heartbeat.timeout", "1 s")
                        .withFlinkConfig("web.upload.dir", "/tmp"),
                    StateRestore.latest(),
                    within(timeout())));
    assertThat(e.violations())
        .extracting(Violation::path)
        .contains(
            "job.entryClass",
            "flinkConfig[heartbeat.timeout]",
            "flinkConfig[web.upload.dir]",
            "restore");
    InvalidSpecException wrong =
        thrown(
            InvalidSpecException.class,
            cluster.name() + "/No Name",
            () -> submit(cluster, "No Name", good, 0, StateRestore.fresh()));
    assertThat(wrong.violations()).extracting(Violation::path).contains("name", "parallelism");
    assertThat(cluster.jobs()).isEmpty();

    OperationStatus thrown =
        failed(
            submit(
                cluster,
                name,
                job(name, args -> args.mainThrows("no luck today")),
                1,
                StateRestore.fresh()),
            OperationState.FAILED);
    assertThat(thrown.failure().orElseThrow().toString()).contains("no luck today");
    assertThat(cluster.jobs()).isEmpty();

    // The name is free, and the cluster as good as before.
    submit(cluster, name, 1);
    assertExactlyOnce(name);
  }

  // ---- bursts ----

  @Test
  void burst_jobFinishesOrFails_clusterHasItsOldSize() {
    SessionCluster cluster = session();
    String name = newName("nightly");

    BurstResult result =
        cluster
            .burst(
                name,
                job(name, args -> args.finite(300)),
                SubmitOptions.parallelism(2),
                2,
                within(timeout()))
            .await(timeout());

    assertThat(result.taskManagersBefore()).isEqualTo(1);
    assertThat(result.taskManagersDuring()).isEqualTo(2);
    assertThat(cluster.job(name).status().state()).isEqualTo(ApplicationState.FINISHED);
    assertThat(cluster.job(name).status().jobId()).contains(result.jobId());
    awaitCapacity(cluster, new Capacity(1, 1, 1, 1));
    assertThat(cluster.spec().taskManager().replicas()).contains(1);
    assertThat(ledger(name).isExactlyOnce()).isTrue();

    OperationStatus failed =
        failed(
            cluster.burst(
                name,
                job(name, args -> args.crashAlwaysOnOpen()),
                SubmitOptions.parallelism(2).withFlinkConfig("restart-strategy.type", "none"),
                2,
                within(timeout())),
            OperationState.FAILED);

    assertThat(failed.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.JOB_FAILED);
    awaitCapacity(cluster, new Capacity(1, 1, 1, 1));
  }
}
