package dev.flinkplatform;

/**
 * A checkpoint that was taken on demand.
 *
 * @param application the application it was taken of
 * @param id Flink's number of it, within one run of the job
 * @param location where it is, as Flink wrote it; empty if Flink does not tell
 * @param jobId the run of the job it was taken of
 */
public record Checkpoint(String application, long id, String location, JobId jobId) {}
