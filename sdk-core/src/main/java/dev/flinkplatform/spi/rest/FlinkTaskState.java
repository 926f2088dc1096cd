package dev.flinkplatform.spi.rest;

/** The state of a task, as Flink names it. */
public enum FlinkTaskState {
  /** Not scheduled yet. */
  CREATED,
  /** Waits for a slot. */
  SCHEDULED,
  /** Is being sent to its TaskManager. */
  DEPLOYING,
  /** Restores its state. */
  INITIALIZING,
  /** Runs. */
  RUNNING,
  /** Ended by itself. */
  FINISHED,
  /** Is being cancelled. */
  CANCELING,
  /** Was cancelled. */
  CANCELED,
  /** Failed. */
  FAILED,
  /** Is reconciled with a task that ran before. */
  RECONCILING,
  /** A state this SDK does not know. */
  UNKNOWN;

  /**
   * Returns the constant of this name as Flink writes it.
   *
   * @param raw the text of Flink's answer, in any case of letters
   * @return the constant; {@link #UNKNOWN} if this SDK does not know it, never an exception
   */
  public static FlinkTaskState of(String raw) {
    for (FlinkTaskState value : values()) {
      if (value.name().equalsIgnoreCase(raw)) {
        return value;
      }
    }
    return UNKNOWN;
  }
}
