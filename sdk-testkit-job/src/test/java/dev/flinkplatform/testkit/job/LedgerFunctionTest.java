package dev.flinkplatform.testkit.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerFunctionTest {

  private final Path dir;

  /** The state of the running task; what a snapshot holds is a copy. */
  private Map<String, List<String>> state = new HashMap<>();

  LedgerFunctionTest(@TempDir Path dir) {
    this.dir = dir;
  }

  @Test
  void snapshotState_notComplete_commitsNothing() throws Exception {
    LedgerFunction ledger = start(OptionalLong.empty());
    process(ledger, 0, 1);
    snapshot(ledger, 1);

    assertThat(commits()).isEmpty();
  }

  @Test
  void notifyCheckpointComplete_recordsAfterTheSnapshot_areLeftOut() throws Exception {
    LedgerFunction ledger = start(OptionalLong.empty());
    process(ledger, 0, 1);
    snapshot(ledger, 1);
    process(ledger, 2);

    ledger.notifyCheckpointComplete(1);

    assertThat(commits()).containsExactly("5 0 1 1");
  }

  @Test
  void notifyCheckpointComplete_laterCheckpoint_commitsThoseThatWereNotNotified() throws Exception {
    LedgerFunction ledger = start(OptionalLong.empty());
    process(ledger, 0, 1);
    snapshot(ledger, 1);
    process(ledger, 2);
    snapshot(ledger, 2);
    process(ledger, 3);
    snapshot(ledger, 3);

    ledger.notifyCheckpointComplete(2);
    ledger.notifyCheckpointComplete(2);

    assertThat(commits()).containsExactly("5 0 1 1", "5 2 2 2");
  }

  @Test
  void processElement_numberLeftOut_startsAnotherRange() throws Exception {
    LedgerFunction ledger = start(OptionalLong.empty());
    process(ledger, 0, 1, 4);
    snapshot(ledger, 1);

    ledger.notifyCheckpointComplete(1);

    assertThat(commits()).containsExactly("5 0 1 1", "5 4 4 1");
  }

  @Test
  void initializeState_snapshotWithPending_commitsItUnderTheSameId() throws Exception {
    LedgerFunction ledger = start(OptionalLong.empty());
    process(ledger, 0, 1);
    Map<String, List<String>> snapshot = snapshot(ledger, 1);
    ledger.notifyCheckpointComplete(1);

    state = snapshot;
    LedgerFunction restored = start(OptionalLong.of(1));
    snapshot(restored, 2);
    restored.notifyCheckpointComplete(2);

    assertThat(commits()).containsExactly("5 0 1 1", "5 0 1 1");
    assertThat(lines().stream().filter(line -> line.startsWith("commit")).distinct()).hasSize(1);
    assertThat(starts()).containsExactly("-", "1");
  }

  @Test
  void initializeState_afterATornLine_beginsALineOfItsOwn() throws Exception {
    Files.writeString(dir.resolve("ledger.log"), "commit torn", StandardOpenOption.CREATE_NEW);

    start(OptionalLong.empty());

    assertThat(lines()).hasSize(2).first().isEqualTo("commit torn");
    assertThat(starts()).containsExactly("-");
  }

  @Test
  void initializeState_restoredWithoutOwnState_countsAsFresh() throws Exception {
    start(OptionalLong.of(9));

    assertThat(starts()).containsExactly("-");
    state.clear();
    assertThatThrownBy(() -> start(OptionalLong.of(9), "--fail-unless-restored", "true"))
        .hasMessageContaining("not restored");
  }

  @Test
  void initializeState_restoredWithNothingPending_countsAsRestored() throws Exception {
    start(OptionalLong.empty());

    start(OptionalLong.of(4), "--fail-unless-restored", "true");

    assertThat(starts()).containsExactly("-", "4");
    assertThatThrownBy(() -> start(OptionalLong.of(4), "--fail-if-restored", "true"))
        .hasMessageContaining("against --fail-if-restored");
  }

  @Test
  void processElement_withoutCheckpointing_commitsAtOnce() throws Exception {
    LedgerFunction ledger = new LedgerFunction(JobOptions.parse("--ledger", dir.toString()), false);
    ledger.initializeState(context(OptionalLong.empty()));

    process(ledger, 0, 1);

    assertThat(commits()).containsExactly("5 0 0 0", "5 1 1 0");
  }

  private LedgerFunction start(OptionalLong restored, String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--ledger", dir.toString()));
    LedgerFunction ledger = new LedgerFunction(JobOptions.parse(all.toArray(new String[0])), true);
    ledger.initializeState(context(restored));
    return ledger;
  }

  @SuppressWarnings("NullAway") // The function asks nothing of its context.
  private static void process(LedgerFunction ledger, long... numbers) throws Exception {
    for (long number : numbers) {
      ledger.processElement(Tuple2.of(5, number), null, new ListCollector<>(new ArrayList<>()));
    }
  }

  private Map<String, List<String>> snapshot(LedgerFunction ledger, long id) throws Exception {
    ledger.snapshotState(
        (FunctionSnapshotContext) proxy(FunctionSnapshotContext.class, (method, args) -> id));
    Map<String, List<String>> copy = new HashMap<>();
    state.forEach((name, values) -> copy.put(name, new ArrayList<>(values)));
    return copy;
  }

  /** The ledger's transactions without their ids: key, from, to, checkpoint. */
  private List<String> commits() throws IOException {
    return lines().stream()
        .filter(line -> line.startsWith("commit "))
        .map(line -> line.substring("commit ".length() + 37, line.length() - " .".length()))
        .collect(Collectors.toList());
  }

  private List<String> starts() throws IOException {
    return lines().stream()
        .filter(line -> line.startsWith("start "))
        .map(line -> line.split(" ", -1)[2])
        .collect(Collectors.toList());
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(dir.resolve("ledger.log")).stream()
        .filter(line -> !line.isEmpty())
        .collect(Collectors.toList());
  }

  private FunctionInitializationContext context(OptionalLong restored) {
    Object store =
        proxy(
            OperatorStateStore.class,
            (method, args) -> listState(((ListStateDescriptor<?>) args[0]).getName()));
    return (FunctionInitializationContext)
        proxy(
            FunctionInitializationContext.class,
            (method, args) -> method.equals("getOperatorStateStore") ? store : restored);
  }

  @SuppressWarnings("unchecked")
  private Object listState(String name) {
    List<String> values = state.computeIfAbsent(name, key -> new ArrayList<>());
    return proxy(
        ListState.class,
        (method, args) -> {
          switch (method) {
            case "get":
              return List.copyOf(values);
            case "add":
              values.add((String) args[0]);
              return null;
            case "update":
              values.clear();
              values.addAll((List<String>) args[0]);
              return null;
            default:
              throw new AssertionError(method);
          }
        });
  }

  private interface Answer {
    @Nullable Object to(String method, Object[] parameters);
  }

  private static Object proxy(Class<?> type, Answer answer) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, args) -> answer.to(method.getName(), args));
  }
}
