package dev.flinkplatform.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.BurstResult;
import dev.flinkplatform.Capacity;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.calls.CallFaults;
import dev.flinkplatform.waiting.Condition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One verb of a session cluster, or of a job in it, under one schedule of faults. A job that has
 * nothing to do with it runs beside, and must not notice.
 */
final class SessionRun extends FaultyRun {

  /** A verb, and what it is asked for. */
  enum Scenario {
    SESSION_DEPLOY,
    SCALE_UP,
    SCALE_DOWN,
    SESSION_SUSPEND,
    SESSION_RESUME,
    SESSION_DELETE_KEEP,
    SESSION_DELETE_PURGE,
    SUBMIT,
    SUBMIT_BAD,
    SUBMIT_LATEST,
    JOB_STOP,
    JOB_RESUME,
    JOB_CANCEL,
    BURST,
    BURST_BAD;

    boolean deletes() {
      return this == SESSION_DELETE_KEEP || this == SESSION_DELETE_PURGE;
    }

    boolean isOfJob() {
      return compareTo(SUBMIT) >= 0;
    }

    boolean isBad() {
      return this == SUBMIT_BAD || this == BURST_BAD;
    }
  }

  private static final String SESSION = "shared";
  private static final String JOB = "counting";
  private static final String NEIGHBOUR = "steady";
  private static final int SIZE = 2;

  private final Scenario scenario;
  private final Path ledgers;
  private @Nullable JobId neighbour;

  SessionRun(Scenario scenario, long seed, CallFaults schedule, Path ledgers) {
    super(seed, schedule);
    this.scenario = scenario;
    this.ledgers = ledgers;
  }

  @Override
  void run() {
    if (scenario != Scenario.SESSION_DEPLOY) {
      prepare();
    }
    OperationStatus ended = underFaults();

    check(ended);
    goesOn();
  }

  private void prepare() {
    SessionCluster cluster = calm.deploySession(spec(), within()).await(DEADLINE);
    if (!scenario.deletes()) {
      FlinkJob beside = submit(cluster, NEIGHBOUR, StateRestore.fresh());
      neighbour = beside.status().jobId().orElseThrow();
    }
    boolean hasJob =
        switch (scenario) {
          case SESSION_DELETE_KEEP, SESSION_DELETE_PURGE -> true;
          case SUBMIT_LATEST, JOB_STOP, JOB_RESUME, JOB_CANCEL -> true;
          default -> false;
        };
    if (hasJob) {
      FlinkJob job = submit(cluster, JOB, StateRestore.fresh());
      place.advance(Duration.ofMillis(3_300));
      switch (scenario) {
        case SUBMIT_LATEST -> job.cancel(StateRetention.KEEP, within()).await(DEADLINE);
        case JOB_STOP, JOB_CANCEL -> {}
        default -> job.stop(SavepointOptions.defaults(), within()).await(DEADLINE);
      }
    }
    place.advance(Duration.ofMillis(3_300));
    if (scenario == Scenario.SESSION_RESUME) {
      cluster.suspend(within()).await(DEADLINE);
    }
  }

  private SessionClusterSpec spec() {
    SessionClusterSpec.Builder b =
        SessionClusterSpec.builder(SESSION)
            .flinkVersion("2.3")
            .taskManager(TaskManagerSpec.builder().slots(1).replicas(SIZE).build())
            .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build());
    if (scenario == Scenario.SESSION_SUSPEND || scenario == Scenario.SESSION_RESUME) {
      b.highAvailability(HighAvailability.zooKeeper("zk:2181", "memory://ha"));
    }
    return b.build();
  }

  private JobSpec job(String name) {
    UnaryOperator<SelfCheckingJob.Args> knobs =
        switch (scenario) {
          case SUBMIT_BAD -> args -> args.mainThrows("bad");
          case SUBMIT_LATEST -> SelfCheckingJob.Args::failUnlessRestored;
          case BURST -> args -> args.finite(300);
          case BURST_BAD -> SelfCheckingJob.Args::crashAlwaysOnOpen;
          default -> args -> args;
        };
    return job(name, name.equals(JOB) ? knobs : args -> args);
  }

  private JobSpec job(String name, UnaryOperator<SelfCheckingJob.Args> knobs) {
    return JobSpec.jar("/jobs/checking.jar")
        .entryClass(SelfCheckingJob.entryClass())
        .args(knobs.apply(SelfCheckingJob.args().ledger(ledgers.resolve(name))).toList())
        .build();
  }

  private FlinkJob submit(SessionCluster cluster, String name, StateRestore restore) {
    return cluster
        .submit(name, job(name, args -> args), SubmitOptions.defaults(), restore, within())
        .await(LONG);
  }

  private static OperationOptions within() {
    return OperationOptions.within(DEADLINE);
  }

  @Override
  Operation<?> ask(FlinkPlatform platform) {
    OperationOptions once =
        OperationOptions.builder().deadline(DEADLINE).idempotencyKey("once").build();
    if (scenario == Scenario.SESSION_DEPLOY) {
      return platform.deploySession(spec(), once);
    }
    SessionCluster cluster = platform.session(SESSION);
    return switch (scenario) {
      case SCALE_UP, SCALE_DOWN -> cluster.scaleTaskManagers(wanted(), once);
      case SESSION_SUSPEND -> cluster.suspend(once);
      case SESSION_RESUME -> cluster.resume(once);
      case SESSION_DELETE_KEEP -> cluster.delete(StateRetention.KEEP, once);
      case SESSION_DELETE_PURGE -> cluster.delete(StateRetention.PURGE, once);
      case SUBMIT, SUBMIT_BAD ->
          cluster.submit(JOB, job(JOB), SubmitOptions.defaults(), StateRestore.fresh(), once);
      case SUBMIT_LATEST ->
          cluster.submit(JOB, job(JOB), SubmitOptions.defaults(), StateRestore.latest(), once);
      case JOB_STOP -> cluster.job(JOB).stop(SavepointOptions.defaults(), once);
      case JOB_RESUME -> cluster.job(JOB).resume(StateRestore.latest(), once);
      case JOB_CANCEL -> cluster.job(JOB).cancel(StateRetention.KEEP, once);
      case BURST, BURST_BAD ->
          cluster.burst(
              JOB,
              job(JOB),
              SubmitOptions.parallelism(2).withFlinkConfig("restart-strategy.type", "none"),
              SIZE + 1,
              once);
      default -> throw new IllegalStateException("not here: " + scenario);
    };
  }

  /** How many TaskManagers there are after success. */
  private int wanted() {
    return switch (scenario) {
      case SCALE_UP -> SIZE + 2;
      case SCALE_DOWN -> SIZE - 1;
      default -> SIZE;
    };
  }

  @Override
  void assertResult(Object result) {
    if (result instanceof BurstResult burst) {
      assertThat(burst.taskManagersBefore()).isEqualTo(SIZE);
      assertThat(burst.taskManagersDuring()).isEqualTo(SIZE + 1);
      assertThat(calm.session(SESSION).job(JOB).status().jobId()).contains(burst.jobId());
    } else if (result instanceof DeleteResult deleted && scenario.deletes()) {
      assertThat(deleted.kept().isEmpty()).isEqualTo(scenario == Scenario.SESSION_DELETE_PURGE);
    }
  }

  private void check(OperationStatus ended) {
    boolean success = ended.state() == OperationState.SUCCEEDED;
    if (scenario.isBad()) {
      assertThat(success).as("%s", ended).isFalse();
    }
    boolean gone = scenario.deletes() ? success : scenario == Scenario.SESSION_DEPLOY && !success;
    if (gone) {
      assertThat(calm.sessions()).isEmpty();
      assertThat(place.running(SESSION)).isEmpty();
      if (scenario == Scenario.SESSION_DELETE_PURGE) {
        assertThat(place.states(World.STORAGE + SESSION)).isEmpty();
      }
      return;
    }
    SessionCluster cluster = calm.session(SESSION);
    if (scenario == Scenario.SESSION_SUSPEND && success) {
      assertThat(cluster.status().state()).isEqualTo(ApplicationState.SUSPENDED);
      assertThat(place.running(SESSION)).isEmpty();
      return;
    }
    if (!success && (scenario == Scenario.SESSION_SUSPEND || scenario == Scenario.SESSION_RESUME)) {
      return; // goesOn says whether it can be mended
    }
    assertThat(cluster.status().state()).isEqualTo(ApplicationState.RUNNING);
    int size = success ? wanted() : SIZE;
    Capacity capacity = cluster.capacity();
    assertThat(
            List.of(capacity.taskManagers(), capacity.taskManagersWanted(), capacity.slotsTotal()))
        .as("%s", ended)
        .containsOnly(size);
    assertThat(cluster.spec().taskManager().replicas()).contains(size);
    if (scenario.isOfJob()) {
      checkJob(cluster, ended, success);
    }
  }

  private void checkJob(SessionCluster cluster, OperationStatus ended, boolean success) {
    Optional<FlinkJob> job = cluster.jobs().stream().filter(j -> j.name().equals(JOB)).findFirst();
    ApplicationState state = job.map(j -> j.status().state()).orElse(ApplicationState.ABSENT);
    if (success) {
      assertThat(state)
          .isEqualTo(
              switch (scenario) {
                case JOB_STOP -> ApplicationState.SUSPENDED;
                case JOB_CANCEL -> ApplicationState.ABSENT;
                case BURST -> ApplicationState.FINISHED;
                default -> ApplicationState.RUNNING;
              });
    } else {
      assertThat(ended.failure()).isPresent();
      if (scenario.isBad()) {
        assertThat(ended.failure().orElseThrow().kind())
            .as("%s", ended)
            .isIn(Failure.Kind.JOB_FAILED, Failure.Kind.DEADLINE_PASSED);
      }
      if (scenario == Scenario.SUBMIT || scenario == Scenario.SUBMIT_BAD) {
        assertThat(job).as("%s", ended).isEmpty();
      }
    }
    boolean runs = state == ApplicationState.RUNNING;
    assertThat(cluster.capacity().slotsFree()).as("%s", ended).isEqualTo(runs ? 0 : 1);
    if (scenario == Scenario.SUBMIT || scenario == Scenario.BURST) {
      // One run, whatever became of the requests.
      job.ifPresent(j -> assertThat(j.status().jobIdHistory()).hasSizeLessThanOrEqualTo(1));
    }
    if (scenario == Scenario.BURST && success) {
      assertThat(Ledger.read(ledgers.resolve(JOB)).isExactlyOnce()).isTrue();
    }
  }

  /** Whatever happened: the cluster takes jobs, with the state that they had. */
  private void goesOn() {
    SessionCluster cluster;
    if (calm.sessions().isEmpty()) {
      cluster = calm.deploySession(spec(), within()).await(LONG);
    } else {
      cluster = calm.session(SESSION);
      if (cluster.status().state() != ApplicationState.RUNNING) {
        cluster.resume(within()).await(LONG);
      }
    }
    if (neighbour != null) {
      FlinkJob beside = cluster.job(NEIGHBOUR);
      beside.await(Condition.running(), DEADLINE);
      assertThat(beside.status().jobId()).contains(neighbour);
      boolean restarts =
          scenario == Scenario.SESSION_SUSPEND || scenario == Scenario.SESSION_RESUME;
      assertThat(beside.exceptions()).isEmpty();
      assertThat(Ledger.read(ledgers.resolve(NEIGHBOUR)).starts()).hasSize(restarts ? 2 : 1);
      assertAlive(NEIGHBOUR);
    }
    switch (scenario) {
      case SUBMIT_BAD, BURST_BAD, BURST, SESSION_DELETE_PURGE -> {
        cluster.scaleTaskManagers(SIZE + 1, within()).await(LONG);
        submit(cluster, "another", StateRestore.fresh());
        assertAlive("another");
      }
      case SUBMIT, SUBMIT_LATEST, JOB_STOP, JOB_RESUME, JOB_CANCEL, SESSION_DELETE_KEEP -> {
        Optional<FlinkJob> job =
            cluster.jobs().stream().filter(j -> j.name().equals(JOB)).findFirst();
        if (job.isEmpty()) {
          boolean fresh = scenario == Scenario.SUBMIT;
          submit(cluster, JOB, fresh ? StateRestore.fresh() : StateRestore.latest());
        } else if (job.get().status().state() == ApplicationState.SUSPENDED) {
          job.get().resume(StateRestore.latest(), within()).await(LONG);
        }
        assertAlive(JOB);
      }
      default -> {}
    }
  }

  private void assertAlive(String job) {
    Path ledger = ledgers.resolve(job);
    long before = Ledger.read(ledger).committed();
    place.advance(Duration.ofSeconds(5));
    Ledger after = Ledger.read(ledger);
    assertThat(after.committed()).as("it goes on, %s", after).isGreaterThan(before);
    assertThat(after.isExactlyOnce()).as("%s", after).isTrue();
  }
}
