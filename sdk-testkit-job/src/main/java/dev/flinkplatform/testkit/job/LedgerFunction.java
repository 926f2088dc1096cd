package dev.flinkplatform.testkit.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Writes down outside of Flink which numbers were committed, exactly once per history.
 *
 * <p>What arrived between two snapshots becomes a transaction with an id of its own, kept in the
 * second snapshot. It is appended to the ledger when that snapshot, or a later one, is known to be
 * complete:
 *
 * <ul>
 *   <li>by notification: checkpoints and stop-with-savepoint. A savepoint that leaves the job
 *       running gives none (Flink 1.15 and later), nor does an aborted checkpoint; the next
 *       checkpoint commits theirs too.
 *   <li>by a restore: a snapshot one can restore is complete. If it was committed before, the same
 *       id is there twice, and the reader counts it once.
 * </ul>
 *
 * <p>So numbers committed under two ids were processed by two histories: a start without state, a
 * restore of an older snapshot than the last committed one, or two clusters at once.
 *
 * <p>Without checkpointing nothing would ever be committed, so each record is at once.
 */
final class LedgerFunction extends ProcessFunction<Tuple2<Integer, Long>, Void>
    implements CheckpointedFunction, CheckpointListener {

  private static final long serialVersionUID = 1L;

  private final String dir;
  private final long slowSinkMillis;
  private final boolean failUnlessRestored;
  private final boolean failIfRestored;
  private final boolean checkpointing;

  /** Ranges (from, to) seen since the last snapshot. */
  private transient Map<Integer, List<long[]>> seen;

  /** Lines to commit, by the checkpoint that has to be complete first. */
  private transient SortedMap<Long, List<String>> pending;

  private transient ListState<String> pendingState;

  /** Never empty once written: tells "restored without anything pending" from "not restored". */
  private transient ListState<String> originState;

  @SuppressWarnings("NullAway.Init") // Flink calls initializeState() first.
  LedgerFunction(JobOptions options, boolean checkpointing) {
    this.dir = options.ledger;
    this.slowSinkMillis = options.slowSinkMillis;
    this.failUnlessRestored = options.failUnlessRestored;
    this.failIfRestored = options.failIfRestored;
    this.checkpointing = checkpointing;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    seen = new LinkedHashMap<>();
    pending = new TreeMap<>();
    pendingState =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("pending", Types.STRING));
    originState =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("origin", Types.STRING));
    // Flink's isRestored() also holds if the snapshot had nothing for this operator.
    boolean restored = originState.get().iterator().hasNext();
    if (failUnlessRestored && !restored) {
      throw new IllegalStateException("not restored, as --fail-unless-restored demands");
    }
    if (failIfRestored && restored) {
      throw new IllegalStateException("restored, against --fail-if-restored");
    }
    UUID attempt = UUID.randomUUID();
    List<String> lines = new ArrayList<>();
    OptionalLong from = restored ? context.getRestoredCheckpointId() : OptionalLong.empty();
    lines.add(LedgerLines.start(attempt, from, System.currentTimeMillis()));
    for (String line : pendingState.get()) {
      lines.add(line);
    }
    append(lines);
    if (!restored) {
      originState.add(attempt.toString());
    }
  }

  @Override
  public void processElement(Tuple2<Integer, Long> record, Context context, Collector<Void> out)
      throws IOException, InterruptedException {
    if (slowSinkMillis > 0) {
      Thread.sleep(slowSinkMillis);
    }
    long number = record.f1;
    if (dir.isEmpty()) {
      return;
    }
    if (!checkpointing) {
      append(List.of(LedgerLines.commit(UUID.randomUUID(), record.f0, number, number, 0)));
      return;
    }
    List<long[]> ranges = seen.computeIfAbsent(record.f0, key -> new ArrayList<>());
    long[] last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
    if (last != null && last[1] + 1 == number) {
      last[1] = number;
    } else {
      ranges.add(new long[] {number, number});
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    long id = context.getCheckpointId();
    List<String> lines = new ArrayList<>();
    seen.forEach(
        (key, ranges) -> {
          for (long[] range : ranges) {
            lines.add(LedgerLines.commit(UUID.randomUUID(), key, range[0], range[1], id));
          }
        });
    seen.clear();
    if (!lines.isEmpty()) {
      pending.computeIfAbsent(id, key -> new ArrayList<>()).addAll(lines);
    }
    List<String> all = new ArrayList<>();
    pending.values().forEach(all::addAll);
    pendingState.update(all);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    SortedMap<Long, List<String>> complete = pending.headMap(checkpointId + 1);
    List<String> lines = new ArrayList<>();
    complete.values().forEach(lines::addAll);
    if (!lines.isEmpty()) {
      append(lines);
      complete.clear();
    }
  }

  private void append(List<String> lines) throws IOException {
    if (!dir.isEmpty()) {
      LedgerLines.append(Path.of(dir), lines);
    }
  }
}
