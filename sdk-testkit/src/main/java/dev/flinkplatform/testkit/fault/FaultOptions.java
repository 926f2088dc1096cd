package dev.flinkplatform.testkit.fault;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How many faults of which kind a {@linkplain FaultSchedule#seeded seeded schedule} has. Immutable;
 * each method returns new options.
 *
 * @param probability how likely a request has a fault, 0 to 1; default 0.2
 * @param maxInARow how many requests in a row may have a fault that denies the client its answer, 0
 *     or more; default 2, so that a client that tries three times wins
 * @param maxInAll how many requests may have a fault at all, 0 or more; default no limit
 * @param maxDelay the longest delay, 1 ms to 10 minutes; default 300 ms
 * @param statuses the HTTP statuses to choose from, 400 to 599; default 409, 429, 500 and 503
 * @param weights how often each kind comes, relative to the others; default all alike
 */
public record FaultOptions(
    double probability,
    int maxInARow,
    int maxInAll,
    Duration maxDelay,
    List<Integer> statuses,
    Map<Fault.Kind, Integer> weights) {

  /**
   * Makes options of their parts; {@link #defaults()} is easier.
   *
   * @param probability how likely a request has a fault
   * @param maxInARow how many requests in a row may be denied their answer
   * @param maxInAll how many requests may have a fault
   * @param maxDelay the longest delay
   * @param statuses the statuses to choose from
   * @param weights how often each kind comes
   * @throws IllegalArgumentException if one is out of its range, or nothing is left to choose from
   */
  public FaultOptions {
    require(probability >= 0 && probability <= 1, "probability must be 0 to 1, got " + probability);
    require(maxInARow >= 0, "maxInARow must be 0 or more, got " + maxInARow);
    require(maxInAll >= 0, "maxInAll must be 0 or more, got " + maxInAll);
    long millis = Objects.requireNonNull(maxDelay, "maxDelay").toMillis();
    require(millis >= 1 && millis <= 600_000, "maxDelay must be 1 ms to 10 min, got " + maxDelay);
    statuses = List.copyOf(statuses);
    statuses.forEach(s -> new Fault(Fault.Kind.STATUS, s));
    weights = Map.copyOf(weights);
    require(
        weights.values().stream().allMatch(w -> w >= 0)
            && weights.values().stream().mapToInt(w -> w).sum() > 0
            && !weights.containsKey(Fault.Kind.PASS),
        "weights must be 0 or more, some of them more, and none for PASS; got " + weights);
    require(
        !statuses.isEmpty() || weights.getOrDefault(Fault.Kind.STATUS, 0) == 0,
        "statuses must not be empty");
  }

  private static void require(boolean isTrue, String otherwise) {
    if (!isTrue) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /**
   * Returns the defaults: one request in five has a fault, of any kind, at most two in a row.
   *
   * @return the options
   */
  public static FaultOptions defaults() {
    Map<Fault.Kind, Integer> all = new EnumMap<>(Fault.Kind.class);
    for (Fault.Kind kind : Fault.Kind.values()) {
      if (kind != Fault.Kind.PASS) {
        all.put(kind, 1);
      }
    }
    return new FaultOptions(
        0.2, 2, Integer.MAX_VALUE, Duration.ofMillis(300), List.of(409, 429, 500, 503), all);
  }

  /**
   * Sets how likely a request has a fault.
   *
   * @param value 0 to 1
   * @return new options
   */
  public FaultOptions probability(double value) {
    return new FaultOptions(value, maxInARow, maxInAll, maxDelay, statuses, weights);
  }

  /**
   * Sets how many requests in a row may be denied their answer. They are counted over all
   * connections.
   *
   * @param value 0 or more
   * @return new options
   */
  public FaultOptions maxInARow(int value) {
    return new FaultOptions(probability, value, maxInAll, maxDelay, statuses, weights);
  }

  /**
   * Sets how many requests may have a fault.
   *
   * @param value 0 or more
   * @return new options
   */
  public FaultOptions maxInAll(int value) {
    return new FaultOptions(probability, maxInARow, value, maxDelay, statuses, weights);
  }

  /**
   * Sets the longest delay.
   *
   * @param value 1 ms to 10 minutes
   * @return new options
   */
  public FaultOptions maxDelay(Duration value) {
    return new FaultOptions(probability, maxInARow, maxInAll, value, statuses, weights);
  }

  /**
   * Sets the statuses to choose from.
   *
   * @param value 400 to 599 each
   * @return new options
   */
  public FaultOptions statuses(Integer... value) {
    return new FaultOptions(probability, maxInARow, maxInAll, maxDelay, List.of(value), weights);
  }

  /**
   * Sets the kinds to choose from, all alike.
   *
   * @param kinds any but {@link Fault.Kind#PASS}, at least one
   * @return new options
   */
  public FaultOptions only(Fault.Kind... kinds) {
    Map<Fault.Kind, Integer> chosen = new EnumMap<>(Fault.Kind.class);
    for (Fault.Kind kind : kinds) {
      chosen.put(kind, 1);
    }
    return new FaultOptions(probability, maxInARow, maxInAll, maxDelay, statuses, chosen);
  }
}
