package dev.flinkplatform.spi.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.JobId;
import dev.flinkplatform.internal.http.ConnectionSettings;
import dev.flinkplatform.internal.http.OneShotBody;
import dev.flinkplatform.internal.http.Secrets;
import dev.flinkplatform.internal.http.Tls;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.rest.FlinkRestException.Details;
import dev.flinkplatform.spi.rest.HttpCalls.Req;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.HttpUrl;
import okhttp3.MultipartBody;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * A client for Flink's REST API, for Flink 1.18 to 2.3.
 *
 * <p>Every call blocks until Flink answered, at most for the request timeout (10 s by default) for
 * each attempt. Calls that are safe to repeat are repeated when there is no answer, or 429, 502,
 * 503 or 504: by default 3 attempts in all, with growing pauses, so a call is over after about
 * three timeouts at the latest. An interrupt ends a call at once with {@link
 * FlinkRestInterruptedException}, and the flag stays set.
 *
 * <p>Thread-safe. Many clients in one process are cheap: they share threads and connections, except
 * those with TLS settings of their own, which have their own connections. No thread keeps the JVM
 * alive. Secrets are in no message, exception, log line or {@code toString}.
 */
public final class FlinkRestClient implements AutoCloseable {

  private static final Pattern VERSION =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})(?:\\.(\\d{1,4}))?.*");
  private static final int CONFLICT = 409;

  /** Flink's server takes request lines of up to 4,096 bytes. */
  private static final int MAX_QUERY_BYTES = 2_000;

  private final HttpCalls http;
  private final Duration requestTimeout;
  private final Duration submitTimeout;
  private final Duration transferTimeout;
  private volatile @Nullable FlinkVersion version;

  private FlinkRestClient(Builder b, HttpCalls http) {
    this.http = http;
    this.requestTimeout = b.requestTimeout;
    this.submitTimeout = b.submitTimeout;
    this.transferTimeout = b.transferTimeout;
    this.version = b.version;
  }

  /**
   * Starts a client.
   *
   * @param base the address of the REST API, {@code http} or {@code https}; it may have a path,
   *     that of a proxy or of {@code rest.url-prefix}
   * @return a builder
   * @throws IllegalArgumentException if it is no such address, or holds credentials or a query
   */
  public static Builder builder(URI base) {
    return new Builder(base);
  }

  /**
   * Returns the address of the REST API.
   *
   * @return the address, without credentials
   */
  public URI base() {
    return http.base().uri();
  }

  /**
   * Returns the version of the cluster: the one given to the builder, or the one it says itself.
   *
   * <p>Blocks the first time, if none was given: the cluster is asked once.
   *
   * @return the version
   * @throws FlinkRestException if the cluster has to be asked, and that fails
   */
  public FlinkVersion flinkVersion() {
    FlinkVersion known = version;
    if (known == null) {
      known = http.json(get(Endpoint.CONFIG), n -> parseVersion(Replies.config(n).flinkVersion()));
      version = known;
    }
    return known;
  }

  /** Vendors append to the number: only its start counts. */
  static FlinkVersion parseVersion(String text) {
    Matcher m = VERSION.matcher(text.strip());
    if (!m.matches()) {
      throw new IllegalArgumentException("the answer has no Flink version but '" + text + "'");
    }
    return new FlinkVersion(
        Integer.parseInt(m.group(1)),
        Integer.parseInt(m.group(2)),
        m.group(3) == null ? -1 : Integer.parseInt(m.group(3)));
  }

  /**
   * Returns slots, TaskManagers and jobs in numbers. Blocks; repeated when it fails retryably.
   *
   * @return the numbers
   * @throws FlinkRestException if the call fails
   */
  public ClusterOverview overview() {
    return http.json(get(Endpoint.OVERVIEW), Replies::overview);
  }

  /**
   * Returns the version of the cluster and what it offers over REST. Blocks; repeated when it fails
   * retryably.
   *
   * @return version and features
   * @throws FlinkRestException if the call fails
   */
  public ClusterConfig config() {
    return http.json(get(Endpoint.CONFIG), Replies::config);
  }

  /**
   * Returns the configuration the JobManager runs with; Flink masks the values of keys that look
   * secret. Blocks; repeated when it fails retryably.
   *
   * @return keys and values; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public Map<String, String> jobManagerConfig() {
    return http.json(get(Endpoint.JOBMANAGER_CONFIG), Replies::keyValues);
  }

  /**
   * Returns the jobs that run, and the ended ones the JobManager still remembers (an hour by
   * default). Blocks; repeated when it fails retryably.
   *
   * @return ids and statuses; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public List<JobSummary> jobs() {
    return http.json(get(Endpoint.JOBS), Replies::jobs);
  }

  /**
   * Returns the jobs as {@link #jobs()} does, with name, times and numbers of tasks. Blocks;
   * repeated when it fails retryably.
   *
   * @return the jobs; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public List<JobOverview> jobsOverview() {
    return http.json(get(Endpoint.JOBS_OVERVIEW), Replies::jobsOverview);
  }

  /**
   * Returns a job with its vertices. Flink answers from a copy that is up to 3 s old ({@code
   * web.refresh-interval}). Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @return the job
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public JobDetails job(JobId jobId) {
    return http.json(get(Endpoint.JOB, jobId.hex()), Replies::job);
  }

  /**
   * Returns the status of a job. Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @return the status; {@link FlinkJobStatus#UNKNOWN} for one this SDK does not know
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public FlinkJobStatus jobStatus(JobId jobId) {
    return http.json(get(Endpoint.JOB_STATUS, jobId.hex()), Replies::jobStatus);
  }

  /**
   * Returns how a job ended, or that it has not. Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @return the result
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public ExecutionResult executionResult(JobId jobId) {
    return http.json(get(Endpoint.JOB_EXECUTION_RESULT, jobId.hex()), Replies::executionResult);
  }

  /**
   * Returns the failures of a job, newest first; of a job that could not even be restored only
   * {@link #executionResult} tells the cause. Flink answers from a copy that is up to 3 s old
   * ({@code web.refresh-interval}). Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @param max how many at most, at least 1; the cluster keeps 16 by default
   * @return the failures
   * @throws IllegalArgumentException if max is below 1
   * @throws FlinkRestNotFoundException if Flink does not know the job
   * @throws FlinkRestException if the call fails
   */
  public JobExceptions exceptions(JobId jobId, int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, got " + max);
    }
    return http.json(
        get(
            Endpoint.JOB_EXCEPTIONS,
            List.of(Map.entry("maxExceptions", Integer.toString(max))),
            jobId.hex()),
        Replies::exceptions);
  }

  /**
   * Returns the checkpoints and savepoints of a job. Flink answers from a copy that is up to 3 s
   * old ({@code web.refresh-interval}). Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @return numbers, the latest of each kind, and the recent ones
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public Checkpoints checkpoints(JobId jobId) {
    return http.json(get(Endpoint.CHECKPOINTS, jobId.hex()), Replies::checkpoints);
  }

  /**
   * Returns how a job is checkpointed, from a copy that is up to 3 s old. Blocks; repeated when it
   * fails retryably.
   *
   * @param jobId the job
   * @return the settings
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public CheckpointingConfig checkpointConfig(JobId jobId) {
    return http.json(get(Endpoint.CHECKPOINT_CONFIG, jobId.hex()), Replies::checkpointConfig);
  }

  /**
   * Triggers a checkpoint.
   *
   * <p>Blocks until Flink took the request, not until it is done. Flink takes it also for a job
   * that is unknown or cannot do it: ask for the result. Repeated when it fails retryably, which
   * the trigger id makes safe.
   *
   * @param jobId the job
   * @param type the kind of checkpoint
   * @param triggerId the id to find the result by
   * @return the id to find the result by, the one given
   * @throws FlinkRestException if the call fails
   */
  public TriggerId triggerCheckpoint(JobId jobId, CheckpointType type, TriggerId triggerId) {
    return http.json(
        post(
            Endpoint.CHECKPOINT_TRIGGER,
            RequestBodies.checkpoint(type, triggerId),
            requestTimeout,
            jobId.hex()),
        Replies::triggerId);
  }

  /**
   * Returns what became of a checkpoint that was triggered. Blocks; repeated when it fails
   * retryably.
   *
   * @param jobId the job
   * @param triggerId the id it was triggered with
   * @return the result so far; {@link TriggerResult.State#UNKNOWN} if Flink does not know the id
   *     (any more)
   * @throws FlinkRestException if the call fails
   */
  public TriggerResult checkpointTrigger(JobId jobId, TriggerId triggerId) {
    return result(get(Endpoint.CHECKPOINT_RESULT, jobId.hex(), triggerId.hex()));
  }

  /**
   * Triggers a savepoint; the job runs on unless the request says otherwise.
   *
   * <p>Blocks until Flink took the request, not until it is done. Flink takes it also for a job
   * that is unknown or cannot do it: ask for the result. Repeated when it fails retryably, which
   * the trigger id makes safe.
   *
   * @param jobId the job
   * @param request where to, in which format, and the trigger id
   * @return the id to find the result by, the one given
   * @throws FlinkRestException if the call fails
   */
  public TriggerId triggerSavepoint(JobId jobId, SavepointRequest request) {
    return http.json(
        post(
            Endpoint.SAVEPOINT_TRIGGER,
            RequestBodies.savepoint(request),
            requestTimeout,
            jobId.hex()),
        Replies::triggerId);
  }

  /**
   * Stops a job with a savepoint: no record is processed after it, and the job ends FINISHED.
   *
   * <p>Blocks until Flink took the request, not until it is done. Flink takes it also for a job
   * that is unknown or cannot do it: ask for the result. Repeated when it fails retryably, which
   * the trigger id makes safe.
   *
   * @param jobId the job
   * @param request where to, in which format, and the trigger id
   * @return the id to find the result by, the one given
   * @throws FlinkRestException if the call fails
   */
  public TriggerId stopWithSavepoint(JobId jobId, StopRequest request) {
    return http.json(
        post(Endpoint.STOP, RequestBodies.stop(request), requestTimeout, jobId.hex()),
        Replies::triggerId);
  }

  /**
   * Returns what became of a savepoint or a stop. Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @param triggerId the id it was triggered with
   * @return the result so far; {@link TriggerResult.State#UNKNOWN} if Flink does not know the id
   *     (any more)
   * @throws FlinkRestException if the call fails
   */
  public TriggerResult savepointTrigger(JobId jobId, TriggerId triggerId) {
    return result(get(Endpoint.SAVEPOINT_RESULT, jobId.hex(), triggerId.hex()));
  }

  /**
   * Deletes a savepoint.
   *
   * <p>Blocks until Flink took the request, not until it is done: ask for the result. Flink chooses
   * the id, so this is sent once.
   *
   * @param savepointPath where it lies, as a {@link TriggerResult} said
   * @return the id to find the result by
   * @throws FlinkRestException if the call fails
   */
  public TriggerId disposeSavepoint(String savepointPath) {
    return http.json(
        post(Endpoint.SAVEPOINT_DISPOSAL, RequestBodies.disposal(savepointPath), requestTimeout),
        Replies::triggerId);
  }

  /**
   * Returns what became of a disposal. Blocks; repeated when it fails retryably.
   *
   * @param triggerId the id it was triggered with
   * @return the result so far; {@link TriggerResult.State#UNKNOWN} if Flink does not know the id
   *     (any more)
   * @throws FlinkRestException if the call fails
   */
  public TriggerResult disposalTrigger(TriggerId triggerId) {
    return result(get(Endpoint.SAVEPOINT_DISPOSAL_RESULT, triggerId.hex()));
  }

  /**
   * Cancels a job, without a savepoint.
   *
   * <p>Blocks until Flink took the request, not until the job has ended. A job that has ended
   * already is left as it is. Repeated when it fails retryably.
   *
   * @param jobId the job
   * @throws FlinkRestNotFoundException if Flink does not know the job
   * @throws FlinkRestException if the call fails
   */
  public void cancel(JobId jobId) {
    try {
      http.send(
          request(
              Endpoint.JOB_CANCEL,
              List.of(Map.entry("mode", "cancel")),
              OneShotBody.empty(),
              requestTimeout,
              jobId.hex()));
    } catch (FlinkRestException e) {
      if (e.httpStatus() != CONFLICT || !e.isFromFlink()) {
        throw e;
      }
      // It finished or failed before the request came: there is nothing to cancel.
    }
  }

  /**
   * Returns between which parallelisms each vertex of a job may run. The adaptive scheduler only:
   * others answer 500. Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @return bounds by vertex id; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public Map<String, ParallelismBounds> resourceRequirements(JobId jobId) {
    return http.json(get(Endpoint.REQUIREMENTS, jobId.hex()), Replies::requirements);
  }

  /**
   * Changes between which parallelisms the vertices of a job may run: rescales it in place.
   *
   * <p>The adaptive scheduler only, and not in reactive mode: others answer 500. Every vertex must
   * be given. Blocks until Flink took the request; the job then restarts by itself when slots and
   * checkpoints allow. Repeated when it fails retryably.
   *
   * @param jobId the job
   * @param bounds bounds by vertex id
   * @throws FlinkRestNotFoundException if Flink does not know the job
   * @throws FlinkRestException if the call fails
   */
  public void resourceRequirements(JobId jobId, Map<String, ParallelismBounds> bounds) {
    http.send(
        post(
            Endpoint.REQUIREMENTS_PUT,
            RequestBodies.requirements(bounds),
            requestTimeout,
            jobId.hex()));
  }

  /**
   * Returns the registered TaskManagers. One that was killed is listed until its heartbeat times
   * out (50 s by default). Blocks; repeated when it fails retryably.
   *
   * @return the TaskManagers; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public List<TaskManagerInfo> taskManagers() {
    return http.json(get(Endpoint.TASKMANAGERS), Replies::taskManagers);
  }

  /**
   * Returns a TaskManager with what its JVM uses. Blocks; repeated when it fails retryably.
   *
   * @param taskManagerId the id of the TaskManager
   * @return the TaskManager
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public TaskManagerDetails taskManager(String taskManagerId) {
    return http.json(get(Endpoint.TASKMANAGER, taskManagerId), Replies::taskManagerDetails);
  }

  /**
   * Returns the names of the metrics of a job. Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @return the names; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public List<String> jobMetricNames(JobId jobId) {
    return http.json(get(Endpoint.JOB_METRICS, jobId.hex()), Replies::metricNames);
  }

  /**
   * Returns the names of the metrics of the JobManager. Blocks; repeated when it fails retryably.
   *
   * @return the names; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public List<String> jobManagerMetricNames() {
    return http.json(get(Endpoint.JOBMANAGER_METRICS), Replies::metricNames);
  }

  /**
   * Returns the names of the metrics of a TaskManager. Blocks; repeated when it fails retryably.
   *
   * @param taskManagerId the id of the TaskManager
   * @return the names; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public List<String> taskManagerMetricNames(String taskManagerId) {
    return http.json(get(Endpoint.TASKMANAGER_METRICS, taskManagerId), Replies::metricNames);
  }

  /**
   * Returns the names of the metrics that the subtasks of a vertex have. Blocks; repeated when it
   * fails retryably.
   *
   * @param jobId the job
   * @param vertexId the vertex, see {@link JobDetails.Vertex#id()}
   * @return the names; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public List<String> vertexSubtaskMetricNames(JobId jobId, String vertexId) {
    return http.json(get(Endpoint.SUBTASK_METRICS, jobId.hex(), vertexId), Replies::metricNames);
  }

  /**
   * Returns metrics of a job. Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @param names the metrics to return
   * @return values by name, as Flink writes them; metrics without a value are missing; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public Map<String, String> jobMetrics(JobId jobId, Collection<String> names) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String some : chunks(names)) {
      out.putAll(
          http.json(
              get(Endpoint.JOB_METRICS, List.of(Map.entry("get", some)), jobId.hex()),
              Replies::metrics));
    }
    return Collections.unmodifiableMap(out);
  }

  /**
   * Returns metrics of the JobManager. Blocks; repeated when it fails retryably.
   *
   * @param names the metrics to return
   * @return values by name, as Flink writes them; metrics without a value are missing; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public Map<String, String> jobManagerMetrics(Collection<String> names) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String some : chunks(names)) {
      out.putAll(
          http.json(
              get(Endpoint.JOBMANAGER_METRICS, List.of(Map.entry("get", some))), Replies::metrics));
    }
    return Collections.unmodifiableMap(out);
  }

  /**
   * Returns metrics of a TaskManager. Blocks; repeated when it fails retryably.
   *
   * @param taskManagerId the id of the TaskManager
   * @param names the metrics to return
   * @return values by name, as Flink writes them; metrics without a value are missing; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public Map<String, String> taskManagerMetrics(String taskManagerId, Collection<String> names) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String some : chunks(names)) {
      out.putAll(
          http.json(
              get(Endpoint.TASKMANAGER_METRICS, List.of(Map.entry("get", some)), taskManagerId),
              Replies::metrics));
    }
    return Collections.unmodifiableMap(out);
  }

  /**
   * Returns metrics of all subtasks of a vertex, put together. Blocks; repeated when it fails
   * retryably.
   *
   * @param jobId the job
   * @param vertexId the vertex, see {@link JobDetails.Vertex#id()}
   * @param names the metrics to return
   * @param aggregations how to put them together; empty for all ways but {@link
   *     MetricAggregation#SKEW}
   * @return the metrics; those without a number are missing; unmodifiable
   * @throws FlinkRestUnsupportedException if SKEW is asked for before Flink 1.20
   * @throws FlinkRestNotFoundException if Flink does not know the job or vertex
   * @throws FlinkRestException if the call fails
   */
  public List<AggregatedMetric> vertexSubtaskMetrics(
      JobId jobId, String vertexId, Collection<String> names, Set<MetricAggregation> aggregations) {
    if (aggregations.contains(MetricAggregation.SKEW)) {
      require(
          FlinkVersion.of(1, 20),
          Endpoint.SUBTASK_METRICS,
          "the aggregation 'skew'",
          jobId.hex(),
          vertexId);
    }
    List<String> ways = new ArrayList<>();
    for (MetricAggregation way : MetricAggregation.values()) {
      if (aggregations.isEmpty() ? way != MetricAggregation.SKEW : aggregations.contains(way)) {
        ways.add(way.name().toLowerCase(Locale.ROOT));
      }
    }
    List<AggregatedMetric> out = new ArrayList<>();
    for (String some : chunks(names)) {
      out.addAll(
          http.json(
              get(
                  Endpoint.SUBTASK_METRICS,
                  List.of(Map.entry("get", some), Map.entry("agg", String.join(",", ways))),
                  jobId.hex(),
                  vertexId),
              Replies::aggregatedMetrics));
    }
    return List.copyOf(out);
  }

  /**
   * Returns the files in the log directory of the JobManager. Blocks; repeated when it fails
   * retryably.
   *
   * @return the files; empty if Flink was started without a log file; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public List<LogFile> jobManagerLogs() {
    return http.json(get(Endpoint.JOBMANAGER_LOGS), Replies::logs);
  }

  /**
   * Returns the files in the log directory of a TaskManager. Blocks; repeated when it fails
   * retryably.
   *
   * @param taskManagerId the id of the TaskManager
   * @return the files; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public List<LogFile> taskManagerLogs(String taskManagerId) {
    return http.json(get(Endpoint.TASKMANAGER_LOGS, taskManagerId), Replies::logs);
  }

  /**
   * Opens a log file of the JobManager. Blocks until it begins to arrive.
   *
   * @param file the name of the file, see {@link #jobManagerLogs()}
   * @return its bytes; the caller closes it. A read fails when nothing comes for as long as a
   *     request may take
   * @throws FlinkRestNotFoundException if there is no such file
   * @throws FlinkRestException if the call fails
   */
  public InputStream jobManagerLog(String file) {
    return http.stream(get(Endpoint.JOBMANAGER_LOG, file));
  }

  /**
   * Opens a log file of a TaskManager. Blocks until it begins to arrive.
   *
   * @param taskManagerId the id of the TaskManager
   * @param file the name of the file, see {@link #taskManagerLogs}
   * @return its bytes; the caller closes it. A read fails when nothing comes for as long as a
   *     request may take
   * @throws FlinkRestNotFoundException if there is no such TaskManager or file
   * @throws FlinkRestException if the call fails
   */
  public InputStream taskManagerLog(String taskManagerId, String file) {
    return http.stream(get(Endpoint.TASKMANAGER_LOG, taskManagerId, file));
  }

  /**
   * Returns the end of a log file of the JobManager. Blocks until the file was read to its end:
   * Flink cannot send a part of it, but only the end is kept in memory.
   *
   * @param file the name of the file, see {@link #jobManagerLogs()}
   * @param maxBytes how many bytes to return at most, at least 1
   * @return the text, from the start of a line if it was cut
   * @throws IllegalArgumentException if maxBytes is below 1
   * @throws FlinkRestNotFoundException if there is no such file
   * @throws FlinkRestException if the call fails
   */
  public String jobManagerLogTail(String file, int maxBytes) {
    return tail(get(Endpoint.JOBMANAGER_LOG, file), maxBytes);
  }

  /**
   * Returns the end of a log file of a TaskManager. Blocks until the file was read to its end:
   * Flink cannot send a part of it, but only the end is kept in memory.
   *
   * @param taskManagerId the id of the TaskManager
   * @param file the name of the file, see {@link #taskManagerLogs}
   * @param maxBytes how many bytes to return at most, at least 1
   * @return the text, from the start of a line if it was cut
   * @throws IllegalArgumentException if maxBytes is below 1
   * @throws FlinkRestNotFoundException if there is no such TaskManager or file
   * @throws FlinkRestException if the call fails
   */
  public String taskManagerLogTail(String taskManagerId, String file, int maxBytes) {
    return tail(get(Endpoint.TASKMANAGER_LOG, taskManagerId, file), maxBytes);
  }

  /**
   * Returns the threads of the JobManager. Blocks; repeated when it fails retryably.
   *
   * @return the threads; unmodifiable
   * @throws FlinkRestException if the call fails
   */
  public List<ThreadDumpEntry> jobManagerThreadDump() {
    return http.json(get(Endpoint.JOBMANAGER_THREAD_DUMP), Replies::threadDump);
  }

  /**
   * Returns the threads of a TaskManager. Blocks; repeated when it fails retryably.
   *
   * @param taskManagerId the id of the TaskManager
   * @return the threads; unmodifiable
   * @throws FlinkRestNotFoundException if Flink does not know it
   * @throws FlinkRestException if the call fails
   */
  public List<ThreadDumpEntry> taskManagerThreadDump(String taskManagerId) {
    return http.json(get(Endpoint.TASKMANAGER_THREAD_DUMP, taskManagerId), Replies::threadDump);
  }

  /**
   * Uploads a jar. Blocks until all of it was sent; the file is streamed, never held in memory.
   *
   * <p>Sent once: each upload makes a jar of its own on the cluster, which is gone when the
   * JobManager is, unless {@code web.upload.dir} is set.
   *
   * @param jar the file; its name must end in {@code .jar}
   * @param listener hears how much was sent
   * @return the id to run the jar by
   * @throws IllegalArgumentException if the file cannot be read, or has another name
   * @throws FlinkRestNotFoundException if the cluster takes no jars (an application cluster)
   * @throws FlinkRestException if the call fails
   */
  public String uploadJar(Path jar, ProgressListener listener) {
    Path name = jar.getFileName();
    if (name == null || !name.toString().endsWith(".jar")) {
      throw new IllegalArgumentException("Flink takes files named *.jar only, got '" + jar + "'");
    }
    if (!Files.isRegularFile(jar) || !Files.isReadable(jar)) {
      throw new IllegalArgumentException("Cannot read the jar '" + jar + "'");
    }
    long size;
    try {
      size = Files.size(jar);
    } catch (IOException e) {
      throw new IllegalArgumentException("Cannot read the jar '" + jar + "'", e);
    }
    MultipartBody body =
        new MultipartBody.Builder()
            .setType(MultipartBody.FORM)
            .addFormDataPart("jarfile", name.toString(), new FileBody(jar, size, listener))
            .build();
    return http.json(
        request(Endpoint.JAR_UPLOAD, List.of(), body, transferTimeout), Replies::jarId);
  }

  /**
   * Uploads a jar, as {@link #uploadJar(Path, ProgressListener)} does.
   *
   * @param jar the file; its name must end in {@code .jar}
   * @return the id to run the jar by
   * @throws IllegalArgumentException if the file cannot be read, or has another name
   * @throws FlinkRestNotFoundException if the cluster takes no jars (an application cluster)
   * @throws FlinkRestException if the call fails
   */
  public String uploadJar(Path jar) {
    return uploadJar(jar, (sent, total) -> {});
  }

  /**
   * Returns the uploaded jars. Blocks; repeated when it fails retryably.
   *
   * @return the jars; unmodifiable
   * @throws FlinkRestNotFoundException if the cluster takes no jars (an application cluster)
   * @throws FlinkRestException if the call fails
   */
  public List<JarInfo> jars() {
    return http.json(get(Endpoint.JARS), Replies::jars);
  }

  /**
   * Deletes an uploaded jar. Blocks; sent once. Jobs that run from it are not touched.
   *
   * @param jarId the id
   * @throws FlinkRestException if the call fails; Flink answers 400 for a jar it does not know
   */
  public void deleteJar(String jarId) {
    http.send(request(Endpoint.JAR_DELETE, List.of(), null, requestTimeout, jarId));
  }

  /**
   * Returns the plan of a job, without running it: only its main class is run, inside the
   * JobManager.
   *
   * <p>Blocks until that is done. Repeated when it fails retryably.
   *
   * @param jarId the jar
   * @param request main class, arguments, parallelism and configuration; what it says of state is
   *     not used
   * @return the plan
   * @throws FlinkRestException if the call fails, or the main class does
   */
  public PlanInfo planJar(String jarId, RunRequest request) {
    return http.json(
        post(Endpoint.JAR_PLAN, RequestBodies.plan(request), submitTimeout, jarId), Replies::plan);
  }

  /**
   * Runs a job from an uploaded jar.
   *
   * <p>Blocks until its main class has run inside the JobManager and Flink accepted the job; the
   * job need not run by then. When the answer is lost, the client looks for the job by its id, and
   * sends the request again only if it is not there: there is never a second job. When that stays
   * unknown, the exception says so, and calling again with the same request is safe.
   *
   * @param jarId the jar
   * @param request what to run
   * @return the id of the job, the one given
   * @throws FlinkRestDuplicateException if Flink has a job of this id already that this call did
   *     not start
   * @throws FlinkRestUnavailableException if it stays unknown whether the job was accepted
   * @throws FlinkRestException if the call fails, or the main class does. With a savepoint that is
   *     not there the default scheduler fails the call and leaves a FAILED job behind; the adaptive
   *     one accepts the job, which then fails: see {@link #executionResult}
   */
  public JobId runJar(String jarId, RunRequest request) {
    Req req =
        post(Endpoint.JAR_RUN, RequestBodies.run(request, flinkVersion()), submitTimeout, jarId);
    return submit(req, Replies::ranJob, request.jobId(), () -> knowsJob(request.jobId()));
  }

  /**
   * Runs an application from an uploaded jar; Flink 2.3 and later.
   *
   * <p>Blocks until Flink took it; its main class runs afterwards. A lost answer is resolved as by
   * {@link #runJar}.
   *
   * @param jarId the jar
   * @param applicationId the id the application will have
   * @param request what to run
   * @return the id of the application, the one given
   * @throws FlinkRestUnsupportedException before Flink 2.3; nothing is sent then
   * @throws FlinkRestDuplicateException if Flink has an application of this id that this call did
   *     not start
   * @throws FlinkRestUnavailableException if it stays unknown whether the application was accepted
   * @throws FlinkRestException if the call fails
   */
  public FlinkApplicationId runApplication(
      String jarId, FlinkApplicationId applicationId, RunRequest request) {
    require(Endpoint.JAR_RUN_APPLICATION, jarId);
    Req req =
        post(
            Endpoint.JAR_RUN_APPLICATION,
            RequestBodies.runApplication(request, applicationId, flinkVersion()),
            submitTimeout,
            jarId);
    return submit(
        req, Replies::ranApplication, applicationId, () -> knowsApplication(applicationId));
  }

  /**
   * Returns the applications of the cluster; Flink 2.3 and later. Blocks; repeated when it fails
   * retryably.
   *
   * @return the applications; unmodifiable
   * @throws FlinkRestUnsupportedException before Flink 2.3
   * @throws FlinkRestException if the call fails
   */
  public List<ApplicationSummary> applications() {
    require(Endpoint.APPLICATIONS);
    return http.json(get(Endpoint.APPLICATIONS), Replies::applications);
  }

  /**
   * Returns an application with its jobs; Flink 2.3 and later. Blocks; repeated when it fails
   * retryably.
   *
   * @param applicationId the application
   * @return the application
   * @throws FlinkRestUnsupportedException before Flink 2.3
   * @throws FlinkRestNotFoundException if Flink does not know the application
   * @throws FlinkRestException if the call fails
   */
  public ApplicationDetails application(FlinkApplicationId applicationId) {
    require(Endpoint.APPLICATION, applicationId.hex());
    return http.json(get(Endpoint.APPLICATION, applicationId.hex()), Replies::application);
  }

  /**
   * Cancels an application and its jobs; Flink 2.3 and later. Blocks until Flink took the request.
   *
   * @param applicationId the application
   * @throws FlinkRestUnsupportedException before Flink 2.3
   * @throws FlinkRestException if the call fails
   */
  public void cancelApplication(FlinkApplicationId applicationId) {
    require(Endpoint.APPLICATION_CANCEL, applicationId.hex());
    http.send(
        request(
            Endpoint.APPLICATION_CANCEL,
            List.of(),
            OneShotBody.empty(),
            requestTimeout,
            applicationId.hex()));
  }

  /**
   * Returns the rescales of a job; Flink 2.3 and later. Blocks; repeated when it fails retryably.
   *
   * @param jobId the job
   * @return the rescales; empty unless {@code web.adaptive-scheduler.rescale-history.size} is set
   *     (0 by default)
   * @throws FlinkRestUnsupportedException before Flink 2.3
   * @throws FlinkRestNotFoundException if Flink does not know the job
   * @throws FlinkRestException if the call fails
   */
  public List<Rescale> rescales(JobId jobId) {
    require(Endpoint.RESCALES, jobId.hex());
    return http.json(get(Endpoint.RESCALES, jobId.hex()), Replies::rescales);
  }

  /**
   * Shuts the JobManager down, and all jobs with it; sent once.
   *
   * <p>Blocks until Flink took the request. The JobManager stays, with its jobs, until every
   * finished result of a trigger was read once, at most {@code rest.async.store-duration} (5 min).
   * TaskManagers stay until they are ended or give up (5 min).
   *
   * @throws FlinkRestException if the call fails
   */
  public void shutdownCluster() {
    http.send(request(Endpoint.CLUSTER_SHUTDOWN, List.of(), null, requestTimeout));
  }

  /**
   * Ends the running calls of this client, which then fail; later calls throw {@link
   * IllegalStateException}. Does not block, and does nothing to the cluster.
   */
  @Override
  public void close() {
    http.close();
  }

  /**
   * Returns the address, without any secret.
   *
   * @return this client in one line
   */
  @Override
  public String toString() {
    return "FlinkRestClient[base=" + http.base() + ", flinkVersion=" + version + "]";
  }

  private boolean knowsJob(JobId jobId) {
    try {
      http.jsonOnce(get(Endpoint.JOB_STATUS, jobId.hex()), Replies::jobStatus);
      return true;
    } catch (FlinkRestNotFoundException e) {
      if (e.isFromFlink()) {
        return false;
      }
      throw e;
    }
  }

  /** By the list: Flink 2.3 answers 500, not 404, for an unknown id. */
  private boolean knowsApplication(FlinkApplicationId id) {
    return http.jsonOnce(get(Endpoint.APPLICATIONS), Replies::applications).stream()
        .anyMatch(a -> a.id().equals(id));
  }

  /**
   * Sends what must happen once, as often as needed.
   *
   * <p>No answer does not mean that nothing happened. The id tells: what Flink knows was accepted,
   * and Flink itself refuses a second one of the same id, whoever comes first.
   */
  private <T> T submit(Req req, Function<JsonNode, T> reader, T id, BooleanSupplier known) {
    boolean[] mayHaveArrived = {false};
    try {
      return http.retrying(
          () -> {
            if (mayHaveArrived[0] && known.getAsBoolean()) {
              return id;
            }
            try {
              return http.jsonOnce(req, reader);
            } catch (FlinkRestUnavailableException e) {
              mayHaveArrived[0] = true;
              throw e;
            } catch (FlinkRestException e) {
              if (!isDuplicate(e)) {
                throw e;
              }
              if (mayHaveArrived[0] && known.getAsBoolean()) {
                return id;
              }
              throw duplicate(e, id);
            }
          });
    } catch (FlinkRestUnavailableException e) {
      boolean accepted;
      try {
        accepted = mayHaveArrived[0] && http.retrying(known::getAsBoolean);
      } catch (FlinkRestInterruptedException interrupted) {
        throw interrupted;
      } catch (FlinkRestException unknown) {
        e.addSuppressed(unknown);
        throw unresolved(e, id);
      }
      if (accepted) {
        return id;
      }
      throw unresolved(e, id);
    }
  }

  private static boolean isDuplicate(FlinkRestException e) {
    // DuplicateJobSubmissionException, and since 2.3 DuplicateApplicationSubmissionException.
    return e.isFromFlink()
        && (e.bodyHas("DuplicateJobSubmission") || e.bodyHas("DuplicateApplicationSubmission"));
  }

  private static FlinkRestException duplicate(FlinkRestException e, Object id) {
    return new FlinkRestDuplicateException(
        new Details(
            e.method()
                + " "
                + e.path()
                + " answered "
                + e.httpStatus()
                + ": Flink already has '"
                + id
                + "', running or ended. If an earlier call of yours started it, carry on with it;"
                + " else choose another id.",
            e.httpStatus(),
            e.method(),
            e.path(),
            e.summary(),
            e.bodyExcerpt(),
            false,
            true),
        e);
  }

  private static FlinkRestException unresolved(FlinkRestUnavailableException e, Object id) {
    return new FlinkRestUnavailableException(
        new Details(
            e.getMessage()
                + " Whether Flink accepted '"
                + id
                + "' is unknown: call again with the same id, which makes no second one.",
            e.httpStatus(),
            e.method(),
            e.path(),
            e.summary(),
            e.bodyExcerpt(),
            true,
            false),
        e);
  }

  private TriggerResult result(Req req) {
    try {
      return http.json(req, Replies::triggerResult);
    } catch (FlinkRestNotFoundException e) {
      if (!e.isFromFlink()) {
        throw e;
      }
      return new TriggerResult(TriggerResult.State.UNKNOWN, null, null, null);
    }
  }

  private void require(Endpoint endpoint, String... args) {
    require(endpoint.since(), endpoint, endpoint.method() + " " + endpoint.template(), args);
  }

  private void require(FlinkVersion since, Endpoint endpoint, String what, String... args) {
    FlinkVersion has = flinkVersion();
    if (has.isAtLeast(since.major(), since.minor())) {
      return;
    }
    String summary = what + " needs Flink " + since + " or later";
    throw new FlinkRestUnsupportedException(
        new Details(
            summary + ", and " + http.base() + " runs " + has + ". Nothing was sent.",
            0,
            endpoint.method(),
            "/" + String.join("/", endpoint.segments(args)),
            summary,
            "",
            false,
            false),
        null);
  }

  /** Joins names with commas, as many as fit into one request line. */
  static List<String> chunks(Collection<String> names) {
    List<String> out = new ArrayList<>();
    StringBuilder some = new StringBuilder();
    int bytes = 0;
    for (String name : names) {
      int n = URLEncoder.encode(name, StandardCharsets.UTF_8).length() + 3;
      if (bytes > 0 && bytes + n > MAX_QUERY_BYTES) {
        out.add(some.toString());
        some.setLength(0);
        bytes = 0;
      }
      some.append(bytes == 0 ? "" : ",").append(name);
      bytes += n;
    }
    if (bytes > 0) {
      out.add(some.toString());
    }
    return out;
  }

  private String tail(Req req, int maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes must be at least 1, got " + maxBytes);
    }
    return http.retrying(
        () -> {
          try (InputStream in = http.stream(req)) {
            return Tail.read(in, maxBytes, System.nanoTime() + transferTimeout.toNanos());
          } catch (IOException e) {
            throw http.broken(req, e);
          }
        });
  }

  private Req get(Endpoint endpoint, String... args) {
    return get(endpoint, List.of(), args);
  }

  private Req get(Endpoint endpoint, List<Map.Entry<String, String>> query, String... args) {
    return request(endpoint, query, null, requestTimeout, args);
  }

  private static Req post(Endpoint endpoint, ObjectNode body, Duration timeout, String... args) {
    return request(endpoint, List.of(), OneShotBody.json(body.toString()), timeout, args);
  }

  private static Req request(
      Endpoint endpoint,
      List<Map.Entry<String, String>> query,
      @Nullable RequestBody body,
      Duration timeout,
      String... args) {
    return new Req(endpoint, endpoint.segments(args), query, body, timeout);
  }

  /** Collects the settings of a {@link FlinkRestClient}. Not thread-safe. */
  public static final class Builder {

    private final ConnectionSettings connection;
    private @Nullable FlinkVersion version;
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration submitTimeout = Duration.ofMinutes(1);
    private Duration transferTimeout = Duration.ofMinutes(10);
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private @Nullable String user;
    private @Nullable Supplier<String> secret;
    private @Nullable UnaryOperator<String> another;
    private int logins;

    private Builder(URI base) {
      HttpUrl url = ConnectionSettings.address("Flink's REST API", base);
      // An empty last segment would double the slash before each path.
      this.connection =
          new ConnectionSettings(
              "Flink REST client",
              url.encodedPath().endsWith("/") && url.pathSize() > 1
                  ? url.newBuilder().removePathSegment(url.pathSize() - 1).build()
                  : url);
    }

    /**
     * Sets the version of the cluster.
     *
     * @param value the version; by default the cluster is asked, once, when it matters
     * @return this builder
     */
    public Builder flinkVersion(@Nullable FlinkVersion value) {
      this.version = value;
      return this;
    }

    /**
     * Sets how long one attempt of an ordinary call may take, answer included.
     *
     * @param value more than zero; 10 s by default. A standby JobManager can leave a request
     *     unanswered, so keep it short and repeat
     * @return this builder
     */
    public Builder requestTimeout(Duration value) {
      this.requestTimeout = ConnectionSettings.positive(value, "requestTimeout");
      return this;
    }

    /**
     * Sets how long one attempt of {@link FlinkRestClient#runJar} and {@link
     * FlinkRestClient#planJar} may take: the main class of the job runs meanwhile.
     *
     * @param value more than zero; 1 min by default
     * @return this builder
     */
    public Builder submitTimeout(Duration value) {
      this.submitTimeout = ConnectionSettings.positive(value, "submitTimeout");
      return this;
    }

    /**
     * Sets how long an upload, or reading the end of a log, may take.
     *
     * @param value more than zero; 10 min by default
     * @return this builder
     */
    public Builder transferTimeout(Duration value) {
      this.transferTimeout = ConnectionSettings.positive(value, "transferTimeout");
      return this;
    }

    /**
     * Sets how long connecting may take, each address of the host.
     *
     * @param value more than zero; 5 s by default
     * @return this builder
     */
    public Builder connectTimeout(Duration value) {
      connection.connectTimeout(value);
      return this;
    }

    /**
     * Sets how often calls that are safe to repeat are tried, and the pauses between.
     *
     * @param maxAttempts attempts in all, 1 to 20; 3 by default, 1 for no repeat
     * @param firstPause the first pause; 200 ms by default. Each is twice the one before, half of
     *     it random
     * @param longestPause the longest pause, not below the first; 2 s by default
     * @return this builder
     */
    public Builder retry(int maxAttempts, Duration firstPause, Duration longestPause) {
      connection.retry(maxAttempts, firstPause, longestPause);
      return this;
    }

    /**
     * Adds a header to every request, for a proxy in front of Flink.
     *
     * @param name its name
     * @param value its value; treated as a secret
     * @return this builder
     * @throws IllegalArgumentException if name or value has characters no header may have; the
     *     value is not shown
     */
    public Builder header(String name, String value) {
      if (!Credentials.isHeaderName(name)) {
        throw new IllegalArgumentException("Not a header name: '" + name + "'");
      }
      if (!Secrets.isHeaderValue(value)) {
        throw new IllegalArgumentException(
            "The value of header '" + name + "' has characters no header may have");
      }
      headers.add(Map.entry(name, value));
      return this;
    }

    /**
     * Sends a bearer token with every request.
     *
     * @param token asked anew for each request, from any thread, so it may renew the token
     * @return this builder
     */
    public Builder bearerToken(Supplier<String> token) {
      return bearerToken(token, refused -> refused);
    }

    /**
     * Sends a bearer token with every request, and another one when it is refused with 401, once
     * for each request: a 401 comes before anything is done.
     *
     * @param token asked anew for each request, from any thread
     * @param another asked with the token that was refused, from any thread; gives that one back if
     *     there is no other
     * @return this builder
     */
    public Builder bearerToken(Supplier<String> token, UnaryOperator<String> another) {
      this.logins++;
      this.user = null;
      this.secret = Objects.requireNonNull(token, "token");
      this.another = Objects.requireNonNull(another, "another");
      return this;
    }

    /**
     * Sends user and password with every request.
     *
     * @param name the user, without colon
     * @param password asked anew for each request, from any thread
     * @return this builder
     */
    public Builder basicAuth(String name, Supplier<String> password) {
      this.user = Secrets.user(name);
      this.logins++;
      this.secret = Objects.requireNonNull(password, "password");
      this.another = null;
      return this;
    }

    /**
     * Trusts these certificates, instead of those the JVM trusts.
     *
     * @param pem a file with one or more certificates; read when the client is built
     * @return this builder
     */
    public Builder trustCertificates(Path pem) {
      connection.trust(pem, () -> Tls.trustOf(pem));
      return this;
    }

    /**
     * Trusts the certificates of a key store, instead of those the JVM trusts.
     *
     * @param file a JKS or PKCS #12 store; read when the client is built
     * @param password asked once, when the client is built
     * @return this builder
     */
    public Builder trustStore(Path file, Supplier<char[]> password) {
      connection.trust(file, () -> Tls.store(file, password.get()));
      return this;
    }

    /**
     * Shows a client certificate (mutual TLS).
     *
     * @param certificatePem the certificate, and those between it and the CA; read when the client
     *     is built
     * @param keyPem its private key, PKCS #8 or PKCS #1, unencrypted; read when the client is built
     * @return this builder
     */
    public Builder clientCertificate(Path certificatePem, Path keyPem) {
      connection.key(keyPem, () -> Tls.keyOf(certificatePem, keyPem), () -> new char[0]);
      return this;
    }

    /**
     * Shows a client certificate of a key store (mutual TLS).
     *
     * @param file a JKS or PKCS #12 store; read when the client is built
     * @param password of the store and of its key; asked when the client is built
     * @return this builder
     */
    public Builder keyStore(Path file, Supplier<char[]> password) {
      connection.key(file, () -> Tls.store(file, password.get()), password);
      return this;
    }

    /**
     * Sets all of TLS at once, instead of the other TLS settings.
     *
     * @param context the context
     * @param trustManager the trust manager the context uses
     * @return this builder
     */
    public Builder sslContext(SSLContext context, X509TrustManager trustManager) {
      connection.sslContext(context, trustManager);
      return this;
    }

    /**
     * Sets whether the host name must be one the server's certificate names.
     *
     * @param verify true by default. False only for certificates without names, in a network you
     *     trust: any server with a trusted certificate can then pose as this one
     * @return this builder
     */
    public Builder verifyHostname(boolean verify) {
      connection.verifyHostname(verify);
      return this;
    }

    /**
     * Makes the client; nothing is sent.
     *
     * @return the client, to be closed by the caller
     * @throws IllegalArgumentException if settings contradict each other, or a certificate or key
     *     cannot be read; the message lists all of it
     */
    public FlinkRestClient build() {
      List<String> faults = new ArrayList<>();
      if (logins > 1) {
        faults.add("bearerToken and basicAuth are set more than once: choose one");
      }
      if (secret != null
          && headers.stream().anyMatch(h -> h.getKey().equalsIgnoreCase("Authorization"))) {
        faults.add("the header Authorization is set beside bearerToken or basicAuth");
      }
      boolean https = connection.base().isHttps();
      if (!https && connection.hasTls()) {
        faults.add("TLS settings need an https address, got " + connection.base());
      }
      return new FlinkRestClient(
          this,
          new HttpCalls(
              connection.open(https, faults, "trustCertificates"),
              requestTimeout,
              new Credentials(headers, user, secret, another)));
    }

    /**
     * Returns the address, without any secret.
     *
     * @return this builder in one line
     */
    @Override
    public String toString() {
      return "FlinkRestClient.Builder[base=" + connection.base() + "]";
    }
  }
}
