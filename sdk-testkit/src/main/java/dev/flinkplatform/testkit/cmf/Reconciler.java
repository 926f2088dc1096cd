package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes one application as its specification says, as the Flink Kubernetes Operator would: one
 * small step per call, from what is desired and what was seen last. The result of every step is
 * written down before the next, so that it goes on after a restart of the server.
 */
final class Reconciler {

  private static final int ATTEMPTS = 4;
  private static final String CANCEL_JOB =
      "kubernetes.operator.job.upgrade.last-state.job-cancel.enabled";
  private static final Duration REQUEST = Duration.ofSeconds(5);

  /** What a user wants of an application. */
  record Desired(String local, ObjectNode spec, long generation, String instance) {}

  private final PlatformBackend backend;
  private final BiFunction<FlinkVersion, String, String> jars;
  private final Supplier<String> quorum;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(REQUEST).build();

  Reconciler(
      PlatformBackend backend,
      BiFunction<FlinkVersion, String, String> jars,
      Supplier<String> quorum) {
    this.backend = backend;
    this.jars = jars;
    this.quorum = quorum;
  }

  /** Takes everything of an application down; true when nothing is left. */
  boolean delete(String local, Actual a) {
    if (!backend.halt(local)) {
      return false;
    }
    if (a.launched != null) {
      try {
        backend.discard(
            complete(local, a.launched),
            StateRetention.KEEP,
            a.lastJobId == null ? List.of() : List.of(new JobId(a.lastJobId)),
            List.of());
      } catch (IllegalArgumentException | InvalidSpecException e) {
        return true; // It never meant anything, so nothing was started.
      }
    }
    return true;
  }

  /**
   * Takes one step.
   *
   * @param a what is known; changed
   */
  void step(Desired d, Actual a) {
    try {
      if (a.move == null) {
        decide(d, a);
      }
      if (a.move != null) {
        advance(d, a);
      } else if (a.launchId != null) {
        observe(d, a);
      }
    } catch (BackendFault e) {
      if (!e.retryable() || a.move == Actual.Move.LAUNCH) {
        failed(a, e.failure());
      }
    } catch (FlinkPlatformException | IllegalArgumentException e) {
      failed(a, Failure.of(Failure.Kind.OTHER, String.valueOf(e.getMessage())));
    }
  }

  private static void failed(Actual a, Failure failure) {
    a.error =
        error(
            "org.apache.flink.kubernetes.operator.exception.ReconciliationException",
            failure.message());
    if (a.move == Actual.Move.LAUNCH || a.launchId != null) {
      a.jobManager = "ERROR";
    }
  }

  /** The operator shows no more of any text. */
  private static String cut(String text) {
    return text.length() > 2048 ? text.substring(0, 2048) : text;
  }

  /** The operator writes errors as a JSON text. */
  static String error(String type, String message) {
    ObjectNode error = Json.object().put("type", type).put("message", cut(message));
    error.putObject("additionalMetadata");
    error.putArray("throwableList");
    return Json.text(error);
  }

  // ---- what is to be done ----

  private void decide(Desired d, Actual a) {
    ObjectNode before = a.reconciled;
    if (before == null) {
      if (!FlinkDocument.isSuspended(d.spec())) {
        a.restore = Json.at(d.spec(), "job", "initialSavepointPath").orElse(null);
        a.mode = a.restore == null ? "stateless" : "savepoint";
        a.fromLatest = false;
        a.move = Actual.Move.LAUNCH;
      }
      return;
    }
    if (a.observedGeneration == d.generation()) {
      return;
    }
    FlinkDocument.Change change = FlinkDocument.change(before, d.spec());
    if (change == FlinkDocument.Change.SCALE
        && !FlinkDocument.isSuspended(d.spec())
        && scale(d, a)) {
      return;
    }
    switch (change) {
      case NONE -> observed(d, a);
      case REDEPLOY -> {
        a.restore = Json.at(d.spec(), "job", "initialSavepointPath").orElse(null);
        a.fromLatest = false;
        a.mode = "savepoint";
        a.move = Actual.Move.HALT;
      }
      case SCALE, UPGRADE -> upgrade(d, a, before);
    }
  }

  private static void observed(Desired d, Actual a) {
    a.observedGeneration = d.generation();
    a.deployedInstance = d.instance();
    a.error = null;
  }

  private void upgrade(Desired d, Actual a, ObjectNode before) {
    String wanted = FlinkDocument.upgradeMode(d.spec());
    if (FlinkDocument.isSuspended(before)) {
      if (FlinkDocument.isSuspended(d.spec())) {
        suspended(d, a, FlinkDocument.upgradeMode(before));
        return;
      }
      // As it was stopped, unless it is to start without state.
      a.mode = wanted.equals("stateless") ? wanted : FlinkDocument.upgradeMode(before);
      a.restore = "savepoint".equals(a.mode) ? a.upgradeSavepointPath : null;
      a.fromLatest = "last-state".equals(a.mode);
      a.move = Actual.Move.HALT;
      return;
    }
    if (wanted.equals("last-state")) {
      toLatest(a);
      return;
    }
    a.mode = wanted;
    a.restore = null;
    a.fromLatest = false;
    if (wanted.equals("stateless")) {
      a.move = Actual.Move.HALT;
      return;
    }
    String state = a.jobState == null ? "RECONCILING" : a.jobState;
    switch (state) {
      case "RUNNING" -> {
        a.trigger = null;
        a.move = Actual.Move.SAVEPOINT;
      }
      case "RECONCILING", "INITIALIZING", "CREATED" -> {
        if (a.error == null) {
          return; // It is starting: soon it can be asked for a savepoint.
        }
        toLatest(a);
      }
      default -> toLatest(a);
    }
  }

  /**
   * A job is canceled, so that its newest checkpoint is known, or taken down as it is and started
   * from the data of high availability, which the status does not tell of.
   */
  private static void toLatest(Actual a) {
    a.mode = hasEnded(a) || isCanceled(a) ? "savepoint" : "last-state";
    a.restore = null;
    a.fromLatest = true;
    a.move = Actual.Move.HALT;
  }

  private static boolean hasEnded(Actual a) {
    return JobState.of(String.valueOf(a.jobState)).isTerminal();
  }

  private static boolean isCanceled(Actual a) {
    Map<String, String> configuration =
        FlinkDocument.configuration(Objects.requireNonNull(a.launched));
    boolean cancel =
        !FlinkDocument.isHighlyAvailable(configuration)
            || Boolean.parseBoolean(configuration.get(CANCEL_JOB));
    return cancel && a.jobManager.equals("READY") && !"RECONCILING".equals(a.jobState);
  }

  private boolean scale(Desired d, Actual a) {
    Observation seen = backend.observe(d.local());
    if (seen.control().isEmpty() || a.jobId == null || !"RUNNING".equals(a.jobState)) {
      return false;
    }
    JobControl control = seen.control().get();
    JobId job = new JobId(a.jobId);
    Optional<Map<String, JobControl.Bounds>> bounds = control.resourceRequirements(job);
    if (bounds.isEmpty()) {
      return false;
    }
    int parallelism = FlinkDocument.parallelism(d.spec());
    Map<String, Integer> overrides = overrides(d.spec());
    Map<String, JobControl.Bounds> wanted = new LinkedHashMap<>();
    bounds
        .get()
        .forEach(
            (vertex, b) -> {
              int upper = overrides.getOrDefault(vertex, parallelism);
              wanted.put(vertex, new JobControl.Bounds(Math.min(b.lower(), upper), upper));
            });
    int highest = wanted.values().stream().mapToInt(JobControl.Bounds::upper).max().orElse(1);
    int slots = FlinkDocument.slots(d.spec());
    Launch launch = launch(d.local(), a);
    int count = Math.max((highest + slots - 1) / slots, 1);
    if (count > seen.taskManagersWanted()) {
      backend.scaleTaskManagers(launch, count);
    }
    control.resourceRequirements(job, wanted);
    if (count < seen.taskManagersWanted()
        && control
                .job(job)
                .map(v -> v.vertices().stream().mapToInt(x -> x.parallelism()).max().orElse(1))
                .orElse(1)
            <= highest) {
      backend.scaleTaskManagers(launch, count);
    }
    a.launched = d.spec().deepCopy();
    a.reconciled = d.spec().deepCopy();
    a.stable = a.reconciled;
    a.state = "DEPLOYED";
    observed(d, a);
    return true;
  }

  private static Map<String, Integer> overrides(JsonNode spec) {
    String text =
        FlinkDocument.configuration(spec)
            .getOrDefault("pipeline.jobvertex-parallelism-overrides", "");
    Map<String, Integer> out = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int colon = pair.indexOf(':');
      if (colon > 0) {
        out.put(
            pair.substring(0, colon).trim(), Integer.parseInt(pair.substring(colon + 1).trim()));
      }
    }
    return out;
  }

  // ---- doing it ----

  private void advance(Desired d, Actual a) {
    switch (Objects.requireNonNull(a.move)) {
      case SAVEPOINT -> stopWithSavepoint(d, a);
      case HALT -> halt(d, a);
      case LAUNCH -> launch(d, a);
    }
  }

  private void stopWithSavepoint(Desired d, Actual a) {
    if (a.trigger == null) {
      a.trigger = JobId.random().hex();
      a.triggeredAt = Instant.now().toString();
      return;
    }
    String trigger = a.trigger;
    JobId job = new JobId(Objects.requireNonNull(a.jobId));
    ObjectNode launched = Objects.requireNonNull(a.launched);
    ApplicationSpec spec = complete(d.local(), launched);
    String directory = spec.savepointDirectory().orElseThrow();
    Optional<JobControl> control = backend.observe(d.local()).control();
    if (control.isEmpty()) {
      toLatest(a);
      return;
    }
    TriggerView view = control.get().savepoint(job, trigger);
    switch (view.state()) {
      case UNKNOWN -> {
        Optional<JobState> state = control.get().job(job).map(JobControl.JobView::state);
        if (state.filter(s -> s == JobState.RUNNING).isPresent()) {
          control.get().stopWithSavepoint(job, trigger, directory, format(launched));
        } else if (state.filter(JobState::isTerminal).isPresent()) {
          toLatest(a);
        } else {
          a.move = null;
        }
      }
      case COMPLETED -> {
        a.restore = view.result();
        a.error = null;
        a.move = Actual.Move.HALT;
      }
      case FAILED -> {
        // The job goes on; the operator tries again at its next look.
        a.error =
            error(
                "org.apache.flink.kubernetes.operator.exception.UpgradeFailureException",
                "Savepoint Error: " + view.failure().map(Failure::message).orElse("unknown"));
        a.trigger = null;
        a.move = null;
      }
      case IN_PROGRESS -> {}
    }
  }

  static SavepointFormat format(JsonNode spec) {
    String format =
        FlinkDocument.configuration(spec)
            .getOrDefault("kubernetes.operator.savepoint.format.type", "CANONICAL");
    return format.equalsIgnoreCase("NATIVE") ? SavepointFormat.NATIVE : SavepointFormat.CANONICAL;
  }

  private void halt(Desired d, Actual a) {
    a.state = "UPGRADING";
    a.observedGeneration = d.generation();
    a.jobManager = "MISSING";
    if (!backend.halt(d.local())) {
      return;
    }
    if (a.fromLatest && a.launched != null && a.jobId != null) {
      a.restore =
          backend
              .latestCheckpoint(complete(d.local(), a.launched), new JobId(a.jobId))
              .map(CheckpointInfo::location)
              .orElse(a.restoredFrom);
    }
    boolean canceled = a.fromLatest && "savepoint".equals(a.mode) && !hasEnded(a);
    if (!hasEnded(a)) {
      a.jobState = canceled ? "CANCELED" : "FINISHED"; // As the operator.
    }
    a.launchId = null;
    a.isLaunched = false;
    a.taskManagers = 0;
    a.cluster.clear();
    if (FlinkDocument.isSuspended(d.spec())) {
      if ("savepoint".equals(a.mode) && (canceled || a.restore != null)) {
        a.upgradeSavepointPath = a.restore;
      }
      suspended(d, a, a.mode == null ? "stateless" : a.mode);
      if (canceled) {
        // Operator 1.15 stays like this, and leaves the JobManager there.
        a.state = "UPGRADING";
        a.jobManager = "READY";
      }
    } else {
      a.move = Actual.Move.LAUNCH;
    }
    a.trigger = null;
  }

  private static void suspended(Desired d, Actual a, String mode) {
    ObjectNode spec = d.spec().deepCopy();
    Json.child(spec, "job").put("state", "suspended").put("upgradeMode", mode);
    a.reconciled = spec;
    a.stable = spec;
    a.state = "DEPLOYED";
    a.move = null;
    a.error = null;
    a.observedGeneration = d.generation();
  }

  private void launch(Desired d, Actual a) {
    if (a.launchId == null) {
      if (FlinkDocument.isSuspended(d.spec())) {
        // It was wanted to run when this began, and no more.
        a.move = a.reconciled == null ? null : Actual.Move.HALT;
        return;
      }
      a.launched = d.spec().deepCopy();
      a.launchedGeneration = d.generation();
      a.launchedInstance = d.instance();
      a.allowNonRestored = d.spec().path("job").path("allowNonRestoredState").asBoolean(false);
      a.restoredFrom = a.restore;
      a.attempt = 1;
      a.launchId = "cmf-" + JobId.random().hex().substring(0, 12);
      a.jobId = JobId.random().hex();
      a.lastJobId = a.jobId;
      a.jobName = null;
      return;
    }
    if (a.launchedGeneration != d.generation() && "ERROR".equals(a.jobManager)) {
      // What could not be started was changed meanwhile.
      if (backend.halt(d.local())) {
        a.launchId = null;
        a.error = null;
        a.jobManager = "MISSING";
        a.move = a.reconciled == null ? null : Actual.Move.LAUNCH;
      }
      return;
    }
    Launch launch = launch(d.local(), a);
    List<Violation> wrong = backend.check(launch.spec());
    if (!wrong.isEmpty()) {
      failed(a, Failure.of(Failure.Kind.OTHER, wrong.toString()));
      return;
    }
    backend.launch(launch);
    ObjectNode spec = Objects.requireNonNull(a.launched).deepCopy();
    Json.child(spec, "job").put("upgradeMode", a.mode == null ? "stateless" : a.mode);
    a.reconciled = spec;
    a.state = "DEPLOYED";
    a.observedGeneration = a.launchedGeneration;
    a.deployedInstance = a.launchedInstance;
    a.jobManager = "DEPLOYING";
    a.jobState = "RECONCILING";
    if ("last-state".equals(a.mode)) {
      a.upgradeSavepointPath = "KUBERNETES_OPERATOR_LAST_STATE";
    } else if (a.restoredFrom != null) {
      a.upgradeSavepointPath = a.restoredFrom; // A start without state leaves what is there.
    }
    a.error = null;
    a.move = null;
    a.isLaunched = true;
    a.reconciledAt = Long.toString(System.currentTimeMillis());
  }

  private Launch launch(String local, Actual a) {
    return new Launch(
        Objects.requireNonNull(a.launchId),
        complete(local, Objects.requireNonNull(a.launched)),
        new JobId(Objects.requireNonNull(a.jobId)),
        Optional.ofNullable(a.restoredFrom),
        a.allowNonRestored,
        StateRestore.ClaimMode.NO_CLAIM,
        a.attempt);
  }

  private ApplicationSpec complete(String local, JsonNode spec) {
    return backend.complete(FlinkDocument.toLocal(local, spec, jars, quorum));
  }

  // ---- looking ----

  private void observe(Desired d, Actual a) {
    Observation seen = backend.observe(d.local());
    a.taskManagers = seen.taskManagers();
    if (seen.failure().isPresent()) {
      if (seen.retryable() && a.attempt < ATTEMPTS) {
        a.attempt++;
        backend.launch(launch(d.local(), a));
        return;
      }
      if (lost(d, a)) {
        return;
      }
      a.jobManager = "ERROR";
      a.error =
          error(
              "org.apache.flink.kubernetes.operator.exception.DeploymentFailedException",
              seen.failure().get().message());
      return;
    }
    if (lost(d, a)) {
      return;
    }
    if (seen.control().isEmpty()) {
      a.jobManager = "DEPLOYING";
      return;
    }
    JobControl control = seen.control().get();
    JobId job = new JobId(Objects.requireNonNull(a.jobId));
    Optional<JobControl.JobView> view;
    try {
      view = control.job(job);
    } catch (BackendFault e) {
      a.jobManager = a.jobManager.equals("READY") ? "READY" : "DEPLOYED_NOT_READY";
      a.jobState = "RECONCILING";
      return;
    }
    a.jobManager = "READY";
    JobState state = view.map(JobControl.JobView::state).orElse(JobState.UNKNOWN);
    String word = state == JobState.UNKNOWN ? "RECONCILING" : state.name();
    if (!word.equals(a.jobState) || a.jobName == null) {
      seen.webUi().ifPresent(ui -> details(ui, a));
    }
    a.jobState = word;
    if (state == JobState.RUNNING || state == JobState.FINISHED) {
      a.stable = a.reconciled;
      if (a.observedGeneration == d.generation()) {
        a.error = null;
      }
    }
    exception(control, job, state, a);
  }

  /** Sees what died; the operator's Kubernetes starts TaskManagers again, and it the JobManager. */
  private boolean lost(Desired d, Actual a) {
    if (!a.isLaunched || hasEnded(a)) {
      return false;
    }
    Launch launch = launch(d.local(), a);
    Optional<Loss> loss = backend.loss(launch);
    if (loss.isEmpty()) {
      return false;
    }
    if (!loss.get().beyondRepair() && backend.revive(launch)) {
      return false;
    }
    if (FlinkDocument.upgradeMode(Objects.requireNonNull(a.launched)).equals("stateless")) {
      a.mode = "stateless";
      a.restore = null;
      a.fromLatest = false;
      a.move = Actual.Move.HALT;
      return true;
    }
    a.jobManager = "MISSING";
    a.jobState = "RECONCILING";
    a.error =
        error(
            "org.apache.flink.kubernetes.operator.exception.UpgradeFailureException",
            "HA metadata not available to restore from last state. It is possible that the job has"
                + " finished or terminally failed, or the configmaps have been deleted. Manual"
                + " restore required. "
                + loss.get().words());
    return true;
  }

  private static void exception(JobControl control, JobId job, JobState state, Actual a) {
    List<JobException> all = control.exceptions(job);
    a.lastException = all.isEmpty() ? "" : cut(all.get(0).stackTrace());
    if (state == JobState.FAILED && !all.isEmpty()) {
      a.error = error("org.apache.flink.runtime.JobException", all.get(0).rootCause());
    }
  }

  /** What only the overview tells: names, times, version. */
  private void details(URI webUi, Actual a) {
    get(webUi, "/jobs/overview")
        .ifPresent(
            o -> {
              for (JsonNode job : o.path("jobs")) {
                if (job.path("jid").asText().equals(a.jobId)) {
                  a.jobName = job.path("name").asText();
                  a.startTime = job.path("start-time").asText();
                  a.updateTime = job.path("last-modification").asText();
                }
              }
            });
    get(webUi, "/overview")
        .ifPresent(
            o -> {
              a.cluster.put("flink-version", o.path("flink-version").asText());
              a.cluster.put("flink-revision", o.path("flink-commit").asText());
            });
  }

  private Optional<JsonNode> get(URI webUi, String path) {
    try {
      HttpResponse<String> reply =
          http.send(
              HttpRequest.newBuilder(webUi.resolve(path)).timeout(REQUEST).build(),
              HttpResponse.BodyHandlers.ofString());
      return reply.statusCode() == 200 ? Optional.of(Json.parse(reply.body())) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** The address of an application's Flink, if there is one now. */
  Optional<URI> webUi(String local) {
    return backend.observe(local).webUi();
  }

  Optional<JobControl> control(String local) {
    return backend.observe(local).control();
  }

  boolean deleteSavepoint(String location) {
    return backend.deleteSavepoint(location);
  }

  ApplicationSpec completed(String local, JsonNode spec) {
    return complete(local, spec);
  }

  /** The status as the operator writes it. */
  static ObjectNode status(Actual a, boolean deleting) {
    ObjectNode out = Json.object();
    ObjectNode job = out.putObject("jobStatus");
    put(job, "jobName", a.jobName);
    put(job, "jobId", a.lastJobId);
    put(job, "state", a.jobState);
    put(job, "startTime", a.startTime);
    put(job, "updateTime", a.updateTime);
    put(job, "upgradeSavepointPath", a.upgradeSavepointPath);
    put(out, "error", a.error);
    if (a.observedGeneration > 0) {
      out.put("observedGeneration", a.observedGeneration);
    }
    out.put("lifecycleState", deleting ? "DELETING" : lifecycle(a));
    ObjectNode cluster = out.putObject("clusterInfo");
    a.cluster.forEach(cluster::put);
    out.put("jobManagerDeploymentStatus", a.jobManager);
    ObjectNode reconciliation = out.putObject("reconciliationStatus");
    put(reconciliation, "reconciliationTimestamp", a.reconciledAt);
    put(reconciliation, "lastReconciledSpec", wrapped(a.reconciled));
    put(reconciliation, "lastStableSpec", wrapped(a.stable));
    reconciliation.put("state", a.state);
    ObjectNode taskManager = out.putObject("taskManager");
    taskManager.put("labelSelector", "component=taskmanager").put("replicas", a.taskManagers);
    put(out, "currentDeployedInstanceName", a.deployedInstance);
    return out;
  }

  private static @Nullable String wrapped(@Nullable ObjectNode spec) {
    if (spec == null) {
      return null;
    }
    ObjectNode out = Json.object();
    out.set("spec", spec);
    out.putObject("resource_metadata").put("apiVersion", "flink.apache.org/v1beta1");
    return Json.text(out);
  }

  private static void put(ObjectNode node, String field, @Nullable String value) {
    if (value != null) {
      node.put(field, value);
    }
  }

  private static String lifecycle(Actual a) {
    if (a.reconciled == null) {
      return a.error == null ? (a.move == null ? "CREATED" : "UPGRADING") : "FAILED";
    }
    if (a.state.equals("UPGRADING")) {
      return "UPGRADING";
    }
    if (FlinkDocument.isSuspended(a.reconciled)) {
      return "SUSPENDED";
    }
    if ("FAILED".equals(a.jobState)
        || (a.jobManager.equals("MISSING") && a.error != null && a.error.contains("HA metadata"))) {
      return "FAILED";
    }
    return a.reconciled.equals(a.stable) ? "STABLE" : "DEPLOYED";
  }
}
