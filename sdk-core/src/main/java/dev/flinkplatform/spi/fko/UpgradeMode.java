package dev.flinkplatform.spi.fko;

/** What the operator does with a job's state when it stops the job, and when it starts it again. */
public enum UpgradeMode {
  /** The job is canceled, and starts without state. */
  STATELESS("stateless"),
  /** The job is stopped with a savepoint, and starts from it. */
  SAVEPOINT("savepoint"),
  /** The job is taken down as it is, and starts from its latest checkpoint. */
  LAST_STATE("last-state");

  private final String text;

  UpgradeMode(String text) {
    this.text = text;
  }

  /**
   * Returns the operator's word for it.
   *
   * @return for example {@code last-state}
   */
  public String text() {
    return text;
  }
}
