package dev.flinkplatform;

/** Whether an operation runs, or how it ended. */
public enum OperationState {
  /**
   * It is journalled and has not ended; its process may be gone, then {@code
   * FlinkPlatform.operation} goes on.
   */
  RUNNING,
  /** It did what was asked, and that was observed. */
  SUCCEEDED,
  /**
   * It did not do what was asked and something was changed; the status tells the application's
   * state.
   */
  FAILED,
  /** It was refused and nothing was changed. */
  REJECTED,
  /** It was given up because a later operation replaced it. */
  SUPERSEDED;

  /**
   * Tells whether the operation ended.
   *
   * @return true for all but {@link #RUNNING}
   */
  public boolean hasEnded() {
    return this != RUNNING;
  }
}
