package dev.flinkplatform.testkit.memory;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state of a job in a checkpoint or savepoint.
 *
 * @param id Flink's number of it
 * @param at when it was completed
 * @param next the number that comes next, by key
 * @param pending the lines that the ledger commits when it is known to be complete
 * @param uids the uids of the operators whose state is in it, by operator
 * @param maxParallelism what the parallelism cannot be more than
 * @param bytes how large it is
 */
record Snapshot(
    long id,
    Instant at,
    SortedMap<Integer, Long> next,
    List<String> pending,
    Map<String, String> uids,
    int maxParallelism,
    long bytes) {

  Snapshot {
    next = new TreeMap<>(next);
    pending = List.copyOf(pending);
    uids = Map.copyOf(uids);
  }

  /** How many records went into it. */
  long records() {
    return next.values().stream().mapToLong(n -> n).sum();
  }
}
