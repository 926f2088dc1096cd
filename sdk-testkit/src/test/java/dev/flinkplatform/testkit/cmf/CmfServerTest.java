package dev.flinkplatform.testkit.cmf;

import static dev.flinkplatform.testkit.cmf.Wire.V1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.testkit.cmf.Wire.Answer;
import dev.flinkplatform.testkit.fault.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Everything of the server that needs no Flink; every exchange is compared with the contract. */
@SuppressWarnings("NullAway.Init")
class CmfServerTest {

  private static final String ENV = V1 + "/environments/prod";
  private static final String APPS = ENV + "/applications";
  private static final String QUERY = "SELECT n FROM numbers";

  @TempDir Path directory;
  private CmfServer server;
  private Wire wire;

  @BeforeEach
  void start() {
    server = builder().start();
    wire = new Wire(server.address());
  }

  private CmfServer.Builder builder() {
    return CmfServer.builder()
        .directory(directory)
        .openApi(Wire.openApi())
        .interval(Duration.ofMillis(20));
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(server.violations()).isEmpty();
  }

  private void restart(CmfServer.Builder builder) {
    server.close();
    server = builder.start();
    wire = new Wire(server.address());
  }

  /** A test that breaks the contract on purpose: once, and the server said so. */
  private void violated(String what) {
    assertThat(server.violations()).singleElement().asString().contains(what);
    restart(builder());
  }

  private static void is(int status, Answer answer) {
    assertThat(answer.status()).as(answer.raw() + " " + answer.text()).isEqualTo(status);
  }

  /** One object of every kind. */
  private void fill() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(201, wire.post(APPS, Wire.suspended("orders")));
    is(201, wire.post(APPS + "/orders/savepoints", Wire.savepoint("sp-1", "{'backoffLimit':0}")));
    is(200, wire.post(V1 + "/secrets", Wire.secret("secret-1")));
    is(200, wire.post(V1 + "/secrets", Wire.secret("secret-2")));
    is(200, wire.post(ENV + "/secret-mappings", Wire.mapping("kafka-id", "secret-1")));
    is(200, wire.post(V1 + "/catalogs/kafka", Wire.catalog("cat-1")));
    is(200, wire.post(V1 + "/catalogs/kafka/cat-1/databases", Wire.database("db-1")));
    is(200, wire.post(ENV + "/compute-pools", Wire.pool("pool-1")));
    is(200, wire.post(ENV + "/compute-pools", Wire.pool("pool-2")));
    is(200, wire.post(ENV + "/statements", Wire.statement("stmt-1", "SELECT n FROM numbers")));
    is(201, wire.post(ENV + "/statements/stmt-1/savepoints", Wire.savepoint("sp-2", "{}")));
    is(201, wire.post(V1 + "/detached-savepoints", Wire.savepoint("sp-3", "{'path':'s3://b/sp'}")));
    phase("stmt-1", "RUNNING");
  }

  private void phase(String statement, String phase) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> wire.get(ENV + "/statements/" + statement).at("status.phase").equals(phase));
  }

  // ---- the whole contract ----

  @Test
  void everyOperation_ofTheContract_isAnsweredWhenItsObjectExists() throws IOException {
    fill();
    Object description =
        new Load(LoadSettings.builder().setCodePointLimit(10_000_000).build())
            .loadFromString(Files.readString(Wire.openApi()));
    JsonNode paths = Wire.MAPPER.valueToTree(description).path("paths");
    Map<String, String> operations = new TreeMap<>();
    paths
        .properties()
        .forEach(
            p ->
                p.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        m -> {
                          if (Set.of("get", "post", "put", "delete").contains(m)) {
                            operations.put(order(m, p.getKey()) + " " + p.getKey(), m);
                          }
                        }));
    assertThat(operations).hasSize(64);

    Map<String, Integer> answers = new LinkedHashMap<>();
    operations.forEach(
        (key, method) -> {
          String template = key.substring(key.indexOf(' ') + 1);
          String upper = method.toUpperCase(Locale.ROOT);
          Answer answer = wire.send(upper, path(upper, template), body(upper, template));
          answers.put(upper + " " + template, answer.status());
        });

    assertThat(answers).hasSize(64);
    assertThat(answers)
        .allSatisfy(
            (operation, status) -> assertThat(status).as(operation).isIn(200, 201, 202, 204, 304));
  }

  /** Reads first, then writes, then deletes from the inside out. */
  private static String order(String method, String path) {
    return switch (method) {
      case "get" -> "1";
      case "post" -> "2";
      case "put" -> "3";
      default -> "4-%03d".formatted(999 - path.length());
    };
  }

  private String path(String method, String template) {
    boolean delete = method.equals("DELETE");
    String instance =
        wire.get(APPS + "/orders/instances").json().at("/items/0/metadata/name").asText();
    return template
        .replace("{instName}", instance)
        .replace("{envName}", delete && template.endsWith("{envName}") ? "to-delete" : "prod")
        .replace("{appName}", "orders")
        .replace(
            "{savepointName}",
            template.contains("statements")
                ? "sp-2"
                : delete ? "to-delete" : template.endsWith("detach") ? "done" : "sp-1")
        .replace("{detachedSavepointName}", "sp-3")
        .replace("{secretName}", delete ? "secret-2" : "secret-1")
        .replace("{name}", "kafka-id")
        .replace("{catName}", delete && template.endsWith("{catName}") ? "cat-2" : "cat-1")
        .replace("{dbName}", "db-1")
        .replace("{stmtName}", "stmt-1")
        .replace("{computePoolName}", "pool-2")
        .replace("{kubernetesClusterName}", "default-k8s-cluster");
  }

  private String body(String method, String template) {
    if (method.equals("GET") || method.equals("DELETE")) {
      before(method, template);
      return "";
    }
    if (template.endsWith("/start") || template.endsWith("/suspend")) {
      return "";
    }
    if (template.endsWith("/detach")) {
      complete("done");
      return "";
    }
    boolean put = method.equals("PUT");
    if (template.contains("savepoints")) {
      return Wire.savepoint("new", "{'path':'s3://b/new'}");
    } else if (template.contains("applications")) {
      return Wire.suspended("new");
    } else if (template.contains("secret-mappings")) {
      return Wire.mapping(put ? "kafka-id" : "new", "secret-1");
    } else if (template.contains("secrets")) {
      return Wire.secret(put ? "secret-1" : "new");
    } else if (template.contains("databases")) {
      return Wire.database(put ? "db-1" : "new");
    } else if (template.contains("catalogs")) {
      return Wire.catalog(put ? "cat-1" : "new");
    } else if (template.contains("compute-pools")) {
      return Wire.pool(put ? "pool-2" : "new");
    } else if (template.contains("statements")) {
      return Wire.statement(put ? "stmt-1" : "new", "SELECT n FROM numbers");
    } else if (template.contains("kubernetes-clusters")) {
      return Wire.document(
          "KubernetesCluster", "default-k8s-cluster", "{'lifecycleState':'ACTIVE'}");
    }
    return Wire.environment("prod");
  }

  private void before(String method, String template) {
    if (method.equals("DELETE")) {
      if (template.endsWith("{envName}")) {
        is(200, wire.post(V1 + "/environments", Wire.environment("to-delete")));
      } else if (template.endsWith("{catName}")) {
        is(200, wire.post(V1 + "/catalogs/kafka", Wire.catalog("cat-2")));
      } else if (template.contains("applications/{appName}/savepoints/")) {
        is(201, wire.post(APPS + "/orders/savepoints", Wire.savepoint("to-delete", "{}")));
      }
    }
  }

  /** Writes a completed savepoint to the server's files: it takes a Flink to make one. */
  private void complete(String name) {
    is(201, wire.post(APPS + "/orders/savepoints", Wire.savepoint(name, "{}")));
    server.down();
    Path file = directory.resolve("documents/savepoint/app%2Fprod%2Forders%2F" + name + ".json");
    try {
      Files.writeString(
          file,
          Files.readString(file)
              .replaceAll(
                  "\"state\":\"[A-Z_]+\"", "\"state\":\"COMPLETED\",\"path\":\"file:///sp\""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.up();
  }

  @Test
  void violations_requestWithAFieldThatDoesNotExist_tellIt() {
    fill();
    String misspelt =
        Wire.statement("stmt-2", "SELECT 1").replace("\"spec\":{", "\"spec\":{\"paralelism\":9,");

    is(200, wire.post(ENV + "/statements", misspelt));

    violated("paralelism");
  }

  // ---- lists ----

  @Test
  void list_withoutSort_hasNoStableOrder() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    for (int i = 0; i < 60; i++) {
      is(201, wire.post(APPS, Wire.suspended("app-%02d".formatted(i))));
    }

    List<String> unsorted = names("");
    List<String> sorted = names("&sort=name,asc");

    assertThat(sorted).hasSize(60).isSorted().doesNotHaveDuplicates();
    assertThat(new HashSet<>(unsorted)).hasSizeLessThan(60);
    assertThat(names("&sort=name,desc")).isSortedAccordingTo((a, b) -> b.compareTo(a));
    is(400, wire.get(APPS + "?sort=colour"));
    is(400, wire.get(APPS + "?size=0"));
  }

  private List<String> names(String query) {
    List<String> out = new ArrayList<>();
    for (int page = 0; ; page++) {
      Answer answer = wire.get(APPS + "?size=7&page=" + page + query);
      is(200, answer);
      assertThat(answer.json().path("metadata").path("size").asInt()).isEqualTo(60);
      assertThat(answer.json().path("pageable").path("page").asInt()).isEqualTo(page);
      if (answer.json().path("items").isEmpty()) {
        return out;
      }
      answer.json().path("items").forEach(i -> out.add(i.path("metadata").path("name").asText()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=a*|a-one,a-two",
        "name=*two|a-two,b-two",
        "labels.team=red|a-one",
        "labels.team != red|a-two,b-two",
        "labels.team in (red, blue)|a-one,a-two",
        "labels.team notin (red, blue)|b-two",
        "labels.team|a-one,a-two",
        "!labels.team|b-two",
        "name=a*,labels.team=blue|a-two",
        "state=RUNNING|",
      })
  void list_filtered_hasWhatFits(String filter, String expected) {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(201, wire.post(APPS, labelled("a-one", "red")));
    is(201, wire.post(APPS, labelled("a-two", "blue")));
    is(201, wire.post(APPS, Wire.suspended("b-two")));

    Answer answer = wire.get(APPS + "?sort=name&fields=metadata.name&filter=" + encode(filter));

    is(200, answer);
    List<String> names = new ArrayList<>();
    answer
        .json()
        .path("items")
        .forEach(
            i -> {
              names.add(i.path("metadata").path("name").asText());
              assertThat(i.has("kind")).isTrue();
              assertThat(i.has("spec")).isFalse();
            });
    assertThat(String.join(",", names)).isEqualTo(expected == null ? "" : expected);
  }

  private static String labelled(String name, String team) {
    return Wire.suspended(name)
        .replace("\"metadata\":{", "\"metadata\":{\"labels\":{\"team\":\"" + team + "\"},");
  }

  private static String encode(String text) {
    return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void search_withoutScope_isRefused() {
    fill();
    is(400, wire.get(V1 + "/environments?search=pro"));
    is(400, wire.get(V1 + "/environments?search=pro&searchScope=colour"));
    assertThat(wire.get(V1 + "/environments?search=pro&searchScope=name").json().path("items"))
        .hasSize(1);
    assertThat(wire.get(V1 + "/environments?search=xx&searchScope=name").json().path("items"))
        .isEmpty();
  }

  // ---- documents ----

  @Test
  void name_asLongAsItMayBe_isKeptAndFoundAgain() {
    String name = "a".repeat(253);
    is(200, wire.post(V1 + "/environments", Wire.environment(name)));
    is(200, wire.post(V1 + "/secrets", Wire.secret(name)));
    is(201, wire.post(V1 + "/environments/" + name + "/applications", Wire.suspended("orders")));

    server.down();
    server.up();

    is(200, wire.get(V1 + "/environments/" + name));
    is(200, wire.get(V1 + "/secrets/" + name));
    is(200, wire.get(V1 + "/environments/" + name + "/applications/orders"));
    is(204, wire.delete(V1 + "/secrets/" + name));
    server.down();
    server.up();
    is(404, wire.get(V1 + "/secrets/" + name));
  }

  @Test
  void put_thatCannotBeWritten_isNotThereInMemoryEither() throws IOException {
    Files.writeString(directory.resolve("documents/secret"), "no directory");

    is(500, wire.post(V1 + "/secrets", Wire.secret("secret-1")));

    is(404, wire.get(V1 + "/secrets/secret-1"));
    Files.delete(directory.resolve("documents/secret"));
  }

  // ---- strictness ----

  @Test
  void environment_badInput_isRefusedWithAllFaults() {
    Answer answer =
        wire.post(
            V1 + "/environments",
            "{\"name\":\"x_y\",\"kubernetesNamespace\":\"-\",\"kubernetesClusterName\":\"none\"}");

    is(400, answer);
    assertThat(answer.json().path("errors")).hasSize(3);
    is(400, wire.post(V1 + "/environments", "{\"kubernetesNamespace\":\"flink\"}"));
    is(400, wire.post(V1 + "/environments", "{\"name\":"));
    is(404, wire.get(V1 + "/environments/none"));
    is(404, wire.post(V1 + "/environments/none/applications", Wire.suspended("a")));
  }

  @Test
  void environment_postedAgain_isUpdatedButForWhatIsImmutable() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    Answer updated =
        wire.post(
            V1 + "/environments",
            "{\"name\":\"prod\",\"statementDefaults\":{\"detached\":{\"flinkConfiguration\":{\"a\":\"b\"},"
                + "\"misspelt\":1}}}");
    is(200, updated);
    assertThat(updated.at("kubernetesNamespace")).isEqualTo("flink");
    assertThat(updated.json().at("/statementDefaults/detached").has("misspelt")).isFalse();

    is(
        400,
        wire.post(
            V1 + "/environments", "{\"name\":\"prod\",\"kubernetesNamespace\":\"elsewhere\"}"));
    violated("misspelt");
  }

  @Test
  void application_missingEnvelope_is400AndBadContentIs422() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));

    is(400, wire.post(APPS, "{\"metadata\":{\"name\":\"a\"}}"));
    is(400, wire.post(APPS, Wire.suspended("Not_a_name")));
    Answer content =
        wire.post(
            APPS,
            Wire.suspended("orders")
                .replace("stateless", "savepoint")
                .replace("\"parallelism\":2", "\"parallelism\":0")
                .replace("\"serviceAccount\":\"flink\",", ""));

    is(422, content);
    assertThat(content.text())
        .contains("Checkpoint directory")
        .contains("parallelism")
        .contains("serviceAccount");
    assertThat(content.json().path("errors").size()).isGreaterThanOrEqualTo(4);
    is(404, wire.get(APPS + "/orders"));
  }

  @Test
  void application_environmentDefaults_winFieldByField() {
    is(
        200,
        wire.post(
            V1 + "/environments",
            """
            {"name":"prod","kubernetesNamespace":"flink","flinkApplicationDefaults":{"spec":{
            "flinkConfiguration":{"taskmanager.numberOfTaskSlots":"8","x":"y"},
            "taskManager":{"resource":{"memory":"4g"}}}}}\
            """));
    is(201, wire.post(APPS, Wire.suspended("orders")));

    JsonNode instance =
        wire.get(APPS + "/orders/instances")
            .json()
            .path("items")
            .get(0)
            .path("status")
            .path("spec");

    assertThat(instance.at("/flinkConfiguration/taskmanager.numberOfTaskSlots").asText())
        .isEqualTo("8");
    assertThat(instance.at("/flinkConfiguration/x").asText()).isEqualTo("y");
    assertThat(instance.at("/taskManager/resource/memory").asText()).isEqualTo("4g");
    assertThat(instance.at("/taskManager/resource/cpu").asInt()).isEqualTo(1);
    assertThat(
            wire.get(APPS + "/orders")
                .json()
                .at("/spec/flinkConfiguration/taskmanager.numberOfTaskSlots")
                .asText())
        .isEqualTo("2");
  }

  @Test
  void application_postedAgain_getsAnInstancePerChange() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(201, wire.post(APPS, Wire.suspended("orders")));
    is(201, wire.post(APPS, Wire.suspended("orders")));
    assertThat(wire.get(APPS + "/orders/instances").json().path("items")).hasSize(1);

    is(
        201,
        wire.post(
            APPS, Wire.suspended("orders").replace("\"parallelism\":2", "\"parallelism\":3")));

    Answer instances = wire.get(APPS + "/orders/instances?sort=creationTimestamp,desc");
    assertThat(instances.json().path("items")).hasSize(2);
    assertThat(instances.json().at("/items/0/status/spec/job/parallelism").asInt()).isEqualTo(3);
    is(
        200,
        wire.get(
            APPS + "/orders/instances/" + instances.json().at("/items/0/metadata/name").asText()));
  }

  @Test
  void startAndSuspend_thatChangeNothing_are304() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(201, wire.post(APPS, Wire.suspended("orders")));

    is(304, wire.post(APPS + "/orders/suspend", ""));
    is(200, wire.post(APPS + "/orders/start", ""));
    is(304, wire.post(APPS + "/orders/start", ""));
    is(404, wire.post(APPS + "/orders/start?startFromSavepointUid=none", ""));
    is(404, wire.post(APPS + "/none/start", ""));
  }

  @Test
  void delete_applicationOrStatement_isAsynchronous() {
    fill();
    restart(builder().interval(Duration.ofSeconds(1)));
    // One that lasts, for the restart took the other down.
    is(201, wire.post(APPS, Wire.suspended("orders")));

    is(204, wire.delete(APPS + "/orders"));
    assertThat(wire.get(APPS + "/orders").at("status.lifecycleState")).isEqualTo("DELETING");
    is(422, wire.post(APPS, Wire.suspended("orders")));
    // Who asks again and again does not put it off.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> wire.delete(APPS + "/orders").status() == 404);
    is(404, wire.get(APPS + "/orders"));

    is(202, wire.delete(ENV + "/statements/stmt-1"));
    assertThat(wire.get(ENV + "/statements/stmt-1").at("status.phase")).isEqualTo("DELETING");
    is(409, wire.delete(ENV + "/compute-pools/pool-1"));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> wire.get(ENV + "/statements/stmt-1").status() == 404);
  }

  @Test
  void delete_environmentWithContent_isRefusedUntilItIsGone() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(201, wire.post(APPS, Wire.suspended("orders")));
    is(409, wire.delete(ENV));

    is(204, wire.delete(APPS + "/orders"));

    await().atMost(Duration.ofSeconds(20)).until(() -> wire.get(APPS + "/orders").status() == 404);
    is(204, wire.delete(ENV));
    is(404, wire.get(ENV));
  }

  @Test
  void document_nameOnlyAtTheTopOrBlankVersion_isRefused() {
    fill();
    Map<String, String> all =
        Map.of(
            APPS,
            Wire.suspended("n-1"),
            APPS + "/orders/savepoints",
            Wire.savepoint("n-1", "{}"),
            ENV + "/statements",
            Wire.statement("n-1", "SELECT 1"),
            ENV + "/compute-pools",
            Wire.pool("n-1"),
            ENV + "/secret-mappings",
            Wire.mapping("n-1", "secret-2"),
            V1 + "/secrets",
            Wire.secret("n-1"),
            V1 + "/catalogs/kafka",
            Wire.catalog("n-1"),
            V1 + "/catalogs/kafka/cat-1/databases",
            Wire.database("n-1"),
            V1 + "/detached-savepoints",
            Wire.savepoint("n-1", "{'path':'s3://b/sp'}"));
    all.forEach(
        (path, document) -> {
          Answer blank = wire.post(path, document.replace("cmf.confluent.io/v1", " "));
          is(400, blank);
          assertThat(blank.text()).contains("apiVersion");
          if (!path.endsWith("orders/savepoints")) { // It has a name made for it.
            is(
                400,
                wire.post(
                    path,
                    document.replace(
                        "\"metadata\":{\"name\":\"n-1\"}", "\"name\":\"n-1\",\"metadata\":{}")));
          }
        });
    is(
        200,
        wire.post(
            V1 + "/environments",
            "{\"metadata\":{\"name\":\"meta\"},\"kubernetesNamespace\":\"flink\"}"));
  }

  @ParameterizedTest
  @CsvSource({"true, 404", "false, 422"})
  void start_savepointOfAnotherOrNotCompleted_isRefused(boolean another, int status) {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(201, wire.post(APPS, Wire.suspended("orders")));
    is(201, wire.post(APPS, Wire.suspended("others")));
    String owner = APPS + (another ? "/others" : "/orders");
    is(201, wire.post(owner + "/savepoints", Wire.savepoint("sp-1", "{'path':'s3://b/sp'}")));
    String uid = wire.get(owner + "/savepoints/sp-1").at("metadata.uid");

    is(status, wire.post(APPS + "/orders/start?startFromSavepointUid=" + uid, ""));

    for (String by : List.of("'uid':'" + uid + "'", "'savepointName':'sp-1'")) {
      Answer answer =
          wire.post(
              APPS,
              Wire.suspended("orders")
                  .replace(
                      "\"job\":{",
                      "\"job\":{\"startFromSavepoint\":{%s},".formatted(by.replace('\'', '"'))));
      is(422, answer);
    }
    assertThat(wire.get(APPS + "/orders").at("spec.job.state")).isEqualTo("suspended");
  }

  @Test
  void start_ownOrDetachedCompletedSavepoint_isTaken() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(201, wire.post(APPS, Wire.suspended("orders")));
    is(201, wire.post(V1 + "/detached-savepoints", Wire.savepoint("sp-3", "{'path':'s3://b/sp'}")));
    complete("own");

    for (String savepoint :
        List.of(APPS + "/orders/savepoints/own", V1 + "/detached-savepoints/sp-3")) {
      String uid = wire.get(savepoint).at("metadata.uid");
      is(200, wire.post(APPS + "/orders/start?startFromSavepointUid=" + uid, ""));
      Answer instances = wire.get(APPS + "/orders/instances?sort=creationTimestamp,desc");
      assertThat(instances.at("items.0.status.spec.job.initialSavepointPath"))
          .isEqualTo(wire.get(savepoint).at("status.path"));
    }
  }

  // ---- secrets, catalogs, pools ----

  @Test
  void secret_values_areMaskedAndKeptNowhere() throws IOException {
    fill();

    Answer secret = wire.get(V1 + "/secrets/secret-1");

    assertThat(secret.json().at("/spec/data/sasl.jaas.config").asText()).isEqualTo("****");
    assertThat(secret.json().at("/status/environments/0").asText()).isEqualTo("prod");
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .doesNotContain("very secret");
      }
    }
    is(409, wire.delete(V1 + "/secrets/secret-1"));
    is(204, wire.delete(ENV + "/secret-mappings/kafka-id"));
    is(204, wire.delete(V1 + "/secrets/secret-1"));
    is(404, wire.post(ENV + "/secret-mappings", Wire.mapping("x", "none")));
    is(409, wire.post(V1 + "/secrets", Wire.secret("secret-2")));
  }

  @Test
  void catalog_withDatabases_isNotDeleted() {
    fill();

    is(409, wire.delete(V1 + "/catalogs/kafka/cat-1"));
    is(409, wire.post(V1 + "/catalogs/kafka", Wire.catalog("cat-1")));
    is(400, wire.post(V1 + "/catalogs/kafka", Wire.document("KafkaCatalog", "cat-2", "{}")));
    assertThat(
            wire.get(V1 + "/catalogs/kafka/cat-1/databases/db-1")
                .json()
                .at("/status/environmentsWithAccess"))
        .hasSize(1);
    is(204, wire.delete(V1 + "/catalogs/kafka/cat-1/databases/db-1"));
    is(204, wire.delete(V1 + "/catalogs/kafka/cat-1"));
    is(404, wire.get(V1 + "/catalogs/kafka/cat-1"));
  }

  @Test
  void pool_inUse_isNeitherDeletedNorChanged() {
    fill();

    is(409, wire.delete(ENV + "/compute-pools/pool-1"));
    is(409, wire.put(ENV + "/compute-pools/pool-1", Wire.pool("pool-1")));
    is(
        422,
        wire.post(
            ENV + "/compute-pools",
            Wire.document(
                "ComputePool",
                "pool-3",
                "{'type':'DEDICATED','clusterSpec':{'serviceAccount':'flink'}}")));
    is(202, wire.delete(ENV + "/statements/stmt-1"));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> wire.get(ENV + "/statements/stmt-1").status() == 404);
    is(204, wire.delete(ENV + "/compute-pools/pool-1"));
  }

  @Test
  void cluster_inUse_isNotDecommissioned() {
    fill();
    String path = V1 + "/kubernetes-clusters/default-k8s-cluster";

    is(
        400,
        wire.put(
            path,
            Wire.document(
                "KubernetesCluster",
                "default-k8s-cluster",
                "{'lifecycleState':'DECOMMISSIONED'}")));
    assertThat(wire.get(path).at("status.state")).isEqualTo("CONNECTED");
  }

  // ---- statements ----

  @Test
  void statement_query_givesEachRowOnce() {
    fill();
    List<String> rows = new ArrayList<>();
    String token = "";
    do {
      Answer page =
          wire.get(
              ENV + "/statements/stmt-1/results" + (token.isEmpty() ? "" : "?page-token=" + token));
      is(200, page);
      page.json().at("/results/data").forEach(r -> rows.add(r.at("/row/0").asText()));
      token = page.at("metadata.annotations.nextPageToken");
    } while (!token.isEmpty());

    assertThat(rows).hasSize(25).doesNotHaveDuplicates();
    is(410, wire.get(ENV + "/statements/stmt-1/results"));
    phase("stmt-1", "COMPLETED");
  }

  @Test
  void statement_madeAnewAfterItsEnvironmentWasForcedAway_hasItsOwnResults() {
    for (int i = 0; i < 2; i++) {
      is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
      is(200, wire.post(ENV + "/compute-pools", Wire.pool("pool-1")));
      is(200, wire.post(ENV + "/statements", Wire.statement("stmt-1", "SELECT n FROM numbers")));
      phase("stmt-1", "RUNNING");
      is(200, wire.get(ENV + "/statements/stmt-1/results"));
      is(204, wire.delete(ENV + "?force=true"));
    }
  }

  @Test
  void statement_stoppedAndResumed_isSo() {
    fill();
    String sql = Wire.insert("insert-1");
    is(200, wire.post(ENV + "/statements", sql));
    phase("insert-1", "RUNNING");
    is(400, wire.get(ENV + "/statements/insert-1/results"));
    is(409, wire.post(ENV + "/statements", sql));
    is(422, wire.post(ENV + "/statements", Wire.statement("bad", "SELEKT 1")));

    is(
        200,
        wire.put(
            ENV + "/statements/insert-1",
            sql.replace("\"computePoolName\"", "\"stopped\":true,\"computePoolName\"")));
    phase("insert-1", "STOPPED");
    is(200, wire.put(ENV + "/statements/insert-1", sql));
    phase("insert-1", "RUNNING");
    is(422, wire.put(ENV + "/statements/insert-1", sql.replace("FROM numbers", "FROM others")));
    is(200, wire.get(ENV + "/statements/insert-1/exceptions"));
  }

  @Test
  void statement_insertWithoutCheckpoints_isRefusedUnlessTheEnvironmentHasThem() {
    fill();
    String insert = Wire.statement("insert-1", "INSERT INTO sink SELECT n FROM numbers");

    is(422, wire.post(ENV + "/statements", insert));
    is(
        200,
        wire.post(
            V1 + "/environments",
            Wire.environment("prod")
                .replace(
                    "}",
                    ",\"statementDefaults\":{\"detached\":{\"flinkConfiguration\":"
                        + "{\"execution.checkpointing.interval\":\"1 s\"}}}}")));
    is(200, wire.post(ENV + "/statements", insert));
  }

  @Test
  void statementSavepoint_whileItRuns_isCompletedElseAbandoned() {
    fill();
    String savepoints = ENV + "/statements/stmt-1/savepoints";
    savepointIs(savepoints + "/sp-2", "COMPLETED");
    is(201, wire.post(savepoints, Wire.savepoint("sp-4", "{'path':'s3://b/here'}")));
    savepointIs(savepoints + "/sp-4", "COMPLETED");
    assertThat(wire.get(savepoints + "/sp-4").at("status.path")).startsWith("s3://b/here/");

    is(200, wire.put(ENV + "/statements/stmt-1", stopped(Wire.statement("stmt-1", QUERY))));
    phase("stmt-1", "STOPPED");
    is(201, wire.post(savepoints, Wire.savepoint("sp-5", "{}")));

    savepointIs(savepoints + "/sp-5", "ABANDONED");
    assertThat(wire.get(savepoints + "/sp-5").at("status.path")).isEmpty();
  }

  private void savepointIs(String path, String state) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> wire.get(path).at("status.state").equals(state));
  }

  private static String stopped(String statement) {
    return statement.replace("\"spec\":{", "\"spec\":{\"stopped\":true,");
  }

  private static String from(String savepoint, String statement) {
    return statement.replace(
        "\"spec\":{", "\"spec\":{\"startFromSavepoint\":" + savepoint.replace('\'', '"') + ",");
  }

  @Test
  void statement_startFromSavepoint_worksWithAnUpdateAndACompletedOneOfItsOwn() {
    fill();
    String path = ENV + "/statements/stmt-1";
    String statement = Wire.statement("stmt-1", QUERY);
    savepointIs(path + "/savepoints/sp-2", "COMPLETED");
    is(200, wire.post(ENV + "/statements", Wire.statement("stmt-2", QUERY)));
    is(201, wire.post(ENV + "/statements/stmt-2/savepoints", Wire.savepoint("sp-6", "{}")));
    is(200, wire.put(path, stopped(statement)));
    phase("stmt-1", "STOPPED");
    is(201, wire.post(path + "/savepoints", Wire.savepoint("sp-5", "{'path':'s3://b/here'}")));

    String external = "{'initialSavepointPath':'s3://b/sp'}";
    is(422, wire.post(ENV + "/statements", from(external, Wire.statement("stmt-3", QUERY))));
    is(404, wire.get(ENV + "/statements/stmt-3"));
    for (String bad :
        List.of(
            "{'savepointName':'none'}",
            "{'savepointName':'sp-5'}", // abandoned
            "{'savepointName':'sp-6'}", // of another statement
            "{'uid':'none'}",
            "{}")) {
      is(422, wire.put(path, from(bad, statement)));
    }
    phase("stmt-1", "STOPPED");
    String uid = wire.get(path + "/savepoints/sp-2").at("metadata.uid");
    for (String good :
        List.of(
            external,
            "{'savepointName':'sp-2'}",
            "{'savepointName':'sp-3'}", // detached
            "{'uid':'" + uid + "'}")) {
      is(200, wire.put(path, from(good, statement)));
      phase("stmt-1", "RUNNING");
    }
  }

  // ---- versions, formats ----

  @ParameterizedTest
  @CsvSource({
    "2.0.0, 404, 404, 404",
    "2.1.0, 200, 404, 404",
    "2.2.0, 200, 200, 404",
    "2.3.1, 200, 200, 200",
    "2.5.0, 200, 200, 200"
  })
  void version_older_lacksWhatCameLater(
      String version, int savepoints, int information, int clusters) {
    restart(builder().version(version));

    is(savepoints, wire.get(V1 + "/detached-savepoints"));
    is(information, wire.get(V1 + "/system-information"));
    is(clusters, wire.get(V1 + "/kubernetes-clusters"));
    if (information == 200) {
      assertThat(wire.get(V1 + "/system-information").at("status.version")).isEqualTo(version);
    }
  }

  @Test
  void yaml_bothWays_isUnderstood() throws IOException {
    Answer answer =
        wire.trySend(
            "POST",
            V1 + "/environments",
            "name: staging\nkubernetesNamespace: flink-staging\n",
            "application/yaml",
            "application/yaml");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).contains("name: staging");
    is(200, wire.get(V1 + "/environments/staging"));
  }

  // ---- faults ----

  @Test
  void fault_loseReply_actsAndDoesNotAnswer() {
    server.onNext("POST", "/environments", Fault.parse("lose-reply"));

    assertThatThrownBy(() -> wire.post(V1 + "/environments", Wire.environment("prod")))
        .isInstanceOf(UncheckedIOException.class);
    is(200, wire.get(ENV));

    server.onNext("GET", "/environments/prod", Fault.parse("status:503"));
    is(503, wire.get(ENV));
    is(200, wire.get(ENV));
    server.onNext("DELETE", "/environments/prod", Fault.parse("drop"));
    assertThatThrownBy(() -> wire.delete(ENV)).isInstanceOf(UncheckedIOException.class);
    is(200, wire.get(ENV));
    assertThat(server.requests()).contains("GET " + ENV + " 503", "DELETE " + ENV + " dropped");
  }

  @Test
  void fault_reset_cutsAnAnswerAlsoOneWithoutBody() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    server.onNext("GET", "/environments/prod", Fault.parse("reset"));
    assertThatThrownBy(() -> wire.get(ENV)).isInstanceOf(UncheckedIOException.class);

    server.onNext("DELETE", "/environments/prod", Fault.parse("reset"));
    assertThatThrownBy(() -> wire.delete(ENV)).isInstanceOf(UncheckedIOException.class);

    is(404, wire.get(ENV));
  }

  @Test
  void downAndUp_documents_areThereAgainAtTheSameAddress() {
    fill();
    URI address = server.address();

    server.down();
    assertThatThrownBy(() -> wire.get(ENV)).isInstanceOf(UncheckedIOException.class);
    server.up();

    assertThat(server.address()).isEqualTo(address);
    is(200, wire.get(APPS + "/orders"));
    is(200, wire.get(ENV + "/compute-pools/pool-1"));
  }

  @Test
  void start_documentsUnreadable_leavesThePort() throws IOException {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    int port = server.address().getPort();
    server.close();
    Path broken = directory.resolve("documents/environment/prod.json");
    String good = Files.readString(broken);
    Files.writeString(broken, "{");

    CmfServer.Builder again = builder().port(port);
    assertThatThrownBy(again::start).isInstanceOf(UncheckedIOException.class);

    Files.writeString(broken, good);
    restart(again);
    is(200, wire.get(ENV));
  }

  @Test
  void close_whileApplicationsArePosted_leavesNoneOfThem() throws Exception {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    ExecutorService clients = Executors.newFixedThreadPool(8);
    AtomicInteger next = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      clients.execute(
          () -> {
            Wire mine = new Wire(server.address());
            try {
              while (true) {
                is(201, mine.post(APPS, Wire.suspended("app-" + next.incrementAndGet())));
              }
            } catch (UncheckedIOException e) {
              // The server is gone.
            }
          });
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> next.get() > 100);

    server.close();

    int asked = server.requests().size();
    clients.shutdown();
    assertThat(clients.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(server.requests()).hasSize(asked);
    try (Stream<Path> left = Files.list(directory.resolve("documents/application"))) {
      assertThat(left).isEmpty();
    }
  }

  // ---- Flink, without starting it ----

  private static FlinkDistribution flink(String property) {
    return FlinkDistribution.jars(Path.of(System.getProperty("flinkplatform.test." + property)));
  }

  @Test
  void jar_ofTheImage_isThatOfTheVersionOfTheSpecification() {
    restart(builder().flink(flink("flink120")).flink(flink("flink23")));
    String both = "commons-io-2.15.1.jar";

    for (String property : List.of("flink120", "flink23")) {
      Path file = flink(property).directory().resolve(both);
      FlinkVersion minor = flink(property).version();
      assertThat(
              server.jar(
                  FlinkVersion.of(minor.major(), minor.minor()), "local:///opt/flink/" + both))
          .isEqualTo(file.toString());
    }
  }

  @Test
  void requests_whileZooKeeperStarts_areAnswered() throws IOException {
    // A Java that takes its time, until it is let go.
    Path begun = directory.resolve("begun");
    Path go = directory.resolve("go");
    Path java = directory.resolve("java/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(directory.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
    Files.writeString(
        java,
        "#!/bin/sh\ntouch %s\nwhile [ ! -e %s ]; do sleep 0.1; done\nexit 1\n"
            .formatted(begun, go));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    restart(builder().flink(flink("flink23")).javaHome(directory.resolve("java")));
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(
        201,
        wire.post(
            APPS,
            Wire.suspended("orders")
                .replace("'state':'suspended'".replace('\'', '"'), "\"state\":\"running\"")
                .replace(
                    "\"flinkConfiguration\":{",
                    "\"flinkConfiguration\":{\"high-availability.type\":\"kubernetes\","
                        + "\"high-availability.storageDir\":\"file:///tmp/ha\",")));
    try {
      await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(begun));

      CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> wire.get(ENV));

      assertThat(answer).succeedsWithin(Duration.ofSeconds(10));
    } finally {
      Files.createFile(go);
    }
  }

  // ---- who may ask ----

  @Test
  void start_byDefault_listensOnOneLoopbackAddressOnly() throws IOException {
    assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
    // Linux has all of 127.0.0.0/8: who listens on every address has this one, too.
    try (Socket other = new Socket()) {
      assertThatThrownBy(
              () -> other.connect(new InetSocketAddress("127.0.0.2", server.address().getPort())))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void bearer_missingWrongOrExpired_is401() {
    restart(builder().bearer("let-me-in"));

    is(401, wire.get(V1 + "/environments"));
    is(401, with("Bearer wrong").get(V1 + "/environments"));
    is(200, with("Bearer let-me-in").get(V1 + "/environments"));
    server.expireTokens();
    is(401, with("Bearer let-me-in").get(V1 + "/environments"));
  }

  @Test
  void basic_missingWrongOrUnreadable_is401() {
    restart(builder().basic("me", "pass:word"));

    Wire.Answer refused = wire.get(V1 + "/environments");
    is(401, refused);
    assertThat(refused.raw().headers().allValues("WWW-Authenticate"))
        .containsExactly("Basic realm=\"CMF\"");
    is(401, with(basic("me:password")).get(V1 + "/environments"));
    is(401, with("Basic me:pw").get(V1 + "/environments"));
    is(401, with("Basic").get(V1 + "/environments"));
    is(401, with("Bearer me").get(V1 + "/environments"));
    is(200, with(basic("me:pass:word")).get(V1 + "/environments"));
  }

  private static String basic(String userAndPassword) {
    return "Basic "
        + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void oauth_clientInTheHeader_isKnownOr401() throws IOException {
    restart(builder().oauth("me", "secret", Duration.ofHours(1)));

    for (String wrong : List.of("Basic me:secret", basic("me:wrong"), basic("%:secret"))) {
      is(401, token(with(wrong), "grant_type=client_credentials"));
    }
    is(200, token(with(basic("me:secret")), "grant_type=client_credentials"));
  }

  private Wire with(String authorization) {
    return new Wire(server.address(), HttpClient.newHttpClient(), authorization);
  }

  @Test
  void oauth_tokenOfTheEndpoint_isTakenUntilItExpires() throws IOException {
    restart(builder().oauth("me", "secret", Duration.ofHours(1)));

    Answer token = token("secret");

    is(200, token);
    Wire authorized = with("Bearer " + token.at("access_token"));
    is(200, authorized.get(V1 + "/environments"));
    server.expireTokens();
    is(401, authorized.get(V1 + "/environments"));
    is(200, with("Bearer " + token("secret").at("access_token")).get(V1 + "/environments"));
    is(401, token("wrong"));
  }

  private Answer token(String secret) throws IOException {
    return token(wire, "grant_type=client_credentials&client_id=me&client_secret=" + secret);
  }

  private Answer token(Wire by, String form) throws IOException {
    return by.trySend(
        "POST",
        server.tokenEndpoint().getPath(),
        form,
        "application/x-www-form-urlencoded",
        "application/json");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tls_clients_areAskedForCertificatesIfMutual(boolean mutual) throws IOException {
    restart(mutual ? builder().mutualTls() : builder().tls());

    assertThat(server.address().getScheme()).isEqualTo("https");
    is(200, tls(server.clientCertificate(), server.clientKey()).get(V1 + "/environments"));
    Wire stranger = tls(server.strangerCertificate(), server.strangerKey());
    if (mutual) {
      assertThatThrownBy(() -> stranger.get(V1 + "/environments"))
          .isInstanceOf(UncheckedIOException.class);
    } else {
      is(200, stranger.get(V1 + "/environments"));
    }
  }

  private Wire tls(Path certificate, Path key) throws IOException {
    SSLContext context =
        new HandshakeCertificates.Builder()
            .addTrustedCertificate(
                Certificates.decodeCertificatePem(Files.readString(server.authorityCertificate())))
            .heldCertificate(
                HeldCertificate.decode(Files.readString(certificate) + Files.readString(key)))
            .build()
            .sslContext();
    return new Wire(server.address(), HttpClient.newBuilder().sslContext(context).build(), "");
  }

  // ---- artifacts, since 2.4 ----

  private Answer upload(String method, String path, String artifact, String file)
      throws IOException {
    String body =
        "--xyz\r\nContent-Disposition: form-data; name=\"artifact\"; filename=\"artifact.json\"\r\n"
            + "Content-Type: application/json\r\n\r\n"
            + artifact
            + "\r\n"
            + (file.isEmpty()
                ? ""
                : "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jar\"\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n"
                    + file
                    + "\r\n")
            + "--xyz--\r\n";
    return wire.trySend(
        method, path, body, "multipart/form-data; boundary=xyz", "application/json");
  }

  @Test
  void artifact_uploadedTwice_hasVersionsThatGoOneByOne() throws IOException {
    restart(builder().version("2.4.1"));
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    String artifacts = ENV + "/artifacts";
    String orders = Wire.document("Artifact", "orders.jar", "{}");
    is(404, wire.get(artifacts + "/orders.jar"));
    is(400, upload("POST", artifacts, Wire.document("Artifact", "1st", "{}"), "one"));
    is(400, upload("POST", artifacts, orders, ""));
    Answer made = upload("POST", artifacts, orders, "one\r\n--xy");
    is(201, made);
    assertThat(made.json().at("/status/version").asInt()).isEqualTo(1);
    assertThat(made.json().at("/status/size").asInt()).isEqualTo(9);
    assertThat(made.at("status.phase")).isEqualTo("READY");
    assertThat(made.at("status.checksum")).startsWith("sha256:").hasSize(71);
    is(409, upload("POST", artifacts, orders, "one"));
    // The same content is no new version.
    Answer same = upload("PUT", artifacts + "/orders.jar", orders, "one\r\n--xy");
    assertThat(same.json().at("/status/version").asInt()).isEqualTo(1);
    Answer second = upload("PUT", artifacts + "/orders.jar", orders, "two");
    assertThat(second.json().at("/status/version").asInt()).isEqualTo(2);
    String labelled =
        orders.replace(
            "\"name\":\"orders.jar\"", "\"name\":\"orders.jar\",\"labels\":{\"a\":\"b\"}");
    Answer label = upload("PUT", artifacts + "/orders.jar", labelled, "");
    assertThat(label.json().at("/status/version").asInt()).isEqualTo(2);
    assertThat(label.at("metadata.labels.a")).isEqualTo("b");

    assertThat(
            wire.get(artifacts + "/orders.jar/versions?sort=creationTimestamp,desc")
                .json()
                .path("items")
                .findValuesAsText("version"))
        .containsExactly("2", "1");
    assertThat(wire.get(artifacts).json().path("items")).hasSize(1);
    assertThat(wire.get(artifacts + "/orders.jar/content").text()).isEqualTo("two");
    assertThat(wire.get(artifacts + "/orders.jar/content?version=1").text())
        .isEqualTo("one\r\n--xy");
    is(404, wire.get(artifacts + "/orders.jar?version=3"));
    // What a job's jarURI means.
    Path files = directory.resolve("artifacts");
    assertThat(Artifacts.locate(files, "cmf://prod/orders.jar").orElseThrow().getPath())
        .endsWith("/prod/orders.jar/2");
    assertThat(Artifacts.locate(files, "cmf://prod/orders.jar?version=1")).isPresent();
    assertThat(Artifacts.locate(files, "cmf://prod/orders.jar?version=3")).isEmpty();
    assertThat(Artifacts.locate(files, "local:///opt/orders.jar")).isEmpty();
    is(409, wire.delete(ENV));

    is(204, wire.delete(artifacts + "/orders.jar?version=2"));
    assertThat(wire.get(artifacts + "/orders.jar").json().at("/status/version").asInt())
        .isEqualTo(1);
    is(204, wire.delete(artifacts + "/orders.jar"));
    is(404, wire.get(artifacts + "/orders.jar"));
    is(204, wire.delete(ENV));
  }

  @Test
  void artifacts_olderServer_areNotThere() {
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(404, wire.get(ENV + "/artifacts"));
  }
}
