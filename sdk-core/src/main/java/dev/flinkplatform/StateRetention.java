package dev.flinkplatform;

/** What becomes of an application's checkpoints and savepoints when it is deleted. */
public enum StateRetention {
  /** They stay: {@code deploy} with {@code StateRestore.latest()} finds them again. */
  KEEP,
  /** They are deleted, as far as the backend can reach them; this cannot be undone. */
  PURGE
}
