package dev.flinkplatform.spi.rest;

/**
 * Slots, TaskManagers and jobs of a cluster in numbers. A TaskManager is counted before its slots
 * are: to see whether a cluster can run jobs, look at the slots.
 *
 * @param taskManagers number of registered TaskManagers
 * @param slotsTotal number of slots in all
 * @param slotsAvailable number of free slots
 * @param jobsRunning number of jobs that have not ended
 * @param jobsFinished number of finished jobs
 * @param jobsCancelled number of cancelled jobs
 * @param jobsFailed number of failed jobs
 * @param flinkVersion the version as the cluster says it, for example {@code 2.3.0}
 * @param flinkCommit the commit of Flink's sources; empty if the cluster does not say
 */
public record ClusterOverview(
    int taskManagers,
    int slotsTotal,
    int slotsAvailable,
    int jobsRunning,
    int jobsFinished,
    int jobsCancelled,
    int jobsFailed,
    String flinkVersion,
    String flinkCommit) {}
