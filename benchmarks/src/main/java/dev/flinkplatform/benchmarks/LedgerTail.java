package dev.flinkplatform.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches a self-checking job's ledger grow: when records were committed, and how many.
 *
 * <p>A record is committed by the checkpoint after it. If a commit comes later than its records
 * took at the job's rate, for that long none was processed. So the checkpoint interval does not
 * count, and what was processed twice does not count as processed. Thread-safe.
 */
final class LedgerTail implements AutoCloseable {

  private static final int PERIOD_MILLIS = 5;

  /** Lines that come together belong together. */
  private static final long TOGETHER_NANOS = 20_000_000;

  private final Path file;
  private final double recordsPerMilli;
  private final List<Commit> commits = new ArrayList<>();
  private final Thread thread = new Thread(this::watch, "ledger-tail");
  private volatile boolean closed;
  private @Nullable IOException failure;
  private StringBuilder line = new StringBuilder();

  private record Commit(long nanos, long records) {}

  LedgerTail(Path ledger, double recordsPerSecond) {
    this.file = ledger.resolve("ledger.log");
    this.recordsPerMilli = recordsPerSecond / 1000;
    thread.setDaemon(true);
    thread.start();
  }

  synchronized int size() {
    return commits.size();
  }

  /** Waits for further commits, and returns how many there are then. */
  int awaitMore(int more) throws IOException, InterruptedException {
    int wanted = size() + more;
    long end = System.nanoTime() + Setting.PATIENCE.toNanos();
    while (size() < wanted) {
      IOException broken = failure();
      if (broken != null) {
        throw broken;
      }
      if (System.nanoTime() > end) {
        throw new IOException("The job commits nothing any more: " + file);
      }
      Thread.sleep(PERIOD_MILLIS);
    }
    return size();
  }

  /**
   * Returns the longest time without a record, in milliseconds.
   *
   * @param from the first commit to look at
   * @param to the one after the last
   */
  synchronized double longestOutage(int from, int to) {
    double longest = 0;
    for (int i = Math.max(from, 1); i < to; i++) {
      double gap = (commits.get(i).nanos() - commits.get(i - 1).nanos()) / 1e6;
      longest = Math.max(longest, gap - commits.get(i).records() / recordsPerMilli);
    }
    return longest;
  }

  private synchronized @Nullable IOException failure() {
    return failure;
  }

  private void watch() {
    try {
      while (!closed && !Files.exists(file)) {
        Thread.sleep(PERIOD_MILLIS);
      }
      if (closed) {
        return;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (!closed) {
          if (channel.read(buffer.clear()) > 0) {
            long now = System.nanoTime();
            read(StandardCharsets.US_ASCII.decode(buffer.flip()).toString(), now);
          } else {
            Thread.sleep(PERIOD_MILLIS);
          }
        }
      }
    } catch (IOException e) {
      synchronized (this) {
        failure = e;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(String text, long now) {
    long records = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\n') {
        line.append(c);
        continue;
      }
      // commit <transaction> <key> <from> <to> <checkpoint> .
      String[] words = line.toString().split(" ", -1);
      if (words.length == 7 && words[0].equals("commit")) {
        records += Long.parseLong(words[4]) - Long.parseLong(words[3]) + 1;
      }
      line = new StringBuilder();
    }
    if (records > 0) {
      add(records, now);
    }
  }

  private synchronized void add(long records, long now) {
    int last = commits.size() - 1;
    if (last >= 0 && now - commits.get(last).nanos() < TOGETHER_NANOS) {
      Commit before = commits.get(last);
      commits.set(last, new Commit(before.nanos(), before.records() + records));
    } else {
      commits.add(new Commit(now, records));
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
