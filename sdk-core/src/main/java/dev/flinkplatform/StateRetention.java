package dev.flinkplatform;

/** What becomes of an application's checkpoints and savepoints when it is deleted. */
public enum StateRetention {
  /** They stay: {@code deploy} with {@code StateRestore.latest()} finds them again. */
  KEEP,
  /**
   * They are deleted, as far as the backend can reach them; this cannot be undone. In a directory
   * that the specification names, which others may use too, those are the savepoints and the
   * checkpoints of the last 50 runs.
   */
  PURGE
}
