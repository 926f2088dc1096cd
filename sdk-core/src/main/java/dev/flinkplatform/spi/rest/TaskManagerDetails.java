package dev.flinkplatform.spi.rest;

/**
 * A TaskManager with what its JVM uses. The JobManager collects these numbers every ten seconds,
 * and only when somebody asks: they are 0 the first time.
 *
 * @param info what the list says of it
 * @param heapUsedBytes heap used, in bytes
 * @param heapCommittedBytes heap committed, in bytes
 * @param heapMaxBytes largest heap, in bytes
 * @param nonHeapUsedBytes other JVM memory used, in bytes
 * @param directUsedBytes direct buffers used, in bytes
 * @param networkTotalBytes network memory in all, in bytes
 * @param networkUsedBytes network memory used, in bytes
 * @param gcMillis milliseconds spent in garbage collection since start, all collectors
 */
public record TaskManagerDetails(
    TaskManagerInfo info,
    long heapUsedBytes,
    long heapCommittedBytes,
    long heapMaxBytes,
    long nonHeapUsedBytes,
    long directUsedBytes,
    long networkTotalBytes,
    long networkUsedBytes,
    long gcMillis) {}
