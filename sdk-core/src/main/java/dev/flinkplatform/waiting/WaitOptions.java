package dev.flinkplatform.waiting;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How to wait: how long at the most, how often to look, and who hears of each look.
 *
 * @param timeout after which time the wait is given up; more than zero
 * @param interval the time between two looks, 10 ms or more; default 100 ms
 * @param listener hears the verdict of every look that was not yet, on the waiting thread; must not
 *     block
 */
public record WaitOptions(Duration timeout, Duration interval, Consumer<Verdict> listener) {

  private static final Duration DEFAULT_INTERVAL = Duration.ofMillis(100);

  /**
   * Makes options of their parts.
   *
   * @param timeout after which time the wait is given up; more than zero
   * @param interval the time between two looks, 10 ms or more; default 100 ms
   * @param listener hears the verdict of every look that was not yet, on the waiting thread; must
   *     not block
   * @throws IllegalArgumentException if the timeout is not more than zero or the interval is under
   *     10 ms
   */
  public WaitOptions {
    Objects.requireNonNull(listener, "listener");
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be more than zero, got " + timeout);
    }
    if (interval.compareTo(Duration.ofMillis(10)) < 0) {
      throw new IllegalArgumentException("interval must be 10 ms or more, got " + interval);
    }
  }

  /**
   * Returns options with the default interval and no listener.
   *
   * @param timeout after which time the wait is given up
   * @return the options
   */
  public static WaitOptions atMost(Duration timeout) {
    return new WaitOptions(timeout, DEFAULT_INTERVAL, v -> {});
  }

  /**
   * Returns the same options with another interval.
   *
   * @param value the time between two looks, 10 ms or more
   * @return the options
   */
  public WaitOptions every(Duration value) {
    return new WaitOptions(timeout, value, listener);
  }

  /**
   * Returns the same options with a listener.
   *
   * @param value hears the verdict of every look that was not yet
   * @return the options
   */
  public WaitOptions onLook(Consumer<Verdict> value) {
    return new WaitOptions(timeout, interval, value);
  }
}
