package dev.flinkplatform.spi.fko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.KubernetesSettings.Volume;
import dev.flinkplatform.spec.KubernetesSettings.VolumeKind;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spec.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The document, byte for byte, and what is told of it. */
class DeploymentSpecTest {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static ApplicationSpec.Builder small() {
    return ApplicationSpec.builder("orders")
        .flinkVersion("2.3")
        .job(JobSpec.jar("/opt/flink/usrlib/orders.jar").build());
  }

  private static ApplicationSpec full() {
    return ApplicationSpec.builder("orders")
        .flinkVersion(FlinkVersion.of(1, 20))
        .image("acme/orders:7")
        .job(
            JobSpec.jar("https://jars.example.com/orders.jar")
                .entryClass("com.acme.Orders")
                .args(List.of("--topic", "orders"))
                .build())
        .parallelism(6)
        .jobManager(Resources.of(0.5, "1600m"))
        .taskManager(TaskManagerSpec.builder().slots(2).resources(Resources.of(2, "2g")).build())
        .checkpointing(
            Checkpointing.builder()
                .interval(Duration.ofSeconds(30))
                .directory("s3://b/checkpoints")
                .build())
        .savepointDirectory("s3://b/savepoints")
        .highAvailability(new HighAvailability.Kubernetes("s3://b/ha", 1))
        .putFlinkConfig("my.password", "hunter2")
        .putEnvironment("REGION", "north")
        .putSecretEnvironment("TOKEN", new SecretRef("acme", "token"))
        .kubernetes(
            KubernetesSettings.builder()
                .serviceAccount("orders")
                .podTemplate(
                    """
                    spec:
                      containers:
                      - name: sidecar
                        image: acme/sidecar
                      - name: flink-main-container
                        env:
                        - name: MINE
                          value: '1'
                    """)
                .volumes(
                    List.of(
                        new Volume("conf", "/etc/acme", VolumeKind.CONFIG_MAP, "acme"),
                        new Volume("tmp", "/scratch", VolumeKind.EMPTY_DIR, "")))
                .putNodeSelector("disk", "ssd")
                .build())
        .build();
  }

  @Test
  void of_leastThatIsNeeded_isAsWritten() throws IOException {
    assertIsGolden("small", small().build(), JobIntent.running(UpgradeMode.SAVEPOINT));
  }

  @Test
  void of_everything_isAsWritten() throws IOException {
    assertIsGolden(
        "full",
        full(),
        new JobIntent(
            true,
            UpgradeMode.LAST_STATE,
            Optional.of("s3://b/savepoints/x"),
            true,
            OptionalLong.of(7)));
  }

  @Test
  void of_sessionCluster_hasNoJob() throws IOException {
    ApplicationSpec cluster =
        SessionClusterSpec.builder("batch").flinkVersion("2.3").build().cluster();

    assertThat(DeploymentSpec.of(cluster, JobIntent.running(UpgradeMode.STATELESS)))
        .doesNotContainKey("job");
  }

  private static void assertIsGolden(String name, ApplicationSpec spec, JobIntent intent)
      throws IOException {
    try (InputStream in = DeploymentSpecTest.class.getResourceAsStream(name + ".json")) {
      String golden = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      assertThat(JSON.writeValueAsString(DeploymentSpec.of(spec, intent)) + "\n").isEqualTo(golden);
    }
  }

  @Test
  void of_calledTwice_isEqualAndSharesNothing() {
    JobIntent intent = JobIntent.running(UpgradeMode.SAVEPOINT);
    Map<String, Object> first = DeploymentSpec.of(full(), intent);

    assertThat(DeploymentSpec.of(full(), intent)).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void shown_secrets_areMaskedEverywhere() {
    Map<String, Object> shown =
        DeploymentSpec.shown(DeploymentSpec.of(full(), JobIntent.running(UpgradeMode.STATELESS)));

    assertThat(shown.toString())
        .doesNotContain("hunter2", "north")
        .contains("my.password", "REGION", "secretKeyRef");
  }

  @Test
  void check_whatTheOperatorRefuses_isToldAtOnce() {
    ApplicationSpec bad =
        small()
            .job(JobSpec.builder().jars(List.of("/a.jar", "/b.jar")).build())
            .parallelism(3)
            .taskManager(TaskManagerSpec.builder().replicas(5).build())
            .putFlinkConfig("kubernetes.cluster-id", "x")
            .kubernetes(KubernetesSettings.builder().podTemplate("spec: 3").build())
            .build();

    assertThat(DeploymentSpec.check(bad))
        .extracting(Violation::path)
        .containsExactly(
            "job.jars",
            "taskManager.replicas",
            "flinkConfig[kubernetes.cluster-id]",
            "kubernetes.podTemplate");
    assertThat(DeploymentSpec.check(full())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'spec: [', is no YAML",
    "'[1]', must be a pod",
    "'spec: {containers: 1}', spec.containers must be a list",
    "'spec: {containers: [1]}', 'spec.containers[] must be a map'",
  })
  void check_podTemplateOfAnotherShape_isTold(String template, String words) {
    ApplicationSpec spec =
        small().kubernetes(KubernetesSettings.builder().podTemplate(template).build()).build();

    assertThat(DeploymentSpec.check(spec))
        .singleElement()
        .satisfies(v -> assertThat(v.message()).contains(words));
  }

  @Test
  void intent_nonceWithoutPath_isRefused() {
    assertThatThrownBy(
            () ->
                new JobIntent(
                    true, UpgradeMode.SAVEPOINT, Optional.empty(), false, OptionalLong.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("initialSavepointPath");
  }

  // ---- the way back ----

  @Test
  void differences_sameInOtherWords_areNone() throws IOException {
    Map<String, Object> wanted =
        DeploymentSpec.of(full(), JobIntent.running(UpgradeMode.SAVEPOINT));
    String text =
        JSON.writeValueAsString(wanted)
            .replace("\"2g\"", "\"2048m\"")
            .replace("\"cpu\" : 2.0", "\"cpu\" : 2")
            .replace("\"running\"", "\"suspended\"")
            .replace("\"savepoint\"", "\"stateless\"");
    Map<String, Object> effective = JSON.readValue(text, new TypeReference<>() {});
    effective.put("ingress", Map.of("template", "x"));

    assertThat(EffectiveSpec.differences(wanted, effective)).isEmpty();
  }

  @Test
  void differences_nestedConfiguration_isReadAsFlat() {
    Map<String, Object> wanted =
        Map.of("flinkConfiguration", Map.of("a.b.c", "1", "a.list", "x;y"));
    Map<String, Object> effective =
        Map.of(
            "flinkConfiguration",
            Map.of("a", Map.of("b", Map.of("c", 1), "list", List.of("x", "y"))));

    assertThat(EffectiveSpec.differences(wanted, effective)).isEmpty();
  }

  @Test
  void differences_overriddenMissingAndSecret_areToldByPath() throws IOException {
    Map<String, Object> wanted =
        DeploymentSpec.of(full(), JobIntent.running(UpgradeMode.SAVEPOINT));
    String text =
        JSON.writeValueAsString(wanted)
            .replace("hunter2", "hunter3")
            .replace("\"north\"", "\"south\"")
            .replace("\"parallelism\" : 6", "\"parallelism\" : 4")
            .replace("\"image\" : \"acme/orders:7\",", "");
    Map<String, Object> effective = JSON.readValue(text, new TypeReference<>() {});

    assertThat(EffectiveSpec.differences(wanted, effective))
        .containsExactly(
            new Difference("flinkConfiguration[my.password]", "******", "******"),
            new Difference("image", "acme/orders:7", "(none)"),
            new Difference("job.parallelism", "6", "4"),
            new Difference(
                "podTemplate.spec.containers[flink-main-container].env[REGION].value",
                "******",
                "******"));
  }
}
