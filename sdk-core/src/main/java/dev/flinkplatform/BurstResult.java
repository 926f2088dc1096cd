package dev.flinkplatform;

/**
 * How a burst came out: the job came to its end, and the cluster has its old size again.
 *
 * @param job the job's name
 * @param jobId the id of its last run
 * @param taskManagersBefore how many TaskManagers the cluster had before, and has again
 * @param taskManagersDuring how many it had for the job
 */
public record BurstResult(
    String job, JobId jobId, int taskManagersBefore, int taskManagersDuring) {}
