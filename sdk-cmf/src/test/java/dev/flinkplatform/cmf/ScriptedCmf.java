package dev.flinkplatform.cmf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfVersion;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/**
 * A CMF with one application, which shows what a test says: a status that only the real operator
 * writes, after things that cannot be made to happen here.
 */
final class ScriptedCmf implements AutoCloseable {

  static final String ENVIRONMENT = "scripted";
  static final String APP = "orders";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BELOW = "/cmf/api/v1/environments/" + ENVIRONMENT + "/applications";

  private final MockWebServer server = new MockWebServer();

  /** What Flink answers, by path; to any other it is a job or a thing that Flink does not know. */
  final Map<String, Object> flink = new ConcurrentHashMap<>();

  /** The applications that were written. */
  final List<Map<String, Object>> written = new CopyOnWriteArrayList<>();

  /** The savepoints of the application, by name. */
  final Map<String, Map<String, Object>> savepoints = new ConcurrentHashMap<>();

  private volatile @Nullable Map<String, Object> application;

  /** Whether a proxy answers for it, as while CMF starts. */
  volatile boolean starting;

  ScriptedCmf() {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return starting
                ? answer(404, "404 page not found\n")
                : answered(
                    request.getMethod(),
                    request.getUrl().encodedPath(),
                    Optional.ofNullable(request.getBody()).map(b -> b.utf8()).orElse(""));
          }
        });
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI address() {
    return server.url("/").uri();
  }

  Applications applications() {
    CmfClient client =
        CmfClient.builder(address())
            .serverVersion(CmfVersion.of(2, 3))
            .retry(1, Duration.ofMillis(1), Duration.ofMillis(1))
            .connect();
    return new Applications(client, ENVIRONMENT);
  }

  CmfSettings settings(Path records) {
    return new CmfSettings(
        address(),
        ENVIRONMENT,
        records,
        Optional.of("acme/flink"),
        Optional.of("s3://bucket/flink"),
        false,
        false,
        FlinkVersion.known(),
        Duration.ofMinutes(15));
  }

  /** Shows an application; its status has the job {@code jobId}. */
  void shows(Map<String, String> annotations, Map<String, Object> job, Map<String, Object> status) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", APP);
    metadata.put("annotations", annotations);
    application =
        Map.of(
            "apiVersion",
            "cmf.confluent.io/v1",
            "kind",
            "FlinkApplication",
            "metadata",
            metadata,
            "spec",
            Map.of("job", job),
            "status",
            status);
  }

  private MockResponse answered(String method, String path, String body) {
    Map<String, Object> there = application;
    String own = BELOW + "/" + APP;
    if (method.equals("POST") && path.equals(BELOW)) {
      written.add(read(body));
      return answer(201, body);
    }
    if (there == null || !path.startsWith(own)) {
      return unknown();
    }
    if (path.startsWith(own + "/flink-web-ui/")) {
      Object reply = flink.get(path.substring((own + "/flink-web-ui").length()));
      return reply == null
          ? answer(404, "{\"errors\":[\"Job not found\"]}")
          : reply instanceof Integer status ? answer(status, "") : answer(200, write(reply));
    }
    Map<String, Object> savepoint = savepoints.get(path.replaceFirst(".*/savepoints/", ""));
    if (savepoint != null) {
      return answer(200, write(savepoint));
    }
    return path.equals(own) ? answer(200, write(there)) : unknown();
  }

  private static MockResponse unknown() {
    return answer(404, "{\"errors\":[{\"message\":\"there is none\"}]}");
  }

  private static MockResponse answer(int status, String body) {
    return new MockResponse.Builder().code(status).body(body).build();
  }

  private static Map<String, Object> read(String body) {
    try {
      return JSON.readValue(body, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
