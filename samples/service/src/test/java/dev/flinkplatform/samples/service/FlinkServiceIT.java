package dev.flinkplatform.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own, killed in the midst of its work. */
class FlinkServiceIT {

  private static final String SECRET = "hunter2-of-the-service";
  private static final Duration LONG = Duration.ofSeconds(90);

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final List<String> said = new ArrayList<>();
  private @Nullable Process service;
  private String url = "";

  @BeforeEach
  void prepare() throws IOException {
    Path jars = Files.createDirectories(directory.resolve("jars"));
    Files.copy(SelfCheckingJob.jar(), jars.resolve("job.jar"));
    start();
  }

  private void start() throws IOException {
    Process started =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dservice.directory=" + directory,
                "-Dservice.flink=" + System.getProperty("flinkplatform.test.flink23"),
                "-cp",
                System.getProperty("java.class.path"),
                FlinkService.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    started.getOutputStream().close();
    service = started;
    BufferedReader output =
        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
    String line;
    do {
      line = output.readLine();
      assertThat(line).as("the service has ended").isNotNull();
      said.add(line);
    } while (!line.startsWith("Listening on "));
    url = line.substring("Listening on ".length());
  }

  @AfterEach
  void stop() throws Exception {
    if (service != null) {
      for (String name : List.of("one", "two")) {
        try {
          ended(call("DELETE", "/applications/" + name + "?purge=true", null, "clean " + name, 0));
        } catch (IOException e) {
          System.err.println(e);
        }
      }
      service.destroy();
      service.waitFor();
    }
    ProcessHandle.allProcesses()
        .filter(p -> p.info().commandLine().orElse("").contains(directory.toString()))
        .forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void service_killedWhileItWorks_goesOnAndAnswers() throws Exception {
    JsonNode one = deploy("one");
    JsonNode two = deploy("two");
    assertThat(ended(one).path("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(ended(two).path("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(call("GET", "/applications", null, null, 200)).hasSize(2);

    // In the midst of two operations, on two applications.
    JsonNode rescale =
        call("POST", "/applications/one/parallelism", "{\"parallelism\":2}", "r", 202);
    JsonNode savepoint = call("POST", "/applications/two/savepoints", null, "s", 202);
    assertThat(rescale.path("state").asText()).isEqualTo("RUNNING");
    kill();
    start();

    assertThat(said).contains("Going on with " + rescale.path("id").asText());
    JsonNode rescaled = ended(rescale);
    assertThat(rescaled.path("state").asText()).as(rescaled.toString()).isEqualTo("SUCCEEDED");
    JsonNode saved = ended(savepoint);
    assertThat(saved.path("state").asText()).as(saved.toString()).isEqualTo("SUCCEEDED");
    JsonNode status = call("GET", "/applications/one", null, null, 200);
    assertThat(status.path("parallelism").asInt()).isEqualTo(2);
    assertThat(status.path("state").asText()).isEqualTo("RUNNING");
    // Who lost the answer asks again, and gets the same.
    assertThat(call("POST", "/applications/two/savepoints", null, "s", 202).path("id"))
        .isEqualTo(savepoint.path("id"));
    assertThat(call("GET", "/operations", null, null, 200)).hasSize(4);

    for (String name : List.of("one", "two")) {
      long committed = Ledger.read(ledger(name)).committed();
      await().atMost(LONG).until(() -> Ledger.read(ledger(name)).committed() > committed);
      assertThat(Ledger.read(ledger(name)).isExactlyOnce()).isTrue();
      assertThat(
              ended(call("DELETE", "/applications/" + name + "?purge=true", null, null, 202))
                  .path("state")
                  .asText())
          .isEqualTo("SUCCEEDED");
    }
    assertThat(call("GET", "/applications", null, null, 200)).isEmpty();
    assertThat(said).noneMatch(text -> text.contains(SECRET));
  }

  @Test
  void service_badRequests_areAnsweredWithWhatToDo() throws Exception {
    call("GET", "/applications/none", null, null, 404);
    call("GET", "/operations/none.restart.0000000000", null, null, 404);
    call("GET", "/nothing", null, null, 404);
    call("GET", "/", null, null, 404);
    call("POST", "/applications/none/parallelism", "{}", null, 400);
    call("PUT", "/applications/one", "{\"args\":[\"" + SECRET + "\", }", null, 400);
    call("PUT", "/applications/one", "{\"jar\":\"../../etc/passwd\"}", null, 400);
    call("PUT", "/applications/one", "{\"jar\":\"other.jar\"}", null, 400);
    JsonNode violations =
        call(
                "PUT",
                "/applications/one",
                json.writeValueAsString(
                    Map.of(
                        "jar", "job.jar",
                        "flinkVersion", "1.20",
                        "flinkConfig", Map.of("rest.address", SECRET))),
                null,
                400)
            .path("violations");
    assertThat(violations.findValuesAsText("path"))
        .contains("flinkVersion", "flinkConfig[rest.address]");
    assertThat(call("GET", "/operations", null, null, 200)).isEmpty();
    assertThat(said).noneMatch(text -> text.contains(SECRET));
  }

  private void kill() throws InterruptedException {
    Process running = Objects.requireNonNull(service);
    running.destroyForcibly().waitFor();
  }

  private Path ledger(String name) {
    return directory.resolve("ledger-" + name);
  }

  private JsonNode deploy(String name) throws Exception {
    return call(
        "PUT",
        "/applications/" + name,
        json.writeValueAsString(
            Map.of(
                "jar",
                "job.jar",
                "entryClass",
                SelfCheckingJob.entryClass(),
                "args",
                SelfCheckingJob.args().ledger(ledger(name)).toList(),
                "flinkConfig",
                Map.of("my.password", SECRET))),
        "deploy " + name,
        202);
  }

  private JsonNode ended(JsonNode operation) {
    String id = operation.path("id").asText();
    if (id.isEmpty()) {
      return operation;
    }
    return await()
        .atMost(LONG)
        .until(
            () -> call("GET", "/operations/" + id, null, null, 200),
            o -> !o.path("state").asText().equals("RUNNING"));
  }

  /** Status 0: any. */
  private JsonNode call(
      String method, String path, @Nullable String body, @Nullable String key, int status)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (key != null) {
      request.header("Idempotency-Key", key);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    said.add(response.body());
    if (status != 0) {
      assertThat(response.statusCode())
          .as(method + " " + path + ": " + response.body())
          .isEqualTo(status);
    }
    return json.readTree(response.body());
  }
}
