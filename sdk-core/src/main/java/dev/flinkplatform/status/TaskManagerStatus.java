package dev.flinkplatform.status;

/**
 * A TaskManager that registered with the JobManager.
 *
 * @param id Flink's id of it
 * @param slots how many slots it offers
 * @param freeSlots how many of them are free
 */
public record TaskManagerStatus(String id, int slots, int freeSlots) {}
