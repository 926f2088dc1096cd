package dev.flinkplatform.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.calls.CallFaults;
import dev.flinkplatform.testkit.calls.FaultyBackend;
import dev.flinkplatform.waiting.Condition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every verb while calls of the backend fail, lose their reply, are delayed or made twice, and now
 * and then the process is killed: no false success, never two clusters or savepoints, nothing lost,
 * and an end.
 *
 * <p>{@code -Dflinkplatform.faults.schedules=500} runs more than the 50 schedules of each verb,
 * {@code -Dflinkplatform.faults.seed=N} one of them again.
 */
class CallFaultsTest {

  private static final String APP = "orders";
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final Duration LONG = Duration.ofHours(2);
  private static final int MOST_TRIES = 200;

  @TempDir private @Nullable Path ledgers;

  /** A verb, and what it is asked for. */
  enum Scenario {
    DEPLOY,
    DEPLOY_BAD,
    APPLY_NEW,
    APPLY_CHANGED,
    APPLY_LOST_TASK_MANAGER,
    SAVEPOINT,
    CHECKPOINT,
    DISPOSE,
    RESCALE,
    RESCALE_IN_PLACE,
    RESCALE_IN_PLACE_DOWN,
    UPGRADE,
    UPGRADE_BAD,
    UPGRADE_STATE_DOES_NOT_FIT,
    SUSPEND,
    RESUME,
    RESTART,
    DELETE_KEEP,
    DELETE_PURGE;

    boolean isNew() {
      return this == DEPLOY || this == DEPLOY_BAD || this == APPLY_NEW;
    }

    boolean isBad() {
      return this == DEPLOY_BAD || this == UPGRADE_BAD || this == UPGRADE_STATE_DOES_NOT_FIT;
    }

    boolean deletes() {
      return this == DELETE_KEEP || this == DELETE_PURGE;
    }

    boolean isInPlace() {
      return this == RESCALE_IN_PLACE || this == RESCALE_IN_PLACE_DOWN;
    }
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void verb_underFaults_keepsItsPromises(Scenario scenario) {
    @Nullable Long only = Long.getLong("flinkplatform.faults.seed");
    long count = Long.getLong("flinkplatform.faults.schedules", 50);
    LongStream seeds = only == null ? LongStream.rangeClosed(1, count) : LongStream.of(only);
    seeds.forEach(
        seed -> {
          CallFaults schedule = CallFaults.of(seed * 1000 + scenario.name().length());
          Run run = new Run(scenario, seed, schedule);
          try {
            run.run();
          } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                scenario
                    + " failed; again with -Dflinkplatform.faults.seed="
                    + seed
                    + "\n"
                    + schedule
                    + "\n"
                    + run.killed
                    + "\n"
                    + run.journal(),
                e);
          }
        });
  }

  private Path ledger(Scenario scenario, long seed) {
    if (ledgers == null) {
      throw new IllegalStateException("no directory");
    }
    return ledgers.resolve(scenario + "-" + seed);
  }

  /** One verb under one schedule. */
  private final class Run {

    private final Scenario scenario;
    private final CallFaults schedule;
    private final InMemoryPlatform place;
    private final FlinkPlatform calm;
    private final Path ledger;
    private final Random random;
    private @Nullable FlinkPlatform faulty;
    private @Nullable Savepoint savepoint;

    /** Before which step its process is killed; 0: before none. */
    private int kill;

    private boolean wasKilled;

    String killed = "its process was not killed";

    Run(Scenario scenario, long seed, CallFaults schedule) {
      this.scenario = scenario;
      this.schedule = schedule;
      this.place = InMemoryPlatform.builder().seed(seed).build();
      this.calm = place.connect();
      this.ledger = ledger(scenario, seed);
      this.random = new Random(seed);
      this.kill = seed % 3 == 0 ? 1 + random.nextInt(12) : 0;
    }

    String journal() {
      StringBuilder text = new StringBuilder("operations:");
      for (OperationStatus o : calm.operations()) {
        text.append("\n").append(o);
        o.progress().forEach(p -> text.append("\n    ").append(p));
      }
      return text.toString();
    }

    void run() {
      ApplicationSpec spec = spec(args -> args);
      if (!scenario.isNew()) {
        prepare(spec);
      }
      faulty = connect();
      OperationStatus ended = end(accepted());

      check(spec, ended);
      goesOn(spec);
      assertThat(place.violations()).isEmpty();
    }

    private FlinkPlatform connect() {
      StepListener steps =
          (operation, verb, step, moment) -> {
            if (kill > 0 && --kill == 0 && faulty != null) {
              wasKilled = true;
              killed = "its process was killed " + moment + " " + step;
              place.kill(faulty);
            }
          };
      return place.connect(
          backend -> FaultyBackend.around(backend, schedule, place.timing()), steps);
    }

    private void prepare(ApplicationSpec spec) {
      FlinkApplication app = calm.deploy(spec).await(DEADLINE);
      place.advance(Duration.ofMillis(3_300));
      switch (scenario) {
        case DISPOSE -> {
          savepoint = app.savepoint().await(DEADLINE);
          app.await(Condition.checkpointsCompleted(6), DEADLINE);
        }
        case RESUME -> savepoint = app.suspend().await(DEADLINE);
        case APPLY_LOST_TASK_MANAGER -> assertThat(place.killTaskManager(APP)).isTrue();
        default -> {}
      }
    }

    private ApplicationSpec spec(UnaryOperator<SelfCheckingJob.Args> knobs) {
      ApplicationSpec.Builder b =
          ApplicationSpec.builder(APP)
              .flinkVersion("2.3")
              .job(
                  JobSpec.jar("/jobs/checking.jar")
                      .entryClass(SelfCheckingJob.entryClass())
                      .args(knobs.apply(SelfCheckingJob.args().ledger(ledger)).toList())
                      .build())
              .parallelism(scenario == Scenario.RESCALE_IN_PLACE_DOWN ? 3 : 2)
              .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build());
      if (scenario.isInPlace()) {
        b.putFlinkConfig("jobmanager.scheduler", "adaptive");
      }
      return b.build();
    }

    /** What is asked for: the specification that must hold after success. */
    private ApplicationSpec wanted(ApplicationSpec spec) {
      return switch (scenario) {
        case DEPLOY_BAD, UPGRADE_BAD -> spec(args -> args.mainThrows("bad"));
        case UPGRADE_STATE_DOES_NOT_FIT -> spec(args -> args.uidSuffix("v2"));
        case UPGRADE, APPLY_CHANGED -> spec(args -> args.rate(300).failUnlessRestored());
        case RESCALE -> spec.toBuilder().parallelism(3).build();
        case RESCALE_IN_PLACE -> spec.toBuilder().parallelism(4).build();
        case RESCALE_IN_PLACE_DOWN -> spec.toBuilder().parallelism(1).build();
        default -> spec;
      };
    }

    private Operation<?> ask(FlinkPlatform platform) {
      OperationOptions options =
          OperationOptions.builder().deadline(DEADLINE).idempotencyKey("once").build();
      ApplicationSpec spec = spec(args -> args);
      ApplicationSpec wanted = wanted(spec);
      if (scenario.isNew()) {
        return scenario == Scenario.APPLY_NEW
            ? platform.apply(wanted, options)
            : platform.deploy(wanted, StateRestore.fresh(), options);
      }
      FlinkApplication app = platform.application(APP);
      return switch (scenario) {
        case APPLY_CHANGED, APPLY_LOST_TASK_MANAGER -> platform.apply(wanted, options);
        case SAVEPOINT -> app.savepoint(SavepointOptions.defaults(), options);
        case CHECKPOINT -> app.checkpoint(options);
        case DISPOSE -> app.dispose(requireSavepoint(), options);
        case RESCALE, RESCALE_IN_PLACE, RESCALE_IN_PLACE_DOWN ->
            app.rescale(
                wanted.parallelism(),
                scenario.isInPlace() ? RescaleOptions.inPlaceOnly() : RescaleOptions.defaults(),
                options);
        case UPGRADE, UPGRADE_BAD, UPGRADE_STATE_DOES_NOT_FIT ->
            app.upgrade(wanted, StateRestore.latest(), options);
        case SUSPEND -> app.suspend(SavepointOptions.defaults(), options);
        case RESUME -> app.resume(StateRestore.latest(), options);
        case RESTART -> app.restart(options);
        case DELETE_KEEP -> app.delete(StateRetention.KEEP, options);
        case DELETE_PURGE -> app.delete(StateRetention.PURGE, options);
        default -> throw new IllegalStateException("not here: " + scenario);
      };
    }

    private Savepoint requireSavepoint() {
      if (savepoint == null) {
        throw new IllegalStateException("no savepoint");
      }
      return savepoint;
    }

    /** Asks until it is accepted, as somebody would who must be sure. */
    private Operation<?> accepted() {
      for (int tries = 0; tries < MOST_TRIES; tries++) {
        try {
          return ask(requireFaulty());
        } catch (BackendUnavailableException e) {
          place.advance(Duration.ofMillis(100));
        }
      }
      throw new AssertionError("not accepted after " + MOST_TRIES + " tries");
    }

    private FlinkPlatform requireFaulty() {
      if (faulty == null) {
        throw new IllegalStateException("not connected");
      }
      return faulty;
    }

    /** How it ends; if its process was killed, another one goes on with it, under faults too. */
    private OperationStatus end(Operation<?> operation) {
      Operation<?> now = operation;
      while (true) {
        try {
          Object result = now.await(LONG);
          OperationStatus status = calm.operation(operation.id()).status();
          assertThat(status.state()).as("%s", status).isEqualTo(OperationState.SUCCEEDED);
          assertResult(result);
          return status;
        } catch (OperationFailedException e) {
          OperationStatus status = calm.operation(operation.id()).status();
          assertThat(status).isEqualTo(e.status());
          return status;
        } catch (WaitTimeoutException | BackendRejectedException | PlatformClosedException e) {
          if (!wasKilled || now != operation) {
            throw new AssertionError("it never ends", e);
          }
          faulty = connect();
          now = found(operation.id());
        }
      }
    }

    private Operation<?> found(String operation) {
      for (int tries = 0; tries < MOST_TRIES; tries++) {
        try {
          return requireFaulty().operation(operation);
        } catch (BackendUnavailableException e) {
          place.advance(Duration.ofMillis(100));
        }
      }
      throw new AssertionError("not found after " + MOST_TRIES + " tries");
    }

    // ---- what must hold ----

    private void assertResult(Object result) {
      if (result instanceof Savepoint taken && scenario != Scenario.DISPOSE) {
        assertThat(place.states(World.STORAGE + APP)).contains(taken.location());
      } else if (result instanceof Savepoint gone) {
        assertThat(place.states(World.STORAGE + APP)).doesNotContain(gone.location());
      } else if (result instanceof Checkpoint checkpoint) {
        assertThat(checkpoint.id()).isPositive();
      } else if (result instanceof RescaleResult rescaled) {
        assertThat(rescaled.mechanism()).isNotEqualTo(RescaleResult.Mechanism.NONE);
      } else if (result instanceof DeleteResult deleted) {
        assertThat(deleted.kept().isEmpty()).isEqualTo(scenario == Scenario.DELETE_PURGE);
      }
    }

    private void check(ApplicationSpec spec, OperationStatus ended) {
      boolean success = ended.state() == OperationState.SUCCEEDED;
      if (scenario.isBad()) {
        assertThat(success).as("%s", ended).isFalse();
      }
      assertThat(calm.operations().stream().filter(o -> !o.state().hasEnded())).isEmpty();
      if (scenario.deletes() ? success : scenario.isNew() && !success) {
        assertThat(calm.applications()).isEmpty();
        assertThat(place.running(APP)).isEmpty();
        if (scenario == Scenario.DELETE_PURGE) {
          assertThat(place.states(World.STORAGE + APP)).isEmpty();
        }
        return;
      }
      FlinkApplication app = calm.application(APP);
      ApplicationStatus status = app.status();
      if (success) {
        boolean suspended = scenario == Scenario.SUSPEND;
        assertThat(status.state())
            .as("%s", status)
            .isEqualTo(suspended ? ApplicationState.SUSPENDED : ApplicationState.RUNNING);
        assertThat(place.running(APP)).hasSize(suspended ? 0 : 1);
        assertThat(app.spec()).isEqualTo(wanted(spec));
        if (!suspended) {
          assertThat(status.parallelism()).isEqualTo(wanted(spec).parallelism());
        }
      } else {
        assertThat(app.spec()).isEqualTo(spec);
        assertThat(ended.failure()).isPresent();
        if (ended.state() == OperationState.REJECTED) {
          assertThat(status.state())
              .as("as it was: %s", status)
              .isEqualTo(
                  scenario == Scenario.RESUME
                      ? ApplicationState.SUSPENDED
                      : ApplicationState.RUNNING);
        }
        if (ended.rolledBack()) {
          assertThat(status.state()).isEqualTo(ApplicationState.RUNNING);
        }
        if (scenario.isBad()) {
          assertThat(ended.failure().orElseThrow().kind())
              .as("%s", ended)
              .isIn(
                  Failure.Kind.JOB_FAILED,
                  Failure.Kind.STATE_DOES_NOT_FIT,
                  Failure.Kind.DEADLINE_PASSED);
        }
      }
      assertThat(app.savepoints().stream().map(Savepoint::location)).doesNotHaveDuplicates();
    }

    /** Whatever happened: the application can be brought back, with its state. */
    private void goesOn(ApplicationSpec spec) {
      boolean absent = calm.applications().isEmpty();
      if (absent && (scenario.isNew() || scenario == Scenario.DELETE_PURGE)) {
        return;
      }
      if (absent) {
        calm.deploy(spec, StateRestore.latest(), OperationOptions.within(DEADLINE)).await(LONG);
      } else {
        calm.apply(calm.application(APP).spec(), OperationOptions.within(DEADLINE)).await(LONG);
      }
      long before = Ledger.read(ledger).committed();
      place.advance(Duration.ofSeconds(5));
      Ledger after = Ledger.read(ledger);
      assertThat(after.committed()).as("it goes on, %s", after).isGreaterThan(before);
      assertThat(after.isExactlyOnce()).as("%s", after).isTrue();
    }
  }
}
