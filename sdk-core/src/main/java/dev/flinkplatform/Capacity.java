package dev.flinkplatform;

/**
 * What a session cluster has room for, as Flink says.
 *
 * @param taskManagers how many TaskManagers are registered
 * @param taskManagersWanted how many the specification wants
 * @param slotsTotal how many slots there are
 * @param slotsFree how many of them no job holds
 */
public record Capacity(int taskManagers, int taskManagersWanted, int slotsTotal, int slotsFree) {}
