package dev.flinkplatform.spi;

/**
 * How full a disk is.
 *
 * @param place where it is and what lies there, for people
 * @param totalBytes its size in bytes
 * @param usableBytes what can still be written to it, in bytes
 */
public record DiskSpace(String place, long totalBytes, long usableBytes) {}
