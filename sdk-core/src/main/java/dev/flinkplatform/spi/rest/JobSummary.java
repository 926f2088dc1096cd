package dev.flinkplatform.spi.rest;

import dev.flinkplatform.JobId;

/**
 * A job and its status.
 *
 * @param id the id
 * @param status the status
 * @param rawStatus the status as Flink wrote it
 */
public record JobSummary(JobId id, FlinkJobStatus status, String rawStatus) {}
