package dev.flinkplatform.testkit.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyFunctionTest {

  private final List<Tuple2<Integer, Long>> passed = new ArrayList<>();

  @Test
  void processElement_numbersInOrder_passThem() throws Exception {
    VerifyFunction verify = verify();

    process(verify, 0, 1, 2);

    assertThat(passed).hasSize(3);
  }

  @Test
  void processElement_numberLeftOut_failsForGood() throws Exception {
    VerifyFunction verify = verify();
    process(verify, 0);

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> process(verify, 2))
          .isInstanceOf(SelfCheckFailure.class)
          .hasMessage("gap: key=7 expected=1 got=2");
    }
    assertThat(passed).hasSize(1);
  }

  @Test
  void processElement_numberAgain_failsForGood() throws Exception {
    VerifyFunction verify = verify();
    process(verify, 0);

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> process(verify, 0))
          .isInstanceOf(SelfCheckFailure.class)
          .hasMessage("duplicate: key=7 expected=1 got=0");
    }
  }

  @Test
  void selfCheckFailure_forFlink_isNotRecoverable() {
    assertThat(ThrowableClassifier.getThrowableType(new SelfCheckFailure("gap")))
        .isEqualTo(ThrowableType.NonRecoverableError);
  }

  @Test
  void processElement_crashAt_throwsAtThatRecord() throws Exception {
    VerifyFunction verify = verify("--crash-at", "3");
    process(verify, 0, 1);

    assertThatThrownBy(() -> process(verify, 2)).hasMessageContaining("crash at record 3");
  }

  @Test
  void processElement_crashOnceMarkerExists_doesNotCrash(@TempDir Path dir) throws Exception {
    String[] args = {"--crash-at", "1", "--crash-once-marker", dir.resolve("m").toString()};
    assertThatThrownBy(() -> process(verify(args), 0)).hasMessageContaining("crash at record 1");

    process(verify(args), 0, 1);

    assertThat(passed).hasSize(2);
  }

  @Test
  void open_crashAlwaysOnOpen_throws() {
    assertThatThrownBy(() -> verify("--crash-always-on-open", "true"))
        .hasMessageContaining("crash in open");
  }

  @SuppressWarnings("NullAway") // The function asks nothing of its context.
  private void process(VerifyFunction verify, long... numbers) throws Exception {
    for (long number : numbers) {
      verify.processElement(Tuple2.of(7, number), null, new ListCollector<>(passed));
    }
  }

  private static VerifyFunction verify(String... args) throws Exception {
    Map<String, Object> values = new HashMap<>();
    VerifyFunction verify = new VerifyFunction(JobOptions.parse(args));
    verify.setRuntimeContext(
        (RuntimeContext)
            proxy(
                RuntimeContext.class,
                (method, parameter) ->
                    method.equals("getState")
                        ? state(values, ((StateDescriptor<?, ?>) parameter[0]).getName())
                        : UnregisteredMetricsGroup.createOperatorMetricGroup()));
    verify.open(DefaultOpenContext.INSTANCE);
    return verify;
  }

  private static Object state(Map<String, Object> values, String name) {
    return proxy(
        ValueState.class,
        (method, parameter) ->
            method.equals("value") ? values.get(name) : values.put(name, parameter[0]));
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
