package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.Verb;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.status.JobState;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The steps that change the size of a session cluster, run a burst in it, or forget its jobs.
 * Stateless, as {@link Steps}.
 */
final class SessionSteps {

  /** How a burst submits its job: the same request again gives the same operation. */
  interface Jobs {
    void submit(String session, OperationRecord burst);
  }

  private final Backends backends;
  private final Journal journal;
  private final Jobs jobs;
  private final Clock clock;

  SessionSteps(Backends backends, Journal journal, Jobs jobs, Clock clock) {
    this.backends = backends;
    this.journal = journal;
    this.jobs = jobs;
    this.clock = clock;
  }

  /** With high availability a cluster that is resumed is the same one, and finds its jobs. */
  static boolean recoversItsJobs(AppRecord r, OperationRecord o) {
    return r.session && o.verb == Verb.RESUME && r.launch != null && o.target().isHighlyAvailable();
  }

  Next scaleTaskManagers(AppRecord r, OperationRecord o) {
    backends.of(r).scaleTaskManagers(backends.launchOf(r), o.taskManagers);
    return Next.to(Step.AWAIT_CAPACITY, "TaskManagers wanted: " + o.taskManagers);
  }

  Next awaitCapacity(AppRecord r, OperationRecord o) {
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
    backends.of(r).scaleTaskManagers(backends.launchOf(r), count);
    Live live = backends.look(r);
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

  Next startJob(AppRecord r, OperationRecord o) {
    jobs.submit(r.name, o);
    return Next.to(Step.AWAIT_JOB, "job submitted");
  }

  Next awaitJob(AppRecord r, OperationRecord o) {
    AppRecord job = burstJob(r, o);
    Optional<OperationRecord> submission = job.operationWithKey(o.id);
    if (submission.isEmpty()) {
      return Next.to(Step.START_JOB, "the job's submission is not journalled; submitting again");
    }
    if (!submission.get().state.hasEnded()) {
      return submitting(r, o);
    }
    if (submission.get().failure != null) {
      return back(o, submission.get().failure(), Step.SCALE_BACK);
    }
    Live live = backends.look(job);
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

  private Next submitting(AppRecord r, OperationRecord o) {
    jobs.submit(r.name, o); // goes on with it, should its process be gone
    return Next.again("the job is being started");
  }

  /** The supervision leaves a cluster alone while an operation holds it, and this one may last. */
  private void revive(AppRecord r) {
    PlatformBackend backend = backends.of(r);
    if (backend.needsSupervision()) {
      Launch launch = backends.launchOf(r);
      if (backend.loss(launch).filter(loss -> !loss.beyondRepair()).isPresent()) {
        boolean unused = backend.revive(launch);
      }
    }
  }

  Next cancelJob(AppRecord r, OperationRecord o) {
    AppRecord job = burstJob(r, o);
    Optional<OperationRecord> submission = job.operationWithKey(o.id);
    if (submission.isEmpty()) {
      return Next.to(Step.SCALE_BACK, "no job was submitted");
    }
    if (!submission.get().state.hasEnded()) {
      return submitting(r, o);
    }
    return job.launch == null || backends.of(job).halt(job.name)
        ? Next.to(Step.SCALE_BACK, "the job does not run any more")
        : Next.again("the job is being cancelled");
  }

  private AppRecord burstJob(AppRecord session, OperationRecord o) {
    String name = session.name + "/" + Objects.requireNonNull(o.burstJob).path("name").asText();
    return journal.load(name).orElseGet(() -> Journal.Entry.absent(name)).record;
  }

  Next scaleBack(AppRecord r, OperationRecord o) {
    Optional<String> notYet = notAtSize(r, o.previousTaskManagers);
    if (notYet.isPresent()) {
      return Next.again(notYet.get());
    }
    o.rolledBack = o.failure != null && o.verb == Verb.SCALE;
    return o.failure == null ? Next.success() : Next.failed(o.failure());
  }

  /**
   * The names of a deleted cluster's jobs are free; after KEEP their latest state is remembered.
   */
  void forgetJobs(AppRecord session, boolean purge) {
    for (String name : journal.jobsOf(session.name)) {
      boolean done = false;
      while (!done) {
        Optional<Journal.Entry> entry = journal.load(name).filter(e -> !e.record.isDeleted());
        if (entry.isPresent()) {
          AppRecord job = entry.get().record;
          if (purge) {
            backends
                .of(job)
                .discardState(
                    backends.of(job).complete(job.started().specification()),
                    job.jobIds(),
                    job.savepoints.stream().map(s -> s.location).toList());
            job.savepoints.clear();
          }
          job.resumeFrom = purge ? null : backends.latestState(job).orElse(null);
          job.desired = Desired.DELETED;
          job.spec = null;
          job.launch = null;
        }
        done = entry.isEmpty() || journal.save(entry.get());
      }
    }
  }

  /** What comes after a failure: first the step that takes back what was done. */
  Next back(OperationRecord o, Failure failure, Step step) {
    o.turnBack(failure, clock.instant());
    return Next.to(step, "failed: " + failure.message());
  }
}
