package dev.flinkplatform.cmf.rest;

/** Where a SQL statement stands. */
public enum CmfStatementPhase {
  /** Waits for its Flink cluster. */
  PENDING,
  /** Runs, or has rows to be read. */
  RUNNING,
  /** Done. */
  COMPLETED,
  /** Stopped with a savepoint; can be resumed. */
  STOPPED,
  /** Fails. */
  FAILING,
  /** Failed for good: delete it and create another one. */
  FAILED,
  /** Is being deleted. */
  DELETING,
  /** Is being found again after a restart of CMF, since 2.5. */
  RECONCILING,
  /** Restarts after a failure, since 2.5. */
  RESTARTING,
  /** A phase this SDK does not know; the raw text is in the status. */
  UNKNOWN;

  /**
   * Returns the constant of this name.
   *
   * @param raw the text of CMF's answer, in any case of letters
   * @return the constant; {@link #UNKNOWN} if this SDK does not know it, never an exception
   */
  public static CmfStatementPhase of(String raw) {
    for (CmfStatementPhase value : values()) {
      if (value.name().equalsIgnoreCase(raw)) {
        return value;
      }
    }
    return UNKNOWN;
  }

  /**
   * Tells whether the statement does nothing more, unless it is changed.
   *
   * @return true for COMPLETED, STOPPED and FAILED
   */
  public boolean isAtRest() {
    return this == COMPLETED || this == STOPPED || this == FAILED;
  }
}
