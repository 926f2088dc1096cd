package dev.flinkplatform.error;

/**
 * Thrown when a wait ends early since its condition can never be met any more.
 *
 * <p>Not retryable. The message tells why, with Flink's root cause where there is one.
 */
public final class ConditionNeverMetException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /** What {@link #expected()} returns. */
  private final String expected;

  /** What {@link #reason()} returns. */
  private final String reason;

  /**
   * Makes the exception.
   *
   * @param expected what was waited for
   * @param reason why it can never be
   * @param resource what it is about
   */
  public ConditionNeverMetException(String expected, String reason, ResourceRef resource) {
    super("Can never be met: " + expected + "; " + reason, resource, false, null);
    this.expected = expected;
    this.reason = reason;
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
   * Returns why it can never be.
   *
   * @return the reason
   */
  public String reason() {
    return reason;
  }
}
