package dev.flinkplatform.spi.rest;

/** The kind of a checkpoint that is triggered by hand. */
public enum CheckpointType {
  /** What the job is configured for. Flink's default. */
  CONFIGURED,
  /** Holds all state, independent of earlier checkpoints. */
  FULL,
  /** Holds what changed; the state backend must be able to. */
  INCREMENTAL;
}
