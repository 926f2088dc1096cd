package dev.flinkplatform.cmf.rest;

/** Where the deployment of an application stands, as CMF names it. */
public enum CmfLifecycleState {
  /** Known, and not deployed yet. */
  CREATED,
  /** Suspended, and not running. */
  SUSPENDED,
  /** Is being changed. */
  UPGRADING,
  /** Deployed; not seen to be stable yet, and may be rolled back. */
  DEPLOYED,
  /** Deployed, and will not be rolled back. */
  STABLE,
  /** Is being rolled back. */
  ROLLING_BACK,
  /** Runs with the spec before. */
  ROLLED_BACK,
  /** The deployment failed for good. */
  FAILED,
  /** Is being deleted. */
  DELETING,
  /** Is gone. */
  DELETED,
  /** A state this SDK does not know; the raw text is in the status. */
  UNKNOWN;

  /**
   * Returns the constant of this name.
   *
   * @param raw the text of CMF's answer, in any case of letters
   * @return the constant; {@link #UNKNOWN} if this SDK does not know it, never an exception
   */
  public static CmfLifecycleState of(String raw) {
    for (CmfLifecycleState value : values()) {
      if (value.name().equalsIgnoreCase(raw)) {
        return value;
      }
    }
    return UNKNOWN;
  }
}
