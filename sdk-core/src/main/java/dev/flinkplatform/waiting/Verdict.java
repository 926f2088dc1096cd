package dev.flinkplatform.waiting;

import java.util.Objects;

/**
 * What a condition says of one look: met, not yet, or never.
 *
 * @param kind which of the three
 * @param reason why; empty for {@link Kind#MET}
 */
public record Verdict(Kind kind, String reason) {

  /** The three values. */
  public enum Kind {
    /** It is so. */
    MET,
    /** It is not so, and may become so. */
    NOT_YET,
    /** It is not so, and waiting will not change that. */
    NEVER
  }

  private static final Verdict MET = new Verdict(Kind.MET, "");

  /**
   * Makes a verdict of its parts.
   *
   * @param kind which of the three
   * @param reason why; empty for {@link Kind#MET}
   */
  public Verdict {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(reason, "reason");
  }

  /**
   * Says that the condition is met.
   *
   * @return the verdict
   */
  public static Verdict met() {
    return MET;
  }

  /**
   * Says that the condition is not met and may become so.
   *
   * @param reason what was seen instead
   * @return the verdict
   */
  public static Verdict notYet(String reason) {
    return new Verdict(Kind.NOT_YET, reason);
  }

  /**
   * Says that the condition can never be met.
   *
   * @param reason why, with the root cause where there is one
   * @return the verdict
   */
  public static Verdict never(String reason) {
    return new Verdict(Kind.NEVER, reason);
  }
}
