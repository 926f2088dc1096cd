package dev.flinkplatform.spi.fko;

/**
 * A field of a FlinkDeployment that is not as it was asked for. Values that may be secret are
 * masked.
 *
 * @param path where it is, for example {@code flinkConfiguration[state.backend.type]}
 * @param wanted what was asked for, for people
 * @param effective what holds, for people; {@code (none)} if it is not there
 */
public record Difference(String path, String wanted, String effective) {}
