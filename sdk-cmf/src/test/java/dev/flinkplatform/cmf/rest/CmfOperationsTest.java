package dev.flinkplatform.cmf.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every operation of CMF's published description has a method, whose request is as described. */
@Timeout(120)
class CmfOperationsTest {

  private static final Map<String, String> CONFIG = Map.of("bootstrap.servers", "kafka:9092");
  private static final CmfQuery QUERY = CmfQuery.all();

  /** A method of the client, and a call of it. */
  private record Covered(String method, Consumer<CmfClient> call) {}

  /** Operation id to method. */
  private static Map<String, Covered> table() {
    Map<String, Covered> t = new TreeMap<>();
    t.put(
        "getEnvironments",
        new Covered(
            "CmfEnvironments#list",
            c ->
                c.environments()
                    .list(
                        QUERY
                            .filteredBy(CmfFilter.none().name("prod*").hasLabel("team"))
                            .searching("prod", "name", "kubernetesNamespace")
                            .fetching("name")
                            .withResourceInformation())
                    .toList()));
    t.put(
        "createOrUpdateEnvironment",
        new Covered(
            "CmfEnvironments#upsert",
            c ->
                c.environments()
                    .upsert(
                        CmfEnvironment.builder("prod", "flink")
                            .label("team", "a")
                            .kubernetesClusterName("default-k8s-cluster")
                            .flinkApplicationDefaults(Map.of("image", "i"))
                            .computePoolDefaults(Map.of("image", "i"))
                            .detachedStatementDefaults(Map.of("k", "v"))
                            .interactiveStatementDefaults(Map.of("k", "v"))
                            .build())));
    t.put("getEnvironment", new Covered("CmfEnvironments#get", c -> c.environments().get("prod")));
    t.put(
        "deleteEnvironment",
        new Covered("CmfEnvironments#delete", c -> c.environments().delete("prod", true)));
    t.put(
        "getApplications",
        new Covered(
            "CmfApplications#list",
            c ->
                c.applications("prod")
                    .list(
                        QUERY
                            .filteredBy(CmfFilter.none().state(List.of("running")))
                            .fetching("status")
                            .withResourceInformation())
                    .toList()));
    t.put(
        "createOrUpdateApplication",
        new Covered("CmfApplications#upsert", c -> c.applications("prod").upsert(application())));
    t.put(
        "getApplication",
        new Covered("CmfApplications#get", c -> c.applications("prod").get("orders")));
    t.put(
        "deleteApplication",
        new Covered("CmfApplications#delete", c -> c.applications("prod").delete("orders", true)));
    t.put(
        "getApplicationEvents",
        new Covered(
            "CmfApplications#events",
            c ->
                c.applications("prod")
                    .events(
                        "orders",
                        QUERY
                            .filteredBy(CmfFilter.none().type(List.of("JOB_STATUS")))
                            .searching("RUNNING", "message")
                            .fetching("status"))
                    .toList()));
    t.put(
        "startApplication",
        new Covered(
            "CmfApplications#start", c -> c.applications("prod").start("orders", "some-uid")));
    t.put(
        "suspendApplication",
        new Covered("CmfApplications#suspend", c -> c.applications("prod").suspend("orders")));
    t.put(
        "getApplicationInstances",
        new Covered(
            "CmfApplications#instances",
            c -> c.applications("prod").instances("orders", QUERY).toList()));
    t.put(
        "getApplicationInstance",
        new Covered(
            "CmfApplications#instance", c -> c.applications("prod").instance("orders", "i-1")));
    t.put(
        "getEnvironmentSecretMappings",
        new Covered("CmfSecretMappings#list", c -> c.secretMappings("prod").list(QUERY).toList()));
    t.put(
        "createEnvironmentSecretMapping",
        new Covered(
            "CmfSecretMappings#create",
            c -> c.secretMappings("prod").create(CmfSecretMapping.of("kafka-id", "kafka"))));
    t.put(
        "getEnvironmentSecretMapping",
        new Covered("CmfSecretMappings#get", c -> c.secretMappings("prod").get("kafka-id")));
    t.put(
        "updateEnvironmentSecretMapping",
        new Covered(
            "CmfSecretMappings#update",
            c -> c.secretMappings("prod").update(CmfSecretMapping.of("kafka-id", "kafka"))));
    t.put(
        "deleteEnvironmentSecretMapping",
        new Covered("CmfSecretMappings#delete", c -> c.secretMappings("prod").delete("kafka-id")));
    t.put(
        "getStatements",
        new Covered(
            "CmfStatements#list",
            c ->
                c.statements("prod")
                    .list(
                        "pool",
                        CmfStatementPhase.RUNNING,
                        QUERY
                            .filteredBy(CmfFilter.none().phase(List.of("RUNNING")))
                            .searching("SELECT", "statement")
                            .fetching("status")
                            .withResourceInformation())
                    .toList()));
    t.put(
        "createStatement",
        new Covered("CmfStatements#create", c -> c.statements("prod").create(statement())));
    t.put("getStatement", new Covered("CmfStatements#get", c -> c.statements("prod").get("s")));
    t.put(
        "updateStatement",
        new Covered(
            "CmfStatements#update",
            c ->
                c.statements("prod")
                    .update(statement().toBuilder().startFromSavepoint("uid", true).build())));
    t.put(
        "deleteStatement",
        new Covered("CmfStatements#delete", c -> c.statements("prod").delete("s", true)));
    t.put(
        "getStatementResult",
        new Covered("CmfStatements#result", c -> c.statements("prod").result("s", "token")));
    t.put(
        "getStatementExceptions",
        new Covered("CmfStatements#exceptions", c -> c.statements("prod").exceptions("s")));
    t.put(
        "getComputePools",
        new Covered(
            "CmfComputePools#list",
            c ->
                c.computePools("prod")
                    .list(
                        QUERY
                            .filteredBy(CmfFilter.none().name("p*"))
                            .fetching("spec")
                            .withResourceInformation())
                    .toList()));
    t.put(
        "createComputePool",
        new Covered("CmfComputePools#create", c -> c.computePools("prod").create(pool())));
    t.put("getComputePool", new Covered("CmfComputePools#get", c -> pools(c).get("pool")));
    t.put("updateComputePool", new Covered("CmfComputePools#update", c -> pools(c).update(pool())));
    t.put(
        "deleteComputePool",
        new Covered("CmfComputePools#delete", c -> pools(c).delete("pool", true)));
    t.put(
        "getSecrets",
        new Covered(
            "CmfSecrets#list",
            c ->
                c.secrets()
                    .list(
                        QUERY
                            .filteredBy(CmfFilter.none().name("k*"))
                            .searching("k", "name", "environments")
                            .fetching("status"))
                    .toList()));
    t.put("createSecret", new Covered("CmfSecrets#create", c -> c.secrets().create(secret())));
    t.put("getSecret", new Covered("CmfSecrets#get", c -> c.secrets().get("kafka")));
    t.put("updateSecret", new Covered("CmfSecrets#update", c -> c.secrets().update(secret())));
    t.put("deleteSecret", new Covered("CmfSecrets#delete", c -> c.secrets().delete("kafka")));
    t.put(
        "getKafkaCatalogs",
        new Covered("CmfKafkaCatalogs#list", c -> c.kafkaCatalogs().list(QUERY).toList()));
    t.put(
        "createKafkaCatalog",
        new Covered("CmfKafkaCatalogs#create", c -> c.kafkaCatalogs().create(catalog())));
    t.put("getKafkaCatalog", new Covered("CmfKafkaCatalogs#get", c -> c.kafkaCatalogs().get("c")));
    t.put(
        "updateKafkaCatalog",
        new Covered("CmfKafkaCatalogs#update", c -> c.kafkaCatalogs().update(catalog())));
    t.put(
        "deleteKafkaCatalog",
        new Covered("CmfKafkaCatalogs#delete", c -> c.kafkaCatalogs().delete("c")));
    t.put(
        "getKafkaDatabases",
        new Covered("CmfKafkaDatabases#list", c -> c.kafkaDatabases("c").list(QUERY).toList()));
    t.put(
        "createKafkaDatabase",
        new Covered("CmfKafkaDatabases#create", c -> c.kafkaDatabases("c").create(database())));
    t.put(
        "getKafkaDatabase",
        new Covered("CmfKafkaDatabases#get", c -> c.kafkaDatabases("c").get("d")));
    t.put(
        "updateKafkaDatabase",
        new Covered("CmfKafkaDatabases#update", c -> c.kafkaDatabases("c").update(database())));
    t.put(
        "deleteKafkaDatabase",
        new Covered("CmfKafkaDatabases#delete", c -> c.kafkaDatabases("c").delete("d")));
    CmfQuery some = QUERY.filteredBy(CmfFilter.none().name("s*")).fetching("status");
    t.put(
        "getSavepointsForFlinkApplication",
        new Covered("CmfSavepoints#list", c -> ofApplication(c).list(some).toList()));
    t.put(
        "createSavepointForFlinkApplication",
        new Covered("CmfSavepoints#create", c -> ofApplication(c).create(savepoint())));
    t.put(
        "getSavepointForFlinkApplication",
        new Covered("CmfSavepoints#get", c -> ofApplication(c).get("s1")));
    t.put(
        "deleteSavepointForFlinkApplication",
        new Covered("CmfSavepoints#delete", c -> ofApplication(c).delete("s1", true)));
    t.put(
        "detachSavepointFromFlinkApplication",
        new Covered("CmfSavepoints#detach", c -> ofApplication(c).detach("s1")));
    t.put(
        "getSavepointsForFlinkStatement",
        new Covered("CmfSavepoints#list", c -> ofStatement(c).list(some).toList()));
    t.put(
        "createSavepointForFlinkStatement",
        new Covered("CmfSavepoints#create", c -> ofStatement(c).create(savepoint())));
    t.put(
        "getSavepointForFlinkStatement",
        new Covered("CmfSavepoints#get", c -> ofStatement(c).get("s1")));
    t.put(
        "deleteSavepointForFlinkStatement",
        new Covered("CmfSavepoints#delete", c -> ofStatement(c).delete("s1", true)));
    t.put(
        "listDetachedSavepoints",
        new Covered(
            "CmfDetachedSavepoints#listNamed",
            c -> c.detachedSavepoints().listNamed("s", some).toList()));
    t.put(
        "createDetachedSavepoint",
        new Covered(
            "CmfDetachedSavepoints#create",
            c ->
                c.detachedSavepoints()
                    .create(savepoint().toBuilder().path("s3://bucket/sp").build())));
    t.put(
        "getDetachedSavepoint",
        new Covered("CmfDetachedSavepoints#get", c -> c.detachedSavepoints().get("s1")));
    t.put(
        "deleteDetachedSavepoint",
        new Covered("CmfDetachedSavepoints#delete", c -> c.detachedSavepoints().delete("s1")));
    t.put(
        "getKubernetesClusters",
        new Covered("CmfKubernetesClusters#list", c -> c.kubernetesClusters().list(some).toList()));
    t.put(
        "getKubernetesCluster",
        new Covered("CmfKubernetesClusters#get", c -> c.kubernetesClusters().get("k")));
    t.put(
        "updateKubernetesCluster",
        new Covered(
            "CmfKubernetesClusters#update",
            c -> c.kubernetesClusters().update("k", CmfKubernetesClusterChange.decommission())));
    t.put("getC3LicenseInformation", new Covered("CmfClient#license", CmfClient::license));
    t.put(
        "getSystemInformation",
        new Covered("CmfClient#systemInformation", CmfClient::systemInformation));
    t.put(
        "getResourceInformation",
        new Covered("CmfClient#resourceInformation", CmfClient::resourceInformation));
    return t;
  }

  private static CmfComputePools pools(CmfClient c) {
    return c.computePools("prod");
  }

  private static CmfSavepoints ofApplication(CmfClient c) {
    return c.applicationSavepoints("prod", "orders");
  }

  private static CmfSavepoints ofStatement(CmfClient c) {
    return c.statementSavepoints("prod", "s");
  }

  private static CmfApplication application() {
    return CmfApplication.builder("orders")
        .label("team", "a")
        .annotation("why", "b")
        .image("confluentinc/cp-flink:1.19.3-cp2")
        .job(Map.of("jarURI", "local:///a.jar", "parallelism", 2))
        .build();
  }

  private static CmfStatement statement() {
    return CmfStatement.builder("s", "SELECT 1", "pool")
        .catalog("c")
        .database("d")
        .parallelism(3)
        .stopped(false)
        .flinkConfiguration(Map.of("k", "v"))
        .build();
  }

  private static CmfComputePool pool() {
    return CmfComputePool.shared("pool").suspended(true).image("i").build();
  }

  private static CmfSecret secret() {
    return CmfSecret.builder("kafka").value("password", "geheim-123").build();
  }

  private static CmfKafkaCatalog catalog() {
    return CmfKafkaCatalog.builder("c")
        .schemaRegistry(Map.of("schema.registry.url", "http://sr"), "sr-id")
        .addKafkaCluster("d0", CONFIG, "kafka-id")
        .build();
  }

  private static CmfKafkaDatabase database() {
    return CmfKafkaDatabase.builder("d")
        .kafkaCluster(CONFIG, "kafka-id")
        .ddlEnvironments(List.of("prod"))
        .build();
  }

  private static CmfSavepoint savepoint() {
    return CmfSavepoint.builder("s1").format(CmfSavepointFormat.NATIVE).backoffLimit(0).build();
  }

  @Test
  void table_ofThisTest_hasEveryOperationOfTheDescription() {
    Map<String, CmfSpec.Operation> operations = CmfSpec.read().operations();

    assertThat(operations).hasSize(64);
    assertThat(table().keySet()).isEqualTo(operations.keySet());
  }

  @Test
  void table_ofThisTest_namesMethodsThatExist() throws ClassNotFoundException {
    for (Covered covered : table().values()) {
      String[] name = covered.method().split("#", 2);
      assertThat(Class.forName(CmfClient.class.getPackageName() + "." + name[0]).getMethods())
          .as(covered.method())
          .anyMatch(m -> m.getName().equals(name[1]));
    }
  }

  @Test
  void endpoints_all_areInTheDescriptionOrOfLaterServers() {
    Map<String, CmfSpec.Operation> operations = CmfSpec.read().operations();
    List<String> ids = new ArrayList<>();
    for (CmfEndpoint endpoint : CmfEndpoint.values()) {
      if (endpoint.operationId().isEmpty()) {
        CmfFeature feature = Objects.requireNonNull(endpoint.feature(), endpoint.name());
        assertThat(feature.since().isAtLeast(2, 4)).as(endpoint.name()).isTrue();
        assertThat(operations.values())
            .as(endpoint.name())
            .noneMatch(
                o -> o.method().equals(endpoint.method()) && o.path().equals(endpoint.template()));
        continue;
      }
      ids.add(endpoint.operationId());
      CmfSpec.Operation operation =
          Objects.requireNonNull(operations.get(endpoint.operationId()), endpoint.name());
      assertThat(endpoint.method()).isEqualTo(operation.method());
      assertThat(endpoint.template()).isEqualTo(operation.path());
      for (Map.Entry<CmfEndpoint.Option, String> e :
          Map.of(
                  CmfEndpoint.Option.FILTER, "filter",
                  CmfEndpoint.Option.SEARCH, "search",
                  CmfEndpoint.Option.FIELDS, "fields",
                  CmfEndpoint.Option.RESOURCES, "include-resource-information")
              .entrySet()) {
        assertThat(endpoint.takes(e.getKey()))
            .as(endpoint + " " + e.getValue())
            .isEqualTo(operation.declares(e.getValue()));
      }
    }
    assertThat(ids)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(operations.keySet());
  }

  @TestFactory
  Stream<DynamicTest> request_ofEachOperation_isAsDescribed() {
    CmfSpec spec = CmfSpec.read();
    Map<String, CmfSpec.Operation> operations = spec.operations();
    return table().entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey(),
                    () ->
                        check(
                            spec,
                            Objects.requireNonNull(operations.get(e.getKey())),
                            e.getValue().call())));
  }

  private static void check(CmfSpec spec, CmfSpec.Operation operation, Consumer<CmfClient> call)
      throws IOException, InterruptedException {
    try (MockWebServer server = new MockWebServer()) {
      server.setDispatcher(new Echo());
      server.start();
      try (CmfClient client =
          CmfClient.builder(server.url("/").uri())
              .serverVersion(CmfVersion.of(2, 3))
              .retry(1, Duration.ofMillis(1), Duration.ofMillis(1))
              .connect()) {
        call.accept(client);
      }
      List<RecordedRequest> hits = new ArrayList<>();
      for (int i = server.getRequestCount(); i > 0; i--) {
        RecordedRequest request = server.takeRequest();
        if (operation.matches(request.getMethod(), request.getUrl().encodedPath())) {
          hits.add(request);
        }
      }
      assertThat(hits).as("requests for " + operation).hasSize(1);
      RecordedRequest request = hits.get(0);
      HttpUrl url = request.getUrl();
      assertThat(url.queryParameterNames()).allMatch(operation::declares);
      if (operation.declares("sort")) {
        assertThat(url.queryParameterNames()).contains("page", "size", "sort");
      }
      String schema = operation.requestSchema();
      if (schema.isEmpty()) {
        assertThat(request.getBodySize()).isZero();
      } else {
        assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(request.getBody()).isNotNull();
        assertThat(spec.faults(schema, CmfSpec.JSON.readTree(request.getBody().utf8()))).isEmpty();
      }
    }
  }

  /** Answers what was sent; else something with a name; to a list one without items. */
  private static final class Echo extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", "x");
      body.put("metadata", Map.of("name", "x", "size", 0));
      body.put("items", List.of());
      body.put("data", Arrays.asList());
      boolean deletes = "DELETE".equals(request.getMethod());
      String sent = request.getBody() == null ? "" : request.getBody().utf8();
      MockResponse.Builder answer = new MockResponse.Builder().code(deletes ? 204 : 200);
      if (!deletes) {
        answer.body(sent.isEmpty() ? Trees.write(body) : sent);
      }
      return answer.build();
    }
  }
}
