package dev.flinkplatform.diagnosis;

import java.util.List;
import java.util.Objects;

/**
 * One thing that is wrong, or that could not be found out.
 *
 * @param code what sort of thing, for decisions and for searching; stable
 * @param severity how bad it is
 * @param summary what is wrong, in one sentence, for people
 * @param evidence what it was concluded from: values that were seen, short excerpts of logs; may
 *     hold what a job logged or threw, so guard it like a log
 * @param advice what to do
 */
public record Finding(
    Code code, Severity severity, String summary, List<String> evidence, String advice) {

  /** How bad a finding is. */
  public enum Severity {
    /** The job does not do its work, or its state is in danger. */
    ERROR,
    /** The job does its work, and worse will come of it; or something could not be found out. */
    WARNING
  }

  /**
   * Sorts of findings. Names are never changed. More constants may come in a minor release: keep a
   * default branch.
   */
  public enum Code {
    /** There are fewer slots than the parallelism that was asked for. */
    NO_FREE_SLOTS,
    /** TaskManagers run and do not register with the JobManager; the summary says why. */
    TASK_MANAGER_NOT_REGISTERED,
    /** TaskManagers died, or were never started; the summary says why, if their logs do. */
    TASK_MANAGER_DIED,
    /** A TaskManager offers another number of slots than was asked for. */
    SLOTS_PER_TASK_MANAGER,
    /** The job fails and is restarted again and again. */
    RESTART_LOOP,
    /** The last checkpoints failed. */
    CHECKPOINTS_FAILING,
    /** Checkpoints become larger, or take longer, from one to the next. */
    CHECKPOINTS_GROWING,
    /** A part of the job is slower than what it is fed with. */
    BACK_PRESSURE,
    /** The directory for savepoints cannot be used. */
    SAVEPOINT_DIRECTORY,
    /** The last savepoint failed, for another reason than its directory. */
    SAVEPOINT_FAILED,
    /** A disk is nearly full. */
    DISK_NEARLY_FULL,
    /** The job failed for good. */
    JOB_FAILED,
    /** The JobManager is gone, or cannot come up. */
    CLUSTER_DEAD,
    /** Something could not be asked; nothing is known of what it would have told. */
    COULD_NOT_ASK
  }

  /**
   * Makes a finding of its parts.
   *
   * @param code what sort of thing
   * @param severity how bad it is
   * @param summary what is wrong, in one sentence
   * @param evidence what it was concluded from
   * @param advice what to do
   */
  public Finding {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(summary, "summary");
    evidence = List.copyOf(evidence);
    Objects.requireNonNull(advice, "advice");
  }

  /**
   * Returns the finding in lines.
   *
   * @return severity, code and summary, then the evidence, then the advice
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(severity).append(' ').append(code).append(": ").append(summary);
    evidence.forEach(e -> e.lines().forEach(line -> text.append("\n    | ").append(line)));
    return text.append("\n    -> ").append(advice).toString();
  }
}
