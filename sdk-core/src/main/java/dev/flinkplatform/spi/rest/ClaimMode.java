package dev.flinkplatform.spi.rest;

/** Who owns the files of the savepoint or checkpoint that a job is restored from. */
public enum ClaimMode {
  /**
   * The files stay the caller's; the first checkpoint of the job is a full one. Flink's default.
   */
  NO_CLAIM,
  /** The job owns them, and deletes them once they are subsumed: the savepoint is then gone. */
  CLAIM,
  /** Shared, nobody deletes them (Flink up to 1.14); deprecated by Flink. */
  LEGACY;
}
