package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Verb;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.internal.AppRecord.LaunchRecord;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobState;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Makes a status of what is desired, what the backend sees, and what Flink says. */
final class StatusReader {

  private final Backends backends;
  private final Clock clock;
  private final Predicate<AppRecord> recovers;

  /**
   * Makes a reader.
   *
   * @param recovers whether what died of an application is about to be started again
   */
  StatusReader(Backends backends, Clock clock, Predicate<AppRecord> recovers) {
    this.backends = backends;
    this.clock = clock;
    this.recovers = recovers;
  }

  ApplicationStatus absent(String name) {
    return ApplicationStatus.builder(name, ApplicationState.ABSENT)
        .reason("there is no such application")
        .observedAt(clock.instant())
        .build();
  }

  ApplicationStatus read(AppRecord r) {
    if (r.isDeleted() && r.active == null) {
      return absent(r.name);
    }
    Live live;
    try {
      live = Live.look(backends.of(r), r);
    } catch (BackendFault e) {
      return ApplicationStatus.builder(r.name, ApplicationState.UNKNOWN)
          .reason(e.failure().message())
          .generation(r.generation)
          .observedAt(clock.instant())
          .build();
    }
    Judgement judgement = supervised(r, live, judge(r, live));
    ApplicationStatus.Builder b =
        ApplicationStatus.builder(r.name, judgement.state)
            .reason(judgement.reason)
            .backendState(live.words())
            .generation(r.generation)
            .jobIdHistory(history(r))
            .jobState(live.jobState())
            .observedAt(clock.instant());
    LaunchRecord launch = r.launch;
    if (launch != null) {
      b.flinkVersion(launch.specification().flinkVersion());
      if (!r.session && isJobIdKnown(r, launch)) {
        b.jobId(launch.job());
      }
      Optional.ofNullable(launch.restoreFrom).ifPresent(b::restoredFrom);
    }
    if (r.active != null) {
      b.activeOperation(r.active.id);
    }
    live.cluster().webUi().ifPresent(b::webUi);
    live.job().ifPresent(j -> b.vertices(j.vertices()).parallelism(live.parallelism()));
    live.capacity()
        .ifPresent(
            c ->
                b.taskManagers(c.taskManagers())
                    .slotsTotal(c.slotsTotal())
                    .slotsFree(c.slotsFree()));
    if (launch != null && live.jobControl().isPresent()) {
      details(b, live.jobControl().get(), launch.job());
    }
    return b.build();
  }

  private boolean isJobIdKnown(AppRecord r, LaunchRecord launch) {
    return launch.jobIdSeen || !backends.of(r).givesJobIds();
  }

  private List<JobId> history(AppRecord r) {
    if (r.session) {
      return List.of();
    }
    LaunchRecord launch = r.launch;
    return launch == null || isJobIdKnown(r, launch)
        ? r.jobIds()
        : r.jobIds().stream().filter(id -> !id.equals(launch.job())).toList();
  }

  /** What Flink can tell besides; a status is no worse for lacking it. */
  private static void details(ApplicationStatus.Builder b, JobControl control, JobId job) {
    try {
      JobControl.ClusterView cluster = control.cluster();
      b.taskManagers(cluster.taskManagers())
          .slotsTotal(cluster.slotsTotal())
          .slotsFree(cluster.slotsFree());
      JobControl.CheckpointView checkpoints = control.checkpoints(job);
      b.completedCheckpoints(checkpoints.completed());
      checkpoints.latest().ifPresent(b::latestCheckpoint);
      checkpoints.restoredFrom().ifPresent(b::restoredFrom);
      b.restarts(control.restarts(job));
    } catch (BackendFault e) {
      b.reason("Flink did not answer everything: " + e.failure().message());
    }
  }

  /** The state alone: what else a status tells, Flink is not asked for. */
  ApplicationState state(AppRecord r) {
    if (r.isDeleted() && r.active == null) {
      return ApplicationState.ABSENT;
    }
    try {
      return state(r, Live.look(backends.of(r), r));
    } catch (BackendFault e) {
      return ApplicationState.UNKNOWN;
    }
  }

  /** The state alone, of what was seen. */
  ApplicationState state(AppRecord record, Live live) {
    return supervised(record, live, judge(record, live)).state();
  }

  private record Judgement(ApplicationState state, String reason) {}

  /** What the supervision does, or has given up to do, is part of the state. */
  private Judgement supervised(AppRecord r, Live live, Judgement seen) {
    if (r.desired != Desired.RUNNING || live.jobState().isTerminal()) {
      return seen;
    }
    if (r.active != null) {
      return seen.state == ApplicationState.FAILED && r.active.verb == Verb.RECOVER
          ? new Judgement(ApplicationState.RECOVERING, seen.reason + "; it is being started again")
          : seen;
    }
    if (r.gaveUp != null) {
      return new Judgement(
          seen.state == ApplicationState.RUNNING ? seen.state : ApplicationState.FAILED, r.gaveUp);
    }
    return seen.state == ApplicationState.FAILED && recovers.test(r)
        ? new Judgement(ApplicationState.RECOVERING, seen.reason + "; it is to be started again")
        : seen;
  }

  private static Judgement judge(AppRecord r, Live live) {
    if (r.active != null && r.active.verb == Verb.DELETE) {
      return new Judgement(ApplicationState.DELETING, "");
    }
    boolean changing = r.active != null && r.active.touched;
    if (r.desired == Desired.SUSPENDED && !changing) {
      return live.cluster().somethingLeft()
          ? new Judgement(
              ApplicationState.UNKNOWN, "suspended, and yet something runs: " + live.words())
          : new Judgement(
              ApplicationState.SUSPENDED,
              r.resumeFrom != null
                  ? "state: " + r.resumeFrom
                  : r.stateUnknown == null
                      ? "no state"
                      : "nobody knows its latest state: " + r.stateUnknown);
    }
    if (live.allRunning()) {
      return new Judgement(ApplicationState.RUNNING, "");
    }
    switch (live.jobState()) {
      case FINISHED -> {
        return changing
            ? deploying(r, live)
            : new Judgement(ApplicationState.FINISHED, "the job came to its end");
      }
      case CANCELED -> {
        return new Judgement(ApplicationState.CANCELED, "the job was canceled");
      }
      case FAILED -> {
        return new Judgement(ApplicationState.FAILED, cause(r, live));
      }
      case RESTARTING, FAILING, CANCELLING, SUSPENDED, RECONCILING -> {
        return new Judgement(ApplicationState.RECOVERING, cause(r, live));
      }
      default -> {
        // Nothing final: what the cluster says decides.
      }
    }
    Optional<Failure> failure = live.cluster().failure();
    if (changing) {
      return deploying(r, live);
    }
    if (r.isJob()) {
      return jobJudgement(live);
    }
    if (failure.isPresent()) {
      return new Judgement(ApplicationState.FAILED, failure.get().message());
    }
    if (live.hasJobManager() && isHighlyAvailable(r) && live.jobState() != JobState.RUNNING) {
      return new Judgement(ApplicationState.RECOVERING, "a JobManager takes over: " + live.words());
    }
    if (live.unreachable().isPresent()) {
      return new Judgement(ApplicationState.UNKNOWN, live.unreachable().get());
    }
    if (!live.hasJobManager()) {
      return new Judgement(ApplicationState.FAILED, "no JobManager runs");
    }
    if (r.session) {
      return new Judgement(ApplicationState.RECOVERING, live.words());
    }
    return live.jobState() == JobState.RUNNING
        ? new Judgement(ApplicationState.RECOVERING, "not every task runs")
        : deploying(r, live);
  }

  /** A job in a session cluster that is not at its end, and does not run. */
  private static Judgement jobJudgement(Live live) {
    boolean gone = live.cluster().launchId().isEmpty() && live.cluster().failure().isEmpty();
    if (gone) {
      return new Judgement(ApplicationState.SUSPENDED, "its session cluster is suspended");
    }
    if (live.cluster().failure().isPresent()) {
      return new Judgement(ApplicationState.FAILED, live.cluster().failure().get().message());
    }
    if (live.unreachable().isPresent()) {
      return new Judgement(ApplicationState.UNKNOWN, live.unreachable().get());
    }
    if (live.job().isEmpty()) {
      return new Judgement(
          ApplicationState.UNKNOWN,
          live.hasJobManager()
              ? "the session cluster does not know the job: it recovers, or it ended long ago"
              : "the session cluster has no JobManager at this moment");
    }
    return new Judgement(ApplicationState.RECOVERING, "not every task runs");
  }

  private static boolean isHighlyAvailable(AppRecord r) {
    return r.launch != null && r.launch.specification().isHighlyAvailable();
  }

  private static Judgement deploying(AppRecord r, Live live) {
    return new Judgement(
        r.active != null && r.active.verb == Verb.RECOVER
            ? ApplicationState.RECOVERING
            : ApplicationState.DEPLOYING,
        live.cluster().failure().map(Failure::message).orElse("not every task runs yet"));
  }

  private static String cause(AppRecord r, Live live) {
    LaunchRecord launch = r.launch;
    String what = "the job is " + live.jobState();
    try {
      return launch == null ? "" : Causes.ofJob(live, launch.job(), what).message();
    } catch (BackendFault e) {
      return what + "; its exceptions could not be read: " + e.failure().message();
    }
  }
}
