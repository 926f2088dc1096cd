package dev.flinkplatform.spi.rest;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One checkpoint or savepoint.
 *
 * @param id its number in the job
 * @param status its state
 * @param rawStatus the state as Flink wrote it
 * @param savepoint true for a savepoint
 * @param checkpointType {@code CHECKPOINT}, {@code UNALIGNED_CHECKPOINT}, {@code SAVEPOINT} or
 *     {@code SYNC_SAVEPOINT} (a stop); null if not said
 * @param savepointFormat {@code CANONICAL} or {@code NATIVE} for savepoints; null else
 * @param triggeredAt when it was triggered
 * @param latestAckAt when the last task acknowledged; null if none has
 * @param duration how long it took, or has taken so far
 * @param stateSizeBytes size of the state it holds, in bytes
 * @param checkpointedSizeBytes bytes written for it, fewer than the state if it is incremental
 * @param externalPath where it lies; null unless complete and retained outside
 * @param discarded true if its files were deleted since
 * @param failedAt when it failed; null if it did not
 * @param failureMessage why it failed; null if it did not
 */
public record CheckpointInfo(
    long id,
    CheckpointState status,
    String rawStatus,
    boolean savepoint,
    @Nullable String checkpointType,
    @Nullable String savepointFormat,
    Instant triggeredAt,
    @Nullable Instant latestAckAt,
    Duration duration,
    long stateSizeBytes,
    long checkpointedSizeBytes,
    @Nullable String externalPath,
    boolean discarded,
    @Nullable Instant failedAt,
    @Nullable String failureMessage) {}
