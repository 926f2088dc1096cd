package dev.flinkplatform.spi.rest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a job ended.
 *
 * @param completed true if the job has ended; the other parts are null until then
 * @param applicationStatus {@code SUCCEEDED}, {@code FAILED}, {@code CANCELED} or {@code UNKNOWN},
 *     as Flink wrote it
 * @param netRuntime how long it ran
 * @param failure why it failed; null if it did not
 */
public record ExecutionResult(
    boolean completed,
    @Nullable String applicationStatus,
    @Nullable Duration netRuntime,
    @Nullable FailureCause failure) {}
