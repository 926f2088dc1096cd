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
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
  private static final Duration MAX_GRACE = Duration.ofSeconds(30);

  private final Backends backends;
  private final SnapshotSteps snapshots;
  private final InPlaceSteps inPlace;
  private final SessionSteps sessions;
  private final Clock clock;

  Steps(Backends backends, Journal journal, SessionSteps.Jobs jobs, Clock clock) {
    this.backends = backends;
    this.snapshots = new SnapshotSteps(backends, clock);
    this.inPlace = new InPlaceSteps(backends, clock);
    this.sessions = new SessionSteps(backends, journal, jobs, clock);
    this.clock = clock;
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
        if (o.step == Step.AWAIT_RUNNING || SessionSteps.recoversItsJobs(r, o)) {
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
      case TRIGGER_SAVEPOINT -> snapshots.triggerSavepoint(r, o);
      case AWAIT_SAVEPOINT -> snapshots.awaitSavepoint(r, o);
      case TRIGGER_CHECKPOINT -> snapshots.triggerCheckpoint(r, o);
      case AWAIT_CHECKPOINT -> snapshots.awaitCheckpoint(r, o);
      case DISPOSE -> snapshots.dispose(r, o);
      case AWAIT_DISPOSAL -> snapshots.awaitDisposal(r, o);
      case STOP_JOB -> snapshots.stopJob(r, o);
      case AWAIT_STOPPED -> snapshots.awaitStopped(r, o);
      case HALT -> halt(r, o);
      case FIND_STATE -> findState(r, o);
      case LAUNCH -> launch(r);
      case AWAIT_RUNNING -> awaitRunning(r, o);
      case UNDO_HALT -> undoHalt(r, o);
      case UNDO_LAUNCH -> undoLaunch(r);
      case UNDO_AWAIT -> undoAwait(r, o);
      case UNDO_DISCARD -> undoDiscard(r, o);
      case SCALE_TASK_MANAGERS ->
          r.session ? sessions.scaleTaskManagers(r, o) : inPlace.scaleTaskManagers(r, o);
      case CHANGE_REQUIREMENTS -> inPlace.changeRequirements(r, o);
      case AWAIT_PARALLELISM -> inPlace.awaitParallelism(r, o);
      case UNDO_REQUIREMENTS -> inPlace.undoRequirements(r, o);
      case RELEASE_TASK_MANAGERS -> inPlace.releaseTaskManagers(r, o);
      case AWAIT_CAPACITY -> sessions.awaitCapacity(r, o);
      case START_JOB -> sessions.startJob(r, o);
      case AWAIT_JOB -> sessions.awaitJob(r, o);
      case CANCEL_JOB -> sessions.cancelJob(r, o);
      case SCALE_BACK -> sessions.scaleBack(r, o);
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
      case AWAIT_CAPACITY -> sessions.back(o, failure, Step.SCALE_BACK);
      // A submission whose reply was lost may be there.
      case START_JOB, AWAIT_JOB -> sessions.back(o, failure, Step.CANCEL_JOB);
      case CHANGE_REQUIREMENTS, AWAIT_PARALLELISM, SCALE_TASK_MANAGERS ->
          r.session ? sessions.back(o, failure, Step.SCALE_BACK) : inPlace.undo(o, failure);
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
    Live live = backends.look(r);
    if (live.unreachable().isPresent()) {
      return Next.again(live.words());
    }
    if ((o.verb == Verb.RESCALE || o.verb == Verb.APPLY) && o.plan == Plan.Kind.IN_PLACE) {
      Optional<Next> next = inPlace.decide(r, o, live);
      if (next.isPresent()) {
        return next.get();
      }
      o.plan = Plan.Kind.RESTART_WITH_STATE;
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
    if (mayRun && (o.verb == Verb.SUSPEND || clock.instant().isBefore(graceEnd(o)))) {
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
    if (o.restore == StateRestore.Kind.LATEST && backends.latestState(r).isEmpty()) {
      return Next.rejected(noState(live.words()));
    }
    return Next.to(
        Step.HALT, "the job does not run (" + live.words() + "): its latest state is taken");
  }

  private Next decideRecovery(AppRecord r, OperationRecord o) {
    Optional<Loss> loss = backends.loss(r);
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
    if (!r.session && backends.latestState(r).isEmpty()) {
      // A start without state is the user's choice: it may do work twice.
      Failure failure = noState(why);
      r.gaveUp = failure.message();
      return Next.rejected(failure);
    }
    return Next.to(Step.HALT, why);
  }

  /** Whether a recovery failed and left nothing that runs. */
  boolean isRecoveryAgain(AppRecord r) {
    return r.recoveryFailed() && !backends.of(r).observe(r.name).somethingLeft();
  }

  private Next revive(AppRecord r, OperationRecord o) {
    if (!backends.of(r).revive(backends.launchOf(r))) {
      return restored(r, "its pointers are gone");
    }
    o.details.put("jobId", r.started().jobId);
    return Next.success();
  }

  private Instant graceEnd(OperationRecord o) {
    long quarter = o.timeout / 4;
    return Instant.ofEpochMilli(o.startedAt + Math.min(quarter, MAX_GRACE.toMillis()));
  }

  // ---- stopping ----

  private Next halt(AppRecord r, OperationRecord o) {
    if (!backends.of(r).halt(r.name)) {
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
      Instant at = o.inheritedSince == 0 ? clock.instant() : Instant.ofEpochMilli(o.inheritedSince);
      backends
          .of(r)
          .findSavepoint(o.inheritedDirectory)
          .ifPresent(s -> r.addSavepoint(s, at, o.format, launch.job()));
    }
  }

  private Next findState(AppRecord r, OperationRecord o) {
    try {
      o.savepoint = backends.latestState(r).orElse(null);
    } catch (BackendFault e) {
      if (e.retryable()) {
        throw e;
      }
      o.stateUnknown = e.failure().message();
      boolean needed = o.verb == Verb.SUSPEND || o.restore == StateRestore.Kind.LATEST;
      if (needed && o.verb != Verb.DELETE) {
        throw e;
      }
      // What there is stays, and the user asked for something that does not need it.
      o.progress(
          clock.instant(), "the latest state stays, and nobody knows where: " + o.stateUnknown);
    }
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
      backends
          .of(r)
          .completedAt(o.savepoint)
          .ifPresent(at -> o.details.put("takenAt", Long.toString(at.toEpochMilli())));
      o.details.put("jobId", r.started().jobId);
    }
    r.desired = Desired.SUSPENDED;
    r.keeps(o.savepoint, null);
    return Next.success();
  }

  // ---- starting ----

  private Next launch(AppRecord r) {
    backends.of(r).launch(backends.launchOf(r));
    return Next.to(
        Step.AWAIT_RUNNING,
        "started"
            + (r.started().restoreFrom == null
                ? " without state"
                : " from " + r.started().restoreFrom));
  }

  private Next awaitRunning(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
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
    r.keeps(null, null);
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
  static Optional<Next> startFailed(AppRecord r, Live live) {
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
    o.turnBack(told, clock.instant());
    return Next.to(Step.UNDO_HALT, "failed: " + failure.message());
  }

  private Next undoHalt(AppRecord r, OperationRecord o) {
    if (!backends.of(r).halt(r.name)) {
      return Next.again("processes are coming to their end");
    }
    if (r.spec == null) {
      return Next.to(Step.UNDO_DISCARD, "the failed cluster is gone");
    }
    // The old version must not start without the state that it had.
    if (o.wasRunning && o.previousSpec != null && o.stateUnknown == null) {
      return Next.to(Step.UNDO_LAUNCH, "the failed cluster is gone");
    }
    r.desired = Desired.SUSPENDED;
    r.keeps(o.savepoint == null ? r.resumeFrom : o.savepoint, o.stateUnknown);
    return Next.failed(o.failure());
  }

  private Next undoLaunch(AppRecord r) {
    backends.of(r).launch(backends.launchOf(r));
    return Next.to(Step.UNDO_AWAIT, "the old version is started from " + r.started().restoreFrom);
  }

  private Next undoAwait(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
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
    ApplicationSpec spec = backends.of(r).complete(o.target());
    // A deployment that failed late may have completed a checkpoint: it stays, and is remembered.
    if (r.launch != null) {
      try {
        backends
            .of(r)
            .latestCheckpoint(spec, r.launch.job())
            .map(CheckpointInfo::location)
            .ifPresent(
                state -> {
                  r.keeps(state, null);
                  o.details.put("latestState", state);
                });
      } catch (BackendFault e) {
        if (e.retryable()) {
          throw e;
        }
        // Nobody can say, and it is not deleted: no reason to leave the rest behind.
        r.keeps(r.resumeFrom, e.failure().message());
        o.progress(
            clock.instant(),
            "if it made a checkpoint, that stays, and it is not known where: "
                + e.failure().message());
      }
    }
    backends.of(r).discard(spec, StateRetention.KEEP, r.jobIds(), List.of());
    r.desired = Desired.DELETED;
    r.launch = null;
    o.rolledBack = true;
    return Next.failed(o.failure());
  }

  // ---- deleting ----

  private Next discard(AppRecord r, OperationRecord o) {
    List<String> kept = new ArrayList<>();
    Optional<ApplicationSpec> spec =
        Optional.ofNullable(r.launch).map(LaunchRecord::specification).or(r::specification);
    if (spec.isPresent()) {
      kept.addAll(
          backends
              .of(r)
              .discard(
                  backends.of(r).complete(spec.get()),
                  o.purge ? StateRetention.PURGE : StateRetention.KEEP,
                  r.jobIds(),
                  r.savepoints.stream().map(s -> s.location).toList()));
    }
    if (o.stateUnknown != null) {
      kept.add("the latest state, and nobody knows where: " + o.stateUnknown.replace('\n', ' '));
    }
    o.details.put("kept", String.join("\n", kept));
    r.keeps(o.purge ? null : o.savepoint, o.stateUnknown);
    if (o.purge) {
      r.savepoints.clear();
    }
    if (r.session) {
      sessions.forgetJobs(r, o.purge);
    }
    r.desired = Desired.DELETED;
    r.spec = null;
    r.launch = null;
    return Next.success();
  }

  // ---- helpers ----

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

  static Failure noState(String seen) {
    return Failure.of(
        Failure.Kind.NO_STATE,
        "There is no completed checkpoint or savepoint to start from ("
            + seen
            + "). Use StateRestore.fresh() to start without state");
  }

  private String logs(AppRecord r) {
    try {
      StringBuilder out = new StringBuilder();
      backends
          .of(r)
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
}
