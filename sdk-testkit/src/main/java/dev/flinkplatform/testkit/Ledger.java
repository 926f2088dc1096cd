package dev.flinkplatform.testkit;

import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the {@linkplain SelfCheckingJob self-checking job} committed, as its ledger directory shows
 * it: the truth outside of Flink, which outlives each cluster and each snapshot.
 *
 * <p>Each key counts 0, 1, 2 and so on. A number is <em>lost</em> if it was not committed although
 * a higher one of its key was, and <em>duplicated</em> if it was committed under two transaction
 * ids: by a job started without the state of the one before, by a restore of an older snapshot than
 * the last one committed, or by two clusters alive at once. The same transaction written twice is
 * no duplicate: the job does that after a restore, since it can't know whether it was written.
 *
 * <p>A picture of one moment; read again for a newer one. It may be read while jobs write. Numbers
 * processed after the last completed checkpoint are not in it. Immutable and thread-safe.
 */
public final class Ledger {

  private static final String FILE = "ledger.log";
  private static final String LINE_END = " .";
  private static final int RANGES_SHOWN = 10;

  private final SortedMap<Integer, KeyTotals> keys;
  private final List<Start> starts;
  private final int tornLines;

  private Ledger(SortedMap<Integer, KeyTotals> keys, List<Start> starts, int tornLines) {
    this.keys = Collections.unmodifiableSortedMap(keys);
    this.starts = List.copyOf(starts);
    this.tornLines = tornLines;
  }

  /**
   * One start of the job's ledger task: by a deployment, or by a recovery inside of Flink.
   *
   * @param attempt a random id of this start
   * @param restoredCheckpoint the id of the checkpoint or savepoint whose state it got; empty if it
   *     started without state
   * @param at when, by the clock of the host that ran it
   */
  public record Start(UUID attempt, OptionalLong restoredCheckpoint, Instant at) {

    /**
     * Makes a start of its parts.
     *
     * @param attempt a random id of this start
     * @param restoredCheckpoint the id of the snapshot it got, or empty
     * @param at when
     * @throws NullPointerException if a part is null
     */
    public Start {
      Objects.requireNonNull(attempt, "attempt");
      Objects.requireNonNull(restoredCheckpoint, "restoredCheckpoint");
      Objects.requireNonNull(at, "at");
    }
  }

  /**
   * Reads the ledger in a directory; a missing directory or file is an empty ledger.
   *
   * <p>Lines without their end mark are skipped and counted by {@link #tornLines()}: their writer
   * died (the job repeats them when it is restored), or is writing at this moment.
   *
   * @param dir the directory the job got as {@code --ledger}
   * @return what it holds now
   * @throws IllegalStateException if the file is not a ledger: a whole line has an unknown form, or
   *     one transaction id stands for two different transactions
   * @throws UncheckedIOException if it can't be read
   */
  public static Ledger read(Path dir) {
    Path file = dir.resolve(FILE);
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      text = "";
    } catch (IOException e) {
      throw new UncheckedIOException("The ledger " + file + " can't be read", e);
    }
    Map<UUID, Transaction> transactions = new HashMap<>();
    List<Start> starts = new ArrayList<>();
    int torn = 0;
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (line.isEmpty()) {
        continue;
      }
      if (!line.endsWith(LINE_END)) {
        torn++;
        continue;
      }
      try {
        String[] words = line.split(" ", -1);
        if (words[0].equals("start") && words.length == 5) {
          starts.add(start(words));
        } else if (words[0].equals("commit") && words.length == 7) {
          add(transactions, UUID.fromString(words[1]), transaction(words));
        } else {
          throw new IllegalArgumentException("unknown form");
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalStateException(
            "Not a ledger: " + file + ", line " + number + " '" + line + "': " + e.getMessage(), e);
      }
    }
    return new Ledger(totals(transactions), starts, torn);
  }

  private static Start start(String[] words) {
    return new Start(
        UUID.fromString(words[1]),
        words[2].equals("-") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(words[2])),
        Instant.ofEpochMilli(Long.parseLong(words[3])));
  }

  private static Transaction transaction(String[] words) {
    Transaction read =
        new Transaction(
            Integer.parseInt(words[2]), Long.parseLong(words[3]), Long.parseLong(words[4]));
    if (read.from < 0 || read.to < read.from) {
      throw new IllegalArgumentException("no range");
    }
    return read;
  }

  private static void add(Map<UUID, Transaction> all, UUID id, Transaction read) {
    Transaction known = all.putIfAbsent(id, read);
    if (known != null && !known.equals(read)) {
      throw new IllegalArgumentException("this transaction was " + known + " before");
    }
  }

  private static SortedMap<Integer, KeyTotals> totals(Map<UUID, Transaction> transactions) {
    SortedMap<Integer, List<Transaction>> byKey = new TreeMap<>();
    transactions
        .values()
        .forEach(one -> byKey.computeIfAbsent(one.key, key -> new ArrayList<>()).add(one));
    SortedMap<Integer, KeyTotals> totals = new TreeMap<>();
    byKey.forEach((key, list) -> totals.put(key, KeyTotals.of(list)));
    return totals;
  }

  /**
   * Returns how many different numbers were committed, over all keys.
   *
   * @return the count; a number committed twice counts once
   */
  public long committed() {
    return keys.values().stream().mapToLong(key -> key.highest + 1 - size(key.lost)).sum();
  }

  /**
   * Returns how many numbers are missing below the highest committed one of their key.
   *
   * @return the count over all keys; 0 if all is well
   */
  public long lost() {
    return keys.values().stream().mapToLong(key -> size(key.lost)).sum();
  }

  /**
   * Returns how many numbers were committed by two or more different transactions.
   *
   * @return the count over all keys; 0 if all is well
   */
  public long duplicated() {
    return keys.values().stream().mapToLong(key -> size(key.duplicated)).sum();
  }

  /**
   * Tells whether nothing is lost and nothing duplicated.
   *
   * @return true if all is well, also for an empty ledger
   */
  public boolean isExactlyOnce() {
    return lost() == 0 && duplicated() == 0;
  }

  /**
   * Returns the starts of the job in the order they were written.
   *
   * @return an immutable list
   */
  public List<Start> starts() {
    return starts;
  }

  /**
   * Returns the keys of which something was committed.
   *
   * @return an immutable set in ascending order
   */
  public Set<Integer> keys() {
    return keys.keySet();
  }

  /**
   * Returns the highest number committed for a key.
   *
   * @param key the key, from 0
   * @return the number, or empty if nothing was committed for the key
   */
  public OptionalLong highest(int key) {
    KeyTotals totals = keys.get(key);
    return totals == null ? OptionalLong.empty() : OptionalLong.of(totals.highest);
  }

  /**
   * Returns how many lines were cut off by the death of their writer.
   *
   * @return the count; the last line also counts if it is being written right now
   */
  public int tornLines() {
    return tornLines;
  }

  /** Returns the totals, and the first lost and duplicated ranges by key. */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder("Ledger[committed=")
            .append(committed())
            .append(", keys=")
            .append(keys.size())
            .append(", lost=")
            .append(lost());
    describe(text, RangeKind.LOST);
    text.append(", duplicated=").append(duplicated());
    describe(text, RangeKind.DUPLICATED);
    text.append(", starts=");
    text.append(
        starts.stream()
            .map(start -> start.restoredCheckpoint.isPresent() ? "restored" : "fresh")
            .collect(joining(", ", "[", "]")));
    return text.append(", tornLines=").append(tornLines).append(']').toString();
  }

  private void describe(StringBuilder text, RangeKind kind) {
    List<String> ranges = new ArrayList<>();
    keys.forEach(
        (key, totals) -> {
          for (Range range : kind == RangeKind.LOST ? totals.lost : totals.duplicated) {
            ranges.add("key " + key + ": " + range.from + ".." + range.to);
          }
        });
    if (!ranges.isEmpty()) {
      text.append(" (").append(ranges.stream().limit(RANGES_SHOWN).collect(joining("; ")));
      text.append(ranges.size() > RANGES_SHOWN ? "; …)" : ")");
    }
  }

  private static long size(List<Range> ranges) {
    return ranges.stream().mapToLong(range -> range.to - range.from + 1).sum();
  }

  private enum RangeKind {
    LOST,
    DUPLICATED
  }

  /** Both ends are part of it. */
  private record Range(long from, long to) {}

  private record Transaction(int key, long from, long to) {}

  private record KeyTotals(long highest, List<Range> lost, List<Range> duplicated) {

    static KeyTotals of(List<Transaction> transactions) {
      List<Transaction> sorted = new ArrayList<>(transactions);
      sorted.sort(comparingLong(Transaction::from));
      List<Range> lost = new ArrayList<>();
      List<Range> duplicated = new ArrayList<>();
      // The highest number seen, and the highest one seen twice.
      long once = -1;
      long twice = -1;
      for (Transaction next : sorted) {
        if (next.from > once + 1) {
          lost.add(new Range(once + 1, next.from - 1));
        }
        long from = Math.max(next.from, twice + 1);
        long to = Math.min(next.to, once);
        if (from <= to) {
          duplicated.add(new Range(from, to));
          twice = to;
        }
        once = Math.max(once, next.to);
      }
      return new KeyTotals(once, List.copyOf(lost), List.copyOf(duplicated));
    }
  }
}
