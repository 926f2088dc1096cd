package dev.flinkplatform.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Plan;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Verb;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.internal.AppRecord.LaunchRecord;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.VertexStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What each step does and what comes after it. Stateless: everything a step needs is in the
 * journalled record, so that any process can do it.
 *
 * <p>{@link #enter} decides what must be journalled before a step (ids that Flink will know the
 * work by); {@link #run} does the step. Both are called by {@link Engine} only.
 */
final class Steps {

  private static final int MAX_ATTEMPTS = 4;
  private static final int MAX_EVIDENCE = 4000;
  private static final Duration LISTED = Duration.ofSeconds(1);
  private static final Duration MAX_GRACE = Duration.ofSeconds(30);

  private final Backends backends;
  private final Journal journal;
  private final Jobs jobs;
  private final Clock clock;

  /** How a burst submits its job: the same request again gives the same operation. */
  interface Jobs {
    void submit(String session, OperationRecord burst);
  }

  Steps(Backends backends, Journal journal, Jobs jobs, Clock clock) {
    this.backends = backends;
    this.journal = journal;
    this.jobs = jobs;
    this.clock = clock;
  }

  private PlatformBackend of(AppRecord r) {
    return backends.of(r);
  }

  /** Prepares what must be journalled before the step. Has no effect outside of the record. */
  void enter(Step step, AppRecord r, OperationRecord o) {
    switch (step) {
      case TRIGGER_SAVEPOINT, TRIGGER_CHECKPOINT, STOP_JOB -> o.trigger = JobId.random().hex();
      case HALT -> o.touched = true;
      case LAUNCH -> {
        o.touched = true;
        if (o.verb != Verb.RECOVER) {
          r.forgetRecoveries();
        }
        if (o.step == Step.AWAIT_RUNNING || recoversItsJobs(r, o)) {
          r.started().attempt++;
        } else {
          newLaunch(
              r,
              o,
              Objects.requireNonNull(o.targetSpec),
              restoreLocation(o),
              o.allowNonRestoredState);
        }
      }
      case UNDO_LAUNCH -> {
        if (o.step == Step.UNDO_AWAIT) {
          r.started().attempt++;
        } else {
          newLaunch(r, o, Objects.requireNonNull(o.previousSpec), o.savepoint, false);
          // The claim was on the state of the new version; the old one's savepoint stays the
          // user's.
          r.started().claimMode = StateRestore.ClaimMode.NO_CLAIM;
        }
      }
      case SCALE_TASK_MANAGERS -> {
        o.touched = true;
        r.forgetRecoveries();
      }
      case CHANGE_REQUIREMENTS, REVIVE, START_JOB -> o.touched = true;
      default -> {}
    }
    o.step = step;
  }

  Next run(AppRecord r, OperationRecord o) {
    return switch (Objects.requireNonNull(o.step)) {
      case DECIDE -> decide(r, o);
      case TRIGGER_SAVEPOINT -> triggerSavepoint(r, o);
      case AWAIT_SAVEPOINT -> awaitSavepoint(r, o);
      case TRIGGER_CHECKPOINT -> triggerCheckpoint(r, o);
      case AWAIT_CHECKPOINT -> awaitCheckpoint(r, o);
      case DISPOSE -> dispose(r, o);
      case AWAIT_DISPOSAL -> awaitDisposal(r, o);
      case STOP_JOB -> stopJob(r, o);
      case AWAIT_STOPPED -> awaitStopped(r, o);
      case HALT -> halt(r, o);
      case FIND_STATE -> findState(r, o);
      case LAUNCH -> launch(r);
      case AWAIT_RUNNING -> awaitRunning(r, o);
      case UNDO_HALT -> undoHalt(r, o);
      case UNDO_LAUNCH -> undoLaunch(r);
      case UNDO_AWAIT -> undoAwait(r, o);
      case UNDO_DISCARD -> undoDiscard(r, o);
      case SCALE_TASK_MANAGERS -> scaleTaskManagers(r, o);
      case CHANGE_REQUIREMENTS -> changeRequirements(r, o);
      case AWAIT_PARALLELISM -> awaitParallelism(r, o);
      case UNDO_REQUIREMENTS -> undoRequirements(r, o);
      case RELEASE_TASK_MANAGERS -> releaseTaskManagers(r, o);
      case AWAIT_CAPACITY -> awaitCapacity(r, o);
      case START_JOB -> startJob(r, o);
      case AWAIT_JOB -> awaitJob(r, o);
      case CANCEL_JOB -> cancelJob(r, o);
      case SCALE_BACK -> scaleBack(r, o);
      case REVIVE -> revive(r, o);
      case DISCARD -> discard(r, o);
    };
  }

  /**
   * What comes after a step that threw what trying again cannot mend, or that did not come to its
   * end in time.
   */
  Next failed(AppRecord r, OperationRecord o, Failure failure) {
    Step step = Objects.requireNonNull(o.step);
    return switch (step) {
      case LAUNCH, AWAIT_RUNNING -> undo(r, o, failure);
      case FIND_STATE -> undo(r, o, failure);
      case AWAIT_CAPACITY -> back(o, failure, Step.SCALE_BACK);
      // A submission whose reply was lost may be there.
      case START_JOB, AWAIT_JOB -> back(o, failure, Step.CANCEL_JOB);
      case CHANGE_REQUIREMENTS, AWAIT_PARALLELISM, SCALE_TASK_MANAGERS -> {
        if (r.session) {
          yield back(o, failure, Step.SCALE_BACK);
        }
        o.turnBack(failure, now());
        yield o.boundsBefore.isEmpty()
            ? Next.failed(failure)
            : Next.to(Step.UNDO_REQUIREMENTS, failure.message());
      }
      case UNDO_HALT,
          UNDO_LAUNCH,
          UNDO_AWAIT,
          UNDO_DISCARD,
          UNDO_REQUIREMENTS,
          CANCEL_JOB,
          SCALE_BACK ->
          Next.failed(
              new Failure(
                  o.failure == null ? failure.kind() : o.failure.kind(),
                  (o.failure == null ? "" : o.failure.message() + "; ")
                      + "and the roll-back failed at "
                      + step
                      + ": "
                      + failure.message()
                      + (o.savepoint == null ? "" : "; the state is safe in " + o.savepoint),
                  failure.evidence()));
      // Flink was asked, and may still do it.
      case AWAIT_SAVEPOINT, AWAIT_CHECKPOINT, AWAIT_DISPOSAL, AWAIT_STOPPED -> Next.failed(failure);
      default -> {
        if (o.verb == Verb.RECOVER && !o.touched) {
          r.gaveUp = failure.message();
        }
        yield o.touched ? Next.failed(failure) : Next.rejected(failure);
      }
    };
  }

  /**
   * Whether the operation's deadline ends this step; the others come to their end by themselves.
   */
  static boolean hasDeadline(Step step) {
    return switch (step) {
      case AWAIT_STOPPED,
          HALT,
          UNDO_HALT,
          UNDO_DISCARD,
          DISCARD,
          RELEASE_TASK_MANAGERS,
          CANCEL_JOB,
          SCALE_BACK ->
          false;
      default -> true;
    };
  }

  /** Whether the operation has done nothing yet that could not be left undone. */
  static boolean isUntouched(OperationRecord o) {
    return !o.touched
        && (o.step == Step.DECIDE
            || o.step == Step.TRIGGER_SAVEPOINT
            || o.step == Step.TRIGGER_CHECKPOINT);
  }

  // ---- deciding ----

  private Next decide(AppRecord r, OperationRecord o) {
    if (o.verb == Verb.RECOVER) {
      return decideRecovery(r, o);
    }
    Live live = Live.look(of(r), r);
    if (live.unreachable().isPresent()) {
      return Next.again(live.words());
    }
    if ((o.verb == Verb.RESCALE || o.verb == Verb.APPLY) && o.plan == Plan.Kind.IN_PLACE) {
      return decideInPlace(r, o, live);
    }
    if (live.allRunning()) {
      o.wasRunning = true;
      return Next.to(Step.STOP_JOB, "the job runs: stopping it with a savepoint");
    }
    if (o.verb == Verb.RESCALE && !live.hasJobManager()) {
      return Next.rejected(
          Failure.of(
              Failure.Kind.WRONG_STATE, "Only a job that runs can be rescaled: " + live.words()));
    }
    boolean mayRun = live.mayComeToRun() && r.gaveUp == null; // or nobody starts what is missing
    if (mayRun && (o.verb == Verb.SUSPEND || now().isBefore(graceEnd(o)))) {
      return Next.again("the job does not run yet: " + live.words());
    }
    if (o.verb == Verb.SUSPEND) {
      return Next.rejected(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "Only a job that runs can be suspended; seen: "
                  + live.words()
                  + ". Delete it, or resume it first"));
    }
    if (o.restore == StateRestore.Kind.LATEST && latestState(r).isEmpty()) {
      return Next.rejected(noState(live.words()));
    }
    return Next.to(
        Step.HALT, "the job does not run (" + live.words() + "): its latest state is taken");
  }

  private Next decideRecovery(AppRecord r, OperationRecord o) {
    Optional<Loss> loss = of(r).loss(toLaunch(r));
    if (loss.isEmpty() && !isRecoveryAgain(r)) {
      return Next.success();
    }
    loss.ifPresent(l -> o.details.put("loss", l.words()));
    if (loss.isPresent() && !loss.get().beyondRepair()) {
      return Next.to(Step.REVIVE, loss.get().words());
    }
    return restored(r, loss.map(Loss::words).orElse("trying again"));
  }

  /** Goes on to a new cluster that starts from the latest state. */
  private Next restored(AppRecord r, String why) {
    if (!r.session && latestState(r).isEmpty()) {
      // A start without state is the user's choice: it may do work twice.
      Failure failure = noState(why);
      r.gaveUp = failure.message();
      return Next.rejected(failure);
    }
    return Next.to(Step.HALT, why);
  }

  /** Whether a recovery failed and left nothing that runs. */
  boolean isRecoveryAgain(AppRecord r) {
    return r.recoveryFailed() && !of(r).observe(r.name).somethingLeft();
  }

  private Next revive(AppRecord r, OperationRecord o) {
    if (!of(r).revive(toLaunch(r))) {
      return restored(r, "its pointers are gone");
    }
    o.details.put("jobId", r.started().jobId);
    return Next.success();
  }

  private Next decideInPlace(AppRecord r, OperationRecord o, Live live) {
    if (live.jobControl().isEmpty()) {
      return live.hasJobManager() && live.cluster().failure().isEmpty()
          ? Next.again(live.words())
          : Next.rejected(
              Failure.of(Failure.Kind.WRONG_STATE, "The job does not run: " + live.words()));
    }
    Optional<Map<String, JobControl.Bounds>> bounds =
        live.jobControl().get().resourceRequirements(r.started().job());
    if (bounds.isEmpty()) {
      if (o.verb == Verb.APPLY && o.parallelism == o.previousParallelism) {
        return Next.to(
            Step.SCALE_TASK_MANAGERS, "TaskManagers are brought to " + o.target().taskManagers());
      }
      if (o.inPlaceOnly) {
        return Next.rejected(
            Failure.of(
                Failure.Kind.UNSUPPORTED,
                "The job's scheduler does not rescale in place. Set jobmanager.scheduler: adaptive,"
                    + " or allow a restart"));
      }
      o.plan = Plan.Kind.RESTART_WITH_STATE;
      return decide(r, o);
    }
    List<VertexStatus> vertices = live.job().orElseThrow().vertices();
    if (vertices.isEmpty()) {
      return Next.again(live.words());
    }
    List<String> tooSmall = new ArrayList<>();
    for (VertexStatus v : vertices) {
      JobControl.Bounds b =
          bounds.get().getOrDefault(v.id(), new JobControl.Bounds(1, v.parallelism()));
      o.boundsBefore.put(v.id(), new int[] {b.lower(), b.upper()});
      // A vertex whose parallelism the program fixed keeps it, as it would on a redeploy.
      boolean follows = b.upper() == o.previousParallelism && v.maxParallelism() > 1;
      if (follows && o.parallelism > v.maxParallelism()) {
        tooSmall.add("'" + v.name() + "' has max parallelism " + v.maxParallelism());
      }
      o.boundsAfter.put(
          v.id(),
          follows
              ? new int[] {Math.min(b.lower(), o.parallelism), o.parallelism}
              : new int[] {b.lower(), b.upper()});
    }
    if (!tooSmall.isEmpty()) {
      return Next.rejected(
          Failure.of(
              Failure.Kind.STATE_DOES_NOT_FIT,
              "Parallelism "
                  + o.parallelism
                  + " is more than the state allows: "
                  + String.join(", ", tooSmall)));
    }
    return Next.to(
        Step.SCALE_TASK_MANAGERS, "TaskManagers are brought to " + o.target().taskManagers());
  }

  private Instant graceEnd(OperationRecord o) {
    long quarter = o.timeout / 4;
    return Instant.ofEpochMilli(o.startedAt + Math.min(quarter, MAX_GRACE.toMillis()));
  }

  // ---- savepoints and checkpoints ----

  private Next triggerSavepoint(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
    Optional<Next> notReady = notReadyForSnapshot(live);
    if (notReady.isPresent()) {
      return notReady.get();
    }
    live.jobControl()
        .orElseThrow()
        .triggerSavepoint(r.started().job(), o.trigger(), o.savepointDirectory(), o.format);
    return Next.to(Step.AWAIT_SAVEPOINT, "savepoint triggered in " + o.savepointDirectory());
  }

  private Next awaitSavepoint(AppRecord r, OperationRecord o) {
    Optional<JobControl> control = of(r).observe(r.name).control();
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

  private Next savepointTaken(AppRecord r, OperationRecord o, String location) {
    record(r, o, location);
    return Next.success();
  }

  private Next triggerCheckpoint(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
    Optional<Next> notReady = notReadyForSnapshot(live);
    if (notReady.isPresent()) {
      return notReady.get();
    }
    live.jobControl().orElseThrow().triggerCheckpoint(r.started().job(), o.trigger());
    return Next.to(Step.AWAIT_CHECKPOINT, "checkpoint triggered");
  }

  private Next awaitCheckpoint(AppRecord r, OperationRecord o) {
    Optional<JobControl> control = of(r).observe(r.name).control();
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
      o.completedSeen = now().toEpochMilli();
    }
    return now().toEpochMilli() - o.completedSeen > LISTED.toMillis();
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

  private Next dispose(AppRecord r, OperationRecord o) {
    String location = Objects.requireNonNull(o.restoreLocation);
    if (of(r).deleteSavepoint(location)) {
      return disposed(r, o, location);
    }
    Optional<JobControl> control = of(r).observe(r.name).control();
    if (control.isEmpty()) {
      return Next.rejected(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "Only a running Flink can delete " + location + "; resume the application first"));
    }
    o.trigger = control.get().dispose(location);
    return Next.to(Step.AWAIT_DISPOSAL, "disposal triggered");
  }

  private Next awaitDisposal(AppRecord r, OperationRecord o) {
    Optional<JobControl> control = of(r).observe(r.name).control();
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

  // ---- stopping ----

  private Next stopJob(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
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

  private Next awaitStopped(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
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
    Instant at = of(r).completedAt(location).orElse(now());
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
    if (latestState(r).isEmpty() && o.restore == StateRestore.Kind.LATEST) {
      return Next.rejected(noState(seen));
    }
    return Next.to(
        Step.HALT,
        "the job ended before it could be stopped (" + seen + "): its latest state is taken");
  }

  private Next halt(AppRecord r, OperationRecord o) {
    if (!of(r).halt(r.name)) {
      return Next.again("processes are coming to their end");
    }
    if (o.verb == Verb.DELETE) {
      adoptInherited(r, o);
      return Next.to(
          o.purge || r.session ? Step.DISCARD : Step.FIND_STATE, "nothing runs any more");
    }
    if (o.savepoint == null && !r.session) {
      return Next.to(Step.FIND_STATE, "nothing runs any more");
    }
    return o.verb == Verb.SUSPEND ? suspended(r, o) : Next.to(Step.LAUNCH, "nothing runs any more");
  }

  /** Lets an operation know where the one that it replaces may have left a savepoint. */
  static void inherit(OperationRecord from, OperationRecord to) {
    if (from.verb == Verb.DELETE) {
      to.inheritedDirectory = from.inheritedDirectory;
      to.inheritedSince = from.inheritedSince;
    } else if (from.directory != null) {
      to.inheritedDirectory = from.savepointDirectory();
      to.inheritedSince = from.verb == Verb.SAVEPOINT ? from.startedAt : 0;
    }
  }

  /** Records a savepoint whose operation died before it could; else nobody would ever find it. */
  private void adoptInherited(AppRecord r, OperationRecord o) {
    LaunchRecord launch = r.launch;
    if (o.inheritedDirectory != null && launch != null) {
      Instant at = o.inheritedSince == 0 ? now() : Instant.ofEpochMilli(o.inheritedSince);
      of(r)
          .findSavepoint(o.inheritedDirectory)
          .ifPresent(s -> r.addSavepoint(s, at, o.format, launch.job()));
    }
  }

  private Next findState(AppRecord r, OperationRecord o) {
    o.savepoint = latestState(r).orElse(null);
    if (o.savepoint != null) {
      o.details.put("latestState", o.savepoint);
    }
    if (o.verb == Verb.DELETE) {
      return Next.to(Step.DISCARD, "latest state: " + o.savepoint);
    }
    if (o.verb == Verb.SUSPEND) {
      return suspended(r, o);
    }
    if (o.savepoint == null && o.restore == StateRestore.Kind.LATEST) {
      return failed(r, o, noState("nothing runs"));
    }
    return Next.to(Step.LAUNCH, "latest state: " + o.savepoint);
  }

  private Next suspended(AppRecord r, OperationRecord o) {
    if (o.savepoint != null && !o.details.containsKey("savepoint")) {
      o.details.put("savepoint", o.savepoint);
      of(r)
          .completedAt(o.savepoint)
          .ifPresent(at -> o.details.put("takenAt", Long.toString(at.toEpochMilli())));
      o.details.put("jobId", r.started().jobId);
    }
    r.desired = Desired.SUSPENDED;
    r.resumeFrom = o.savepoint;
    return Next.success();
  }

  // ---- starting ----

  private Next launch(AppRecord r) {
    of(r).launch(toLaunch(r));
    return Next.to(
        Step.AWAIT_RUNNING,
        "started"
            + (r.started().restoreFrom == null
                ? " without state"
                : " from " + r.started().restoreFrom));
  }

  private Next awaitRunning(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
    Optional<Next> bad = startFailed(r, live);
    if (bad.isPresent()) {
      return bad.get() instanceof Next.End end
          ? undo(r, o, end.failure().orElseThrow())
          : bad.get();
    }
    if (!live.allRunning() && live.jobState() != JobState.FINISHED) {
      return Next.again(live.words());
    }
    r.desired = Desired.RUNNING;
    r.resumeFrom = null;
    r.commit(o);
    o.details.put("jobId", r.started().jobId);
    Optional.ofNullable(r.started().restoreFrom).ifPresent(s -> o.details.put("restoredFrom", s));
    if (o.verb == Verb.RESCALE) {
      o.details.put("mechanism", RescaleResult.Mechanism.SAVEPOINT.name());
    }
    return Next.success();
  }

  /**
   * Whether a start can come to no good: an end with the failure, or LAUNCH when trying again may
   * help.
   */
  private Optional<Next> startFailed(AppRecord r, Live live) {
    LaunchRecord launch = r.started();
    Optional<Failure> cluster = live.cluster().failure();
    if (live.jobState() == JobState.FAILED || live.jobState() == JobState.CANCELED) {
      return Optional.of(
          Next.failed(Causes.ofJob(live, launch.job(), "The job is " + live.jobState())));
    }
    if (cluster.isPresent()) {
      boolean again = live.cluster().retryable() && launch.attempt < MAX_ATTEMPTS;
      return Optional.of(
          again
              ? Next.to(Step.LAUNCH, "starting again: " + cluster.get().message())
              : Next.failed(cluster.get()));
    }
    return Optional.empty();
  }

  // ---- undoing ----

  private Next undo(AppRecord r, OperationRecord o, Failure failure) {
    if (o.verb == Verb.RECOVER) {
      // There is no version to go back to: what there is stays, and whoever looks sees why.
      return Next.failed(failure);
    }
    Failure told =
        failure.evidence().isEmpty()
            ? new Failure(failure.kind(), failure.message(), logs(r))
            : failure;
    o.turnBack(told, now());
    return Next.to(Step.UNDO_HALT, "failed: " + failure.message());
  }

  private Next undoHalt(AppRecord r, OperationRecord o) {
    if (!of(r).halt(r.name)) {
      return Next.again("processes are coming to their end");
    }
    if (r.spec == null) {
      return Next.to(Step.UNDO_DISCARD, "the failed cluster is gone");
    }
    if (o.wasRunning && o.previousSpec != null) {
      return Next.to(Step.UNDO_LAUNCH, "the failed cluster is gone");
    }
    r.desired = Desired.SUSPENDED;
    r.resumeFrom = o.savepoint == null ? r.resumeFrom : o.savepoint;
    return Next.failed(o.failure());
  }

  private Next undoLaunch(AppRecord r) {
    of(r).launch(toLaunch(r));
    return Next.to(Step.UNDO_AWAIT, "the old version is started from " + r.started().restoreFrom);
  }

  private Next undoAwait(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
    Optional<Next> bad = startFailed(r, live);
    if (bad.isPresent()) {
      if (bad.get() instanceof Next.End end) {
        return failed(r, o, end.failure().orElseThrow());
      }
      return Next.to(Step.UNDO_LAUNCH, "starting the old version again");
    }
    if (!live.allRunning()) {
      return Next.again(live.words());
    }
    o.rolledBack = true;
    r.desired = Desired.RUNNING;
    o.details.put("jobId", r.started().jobId);
    Optional.ofNullable(r.started().restoreFrom).ifPresent(s -> o.details.put("rolledBackTo", s));
    return Next.failed(o.failure());
  }

  private Next undoDiscard(AppRecord r, OperationRecord o) {
    ApplicationSpec spec = of(r).complete(o.target());
    // A deployment that failed late may have completed a checkpoint: it stays, and is remembered.
    if (r.launch != null) {
      of(r)
          .latestCheckpoint(spec, r.launch.job())
          .map(CheckpointInfo::location)
          .ifPresent(
              state -> {
                r.resumeFrom = state;
                o.details.put("latestState", state);
              });
    }
    of(r).discard(spec, StateRetention.KEEP, r.jobIds(), List.of());
    r.desired = Desired.DELETED;
    r.launch = null;
    o.rolledBack = true;
    return Next.failed(o.failure());
  }

  // ---- rescaling in place ----

  private Next scaleTaskManagers(AppRecord r, OperationRecord o) {
    if (r.session) {
      of(r).scaleTaskManagers(toLaunch(r), o.taskManagers);
      return Next.to(Step.AWAIT_CAPACITY, "TaskManagers wanted: " + o.taskManagers);
    }
    int wanted = o.target().taskManagers();
    int now = r.started().specification().taskManagers();
    // Those that are not needed any more go when no task runs on them.
    of(r).scaleTaskManagers(toLaunch(r), Math.max(wanted, now));
    return o.boundsAfter.isEmpty()
        ? Next.to(Step.AWAIT_PARALLELISM, "TaskManagers: " + wanted)
        : Next.to(Step.CHANGE_REQUIREMENTS, "TaskManagers: " + Math.max(wanted, now));
  }

  private Next changeRequirements(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
    if (live.jobControl().isEmpty()) {
      return live.hasJobManager()
          ? Next.again(live.words())
          : failed(
              r,
              o,
              Failure.of(Failure.Kind.PROCESS_DIED, "The JobManager is gone: " + live.words()));
    }
    live.jobControl().get().resourceRequirements(r.started().job(), bounds(o.boundsAfter));
    return Next.to(
        Step.AWAIT_PARALLELISM, "the scheduler was told to go to parallelism " + o.parallelism);
  }

  private Next awaitParallelism(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
    Optional<Next> bad = startFailed(r, live);
    if (bad.isPresent()) {
      return failed(
          r,
          o,
          bad.get() instanceof Next.End end
              ? end.failure().orElseThrow()
              : Failure.of(Failure.Kind.PROCESS_DIED, live.words()));
    }
    boolean there =
        live.allRunning()
            && live.job().orElseThrow().vertices().stream()
                .allMatch(
                    v -> {
                      int[] want = o.boundsAfter.get(v.id());
                      return want == null || v.parallelism() == want[1];
                    });
    if (!there) {
      nudge(r, o, live);
      return new Next.Again(
          Duration.ofMillis(250), live.words() + ", parallelism " + live.parallelism());
    }
    r.commit(o);
    r.started().spec = Objects.requireNonNull(o.targetSpec);
    o.details.put("mechanism", RescaleResult.Mechanism.IN_PLACE.name());
    return Next.to(Step.RELEASE_TASK_MANAGERS, "the job runs at parallelism " + live.parallelism());
  }

  /**
   * An adaptive rescale waits for the next completed checkpoint: taking one now shortens the wait.
   * One at a time, and each result is read: Flink stays up for results that nobody has read.
   */
  private static void nudge(AppRecord r, OperationRecord o, Live live) {
    if (!live.allRunning()) {
      return;
    }
    JobControl control = live.jobControl().orElseThrow();
    try {
      if (o.nudge == null) {
        String trigger = JobId.random().hex();
        control.triggerCheckpoint(r.started().job(), trigger);
        o.nudge = trigger;
      } else if (control.checkpoint(r.started().job(), o.nudge).state()
          != TriggerView.State.IN_PROGRESS) {
        o.nudge = null;
      }
    } catch (BackendFault e) {
      // Only a nudge: without it the rescale comes with the next regular checkpoint.
      o.nudge = null;
    }
  }

  private Next undoRequirements(AppRecord r, OperationRecord o) {
    Live live = Live.look(of(r), r);
    if (live.jobControl().isEmpty()) {
      return live.hasJobManager() ? Next.again(live.words()) : Next.failed(o.failure());
    }
    live.jobControl().get().resourceRequirements(r.started().job(), bounds(o.boundsBefore));
    boolean back =
        live.allRunning()
            && live.job().orElseThrow().vertices().stream()
                .allMatch(
                    v -> {
                      int[] before = o.boundsBefore.get(v.id());
                      return before == null
                          || (v.parallelism() >= before[0] && v.parallelism() <= before[1]);
                    });
    if (!back) {
      return Next.again("the job is not back at its old parallelism: " + live.words());
    }
    // One that is still coming up can only be told to go when it is there.
    Optional<Next> tooMany = release(r, o, r.started().specification().taskManagers());
    if (tooMany.isPresent()) {
      return tooMany.get();
    }
    o.rolledBack = true;
    return Next.failed(o.failure());
  }

  private Next releaseTaskManagers(AppRecord r, OperationRecord o) {
    return release(r, o, o.target().taskManagers()).orElseGet(Next::success);
  }

  /**
   * Lets TaskManagers go that are not needed any more. The job runs as asked: those that are left
   * over at the deadline are no reason to fail.
   */
  private Optional<Next> release(AppRecord r, OperationRecord o, int wanted) {
    of(r).scaleTaskManagers(toLaunch(r), wanted);
    int there = of(r).observe(r.name).taskManagers();
    return there > wanted && now().toEpochMilli() < o.deadline
        ? Optional.of(Next.again(there + " TaskManagers run, " + wanted + " are wanted"))
        : Optional.empty();
  }

  private static Map<String, JobControl.Bounds> bounds(Map<String, int[]> journalled) {
    Map<String, JobControl.Bounds> out = new LinkedHashMap<>();
    journalled.forEach((vertex, b) -> out.put(vertex, new JobControl.Bounds(b[0], b[1])));
    return out;
  }

  // ---- session clusters ----

  /** With high availability a cluster that is resumed is the same one, and finds its jobs. */
  private static boolean recoversItsJobs(AppRecord r, OperationRecord o) {
    return r.session && o.verb == Verb.RESUME && r.launch != null && o.target().isHighlyAvailable();
  }

  private Next back(OperationRecord o, Failure failure, Step step) {
    o.turnBack(failure, now());
    return Next.to(step, "failed: " + failure.message());
  }

  private Next awaitCapacity(AppRecord r, OperationRecord o) {
    Optional<String> notYet = notAtSize(r, o.taskManagers);
    if (notYet.isPresent()) {
      return Next.again(notYet.get());
    }
    sized(r, o);
    return o.verb == Verb.BURST
        ? Next.to(Step.START_JOB, "TaskManagers: " + o.taskManagers)
        : Next.success();
  }

  /** Why the cluster has not the slots of so many TaskManagers; those that are idle are let go. */
  private Optional<String> notAtSize(AppRecord r, int count) {
    of(r).scaleTaskManagers(toLaunch(r), count);
    Live live = Live.look(of(r), r);
    if (live.cluster().failure().isPresent()) {
      throw BackendFault.permanent(live.cluster().failure().get(), null);
    }
    int slots = count * r.started().specification().taskManager().slots();
    boolean there =
        live.capacity()
            .filter(c -> c.slotsTotal() == slots && c.taskManagers().size() == count)
            .isPresent();
    return there && live.cluster().taskManagers() == count
        ? Optional.empty()
        : Optional.of(live.words() + "; wanted are " + count + " TaskManagers");
  }

  /** Writes down that the cluster has the size that was asked for. */
  private void sized(AppRecord r, OperationRecord o) {
    if (o.verb == Verb.SCALE) {
      r.commit(o);
      r.started().spec = Objects.requireNonNull(o.targetSpec);
    }
  }

  private Next startJob(AppRecord r, OperationRecord o) {
    jobs.submit(r.name, o);
    return Next.to(Step.AWAIT_JOB, "job submitted");
  }

  private Next awaitJob(AppRecord r, OperationRecord o) {
    AppRecord job = burstJob(r, o);
    Optional<OperationRecord> submission = job.operationWithKey(o.id);
    if (submission.isEmpty()) {
      return Next.to(Step.START_JOB, "the job's submission is not journalled; submitting again");
    }
    if (!submission.get().state.hasEnded()) {
      jobs.submit(r.name, o); // goes on with it, should its process be gone
      return Next.again("the job is being started");
    }
    if (submission.get().failure != null) {
      return back(o, submission.get().failure(), Step.SCALE_BACK);
    }
    Live live = Live.look(of(job), job);
    if (live.jobState() == JobState.FINISHED) {
      o.details.put("jobId", job.started().jobId);
      return Next.to(Step.SCALE_BACK, "the job finished");
    }
    Optional<Failure> lost = live.cluster().failure();
    if (live.jobState().isTerminal()) {
      return back(
          o,
          Causes.ofJob(live, job.started().job(), "The job is " + live.jobState()),
          Step.SCALE_BACK);
    }
    if (lost.isPresent()) {
      return back(o, lost.get(), Step.SCALE_BACK);
    }
    revive(r);
    return new Next.Again(Duration.ofMillis(500), live.words());
  }

  /** The supervision leaves a cluster alone while an operation holds it, and this one may last. */
  private void revive(AppRecord r) {
    PlatformBackend backend = of(r);
    if (backend.needsSupervision()) {
      Launch launch = toLaunch(r);
      if (backend.loss(launch).filter(loss -> !loss.beyondRepair()).isPresent()) {
        boolean unused = backend.revive(launch);
      }
    }
  }

  private Next cancelJob(AppRecord r, OperationRecord o) {
    AppRecord job = burstJob(r, o);
    Optional<OperationRecord> submission = job.operationWithKey(o.id);
    if (submission.isEmpty()) {
      return Next.to(Step.SCALE_BACK, "no job was submitted");
    }
    if (!submission.get().state.hasEnded()) {
      jobs.submit(r.name, o); // goes on with it, should its process be gone
      return Next.again("the job is being started");
    }
    return job.launch == null || of(job).halt(job.name)
        ? Next.to(Step.SCALE_BACK, "the job does not run any more")
        : Next.again("the job is being cancelled");
  }

  private AppRecord burstJob(AppRecord session, OperationRecord o) {
    String name = session.name + "/" + Objects.requireNonNull(o.burstJob).path("name").asText();
    return journal.load(name).orElseGet(() -> Journal.Entry.absent(name)).record;
  }

  private Next scaleBack(AppRecord r, OperationRecord o) {
    Optional<String> notYet = notAtSize(r, o.previousTaskManagers);
    if (notYet.isPresent()) {
      return Next.again(notYet.get());
    }
    o.rolledBack = o.failure != null && o.verb == Verb.SCALE;
    return o.failure == null ? Next.success() : Next.failed(o.failure());
  }

  // ---- deleting ----

  private Next discard(AppRecord r, OperationRecord o) {
    List<String> kept = new ArrayList<>();
    Optional<ApplicationSpec> spec =
        Optional.ofNullable(r.launch).map(LaunchRecord::specification).or(r::specification);
    if (spec.isPresent()) {
      kept.addAll(
          of(r)
              .discard(
                  of(r).complete(spec.get()),
                  o.purge ? StateRetention.PURGE : StateRetention.KEEP,
                  r.jobIds(),
                  r.savepoints.stream().map(s -> s.location).toList()));
    }
    o.details.put("kept", String.join("\n", kept));
    r.resumeFrom = o.purge ? null : o.savepoint;
    if (o.purge) {
      r.savepoints.clear();
    }
    if (r.session) {
      forgetJobs(r, o.purge);
    }
    r.desired = Desired.DELETED;
    r.spec = null;
    r.launch = null;
    return Next.success();
  }

  /**
   * The names of a deleted cluster's jobs are free; after KEEP their latest state is remembered.
   */
  private void forgetJobs(AppRecord session, boolean purge) {
    for (String name : journal.jobsOf(session.name)) {
      boolean done = false;
      while (!done) {
        Optional<Journal.Entry> entry = journal.load(name).filter(e -> !e.record.isDeleted());
        if (entry.isPresent()) {
          AppRecord job = entry.get().record;
          if (purge) {
            of(job)
                .discardState(
                    of(job).complete(job.started().specification()),
                    job.jobIds(),
                    job.savepoints.stream().map(s -> s.location).toList());
            job.savepoints.clear();
          }
          job.resumeFrom = purge ? null : latestState(job).orElse(null);
          job.desired = Desired.DELETED;
          job.spec = null;
          job.launch = null;
        }
        done = entry.isEmpty() || journal.save(entry.get());
      }
    }
  }

  // ---- helpers ----

  /** The state that {@code latest} means, when nothing can make a newer one. */
  Optional<String> latestState(AppRecord r) {
    LaunchRecord launch = r.launch;
    if (r.desired != Desired.RUNNING || launch == null) {
      return Optional.ofNullable(r.resumeFrom);
    }
    PlatformBackend backend = of(r);
    Optional<CheckpointInfo> checkpoint =
        backend.latestCheckpoint(backend.complete(launch.specification()), launch.job());
    Optional<AppRecord.SavepointRecord> savepoint =
        r.savepoints.stream()
            .filter(s -> s.jobId.equals(launch.jobId))
            .filter(s -> backend.checkState(s.location).isEmpty())
            .max((a, b) -> Long.compare(a.takenAt, b.takenAt));
    if (checkpoint.isPresent() && savepoint.isPresent()) {
      boolean checkpointIsNewer =
          checkpoint.get().completedAt().toEpochMilli() > savepoint.get().takenAt;
      return Optional.of(
          checkpointIsNewer ? checkpoint.get().location() : savepoint.get().location);
    }
    return checkpoint
        .map(CheckpointInfo::location)
        .or(() -> savepoint.map(s -> s.location))
        .or(() -> Optional.ofNullable(launch.restoreFrom));
  }

  private void newLaunch(
      AppRecord r,
      OperationRecord o,
      JsonNode spec,
      @Nullable String restoreFrom,
      boolean allowNonRestoredState) {
    String cluster = backends.clusterOf(r).orElse(null); // first: it may have to be tried again
    o.launches++;
    LaunchRecord launch = new LaunchRecord();
    launch.id = launchId(o);
    launch.spec = spec;
    launch.jobId = JobId.random().hex();
    launch.restoreFrom = restoreFrom;
    launch.allowNonRestoredState = allowNonRestoredState;
    launch.claimMode = o.claimMode;
    launch.cluster = cluster;
    r.launch = launch;
    r.addRun(launch.job());
  }

  private static String launchId(OperationRecord o) {
    return o.id + "-" + o.launches;
  }

  private static @Nullable String restoreLocation(OperationRecord o) {
    return switch (o.restore) {
      case FRESH -> null;
      case FROM -> o.restoreLocation;
      case LATEST -> o.savepoint;
    };
  }

  Launch toLaunch(AppRecord r) {
    LaunchRecord launch = r.started();
    return launch.toLaunch(of(r).complete(launch.specification()));
  }

  private Optional<String> findSavepoint(
      Optional<JobControl> control, AppRecord r, OperationRecord o) {
    Optional<String> found = of(r).findSavepoint(o.savepointDirectory());
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

  private static Failure noState(String seen) {
    return Failure.of(
        Failure.Kind.NO_STATE,
        "There is no completed checkpoint or savepoint to start from ("
            + seen
            + "). Use StateRestore.fresh() to start without state");
  }

  private String logs(AppRecord r) {
    try {
      StringBuilder out = new StringBuilder();
      of(r)
          .logs(r.name, 2000)
          .forEach(
              f ->
                  out.append("--- ")
                      .append(f.process())
                      .append(' ')
                      .append(f.file())
                      .append('\n')
                      .append(f.text()));
      return out.length() > MAX_EVIDENCE
          ? out.substring(out.length() - MAX_EVIDENCE)
          : out.toString();
    } catch (BackendFault e) {
      return "the logs could not be read: " + e.failure().message();
    }
  }

  private Instant now() {
    return clock.instant();
  }
}
