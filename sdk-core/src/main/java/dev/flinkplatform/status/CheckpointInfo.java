package dev.flinkplatform.status;

import java.time.Instant;

/**
 * A completed checkpoint.
 *
 * @param id Flink's number of it, within one run of the job
 * @param location where it is, as Flink wrote it; empty if Flink does not tell
 * @param completedAt when it was complete
 * @param stateBytes the size of the state in bytes
 */
public record CheckpointInfo(long id, String location, Instant completedAt, long stateBytes) {}
