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
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.calls.CallFaults;
import dev.flinkplatform.waiting.Condition;
import java.nio.file.Path;
import java.time.Duration;
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
    seeds()
        .forEach(
            seed -> {
              CallFaults schedule = CallFaults.of(seed * 1000 + scenario.name().length());
              new Run(scenario, seed, schedule).runOrTell(scenario, seed);
            });
  }

  @ParameterizedTest
  @EnumSource(SessionRun.Scenario.class)
  void verbOfSession_underFaults_keepsItsPromises(SessionRun.Scenario scenario) {
    seeds()
        .forEach(
            seed -> {
              CallFaults schedule = CallFaults.of(seed * 1000 + 500 + scenario.name().length());
              Path directory = directory().resolve("session-" + scenario + "-" + seed);
              new SessionRun(scenario, seed, schedule, directory).runOrTell(scenario, seed);
            });
  }

  private static LongStream seeds() {
    @Nullable Long only = Long.getLong("flinkplatform.faults.seed");
    long count = Long.getLong("flinkplatform.faults.schedules", 50);
    return only == null ? LongStream.rangeClosed(1, count) : LongStream.of(only);
  }

  private Path directory() {
    if (ledgers == null) {
      throw new IllegalStateException("no directory");
    }
    return ledgers;
  }

  /** One verb under one schedule. */
  private final class Run extends FaultyRun {

    private final Scenario scenario;
    private final Path ledger;
    private @Nullable Savepoint savepoint;

    Run(Scenario scenario, long seed, CallFaults schedule) {
      super(seed, schedule);
      this.scenario = scenario;
      this.ledger = directory().resolve(scenario + "-" + seed);
    }

    @Override
    void run() {
      ApplicationSpec spec = spec(args -> args);
      if (!scenario.isNew()) {
        prepare(spec);
      }
      OperationStatus ended = underFaults();

      check(spec, ended);
      goesOn(spec);
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

    @Override
    Operation<?> ask(FlinkPlatform platform) {
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

    // ---- what must hold ----

    @Override
    void assertResult(Object result) {
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
