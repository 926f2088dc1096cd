package dev.flinkplatform.samples.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationNotFoundException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths.
 *
 * <pre>
 * GET    /applications
 * PUT    /applications/{name}               an Order: deploys it, 202 with the operation
 * GET    /applications/{name}
 * POST   /applications/{name}/savepoints    202
 * POST   /applications/{name}/parallelism   {"parallelism": 2}, 202
 * DELETE /applications/{name}               state is kept, 202; ?purge=true: state is deleted
 * GET    /operations
 * GET    /operations/{id}                   asks how it goes; ask again until "state" is not RUNNING
 * </pre>
 *
 * <p>A header {@code Idempotency-Key} makes it safe to send a request again whose answer was lost:
 * it gives the operation that is there already.
 */
final class Api implements HttpHandler {

  /** So much of a request is read; more is refused. */
  private static final int MAX_BODY = 1 << 20;

  private final FlinkPlatform platform;
  private final Path jars;
  private final ObjectMapper json =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  Api(FlinkPlatform platform, Path jars) {
    this.platform = platform;
    this.jars = jars;
  }

  /** What somebody wants to run. The defaults are for small jobs. */
  record Order(
      @Nullable String flinkVersion,
      @Nullable String jar,
      @Nullable String entryClass,
      @Nullable List<String> args,
      @Nullable Integer parallelism,
      @Nullable Map<String, String> flinkConfig) {}

  /** How parallel it is to be. */
  record Parallelism(@Nullable Integer parallelism) {}

  private record Answer(int status, Object body) {}

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer;
      try {
        answer = answer(exchange);
      } catch (FlinkPlatformException e) {
        answer = refusal(e);
      } catch (IllegalArgumentException | JsonProcessingException e) {
        answer = new Answer(400, Map.of("error", firstLine(e)));
      } catch (RuntimeException e) {
        answer = new Answer(500, Map.of("error", e.getClass().getSimpleName()));
      }
      byte[] bytes = json.writerWithDefaultPrettyPrinter().writeValueAsBytes(answer.body());
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    String what = exchange.getRequestMethod() + " " + shape(path);
    return switch (what) {
      case "GET /applications" ->
          new Answer(
              200,
              platform.applications().stream().map(a -> Views.application(a.status())).toList());
      case "PUT /applications/*" ->
          accepted(
              platform.deploy(spec(path[2], exchange), StateRestore.fresh(), options(exchange)));
      case "GET /applications/*" -> new Answer(200, Views.application(application(path).status()));
      case "POST /applications/*/savepoints" ->
          accepted(application(path).savepoint(SavepointOptions.defaults(), options(exchange)));
      case "POST /applications/*/parallelism" -> {
        Integer parallelism = read(exchange, Parallelism.class).parallelism();
        if (parallelism == null) {
          throw new IllegalArgumentException("parallelism is missing");
        }
        yield accepted(
            application(path).rescale(parallelism, RescaleOptions.defaults(), options(exchange)));
      }
      case "DELETE /applications/*" ->
          accepted(
              application(path)
                  .delete(
                      "purge=true".equals(exchange.getRequestURI().getQuery())
                          ? StateRetention.PURGE
                          : StateRetention.KEEP,
                      options(exchange)));
      case "GET /operations" ->
          new Answer(200, platform.operations().stream().map(Views::operation).toList());
      case "GET /operations/*" ->
          new Answer(200, Views.operation(platform.operation(path[2]).status()));
      default -> new Answer(404, Map.of("error", "There is no " + what));
    };
  }

  /** The path with a star for each name. */
  private static String shape(String[] path) {
    StringBuilder shape = new StringBuilder();
    for (int i = 1; i < path.length; i++) {
      shape.append('/').append(i == 2 && !path[i].isEmpty() ? "*" : path[i]);
    }
    return shape.toString();
  }

  private FlinkApplication application(String[] path) {
    return platform.application(path[2]);
  }

  private ApplicationSpec spec(String name, HttpExchange exchange) throws IOException {
    Order order = read(exchange, Order.class);
    JobSpec.Builder job = JobSpec.jar(jar(order.jar()));
    if (order.entryClass() != null) {
      job.entryClass(order.entryClass());
    }
    if (order.args() != null) {
      job.args(order.args());
    }
    ApplicationSpec.Builder spec =
        ApplicationSpec.builder(name)
            .flinkVersion(order.flinkVersion() == null ? "2.3" : order.flinkVersion())
            .job(job.build())
            .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
            .jobManager(Resources.of(1, "768m"))
            .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build())
            // Rescales in place.
            .putFlinkConfig("jobmanager.scheduler", "adaptive");
    if (order.parallelism() != null) {
      spec.parallelism(order.parallelism());
    }
    if (order.flinkConfig() != null) {
      order.flinkConfig().forEach(spec::putFlinkConfig);
    }
    return spec.build();
  }

  /** Only what was put into the directory of jars: who may call must not read other files. */
  private Path jar(@Nullable String name) {
    if (name == null || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]*\\.jar")) {
      throw new IllegalArgumentException("jar must be the name of a jar, such as orders-1.jar");
    }
    Path jar = jars.resolve(name);
    if (!Files.isRegularFile(jar)) {
      throw new IllegalArgumentException("There is no jar " + name);
    }
    return jar;
  }

  private static OperationOptions options(HttpExchange exchange) {
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    return key == null
        ? OperationOptions.defaults()
        : OperationOptions.builder().idempotencyKey(key).build();
  }

  private <T> T read(HttpExchange exchange, Class<T> type) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      throw new IllegalArgumentException("The request has more than " + MAX_BODY + " bytes");
    }
    T value = json.readValue(body, type);
    if (value == null) {
      throw new IllegalArgumentException("The request has no body");
    }
    return value;
  }

  private static Answer accepted(Operation<?> operation) {
    return new Answer(202, Views.operation(operation.status()));
  }

  /** Messages of the SDK say what to do, and hold no secret. */
  private static Answer refusal(FlinkPlatformException e) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("error", firstLine(e));
    body.put("retryable", e.retryable());
    int status = 500;
    if (e instanceof InvalidSpecException invalid) {
      status = 400;
      body.put("violations", invalid.violations());
    } else if (e instanceof ApplicationNotFoundException
        || e instanceof OperationNotFoundException) {
      status = 404;
    } else if (e instanceof ApplicationExistsException) {
      status = 409;
    } else if (e instanceof ConflictException conflict) {
      status = 409;
      conflict.operationId().ifPresent(id -> body.put("operation", id));
    } else if (e instanceof UnsupportedCapabilityException) {
      status = 501;
    } else if (e instanceof BackendUnavailableException) {
      status = 503;
    }
    return new Answer(status, body);
  }

  /** Jackson's messages go on with what was read, which may be a secret. */
  private static String firstLine(Exception e) {
    if (e instanceof JsonProcessingException j) {
      return "The request is no such JSON: " + j.getClass().getSimpleName();
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
