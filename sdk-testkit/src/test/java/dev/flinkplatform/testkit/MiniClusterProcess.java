package dev.flinkplatform.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A small Flink cluster in another JVM, with the few calls of Flink's REST API the tests need. */
final class MiniClusterProcess implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> PART_HEAD =
      List.of(
          "--part",
          "Content-Disposition: form-data; name=\"jarfile\"; filename=\"job.jar\"",
          "Content-Type: application/x-java-archive",
          "",
          "");
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private final Process process;
  private final URI rest;
  private final HttpClient http = HttpClient.newHttpClient();

  private MiniClusterProcess(Process process, URI rest) {
    this.process = process;
    this.rest = rest;
  }

  static MiniClusterProcess start(Path jars, Path work) throws IOException {
    Path tmp = Files.createDirectories(work.resolve("tmp"));
    Path log = work.resolve("flink.log");
    String testClasses =
        Path.of(
                URI.create(
                    MiniClusterMain.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
            .toString();
    List<String> command = new ArrayList<>();
    command.add(
        System.getProperty("flinkplatform.test.flinkJavaHome", System.getProperty("java.home"))
            + "/bin/java");
    command.addAll(
        List.of(
            "-Xmx400m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // Flink's own entry points need it too: flink-datastream reaches into collections.
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + tmp,
            "-cp",
            testClasses + File.pathSeparator + jars + "/*",
            MiniClusterMain.class.getName(),
            "rest.port=0",
            "rest.bind-port=0",
            "rest.address=127.0.0.1",
            "rest.bind-address=127.0.0.1",
            "parallelism.default=2",
            "taskmanager.memory.network.min=64mb",
            "taskmanager.memory.network.max=64mb",
            "taskmanager.memory.managed.size=16mb",
            "execution.checkpointing.dir=" + work.resolve("checkpoints").toUri(),
            "restart-strategy.type=fixed-delay",
            "restart-strategy.fixed-delay.delay=50ms",
            "restart-strategy.fixed-delay.attempts=5",
            // Else /jobs/:id is up to 3 s old, and metrics up to 10 s.
            "web.refresh-interval=50",
            "metrics.fetcher.update-interval=100"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(log.toFile())).start();
    BufferedReader out = process.inputReader(UTF_8);
    String line = out.readLine();
    while (line != null && !line.startsWith("http")) {
      line = out.readLine();
    }
    if (line == null) {
      process.destroyForcibly();
      throw new IOException("The cluster did not start:\n" + Files.readString(log));
    }
    return new MiniClusterProcess(process, URI.create(line));
  }

  /** Uploads a jar; returns its id. */
  String upload(Path jar) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(String.join("\r\n", PART_HEAD).getBytes(UTF_8));
    body.write(Files.readAllBytes(jar));
    body.write("\r\n--part--\r\n".getBytes(UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(rest.resolve("/jars/upload"))
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "multipart/form-data; boundary=part")
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build();
    String file = JSON.readTree(ok(request)).path("filename").asText();
    return requireNonNull(Path.of(file).getFileName()).toString();
  }

  /** Runs the jar's main class as its manifest names it, with further fields of the request. */
  String run(
      String jarId,
      SelfCheckingJob.Args args,
      int parallelism,
      @Nullable String savepoint,
      Map<String, ?> more)
      throws IOException {
    return JSON.readTree(ok(runRequest(jarId, args, parallelism, savepoint, more)))
        .path("jobid")
        .asText();
  }

  /** Runs the jar and returns the error Flink answers with. */
  String runRefused(String jarId, SelfCheckingJob.Args args, int parallelism) throws IOException {
    HttpResponse<String> response = send(runRequest(jarId, args, parallelism, null, Map.of()));
    if (response.statusCode() < 400) {
      throw new AssertionError("Not refused: " + response.body());
    }
    return response.body();
  }

  private HttpRequest runRequest(
      String jarId,
      SelfCheckingJob.Args args,
      int parallelism,
      @Nullable String savepoint,
      Map<String, ?> more)
      throws IOException {
    Map<String, Object> body = new HashMap<>();
    body.putAll(more);
    body.put("programArgsList", args.toList());
    body.put("parallelism", parallelism);
    if (savepoint != null) {
      body.put("savepointPath", savepoint);
    }
    return post("/jars/" + jarId + "/run", body);
  }

  String state(String job) throws IOException {
    return get("/jobs/" + job).path("state").asText();
  }

  /** The stack traces of the job's failures. */
  String exceptions(String job) throws IOException {
    return get("/jobs/" + job + "/exceptions").toString();
  }

  JsonNode get(String path) throws IOException {
    return JSON.readTree(
        ok(HttpRequest.newBuilder(rest.resolve(path)).timeout(REQUEST_TIMEOUT).GET().build()));
  }

  String savepoint(String job, Path dir) throws IOException {
    return snapshot(job, "savepoints", Map.of("target-directory", dir.toUri().toString()));
  }

  String stopWithSavepoint(String job, Path dir) throws IOException {
    return snapshot(job, "stop", Map.of("targetDirectory", dir.toUri().toString()));
  }

  private String snapshot(String job, String what, Map<String, String> body) throws IOException {
    String trigger =
        JSON.readTree(ok(post("/jobs/" + job + "/" + what, body))).path("request-id").asText();
    JsonNode done =
        Awaitility.await(what)
            .atMost(Duration.ofSeconds(30))
            .pollInterval(Duration.ofMillis(50))
            .until(
                () -> get("/jobs/" + job + "/savepoints/" + trigger),
                answer -> answer.path("status").path("id").asText().equals("COMPLETED"));
    String location = done.path("operation").path("location").asText();
    if (location.isEmpty()) {
      throw new AssertionError(what + " failed: " + done);
    }
    return location;
  }

  void cancel(String job) throws IOException {
    ok(
        HttpRequest.newBuilder(rest.resolve("/jobs/" + job + "?mode=cancel"))
            .timeout(REQUEST_TIMEOUT)
            .method("PATCH", BodyPublishers.noBody())
            .build());
  }

  private HttpRequest post(String path, Object body) throws IOException {
    return HttpRequest.newBuilder(rest.resolve(path))
        .timeout(REQUEST_TIMEOUT)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
        .build();
  }

  private String ok(HttpRequest request) throws IOException {
    HttpResponse<String> response = send(request);
    if (response.statusCode() >= 300) {
      throw new AssertionError(
          request.uri() + " answered " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
