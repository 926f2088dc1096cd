package dev.flinkplatform.spi.rest;

/** The state of one checkpoint or savepoint, as Flink names it. */
public enum CheckpointState {
  /** Is being written. */
  IN_PROGRESS,
  /** Is complete. */
  COMPLETED,
  /** Failed. */
  FAILED,
  /** A state this SDK does not know; the raw text is kept beside it. */
  UNKNOWN;

  /**
   * Returns the constant of this name as Flink writes it.
   *
   * @param raw the text of Flink's answer, in any case of letters
   * @return the constant; {@link #UNKNOWN} if this SDK does not know it, never an exception
   */
  public static CheckpointState of(String raw) {
    for (CheckpointState value : values()) {
      if (value.name().equalsIgnoreCase(raw)) {
        return value;
      }
    }
    return UNKNOWN;
  }
}
