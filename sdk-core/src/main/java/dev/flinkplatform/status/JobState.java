package dev.flinkplatform.status;

/**
 * Flink's own state of a job. A state that the SDK does not know is {@link #UNKNOWN}, never
 * RUNNING.
 */
public enum JobState {
  /** The JobManager prepares the job. */
  INITIALIZING(false),
  /** The job is there and nothing of it runs yet. */
  CREATED(false),
  /** The job runs; its tasks may still wait for slots. */
  RUNNING(false),
  /** The job has failed and its tasks are being stopped. */
  FAILING(false),
  /** The job failed for good. */
  FAILED(true),
  /** The job is being canceled. */
  CANCELLING(false),
  /** The job was canceled. */
  CANCELED(true),
  /** The job came to its end. */
  FINISHED(true),
  /** The job failed and is being restarted. */
  RESTARTING(false),
  /** The job lost its JobManager's leadership. */
  SUSPENDED(false),
  /** The job is looking for its running tasks. */
  RECONCILING(false),
  /** Not known: not asked, not answered, or a word the SDK does not know. */
  UNKNOWN(false);

  private final boolean terminal;

  JobState(boolean terminal) {
    this.terminal = terminal;
  }

  /**
   * Tells whether the job stays in this state for ever.
   *
   * @return true for FAILED, CANCELED and FINISHED
   */
  public boolean isTerminal() {
    return terminal;
  }

  /**
   * Returns the state of that name.
   *
   * @param raw Flink's word
   * @return the state, {@link #UNKNOWN} for a word the SDK does not know
   */
  public static JobState of(String raw) {
    for (JobState state : values()) {
      if (state.name().equals(raw)) {
        return state;
      }
    }
    return UNKNOWN;
  }
}
