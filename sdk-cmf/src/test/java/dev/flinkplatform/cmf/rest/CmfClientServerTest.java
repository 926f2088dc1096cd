package dev.flinkplatform.cmf.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.flinkplatform.testkit.cmf.CmfServer;
import dev.flinkplatform.testkit.fault.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client and the CMF server of the testkit; each exchange fits the published description. */
@Timeout(120)
class CmfClientServerTest {

  private static final Map<String, String> KAFKA = Map.of("bootstrap.servers", "kafka:9092");

  private interface Use {
    void use(CmfServer server);
  }

  private static void with(Path directory, CmfServer.Builder builder, Use use) {
    Path openApi =
        Path.of(String.valueOf(System.getProperty("flinkplatform.test.shared")))
            .resolve("specs/cmf-2.3.1-openapi.yaml");
    if (System.getenv("CI") == null) {
      assumeThat(openApi).as("CMF's API description is not on this machine").exists();
    }
    try (CmfServer server =
        builder.directory(directory).openApi(openApi).interval(Duration.ofMillis(20)).start()) {
      use.use(server);
      assertThat(server.violations()).isEmpty();
    }
  }

  private static CmfClient.Builder client(CmfServer server) {
    return CmfClient.builder(server.address()).retry(3, Duration.ofMillis(1), Duration.ofMillis(5));
  }

  private static CmfApplication suspended(String name) {
    return CmfApplication.builder(name)
        .image("flink:2.3")
        .flinkVersion("v2_3")
        .serviceAccount("flink")
        .flinkConfiguration(Map.of("taskmanager.numberOfTaskSlots", "1"))
        .jobManagerResource(1, "1024m")
        .taskManagerResource(1, "1024m")
        .job(
            Map.of(
                "jarURI",
                "local:///a.jar",
                "parallelism",
                1,
                "state",
                "suspended",
                "upgradeMode",
                "stateless"))
        .build();
  }

  @Test
  void sqlObjects_wholeLife_areAsDescribed(@TempDir Path directory) {
    with(directory, CmfServer.builder(), CmfClientServerTest::useSqlobjectsWholelife);
  }

  private static void useSqlobjectsWholelife(CmfServer server) {
    try (CmfClient cmf = client(server).connect()) {
      CmfEnvironment env =
          cmf.environments()
              .upsert(CmfEnvironment.builder("prod", "flink").label("team", "a").build());
      assertThat(env.labels()).containsEntry("team", "a");
      assertThat(cmf.secrets().ensure(secret("v1-geheim")).keys()).containsExactly("password");
      assertThat(cmf.secrets().ensure(secret("v2-geheim")).json().toString())
          .doesNotContain("geheim");
      cmf.secretMappings("prod").ensure(CmfSecretMapping.of("kafka-id", "kafka"));
      assertThat(cmf.environments().get("prod").secrets()).containsEntry("kafka-id", "kafka");
      cmf.kafkaCatalogs()
          .ensure(
              CmfKafkaCatalog.builder("shop")
                  .schemaRegistry(Map.of("schema.registry.url", "http://sr"), "kafka-id")
                  .build());
      CmfKafkaDatabase main =
          CmfKafkaDatabase.builder("main").kafkaCluster(KAFKA, "kafka-id").build();
      cmf.kafkaDatabases("shop").ensure(main);
      cmf.kafkaDatabases("shop").ensure(main.toBuilder().ddlEnvironments(List.of("prod")).build());
      assertThat(cmf.kafkaDatabases("shop").get("main").ddlEnvironments()).containsExactly("prod");
      cmf.computePools("prod")
          .create(
              CmfComputePool.dedicated("pool")
                  .image("confluentinc/cp-flink-sql:1.19-cp5")
                  .flinkVersion("v1_19")
                  .build());
      CmfStatements statements = cmf.statements("prod");
      statements.create(CmfStatement.builder("numbers", "SELECT n FROM numbers", "pool").build());
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> statements.get("numbers").phase().filter(p -> p != CmfStatementPhase.PENDING),
              Optional::isPresent);
      assertThat(statements.results("numbers").next().rows())
          .extracting(CmfRow::values)
          .contains(List.of("1"));
      assertThatExceptionOfType(CmfConflictException.class)
          .isThrownBy(
              () -> statements.create(CmfStatement.builder("numbers", "SELECT 1", "pool").build()));
      assertThatExceptionOfType(CmfConflictException.class)
          .isThrownBy(() -> cmf.computePools("prod").delete("pool", false));
      assertThatExceptionOfType(CmfConflictException.class)
          .isThrownBy(() -> cmf.kafkaCatalogs().delete("shop"));
      assertThatExceptionOfType(CmfNotFoundException.class)
          .isThrownBy(() -> cmf.applications("none").get("a"))
          .satisfies(e -> assertThat(e.isFromCmf()).isTrue());
      assertThat(statements.exceptions("numbers")).isEmpty();
      assertThat(cmf.license().status()).isNotEmpty();
      assertThat(cmf.resourceInformation().count("environments")).hasValue(1);
      assertThat(cmf.kubernetesClusters().list(CmfQuery.all()).toList()).isNotEmpty();
    }
  }

  private static CmfSecret secret(String value) {
    return CmfSecret.builder("kafka").value("password", value).build();
  }

  @Test
  void applications_listed_comeOnceEachWithFewRequests(@TempDir Path directory) {
    with(directory, CmfServer.builder(), CmfClientServerTest::useApplicationsListed);
  }

  private static void useApplicationsListed(CmfServer server) {
    List<String> names =
        IntStream.range(0, 120).mapToObj(i -> String.format("app-%04d", i)).toList();
    try (CmfClient cmf = client(server).connect()) {
      cmf.environments().upsert(CmfEnvironment.builder("prod", "flink").build());
      names.forEach(n -> cmf.applications("prod").upsert(suspended(n)));
      int before = server.requests().size();
      assertThat(
              cmf.applications("prod").list(CmfQuery.all().withPageSize(40)).stream()
                  .map(CmfResource::name))
          .containsExactlyElementsOf(names);
      assertThat(server.requests().size() - before).isEqualTo(4);
      assertThat(
              cmf.applications("prod")
                  .list(CmfQuery.all().filteredBy(CmfFilter.none().name("app-001*")))
                  .toList())
          .hasSize(10);
    }
  }

  @Test
  void application_wholeLife_isAsDescribed(@TempDir Path directory) {
    with(directory, CmfServer.builder(), CmfClientServerTest::useApplicationWholelife);
  }

  private static void useApplicationWholelife(CmfServer server) {
    try (CmfClient cmf = client(server).connect()) {
      cmf.environments().upsert(CmfEnvironment.builder("prod", "flink").build());
      CmfApplications apps = cmf.applications("prod");
      CmfApplication made = apps.upsert(suspended("orders"));
      assertThat(made.spec()).isEqualTo(suspended("orders").spec());
      server.onNext("POST", "/applications", Fault.of(Fault.Kind.LOSE_REPLY));
      CmfApplication changed =
          suspended("orders").toBuilder()
              .label("a", "b")
              .field(2, "spec", "job", "parallelism")
              .build();
      assertThat(apps.upsert(changed).labels()).containsEntry("a", "b");
      assertThat(apps.suspend("orders").outcome()).isEqualTo(CmfOutcome.UNCHANGED);
      assertThat(apps.instances("orders", CmfQuery.all()).toList()).isNotEmpty();
      assertThat(apps.events("orders", CmfQuery.all()).toList()).isEmpty(); // it never ran
      apps.delete("orders", false);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThatExceptionOfType(CmfNotFoundException.class)
                      .isThrownBy(() -> apps.get("orders")));
    }
  }

  @Test
  void oauth_tokensExpireAtTheServer_areRenewedOnce(@TempDir Path directory) {
    with(
        directory,
        CmfServer.builder().oauth("platform", "s3cret", Duration.ofHours(1)),
        CmfClientServerTest::useOauthTokensexpireattheserver);
  }

  private static void useOauthTokensexpireattheserver(CmfServer server) {
    try (CmfClient cmf =
        client(server)
            .oauth(CmfOAuth.clientCredentials(server.tokenEndpoint(), "platform", () -> "s3cret"))
            .connect()) {
      server.expireTokens();
      cmf.environments().upsert(CmfEnvironment.builder("prod", "flink").build());
      assertThat(cmf.environments().get("prod").name()).isEqualTo("prod");
    }
    assertThatExceptionOfType(CmfUnauthorizedException.class)
        .isThrownBy(
            () ->
                client(server)
                    .oauth(
                        CmfOAuth.clientCredentials(
                            server.tokenEndpoint(), "platform", () -> "wrong"))
                    .connect());
  }

  @Test
  void mutualTls_stranger_isRefused(@TempDir Path directory) {
    with(directory, CmfServer.builder().mutualTls(), CmfClientServerTest::useMutualtlsStranger);
  }

  private static void useMutualtlsStranger(CmfServer server) {
    try (CmfClient cmf =
        client(server)
            .certificateAuthority(server.authorityCertificate())
            .clientCertificate(server.clientCertificate(), server.clientKey())
            .connect()) {
      assertThat(cmf.version().isKnown()).isTrue();
    }
    assertThatExceptionOfType(CmfException.class)
        .isThrownBy(
            () ->
                client(server)
                    .certificateAuthority(server.authorityCertificate())
                    .clientCertificate(server.strangerCertificate(), server.strangerKey())
                    .connect());
  }
}
