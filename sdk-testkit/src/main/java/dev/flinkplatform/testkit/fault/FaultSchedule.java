package dev.flinkplatform.testkit.fault;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Says what happens to the first, second, third request and so on: by a seed, or as another
 * schedule did. The same seed and options give the same faults, whatever the requests are.
 *
 * <p>{@link #toString()} gives all that was decided so far; {@link #replay} reads it. Thread-safe.
 */
public final class FaultSchedule {

  private final String origin;
  private final FaultOptions options;
  private final Random random;
  private final List<Fault> decided = new ArrayList<>();
  private int inARow;
  private int inAll;
  private final boolean fixed;

  private FaultSchedule(String origin, FaultOptions options, Random random, boolean fixed) {
    this.origin = origin;
    this.options = options;
    this.random = random;
    this.fixed = fixed;
  }

  /**
   * Returns a schedule of a seed.
   *
   * @param seed any number
   * @param options how many faults of which kind
   * @return a new schedule
   */
  public static FaultSchedule seeded(long seed, FaultOptions options) {
    return new FaultSchedule(
        "seed " + seed, Objects.requireNonNull(options, "options"), new Random(seed), false);
  }

  /**
   * Returns a schedule without faults.
   *
   * @return a new schedule
   */
  public static FaultSchedule none() {
    return new FaultSchedule("none", FaultOptions.defaults(), new Random(0), true);
  }

  /**
   * Returns the schedule that another one printed. Requests that it does not name pass.
   *
   * @param text what {@link #toString()} gave, or faults written by hand: {@code 3=drop
   *     7=status:503 12=delay:200}, numbered from 1
   * @return a new schedule
   * @throws IllegalArgumentException if it is no schedule
   */
  public static FaultSchedule replay(String text) {
    SortedMap<Integer, Fault> faults = new TreeMap<>();
    String list = text.substring(text.indexOf(']') + 1).trim();
    for (String word : list.isEmpty() ? new String[0] : list.split("\\s+")) {
      int equals = word.indexOf('=');
      int number = 0;
      if (equals > 0 && word.substring(0, equals).matches("[1-9][0-9]{0,6}")) {
        number = Integer.parseInt(word.substring(0, equals));
      }
      if (number == 0 || faults.containsKey(number)) {
        throw new IllegalArgumentException(
            "No schedule: '"
                + word
                + "' must be a request's number, from 1 and once, '=' and a fault");
      }
      faults.put(number, Fault.parse(word.substring(equals + 1)));
    }
    FaultSchedule schedule =
        new FaultSchedule("replay", FaultOptions.defaults(), new Random(0), true);
    for (int i = 1; !faults.isEmpty() && i <= faults.lastKey(); i++) {
      schedule.decided.add(faults.getOrDefault(i, Fault.of(Fault.Kind.PASS)));
    }
    return schedule;
  }

  /**
   * Returns what happens to a request.
   *
   * @param number the request's number, from 1
   * @return its fault, always the same
   * @throws IllegalArgumentException if the number is below 1
   */
  public synchronized Fault of(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("number must be 1 or more, got " + number);
    }
    while (!fixed && decided.size() < number) {
      decided.add(decide());
    }
    return number <= decided.size() ? decided.get(number - 1) : Fault.of(Fault.Kind.PASS);
  }

  private Fault decide() {
    // Everything is drawn always: so a changed limit does not change all that follows.
    double chance = random.nextDouble();
    Fault.Kind kind = kind(random.nextDouble());
    double size = random.nextDouble();
    if (chance >= options.probability()
        || inAll >= options.maxInAll()
        || (!kind.isHarmless() && inARow >= options.maxInARow())) {
      inARow = 0;
      return Fault.of(Fault.Kind.PASS);
    }
    inAll++;
    inARow = kind.isHarmless() ? 0 : inARow + 1;
    return switch (kind) {
      case DELAY -> new Fault(kind, 1 + (int) (size * (options.maxDelay().toMillis() - 1)));
      case STATUS ->
          new Fault(kind, options.statuses().get((int) (size * options.statuses().size())));
      default -> Fault.of(kind);
    };
  }

  private Fault.Kind kind(double chance) {
    Map<Fault.Kind, Integer> weights = new EnumMap<>(options.weights());
    double left = chance * weights.values().stream().mapToInt(w -> w).sum();
    Fault.Kind last = Fault.Kind.PASS;
    for (Map.Entry<Fault.Kind, Integer> e : weights.entrySet()) {
      if (e.getValue() > 0) {
        last = e.getKey();
        left -= e.getValue();
        if (left < 0) {
          break;
        }
      }
    }
    return last;
  }

  /**
   * Returns where it comes from and the faults decided so far, in words that {@link #replay} reads:
   * {@code [seed 7] 3=drop 9=status:503}.
   */
  @Override
  public synchronized String toString() {
    StringBuilder text = new StringBuilder("[" + origin + "]");
    for (int i = 0; i < decided.size(); i++) {
      if (decided.get(i).kind() != Fault.Kind.PASS) {
        text.append(' ').append(i + 1).append('=').append(decided.get(i));
      }
    }
    return text.toString();
  }
}
