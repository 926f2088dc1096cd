package dev.flinkplatform.testkit.job;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;

/**
 * Gives each key to the reader {@code key mod parallelism}, as soon as that reader is there.
 *
 * <p>After a restore the readers bring their keys along in their own state, which Flink spreads
 * over the new parallelism; only keys that no reader had are given out here. A restore with more
 * keys than before starts the further ones at 0.
 */
final class SequenceEnumerator implements SplitEnumerator<KeySplit, EnumeratorState> {

  private final SplitEnumeratorContext<KeySplit> context;
  private final int keys;
  private final boolean finite;
  private final List<KeySplit> unassigned;

  SequenceEnumerator(
      SplitEnumeratorContext<KeySplit> context, EnumeratorState state, int keys, boolean finite) {
    this.context = context;
    this.keys = Math.max(keys, state.keys);
    this.finite = finite;
    this.unassigned = new ArrayList<>(state.unassigned);
    for (int key = state.keys; key < keys; key++) {
      unassigned.add(new KeySplit(key, 0));
    }
  }

  @Override
  public void start() {}

  @Override
  public void addReader(int subtask) {
    Iterator<KeySplit> all = unassigned.iterator();
    while (all.hasNext()) {
      KeySplit split = all.next();
      if (split.key % context.currentParallelism() == subtask) {
        context.assignSplit(split, subtask);
        all.remove();
      }
    }
    // An endless reader without keys stays: a finished task would be one more thing that differs.
    if (finite) {
      context.signalNoMoreSplits(subtask);
    }
  }

  @Override
  public void addSplitsBack(List<KeySplit> splits, int subtask) {
    // The reader is gone; it gets them when it registers again.
    unassigned.addAll(splits);
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {}

  @Override
  public EnumeratorState snapshotState(long checkpointId) {
    return new EnumeratorState(keys, unassigned);
  }

  @Override
  public void close() {}
}
