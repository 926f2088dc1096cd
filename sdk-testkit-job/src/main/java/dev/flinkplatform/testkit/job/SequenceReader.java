package dev.flinkplatform.testkit.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.io.InputStatus;

/**
 * Emits the next number of its keys in turn, at a steady rate.
 *
 * <p>Between two records the task is free: the reader says that nothing is available, and a timer
 * says when something is. So a slow source delays no checkpoint and uses no CPU. Everything but the
 * timer runs in the task's thread.
 */
final class SequenceReader implements SourceReader<Tuple2<Integer, Long>, KeySplit> {

  /** Timers are no finer; several records may be due when one fires. */
  private static final long FINEST_WAIT_NANOS = 1_000_000;

  /** After a longer pause (backpressure, suspended host) what was missed is not caught up. */
  private static final long LONGEST_LAG_NANOS = 1_000_000_000;

  private final double ratePerKey;
  private final long recordsPerKey;
  private final LongSupplier clock;
  private final Deque<KeySplit> splits = new ArrayDeque<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "sequence-source-timer");
            thread.setDaemon(true);
            return thread;
          });

  private CompletableFuture<Void> available = CompletableFuture.completedFuture(null);
  private boolean noMoreSplits;
  private long due;

  SequenceReader(double ratePerKey, long recordsPerKey, LongSupplier clock) {
    this.ratePerKey = ratePerKey;
    this.recordsPerKey = recordsPerKey;
    this.clock = clock;
    this.due = clock.getAsLong();
  }

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<Tuple2<Integer, Long>> output) {
    dropFinished();
    if (splits.isEmpty()) {
      return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }
    long now = clock.getAsLong();
    if (now - due < 0) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    if (now - due > LONGEST_LAG_NANOS) {
      due = now;
    }
    due += Math.max(1, (long) (1e9 / (ratePerKey * splits.size())));
    KeySplit split = splits.removeFirst();
    output.collect(Tuple2.of(split.key, split.next));
    splits.addLast(new KeySplit(split.key, split.next + 1));
    return clock.getAsLong() - due < 0 ? InputStatus.NOTHING_AVAILABLE : InputStatus.MORE_AVAILABLE;
  }

  private void dropFinished() {
    if (recordsPerKey > 0) {
      splits.removeIf(split -> split.next >= recordsPerKey);
    }
  }

  @Override
  public List<KeySplit> snapshotState(long checkpointId) {
    return new ArrayList<>(splits);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (!available.isDone()) {
      return available;
    }
    dropFinished();
    if (splits.isEmpty()) {
      // Until a split, or the news that there will be none, arrives.
      available =
          noMoreSplits ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
      return available;
    }
    long wait = due - clock.getAsLong();
    if (wait <= 0) {
      available = CompletableFuture.completedFuture(null);
      return available;
    }
    CompletableFuture<Void> next = new CompletableFuture<>();
    available = next;
    var unused =
        timer.schedule(
            () -> next.complete(null), Math.max(wait, FINEST_WAIT_NANOS), TimeUnit.NANOSECONDS);
    return available;
  }

  @Override
  public void addSplits(List<KeySplit> added) {
    splits.addAll(added);
    available.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    available.complete(null);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
