package dev.flinkplatform.spi.rest;

import org.jspecify.annotations.Nullable;

/**
 * What became of an asynchronous request: a savepoint, a stop, a checkpoint, a disposal.
 *
 * <p>That Flink says COMPLETED is no success; this type tells success from failure.
 *
 * @param state what became of it
 * @param location where the savepoint lies, when {@link State#COMPLETED}; null for other requests.
 *     Flink normalises it: do not compare it with the directory that was asked for
 * @param checkpointId the number of the checkpoint, for a triggered checkpoint when {@link
 *     State#COMPLETED}; null else
 * @param failure why it failed, when {@link State#FAILED}; null else
 */
public record TriggerResult(
    State state,
    @Nullable String location,
    @Nullable Long checkpointId,
    @Nullable FailureCause failure) {

  /** What became of an asynchronous request. */
  public enum State {
    /** Flink is still at it. */
    IN_PROGRESS,
    /** Done, with success. */
    COMPLETED,
    /** Done, and it failed. */
    FAILED,
    /**
     * Flink does not know the id: never triggered, or forgotten. Results are kept a few minutes
     * ({@code rest.async.store-duration}, 5 min), and only until the JobManager changes. Look at
     * {@link FlinkRestClient#checkpoints} or at the target directory.
     */
    UNKNOWN
  }

  /**
   * Tells whether asking again can bring nothing new.
   *
   * @return true if {@link State#COMPLETED} or {@link State#FAILED}
   */
  public boolean isDone() {
    return state == State.COMPLETED || state == State.FAILED;
  }
}
