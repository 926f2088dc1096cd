package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Verb;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.status.VertexStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The steps that change the parallelism of a job that goes on running. Stateless, as {@link Steps}.
 */
final class InPlaceSteps {

  private final Backends backends;
  private final Clock clock;

  InPlaceSteps(Backends backends, Clock clock) {
    this.backends = backends;
    this.clock = clock;
  }

  /** Decides how; empty if the job cannot be rescaled in place, and may be restarted instead. */
  Optional<Next> decide(AppRecord r, OperationRecord o, Live live) {
    if (live.jobControl().isEmpty()) {
      return Optional.of(
          live.hasJobManager() && live.cluster().failure().isEmpty()
              ? Next.again(live.words())
              : Next.rejected(
                  Failure.of(Failure.Kind.WRONG_STATE, "The job does not run: " + live.words())));
    }
    Optional<Map<String, JobControl.Bounds>> bounds =
        live.jobControl().get().resourceRequirements(r.started().job());
    if (bounds.isEmpty()) {
      if (o.verb == Verb.APPLY && o.parallelism == o.previousParallelism) {
        return Optional.of(scaling(o));
      }
      if (o.inPlaceOnly) {
        return Optional.of(
            Next.rejected(
                Failure.of(
                    Failure.Kind.UNSUPPORTED,
                    "The job's scheduler does not rescale in place. Set jobmanager.scheduler: adaptive,"
                        + " or allow a restart")));
      }
      return Optional.empty();
    }
    List<VertexStatus> vertices = live.job().orElseThrow().vertices();
    if (vertices.isEmpty()) {
      return Optional.of(Next.again(live.words()));
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
      return Optional.of(
          Next.rejected(
              Failure.of(
                  Failure.Kind.STATE_DOES_NOT_FIT,
                  "Parallelism "
                      + o.parallelism
                      + " is more than the state allows: "
                      + String.join(", ", tooSmall))));
    }
    return Optional.of(scaling(o));
  }

  private static Next scaling(OperationRecord o) {
    return Next.to(
        Step.SCALE_TASK_MANAGERS, "TaskManagers are brought to " + o.target().taskManagers());
  }

  Next scaleTaskManagers(AppRecord r, OperationRecord o) {
    int wanted = o.target().taskManagers();
    int now = r.started().specification().taskManagers();
    // Those that are not needed any more go when no task runs on them.
    backends.of(r).scaleTaskManagers(backends.launchOf(r), Math.max(wanted, now));
    return o.boundsAfter.isEmpty()
        ? Next.to(Step.AWAIT_PARALLELISM, "TaskManagers: " + wanted)
        : Next.to(Step.CHANGE_REQUIREMENTS, "TaskManagers: " + Math.max(wanted, now));
  }

  Next changeRequirements(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
    if (live.jobControl().isEmpty()) {
      return live.hasJobManager()
          ? Next.again(live.words())
          : undo(
              o, Failure.of(Failure.Kind.PROCESS_DIED, "The JobManager is gone: " + live.words()));
    }
    live.jobControl().get().resourceRequirements(r.started().job(), bounds(o.boundsAfter));
    return Next.to(
        Step.AWAIT_PARALLELISM, "the scheduler was told to go to parallelism " + o.parallelism);
  }

  Next awaitParallelism(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
    Optional<Next> bad = Steps.startFailed(r, live);
    if (bad.isPresent()) {
      return undo(
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

  /** What comes after a failure: the old requirements, if they were changed. */
  Next undo(OperationRecord o, Failure failure) {
    o.turnBack(failure, clock.instant());
    return o.boundsBefore.isEmpty()
        ? Next.failed(failure)
        : Next.to(Step.UNDO_REQUIREMENTS, failure.message());
  }

  Next undoRequirements(AppRecord r, OperationRecord o) {
    Live live = backends.look(r);
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

  Next releaseTaskManagers(AppRecord r, OperationRecord o) {
    return release(r, o, o.target().taskManagers()).orElseGet(Next::success);
  }

  /**
   * Lets TaskManagers go that are not needed any more. The job runs as asked: those that are left
   * over at the deadline are no reason to fail.
   */
  private Optional<Next> release(AppRecord r, OperationRecord o, int wanted) {
    backends.of(r).scaleTaskManagers(backends.launchOf(r), wanted);
    int there = backends.of(r).observe(r.name).taskManagers();
    return there > wanted && clock.instant().toEpochMilli() < o.deadline
        ? Optional.of(Next.again(there + " TaskManagers run, " + wanted + " are wanted"))
        : Optional.empty();
  }

  private static Map<String, JobControl.Bounds> bounds(Map<String, int[]> journalled) {
    Map<String, JobControl.Bounds> out = new LinkedHashMap<>();
    journalled.forEach((vertex, b) -> out.put(vertex, new JobControl.Bounds(b[0], b[1])));
    return out;
  }
}
