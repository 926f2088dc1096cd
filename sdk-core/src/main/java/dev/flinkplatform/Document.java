package dev.flinkplatform;

/**
 * Something a backend would hand to the system it drives, as YAML.
 *
 * @param name what it is, for example {@code config.yaml}
 * @param yaml its content; values that may be secret are masked
 */
public record Document(String name, String yaml) {}
