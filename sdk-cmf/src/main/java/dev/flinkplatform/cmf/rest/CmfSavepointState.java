package dev.flinkplatform.cmf.rest;

/** Where a savepoint of CMF stands. */
public enum CmfSavepointState {
  /** Flink has not been asked yet. */
  TRIGGER_PENDING,
  /** Flink writes it. */
  IN_PROGRESS,
  /** It is there. */
  COMPLETED,
  /** It will not be there; see {@link CmfSavepoint#error()}. */
  FAILED,
  /** Given up, for example because the job ended. */
  ABANDONED,
  /** A state this SDK does not know; the raw text is in the status. */
  UNKNOWN;

  /**
   * Returns the constant of this name.
   *
   * @param raw the text of CMF's answer, in any case of letters
   * @return the constant; {@link #UNKNOWN} if this SDK does not know it, never an exception
   */
  public static CmfSavepointState of(String raw) {
    for (CmfSavepointState value : values()) {
      if (value.name().equalsIgnoreCase(raw)) {
        return value;
      }
    }
    return UNKNOWN;
  }

  /**
   * Tells whether no other state can follow.
   *
   * @return true for COMPLETED, FAILED and ABANDONED
   */
  public boolean isTerminal() {
    return this == COMPLETED || this == FAILED || this == ABANDONED;
  }
}
