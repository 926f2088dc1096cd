package dev.flinkplatform;

import java.util.Locale;

/** What an operation does to an application. More constants may come in a minor release. */
public enum Verb {
  /** Brings a new application into being. */
  DEPLOY,
  /** Creates an application or makes it as its specification says. */
  APPLY,
  /** Takes a savepoint while the job goes on. */
  SAVEPOINT,
  /** Takes a checkpoint while the job goes on. */
  CHECKPOINT,
  /** Deletes a savepoint. */
  DISPOSE,
  /** Changes the parallelism. */
  RESCALE,
  /** Replaces the specification, with state. */
  UPGRADE,
  /** Stops the job and its cluster, with state. */
  SUSPEND,
  /** Starts a suspended or ended application. */
  RESUME,
  /** Stops and starts the job and its cluster, with state. */
  RESTART,
  /** Submits a job to a session cluster. */
  SUBMIT,
  /** Changes the number of TaskManagers of a session cluster. */
  SCALE,
  /** Runs a bounded job on a session cluster that is larger for as long. */
  BURST,
  /** Starts processes again that died; a platform's {@link Supervision} does it by itself. */
  RECOVER,
  /** Removes the application. */
  DELETE;

  /**
   * Returns the verb in lower case, as it stands in ids and messages.
   *
   * @return for example {@code upgrade}
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
