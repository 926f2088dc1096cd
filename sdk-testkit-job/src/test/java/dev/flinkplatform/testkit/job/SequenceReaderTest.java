package dev.flinkplatform.testkit.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.io.InputStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SequenceReaderTest {

  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND); // It may overflow.
  private final List<Tuple2<Integer, Long>> emitted = new ArrayList<>();
  private final ReaderOutput<Tuple2<Integer, Long>> output = output(emitted);

  /** One record per second and key. */
  private final SequenceReader reader = new SequenceReader(1, 2, clock::get);

  @AfterEach
  void closeReader() {
    reader.close();
  }

  @Test
  void pollNext_noSplitYet_waitsWithoutEnding() {
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    CompletableFuture<Void> available = reader.isAvailable();
    assertThat(available).isNotDone();

    reader.addSplits(List.of(new KeySplit(1, 0)));

    assertThat(available).isDone();
  }

  @Test
  void pollNext_twoKeys_takeTurnsAtTwiceTheRate() {
    reader.addSplits(List.of(new KeySplit(1, 0), new KeySplit(2, 0)));

    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(emitted).containsExactly(Tuple2.of(1, 0L));
    clock.addAndGet(SECOND / 2);
    reader.pollNext(output);
    clock.addAndGet(SECOND / 2);
    reader.pollNext(output);

    assertThat(emitted).containsExactly(Tuple2.of(1, 0L), Tuple2.of(2, 0L), Tuple2.of(1, 1L));
  }

  @Test
  void pollNext_afterALongPause_doesNotCatchUp() {
    SequenceReader endless = new SequenceReader(1, 0, clock::get);
    endless.addSplits(List.of(new KeySplit(1, 0)));
    endless.pollNext(output);
    clock.addAndGet(60 * SECOND);

    endless.pollNext(output);
    endless.pollNext(output);

    assertThat(emitted).hasSize(2);
    endless.close();
  }

  @Test
  void pollNext_allEmitted_endsOnlyWhenNoMoreSplitsCome() {
    reader.addSplits(List.of(new KeySplit(1, 1)));
    reader.pollNext(output);
    clock.addAndGet(2 * SECOND);
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);

    reader.notifyNoMoreSplits();

    assertThat(reader.isAvailable()).isDone();
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
    assertThat(emitted).containsExactly(Tuple2.of(1, 1L));
  }

  @Test
  void isAvailable_recordNotDue_completesByItself() {
    SequenceReader fast = new SequenceReader(100, 0, System::nanoTime);
    fast.addSplits(List.of(new KeySplit(1, 0)));
    fast.pollNext(output);

    assertThat(fast.isAvailable().orTimeout(10, TimeUnit.SECONDS))
        .succeedsWithin(10, TimeUnit.SECONDS);
    fast.close();
  }

  @Test
  void snapshotState_afterEmission_holdsTheNextNumber() {
    reader.addSplits(List.of(new KeySplit(1, 0), new KeySplit(2, 0)));
    reader.pollNext(output);

    assertThat(reader.snapshotState(1))
        .containsExactlyInAnyOrder(new KeySplit(1, 1), new KeySplit(2, 0));
  }

  @SuppressWarnings("unchecked")
  private static ReaderOutput<Tuple2<Integer, Long>> output(List<Tuple2<Integer, Long>> emitted) {
    return (ReaderOutput<Tuple2<Integer, Long>>)
        Proxy.newProxyInstance(
            SequenceReaderTest.class.getClassLoader(),
            new Class<?>[] {ReaderOutput.class},
            (proxy, method, args) -> {
              assertThat(method.getName()).isEqualTo("collect");
              emitted.add((Tuple2<Integer, Long>) args[0]);
              return null;
            });
  }
}
