package dev.flinkplatform.spi.rest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file in the log directory of a Flink process.
 *
 * @param name its name, to fetch it by
 * @param sizeBytes its size in bytes
 * @param modifiedAt when it was last changed; null before Flink says so
 */
public record LogFile(String name, long sizeBytes, @Nullable Instant modifiedAt) {}
