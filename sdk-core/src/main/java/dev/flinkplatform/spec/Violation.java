package dev.flinkplatform.spec;

/**
 * One thing that is wrong with a specification, and where.
 *
 * @param path where in the specification, for example {@code taskManager.memory} or {@code
 *     job.jars[0]}
 * @param message what is wrong, the value seen, and what to do
 */
public record Violation(String path, String message) {

  /**
   * Returns path and message.
   *
   * @return {@code path: message}
   */
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
