package dev.flinkplatform.cmf.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Every example of CMF's published description is built by the fluent API and read and written
 * without loss. The examples come from the description: one that is not here fails.
 */
@Timeout(120)
class CmfExamplesTest {

  private static final Map<String, Object> SMALL =
      Map.of("resource", Map.of("memory", "1024m", "cpu", 1));

  private static final Map<String, String> PROMETHEUS =
      Map.of(
          "metrics.reporter.prom.factory.class",
          "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
          "metrics.reporter.prom.port",
          "9249-9250");

  /** How an example is built, read from JSON, and sent. */
  private record Built(
      Supplier<CmfResource> fluent,
      Function<Map<String, ?>, CmfResource> reader,
      BiFunction<CmfClient, CmfResource, CmfResource> send) {}

  private static Map<String, Built> table() {
    Map<String, Built> t = new TreeMap<>();
    environments(t);
    applications(t);
    sql(t);
    clusters(t);
    return t;
  }

  private static void environments(Map<String, Built> t) {
    BiFunction<CmfClient, CmfResource, CmfResource> send =
        (c, r) -> c.environments().upsert((CmfEnvironment) r);
    t.put(
        "createOrUpdateEnvironment basic-environment",
        new Built(
            () ->
                CmfEnvironment.builder("production", "flink-production")
                    .flinkApplicationDefaults(environmentDefaults("4"))
                    .computePoolDefaults(
                        Map.of(
                            "flinkVersion", "v1_19",
                            "image", "confluentinc/cp-flink-sql:1.19-cp5",
                            "flinkConfiguration", Map.of("taskmanager.numberOfTaskSlots", "4")))
                    .detachedStatementDefaults(Map.of("state.backend.type", "hashmap"))
                    .interactiveStatementDefaults(Map.of("state.backend.type", "hashmap"))
                    .build(),
            CmfEnvironment::of,
            send));
    t.put(
        "createOrUpdateEnvironment basic-environment-yaml",
        new Built(
            () ->
                CmfEnvironment.builder("staging", "flink-staging")
                    .flinkApplicationDefaults(environmentDefaults("2"))
                    .build(),
            CmfEnvironment::of,
            send));
  }

  private static Map<String, Object> environmentDefaults(String slots) {
    return Map.of(
        "flinkConfiguration",
        Map.of("taskmanager.numberOfTaskSlots", slots, "rest.profiling.enabled", "true"),
        "jobManager",
        SMALL,
        "taskManager",
        SMALL);
  }

  private static void applications(Map<String, Built> t) {
    BiFunction<CmfClient, CmfResource, CmfResource> send =
        (c, r) -> c.applications("production").upsert((CmfApplication) r);
    t.put(
        "createOrUpdateApplication basic-application",
        new Built(
            () ->
                application("state-machine", "production", "2", 2, "StateMachineExample.jar")
                    .annotation("description", "Real-time fraud detection application")
                    .build(),
            CmfApplication::of,
            send));
    t.put(
        "createOrUpdateApplication yaml-application",
        new Built(
            () -> application("news-aggregator", "staging", "4", 4, "WordCount.jar").build(),
            CmfApplication::of,
            send));
  }

  private static CmfApplication.Builder application(
      String name, String environment, String slots, int parallelism, String jar) {
    Map<String, String> configuration = new TreeMap<>(PROMETHEUS);
    configuration.put("taskmanager.numberOfTaskSlots", slots);
    return CmfApplication.builder(name)
        .label("app", name)
        .label("environment", environment)
        .image("confluentinc/cp-flink:1.19.3-cp2")
        .flinkVersion("v1_19")
        .flinkConfiguration(configuration)
        .serviceAccount("flink")
        .jobManagerResource(1, "1024m")
        .taskManagerResource(1, "1024m")
        .job(
            Map.of(
                "jarURI",
                "local:///opt/flink/examples/streaming/" + jar,
                "state",
                "running",
                "parallelism",
                parallelism,
                "upgradeMode",
                "stateless"));
  }

  private static void sql(Map<String, Built> t) {
    BiFunction<CmfClient, CmfResource, CmfResource> statement =
        (c, r) -> c.statements("production").create((CmfStatement) r);
    t.put(
        "createStatement basic-statement",
        new Built(
            () ->
                statement("test-stmt", "test-pool", "data-processing", "production")
                    .annotation("description", "Test SQL statement for data processing")
                    .build(),
            CmfStatement::of,
            statement));
    t.put(
        "createStatement yaml-statement",
        new Built(
            () -> statement("data-streaming", "streaming-pool", "streaming", "staging").build(),
            CmfStatement::of,
            statement));
    BiFunction<CmfClient, CmfResource, CmfResource> pool =
        (c, r) -> c.computePools("production").create((CmfComputePool) r);
    t.put(
        "createComputePool dedicated-compute-pool",
        new Built(
            () ->
                pool(CmfComputePool.dedicated("test-pool"), "1", 0.5, "1024m")
                    .label("environment", "production")
                    .annotation("description", "Standard compute pool for production workloads")
                    .build(),
            CmfComputePool::of,
            pool));
    t.put(
        "createComputePool yaml-dedicated-compute-pool",
        new Built(
            () ->
                pool(CmfComputePool.dedicated("staging-pool"), "2", 1, "1024m")
                    .label("environment", "staging")
                    .build(),
            CmfComputePool::of,
            pool));
    for (String name : List.of("shared-compute-pool", "yaml-shared-compute-pool")) {
      t.put(
          "createComputePool " + name,
          new Built(
              () ->
                  pool(CmfComputePool.shared("shared-pool-1").suspended(false), "2", 1, "2048m")
                      .build(),
              CmfComputePool::of,
              pool));
    }
    BiFunction<CmfClient, CmfResource, CmfResource> catalog =
        (c, r) -> c.kafkaCatalogs().create((CmfKafkaCatalog) r);
    t.put(
        "createKafkaCatalog basic-kafka-catalog",
        new Built(
            () ->
                CmfKafkaCatalog.builder("test-cat")
                    .label("environment", "production")
                    .label("managedBy", "CMF")
                    .annotation("description", "Production Kafka catalog for Flink statements")
                    .schemaRegistry(
                        Map.of("schema.registry.url", "https://schema-registry.example.com"),
                        "sr-secret-id")
                    .build(),
            CmfKafkaCatalog::of,
            catalog));
    t.put(
        "createKafkaCatalog yaml-kafka-catalog",
        new Built(
            () ->
                CmfKafkaCatalog.builder("staging-catalog")
                    .label("environment", "staging")
                    .schemaRegistry(
                        Map.of("schema.registry.url", "https://sr-staging.example.com"),
                        "sr-staging-secret")
                    .build(),
            CmfKafkaCatalog::of,
            catalog));
    BiFunction<CmfClient, CmfResource, CmfResource> database =
        (c, r) -> c.kafkaDatabases("test-cat").create((CmfKafkaDatabase) r);
    t.put(
        "createKafkaDatabase basic-kafka-database",
        new Built(
            () ->
                CmfKafkaDatabase.builder("dev")
                    .label("environment", "production")
                    .label("managedBy", "CMF")
                    .annotation("description", "Development Kafka database")
                    .kafkaCluster(
                        Map.of(
                            "bootstrap.servers", "kafka-dev.example.com:9092",
                            "security.protocol", "SASL_PLAINTEXT",
                            "sasl.mechanism", "PLAIN"),
                        "dev-secret-id")
                    .ddlEnvironments(List.of("production"))
                    .build(),
            CmfKafkaDatabase::of,
            database));
    t.put(
        "createKafkaDatabase yaml-kafka-database",
        new Built(
            () ->
                CmfKafkaDatabase.builder("staging")
                    .label("environment", "staging")
                    .kafkaCluster(
                        Map.of(
                            "bootstrap.servers", "kafka-staging.example.com:9092",
                            "security.protocol", "SASL_PLAINTEXT"),
                        "staging-kafka-secret")
                    .ddlEnvironments(List.of("staging"))
                    .build(),
            CmfKafkaDatabase::of,
            database));
  }

  private static CmfStatement.Builder statement(
      String name, String pool, String app, String environment) {
    return CmfStatement.builder(name, "INSERT INTO blackhole SELECT click_id FROM clicks;", pool)
        .label("app", app)
        .label("environment", environment)
        .parallelism(2)
        .stopped(false)
        .flinkConfiguration(
            Map.of("state.backend.type", "hashmap", "execution.checkpointing.interval", "2000"));
  }

  private static CmfComputePool.Builder pool(
      CmfComputePool.Builder pool, String slots, Number cpu, String memory) {
    return pool.flinkVersion("v1_19")
        .image("confluentinc/cp-flink-sql:1.19-cp5")
        .flinkConfiguration(Map.of("taskmanager.numberOfTaskSlots", slots))
        .taskManagerResource(cpu, memory)
        .jobManagerResource(cpu, memory);
  }

  /** Their bodies leave out what the schema demands: the client adds it, so they are not sent. */
  private static void clusters(Map<String, Built> t) {
    BiFunction<CmfClient, CmfResource, CmfResource> notSent = (c, r) -> r;
    t.put(
        "updateKubernetesCluster decommission",
        new Built(
            CmfKubernetesClusterChange::decommission, CmfKubernetesClusterChange::of, notSent));
    t.put(
        "updateKubernetesCluster recommission",
        new Built(
            CmfKubernetesClusterChange::recommission, CmfKubernetesClusterChange::of, notSent));
    t.put(
        "updateKubernetesCluster update-labels",
        new Built(
            () ->
                CmfKubernetesClusterChange.labels(
                    "azure-k8s-cluster", Map.of("env", "production", "region", "westeurope")),
            CmfKubernetesClusterChange::of,
            notSent));
  }

  @Test
  void table_ofThisTest_hasEveryRequestExampleOfTheDescription() {
    TreeSet<String> described = new TreeSet<>();
    CmfSpec.read().requestExamples().forEach(e -> described.add(e.key()));

    assertThat(described).isNotEmpty();
    assertThat(table().keySet()).isEqualTo(described);
  }

  @TestFactory
  Stream<DynamicTest> requestExample_builtAndSent_isWhatTheDescriptionSays() {
    Map<String, Built> table = table();
    return CmfSpec.read().requestExamples().stream()
        .map(
            example ->
                DynamicTest.dynamicTest(
                    example.key(),
                    () -> check(example, Objects.requireNonNull(table.get(example.key())))));
  }

  private static void check(CmfSpec.Example example, Built built) throws Exception {
    Map<String, Object> wanted = example.tree();
    CmfResource fluent = built.fluent().get();
    // Built, and read: the same.
    assertSame(fluent.body(), wanted);
    assertSame(built.reader().apply(wanted).body(), wanted);
    assertThat(fluent).isEqualTo(built.reader().apply(wanted));
    // Through text and back.
    assertSame(Trees.parse(Trees.write(fluent.body())), wanted);
    // Over the wire, and answered with more than this SDK knows: nothing of it is lost.
    Map<String, Object> answer = new TreeMap<>(wanted);
    answer.put("fieldOfTheFuture", Map.of("a", List.of(1, 2.50, true)));
    answer.put("status", Map.of("phase", "PHASE_OF_THE_FUTURE"));
    try (MockWebServer server = new MockWebServer()) {
      server.enqueue(new MockResponse.Builder().code(200).body(Trees.write(answer)).build());
      server.start();
      try (CmfClient client =
          CmfClient.builder(server.url("/").uri()).serverVersion(CmfVersion.of(2, 3)).connect()) {
        CmfResource answered = built.send().apply(client, fluent);
        if (!(fluent instanceof CmfKubernetesClusterChange)) {
          assertSame(answered.json(), answer);
          assertThat(server.getRequestCount()).isEqualTo(1);
          assertSame(Trees.parse(server.takeRequest().getBody().utf8()), wanted);
        }
      }
    }
    CmfResource back = built.reader().apply(Trees.parse(Trees.write(answer)));
    assertSame(back.json(), answer);
    Map<String, Object> written = new TreeMap<>(answer);
    written.remove("status");
    assertSame(back.body(), written);
  }

  @TestFactory
  Stream<DynamicTest> responseExample_read_losesNothing() {
    return CmfSpec.read().responseExamples().stream()
        .map(
            example ->
                DynamicTest.dynamicTest(
                    example.key(),
                    () -> {
                      Map<String, Object> tree = example.tree();
                      if (example.status().startsWith("4")) {
                        ErrorBody error = ErrorBody.parse(Trees.write(tree), List.of());
                        assertThat(error.fromCmf()).isTrue();
                        assertThat(error.messages())
                            .hasSize(example.value().path("errors").size())
                            .contains(example.value().at("/errors/0/message").asText());
                      } else if (tree.containsKey("items")) {
                        for (Object item : (List<?>) tree.get("items")) {
                          assertSame(
                              CmfKubernetesCluster.read(Trees.map(Map.of("i", item), "i")).json(),
                              item);
                        }
                      } else if (tree.containsKey("kubernetesNamespace")) {
                        CmfEnvironment environment = CmfEnvironment.read(tree);
                        assertSame(environment.json(), tree);
                        assertThat(environment.creationTime()).isPresent();
                      } else {
                        CmfKubernetesCluster cluster = CmfKubernetesCluster.read(tree);
                        assertSame(cluster.json(), tree);
                        assertThat(cluster.state()).isPresent();
                      }
                    }));
  }

  private static void assertSame(Object found, Object wanted) {
    assertThat(Trees.same(found, wanted)).as("found %s%nwanted %s", found, wanted).isTrue();
  }
}
