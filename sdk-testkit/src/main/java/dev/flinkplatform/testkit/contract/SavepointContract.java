package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.JobId;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRestore.ClaimMode;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.waiting.Condition;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a platform does with savepoints and checkpoints: taking, listing, disposing, restoring. */
public abstract class SavepointContract extends PlatformContract {

  /** For subclasses. */
  protected SavepointContract() {}

  @Test
  void savepoint_running_isTakenWhereAndAsTold() {
    requires(Capability.SAVEPOINT);
    FlinkApplication app = shared();
    JobId run = app.status().jobId().orElseThrow();
    String elsewhere = fixture().savepointDirectory(app.name());
    Instant before = now().minusMillis(1);

    Savepoint first =
        app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    Savepoint second =
        app.savepoint(SavepointOptions.to(elsewhere).as(SavepointFormat.NATIVE), within(timeout()))
            .await(timeout());

    assertThat(first.application()).isEqualTo(app.name());
    assertThat(first.format()).isEqualTo(SavepointFormat.CANONICAL);
    assertThat(first.jobId()).isEqualTo(run);
    assertThat(first.takenAt()).isBetween(before, now());
    assertThat(second.format()).isEqualTo(SavepointFormat.NATIVE);
    assertThat(withoutSlashes(second.location())).startsWith(withoutSlashes(elsewhere));
    assertThat(withoutSlashes(first.location())).doesNotContain(withoutSlashes(elsewhere));
    assertThat(app.savepoints()).startsWith(second, first);
    assertThat(another().application(app.name()).savepoints()).isEqualTo(app.savepoints());
    assertThat(app.status().jobId()).contains(run);
    assertThat(app.status().restarts()).isZero();
    assertExactlyOnce(app);
  }

  /** {@code file:/a} and {@code file:///a} are the same place. */
  private static String withoutSlashes(String location) {
    return location.replaceFirst(":/+", ":").replaceAll("/+$", "");
  }

  @Test
  void checkpoint_running_tellsIdAndPlace() {
    requires(Capability.CHECKPOINT);
    FlinkApplication app = shared();
    JobId run = app.status().jobId().orElseThrow();

    Checkpoint first = app.checkpoint(within(timeout())).await(timeout());
    Checkpoint second = app.checkpoint(within(timeout())).await(timeout());

    assertThat(first.application()).isEqualTo(app.name());
    assertThat(first.jobId()).isEqualTo(run);
    assertThat(first.id()).isPositive();
    assertThat(second.id()).isGreaterThan(first.id());
    assertThat(app.status().latestCheckpoint().orElseThrow().id())
        .isGreaterThanOrEqualTo(second.id());
    assertThat(app.status().jobId()).contains(run);
    assertExactlyOnce(app);
  }

  @Test
  void dispose_savepoint_isGoneFromListAndPlace() {
    requires(Capability.SAVEPOINT, Capability.DISPOSE_SAVEPOINT);
    FlinkApplication app = shared();
    Savepoint old = app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    Savepoint kept = app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    // So that the one that is kept is not the latest state, either.
    app.await(Condition.checkpointsCompleted(app.status().completedCheckpoints() + 2), timeout());

    Savepoint gone = app.dispose(old, within(timeout())).await(timeout());

    assertThat(gone).isEqualTo(old);
    assertThat(app.savepoints()).contains(kept).doesNotContain(old);
    InvalidSpecException twice =
        refused(InvalidSpecException.class, app.name(), () -> app.dispose(old));
    assertThat(twice).hasMessageContaining(old.location());
    Savepoint foreign =
        new Savepoint(app.name(), old.location() + "x", Instant.now(), old.format(), old.jobId());
    refused(InvalidSpecException.class, app.name(), () -> app.dispose(foreign));
    assertExactlyOnce(app);
  }

  @Test
  void from_savepoint_otherApplicationGoesOnAndAnOldOneRewinds() {
    requires(Capability.SAVEPOINT, Capability.SUSPEND);
    FlinkApplication app = deploy(newSpec("source"));
    Savepoint old = app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    assertExactlyOnce(app);
    Savepoint last = app.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());
    assertThat(app.savepoints()).containsExactly(last, old);

    OperationStatus rejected = failed(app.savepoint(), OperationState.REJECTED);
    assertThat(rejected.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.WRONG_STATE);
    assertThat(rejected.applicationState()).isEqualTo(ApplicationState.SUSPENDED);
    if (can(Capability.CHECKPOINT)) {
      failed(app.checkpoint(), OperationState.REJECTED);
    }
    failed(app.suspend(), OperationState.REJECTED);
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
    if (can(Capability.DISPOSE_SAVEPOINT)) {
      InvalidSpecException latest =
          refused(InvalidSpecException.class, app.name(), () -> app.dispose(last));
      assertThat(latest).hasMessageContaining("latest state");
    }

    // Another application goes on in its place, and writes into its ledger.
    ApplicationSpec spec = newSpec("target");
    FlinkApplication other =
        deploy(
            withArgs(spec, fixture().ledger(app.name()), args -> args.failUnlessRestored()),
            StateRestore.from(last));
    assertThat(other.status().restoredFrom()).contains(last.location());
    assertExactlyOnce(app);
    other.delete(StateRetention.PURGE).await(timeout());
    assertThat(app.savepoints()).containsExactly(last, old);

    // Rewinding does again what was done: were it not so, the ledger would see nothing at all.
    app.resume(StateRestore.from(old), within(timeout())).await(timeout());
    assertThat(app.status().restoredFrom()).contains(old.location());
    until("numbers committed twice", () -> ledger(app.name()).duplicated() > 0);
    assertThat(ledger(app.name()).lost()).isZero();
  }

  @Test
  void claim_savepoint_jobGoesOnFromIt() {
    requires(Capability.RESTORE_CLAIM, Capability.SUSPEND);
    FlinkApplication app = deploy(newSpec("claiming"));
    Savepoint last = app.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());

    app.resume(StateRestore.from(last).claim(ClaimMode.CLAIM), within(timeout())).await(timeout());

    assertThat(app.status().restoredFrom()).contains(last.location());
    // Flink may throw it away from now on, and the job does not need it.
    app.await(Condition.checkpointsCompleted(3), timeout());
    app.restart(within(timeout())).await(timeout());
    assertExactlyOnce(app);
  }

  @Test
  void from_nothingThere_isRefused() {
    ApplicationSpec spec = newSpec("nostate");
    String nowhere = fixture().savepointDirectory(spec.name()) + "/savepoint-none";

    InvalidSpecException latest =
        refused(InvalidSpecException.class, spec.name(), () -> deploy(spec, StateRestore.latest()));
    assertThat(latest.violations()).singleElement().matches(v -> v.path().equals("restore"));
    if (!fixture().seesState()) {
      OperationStatus status =
          failed(
              platform().deploy(spec, StateRestore.from(nowhere), within(timeout())),
              OperationState.FAILED);
      assertThat(status.failure().orElseThrow().message()).contains(nowhere);
      assertThat(status.rolledBack()).as("%s", status).isTrue();
      assertAbsent(spec.name());
      return;
    }
    InvalidSpecException from =
        refused(
            InvalidSpecException.class,
            spec.name(),
            () -> deploy(spec, StateRestore.from(nowhere)));
    assertThat(from.violations()).singleElement().matches(v -> v.message().contains(nowhere));
    assertAbsent(spec.name());
  }
}
