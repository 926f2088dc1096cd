package dev.flinkplatform.testkit.fault;

import java.util.Locale;
import java.util.Objects;

/**
 * What happens to one request on its way through a {@link FaultProxy}. Immutable.
 *
 * @param kind what happens
 * @param amount for {@link Kind#DELAY} the milliseconds, 1 to 600,000; for {@link Kind#STATUS} the
 *     HTTP status, 400 to 599; 0 for all others
 */
public record Fault(Kind kind, int amount) {

  /** What can happen. */
  public enum Kind {
    /** Nothing: the request and its answer pass. */
    PASS,
    /** The connection is closed; the server never hears of the request. */
    DROP,
    /** The proxy answers with a status; the server never hears of the request. */
    STATUS,
    /** The request passes after a while. */
    DELAY,
    /** The server gets the request twice; the client gets the second answer. */
    DUPLICATE,
    /** The server acts and answers; the connection is reset within its answer. */
    RESET,
    /** The server acts and answers; the connection is reset before a byte of its answer. */
    LOSE_REPLY;

    /** Whether the client gets a whole answer of the server. */
    boolean isHarmless() {
      return this == PASS || this == DELAY || this == DUPLICATE;
    }
  }

  private static final int MAX_DELAY = 600_000;

  /**
   * Makes a fault of its parts.
   *
   * @param kind what happens
   * @param amount milliseconds or status, as said above
   * @throws IllegalArgumentException if the amount does not fit the kind
   */
  public Fault {
    Objects.requireNonNull(kind, "kind");
    boolean fits =
        switch (kind) {
          case DELAY -> amount >= 1 && amount <= MAX_DELAY;
          case STATUS -> amount >= 400 && amount <= 599;
          default -> amount == 0;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "amount of "
              + kind
              + " must be "
              + (kind == Kind.DELAY
                  ? "1 to " + MAX_DELAY
                  : kind == Kind.STATUS ? "400 to 599" : "0")
              + ", got "
              + amount);
    }
  }

  /**
   * Returns a fault without an amount.
   *
   * @param kind any but {@link Kind#DELAY} and {@link Kind#STATUS}
   * @return the fault
   * @throws IllegalArgumentException if the kind needs an amount
   */
  public static Fault of(Kind kind) {
    return new Fault(kind, 0);
  }

  /**
   * Reads what {@link #toString()} gives.
   *
   * @param text for example {@code drop}, {@code delay:120} or {@code status:503}
   * @return the fault
   * @throws IllegalArgumentException if it is no fault
   */
  public static Fault parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    try {
      return new Fault(
          Kind.valueOf(kind.toUpperCase(Locale.ROOT).replace('-', '_')),
          colon < 0 ? 0 : Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("No fault: '" + text + "': " + e.getMessage(), e);
    }
  }

  /** Returns the fault in words that {@link #parse} reads. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return amount == 0 ? name : name + ":" + amount;
  }
}
