package dev.flinkplatform.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.CheckpointMode;
import dev.flinkplatform.spec.CheckpointRetention;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.KubernetesSettings.Volume;
import dev.flinkplatform.spec.KubernetesSettings.VolumeKind;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.StateBackend;
import dev.flinkplatform.spec.TaskManagerSpec;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpecCodecTest {

  private static ApplicationSpec minimal() {
    return ApplicationSpec.builder("minimal").job(JobSpec.jar("/jobs/orders.jar").build()).build();
  }

  private static ApplicationSpec full() {
    return ApplicationSpec.builder("full")
        .flinkVersion("1.20.1")
        .image("acme/flink:1.20")
        .job(
            JobSpec.builder()
                .jars(List.of("s3://b/a.jar", "/x/b.jar"))
                .entryClass("com.acme.Ünicode$Inner")
                .args(List.of("--a", "", " b \"c\"\n"))
                .build())
        .parallelism(6)
        .jobManager(Resources.of(0.5, "1600m"))
        .taskManager(
            TaskManagerSpec.builder()
                .slots(2)
                .replicas(3)
                .resources(Resources.of(2.25, "1728m"))
                .build())
        .checkpointing(
            Checkpointing.builder()
                .interval(Duration.ofMillis(1234))
                .timeout(Duration.ofMinutes(9))
                .directory("s3://b/checkpoints")
                .mode(CheckpointMode.AT_LEAST_ONCE)
                .retention(CheckpointRetention.DELETE_ON_CANCELLATION)
                .build())
        .savepointDirectory("s3://b/savepoints")
        .stateBackend(StateBackend.ROCKSDB)
        .restartStrategy(RestartStrategy.fixedDelay(3, Duration.ofSeconds(7)))
        .highAvailability(new HighAvailability.ZooKeeper("zk:2181", "s3://b/ha", 1))
        .putFlinkConfig("rest.port", "0")
        .putFlinkConfig("a.b", "")
        .putLabel("team", "etl")
        .putEnvironment("DB_PASSWORD", "hunter2")
        .putSecretEnvironment("TOKEN", new SecretRef("tokens", "orders"))
        .kubernetes(
            KubernetesSettings.builder()
                .podTemplate("kind: Pod\n")
                .volumes(
                    List.of(new Volume("v", "/data", VolumeKind.PERSISTENT_VOLUME_CLAIM, "claim")))
                .putNodeSelector("disk", "ssd")
                .serviceAccount("flink")
                .build())
        .build();
  }

  private static ApplicationSpec roundTrip(ApplicationSpec spec) {
    return SpecCodec.read(Json.tree(Json.write(SpecCodec.write(spec))));
  }

  @Test
  void read_fullSpecification_isWhatWasWritten() {
    assertThat(roundTrip(full())).isEqualTo(full());
  }

  @Test
  void read_minimalSpecification_isWhatWasWritten() {
    assertThat(roundTrip(minimal())).isEqualTo(minimal());
  }

  /**
   * Whoever adds a field to a specification must add it to {@link #full}; the round trip above then
   * fails until the codec knows it.
   */
  @Test
  void full_everyGetter_differsFromTheMinimalSpecification() {
    everyGetterDiffers(ApplicationSpec.class, full(), minimal());
    everyGetterDiffers(JobSpec.class, full().job(), minimal().job());
    everyGetterDiffers(TaskManagerSpec.class, full().taskManager(), minimal().taskManager());
    everyGetterDiffers(Checkpointing.class, full().checkpointing(), minimal().checkpointing());
    everyGetterDiffers(
        KubernetesSettings.class,
        full().kubernetes().orElseThrow(),
        KubernetesSettings.builder().build());
  }

  private static <T> void everyGetterDiffers(Class<T> type, T full, T minimal) {
    List<Method> getters =
        Stream.of(type.getDeclaredMethods())
            .filter(
                m -> Modifier.isPublic(m.getModifiers()) && !Modifier.isStatic(m.getModifiers()))
            .filter(m -> m.getParameterCount() == 0)
            .filter(
                m ->
                    !Set.of("toBuilder", "hashCode", "toString", "isSessionCluster")
                        .contains(m.getName()))
            .toList();
    assertThat(getters).isNotEmpty();
    for (Method getter : getters) {
      try {
        assertThat(getter.invoke(full))
            .as(type + " " + getter)
            .isNotEqualTo(getter.invoke(minimal));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(String.valueOf(getter), e);
      }
    }
  }

  @Test
  void sessionCluster_writtenAndRead_isTheSame() {
    ApplicationSpec cluster = SessionClusterSpec.builder("nightly").build().cluster();

    assertThat(SpecCodec.read(SpecCodec.write(cluster))).isEqualTo(cluster);
    assertThat(SpecCodec.write(cluster).path("sessionCluster").asBoolean()).isTrue();
  }

  @Test
  void write_fieldNames_areTheJournalsAndNeverChange() {
    ObjectNode json = SpecCodec.write(full());

    assertThat(json.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "name",
            "flinkVersion",
            "image",
            "job",
            "parallelism",
            "jobManager",
            "taskManager",
            "checkpointing",
            "savepointDirectory",
            "stateBackend",
            "restartStrategy",
            "highAvailability",
            "flinkConfig",
            "labels",
            "environment",
            "secretEnvironment",
            "kubernetes");
  }

  static Stream<RestartStrategy> restartStrategies() {
    Duration second = Duration.ofSeconds(1);
    return Stream.of(
        RestartStrategy.none(),
        RestartStrategy.fixedDelay(0, Duration.ZERO),
        RestartStrategy.exponentialDelay(second, Duration.ofHours(1)),
        RestartStrategy.failureRate(3, Duration.ofMinutes(5), second));
  }

  @ParameterizedTest
  @MethodSource("restartStrategies")
  void read_everyRestartStrategy_isWhatWasWritten(RestartStrategy strategy) {
    ApplicationSpec spec = minimal().toBuilder().restartStrategy(strategy).build();

    assertThat(roundTrip(spec)).isEqualTo(spec);
  }

  @Test
  void restartStrategies_together_areAllThereAre() {
    assertThat(restartStrategies().map(RestartStrategy::getClass).toList())
        .hasSameSizeAs(RestartStrategy.class.getPermittedSubclasses());
  }

  static Stream<HighAvailability> highAvailabilities() {
    return Stream.of(
        HighAvailability.none(),
        new HighAvailability.Kubernetes("s3://ha", 2),
        HighAvailability.zooKeeper("a:1,b:2", "s3://ha"));
  }

  @ParameterizedTest
  @MethodSource("highAvailabilities")
  void read_everyHighAvailability_isWhatWasWritten(HighAvailability ha) {
    ApplicationSpec spec = minimal().toBuilder().highAvailability(ha).build();

    assertThat(roundTrip(spec)).isEqualTo(spec);
  }

  @Test
  void highAvailabilities_together_areAllThereAre() {
    assertThat(highAvailabilities().toList())
        .hasSameSizeAs(HighAvailability.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @EnumSource(VolumeKind.class)
  void read_everyVolumeKind_isWhatWasWritten(VolumeKind kind) {
    ApplicationSpec spec =
        minimal().toBuilder()
            .kubernetes(
                KubernetesSettings.builder()
                    .volumes(List.of(new Volume("v", "/data", kind, "x")))
                    .build())
            .build();

    assertThat(roundTrip(spec)).isEqualTo(spec);
  }

  @Test
  void toString_everything_showsNoSecret() {
    ApplicationSpec spec = full().toBuilder().putFlinkConfig("s3.secret-key", "swordfish").build();

    assertThat(spec.toString())
        .contains("full", "1.20.1")
        .doesNotContain("hunter2")
        .doesNotContain("swordfish");
  }

  @Test
  void toBuilder_build_isTheSame() {
    assertThat(full().toBuilder().build()).isEqualTo(full()).isNotSameAs(full());
    assertThat(full().toBuilder().labels(Map.of()).build()).isNotEqualTo(full());
  }
}
