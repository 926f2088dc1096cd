package dev.flinkplatform.spi.rest;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a job: numbers, the latest of each kind, and the recent ones.
 *
 * @param counts numbers since the job was started
 * @param latestCompleted the latest complete checkpoint, null if there is none
 * @param latestSavepoint the latest complete savepoint, null if there is none
 * @param latestFailed the latest failed one, null if there is none
 * @param latestRestored what the job was last restored from, null if it never was: the proof of a
 *     restore
 * @param history the recent ones, newest first, at most as many as the cluster keeps (10 by
 *     default); unmodifiable
 */
public record Checkpoints(
    Counts counts,
    @Nullable CheckpointInfo latestCompleted,
    @Nullable CheckpointInfo latestSavepoint,
    @Nullable CheckpointInfo latestFailed,
    @Nullable Restored latestRestored,
    List<CheckpointInfo> history) {

  /**
   * Makes it of its parts, and copies the collections.
   *
   * @param counts numbers since the job was started
   * @param latestCompleted the latest complete checkpoint, null if there is none
   * @param latestSavepoint the latest complete savepoint, null if there is none
   * @param latestFailed the latest failed one, null if there is none
   * @param latestRestored what the job was last restored from, null if it never was: the proof of a
   *     restore
   * @param history the recent ones, newest first, at most as many as the cluster keeps (10 by
   *     default); unmodifiable
   */
  public Checkpoints {
    history = List.copyOf(history);
  }

  /**
   * Numbers of checkpoints and savepoints.
   *
   * @param restored how often the job was restored
   * @param total triggered in all
   * @param inProgress being written now
   * @param completed complete
   * @param failed failed
   */
  public record Counts(long restored, long total, int inProgress, long completed, long failed) {}

  /**
   * What a job was restored from.
   *
   * @param id the number of the checkpoint
   * @param restoredAt when
   * @param savepoint true if it was a savepoint
   * @param externalPath where it lies; null if Flink does not say
   */
  public record Restored(
      long id, Instant restoredAt, boolean savepoint, @Nullable String externalPath) {}
}
