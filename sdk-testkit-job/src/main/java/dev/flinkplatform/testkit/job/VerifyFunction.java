package dev.flinkplatform.testkit.job;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Compares each number with the one its key's state expects, and passes it on.
 *
 * <p>Metrics, counted since the task started: {@code selfcheck.verified}, {@code selfcheck.gaps},
 * {@code selfcheck.duplicates}.
 */
final class VerifyFunction
    extends KeyedProcessFunction<Integer, Tuple2<Integer, Long>, Tuple2<Integer, Long>> {

  private static final long serialVersionUID = 1L;

  private final JobOptions options;

  private transient ValueState<@Nullable Long> expectedState;
  private transient ValueState<byte @Nullable []> payloadState;
  private transient @Nullable ListState<byte[]> growthState;
  private transient Counter verified;
  private transient Counter gaps;
  private transient Counter duplicates;

  @SuppressWarnings("NullAway.Init") // Flink calls open() first.
  VerifyFunction(JobOptions options) {
    this.options = options;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    if (options.slowOpenMillis > 0) {
      Thread.sleep(options.slowOpenMillis);
    }
    if (options.crashAlwaysOnOpen) {
      throw new IllegalStateException("self-inflicted crash in open");
    }
    expectedState =
        getRuntimeContext().getState(new ValueStateDescriptor<>("expected", Types.LONG));
    payloadState =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>(
                    "payload", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    if (options.growBytes > 0) {
      growthState =
          getRuntimeContext()
              .getListState(
                  new ListStateDescriptor<>(
                      "growth", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }
    MetricGroup metrics = getRuntimeContext().getMetricGroup().addGroup("selfcheck");
    verified = metrics.counter("verified");
    gaps = metrics.counter("gaps");
    duplicates = metrics.counter("duplicates");
  }

  @Override
  public void processElement(
      Tuple2<Integer, Long> record, Context context, Collector<Tuple2<Integer, Long>> out)
      throws Exception {
    Long state = expectedState.value();
    long expected = state == null ? 0 : state;
    long got = record.f1;
    // The state stays as it is after a failure: the same number is wrong for ever.
    if (got > expected) {
      gaps.inc();
      throw new SelfCheckFailure(difference("gap", record.f0, expected, got));
    }
    if (got < expected) {
      duplicates.inc();
      throw new SelfCheckFailure(difference("duplicate", record.f0, expected, got));
    }
    expectedState.update(expected + 1);
    if (options.stateBytes > 0) {
      fillPayload(record.f0);
    }
    if (growthState != null) {
      growthState.add(new byte[options.growBytes]);
    }
    verified.inc();
    if (options.crashAt > 0 && verified.getCount() == options.crashAt && mayCrash()) {
      throw new IllegalStateException("self-inflicted crash at record " + options.crashAt);
    }
    out.collect(record);
  }

  private static String difference(String what, int key, long expected, long got) {
    return what + ": key=" + key + " expected=" + expected + " got=" + got;
  }

  private void fillPayload(int key) throws IOException {
    byte[] payload = payloadState.value();
    if (payload == null || payload.length != options.stateBytes) {
      // Random, so that no compression makes it small.
      payload = new byte[options.stateBytes];
      new Random(key).nextBytes(payload);
      payloadState.update(payload);
    }
  }

  private boolean mayCrash() throws IOException {
    if (options.crashOnceMarker.isEmpty()) {
      return true;
    }
    try {
      Files.createFile(Path.of(options.crashOnceMarker));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
