package dev.flinkplatform.spec;

/** What a recovery guarantees. */
public enum CheckpointMode {
  /** Every record changes state exactly once. */
  EXACTLY_ONCE,
  /** A record may change state more than once after a failure; checkpoints are faster. */
  AT_LEAST_ONCE
}
