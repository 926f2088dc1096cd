package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Plan;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.RescaleResult.Mechanism;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import org.junit.jupiter.api.Test;

/** What a platform does when the parallelism changes: in place, through a savepoint, or not. */
public abstract class RescaleContract extends PlatformContract {

  /** For subclasses. */
  protected RescaleContract() {}

  /** The state can go to parallelism 2, and no further. */
  @Override
  ApplicationSpec sharedSpec() {
    return newSpec("shared").toBuilder().putFlinkConfig("pipeline.max-parallelism", "2").build();
  }

  @Test
  void rescale_defaultScheduler_goesUpAndDownThroughSavepoints() {
    requires(Capability.RESCALE);
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();

    RescaleResult up = rescale(app, 2).await(timeout());

    assertThat(up).isEqualTo(new RescaleResult(1, 2, Mechanism.SAVEPOINT));
    ApplicationStatus wide = app.status();
    assertThat(wide.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(wide.parallelism()).isEqualTo(2);
    assertThat(wide.slotsTotal()).isEqualTo(2);
    assertThat(wide.jobId()).isNotEqualTo(before.jobId());
    assertThat(wide.generation()).isEqualTo(before.generation() + 1);
    assertThat(app.spec().parallelism()).isEqualTo(2);
    assertExactlyOnce(app);

    RescaleResult down = rescale(app, 1).await(timeout());

    assertThat(down).isEqualTo(new RescaleResult(2, 1, Mechanism.SAVEPOINT));
    assertThat(app.status().parallelism()).isEqualTo(1);
    assertThat(app.spec().parallelism()).isEqualTo(1);
    assertExactlyOnce(app);
  }

  @Test
  void rescale_sameParallelism_doesNothing() {
    requires(Capability.RESCALE);
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();

    Operation<RescaleResult> operation = rescale(app, 1);

    assertThat(operation.await(timeout())).isEqualTo(new RescaleResult(1, 1, Mechanism.NONE));
    assertThat(operation.status().state()).isEqualTo(OperationState.SUCCEEDED);
    ApplicationStatus after = app.status();
    assertThat(after.jobId()).isEqualTo(before.jobId());
    assertThat(after.generation()).isEqualTo(before.generation());
    assertExactlyOnce(app);
  }

  @Test
  void rescale_inPlaceOnlyOnDefaultScheduler_isRefused() {
    requires(Capability.RESCALE);
    FlinkApplication app = shared();

    UnsupportedCapabilityException e =
        refused(
            UnsupportedCapabilityException.class,
            app.name(),
            () -> app.rescale(2, RescaleOptions.inPlaceOnly(), within(timeout())));

    assertThat(e.capability()).isEqualTo(Capability.RESCALE_IN_PLACE);
    assertExactlyOnce(app);
  }

  @Test
  void rescale_outOfRange_isRefused() {
    requires(Capability.RESCALE);
    FlinkApplication app = shared();

    for (int parallelism : new int[] {0, -1, Integer.MIN_VALUE, 40_000}) {
      InvalidSpecException e =
          refused(InvalidSpecException.class, app.name(), () -> app.rescale(parallelism));
      assertThat(e.violations()).anyMatch(v -> v.path().equals("parallelism"));
    }

    assertExactlyOnce(app);
  }

  @Test
  void rescale_aboveMaxParallelism_endsWhereItBegan() {
    requires(Capability.RESCALE);
    FlinkApplication app = shared();
    ApplicationSpec spec = app.spec();

    OperationStatus status = ended(rescale(app, 3));

    assertThat(status.state()).isIn(OperationState.FAILED, OperationState.REJECTED);
    assertThat(status.rolledBack()).isEqualTo(status.state() == OperationState.FAILED);
    assertThat(status.failure()).isPresent();
    assertThat(app.spec()).isEqualTo(spec);
    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(app.status().parallelism()).isEqualTo(1);
    assertExactlyOnce(app);
  }

  @Test
  void rescale_adaptiveScheduler_isDoneInPlace() {
    requires(Capability.RESCALE, Capability.RESCALE_IN_PLACE);
    FlinkApplication app =
        deploy(sharedSpec().toBuilder().putFlinkConfig("jobmanager.scheduler", "adaptive").build());
    ApplicationStatus before = app.status();
    JobId run = before.jobId().orElseThrow();

    RescaleResult up = rescale(app, 2).await(timeout());

    assertThat(up).isEqualTo(new RescaleResult(1, 2, Mechanism.IN_PLACE));
    ApplicationStatus wide = app.status();
    assertThat(wide.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(wide.parallelism()).isEqualTo(2);
    assertThat(wide.jobId()).contains(run);
    assertThat(wide.generation()).isEqualTo(before.generation() + 1);
    assertThat(app.spec().parallelism()).isEqualTo(2);
    assertExactlyOnce(app);

    OperationStatus tooFar = ended(rescale(app, 3));
    assertThat(tooFar.state()).isIn(OperationState.FAILED, OperationState.REJECTED);
    assertThat(app.status().parallelism()).isEqualTo(2);
    assertThat(app.spec().parallelism()).isEqualTo(2);
    assertExactlyOnce(app);

    RescaleResult down =
        app.rescale(1, RescaleOptions.inPlaceOnly(), within(timeout())).await(timeout());

    assertThat(down).isEqualTo(new RescaleResult(2, 1, Mechanism.IN_PLACE));
    assertThat(app.status().jobId()).contains(run);
    ApplicationStatus narrow = app.status();
    assertThat(narrow.parallelism()).isEqualTo(1);
    assertThat(narrow.taskManagers()).as("the surplus is released").hasSize(1);
    assertThat(platform().plan(app.spec()).kind()).isEqualTo(Plan.Kind.NOTHING);
    assertExactlyOnce(app);
  }

  @Test
  void rescale_suspended_isRejected() {
    requires(Capability.RESCALE, Capability.SUSPEND);
    FlinkApplication app = shared();
    app.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());
    ApplicationSpec spec = app.spec();

    OperationStatus status = failed(rescale(app, 2), OperationState.REJECTED);

    assertThat(status.applicationState()).isEqualTo(ApplicationState.SUSPENDED);
    assertThat(app.spec()).isEqualTo(spec);
    app.resume(StateRestore.latest(), within(timeout())).await(timeout());
    assertExactlyOnce(app);
  }

  private Operation<RescaleResult> rescale(FlinkApplication app, int parallelism) {
    return app.rescale(parallelism, RescaleOptions.defaults(), within(timeout()));
  }
}
