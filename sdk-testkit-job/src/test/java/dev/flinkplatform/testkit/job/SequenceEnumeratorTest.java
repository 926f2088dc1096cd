package dev.flinkplatform.testkit.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.junit.jupiter.api.Test;

class SequenceEnumeratorTest {

  private final List<String> calls = new ArrayList<>();

  @Test
  void addReader_fresh_getsEachParallelismthKeyFromZero() {
    SequenceEnumerator enumerator = enumerator(new EnumeratorState(0, List.of()), 5, false);

    enumerator.addReader(1);

    assertThat(calls).containsExactly("assign key-1@0 to 1", "assign key-3@0 to 1");
    assertThat(enumerator.snapshotState(1).unassigned)
        .containsExactly(new KeySplit(0, 0), new KeySplit(2, 0), new KeySplit(4, 0));
  }

  @Test
  void addReader_finite_saysThatNoMoreComes() {
    enumerator(new EnumeratorState(0, List.of()), 1, true).addReader(0);

    assertThat(calls).containsExactly("assign key-0@0 to 0", "no more to 0");
  }

  @Test
  void addReader_afterSplitsCameBack_getsThemAgain() {
    SequenceEnumerator enumerator = enumerator(new EnumeratorState(2, List.of()), 2, false);
    enumerator.addSplitsBack(List.of(new KeySplit(1, 7)), 1);

    enumerator.addReader(1);

    assertThat(calls).containsExactly("assign key-1@7 to 1");
    assertThat(enumerator.snapshotState(1).unassigned).isEmpty();
  }

  @Test
  void restore_allKeysWithReaders_assignsNothing() {
    enumerator(new EnumeratorState(4, List.of()), 4, false).addReader(0);

    assertThat(calls).isEmpty();
  }

  @Test
  void restore_moreKeysThanBefore_startsTheFurtherOnes() {
    SequenceEnumerator enumerator = enumerator(new EnumeratorState(1, List.of()), 3, false);

    enumerator.addReader(0);

    assertThat(calls).containsExactly("assign key-2@0 to 0");
    assertThat(enumerator.snapshotState(1).keys).isEqualTo(3);
  }

  @Test
  void serializers_roundTrip_keepsEverything() throws IOException {
    SequenceSerializers.Split splits = new SequenceSerializers.Split();
    SequenceSerializers.Enumerator states = new SequenceSerializers.Enumerator();
    KeySplit split = new KeySplit(7, 1L << 40);

    EnumeratorState state =
        states.deserialize(1, states.serialize(new EnumeratorState(9, List.of(split))));

    assertThat(splits.deserialize(1, splits.serialize(split))).isEqualTo(split);
    assertThat(state.keys).isEqualTo(9);
    assertThat(state.unassigned).containsExactly(split);
  }

  @SuppressWarnings("unchecked")
  private SequenceEnumerator enumerator(EnumeratorState state, int keys, boolean finite) {
    SplitEnumeratorContext<KeySplit> context =
        (SplitEnumeratorContext<KeySplit>)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SplitEnumeratorContext.class},
                (proxy, method, args) -> {
                  switch (method.getName()) {
                    case "currentParallelism":
                      return 2;
                    case "assignSplit":
                      calls.add("assign " + args[0] + " to " + args[1]);
                      return null;
                    case "signalNoMoreSplits":
                      calls.add("no more to " + args[0]);
                      return null;
                    default:
                      throw new AssertionError(method);
                  }
                });
    return new SequenceEnumerator(context, state, keys, finite);
  }
}
