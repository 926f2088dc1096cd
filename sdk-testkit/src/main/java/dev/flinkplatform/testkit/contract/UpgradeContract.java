package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.waiting.Condition;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a platform does when a specification is replaced: with state, and back when it is bad. */
public abstract class UpgradeContract extends PlatformContract {

  /** For subclasses. */
  protected UpgradeContract() {}

  @Test
  void upgrade_goodVersion_goesOnWithItsState() {
    requires(Capability.UPGRADE);
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();
    ApplicationSpec v2 =
        withArgs(app.spec(), args -> args.rate(300)).toBuilder().putLabel("version", "2").build();

    Operation<FlinkApplication> operation = upgrade(app, v2, StateRestore.latest());
    operation.await(timeout());

    assertThat(operation.status().rolledBack()).isFalse();
    assertThat(app.spec()).isEqualTo(v2);
    ApplicationStatus after = app.status();
    assertThat(after.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(after.jobId()).isNotEqualTo(before.jobId());
    assertThat(after.generation()).isEqualTo(before.generation() + 1);
    assertThat(after.restoredFrom()).isPresent();
    assertExactlyOnce(app);
  }

  @Test
  void upgrade_mainThrows_isRolledBack() {
    requires(Capability.UPGRADE);
    FlinkApplication app = shared();
    ApplicationSpec bad = withArgs(app.spec(), args -> args.mainThrows("no such option"));

    OperationStatus status = badUpgrade(app, bad, timeout());

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.JOB_FAILED);
    assertThat(status.failure().orElseThrow().message()).contains("no such option");
  }

  @Test
  void upgrade_jobFailsWhenItStarts_isRolledBack() {
    requires(Capability.UPGRADE);
    FlinkApplication app = shared();
    ApplicationSpec bad =
        withArgs(app.spec(), args -> args.crashAlwaysOnOpen()).toBuilder()
            .restartStrategy(RestartStrategy.none())
            .build();

    OperationStatus status = badUpgrade(app, bad, timeout());

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.JOB_FAILED);
  }

  @Test
  void upgrade_neverRuns_isRolledBackAtTheDeadline() {
    requires(Capability.UPGRADE);
    FlinkApplication app = shared();
    ApplicationSpec bad = withArgs(app.spec(), args -> args.slowOpen(Duration.ofHours(1)));

    OperationStatus status = badUpgrade(app, bad, shortDeadline());

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
  }

  private OperationStatus badUpgrade(FlinkApplication app, ApplicationSpec bad, Duration deadline) {
    ApplicationSpec good = app.spec();
    ApplicationStatus before = app.status();

    OperationStatus status =
        failed(
            app.upgrade(bad, StateRestore.latest(), OperationOptions.within(deadline)),
            OperationState.FAILED);

    assertThat(status.rolledBack()).as("%s", status).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(app.spec()).isEqualTo(good);
    ApplicationStatus after = app.status();
    assertThat(after.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(after.generation()).isEqualTo(before.generation());
    assertThat(after.jobId()).isNotEqualTo(before.jobId());
    assertThat(after.restoredFrom()).isPresent();
    assertExactlyOnce(app);
    return status;
  }

  @Test
  void upgrade_stateDoesNotFit_isRolledBackUnlessItMayBeDropped() {
    requires(Capability.UPGRADE);
    FlinkApplication app = shared();
    // Nothing of the state fits, so it counts from the start, into a ledger of its own.
    Path ledger = fixture().ledger(newName("dropped"));
    ApplicationSpec v2 = withArgs(app.spec(), ledger, args -> args.uidSuffix("v2"));

    OperationStatus status = badUpgrade(app, v2, timeout());
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.STATE_DOES_NOT_FIT);
    assertThat(Ledger.read(ledger).committed()).isZero();

    upgrade(app, v2, StateRestore.latest().allowNonRestoredState()).await(timeout());

    assertThat(app.spec()).isEqualTo(v2);
    Ledger moved = awaitProgress(ledger);
    assertThat(moved.isExactlyOnce()).as("%s", moved).isTrue();
  }

  @Test
  void upgrade_fromSavepointOrFresh_startsFromThere() {
    requires(Capability.UPGRADE, Capability.SAVEPOINT);
    FlinkApplication app = shared();
    Savepoint old = app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    assertExactlyOnce(app);

    upgrade(app, withArgs(app.spec(), args -> args.rate(300)), StateRestore.from(old))
        .await(timeout());

    assertThat(app.status().restoredFrom()).contains(old.location());
    until("numbers committed twice", () -> ledger(app.name()).duplicated() > 0);
    assertThat(ledger(app.name()).lost()).isZero();

    Path ledger = fixture().ledger(newName("fresh"));
    upgrade(app, withArgs(app.spec(), ledger, args -> args.failIfRestored()), StateRestore.fresh())
        .await(timeout());

    assertThat(app.status().restoredFrom()).isEmpty();
    Ledger moved = awaitProgress(ledger);
    assertThat(moved.isExactlyOnce()).as("%s", moved).isTrue();
  }

  @Test
  void upgrade_failedApplication_goesOnFromItsLatestCheckpoint() {
    requires(Capability.UPGRADE);
    ApplicationSpec bad =
        newSpec("failing", args -> args.crashAt(600)).toBuilder()
            .restartStrategy(RestartStrategy.none())
            .build();
    FlinkApplication app = deploy(bad);
    app.await(Condition.inState(ApplicationState.FAILED), timeout());
    assertThat(ledger(bad.name()).committed()).isPositive();

    upgrade(app, withArgs(bad, args -> args.failUnlessRestored()), StateRestore.latest())
        .await(timeout());

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertExactlyOnce(app);
  }

  @Test
  void upgrade_otherNameOrBadSpec_isRefused() {
    requires(Capability.UPGRADE);
    FlinkApplication app = shared();
    ApplicationSpec other = newSpec("other");

    InvalidSpecException name =
        refused(
            InvalidSpecException.class,
            app.name(),
            () -> app.upgrade(other, StateRestore.latest()));
    assertThat(name.violations()).anyMatch(v -> v.path().equals("name"));
    String nowhere = fixture().savepointDirectory(app.name()) + "/savepoint-none";
    InvalidSpecException state =
        refused(
            InvalidSpecException.class,
            app.name(),
            () -> app.upgrade(other, StateRestore.from(nowhere)));
    assertThat(state.violations())
        .as("both at once, if both are seen")
        .hasSize(fixture().seesState() ? 2 : 1);
    assertExactlyOnce(app);
  }

  private Operation<FlinkApplication> upgrade(
      FlinkApplication app, ApplicationSpec spec, StateRestore restore) {
    return app.upgrade(spec, restore, within(timeout()));
  }
}
