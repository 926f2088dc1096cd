package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;

/** What Flink's words mean, for backends that are told of a failure in words. */
public final class Failures {

  private Failures() {}

  /**
   * Sorts a failure by the words Flink uses for it.
   *
   * @param text a message or stack trace of Flink
   * @return the sort; {@link Failure.Kind#JOB_FAILED} if no word is known
   */
  public static Failure.Kind kindOf(String text) {
    if (containsAny(
        text,
        "allowNonRestoredState",
        "Cannot map checkpoint/savepoint state",
        "StateMigrationException",
        "must not be incompatible",
        "larger than the max parallelism",
        "maximum parallelism")) {
      return Failure.Kind.STATE_DOES_NOT_FIT;
    }
    if (containsAny(
        text,
        "Cannot find checkpoint or savepoint",
        "Cannot find meta data file",
        "Cannot access file system for checkpoint/savepoint",
        "_metadata",
        "Unexpected magic number",
        "Cannot restore from checkpoint/savepoint")) {
      return Failure.Kind.STATE_UNREADABLE;
    }
    if (containsAny(text, "NoResourceAvailableException")) {
      return Failure.Kind.NO_RESOURCES;
    }
    if (containsAny(text, "IllegalConfigurationException")) {
      return Failure.Kind.INVALID_CONFIGURATION;
    }
    if (containsAny(text, "BindException")) {
      return Failure.Kind.PORT_TAKEN;
    }
    if (containsAny(
        text,
        "ClassNotFoundException",
        "NoClassDefFoundError",
        "does not contain a main method",
        "main(String[]) method",
        "was not found in the jar")) {
      return Failure.Kind.CLASS_NOT_FOUND;
    }
    return Failure.Kind.JOB_FAILED;
  }

  private static boolean containsAny(String text, String... words) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
