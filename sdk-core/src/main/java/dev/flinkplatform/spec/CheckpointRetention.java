package dev.flinkplatform.spec;

/** What becomes of the last checkpoint when the job ends. */
public enum CheckpointRetention {
  /** It is kept, also when the job is canceled: the state can be restored. */
  RETAIN_ON_CANCELLATION,
  /** It is kept when the job fails, and deleted when the job is canceled. */
  DELETE_ON_CANCELLATION
}
