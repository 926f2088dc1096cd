package dev.flinkplatform;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code apply} would change, and how.
 *
 * @param kind how
 * @param changes what, one entry per changed field
 * @param reasons why it is done that way, or refused
 */
public record Plan(Kind kind, List<Change> changes, List<String> reasons) {

  /** How a change is made. */
  public enum Kind {
    /** The application is as the specification says. */
    NOTHING,
    /** The application does not exist and is created. */
    CREATE,
    /** The running job stays as it is, or is changed by Flink itself. */
    IN_PLACE,
    /** The job is stopped with its state and started again from it. */
    RESTART_WITH_STATE,
    /** It cannot be done; the reasons tell why. */
    REFUSED
  }

  /**
   * A field that changes.
   *
   * @param path where in the specification
   * @param from what it is now; secrets are masked
   * @param to what it becomes; secrets are masked
   */
  public record Change(String path, String from, String to) {}

  /**
   * Makes a plan of its parts.
   *
   * @param kind how
   * @param changes what, one entry per changed field
   * @param reasons why it is done that way, or refused
   */
  public Plan {
    changes = List.copyOf(changes);
    reasons = List.copyOf(reasons);
  }

  /**
   * Returns the plan in lines.
   *
   * @return for people
   */
  @Override
  public String toString() {
    return kind
        + changes.stream()
            .map(c -> "\n  " + c.path() + ": " + c.from() + " -> " + c.to())
            .collect(Collectors.joining())
        + reasons.stream().map(r -> "\n  # " + r).collect(Collectors.joining());
  }
}
