package dev.flinkplatform.testkit.cmf;

import static dev.flinkplatform.testkit.cmf.Wire.V1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.testkit.FastFlink;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.cmf.Wire.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications of the server on real Flink; every exchange is compared with the contract. */
@SuppressWarnings("NullAway.Init")
class CmfServerIT {

  private static final String APPS = V1 + "/environments/prod/applications";
  private static final String APP = APPS + "/orders";
  private static final Duration SOON = Duration.ofMinutes(2);

  @TempDir Path directory;
  private CmfServer server;
  private Wire wire;

  private void start(String flink) {
    Path jars =
        Path.of(
            System.getProperty(
                flink.equals("v2_3")
                    ? "flinkplatform.test.flink23"
                    : "flinkplatform.test.flink120"));
    Path javaHome = Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"));
    server =
        CmfServer.builder()
            .directory(directory.resolve("server"))
            .openApi(Wire.openApi())
            .flink(FlinkDistribution.jars(jars))
            .javaHome(javaHome)
            .jvmArgs(FastFlink.jvmArgs(jars, javaHome))
            .start();
    wire = new Wire(server.address());
    is(200, wire.post(V1 + "/environments", Wire.environment("prod")));
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(server.violations()).isEmpty();
    assertThat(processes()).as("processes left").isEmpty();
  }

  private List<String> processes() {
    // Flink's processes have their directory on the command line.
    String mark = directory.toString();
    return ProcessHandle.allProcesses()
        .filter(p -> p.pid() != ProcessHandle.current().pid())
        .filter(
            p -> {
              try {
                return Files.readString(
                        Path.of("/proc/" + p.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(mark);
              } catch (IOException e) {
                return false;
              }
            })
        .map(p -> p.pid() + "")
        .toList();
  }

  private static void is(int status, Answer answer) {
    assertThat(answer.status()).as(answer.raw() + " " + answer.text()).isEqualTo(status);
  }

  private ObjectNode application(String flink, String mode) {
    ObjectNode app = Wire.MAPPER.createObjectNode();
    app.put("apiVersion", "cmf.confluent.io/v1").put("kind", "FlinkApplication");
    app.putObject("metadata").put("name", "orders");
    ObjectNode spec = app.putObject("spec");
    spec.put("image", "confluentinc/cp-flink:2.3").put("flinkVersion", flink);
    spec.put("serviceAccount", "flink");
    spec.putObject("flinkConfiguration")
        .put("taskmanager.numberOfTaskSlots", "1")
        .put("execution.checkpointing.interval", "1 s")
        .put("state.checkpoints.dir", directory.resolve("checkpoints").toUri().toString())
        .put("state.savepoints.dir", directory.resolve("savepoints").toUri().toString());
    spec.putObject("jobManager").putObject("resource").put("memory", "768m").put("cpu", 1);
    spec.putObject("taskManager").putObject("resource").put("memory", "1g").put("cpu", 1);
    ObjectNode job = spec.putObject("job");
    job.put("jarURI", "local://" + SelfCheckingJob.jar())
        .put("entryClass", SelfCheckingJob.entryClass())
        .put("parallelism", 1)
        .put("state", "running")
        .put("upgradeMode", mode);
    ArrayNode args = job.putArray("args");
    SelfCheckingJob.args().ledger(directory.resolve("ledger")).toList().forEach(args::add);
    return app;
  }

  private JsonNode awaitStable(String instance) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              JsonNode status = wire.get(APP).json().path("status");
              return status.path("lifecycleState").asText().equals("STABLE")
                  && status.at("/jobStatus/state").asText().equals("RUNNING")
                  && (instance.isEmpty()
                      || status.path("currentDeployedInstanceName").asText().equals(instance));
            });
    return wire.get(APP).json().path("status");
  }

  private String latestInstance() {
    return wire.get(APP + "/instances?sort=creationTimestamp,desc")
        .json()
        .at("/items/0/metadata/name")
        .asText();
  }

  private void awaitLifecycle(String state) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> wire.get(APP).at("status.lifecycleState").equals(state));
  }

  private JsonNode job() {
    String id = wire.get(APP).at("status.jobStatus.jobId");
    return wire.get(APP + "/flink-web-ui/jobs/" + id).json();
  }

  /** Waits until records were committed after now: the job does its work. */
  private void awaitProgress() {
    long before = Ledger.read(directory.resolve("ledger")).committed();
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> Ledger.read(directory.resolve("ledger")).committed() > before);
  }

  @Test
  void application_throughItsLife_isExactlyOnceOnRealFlink() throws Exception {
    throughItsLife("v2_3");
  }

  @Test
  @Tag("nightly")
  void application_throughItsLife_isExactlyOnceOnRealFlink120() throws Exception {
    throughItsLife("v1_20");
  }

  private void throughItsLife(String flink) throws Exception {
    start(flink);
    ObjectNode app = application(flink, "savepoint");
    is(201, wire.post(APPS, app.toString()));
    JsonNode status = awaitStable("");
    assertThat(status.at("/clusterInfo/flink-version").asText())
        .startsWith(flink.equals("v2_3") ? "2.3" : "1.20");
    awaitProgress();

    // A savepoint.
    is(201, wire.post(APP + "/savepoints", Wire.savepoint("sp-1", "{'backoffLimit':0}")));
    await()
        .atMost(SOON)
        .until(() -> wire.get(APP + "/savepoints/sp-1").at("status.state").equals("COMPLETED"));
    Path savepoint = Path.of(URI.create(wire.get(APP + "/savepoints/sp-1").at("status.path")));
    assertThat(savepoint.resolve("_metadata")).exists();

    // Suspend, and start from the savepoint that the job was stopped with.
    is(200, wire.post(APP + "/suspend", ""));
    awaitLifecycle("SUSPENDED");
    assertThat(processes()).isEmpty();
    String uid =
        wire.get(APP + "/savepoints?sort=creationTimestamp,desc")
            .json()
            .at("/items/0/metadata/uid")
            .asText();
    is(200, wire.post(APP + "/start?startFromSavepointUid=" + uid, ""));
    awaitStable(latestInstance());
    awaitProgress();

    // Rescale.
    ((ObjectNode) app.at("/spec/job")).put("parallelism", 2);
    is(201, wire.post(APPS, app.toString()));
    awaitStable(latestInstance());
    await().atMost(SOON).until(() -> job().at("/vertices/0/parallelism").asInt() == 2);
    assertThat(wire.get(APP).at("status.taskManager.replicas")).isEqualTo("2");
    awaitProgress();

    // Upgrade.
    String before = wire.get(APP).at("status.jobStatus.jobId");
    ((ObjectNode) app.at("/spec/flinkConfiguration"))
        .put("execution.checkpointing.interval", "2 s");
    is(201, wire.post(APPS, app.toString()));
    awaitStable(latestInstance());
    assertThat(wire.get(APP).at("status.jobStatus.jobId")).isNotEqualTo(before);
    awaitProgress();
    assertThat(Ledger.read(directory.resolve("ledger")).isExactlyOnce()).isTrue();
    Answer events =
        wire.get(
            "/cmf/api/v1alpha1/environments/prod/applications/orders/events?size=100&filter=type=CMF_STATUS&sort=creationTimestamp,asc");
    is(200, events);
    assertThat(events.json().path("items").findValuesAsText("newStatus"))
        .contains("STABLE", "SUSPENDED", "UPGRADING");

    // Delete.
    is(204, wire.delete(APP));
    await().atMost(SOON).until(() -> wire.get(APP).status() == 404);
    assertThat(processes()).isEmpty();
    assertThat(savepoint.resolve("_metadata"))
        .as("an attached savepoint goes with it")
        .doesNotExist();
  }

  @Test
  void application_serverGoneInTheMiddle_goesOnWhereItWas() {
    start("v2_3");
    is(201, wire.post(APPS, application("v2_3", "savepoint").toString()));
    awaitStable("");
    String job = wire.get(APP).at("status.jobStatus.jobId");

    // A savepoint, detached, that outlives the application.
    is(201, wire.post(APP + "/savepoints", Wire.savepoint("sp-1", "{}")));
    await()
        .atMost(SOON)
        .until(() -> wire.get(APP + "/savepoints/sp-1").at("status.state").equals("COMPLETED"));
    is(200, wire.post(APP + "/savepoints/sp-1/detach", ""));
    is(200, wire.post(APP + "/suspend", ""));
    server.down();
    server.up();
    awaitLifecycle("SUSPENDED");

    is(200, wire.post(APP + "/start", ""));
    awaitStable(latestInstance());
    awaitProgress();
    assertThat(wire.get(APP).at("status.jobStatus.jobId")).isNotEqualTo(job);
    assertThat(Ledger.read(directory.resolve("ledger")).isExactlyOnce()).isTrue();
    is(204, wire.delete(APP));
    await().atMost(SOON).until(() -> wire.get(APP).status() == 404);
    Path kept = Path.of(URI.create(wire.get(V1 + "/detached-savepoints/sp-1").at("status.path")));
    assertThat(kept.resolve("_metadata")).exists();
  }

  @Test
  void application_badJarOrSavepoint_saysSoAndCanBeMended() {
    start("v2_3");
    ObjectNode app = application("v2_3", "savepoint");
    ((ObjectNode) app.at("/spec/job")).put("jarURI", "local:///none.jar");
    is(201, wire.post(APPS, app.toString()));
    awaitLifecycle("FAILED");
    assertThat(wire.get(APP).at("status.error")).contains("none.jar");
    is(503, wire.get(APP + "/flink-web-ui/overview"));

    ((ObjectNode) app.at("/spec/job")).put("jarURI", "local://" + SelfCheckingJob.jar());
    is(201, wire.post(APPS, app.toString()));
    awaitStable(latestInstance());

    is(
        201,
        wire.post(
            APP + "/savepoints",
            Wire.savepoint("bad", "{'backoffLimit':1,'path':'file:///proc/none'}")));
    await()
        .atMost(SOON)
        .until(() -> wire.get(APP + "/savepoints/bad").at("status.state").equals("FAILED"));
    assertThat(wire.get(APP + "/savepoints/bad").json().at("/status/failures").asInt())
        .isEqualTo(2);
    // Any method, with its body and query.
    is(200, wire.get(APP + "/flink-web-ui/jobs/overview?x=y"));
    Answer triggered =
        wire.post(
            APP
                + "/flink-web-ui/jobs/"
                + wire.get(APP).at("status.jobStatus.jobId")
                + "/checkpoints",
            "{\"checkpointType\":\"FULL\"}");
    assertThat(triggered.status()).isEqualTo(202);
    try (Stream<String> found =
        server.requests().stream().filter(r -> r.contains("flink-web-ui"))) {
      assertThat(found).isNotEmpty();
    }
  }
}
