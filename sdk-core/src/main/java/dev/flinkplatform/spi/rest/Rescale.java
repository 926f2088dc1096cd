package dev.flinkplatform.spi.rest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One rescale of a job (Flink 2.3 and later).
 *
 * @param id its id
 * @param startedAt when it was started; null if not said
 * @param endedAt when it ended; null while it goes on
 * @param terminalState {@code COMPLETED}, {@code FAILED} or {@code IGNORED}, as Flink wrote it;
 *     null while it goes on
 * @param terminatedReason why it ended, for example {@code SUCCEEDED} or {@code
 *     NO_RESOURCES_OR_PARALLELISMS_CHANGE}; null while it goes on
 * @param triggerCause why it was started, for example {@code UPDATE_REQUIREMENT}; null if not said
 */
public record Rescale(
    String id,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String terminalState,
    @Nullable String terminatedReason,
    @Nullable String triggerCause) {}
