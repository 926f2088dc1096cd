package dev.flinkplatform.spi.rest;

/** The status of a job, as Flink names it. */
public enum FlinkJobStatus {
  /** The JobManager accepted the job and its JobMaster is starting. */
  INITIALIZING,
  /** Waits for its resources, or for its first task to be scheduled. */
  CREATED,
  /** The job runs. Its tasks need not: see {@link JobDetails#allTasksRunning()}. */
  RUNNING,
  /** Failed for good, and its tasks are being cancelled. */
  FAILING,
  /** Failed for good. */
  FAILED,
  /** Is being cancelled. */
  CANCELLING,
  /** Was cancelled. */
  CANCELED,
  /** Ended by itself, or was stopped with a savepoint. */
  FINISHED,
  /** Restarts after a failure, or to be rescaled. */
  RESTARTING,
  /** Its JobManager gave it up; another one may recover it. */
  SUSPENDED,
  /** Is reconciled with tasks that ran before. */
  RECONCILING,
  /** A status this SDK does not know; the raw text is kept beside it. */
  UNKNOWN;

  /**
   * Returns the constant of this name as Flink writes it.
   *
   * @param raw the text of Flink's answer, in any case of letters
   * @return the constant; {@link #UNKNOWN} if this SDK does not know it, never an exception
   */
  public static FlinkJobStatus of(String raw) {
    for (FlinkJobStatus value : values()) {
      if (value.name().equalsIgnoreCase(raw)) {
        return value;
      }
    }
    return UNKNOWN;
  }

  /**
   * Tells whether the job has ended for good: FAILED, CANCELED or FINISHED.
   *
   * @return true if no other status can follow; false for {@link #SUSPENDED} and {@link #UNKNOWN}
   */
  public boolean isGloballyTerminal() {
    return this == FAILED || this == CANCELED || this == FINISHED;
  }
}
