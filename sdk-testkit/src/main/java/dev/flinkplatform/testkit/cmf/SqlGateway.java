package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session cluster of the local backend and a Flink SQL gateway in front of it, both started when
 * first needed, and what is asked of their REST APIs. Thread-safe; all calls block.
 */
final class SqlGateway implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(SqlGateway.class);
  private static final String CLUSTER = "sql";
  private static final int SLOTS = 8;
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration REQUEST = Duration.ofSeconds(30);

  private final FlinkDistribution flink;
  private final List<Path> jars;
  private final Path directory;
  private final Path javaHome;
  private final List<String> jvmArgs;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final Map<String, String> sessions = new HashMap<>();
  private @Nullable FlinkPlatform platform;
  private @Nullable Process process;
  private volatile @Nullable URI cluster;
  private volatile @Nullable URI gateway;
  private boolean closed;

  /** Why it cannot start; it is not tried again. */
  private @Nullable Failure broken;

  /** What the gateway or Flink answered with an error. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The class of the exception on the other side. */
    private final String name;

    Failure(String name, String message) {
      super(message);
      this.name = name;
    }

    String name() {
      return name;
    }

    /** The root cause of a stack trace. */
    static Failure of(String trace) {
      String cause = "";
      StringBuilder message = new StringBuilder();
      boolean in = false;
      for (String line : trace.lines().toList()) {
        String text = line.strip();
        if (text.startsWith("<Exception on server side:")) {
          continue;
        }
        if (text.startsWith("Caused by: ") || cause.isEmpty()) {
          cause = text.startsWith("Caused by: ") ? text.substring(11) : text;
          message.setLength(0);
          in = true;
        } else if (text.startsWith("at ") || text.startsWith("... ")) {
          in = false;
        } else if (in) {
          message.append('\n').append(text);
        }
      }
      int colon = cause.indexOf(": ");
      boolean named = colon > 0 && cause.substring(0, colon).matches("[\\w.$]+");
      String name = named ? cause.substring(0, colon) : cause;
      return new Failure(
          name.substring(name.lastIndexOf('.') + 1),
          (named ? cause.substring(colon + 2) : cause) + message.toString().stripTrailing());
    }
  }

  SqlGateway(
      FlinkDistribution flink,
      List<Path> jars,
      Path directory,
      @Nullable Path javaHome,
      List<String> jvmArgs) {
    this.flink = flink;
    this.jars = jars;
    this.directory = directory;
    this.javaHome = javaHome == null ? Path.of(System.getProperty("java.home")) : javaHome;
    this.jvmArgs = jvmArgs;
  }

  /** Where the Flink of the session cluster answers; null: it was not needed yet. */
  @Nullable URI webUi() {
    return cluster;
  }

  // ---- processes ----

  private synchronized URI ready() {
    URI there = gateway;
    if (there != null) {
      return there;
    }
    if (closed) {
      throw new Failure("IllegalStateException", "The server is closed.");
    }
    if (broken != null) {
      throw broken;
    }
    try {
      Path lib = linked();
      FlinkPlatform local =
          LocalPlatform.builder()
              .root(directory.resolve("flink"))
              .flink(FlinkDistribution.jars(lib))
              .javaHome(javaHome)
              .jvmArgs(jvmArgs)
              .connect();
      platform = local;
      removeCluster(local); // of a server that was killed
      SessionCluster session =
          local
              .deploySession(
                  SessionClusterSpec.builder(CLUSTER)
                      .flinkVersion(flink.version())
                      .jobManager(Resources.of(1, "768m"))
                      .taskManager(
                          TaskManagerSpec.builder()
                              .resources(Resources.of(1, "1280m"))
                              .slots(SLOTS)
                              .replicas(1)
                              .build())
                      .build(),
                  OperationOptions.within(START))
              .await(START);
      URI rest = session.status().webUi().orElseThrow();
      cluster = rest;
      there = startGateway(lib, rest);
      gateway = there;
      return there;
    } catch (IOException | RuntimeException e) {
      Failure why = new Failure(e.getClass().getSimpleName(), String.valueOf(e.getMessage()));
      broken = why;
      logger.warn("The SQL gateway cannot be started", e);
      try {
        end();
      } catch (RuntimeException left) {
        why.addSuppressed(left);
      }
      throw why;
    }
  }

  /** One flat directory of all jars, as links: what the local backend takes as a distribution. */
  private Path linked() throws IOException {
    Path lib = Files.createDirectories(directory.resolve("lib"));
    Path home = flink.directory();
    boolean unpacked = Files.isDirectory(home.resolve("lib"));
    List<Path> all = new ArrayList<>(jarsOf(unpacked ? home.resolve("lib") : home));
    if (unpacked && Files.isDirectory(home.resolve("opt"))) {
      jarsOf(home.resolve("opt")).stream()
          .filter(j -> String.valueOf(j.getFileName()).startsWith("flink-sql-gateway"))
          .forEach(all::add);
    }
    for (Path more : jars) {
      all.addAll(jarsOf(more));
    }
    for (Path jar : all) {
      Path link = lib.resolve(jar.getFileName());
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, jar.toRealPath());
      }
    }
    return lib;
  }

  private static List<Path> jarsOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private URI startGateway(Path lib, URI rest) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path conf = Files.createDirectories(directory.resolve("gateway"));
    Files.writeString(
        conf.resolve("config.yaml"),
        """
        execution.target: remote
        rest.address: "%s"
        rest.port: %d
        sql-gateway.endpoint.rest.address: 127.0.0.1
        sql-gateway.endpoint.rest.bind-address: 127.0.0.1
        sql-gateway.endpoint.rest.port: %d
        sql-gateway.session.idle-timeout: 0 s
        """
            .formatted(rest.getHost(), rest.getPort(), port));
    List<String> command = new ArrayList<>();
    command.add(javaHome.resolve("bin").resolve("java").toString());
    command.add("-Xmx384m");
    command.addAll(jvmArgs);
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(conf.resolve("tmp")));
    for (String opened : List.of("java.lang", "java.net", "java.util", "java.nio")) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.add("-cp");
    command.add(lib + File.separator + "*");
    command.add("org.apache.flink.table.gateway.SqlGateway");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FLINK_CONF_DIR", conf.toString());
    File log = conf.resolve("gateway.log").toFile();
    Process started = builder.redirectErrorStream(true).redirectOutput(log).start();
    process = started;
    URI at = URI.create("http://127.0.0.1:" + port);
    long end = System.nanoTime() + START.toNanos();
    while (true) {
      try {
        send(at, "GET", "/v3/info", null);
        return at;
      } catch (UncheckedIOException e) {
        if (!started.isAlive() || System.nanoTime() > end) {
          started.destroyForcibly();
          throw new IOException(
              "The SQL gateway does not answer; it says: "
                  + Files.readString(log.toPath()).strip().lines().limit(20).toList(),
              e);
        }
      }
      pause();
    }
  }

  /** Between two questions. */
  static void pause() {
    try {
      Thread.sleep(30);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("InterruptedException", "Interrupted");
    }
  }

  private static void removeCluster(FlinkPlatform local) {
    OperationOptions within = OperationOptions.within(START);
    for (SessionCluster left : local.sessions()) {
      left.jobs().forEach(j -> j.cancel(StateRetention.PURGE, within).await(START));
      left.delete(StateRetention.PURGE, within).await(START);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    end();
  }

  /** Ends what was started. Blocks until no process is left. */
  private void end() {
    Process running = process;
    if (running != null) {
      running.destroy();
      try {
        if (!running.waitFor(20, TimeUnit.SECONDS)) {
          running.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        running.destroyForcibly();
        Thread.currentThread().interrupt();
      }
      process = null;
    }
    FlinkPlatform local = platform;
    if (local != null) {
      try {
        endJobs();
      } catch (UncheckedIOException | Failure e) {
        // A Ctrl-C reaches Flink, too: then it is gone, and its jobs with it.
        logger.debug("Flink does not answer any more", e);
      }
      try (local) {
        removeCluster(local);
      }
      platform = null;
    }
    cluster = null;
    gateway = null;
    try {
      Path lib = directory.resolve("lib");
      for (Path link : Files.isDirectory(lib) ? jarsOf(lib) : List.<Path>of()) {
        Files.delete(link);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove the links to the jars of Flink", e);
    }
  }

  /** The gateway's jobs are not the platform's own, which refuses to delete what runs jobs. */
  private void endJobs() {
    URI rest = cluster;
    if (rest != null) {
      for (JsonNode job : send(rest, "GET", "/jobs", null).path("jobs")) {
        if (!isEnded(job.path("status").asText())) {
          cancel(job.path("id").asText());
        }
      }
      awaitNoJob(rest);
    }
  }

  private void awaitNoJob(URI rest) {
    long end = System.nanoTime() + REQUEST.toNanos();
    while (System.nanoTime() < end) {
      boolean busy = false;
      for (JsonNode job : send(rest, "GET", "/jobs", null).path("jobs")) {
        busy |= !isEnded(job.path("status").asText());
      }
      if (!busy) {
        return;
      }
      pause();
    }
  }

  // ---- the gateway ----

  /** An operation of the gateway: a statement that was submitted, and its session. */
  record Submitted(String session, String operation) {}

  private synchronized String session(String env) {
    URI at = ready();
    return sessions.computeIfAbsent(
        env,
        e -> {
          ObjectNode body = Json.object().put("sessionName", e);
          return send(at, "POST", "/v3/sessions", body).path("sessionHandle").asText();
        });
  }

  /** Submits a statement; statements of one environment share its tables and views. */
  Submitted submit(String env, String sql, Map<String, String> configuration) {
    URI at = ready();
    String session = session(env);
    ObjectNode body = Json.object().put("statement", sql);
    ObjectNode config = body.putObject("executionConfig");
    configuration.forEach(config::put);
    JsonNode reply = send(at, "POST", "/v3/sessions/" + session + "/statements", body);
    return new Submitted(session, reply.path("operationHandle").asText());
  }

  /** Rows from a position on, as the gateway writes them; {@code resultType} may be NOT_READY. */
  JsonNode fetch(Submitted of, long token) {
    return send(ready(), "GET", path(of) + "/result/" + token + "?rowFormat=JSON", null);
  }

  void forget(Submitted of) {
    send(ready(), "DELETE", path(of) + "/close", null);
  }

  private static String path(Submitted of) {
    return "/v3/sessions/" + of.session() + "/operations/" + of.operation();
  }

  // ---- Flink ----

  static boolean isEnded(String state) {
    return state.equals("FINISHED") || state.equals("FAILED") || state.equals("CANCELED");
  }

  private URI rest() {
    URI rest = cluster;
    if (rest == null) {
      throw new IllegalStateException("No session cluster was started");
    }
    return rest;
  }

  String state(String job) {
    return send(rest(), "GET", "/jobs/" + job, null).path("state").asText();
  }

  Failure failure(String job) {
    JsonNode entry =
        send(rest(), "GET", "/jobs/" + job + "/exceptions", null)
            .at("/exceptionHistory/entries/0/stacktrace");
    return Failure.of(entry.asText("The job failed."));
  }

  void cancel(String job) {
    send(rest(), "PATCH", "/jobs/" + job + "?mode=cancel", null);
  }

  private String savepoints() {
    return directory.resolve("savepoints").toUri().toString();
  }

  /** Takes a savepoint of a job that goes on; returns its location. */
  String takeSavepoint(String job, Optional<String> to, String format) {
    ObjectNode body =
        Json.object()
            .put("target-directory", to.orElseGet(this::savepoints))
            .put("formatType", format.equals("NATIVE") ? "NATIVE" : "CANONICAL");
    String trigger =
        send(rest(), "POST", "/jobs/" + job + "/savepoints", body).path("request-id").asText();
    String location;
    while ((location = savepoint(job, trigger)) == null) {
      pause();
    }
    return location;
  }

  /** Triggers a stop with savepoint; the answer's id is for {@link #savepoint}. */
  String stop(String job) {
    ObjectNode body = Json.object().put("targetDirectory", savepoints());
    return send(rest(), "POST", "/jobs/" + job + "/stop", body).path("request-id").asText();
  }

  /** The location of a savepoint, null as long as there is none. */
  @Nullable String savepoint(String job, String trigger) {
    JsonNode reply = send(rest(), "GET", "/jobs/" + job + "/savepoints/" + trigger, null);
    if (!reply.at("/status/id").asText().equals("COMPLETED")) {
      return null;
    }
    JsonNode cause = reply.at("/operation/failure-cause");
    if (!cause.isMissingNode() && !cause.isNull()) {
      throw Failure.of(cause.path("stack-trace").asText());
    }
    return reply.at("/operation/location").asText();
  }

  private JsonNode send(URI at, String method, String path, @Nullable ObjectNode body) {
    HttpRequest request =
        HttpRequest.newBuilder(at.resolve(path))
            .timeout(REQUEST)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(Json.text(body)))
            .build();
    try {
      HttpResponse<String> reply = http.send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode json = reply.body().isBlank() ? Json.object() : Json.parse(reply.body());
      if (reply.statusCode() / 100 != 2) {
        JsonNode errors = json.path("errors");
        throw Failure.of(errors.path(errors.size() - 1).asText("HTTP " + reply.statusCode()));
      }
      return json;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("InterruptedException", "Interrupted");
    }
  }
}
