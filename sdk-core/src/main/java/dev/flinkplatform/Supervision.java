package dev.flinkplatform;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether, and how persistently, an open platform starts processes again that died. Immutable and
 * thread-safe.
 *
 * <p>It is for backends that nobody else does it for, as {@code local}; on others it has no effect.
 * What is looked after: applications that should run and that no operation is changing. A
 * TaskManager, or a JobManager with high availability, is started again within the same cluster. A
 * JobManager without it takes its job with it: then the job is restored from its latest state, by a
 * new cluster; if there is no state, nothing is done. A job that ended, also by its own restart
 * strategy, is left alone.
 *
 * <p>Each restart is an operation of its own, {@link Verb#RECOVER}, that can be seen in {@link
 * FlinkPlatform#operations()}; of several platforms on one place only one does it. After the limit,
 * no more is tried until the user starts the application again, by {@code restart}, {@code
 * upgrade}, {@code resume} or {@code apply}; {@link
 * dev.flinkplatform.status.ApplicationStatus#reason()} then says how often and why.
 */
public final class Supervision {

  private static final Supervision DEFAULTS =
      new Supervision(
          true, Duration.ofSeconds(1), Duration.ofMinutes(1), 5, Duration.ofMinutes(10));
  private static final Supervision OFF =
      new Supervision(false, DEFAULTS.initialBackOff, DEFAULTS.maxBackOff, 0, DEFAULTS.window);

  private final boolean on;
  private final Duration initialBackOff;
  private final Duration maxBackOff;
  private final int limit;
  private final Duration window;

  private Supervision(
      boolean on, Duration initialBackOff, Duration maxBackOff, int limit, Duration window) {
    this.on = on;
    this.initialBackOff = initialBackOff;
    this.maxBackOff = maxBackOff;
    this.limit = limit;
    this.window = window;
  }

  /**
   * Returns the default: on, pauses of 1 s to 1 min, at most 5 restarts within 10 minutes.
   *
   * @return the policy
   */
  public static Supervision defaults() {
    return DEFAULTS;
  }

  /**
   * Returns the policy that starts nothing again.
   *
   * @return the policy
   */
  public static Supervision off() {
    return OFF;
  }

  /**
   * Returns the same policy with other pauses. The first restart comes one initial pause after the
   * death was seen; each further one within the window waits twice as long as the one before.
   *
   * @param initial the first pause, zero or more
   * @param max the longest pause, not shorter than the first
   * @return the policy
   * @throws IllegalArgumentException if a pause is negative, or the longest is shorter than the
   *     first
   */
  public Supervision withBackOff(Duration initial, Duration max) {
    Objects.requireNonNull(initial, "initial");
    Objects.requireNonNull(max, "max");
    if (initial.isNegative() || max.compareTo(initial) < 0) {
      throw new IllegalArgumentException(
          "Pauses must be 0 <= initial <= max, got " + initial + " and " + max);
    }
    return new Supervision(on, initial, max, limit, window);
  }

  /**
   * Returns the same policy with another limit.
   *
   * @param restarts how many restarts of one application within the window, 1 or more
   * @param within the window, more than zero
   * @return the policy
   * @throws IllegalArgumentException if a value is out of range
   */
  public Supervision withLimit(int restarts, Duration within) {
    Objects.requireNonNull(within, "within");
    if (restarts < 1 || within.isNegative() || within.isZero()) {
      throw new IllegalArgumentException(
          "The limit must be 1 or more restarts within more than zero, got "
              + restarts
              + " within "
              + within);
    }
    return new Supervision(on, initialBackOff, maxBackOff, restarts, within);
  }

  /**
   * Tells whether anything is started again at all.
   *
   * @return false for {@link #off()}
   */
  public boolean isOn() {
    return on;
  }

  /**
   * Returns the first pause.
   *
   * @return zero or more
   */
  public Duration initialBackOff() {
    return initialBackOff;
  }

  /**
   * Returns the longest pause.
   *
   * @return not shorter than the first
   */
  public Duration maxBackOff() {
    return maxBackOff;
  }

  /**
   * Returns how many restarts of one application there may be within the window.
   *
   * @return 1 or more; 0 for {@link #off()}
   */
  public int limit() {
    return limit;
  }

  /**
   * Returns the window that restarts are counted in.
   *
   * @return more than zero
   */
  public Duration window() {
    return window;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Supervision that
        && on == that.on
        && limit == that.limit
        && initialBackOff.equals(that.initialBackOff)
        && maxBackOff.equals(that.maxBackOff)
        && window.equals(that.window);
  }

  @Override
  public int hashCode() {
    return Objects.hash(on, initialBackOff, maxBackOff, limit, window);
  }

  /**
   * Returns the policy in words.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return on
        ? "Supervision{pauses of "
            + initialBackOff
            + " to "
            + maxBackOff
            + ", at most "
            + limit
            + " restarts within "
            + window
            + "}"
        : "Supervision{off}";
  }
}
