package dev.flinkplatform.error;

import java.time.Duration;

/**
 * Thrown when a wait was given up; what was waited for goes on.
 *
 * <p>Retryable: waiting again is safe. Says what was expected, what was last seen, and for how
 * long.
 */
public final class WaitTimeoutException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /** What {@link #expected()} returns. */
  private final String expected;

  /** What {@link #lastSeen()} returns. */
  private final String lastSeen;

  /** What {@link #elapsed()} returns. */
  private final Duration elapsed;

  /** What {@link #attempts()} returns. */
  private final int attempts;

  /**
   * Makes the exception.
   *
   * @param expected what was waited for
   * @param lastSeen what was last seen, and why it was not enough
   * @param elapsed how long was waited
   * @param attempts how often was looked
   * @param resource what it is about
   */
  public WaitTimeoutException(
      String expected, String lastSeen, Duration elapsed, int attempts, ResourceRef resource) {
    super(
        "Gave up after "
            + elapsed.toMillis()
            + " ms and "
            + attempts
            + " looks; expected: "
            + expected
            + "; last seen: "
            + lastSeen
            + ". It goes on: wait again, with a longer timeout",
        resource,
        true,
        null);
    this.expected = expected;
    this.lastSeen = lastSeen;
    this.elapsed = elapsed;
    this.attempts = attempts;
  }

  /**
   * Returns what was waited for.
   *
   * @return the condition's name
   */
  public String expected() {
    return expected;
  }

  /**
   * Returns what was last seen, and why it was not enough.
   *
   * @return the last reason
   */
  public String lastSeen() {
    return lastSeen;
  }

  /**
   * Returns how long was waited.
   *
   * @return the time since the wait began
   */
  public Duration elapsed() {
    return elapsed;
  }

  /**
   * Returns how often was looked.
   *
   * @return the number of looks
   */
  public int attempts() {
    return attempts;
  }
}
