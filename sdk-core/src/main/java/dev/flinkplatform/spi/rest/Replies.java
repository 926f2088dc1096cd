package dev.flinkplatform.spi.rest;

import static dev.flinkplatform.spi.rest.Json.bool;
import static dev.flinkplatform.spi.rest.Json.doubleOrNull;
import static dev.flinkplatform.spi.rest.Json.duration;
import static dev.flinkplatform.spi.rest.Json.instant;
import static dev.flinkplatform.spi.rest.Json.instantOrNull;
import static dev.flinkplatform.spi.rest.Json.integer;
import static dev.flinkplatform.spi.rest.Json.integerOrNull;
import static dev.flinkplatform.spi.rest.Json.list;
import static dev.flinkplatform.spi.rest.Json.number;
import static dev.flinkplatform.spi.rest.Json.numberOrNull;
import static dev.flinkplatform.spi.rest.Json.text;
import static dev.flinkplatform.spi.rest.Json.textOrNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Flink's answers as records. Pure; unknown fields are ignored, missing ones get the record's empty
 * value.
 */
final class Replies {

  private Replies() {}

  static ClusterOverview overview(JsonNode n) {
    return new ClusterOverview(
        integer(n, "taskmanagers"),
        integer(n, "slots-total"),
        integer(n, "slots-available"),
        integer(n, "jobs-running"),
        integer(n, "jobs-finished"),
        integer(n, "jobs-cancelled"),
        integer(n, "jobs-failed"),
        required(n, "flink-version"),
        text(n, "flink-commit"));
  }

  static ClusterConfig config(JsonNode n) {
    JsonNode features = n.path("features");
    return new ClusterConfig(
        required(n, "flink-version"),
        text(n, "flink-revision"),
        text(n, "timezone-name"),
        integer(n, "timezone-offset"),
        bool(features, "web-submit"),
        bool(features, "web-cancel"),
        bool(features, "web-rescale"),
        bool(features, "web-history"));
  }

  static Map<String, String> keyValues(JsonNode array) {
    Map<String, String> out = new LinkedHashMap<>();
    for (JsonNode entry : array) {
      out.put(text(entry, "key"), text(entry, "value"));
    }
    return Collections.unmodifiableMap(out);
  }

  static List<JobSummary> jobs(JsonNode n) {
    return List.copyOf(
        list(
            n.path("jobs"),
            j ->
                new JobSummary(
                    new JobId(required(j, "id")),
                    FlinkJobStatus.of(text(j, "status")),
                    text(j, "status"))));
  }

  static List<JobOverview> jobsOverview(JsonNode n) {
    return List.copyOf(list(n.path("jobs"), Replies::jobOverview));
  }

  private static JobOverview jobOverview(JsonNode j) {
    return new JobOverview(
        new JobId(required(j, "jid")),
        text(j, "name"),
        FlinkJobStatus.of(text(j, "state")),
        text(j, "state"),
        instantOrNull(j, "start-time"),
        instantOrNull(j, "end-time"),
        duration(j, "duration"),
        taskCounts(j.path("tasks")),
        integerOrNull(j, "pending-operators"),
        textOrNull(j, "schedulerType"));
  }

  static JobDetails job(JsonNode j) {
    Map<FlinkJobStatus, Instant> timestamps = new EnumMap<>(FlinkJobStatus.class);
    j.path("timestamps")
        .properties()
        .forEach(
            e -> {
              FlinkJobStatus status = FlinkJobStatus.of(e.getKey());
              if (status != FlinkJobStatus.UNKNOWN && e.getValue().asLong(0) > 0) {
                timestamps.put(status, Instant.ofEpochMilli(e.getValue().asLong()));
              }
            });
    Integer maxParallelism = integerOrNull(j, "maxParallelism");
    String applicationId = textOrNull(j, "application-id");
    return new JobDetails(
        new JobId(required(j, "jid")),
        text(j, "name"),
        FlinkJobStatus.of(text(j, "state")),
        text(j, "state"),
        instantOrNull(j, "start-time"),
        instantOrNull(j, "end-time"),
        duration(j, "duration"),
        maxParallelism == null || maxParallelism <= 0 ? null : maxParallelism,
        timestamps,
        list(j.path("vertices"), Replies::vertex),
        integerOrNull(j, "pending-operators"),
        textOrNull(j, "schedulerType"),
        applicationId == null ? null : new FlinkApplicationId(applicationId));
  }

  private static JobDetails.Vertex vertex(JsonNode v) {
    return new JobDetails.Vertex(
        required(v, "id"),
        text(v, "name"),
        integer(v, "parallelism"),
        integer(v, "maxParallelism"),
        FlinkTaskState.of(text(v, "status")),
        text(v, "status"),
        taskCounts(v.path("tasks")),
        numberOrNull(v.path("metrics"), "read-records"),
        numberOrNull(v.path("metrics"), "write-records"));
  }

  /** Upper case in details, lower case and with a total in the overview. */
  private static Map<FlinkTaskState, Integer> taskCounts(JsonNode n) {
    Map<FlinkTaskState, Integer> out = new EnumMap<>(FlinkTaskState.class);
    n.properties()
        .forEach(
            e -> {
              if (!e.getKey().equalsIgnoreCase("total")) {
                out.merge(FlinkTaskState.of(e.getKey()), e.getValue().asInt(0), Integer::sum);
              }
            });
    return out;
  }

  static ExecutionResult executionResult(JsonNode n) {
    if (!text(n.path("status"), "id").equals("COMPLETED")) {
      return new ExecutionResult(false, null, null, null);
    }
    JsonNode r = n.path("job-execution-result");
    return new ExecutionResult(
        true,
        textOrNull(r, "application-status"),
        duration(r, "net-runtime"),
        failure(r.path("failure-cause")));
  }

  static JobExceptions exceptions(JsonNode n) {
    JsonNode history = n.path("exceptionHistory");
    return new JobExceptions(
        list(history.path("entries"), Replies::exception), bool(history, "truncated"));
  }

  private static JobExceptions.Entry exception(JsonNode e) {
    String endpoint = textOrNull(e, "endpoint");
    return new JobExceptions.Entry(
        text(e, "exceptionName"),
        text(e, "stacktrace"),
        instant(e, "timestamp"),
        textOrNull(e, "taskName"),
        endpoint != null ? endpoint : textOrNull(e, "location"),
        textOrNull(e, "taskManagerId"),
        labels(e.path("failureLabels")),
        list(e.path("concurrentExceptions"), Replies::exception));
  }

  /** A map in the description; the entries of a list in some versions. */
  private static Map<String, String> labels(JsonNode n) {
    if (n.isArray()) {
      return keyValues(n);
    }
    Map<String, String> out = new LinkedHashMap<>();
    n.properties().forEach(e -> out.put(e.getKey(), e.getValue().asText("")));
    return out;
  }

  static Checkpoints checkpoints(JsonNode n) {
    JsonNode c = n.path("counts");
    JsonNode latest = n.path("latest");
    JsonNode restored = latest.path("restored");
    return new Checkpoints(
        new Checkpoints.Counts(
            number(c, "restored"),
            number(c, "total"),
            integer(c, "in_progress"),
            number(c, "completed"),
            number(c, "failed")),
        checkpointOrNull(latest.path("completed")),
        checkpointOrNull(latest.path("savepoint")),
        checkpointOrNull(latest.path("failed")),
        restored.isObject()
            ? new Checkpoints.Restored(
                number(restored, "id"),
                instant(restored, "restore_timestamp"),
                bool(restored, "is_savepoint"),
                textOrNull(restored, "external_path"))
            : null,
        list(n.path("history"), Replies::checkpoint));
  }

  private static @Nullable CheckpointInfo checkpointOrNull(JsonNode n) {
    return n.isObject() ? checkpoint(n) : null;
  }

  private static CheckpointInfo checkpoint(JsonNode n) {
    return new CheckpointInfo(
        number(n, "id"),
        CheckpointState.of(text(n, "status")),
        text(n, "status"),
        bool(n, "is_savepoint"),
        textOrNull(n, "checkpoint_type"),
        textOrNull(n, "savepointFormat"),
        instant(n, "trigger_timestamp"),
        instantOrNull(n, "latest_ack_timestamp"),
        duration(n, "end_to_end_duration"),
        number(n, "state_size"),
        number(n, "checkpointed_size"),
        external(textOrNull(n, "external_path")),
        bool(n, "discarded"),
        instantOrNull(n, "failure_timestamp"),
        textOrNull(n, "failure_message"));
  }

  /** Flink writes a text in angle brackets for a checkpoint that is kept in memory. */
  private static @Nullable String external(@Nullable String path) {
    return path == null || path.isBlank() || path.startsWith("<") ? null : path;
  }

  static CheckpointingConfig checkpointConfig(JsonNode n) {
    long interval = n.path("interval").asLong(Long.MAX_VALUE);
    JsonNode externalization = n.path("externalization");
    return new CheckpointingConfig(
        text(n, "mode"),
        interval <= 0 || interval == Long.MAX_VALUE ? null : Duration.ofMillis(interval),
        duration(n, "timeout"),
        duration(n, "min_pause"),
        integer(n, "max_concurrent"),
        integer(n, "tolerable_failed_checkpoints"),
        bool(externalization, "enabled"),
        bool(externalization, "delete_on_cancellation"),
        bool(n, "unaligned_checkpoints"),
        textOrNull(n, "state_backend"),
        textOrNull(n, "checkpoint_storage"));
  }

  static TriggerId triggerId(JsonNode n) {
    return new TriggerId(required(n, "request-id"));
  }

  static TriggerResult triggerResult(JsonNode n) {
    String status = text(n.path("status"), "id");
    if (!status.equals("COMPLETED")) {
      // Anything else, also a word of a later Flink, is not done yet.
      return new TriggerResult(TriggerResult.State.IN_PROGRESS, null, null, null);
    }
    JsonNode operation = n.path("operation");
    FailureCause failure = failure(operation.path("failure-cause"));
    failure = failure != null ? failure : failure(operation.path("failureCause"));
    return failure != null
        ? new TriggerResult(TriggerResult.State.FAILED, null, null, failure)
        : new TriggerResult(
            TriggerResult.State.COMPLETED,
            textOrNull(operation, "location"),
            numberOrNull(operation, "checkpointId"),
            null);
  }

  private static @Nullable FailureCause failure(JsonNode n) {
    if (n.isMissingNode() || n.isNull()) {
      return null;
    }
    String className = text(n, "class");
    String stack = text(n, "stack-trace");
    return new FailureCause(
        className,
        StackTraces.rootCause(stack, className.isEmpty() ? "Flink gave no reason" : className),
        stack);
  }

  static Map<String, ParallelismBounds> requirements(JsonNode n) {
    Map<String, ParallelismBounds> out = new LinkedHashMap<>();
    n.properties()
        .forEach(
            e -> {
              JsonNode p = e.getValue().path("parallelism");
              int lower = Math.max(1, p.path("lowerBound").asInt(1));
              out.put(
                  e.getKey(),
                  new ParallelismBounds(lower, Math.max(lower, p.path("upperBound").asInt(lower))));
            });
    return Collections.unmodifiableMap(out);
  }

  static List<TaskManagerInfo> taskManagers(JsonNode n) {
    return List.copyOf(list(n.path("taskmanagers"), Replies::taskManager));
  }

  private static TaskManagerInfo taskManager(JsonNode t) {
    JsonNode hardware = t.path("hardware");
    return new TaskManagerInfo(
        required(t, "id"),
        text(t, "path"),
        integer(t, "slotsNumber"),
        integer(t, "freeSlots"),
        instantOrNull(t, "timeSinceLastHeartbeat"),
        integer(hardware, "cpuCores"),
        number(hardware, "physicalMemory"),
        number(hardware, "freeMemory"),
        number(hardware, "managedMemory"),
        numberOrNull(t.path("memoryConfiguration"), "totalProcessMemory"),
        bool(t, "blocked"));
  }

  static TaskManagerDetails taskManagerDetails(JsonNode t) {
    JsonNode m = t.path("metrics");
    long gc = 0;
    for (JsonNode collector : m.path("garbageCollectors")) {
      gc += number(collector, "time");
    }
    return new TaskManagerDetails(
        taskManager(t),
        number(m, "heapUsed"),
        number(m, "heapCommitted"),
        number(m, "heapMax"),
        number(m, "nonHeapUsed"),
        number(m, "directUsed"),
        number(m, "nettyShuffleMemoryTotal"),
        number(m, "nettyShuffleMemoryUsed"),
        gc);
  }

  static List<String> metricNames(JsonNode array) {
    return List.copyOf(list(array, m -> text(m, "id")));
  }

  static Map<String, String> metrics(JsonNode array) {
    Map<String, String> out = new LinkedHashMap<>();
    for (JsonNode m : array) {
      String value = textOrNull(m, "value");
      if (value != null) {
        out.put(text(m, "id"), value);
      }
    }
    return out;
  }

  static List<AggregatedMetric> aggregatedMetrics(JsonNode array) {
    return list(
        array,
        m ->
            new AggregatedMetric(
                text(m, "id"),
                doubleOrNull(m, "min"),
                doubleOrNull(m, "max"),
                doubleOrNull(m, "avg"),
                doubleOrNull(m, "sum"),
                doubleOrNull(m, "skew")));
  }

  static List<LogFile> logs(JsonNode n) {
    return List.copyOf(
        list(
            n.path("logs"),
            l -> new LogFile(text(l, "name"), number(l, "size"), instantOrNull(l, "mtime"))));
  }

  static List<ThreadDumpEntry> threadDump(JsonNode n) {
    return List.copyOf(
        list(
            n.path("threadInfos"),
            t -> new ThreadDumpEntry(text(t, "threadName"), text(t, "stringifiedThreadInfo"))));
  }

  /** The answer names a path on the server; the id is its last part. */
  static String jarId(JsonNode n) {
    String path = required(n, "filename");
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  static List<JarInfo> jars(JsonNode n) {
    return List.copyOf(
        list(
            n.path("files"),
            f ->
                new JarInfo(
                    required(f, "id"),
                    text(f, "name"),
                    instant(f, "uploaded"),
                    list(f.path("entry"), e -> text(e, "name")))));
  }

  static PlanInfo plan(JsonNode n) {
    JsonNode plan = n.path("plan");
    String jobId = textOrNull(plan, "jid");
    return new PlanInfo(
        jobId == null ? null : new JobId(jobId),
        text(plan, "name"),
        list(
            plan.path("nodes"),
            v ->
                new PlanInfo.Node(
                    text(v, "id"), text(v, "description"), integer(v, "parallelism"))),
        plan.toString());
  }

  static JobId ranJob(JsonNode n) {
    return new JobId(required(n, "jobid"));
  }

  static FlinkApplicationId ranApplication(JsonNode n) {
    return new FlinkApplicationId(required(n, "applicationid"));
  }

  static FlinkJobStatus jobStatus(JsonNode n) {
    return FlinkJobStatus.of(text(n, "status"));
  }

  static List<ApplicationSummary> applications(JsonNode n) {
    return List.copyOf(
        list(
            n.path("applications"),
            a -> {
              Map<FlinkJobStatus, Integer> jobs = new EnumMap<>(FlinkJobStatus.class);
              a.path("jobs")
                  .properties()
                  .forEach(
                      e ->
                          jobs.merge(
                              FlinkJobStatus.of(e.getKey()), e.getValue().asInt(0), Integer::sum));
              return new ApplicationSummary(
                  new FlinkApplicationId(required(a, "id")),
                  text(a, "name"),
                  text(a, "status"),
                  instantOrNull(a, "start-time"),
                  instantOrNull(a, "end-time"),
                  jobs);
            }));
  }

  static ApplicationDetails application(JsonNode a) {
    return new ApplicationDetails(
        new FlinkApplicationId(required(a, "id")),
        text(a, "name"),
        text(a, "status"),
        instantOrNull(a, "start-time"),
        instantOrNull(a, "end-time"),
        list(a.path("jobs"), Replies::jobOverview));
  }

  static List<Rescale> rescales(JsonNode n) {
    List<Rescale> out = new ArrayList<>();
    for (JsonNode r : n) {
      out.add(
          new Rescale(
              text(r, "rescaleUuid"),
              instantOrNull(r, "startTimestampInMillis"),
              instantOrNull(r, "endTimestampInMillis"),
              textOrNull(r, "terminalState"),
              textOrNull(r, "terminatedReason"),
              textOrNull(r, "triggerCause")));
    }
    return List.copyOf(out);
  }

  /**
   * Returns a text that the record cannot do without.
   *
   * @throws IllegalArgumentException if the answer lacks it, so that it is not Flink's
   */
  private static String required(JsonNode n, String field) {
    String value = textOrNull(n, field);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("the answer has no '" + field + "'");
    }
    return value;
  }
}
