package dev.flinkplatform.spi.rest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a job is checkpointed.
 *
 * @param mode {@code EXACTLY_ONCE} or {@code AT_LEAST_ONCE}, lower or upper case as Flink wrote it
 * @param interval time between two checkpoints; null if periodic checkpoints are off
 * @param timeout how long one may take; savepoints share this limit
 * @param minPause least time between the end of one and the start of the next
 * @param maxConcurrent how many may be written at once
 * @param tolerableFailed how many may fail before the job does
 * @param externalized true if checkpoints outlive the job when it fails
 * @param deletedOnCancellation true if they are deleted when the job is cancelled
 * @param unaligned true for unaligned checkpoints
 * @param stateBackend the state backend; null if not said
 * @param checkpointStorage the checkpoint storage; null if not said
 */
public record CheckpointingConfig(
    String mode,
    @Nullable Duration interval,
    Duration timeout,
    Duration minPause,
    int maxConcurrent,
    int tolerableFailed,
    boolean externalized,
    boolean deletedOnCancellation,
    boolean unaligned,
    @Nullable String stateBackend,
    @Nullable String checkpointStorage) {}
