package dev.flinkplatform.testkit.calls;

import java.time.Duration;
import java.util.Objects;

/**
 * What is done to one call of a backend.
 *
 * @param kind what
 * @param delay how long a delayed call waits; zero for the others
 */
public record CallFault(Kind kind, Duration delay) {

  /** What can be done to a call. */
  public enum Kind {
    /** Nothing. */
    NONE,
    /** It fails and has no effect. */
    FAILS,
    /** It has its effect, and then fails: the reply is lost. */
    REPLY_LOST,
    /** It waits before it has its effect. */
    DELAYED,
    /** It is made twice; the second reply counts. Calls that do not allow this are made once. */
    DUPLICATED
  }

  /** No fault. */
  public static final CallFault NONE = new CallFault(Kind.NONE, Duration.ZERO);

  /** The call fails and has no effect. */
  public static final CallFault FAILS = new CallFault(Kind.FAILS, Duration.ZERO);

  /** The call has its effect, and the reply is lost. */
  public static final CallFault REPLY_LOST = new CallFault(Kind.REPLY_LOST, Duration.ZERO);

  /** The call is made twice. */
  public static final CallFault DUPLICATED = new CallFault(Kind.DUPLICATED, Duration.ZERO);

  /**
   * Makes a fault of its parts.
   *
   * @param kind what
   * @param delay how long a delayed call waits
   */
  public CallFault {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(delay, "delay");
  }

  /**
   * Returns a delay.
   *
   * @param delay how long
   * @return the fault
   */
  public static CallFault delayed(Duration delay) {
    return new CallFault(Kind.DELAYED, delay);
  }

  /**
   * Returns the fault in words.
   *
   * @return for people
   */
  @Override
  public String toString() {
    return kind == Kind.DELAYED ? kind + " by " + delay : kind.toString();
  }
}
