package dev.flinkplatform.spec;

import java.time.Duration;
import java.util.Objects;

/** How Flink restarts a job whose tasks failed. Immutable and thread-safe. */
public sealed interface RestartStrategy {

  /** Never restarts: the first failure ends the job. */
  record None() implements RestartStrategy {}

  /**
   * Restarts a number of times, with the same pause before each.
   *
   * @param attempts how often, 0 or more
   * @param delay the pause before each restart
   */
  record FixedDelay(int attempts, Duration delay) implements RestartStrategy {

    /**
     * Makes the strategy of its parts.
     *
     * @param attempts how often, 0 or more
     * @param delay the pause before each restart
     */
    public FixedDelay {
      Objects.requireNonNull(delay, "delay");
    }
  }

  /**
   * Restarts for ever, with a pause that grows from failure to failure.
   *
   * @param initial the first pause
   * @param max the longest pause
   */
  record ExponentialDelay(Duration initial, Duration max) implements RestartStrategy {

    /**
     * Makes the strategy of its parts.
     *
     * @param initial the first pause
     * @param max the longest pause
     */
    public ExponentialDelay {
      Objects.requireNonNull(initial, "initial");
      Objects.requireNonNull(max, "max");
    }
  }

  /**
   * Restarts unless failures come too often.
   *
   * @param maxFailures how many failures in one interval end the job
   * @param interval the interval in which failures are counted
   * @param delay the pause before each restart
   */
  record FailureRate(int maxFailures, Duration interval, Duration delay)
      implements RestartStrategy {

    /**
     * Makes the strategy of its parts.
     *
     * @param maxFailures how many failures in one interval end the job
     * @param interval the interval in which failures are counted
     * @param delay the pause before each restart
     */
    public FailureRate {
      Objects.requireNonNull(interval, "interval");
      Objects.requireNonNull(delay, "delay");
    }
  }

  /**
   * Returns the strategy that never restarts.
   *
   * @return the strategy
   */
  static RestartStrategy none() {
    return new None();
  }

  /**
   * Returns a strategy with a fixed number of restarts and a fixed pause.
   *
   * @param attempts how often, 0 or more
   * @param delay the pause before each restart
   * @return the strategy
   */
  static RestartStrategy fixedDelay(int attempts, Duration delay) {
    return new FixedDelay(attempts, delay);
  }

  /**
   * Returns a strategy that restarts for ever with growing pauses.
   *
   * @param initial the first pause
   * @param max the longest pause
   * @return the strategy
   */
  static RestartStrategy exponentialDelay(Duration initial, Duration max) {
    return new ExponentialDelay(initial, max);
  }

  /**
   * Returns a strategy that gives up when failures come too often.
   *
   * @param maxFailures how many failures in one interval end the job, 1 or more
   * @param interval the interval in which failures are counted
   * @param delay the pause before each restart
   * @return the strategy
   */
  static RestartStrategy failureRate(int maxFailures, Duration interval, Duration delay) {
    return new FailureRate(maxFailures, interval, delay);
  }
}
