package dev.flinkplatform.spi.rest;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.TaskManagerStatus;
import dev.flinkplatform.status.VertexStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Controls a job over Flink's REST API.
 *
 * <p>Thread-safe; as cheap as the client it uses, which it does not close.
 */
public final class RestJobControl implements JobControl {

  private static final int MAX_EXCEPTIONS = 20;

  /** Milliseconds per second, of each subtask. */
  private static final String BACK_PRESSURED = "backPressuredTimeMsPerSecond";

  private static final String BUSY = "busyTimeMsPerSecond";

  private final FlinkRestClient client;
  private final Function<JobId, Optional<JobState>> ended;

  /**
   * Makes a control over a client.
   *
   * @param client the client; the caller closes it
   */
  public RestJobControl(FlinkRestClient client) {
    this(client, job -> Optional.empty());
  }

  /**
   * Makes a control over a client, for a cluster with high availability: a JobManager that took
   * over does not know jobs that had ended before, though it will never run them again.
   *
   * @param client the client; the caller closes it
   * @param ended tells how a job that Flink does not know has ended; empty if it has not, as far as
   *     can be told
   */
  public RestJobControl(FlinkRestClient client, Function<JobId, Optional<JobState>> ended) {
    this.client = Objects.requireNonNull(client, "client");
    this.ended = Objects.requireNonNull(ended, "ended");
  }

  @Override
  public Optional<JobView> job(JobId job) {
    return call(
        () -> {
          try {
            return Optional.of(view(client.job(job)));
          } catch (FlinkRestNotFoundException e) {
            Optional<JobView> end = ended.apply(job).map(state -> new JobView(state, List.of()));
            if (end.isEmpty()) {
              requireFlink(e);
            }
            return end;
          } catch (FlinkRestException e) {
            if (e.httpStatus() != 500) {
              throw e;
            }
            // Flink 1.x has no details of a job that failed before it had a plan: 500, from a null
            // pointer. Of any other job a 500 tells nothing: it must not seem to have no vertices.
            JobState state = JobState.of(client.jobStatus(job).name());
            if (!state.isTerminal()) {
              throw e;
            }
            return Optional.of(new JobView(state, List.of()));
          }
        });
  }

  /** A proxy's 404 tells nothing of Flink's jobs: it does not know where Flink is, for now. */
  private static void requireFlink(FlinkRestNotFoundException e) {
    if (!e.isFromFlink()) {
      throw e;
    }
  }

  private static JobView view(JobDetails details) {
    List<VertexStatus> vertices =
        details.vertices().stream()
            .map(
                v ->
                    new VertexStatus(
                        v.id(),
                        v.name(),
                        v.parallelism(),
                        v.maxParallelism(),
                        v.tasks().getOrDefault(FlinkTaskState.RUNNING, 0),
                        v.tasks().getOrDefault(FlinkTaskState.FINISHED, 0)))
            .toList();
    return new JobView(JobState.of(details.rawStatus()), vertices);
  }

  /**
   * Submits a job to a session cluster: uploads its jar, runs it under the job's id, and deletes
   * the jar again. Blocks while its main method runs inside the JobManager. Never makes a second
   * job of that id.
   *
   * @param jar the job's jar, on this machine
   * @param job the job's specification, id and state; of its configuration only what is its own
   * @throws BackendFault if the cluster cannot be reached, or, permanently, if Flink refuses the
   *     job
   */
  public void submit(Path jar, Launch job) {
    run(
        () -> {
          RunRequest.Builder request =
              RunRequest.builder(job.jobId())
                  .entryClass(job.spec().job().entryClass().orElse(null))
                  .programArgs(job.spec().job().args())
                  .parallelism(job.spec().parallelism())
                  .flinkConfiguration(job.spec().flinkConfig());
          if (job.restoreFrom().isPresent()) {
            request
                .savepointPath(job.restoreFrom().get())
                .allowNonRestoredState(job.allowNonRestoredState())
                .claimMode(ClaimMode.valueOf(job.claimMode().name()));
          }
          String id = client.uploadJar(jar);
          try {
            client.runJar(id, request.build());
          } catch (FlinkRestDuplicateException e) {
            // An earlier request for this very job was heard, though its reply was lost.
          } catch (FlinkRestException e) {
            if (e.httpStatus() != 500 || !e.isFromFlink()) {
              throw e;
            }
            // Flink's answer to a program that cannot be run; trying again gives the same.
            throw BackendFault.permanent(
                new Failure(Failure.Kind.JOB_FAILED, e.summary(), e.bodyExcerpt()), e);
          } finally {
            deleteJar(id);
          }
        });
  }

  private void deleteJar(String id) {
    try {
      client.deleteJar(id);
    } catch (FlinkRestException e) {
      // It is gone with the JobManager at the latest; the job has its own copy.
    }
  }

  @Override
  public CheckpointView checkpoints(JobId job) {
    return call(
        () -> {
          Checkpoints c = client.checkpoints(job);
          return new CheckpointView(
              c.counts().completed(),
              Optional.ofNullable(c.latestCompleted()).map(RestJobControl::info),
              Optional.ofNullable(c.latestRestored()).map(Checkpoints.Restored::externalPath));
        });
  }

  private static dev.flinkplatform.status.CheckpointInfo info(CheckpointInfo c) {
    Instant at = c.latestAckAt() == null ? c.triggeredAt() : c.latestAckAt();
    return new dev.flinkplatform.status.CheckpointInfo(
        c.id(), c.externalPath() == null ? "" : c.externalPath(), at, c.stateSizeBytes());
  }

  @Override
  public ClusterView cluster() {
    return call(
        () -> {
          List<TaskManagerStatus> taskManagers =
              client.taskManagers().stream()
                  .map(t -> new TaskManagerStatus(t.id(), t.slots(), t.freeSlots()))
                  .toList();
          return new ClusterView(
              taskManagers,
              taskManagers.stream().mapToInt(TaskManagerStatus::slots).sum(),
              taskManagers.stream().mapToInt(TaskManagerStatus::freeSlots).sum());
        });
  }

  @Override
  public List<JobException> exceptions(JobId job) {
    return call(
        () -> {
          List<JobException> history =
              client.exceptions(job, MAX_EXCEPTIONS).entries().stream()
                  .map(
                      e ->
                          new JobException(
                              e.timestamp(),
                              e.exceptionName(),
                              e.rootCause(),
                              e.stackTrace(),
                              Optional.ofNullable(e.taskName()),
                              Optional.ofNullable(e.taskManagerId())))
                  .toList();
          return history.isEmpty() ? endOf(job) : history;
        });
  }

  /** With the adaptive scheduler, why a job never started is told by its result only. */
  private List<JobException> endOf(JobId job) {
    if (!client.jobStatus(job).isGloballyTerminal()) {
      return List.of();
    }
    FailureCause cause = client.executionResult(job).failure();
    return cause == null
        ? List.of()
        : List.of(
            new JobException(
                endTime(job),
                cause.className(),
                cause.rootCause(),
                cause.stackTrace(),
                Optional.empty(),
                Optional.empty()));
  }

  private Instant endTime(JobId job) {
    return client.jobsOverview().stream()
        .filter(j -> j.id().equals(job))
        .map(JobOverview::endTime)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .findFirst()
        .orElse(Instant.EPOCH);
  }

  @Override
  public long restarts(JobId job) {
    return call(
        () ->
            Optional.ofNullable(client.jobMetrics(job, List.of("numRestarts")).get("numRestarts"))
                .flatMap(RestJobControl::number)
                .map(Double::longValue)
                .orElse(0L));
  }

  @Override
  public Map<String, Double> metrics(JobId job, Collection<String> names) {
    return call(
        () -> {
          Map<String, Double> found = new LinkedHashMap<>();
          client
              .jobMetrics(job, names)
              .forEach((name, value) -> number(value).ifPresent(v -> found.put(name, v)));
          List<String> missing = names.stream().filter(n -> !found.containsKey(n)).toList();
          if (!missing.isEmpty()) {
            for (JobDetails.Vertex vertex : client.job(job).vertices()) {
              addVertexMetrics(job, vertex.id(), missing, found);
            }
          }
          return found;
        });
  }

  private void addVertexMetrics(
      JobId job, String vertex, List<String> names, Map<String, Double> found) {
    Map<String, String> wanted = new LinkedHashMap<>();
    for (String id : client.vertexSubtaskMetricNames(job, vertex)) {
      names.stream()
          .filter(n -> id.equals(n) || id.endsWith("." + n))
          .findFirst()
          .ifPresent(n -> wanted.put(id, n));
    }
    if (wanted.isEmpty()) {
      return;
    }
    for (AggregatedMetric metric :
        client.vertexSubtaskMetrics(job, vertex, wanted.keySet(), Set.of(MetricAggregation.SUM))) {
      Double sum = metric.sum();
      String name = wanted.get(metric.id());
      if (sum != null && name != null) {
        found.merge(name, sum, Double::sum);
      }
    }
  }

  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.valueOf(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public void triggerSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    run(
        () ->
            client.triggerSavepoint(
                job, new SavepointRequest(new TriggerId(triggerId), directory, format, false)));
  }

  @Override
  public void stopWithSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    run(
        () ->
            client.stopWithSavepoint(
                job, new StopRequest(new TriggerId(triggerId), directory, format, false)));
  }

  @Override
  public TriggerView savepoint(JobId job, String triggerId) {
    return call(() -> trigger(client.savepointTrigger(job, new TriggerId(triggerId))));
  }

  @Override
  public Optional<String> findSavepoint(JobId job, String directory) {
    String tail = directory.substring(directory.lastIndexOf('/') + 1);
    return call(
        () -> {
          try {
            return client.checkpoints(job).history().stream()
                .filter(c -> c.savepoint() && c.status() == CheckpointState.COMPLETED)
                .map(CheckpointInfo::externalPath)
                .filter(p -> p != null && p.contains("/" + tail + "/"))
                .map(Objects::requireNonNull)
                .findFirst();
          } catch (FlinkRestNotFoundException e) {
            requireFlink(e);
            return Optional.empty();
          }
        });
  }

  @Override
  public void triggerCheckpoint(JobId job, String triggerId) {
    run(() -> client.triggerCheckpoint(job, CheckpointType.CONFIGURED, new TriggerId(triggerId)));
  }

  @Override
  public TriggerView checkpoint(JobId job, String triggerId) {
    return call(() -> trigger(client.checkpointTrigger(job, new TriggerId(triggerId))));
  }

  @Override
  public String dispose(String location) {
    return call(() -> client.disposeSavepoint(location).hex());
  }

  @Override
  public TriggerView disposal(String triggerId) {
    return call(() -> trigger(client.disposalTrigger(new TriggerId(triggerId))));
  }

  private static TriggerView trigger(TriggerResult result) {
    String value =
        result.location() != null
            ? result.location()
            : result.checkpointId() != null ? result.checkpointId().toString() : "";
    return new TriggerView(
        TriggerView.State.valueOf(result.state().name()),
        value,
        Optional.ofNullable(result.failure())
            .map(f -> new Failure(Failure.Kind.SNAPSHOT_FAILED, f.rootCause(), f.stackTrace())));
  }

  @Override
  public void cancel(JobId job) {
    run(() -> client.cancel(job));
  }

  @Override
  public Optional<Map<String, Bounds>> resourceRequirements(JobId job) {
    return call(
        () -> {
          if (!client.config().webRescale()) {
            return Optional.empty();
          }
          Map<String, Bounds> out = new LinkedHashMap<>();
          client
              .resourceRequirements(job)
              .forEach((vertex, b) -> out.put(vertex, new Bounds(b.lower(), b.upper())));
          return Optional.of(out);
        });
  }

  @Override
  public void resourceRequirements(JobId job, Map<String, Bounds> bounds) {
    Map<String, ParallelismBounds> out = new LinkedHashMap<>();
    bounds.forEach((vertex, b) -> out.put(vertex, new ParallelismBounds(b.lower(), b.upper())));
    run(() -> client.resourceRequirements(job, out));
  }

  @Override
  public List<CheckpointTry> checkpointHistory(JobId job) {
    return call(
        () ->
            client.checkpoints(job).history().stream()
                .map(
                    c ->
                        new CheckpointTry(
                            c.id(),
                            c.savepoint(),
                            switch (c.status()) {
                              case COMPLETED -> TriggerView.State.COMPLETED;
                              case FAILED -> TriggerView.State.FAILED;
                              case IN_PROGRESS, UNKNOWN -> TriggerView.State.IN_PROGRESS;
                            },
                            c.triggeredAt(),
                            c.duration(),
                            c.stateSizeBytes(),
                            c.failureMessage() == null ? "" : c.failureMessage()))
                .toList());
  }

  @Override
  public List<Load> load(JobId job) {
    return call(
        () -> {
          List<Load> out = new ArrayList<>();
          for (JobDetails.Vertex vertex : client.job(job).vertices()) {
            double backPressured = Double.NaN;
            double busy = 0;
            for (AggregatedMetric metric :
                client.vertexSubtaskMetrics(
                    job,
                    vertex.id(),
                    List.of(BACK_PRESSURED, BUSY),
                    Set.of(MetricAggregation.MAX))) {
              Double max = metric.max();
              if (max != null && metric.id().equals(BACK_PRESSURED)) {
                backPressured = max / 1000;
              } else if (max != null && metric.id().equals(BUSY) && !max.isNaN()) {
                busy = max / 1000;
              }
            }
            if (!Double.isNaN(backPressured)) {
              out.add(new Load(vertex.id(), vertex.name(), backPressured, busy));
            }
          }
          return out;
        });
  }

  private static void run(Runnable call) {
    call(
        () -> {
          call.run();
          return Boolean.TRUE;
        });
  }

  private static <T> T call(Supplier<T> call) {
    try {
      return call.get();
    } catch (FlinkRestException e) {
      String message = String.valueOf(e.getMessage());
      // 500 is what Flink answers while its leader changes, too, and 409 what it or a proxy says of
      // something that goes on: trying again costs little, a false end much.
      boolean again =
          e.retryable()
              || e.httpStatus() == 0
              || e.httpStatus() >= 500
              || e.httpStatus() == 404
              || e.httpStatus() == 409;
      throw again
          ? BackendFault.unavailable(message, e)
          : BackendFault.permanent(Failure.of(Failure.Kind.OTHER, message), e);
    }
  }
}
