package dev.flinkplatform;

/** How a savepoint is written. */
public enum SavepointFormat {
  /** The same for every state backend: the portable choice. */
  CANONICAL,
  /** The state backend's own: faster, not portable between state backends. */
  NATIVE
}
