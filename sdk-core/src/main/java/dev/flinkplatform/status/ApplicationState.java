package dev.flinkplatform.status;

/**
 * The state of an application, for decisions. More constants may come in a minor release: keep a
 * default branch.
 */
public enum ApplicationState {
  /** The backend was asked and knows no such application. */
  ABSENT(false),
  /** The backend could not be asked, or gave an answer nobody understands; nothing is known. */
  UNKNOWN(false),
  /** Processes are being started, or the job waits for slots or for its tasks to run. */
  DEPLOYING(false),
  /** Every vertex of the job runs. */
  RUNNING(false),
  /** The job failed over, or lost its JobManager, and Flink is bringing it back. */
  RECOVERING(false),
  /** Stopped on purpose with its state kept; {@code resume} starts it again. */
  SUSPENDED(false),
  /** The job came to its end by itself. */
  FINISHED(true),
  /** The job, its cluster or its start failed for good. */
  FAILED(true),
  /** The job was canceled. */
  CANCELED(true),
  /** The application is being deleted. */
  DELETING(false);

  private final boolean terminal;

  ApplicationState(boolean terminal) {
    this.terminal = terminal;
  }

  /**
   * Tells whether the application stays in this state unless somebody acts.
   *
   * @return true for {@link #FINISHED}, {@link #FAILED} and {@link #CANCELED}
   */
  public boolean isTerminal() {
    return terminal;
  }
}
