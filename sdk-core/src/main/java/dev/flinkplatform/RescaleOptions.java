package dev.flinkplatform;

/**
 * How a job may be rescaled.
 *
 * @param isInPlaceOnly whether a restart through a savepoint is refused; default false
 */
public record RescaleOptions(boolean isInPlaceOnly) {

  /**
   * Returns the defaults: in place where the scheduler allows, else with state through a savepoint.
   *
   * @return the options
   */
  public static RescaleOptions defaults() {
    return new RescaleOptions(false);
  }

  /**
   * Refuses rather than restart the cluster.
   *
   * @return the options
   */
  public static RescaleOptions inPlaceOnly() {
    return new RescaleOptions(true);
  }
}
