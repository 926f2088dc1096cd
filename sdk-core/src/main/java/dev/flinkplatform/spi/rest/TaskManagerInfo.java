package dev.flinkplatform.spi.rest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A TaskManager in the list of all.
 *
 * @param id its id, for example {@code 127.0.0.1:16122-7a085b}
 * @param path its RPC address
 * @param slots number of its slots
 * @param freeSlots number of its free slots
 * @param lastHeartbeat when it last sent a heartbeat; null for the first seconds, before it has
 *     sent one
 * @param cpuCores CPU cores of its machine or container
 * @param physicalMemoryBytes memory of its machine or container, in bytes
 * @param heapMemoryBytes largest JVM heap, in bytes
 * @param managedMemoryBytes managed memory, in bytes
 * @param processMemoryBytes configured size of the whole process, in bytes; null if not said
 * @param blocked true if Flink gives it no more tasks
 */
public record TaskManagerInfo(
    String id,
    String path,
    int slots,
    int freeSlots,
    @Nullable Instant lastHeartbeat,
    int cpuCores,
    long physicalMemoryBytes,
    long heapMemoryBytes,
    long managedMemoryBytes,
    @Nullable Long processMemoryBytes,
    boolean blocked) {}
