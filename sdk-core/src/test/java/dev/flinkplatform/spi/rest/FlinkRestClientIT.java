package dev.flinkplatform.spi.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The client against Flink itself. One cluster and one life of a job per version: starting takes
 * seconds.
 */
class FlinkRestClientIT {

  private static final Map<String, String> ADAPTIVE =
      Map.of(
          "jobmanager.scheduler", "adaptive",
          "jobmanager.adaptive-scheduler.scaling-interval.min", "1 s",
          "jobmanager.adaptive-scheduler.resource-stabilization-timeout", "1 s",
          "jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "1 s",
          "jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout", "1 s",
          "jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout", "1 s",
          "execution.checkpointing.interval", "2 s",
          "web.adaptive-scheduler.rescale-history.size", "10");

  @ParameterizedTest
  @ValueSource(strings = {"flink120", "flink23"})
  void everyCall_sessionClusterWithAdaptiveScheduler_behavesAsDescribed(
      String distribution, @TempDir Path dir) throws Exception {
    try (RealFlink flink = RealFlink.start(jars(distribution), dir, ADAPTIVE);
        FlinkRestClient client =
            FlinkRestClient.builder(flink.rest()).submitTimeout(Duration.ofSeconds(60)).build()) {
      awaitSlots(client, 2);
      boolean v23 = client.flinkVersion().isAtLeast(2, 3);
      cluster(client, v23);

      Path jar = RealFlink.buildJob(Files.createDirectories(dir.resolve("job")));
      String jarId = upload(client, jar);
      failures(client, jarId);

      JobId job = JobId.random();
      RunRequest run =
          RunRequest.builder(job)
              .entryClass("TinyJob")
              .programArgs(List.of("--any", "a b"))
              .parallelism(1)
              .putFlinkConfiguration("execution.checkpointing.interval", "2 s")
              .build();
      assertThat(client.planJar(jarId, run).nodes()).isNotEmpty();
      assertThat(client.jobs()).as("a plan starts nothing").isEmpty();
      assertThat(client.runJar(jarId, run)).isEqualTo(job);
      assertThatExceptionOfType(FlinkRestDuplicateException.class)
          .isThrownBy(() -> client.runJar(jarId, run))
          .withMessageContaining(job.hex());
      awaitRunning(client, job);
      assertThat(client.jobs()).extracting(JobSummary::id).containsExactly(job);
      readEverything(client, job, v23);

      String directory = "file://" + Files.createDirectories(dir.resolve("savepoints"));
      String savepoint = savepointOnce(client, job, directory, dir.resolve("savepoints"));
      checkpoint(client, job);
      badDirectory(client, job);
      rescale(client, job, v23);

      TriggerId stop = TriggerId.random();
      client.stopWithSavepoint(
          job, new StopRequest(stop, directory, SavepointFormat.NATIVE, false));
      TriggerResult stopped = done(() -> client.savepointTrigger(job, stop));
      assertThat(stopped.state()).as("%s", stopped).isEqualTo(TriggerResult.State.COMPLETED);
      String stopPath = Objects.requireNonNull(stopped.location());
      awaitStatus(client, job, FlinkJobStatus.FINISHED);
      client.cancel(job);
      assertThat(client.jobStatus(job)).isEqualTo(FlinkJobStatus.FINISHED);
      ExecutionResult result = client.executionResult(job);
      assertThat(result.completed()).isTrue();
      assertThat(result.applicationStatus()).isEqualTo("SUCCEEDED");

      JobId again = JobId.random();
      client.runJar(
          jarId,
          RunRequest.builder(again)
              .savepointPath(stopPath)
              .claimMode(ClaimMode.NO_CLAIM)
              .allowNonRestoredState(false)
              .build());
      awaitRunning(client, again);
      Checkpoints restored =
          awaitThat(() -> client.checkpoints(again), c -> c.latestRestored() != null);
      assertThat(restored.latestRestored()).isNotNull();
      assertThat(Objects.requireNonNull(restored.latestRestored()).externalPath())
          .isEqualTo(stopPath);
      assertThat(restored.latestRestored().savepoint()).isTrue();

      client.cancel(again);
      awaitStatus(client, again, FlinkJobStatus.CANCELED);
      client.cancel(again);
      assertThat(client.jobStatus(again)).isEqualTo(FlinkJobStatus.CANCELED);

      dispose(client, savepoint, dir.resolve("savepoints"));
      missingSavepoint(client, jarId, dir);
      applications(client, jarId, v23);
      client.deleteJar(jarId);
      assertThat(client.jars()).isEmpty();
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(() -> client.deleteJar(jarId))
          .satisfies(e -> assertThat(e.httpStatus()).isIn(400, 404));

      client.shutdownCluster();
      await().atMost(Duration.ofSeconds(30)).until(() -> !flink.jobManager().isAlive());
      assertThat(flink.jobManager().exitValue()).isZero();
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(client::overview)
          .satisfies(e -> assertThat(e.httpStatus()).isZero());
    }
  }

  private static void cluster(FlinkRestClient client, boolean v23) throws Exception {
    ClusterOverview overview = client.overview();
    assertThat(overview.flinkVersion()).isEqualTo(client.flinkVersion().toString());
    assertThat(overview.taskManagers()).isEqualTo(1);
    assertThat(overview.flinkCommit()).isNotEmpty();
    ClusterConfig config = client.config();
    assertThat(config.webSubmit()).isTrue();
    assertThat(config.webCancel()).isTrue();
    assertThat(config.webRescale()).isTrue();
    assertThat(config.timezoneName()).isNotEmpty();
    assertThat(client.jobManagerConfig()).containsEntry("jobmanager.scheduler", "adaptive");
    assertThat(client.jobs()).isEmpty();
    assertThat(client.jobsOverview()).isEmpty();

    TaskManagerInfo taskManager = client.taskManagers().get(0);
    assertThat(taskManager.slots()).isEqualTo(2);
    assertThat(taskManager.freeSlots()).isEqualTo(2);
    assertThat(taskManager.managedMemoryBytes()).isEqualTo(32L << 20);
    TaskManagerDetails details = client.taskManager(taskManager.id());
    assertThat(details.info().id()).isEqualTo(taskManager.id());
    // The JobManager collects metrics every ten seconds, and only when somebody asks.
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              TaskManagerDetails now = client.taskManager(taskManager.id());
              assertThat(now.heapUsedBytes()).isPositive();
              assertThat(now.networkTotalBytes()).isEqualTo(64L << 20);
              assertThat(client.jobManagerMetricNames()).contains("Status.JVM.Memory.Heap.Used");
              assertThat(client.jobManagerMetrics(client.jobManagerMetricNames()))
                  .hasSizeGreaterThan(10);
              assertThat(client.taskManagerMetricNames(taskManager.id())).isNotEmpty();
              assertThat(
                      client.taskManagerMetrics(
                          taskManager.id(), List.of("Status.JVM.CPU.Load", "no.such.metric")))
                  .containsOnlyKeys("Status.JVM.CPU.Load");
            });

    assertThat(client.jobManagerLogs()).extracting(LogFile::name).contains("jobmanager.log");
    for (int i = 0; i < 20; i++) {
      try (InputStream log = client.jobManagerLog("jobmanager.log")) {
        assertThat(new String(log.readAllBytes(), StandardCharsets.UTF_8))
            .as("read %d, %s", i, client.jobManagerLogs())
            .contains("SessionClusterEntrypoint");
      }
    }
    assertThat(client.jobManagerLogs())
        .anySatisfy(
            f -> {
              assertThat(f.name()).isEqualTo(RealFlink.EXTRA_LOG);
              assertThat(f.sizeBytes()).isEqualTo(RealFlink.EXTRA_TEXT.length());
              assertThat(f.modifiedAt()).isNotNull();
            });
    try (InputStream log = client.jobManagerLog(RealFlink.EXTRA_LOG)) {
      assertThat(new String(log.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(RealFlink.EXTRA_TEXT);
    }
    assertThat(client.jobManagerLogTail(RealFlink.EXTRA_LOG, 20)).isEqualTo("last line\n");
    assertThat(client.taskManagerLogs(taskManager.id()))
        .extracting(LogFile::name)
        .contains(RealFlink.EXTRA_LOG);
    assertThat(client.taskManagerLogTail(taskManager.id(), RealFlink.EXTRA_LOG, 1 << 20))
        .isEqualTo(RealFlink.EXTRA_TEXT);
    try (InputStream log = client.taskManagerLog(taskManager.id(), RealFlink.EXTRA_LOG)) {
      assertThat(log.read()).isPositive();
    }
    assertThatExceptionOfType(FlinkRestNotFoundException.class)
        .isThrownBy(() -> client.jobManagerLogTail("no-such.log", 100));
    assertThat(client.jobManagerThreadDump())
        .anySatisfy(t -> assertThat(t.name()).isEqualTo("main"));
    assertThat(client.taskManagerThreadDump(taskManager.id())).isNotEmpty();

    JobId unknown = JobId.random();
    List<Supplier<Object>> calls =
        new ArrayList<>(
            List.of(
                () -> client.job(unknown),
                () -> client.jobStatus(unknown),
                () -> client.checkpoints(unknown),
                () -> client.exceptions(unknown, 3),
                () -> client.executionResult(unknown)));
    for (Supplier<Object> call : calls) {
      assertThatExceptionOfType(FlinkRestNotFoundException.class)
          .isThrownBy(call::get)
          .withMessageContaining(unknown.hex());
    }
    assertThatExceptionOfType(FlinkRestNotFoundException.class)
        .isThrownBy(() -> client.cancel(unknown));
    assertThatExceptionOfType(FlinkRestNotFoundException.class)
        .isThrownBy(() -> client.taskManager("127.0.0.1:1-abcdef"));
    assertThat(client.savepointTrigger(unknown, TriggerId.random()).state())
        .isEqualTo(TriggerResult.State.UNKNOWN);
    assertThat(client.checkpointTrigger(unknown, TriggerId.random()).state())
        .isEqualTo(TriggerResult.State.UNKNOWN);
    assertThat(client.disposalTrigger(TriggerId.random()).state())
        .isEqualTo(TriggerResult.State.UNKNOWN);
    if (v23) {
      assertThat(client.applications()).isEmpty();
      assertThatExceptionOfType(FlinkRestNotFoundException.class)
          .isThrownBy(() -> client.application(FlinkApplicationId.random()));
    } else {
      assertThatExceptionOfType(FlinkRestUnsupportedException.class)
          .isThrownBy(client::applications)
          .withMessageContaining("2.3");
    }
  }

  private static String upload(FlinkRestClient client, Path jar) throws Exception {
    List<Long> progress = new ArrayList<>();
    long size = Files.size(jar);
    String jarId =
        client.uploadJar(
            jar,
            (sent, total) -> {
              assertThat(total).isEqualTo(size);
              progress.add(sent);
            });
    assertThat(progress).last().isEqualTo(size);
    assertThat(jarId).endsWith("_tiny job.jar").doesNotContain("/");
    assertThat(client.jars())
        .singleElement()
        .satisfies(
            j -> {
              assertThat(j.id()).isEqualTo(jarId);
              assertThat(j.name()).isEqualTo("tiny job.jar");
              assertThat(j.entryClasses()).containsExactly("TinyJob");
            });
    return jarId;
  }

  private static void failures(FlinkRestClient client, String jarId) {
    assertThatExceptionOfType(FlinkRestException.class)
        .isThrownBy(
            () ->
                client.runJar(
                    jarId,
                    RunRequest.builder(JobId.random())
                        .programArgs(List.of("fail in main"))
                        .build()))
        .withMessageContaining("the main class failed on purpose")
        .satisfies(e -> assertThat(e.retryable()).isFalse());
    assertThatExceptionOfType(FlinkRestException.class)
        .isThrownBy(
            () ->
                client.runJar(
                    jarId, RunRequest.builder(JobId.random()).entryClass("no.Such").build()))
        .withMessageContaining("no.Such");
    assertThatExceptionOfType(FlinkRestException.class)
        .isThrownBy(() -> client.runJar("no_such.jar", RunRequest.builder(JobId.random()).build()))
        .withMessageContaining("no_such.jar");
  }

  private static void readEverything(FlinkRestClient client, JobId job, boolean v23) {
    JobDetails details = client.job(job);
    assertThat(details.id()).isEqualTo(job);
    assertThat(details.name()).isEqualTo("tiny");
    assertThat(details.rawStatus()).isEqualTo("RUNNING");
    assertThat(details.timestamps()).containsKey(FlinkJobStatus.RUNNING);
    assertThat(details.endTime()).isNull();
    assertThat(details.vertices())
        .isNotEmpty()
        .allSatisfy(
            v -> {
              assertThat(v.parallelism()).isEqualTo(1);
              assertThat(v.maxParallelism()).isGreaterThan(1);
              assertThat(v.status()).isEqualTo(FlinkTaskState.RUNNING);
              assertThat(v.tasks()).containsEntry(FlinkTaskState.RUNNING, 1);
            });
    if (v23) {
      assertThat(details.schedulerType()).isEqualTo("Adaptive");
      assertThat(Objects.requireNonNull(details.applicationId()).hex()).isEqualTo(job.hex());
      assertThat(details.pendingOperators()).isEqualTo(0);
    }
    assertThat(client.jobsOverview())
        .singleElement()
        .satisfies(
            j -> {
              assertThat(j.status()).isEqualTo(FlinkJobStatus.RUNNING);
              assertThat(j.tasks()).containsKey(FlinkTaskState.RUNNING);
              assertThat(j.startTime()).isNotNull();
            });
    assertThat(client.executionResult(job).completed()).isFalse();
    assertThat(client.exceptions(job, 5).entries()).isEmpty();
    CheckpointingConfig config = client.checkpointConfig(job);
    assertThat(config.interval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.timeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(client.resourceRequirements(job))
        .allSatisfy((v, b) -> assertThat(b).isEqualTo(new ParallelismBounds(1, 1)));

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              assertThat(client.jobMetricNames(job)).contains("uptime");
              assertThat(client.jobMetrics(job, List.of("uptime"))).containsKey("uptime");
            });
    String vertex = details.vertices().get(0).id();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(client.vertexSubtaskMetricNames(job, vertex)).contains("numRecordsIn"));
    assertThat(
            client.vertexSubtaskMetrics(
                job, vertex, List.of("numRecordsIn"), EnumSet.allOf(MetricAggregation.class)))
        .singleElement()
        .satisfies(m -> assertThat(m.sum()).isEqualTo(m.max()));
    assertThat(client.vertexSubtaskMetrics(job, vertex, List.of("numRecordsIn"), Set.of()))
        .singleElement()
        .satisfies(m -> assertThat(m.min()).isNotNull());
  }

  private static String savepointOnce(
      FlinkRestClient client, JobId job, String directory, Path files) throws Exception {
    SavepointRequest request = SavepointRequest.of(TriggerId.random(), directory);
    assertThat(client.triggerSavepoint(job, request)).isEqualTo(request.triggerId());
    assertThat(client.triggerSavepoint(job, request)).isEqualTo(request.triggerId());
    TriggerResult result = done(() -> client.savepointTrigger(job, request.triggerId()));
    assertThat(result.state()).as("%s", result).isEqualTo(TriggerResult.State.COMPLETED);
    try (Stream<Path> made = Files.list(files)) {
      assertThat(made).as("two requests of one trigger id make one savepoint").hasSize(1);
    }
    CheckpointInfo latest =
        Objects.requireNonNull(
            awaitThat(() -> client.checkpoints(job), c -> c.latestSavepoint() != null)
                .latestSavepoint());
    assertThat(latest.savepoint()).isTrue();
    assertThat(latest.externalPath()).isEqualTo(result.location());
    assertThat(latest.status()).isEqualTo(CheckpointState.COMPLETED);
    return Objects.requireNonNull(result.location());
  }

  private static void checkpoint(FlinkRestClient client, JobId job) {
    TriggerId trigger = TriggerId.random();
    assertThat(client.triggerCheckpoint(job, CheckpointType.FULL, trigger)).isEqualTo(trigger);
    TriggerResult result = done(() -> client.checkpointTrigger(job, trigger));
    assertThat(result.state()).as("%s", result).isEqualTo(TriggerResult.State.COMPLETED);
    long id = Objects.requireNonNull(result.checkpointId());
    // Flink answers from a copy that is up to three seconds old.
    Checkpoints checkpoints =
        awaitThat(
            () -> client.checkpoints(job), c -> c.history().stream().anyMatch(i -> i.id() == id));
    assertThat(checkpoints.counts().completed()).isPositive();
    assertThat(checkpoints.latestCompleted()).isNotNull();
    assertThat(checkpoints.latestRestored()).isNull();
  }

  private static void badDirectory(FlinkRestClient client, JobId job) {
    TriggerId trigger = TriggerId.random();
    client.triggerSavepoint(
        job,
        new SavepointRequest(trigger, "nosuchscheme://bucket/x", SavepointFormat.CANONICAL, false));
    TriggerResult result = done(() -> client.savepointTrigger(job, trigger));
    assertThat(result.state()).isEqualTo(TriggerResult.State.FAILED);
    FailureCause cause = Objects.requireNonNull(result.failure());
    assertThat(cause.rootCause()).contains("UnsupportedFileSystemSchemeException");
    assertThat(cause.stackTrace()).contains("\n", "nosuchscheme");
    assertThat(cause.className()).contains("Exception");

    JobId unknown = JobId.random();
    client.triggerSavepoint(unknown, SavepointRequest.of(trigger, "file:///tmp/never"));
    TriggerResult ofUnknown = done(() -> client.savepointTrigger(unknown, trigger));
    assertThat(ofUnknown.state()).isEqualTo(TriggerResult.State.FAILED);
  }

  private static void rescale(FlinkRestClient client, JobId job, boolean v23) {
    Map<String, ParallelismBounds> bounds = new HashMap<>(client.resourceRequirements(job));
    bounds.replaceAll((v, b) -> new ParallelismBounds(1, 2));
    client.resourceRequirements(job, bounds);
    assertThat(client.resourceRequirements(job)).isEqualTo(bounds);
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> {
              JobDetails details = client.job(job);
              assertThat(details.vertices()).allMatch(v -> v.parallelism() == 2);
              assertThat(details.allTasksRunning()).isTrue();
            });
    assertThatExceptionOfType(FlinkRestException.class)
        .isThrownBy(() -> client.resourceRequirements(job, Map.of()))
        .satisfies(e -> assertThat(e.httpStatus()).isEqualTo(400));
    if (v23) {
      assertThat(client.rescales(job))
          .anySatisfy(r -> assertThat(r.triggerCause()).isEqualTo("UPDATE_REQUIREMENT"));
    } else {
      assertThatExceptionOfType(FlinkRestUnsupportedException.class)
          .isThrownBy(() -> client.rescales(job));
    }
  }

  private static void dispose(FlinkRestClient client, String savepoint, Path files)
      throws Exception {
    TriggerId trigger = client.disposeSavepoint(savepoint);
    TriggerResult result = done(() -> client.disposalTrigger(trigger));
    assertThat(result.state()).as("%s", result).isEqualTo(TriggerResult.State.COMPLETED);
    try (Stream<Path> left = Files.list(files)) {
      assertThat(left).noneMatch(p -> savepoint.endsWith(p.getFileName().toString()));
    }
    TriggerId second = client.disposeSavepoint(savepoint);
    assertThat(done(() -> client.disposalTrigger(second)).state())
        .isEqualTo(TriggerResult.State.FAILED);
  }

  /** The default scheduler answers 400; the adaptive one accepts the job, which then fails. */
  private static void missingSavepoint(FlinkRestClient client, String jarId, Path dir) {
    JobId job = JobId.random();
    client.runJar(
        jarId,
        RunRequest.builder(job)
            .savepointPath("file://" + dir.resolve("no-such-savepoint"))
            .build());
    awaitStatus(client, job, FlinkJobStatus.FAILED);
    ExecutionResult result = client.executionResult(job);
    assertThat(result.applicationStatus()).isEqualTo("FAILED");
    assertThat(Objects.requireNonNull(result.failure()).stackTrace()).contains("no-such-savepoint");
    assertThat(client.exceptions(job, 5).entries())
        .as("the adaptive scheduler keeps no history of it: only the result has the cause")
        .isEmpty();
    client.cancel(job);
    assertThat(client.jobStatus(job)).isEqualTo(FlinkJobStatus.FAILED);
  }

  private static void applications(FlinkRestClient client, String jarId, boolean v23) {
    FlinkApplicationId id = FlinkApplicationId.random();
    JobId job = JobId.random();
    RunRequest request = RunRequest.builder(job).parallelism(1).build();
    if (!v23) {
      assertThatExceptionOfType(FlinkRestUnsupportedException.class)
          .isThrownBy(() -> client.runApplication(jarId, id, request))
          .withMessageContaining("Nothing was sent");
      return;
    }
    assertThat(client.runApplication(jarId, id, request)).isEqualTo(id);
    assertThatExceptionOfType(FlinkRestDuplicateException.class)
        .isThrownBy(() -> client.runApplication(jarId, id, request));
    awaitThat(() -> client.application(id), a -> !a.jobs().isEmpty());
    assertThat(client.applications()).extracting(ApplicationSummary::id).contains(id);
    client.cancelApplication(id);
    awaitThat(() -> client.application(id), a -> a.rawStatus().equals("CANCELED"));
    assertThat(client.application(id).jobs())
        .allSatisfy(j -> assertThat(j.status()).isEqualTo(FlinkJobStatus.CANCELED));
  }

  private static Path jars(String distribution) {
    Path jars = Path.of(RealFlink.property("flinkplatform.test." + distribution));
    if (System.getenv("CI") == null) {
      assumeThat(jars).as("Flink's jars: build flink-distributions first").isDirectory();
    }
    assertThat(jars).isDirectory();
    return jars;
  }

  private static void awaitSlots(FlinkRestClient client, int slots) {
    await()
        .atMost(Duration.ofSeconds(90))
        .ignoreExceptionsMatching(
            e ->
                e instanceof FlinkRestUnavailableException
                    || e instanceof FlinkRestNotFoundException)
        .until(() -> client.overview().slotsAvailable() == slots);
  }

  private static void awaitRunning(FlinkRestClient client, JobId job) {
    await().atMost(Duration.ofSeconds(60)).until(() -> client.job(job).allTasksRunning());
  }

  private static void awaitStatus(FlinkRestClient client, JobId job, FlinkJobStatus status) {
    await().atMost(Duration.ofSeconds(60)).until(() -> client.jobStatus(job) == status);
  }

  private static TriggerResult done(Supplier<TriggerResult> poll) {
    return awaitThat(poll, TriggerResult::isDone);
  }

  private static <T> T awaitThat(Supplier<T> poll, Predicate<T> condition) {
    return await().atMost(Duration.ofSeconds(60)).until(poll::get, condition);
  }
}
