package dev.flinkplatform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.status.ApplicationStatus;
import java.time.Duration;
import java.util.Map;
import nl.jqno.equalsverifier.EqualsVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Value classes, and what is read from text or the environment. */
class ValuesTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        ApplicationSpec.class,
        JobSpec.class,
        TaskManagerSpec.class,
        Checkpointing.class,
        KubernetesSettings.class,
        ApplicationStatus.class,
        OperationStatus.class,
        OperationOptions.class,
        PlatformConfig.class,
        StateRestore.class,
      })
  void equals_valueClass_isOfAllFields(Class<?> type) {
    EqualsVerifier.forClass(type)
        .withPrefabValues(
            RestartStrategy.class,
            RestartStrategy.none(),
            RestartStrategy.fixedDelay(1, Duration.ZERO))
        .withPrefabValues(
            HighAvailability.class, HighAvailability.none(), HighAvailability.kubernetes("s3://ha"))
        .withPrefabValues(JobId.class, JobId.random(), JobId.random())
        .verify();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                | true",
        "team=etl          | true",
        "team==etl         | true",
        "team=ml           | false",
        "team!=ml          | true",
        "team!=etl         | false",
        "other!=x          | true",
        "team              | true",
        "other             | false",
        "!other            | true",
        "!team             | false",
        "team=etl,tier=1   | true",
        "team=etl,tier=2   | false",
        " team = etl , !x  | true",
        "empty=            | true",
      })
  void labelSelector_text_matchesAsKubernetesDoes(String text, boolean matches) {
    Map<String, String> labels = Map.of("team", "etl", "tier", "1", "empty", "");

    assertThat(LabelSelector.parse(text).matches(labels)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {",", "a,", "=x", "!=x", "!", "a,,b"})
  void labelSelector_otherText_isRefused(String text) {
    assertThatThrownBy(() -> LabelSelector.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void fromEnvironment_variables_areBackendAndOptions() {
    PlatformConfig config =
        PlatformConfig.fromEnvironment(
            Map.of(
                "FLINKPLATFORM_BACKEND", "cmf",
                "FLINKPLATFORM_CMF_URL", "https://cmf",
                "FLINKPLATFORM_TOKEN", "hunter2",
                "PATH", "/bin"));

    assertThat(config.backend()).isEqualTo("cmf");
    assertThat(config.options())
        .containsExactlyInAnyOrderEntriesOf(Map.of("cmf.url", "https://cmf", "token", "hunter2"));
    assertThat(config.toString()).contains("token").doesNotContain("hunter2");
  }

  @Test
  void fromEnvironment_nothingSaid_isLocal() {
    assertThat(PlatformConfig.fromEnvironment(Map.of()))
        .isEqualTo(PlatformConfig.builder("local").build());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void operationOptions_noTime_isRefused(long millis) {
    assertThatThrownBy(() -> OperationOptions.within(Duration.ofMillis(millis)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "xyz", "0123456789abcdef0123456789abcde", "../../../etc"})
  void jobId_otherText_isRefused(String text) {
    assertThatThrownBy(() -> new JobId(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stateRestore_choices_areShown() {
    assertThat(StateRestore.from("s3://x").allowNonRestoredState())
        .hasToString("from s3://x, non-restored state allowed");
    assertThat(StateRestore.latest()).hasToString("latest");
    assertThatThrownBy(() -> StateRestore.from(" ")).isInstanceOf(IllegalArgumentException.class);
  }
}
