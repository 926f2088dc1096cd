package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfComputePool;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfException;
import dev.flinkplatform.cmf.rest.CmfKafkaCatalog;
import dev.flinkplatform.cmf.rest.CmfKafkaDatabase;
import dev.flinkplatform.cmf.rest.CmfQuery;
import dev.flinkplatform.cmf.rest.CmfSecret;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.testkit.cmf.CmfServer;
import dev.flinkplatform.testkit.fault.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A whole environment, made and removed, against a CMF server. */
class CmfSetupTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private CmfServer server;
  private CmfClient client;

  @BeforeEach
  void start() {
    server = CmfServer.builder().start();
    client = CmfClient.builder(server.address()).connect();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static CmfSetup.Builder base() {
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
                .build())
        .pool(
            CmfComputePool.dedicated("small")
                .clusterSpec(
                    Map.of(
                        "image", "confluentinc/cp-flink-sql:1.19-cp7", "flinkVersion", "v1_19"))
                .build());
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
