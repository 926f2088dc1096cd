package dev.flinkplatform.testkit.calls;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Faults that come from a seed: the same seed and the same calls give the same faults. Remembers
 * what it did, so that a failed test can tell. Thread-safe.
 */
public final class CallFaults implements CallFaultPlan {

  private static final int MOST = 60;
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);

  private final long seed;
  private final Random random;
  private final double frequency;
  private final Duration longestDelay;
  private final List<String> done = new ArrayList<>();
  private int calls;

  private CallFaults(long seed, Duration longestDelay) {
    this.seed = seed;
    this.longestDelay = longestDelay;
    this.random = new Random(seed * 0x9E3779B97F4A7C15L);
    this.frequency = 0.02 + random.nextDouble() * 0.28;
  }

  /**
   * Returns the schedule of a seed: between 2 and 30 of 100 calls are disturbed, 60 calls at the
   * most.
   *
   * @param seed the seed
   * @return the schedule
   */
  public static CallFaults of(long seed) {
    return new CallFaults(seed, LONGEST_DELAY);
  }

  /**
   * Returns the schedule of a seed with shorter or longer delays, for a platform whose time is that
   * of a clock.
   *
   * @param seed the seed
   * @param longestDelay the longest delay, 1 ms or more; {@link #of(long)} has 5 s
   * @return the schedule
   * @throws IllegalArgumentException if the delay is shorter
   */
  public static CallFaults of(long seed, Duration longestDelay) {
    if (longestDelay.toMillis() < 1) {
      throw new IllegalArgumentException("longestDelay must be 1 ms or more, got " + longestDelay);
    }
    return new CallFaults(seed, longestDelay);
  }

  @Override
  public synchronized CallFault next(String call, boolean duplicable) {
    calls++;
    if (done.size() >= MOST || random.nextDouble() >= frequency) {
      return CallFault.NONE;
    }
    CallFault fault =
        switch (random.nextInt(duplicable ? 4 : 3)) {
          case 0 -> CallFault.FAILS;
          case 1 -> CallFault.REPLY_LOST;
          case 2 ->
              CallFault.delayed(longestDelay.multipliedBy(random.nextInt(1, 1000)).dividedBy(1000));
          default -> CallFault.DUPLICATED;
        };
    done.add("call " + calls + ", " + call + ": " + fault);
    return fault;
  }

  /**
   * Returns what was done so far.
   *
   * @return each fault with the number and name of its call, in order
   */
  public synchronized List<String> done() {
    return List.copyOf(done);
  }

  /**
   * Returns the seed and what was done so far, one line for each.
   *
   * @return for people
   */
  @Override
  public synchronized String toString() {
    return "faults of seed " + seed + " in " + calls + " calls:\n  " + String.join("\n  ", done);
  }
}
