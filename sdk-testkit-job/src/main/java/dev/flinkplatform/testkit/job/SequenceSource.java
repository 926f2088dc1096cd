package dev.flinkplatform.testkit.job;

import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Counts up from 0 for each key, at a steady rate. A record is (key, number). */
final class SequenceSource implements Source<Tuple2<Integer, Long>, KeySplit, EnumeratorState> {

  private static final long serialVersionUID = 1L;

  private final int keys;
  private final double rate;
  private final long recordsPerKey;

  SequenceSource(int keys, double rate, long recordsPerKey) {
    this.keys = keys;
    this.rate = rate;
    this.recordsPerKey = recordsPerKey;
  }

  @Override
  public Boundedness getBoundedness() {
    return recordsPerKey > 0 ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<Tuple2<Integer, Long>, KeySplit> createReader(SourceReaderContext context) {
    return new SequenceReader(rate / keys, recordsPerKey, System::nanoTime);
  }

  @Override
  public SplitEnumerator<KeySplit, EnumeratorState> createEnumerator(
      SplitEnumeratorContext<KeySplit> context) {
    return restoreEnumerator(context, new EnumeratorState(0, List.of()));
  }

  @Override
  public SplitEnumerator<KeySplit, EnumeratorState> restoreEnumerator(
      SplitEnumeratorContext<KeySplit> context, EnumeratorState state) {
    return new SequenceEnumerator(context, state, keys, recordsPerKey > 0);
  }

  @Override
  public SimpleVersionedSerializer<KeySplit> getSplitSerializer() {
    return new SequenceSerializers.Split();
  }

  @Override
  public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
    return new SequenceSerializers.Enumerator();
  }
}
