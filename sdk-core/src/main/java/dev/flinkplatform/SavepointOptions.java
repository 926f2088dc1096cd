package dev.flinkplatform;

import java.util.Objects;
import java.util.Optional;

/**
 * Where and how a savepoint is written.
 *
 * @param directory the directory; empty: the specification's savepoint directory
 * @param format the format; default {@link SavepointFormat#CANONICAL}
 */
public record SavepointOptions(Optional<String> directory, SavepointFormat format) {

  private static final SavepointOptions DEFAULTS =
      new SavepointOptions(Optional.empty(), SavepointFormat.CANONICAL);

  /**
   * Makes options of their parts.
   *
   * @param directory the directory; empty: the specification's savepoint directory
   * @param format the format; default {@link SavepointFormat#CANONICAL}
   */
  public SavepointOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(format, "format");
  }

  /**
   * Returns the defaults: the specification's directory, canonical format.
   *
   * @return the options
   */
  public static SavepointOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns options with a directory, canonical format.
   *
   * @param directory a URI that JobManager and TaskManagers can both write
   * @return the options
   */
  public static SavepointOptions to(String directory) {
    return new SavepointOptions(Optional.of(directory), SavepointFormat.CANONICAL);
  }

  /**
   * Returns the same options with another format.
   *
   * @param value the format
   * @return the options
   */
  public SavepointOptions as(SavepointFormat value) {
    return new SavepointOptions(directory, value);
  }
}
