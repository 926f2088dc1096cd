package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfComputePool;
import dev.flinkplatform.cmf.rest.CmfConflictException;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfException;
import dev.flinkplatform.cmf.rest.CmfKafkaCatalog;
import dev.flinkplatform.cmf.rest.CmfKafkaDatabase;
import dev.flinkplatform.cmf.rest.CmfQuery;
import dev.flinkplatform.cmf.rest.CmfSecret;
import dev.flinkplatform.cmf.rest.CmfStatement;
import dev.flinkplatform.cmf.rest.CmfUnsupportedException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.testkit.cmf.CmfServer;
import dev.flinkplatform.testkit.fault.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole environment, made and removed, against a CMF server. */
class CmfSetupTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private CmfServer server;
  private CmfClient client;

  @BeforeEach
  void start() {
    server = TestServer.compared().start();
    client = CmfClient.builder(server.address()).connect();
  }

  @AfterEach
  void stop() {
    client.close();
    TestServer.end(server);
  }

  /** A server of another version. */
  private void startInstead(String version) {
    stop();
    server = CmfServer.builder().version(version).start();
    client = CmfClient.builder(server.address()).connect();
  }

  private static CmfSetup.Builder base() {
    return withoutPool().pool(pool().build());
  }

  private static CmfComputePool.Builder pool() {
    return CmfComputePool.dedicated("small")
        .clusterSpec(
            Map.of(
                "image",
                "confluentinc/cp-flink-sql:1.19-cp7",
                "flinkVersion",
                "v1_19",
                "flinkConfiguration",
                Map.of("a", "b"),
                "taskManager",
                Map.of("resource", Map.of("cpu", 1.0)),
                "imagePullSecrets",
                List.of(Map.of("name", "registry"))));
  }

  private static CmfSetup.Builder withoutPool() {
    return CmfSetup.of(CmfEnvironment.builder("sales", "flink").build())
        .secret(CmfSecret.builder("kafka").value("sasl.jaas.config", "hunter2").build())
        .catalog(
            CmfKafkaCatalog.builder("orders")
                .schemaRegistry(Map.of("schema.registry.url", "http://sr"), "kafka-id")
                .build())
        .database(
            "orders",
            CmfKafkaDatabase.builder("main")
                .kafkaCluster(Map.of("bootstrap.servers", "kafka:9092"), "kafka-id")
                .build());
  }

  private void use(String pool) {
    Object unused =
        client
            .statements("sales")
            .create(CmfStatement.builder("numbers", "SELECT n FROM numbers", pool).build());
  }

  private List<String> replaced() {
    return server.requests().stream()
        .filter(r -> r.startsWith("PUT ") && !r.contains("/secrets/"))
        .toList();
  }

  private List<String> names() {
    return List.of(
        client.secrets().list(CmfQuery.all()).toList().toString(),
        client.kafkaCatalogs().list(CmfQuery.all()).toList().toString(),
        client.environments().list(CmfQuery.all()).toList().toString());
  }

  @Test
  void ensure_twiceThenTearDownTwice_isAllThereAndThenAllGone() {
    List<String> before = names();
    CmfSetup setup = base().mapping("kafka-id", "kafka").build();

    setup.ensure(client);
    setup.ensure(client);

    assertThat(client.environments().get("sales").secrets()).containsEntry("kafka-id", "kafka");
    assertThat(client.kafkaDatabases("orders").get("main").kafkaSecretId()).contains("kafka-id");
    assertThat(client.computePools("sales").get("small").isShared()).isFalse();
    assertThat(setup.toString()).contains("sales", "orders").doesNotContain("hunter2");

    setup.tearDown(client, SOON);
    setup.tearDown(client, SOON);

    assertThat(names()).isEqualTo(before);
  }

  @Test
  void ensure_nothingChanged_replacesOnlySecretsWhoseValuesNobodySees() {
    CmfSetup setup = base().mapping("kafka-id", "kafka").build();
    setup.ensure(client);
    use("small");

    setup.ensure(client);

    assertThat(replaced()).isEmpty();
    assertThat(server.requests()).anyMatch(r -> r.startsWith("PUT ") && r.contains("/secrets/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.0.0", "2.1.0", "2.2.0"})
  void ensure_serverThatReplacesNothing_onlyRefusesWhatChanged(String version) {
    startInstead(version);
    CmfSetup setup = base().mapping("kafka-id", "kafka").build();
    setup.ensure(client);

    setup.ensure(client);

    assertThat(replaced()).isEmpty();
    CmfSetup changed =
        withoutPool().mapping("kafka-id", "kafka").pool(pool().image("x").build()).build();
    assertThat(catchThrowableOfType(CmfUnsupportedException.class, () -> changed.ensure(client)))
        .hasMessageContaining("COMPUTE_POOL_UPDATE");
  }

  @Test
  void ensure_poolChanged_isReplacedAndIfInUseRefused() {
    CmfSetup.Builder rest = withoutPool().mapping("kafka-id", "kafka");
    rest.build().ensure(client);
    CmfSetup.of(CmfEnvironment.builder("sales", "flink").build())
        .pool(pool().flinkConfiguration(Map.of("a", "b", "more", "c")).build())
        .build()
        .ensure(client);
    CmfSetup setup = rest.pool(pool().build()).build();

    setup.ensure(client);

    assertThat(client.computePools("sales").get("small").clusterSpec())
        .containsEntry("flinkConfiguration", Map.of("a", "b"));
    use("small");
    for (CmfComputePool other :
        List.of(
            pool().flinkConfiguration(Map.of()).build(),
            pool().field(2, "spec", "clusterSpec", "taskManager", "resource", "cpu").build(),
            pool().field(List.of(), "spec", "clusterSpec", "imagePullSecrets").build(),
            pool().label("team", "sales").build())) {
      CmfSetup changed =
          CmfSetup.of(CmfEnvironment.builder("sales", "flink").build()).pool(other).build();
      assertThat(catchThrowableOfType(CmfConflictException.class, () -> changed.ensure(client)))
          .as("%s", other.json())
          .hasMessageContaining("small");
    }
  }

  @Test
  void ensure_fieldsThatCmfFilledIn_areNoChangeThatMustBeMade() {
    CmfSetup setup = base().mapping("kafka-id", "kafka").build();
    withoutPool().mapping("kafka-id", "kafka").build().ensure(client);
    CmfComputePool filled =
        client
            .computePools("sales")
            .create(pool().field(1, "spec", "clusterSpec", "jobManager", "replicas").build());
    use("small");

    setup.ensure(client);

    assertThat(client.computePools("sales").get("small").spec()).isEqualTo(filled.spec());
  }

  @Test
  void ensure_connectionSecretOfAClusterOfTheCatalogNotMapped_isRefused() {
    CmfSetup setup =
        CmfSetup.of(CmfEnvironment.builder("sales", "flink").build())
            .catalog(
                CmfKafkaCatalog.builder("orders")
                    .schemaRegistry(Map.of("schema.registry.url", "http://sr"), null)
                    .addKafkaCluster("main", Map.of("bootstrap.servers", "kafka:9092"), "main-id")
                    .addKafkaCluster("open", Map.of("bootstrap.servers", "open:9092"), null)
                    .build())
            .build();

    InvalidSpecException e =
        catchThrowableOfType(InvalidSpecException.class, () -> setup.ensure(client));

    assertThat(e).isNotNull();
    assertThat(e.violations()).extracting(Violation::path).containsExactly("mapping[main-id]");
    assertThat(client.kafkaCatalogs().list(CmfQuery.all()).toList()).isEmpty();
  }

  @Test
  void ensure_connectionSecretNotMapped_isRefusedBeforeTheCatalog() {
    InvalidSpecException e =
        catchThrowableOfType(InvalidSpecException.class, () -> base().build().ensure(client));

    assertThat(e.violations())
        .singleElement()
        .satisfies(v -> assertThat(v.path()).isEqualTo("mapping[kafka-id]"));
    assertThat(client.kafkaCatalogs().list(CmfQuery.all()).toList()).isEmpty();
  }

  @Test
  void ensure_brokenOffInTheMiddle_goesOnWhenRepeated() {
    CmfSetup setup = base().mapping("kafka-id", "kafka").build();
    server.onNext("POST", "/catalogs/kafka", Fault.of(Fault.Kind.LOSE_REPLY));
    CmfException e = catchThrowableOfType(CmfException.class, () -> setup.ensure(client));
    assertThat(e).isNotNull();

    setup.ensure(client);

    assertThat(client.kafkaCatalogs().list(CmfQuery.all()).toList()).hasSize(1);
    assertThat(client.computePools("sales").list(CmfQuery.all()).toList()).hasSize(1);
    setup.tearDown(client, SOON);
  }
}
