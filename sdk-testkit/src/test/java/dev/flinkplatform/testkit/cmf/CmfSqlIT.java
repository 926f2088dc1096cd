package dev.flinkplatform.testkit.cmf;

import static dev.flinkplatform.testkit.cmf.Wire.V1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.testkit.cmf.Wire.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQL statements on a real Flink SQL gateway; every exchange is compared with the contract. */
@SuppressWarnings("NullAway.Init")
class CmfSqlIT {

  private static final String STATEMENTS = V1 + "/environments/prod/statements";
  private static final Duration SOON = Duration.ofMinutes(2);

  @TempDir static Path directory;
  private static CmfServer server;
  private static Wire wire;

  @BeforeAll
  static void start() {
    Path jars = Path.of(System.getProperty("flinkplatform.test.flink23"));
    Path javaHome = Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"));
    server =
        CmfServer.builder()
            .directory(directory.resolve("server"))
            .openApi(Wire.openApi())
            .javaHome(javaHome)
            .jvmArgs(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
            .sql(
                FlinkDistribution.jars(jars),
                Path.of(System.getProperty("flinkplatform.test.flink23sql")))
            .start();
    wire = new Wire(server.address());
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
    is(200, wire.post(V1 + "/environments/prod/compute-pools", Wire.pool("pool-1")));
  }

  @AfterAll
  static void stop() {
    server.close();
    assertThat(server.violations()).isEmpty();
    assertThat(processes("")).as("processes left").isEmpty();
  }

  private static List<Long> processes(String below) {
    String mark = directory.resolve(below).toString();
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(p -> p != ProcessHandle.current().pid())
        .filter(
            p -> {
              try {
                return Files.readString(
                        Path.of("/proc/" + p + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(mark);
              } catch (IOException e) {
                return false;
              }
            })
        .toList();
  }

  private static void is(int status, Answer answer) {
    assertThat(answer.status()).as(answer.raw() + " " + answer.text()).isEqualTo(status);
  }

  private static void create(String name, String sql) {
    ObjectNode document = Wire.MAPPER.createObjectNode();
    document.put("apiVersion", "cmf.confluent.io/v1").put("kind", "Statement");
    document.putObject("metadata").put("name", name);
    ObjectNode spec = document.putObject("spec");
    spec.put("statement", sql).put("computePoolName", "pool-1");
    if (sql.startsWith("INSERT")) {
      spec.putObject("flinkConfiguration").put("execution.checkpointing.interval", "1 s");
    }
    is(200, wire.post(STATEMENTS, document.toString()));
  }

  private static JsonNode reaches(String name, String phase) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              String now = wire.get(STATEMENTS + "/" + name).at("status.phase");
              assertThat(now)
                  .as(wire.get(STATEMENTS + "/" + name).text())
                  .isNotEqualTo(phase.equals("FAILED") ? "COMPLETED" : "FAILED");
              return now.equals(phase);
            });
    return wire.get(STATEMENTS + "/" + name).json();
  }

  /** All rows, page by page, and that no page is given twice. */
  private static List<String> rows(String name) {
    List<String> rows = new ArrayList<>();
    String token = "";
    while (true) {
      String page =
          STATEMENTS + "/" + name + "/results" + (token.isEmpty() ? "" : "?page-token=" + token);
      Answer answer = wire.get(page);
      is(200, answer);
      answer.json().at("/results/data").forEach(r -> rows.add(r.path("op") + " " + r.path("row")));
      is(410, wire.get(page));
      token = answer.json().at("/metadata/annotations/nextPageToken").asText();
      if (token.isEmpty()) {
        return rows;
      }
    }
  }

  private static ObjectNode specification(String name) {
    ObjectNode document = (ObjectNode) wire.get(STATEMENTS + "/" + name).json();
    document.remove("status");
    document.remove("result");
    return document;
  }

  private static void stopOrResume(String name, boolean stopped) {
    ObjectNode document = specification(name);
    ((ObjectNode) document.path("spec")).put("stopped", stopped);
    is(200, wire.put(STATEMENTS + "/" + name, document.toString()));
  }

  @Test
  void select_values_givesItsRowsOnceWithTheirTypes() {
    create(
        "select-values", "SELECT * FROM (VALUES (1, 'one'), (2, CAST(NULL AS STRING))) AS t(n, s)");
    JsonNode statement = reaches("select-values", "COMPLETED");
    assertThat(statement.at("/status/traits/sqlKind").asText()).isEqualTo("SELECT");
    assertThat(statement.at("/status/traits/isAppendOnly").asBoolean()).isTrue();
    assertThat(statement.at("/status/traits/schema/columns").toString())
        .isEqualTo(
            """
            [{"name":"n","type":{"type":"INTEGER","nullable":false}},\
            {"name":"s","type":{"type":"VARCHAR","nullable":true,"length":2147483647}}]\
            """);
    assertThat(rows("select-values"))
        .containsExactlyInAnyOrder("0 [\"1\",\"one\"]", "0 [\"2\",null]");
    is(410, wire.get(STATEMENTS + "/select-values/results"));
  }

  @Test
  void select_aggregateOfABoundedSource_givesItsChanges() {
    create(
        "make-numbers",
        "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '300',"
            + " 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '300')");
    JsonNode made = reaches("make-numbers", "COMPLETED");
    assertThat(made.at("/result/results/data/0/row/0").asText()).isEqualTo("OK");

    create("all-numbers", "SELECT n FROM numbers");
    reaches("all-numbers", "COMPLETED");
    assertThat(rows("all-numbers")).hasSize(300).doesNotHaveDuplicates().contains("0 [\"300\"]");

    create("sum-of-numbers", "SELECT SUM(n) FROM numbers");
    JsonNode sum = reaches("sum-of-numbers", "COMPLETED");
    assertThat(sum.at("/status/traits/isAppendOnly").asBoolean(true)).isFalse();
    List<String> changes = rows("sum-of-numbers");
    assertThat(changes.get(0)).isEqualTo("0 [\"1\"]");
    assertThat(changes.get(1)).isEqualTo("1 [\"1\"]");
    assertThat(changes.get(changes.size() - 1)).isEqualTo("2 [\"45150\"]");
  }

  @Test
  void insert_stoppedAndResumed_goesOnFromItsSavepointAndIsGoneWhenDeleted() {
    create(
        "make-source",
        "CREATE TABLE source (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5')");
    create("make-sink", "CREATE TABLE sink (n BIGINT) WITH ('connector' = 'blackhole')");
    reaches("make-source", "COMPLETED");
    reaches("make-sink", "COMPLETED");
    create("fill-sink", "INSERT INTO sink SELECT n FROM source");
    JsonNode running = reaches("fill-sink", "RUNNING");
    assertThat(running.at("/status/traits/sqlKind").asText()).isEqualTo("INSERT_INTO");
    is(400, wire.get(STATEMENTS + "/fill-sink/results"));
    awaitJobs("RUNNING", 1);

    stopOrResume("fill-sink", true);
    reaches("fill-sink", "STOPPED");
    awaitJobs("RUNNING", 0);

    stopOrResume("fill-sink", false);
    reaches("fill-sink", "RUNNING");
    awaitJobs("RUNNING", 1);
    JsonNode checkpoints = flink("/jobs/" + job("RUNNING") + "/checkpoints");
    assertThat(checkpoints.at("/latest/restored/is_savepoint").asBoolean())
        .as(checkpoints.toString())
        .isTrue();

    // A savepoint that was asked for, and a start from it.
    String savepoint = STATEMENTS + "/fill-sink/savepoints/sp-1";
    is(201, wire.post(STATEMENTS + "/fill-sink/savepoints", Wire.savepoint("sp-1", "{}")));
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> wire.get(savepoint).at("status.state").equals("COMPLETED"));
    String location = wire.get(savepoint).at("status.path");
    assertThat(Path.of(URI.create(location)).resolve("_metadata")).exists();
    stopOrResume("fill-sink", true);
    reaches("fill-sink", "STOPPED");
    ObjectNode again = specification("fill-sink");
    ((ObjectNode) again.path("spec")).put("stopped", false);
    ((ObjectNode) again.path("spec")).putObject("startFromSavepoint").put("savepointName", "sp-1");
    is(200, wire.put(STATEMENTS + "/fill-sink", again.toString()));
    reaches("fill-sink", "RUNNING");
    awaitJobs("RUNNING", 1);
    assertThat(
            flink("/jobs/" + job("RUNNING") + "/checkpoints")
                .at("/latest/restored/external_path")
                .asText())
        .isEqualTo(location);

    is(202, wire.delete(STATEMENTS + "/fill-sink"));
    await().atMost(SOON).until(() -> wire.get(STATEMENTS + "/fill-sink").status() == 404);
    awaitJobs("RUNNING", 0);
  }

  /** Flink's jobs with the name of the statement, as the proxy shows them. */
  private static void awaitJobs(String state, int count) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                flink("/jobs/overview").path("jobs").findValuesAsText("name").size() >= count
                    && jobs(state).size() == count);
  }

  private static List<String> jobs(String state) {
    List<String> ids = new ArrayList<>();
    for (JsonNode job : flink("/jobs/overview").path("jobs")) {
      if (job.path("name").asText().equals("fill-sink")
          && job.path("state").asText().equals(state)) {
        ids.add(job.path("jid").asText());
      }
    }
    return ids;
  }

  private static String job(String state) {
    return jobs(state).get(0);
  }

  private static JsonNode flink(String path) {
    // make-sink stays; all statements have one Flink.
    return wire.get(STATEMENTS + "/make-sink/flink-web-ui" + path).json();
  }

  @Test
  void anyStatement_gatewayCannotStart_failsWithItsWordsAndLeavesNoProcess() {
    CmfServer lacking =
        CmfServer.builder()
            .directory(directory.resolve("lacking"))
            .openApi(Wire.openApi())
            .sql(FlinkDistribution.jars(Path.of(System.getProperty("flinkplatform.test.flink23"))))
            .start();
    try (lacking) {
      Wire to = new Wire(lacking.address());
      is(200, to.post(V1 + "/environments", Wire.environment("prod")));
      is(200, to.post(V1 + "/environments/prod/compute-pools", Wire.pool("pool-1")));
      for (String name : List.of("first", "second")) {
        is(200, to.post(STATEMENTS, Wire.statement(name, "SELECT 1")));
        await()
            .atMost(SOON)
            .until(() -> to.get(STATEMENTS + "/" + name).at("status.phase").equals("FAILED"));
        assertThat(to.get(STATEMENTS + "/" + name).at("status.detail"))
            .contains("org.apache.flink.table.gateway.SqlGateway");
        assertThat(processes("lacking")).isEmpty();
      }
    }
    assertThat(lacking.violations()).isEmpty();
  }

  @Test
  void invalidSql_fails_withTheExceptionOfFlink() {
    create("no-such-table", "SELECT nope FROM nowhere");
    JsonNode failed = reaches("no-such-table", "FAILED");
    assertThat(failed.at("/status/detail").asText()).contains("Object 'nowhere' not found");
    JsonNode exceptions = wire.get(STATEMENTS + "/no-such-table/exceptions").json();
    assertThat(exceptions.at("/data/0/message").asText()).contains("Object 'nowhere' not found");
    is(400, wire.get(STATEMENTS + "/no-such-table/results"));
  }

  @Test
  void runningQuery_thatFails_showsItsCause() {
    create("divide", "SELECT 1 / (n - n) FROM (VALUES (1), (2)) AS t(n)");
    JsonNode failed = reaches("divide", "FAILED");
    assertThat(failed.at("/status/detail").asText()).contains("/ by zero");
    assertThat(wire.get(STATEMENTS + "/divide/exceptions").json().at("/data/0/name").asText())
        .isEqualTo("ArithmeticException");
  }
}
