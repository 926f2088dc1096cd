package dev.flinkplatform.spi.rest;

/** The format a savepoint is written in. */
public enum SavepointFormat {
  /**
   * The same for all state backends: slower to write, and any of them can read it. Flink's default.
   */
  CANONICAL,
  /** The state backend's own: faster, and read by that backend only. */
  NATIVE;
}
