package dev.flinkplatform.cmf.rest;

/** What happens to the state of a statement that is changed; servers of 2.4 or 2.5 and later. */
public enum CmfUpgradeMode {
  /** Kept by a savepoint. */
  SAVEPOINT("savepoint"),
  /** Lost. */
  STATELESS("stateless"),
  /** Kept by the last checkpoint; not on shared compute pools. */
  LAST_STATE("last-state");

  private final String raw;

  CmfUpgradeMode(String raw) {
    this.raw = raw;
  }

  /**
   * Returns the text that CMF uses.
   *
   * @return for example {@code last-state}
   */
  public String raw() {
    return raw;
  }
}
