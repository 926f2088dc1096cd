package dev.flinkplatform.spi;

import dev.flinkplatform.Verb;

/**
 * Hears of every journalled step of every operation, on the operation's own thread: for tests that
 * kill the process there.
 */
@FunctionalInterface
public interface StepListener {

  /** When in a step. */
  enum Moment {
    /** The step is journalled as the next to be done; nothing of it is done. */
    BEFORE,
    /** What the step does is done, and not yet journalled. */
    AFTER
  }

  /**
   * Is called at a moment of a step; the operation goes on when it returns.
   *
   * @param operationId the operation
   * @param verb its verb
   * @param step the step
   * @param moment when in the step
   */
  void at(String operationId, Verb verb, String step, Moment moment);
}
