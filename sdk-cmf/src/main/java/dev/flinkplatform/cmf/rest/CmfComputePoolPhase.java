package dev.flinkplatform.cmf.rest;

/** Where a compute pool stands. */
public enum CmfComputePoolPhase {
  /** A dedicated pool: each of its statements has a cluster of its own, so it has no state. */
  DEDICATED,
  /** The cluster of a shared pool is being started. */
  PENDING,
  /** The cluster of a shared pool runs. */
  RUNNING,
  /** Is being deleted. */
  DELETING,
  /** Fails. */
  FAILING,
  /** Failed. */
  FAILED,
  /** A shared pool without cluster, as wanted. */
  SUSPENDED,
  /** A phase this SDK does not know; the raw text is in the status. */
  UNKNOWN;

  /**
   * Returns the constant of this name.
   *
   * @param raw the text of CMF's answer, in any case of letters
   * @return the constant; {@link #UNKNOWN} if this SDK does not know it, never an exception
   */
  public static CmfComputePoolPhase of(String raw) {
    for (CmfComputePoolPhase value : values()) {
      if (value.name().equalsIgnoreCase(raw)) {
        return value;
      }
    }
    return UNKNOWN;
  }
}
