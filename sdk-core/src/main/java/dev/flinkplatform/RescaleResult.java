package dev.flinkplatform;

/**
 * What a rescale did.
 *
 * @param from the parallelism before
 * @param to the parallelism after, observed on the running job
 * @param mechanism how it was done
 */
public record RescaleResult(int from, int to, Mechanism mechanism) {

  /** How a job was rescaled. */
  public enum Mechanism {
    /** Nothing was to be done. */
    NONE,
    /** The adaptive scheduler changed the running job. */
    IN_PLACE,
    /** The job was stopped with a savepoint and started again from it. */
    SAVEPOINT
  }
}
