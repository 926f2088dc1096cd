package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.status.JobState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The steps that take savepoints and checkpoints, stop a job with one, or delete one. Stateless, as
 * {@link Steps}.
 */
final class SnapshotSteps {

  private static final Duration LISTED = Duration.ofSeconds(1);

  private final Backends backends;
  private final Clock clock;

  SnapshotSteps(Backends backends, Clock clock) {
    this.backends = backends;
    this.clock = clock;
  }

  Next triggerSavepoint(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
    Optional<Next> notReady = notReadyForSnapshot(live);
    if (notReady.isPresent()) {
      return notReady.get();
    }
    live.jobControl()
        .orElseThrow()
        .triggerSavepoint(r.started().job(), o.trigger(), o.savepointDirectory(), o.format);
    return Next.to(Step.AWAIT_SAVEPOINT, "savepoint triggered in " + o.savepointDirectory());
  }

  Next awaitSavepoint(AppRecord r, OperationRecord o) {
    Optional<JobControl> control = backends.of(r).control(r.name);
    return outcome(
        savepoint(r, o, control),
        Next.again("the savepoint is under way"),
        location -> savepointTaken(r, o, location),
        "The savepoint failed",
        Next.to(Step.TRIGGER_SAVEPOINT, "not all tasks ran; triggering again"),
        () ->
            findSavepoint(control, r, o)
                .map(location -> savepointTaken(r, o, location))
                .orElseGet(
                    () ->
                        Next.to(
                            Step.TRIGGER_SAVEPOINT,
                            "Flink does not know the savepoint any more; triggering again")));
  }

  private static TriggerView savepoint(
      AppRecord r, OperationRecord o, Optional<JobControl> control) {
    return control.isEmpty() ? lost() : control.get().savepoint(r.started().job(), o.trigger());
  }

  private Next savepointTaken(AppRecord r, OperationRecord o, String location) {
    record(r, o, location);
    return Next.success();
  }

  Next triggerCheckpoint(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
    Optional<Next> notReady = notReadyForSnapshot(live);
    if (notReady.isPresent()) {
      return notReady.get();
    }
    live.jobControl().orElseThrow().triggerCheckpoint(r.started().job(), o.trigger());
    return Next.to(Step.AWAIT_CHECKPOINT, "checkpoint triggered");
  }

  Next awaitCheckpoint(AppRecord r, OperationRecord o) {
    Optional<JobControl> control = backends.of(r).observe(r.name).control();
    TriggerView view =
        control.isEmpty() ? lost() : control.get().checkpoint(r.started().job(), o.trigger());
    return outcome(
        view,
        Next.again("the checkpoint is under way"),
        id -> checkpointTaken(r, o, control.orElseThrow(), id),
        "The checkpoint failed",
        Next.to(Step.TRIGGER_CHECKPOINT, "not all tasks ran; triggering again"),
        () ->
            Next.to(
                Step.TRIGGER_CHECKPOINT,
                "Flink does not know the checkpoint any more; triggering again"));
  }

  private Next checkpointTaken(AppRecord r, OperationRecord o, JobControl control, String id) {
    o.details.put("checkpoint", id);
    o.details.put("jobId", r.started().jobId);
    control
        .checkpoints(r.started().job())
        .latest()
        .filter(c -> Long.toString(c.id()).equals(id))
        .ifPresent(c -> o.details.put("location", c.location()));
    return o.details.containsKey("location") || hasLooked(o)
        ? Next.success()
        : Next.again("Flink does not list the checkpoint yet");
  }

  /**
   * Flink lists a checkpoint a moment after it has completed; one that is not listed is no loss.
   */
  private boolean hasLooked(OperationRecord o) {
    if (o.completedSeen == 0) {
      o.completedSeen = clock.instant().toEpochMilli();
    }
    return clock.instant().toEpochMilli() - o.completedSeen > LISTED.toMillis();
  }

  private static Optional<Next> notReadyForSnapshot(Live live) {
    if (live.allRunning()) {
      return Optional.empty();
    }
    boolean mayRun = live.unreachable().isPresent() || live.mayComeToRun();
    return Optional.of(
        mayRun
            ? Next.again("the job does not run yet: " + live.words())
            : Next.rejected(
                Failure.of(
                    Failure.Kind.WRONG_STATE,
                    "The job does not run: " + live.words() + ". Resume it first")));
  }

  Next dispose(AppRecord r, OperationRecord o) {
    String location = Objects.requireNonNull(o.restoreLocation);
    if (backends.of(r).deleteSavepoint(location)) {
      return disposed(r, o, location);
    }
    Optional<JobControl> control = backends.of(r).control(r.name);
    if (control.isEmpty()) {
      return Next.rejected(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "Only a running Flink can delete " + location + "; resume the application first"));
    }
    o.trigger = control.get().dispose(location);
    return Next.to(Step.AWAIT_DISPOSAL, "disposal triggered");
  }

  Next awaitDisposal(AppRecord r, OperationRecord o) {
    Optional<JobControl> control = backends.of(r).control(r.name);
    TriggerView view = control.isEmpty() ? lost() : control.get().disposal(o.trigger());
    return switch (view.state()) {
      case IN_PROGRESS -> Next.again("the disposal is under way");
      case COMPLETED -> disposed(r, o, Objects.requireNonNull(o.restoreLocation));
      case FAILED -> Next.failed(snapshotFailure("The disposal failed", view));
      case UNKNOWN ->
          Next.to(Step.DISPOSE, "Flink does not know the disposal any more; triggering again");
    };
  }

  private Next disposed(AppRecord r, OperationRecord o, String location) {
    r.savepoints.removeIf(s -> s.location.equals(location));
    o.details.put("savepoint", location);
    return Next.success();
  }

  Next stopJob(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
    if (live.unreachable().isPresent()) {
      return Next.again(live.words());
    }
    if (!live.allRunning()) {
      boolean mayRun = live.mayComeToRun();
      // A stop whose reply was lost may have worked already: then the job is FINISHED and its
      // result can be asked for.
      return live.jobState() == JobState.FINISHED
          ? Next.to(Step.AWAIT_STOPPED, "the job has stopped")
          : mayRun
              ? Next.again("the job does not run: " + live.words())
              : afterLostJob(r, o, live.words());
    }
    live.jobControl()
        .orElseThrow()
        .stopWithSavepoint(r.started().job(), o.trigger(), o.savepointDirectory(), o.format);
    return Next.to(
        Step.AWAIT_STOPPED, "stop with savepoint triggered in " + o.savepointDirectory());
  }

  Next awaitStopped(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
    if (live.unreachable().isPresent()) {
      return Next.again(live.words());
    }
    Optional<JobControl> control = live.cluster().control();
    return outcome(
        savepoint(r, o, control),
        Next.again("the savepoint is under way"),
        location -> stopped(r, o, location),
        "The job was not stopped, its savepoint failed",
        Next.to(Step.STOP_JOB, "not all tasks ran; stopping again"),
        () -> stopUnknown(r, o, live, control));
  }

  private Next stopUnknown(
      AppRecord r, OperationRecord o, Live live, Optional<JobControl> control) {
    Optional<String> found = findSavepoint(control, r, o);
    if (found.isPresent() && !live.allRunning()) {
      return stopped(r, o, found.get());
    }
    return live.hasJobManager() && !live.jobState().isTerminal()
        ? Next.to(Step.STOP_JOB, "Flink does not know the stop any more; stopping again")
        : afterLostJob(r, o, live.words());
  }

  private Next stopped(AppRecord r, OperationRecord o, String location) {
    record(r, o, location);
    return Next.to(Step.HALT, "stopped with savepoint " + location);
  }

  private void record(AppRecord r, OperationRecord o, String location) {
    o.savepoint = location;
    o.details.put("savepoint", location);
    // Not when it was heard of: that may be long after, by a process that took over.
    Instant at = backends.of(r).completedAt(location).orElse(clock.instant());
    o.details.put("takenAt", Long.toString(at.toEpochMilli()));
    o.details.put("format", o.format.name());
    o.details.put("jobId", r.started().jobId);
    r.addSavepoint(location, at, o.format, r.started().job());
  }

  /**
   * The job ended or its JobManager died before it could be stopped: its latest state is as good as
   * it gets.
   */
  private Next afterLostJob(AppRecord r, OperationRecord o, String seen) {
    if (backends.latestState(r).isEmpty() && o.restore == StateRestore.Kind.LATEST) {
      return Next.rejected(Steps.noState(seen));
    }
    return Next.to(
        Step.HALT,
        "the job ended before it could be stopped (" + seen + "): its latest state is taken");
  }

  /**
   * What comes after a snapshot was asked for.
   *
   * @param failed what is told if it failed
   * @param tooEarly what comes if it was asked for before all tasks ran
   * @param unknown what comes if Flink knows nothing of it
   */
  private static Next outcome(
      TriggerView view,
      Next inProgress,
      Function<String, Next> completed,
      String failed,
      Next tooEarly,
      Supplier<Next> unknown) {
    return switch (view.state()) {
      case IN_PROGRESS -> inProgress;
      case COMPLETED -> completed.apply(view.result());
      case FAILED -> {
        Failure failure = snapshotFailure(failed, view);
        yield isTooEarly(failure) ? tooEarly : Next.failed(failure);
      }
      case UNKNOWN -> unknown.get();
    };
  }

  private Optional<String> findSavepoint(
      Optional<JobControl> control, AppRecord r, OperationRecord o) {
    Optional<String> found = backends.of(r).findSavepoint(o.savepointDirectory());
    return found.isPresent() || control.isEmpty()
        ? found
        : control.get().findSavepoint(r.started().job(), o.savepointDirectory());
  }

  private static TriggerView lost() {
    return new TriggerView(TriggerView.State.UNKNOWN, "", Optional.empty());
  }

  private static Failure snapshotFailure(String what, TriggerView view) {
    return view.failure()
        .map(
            f -> new Failure(Failure.Kind.SNAPSHOT_FAILED, what + ": " + f.message(), f.evidence()))
        .orElse(Failure.of(Failure.Kind.SNAPSHOT_FAILED, what));
  }

  /** Flink's words for a snapshot that came before all tasks ran; trying again helps. */
  private static boolean isTooEarly(Failure failure) {
    String text = failure.message() + failure.evidence();
    return text.contains("is not being executed")
        || text.contains("Not all required tasks are currently running");
  }
}
