package dev.flinkplatform.spi.rest;

/**
 * One thread of a Flink process.
 *
 * @param name its name
 * @param text its state and stack as text
 */
public record ThreadDumpEntry(String name, String text) {}
