package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;
import dev.flinkplatform.internal.Causes;

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
    return Causes.kind(text);
  }
}
