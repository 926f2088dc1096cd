package dev.flinkplatform.internal;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.internal.AppRecord.LaunchRecord;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.DiskSpace;
import dev.flinkplatform.spi.Failures;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.JobView;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session cluster as the backend of one job in it: to launch is to submit, to halt is to cancel.
 * Made for one look at the records, and thrown away. Confined to one thread.
 */
final class JobInSession implements PlatformBackend {

  /** Of no effect in a job's own configuration, or, the directories, where core looks for state. */
  private static final List<String> OF_THE_CLUSTER =
      List.of(
          "jobmanager.",
          "taskmanager.",
          "rest.",
          "web.",
          "blob.",
          "high-availability",
          "cluster.",
          "heartbeat.",
          "env.",
          "process.",
          "io.tmp.dirs",
          "execution.checkpointing.dir",
          "execution.checkpointing.savepoint-dir",
          "state.checkpoints.dir",
          "state.savepoints.dir");

  private final PlatformBackend backend;
  private final Supplier<AppRecord> load;
  private final AppRecord job;
  private @Nullable AppRecord session;

  /**
   * Makes it.
   *
   * @param session loads the record of the cluster, which few calls need; asked once at most
   * @param job the record of the job
   */
  JobInSession(PlatformBackend backend, Supplier<AppRecord> session, AppRecord job) {
    this.backend = backend;
    this.load = session;
    this.job = job;
  }

  private AppRecord session() {
    AppRecord known = session;
    if (known == null) {
      known = load.get();
      session = known;
    }
    return known;
  }

  // ---- specifications ----

  @Override
  public ApplicationSpec complete(ApplicationSpec spec) {
    Optional<ApplicationSpec> cluster =
        Optional.ofNullable(session().launch)
            .map(LaunchRecord::specification)
            .map(backend::complete);
    ApplicationSpec.Builder b = spec.toBuilder();
    if (spec.checkpointing().directory().isEmpty()) {
      cluster
          .flatMap(c -> c.checkpointing().directory())
          .ifPresent(d -> b.checkpointing(spec.checkpointing().toBuilder().directory(d).build()));
    }
    if (spec.savepointDirectory().isEmpty()) {
      cluster.flatMap(ApplicationSpec::savepointDirectory).ifPresent(b::savepointDirectory);
    }
    return b.build();
  }

  @Override
  public List<Violation> check(ApplicationSpec spec) {
    // How many TaskManagers a parallelism needs goes by the slots of the cluster's.
    int slots =
        Optional.ofNullable(session().launch)
            .map(l -> l.specification().taskManager().slots())
            .orElse(spec.taskManager().slots());
    TaskManagerSpec taskManager = TaskManagerSpec.builder().slots(slots).build();
    List<Violation> found =
        new ArrayList<>(backend.check(spec.toBuilder().taskManager(taskManager).build()));
    found.addAll(check(spec.job(), spec.flinkConfig()));
    return found;
  }

  /** What no job in a session cluster may say, whatever the backend is. */
  static List<Violation> check(JobSpec job, Map<String, String> flinkConfig) {
    List<Violation> found = new ArrayList<>();
    if (job.jars().size() > 1) {
      found.add(
          new Violation(
              "job.jars",
              "a session cluster takes one jar per job, got "
                  + job.jars().size()
                  + "; put everything into one"));
    }
    for (String key : flinkConfig.keySet()) {
      if (OF_THE_CLUSTER.stream().anyMatch(key::startsWith)) {
        found.add(
            new Violation(
                "flinkConfig[" + key + "]",
                "belongs to the session cluster's processes; say it in its specification"));
      }
    }
    return found;
  }

  @Override
  public List<Document> render(ApplicationSpec spec) {
    return List.of();
  }

  // ---- the job ----

  @Override
  public Observation observe(String application) {
    LaunchRecord launch = job.launch;
    if (launch == null) {
      return Observation.nothing();
    }
    Observation cluster = backend.observe(job.sessionName());
    if (!isIn(cluster, launch)) {
      Optional<Failure> failure =
          session().desired == Desired.SUSPENDED && isHighlyAvailable()
              ? Optional.empty()
              : Optional.of(lost(cluster));
      return gone(failure, cluster.detail());
    }
    boolean left = job.desired != Desired.RUNNING && runs(cluster, launch);
    return new Observation(
        Optional.of(launch.id),
        left,
        cluster.jobManagers(),
        0,
        0,
        cluster.control(),
        cluster.webUi(),
        cluster.failure(),
        false,
        "session cluster '" + job.sessionName() + "': " + cluster.detail());
  }

  @Override
  public boolean needsSupervision() {
    return backend.needsSupervision();
  }

  /** A job is lost with its cluster, unless it had ended; it can be started in a new one. */
  @Override
  public Optional<Loss> loss(Launch launch) {
    LaunchRecord record = job.launch;
    if (record == null
        || session().desired != Desired.RUNNING
        || session().active != null
        || ended(job.name, launch.jobId()).isPresent()) {
      return Optional.empty();
    }
    Observation cluster = backend.observe(job.sessionName());
    return cluster.control().isEmpty() || isIn(cluster, record)
        ? Optional.empty()
        : Optional.of(new Loss(0, 0, true, lost(cluster)));
  }

  @Override
  public Optional<JobState> ended(String application, JobId id) {
    return backend.ended(job.sessionName(), id);
  }

  private Failure lost(Observation cluster) {
    return Failure.of(
        Failure.Kind.PROCESS_DIED,
        "the job is lost: its session cluster '"
            + job.sessionName()
            + (cluster.launchId().isEmpty() ? "' does not run" : "' was started anew since"));
  }

  private static Observation gone(Optional<Failure> failure, String detail) {
    return new Observation(
        Optional.empty(),
        false,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        failure,
        false,
        detail);
  }

  private static boolean isIn(Observation cluster, LaunchRecord launch) {
    return cluster.launchId().isPresent()
        && cluster.launchId().equals(Optional.ofNullable(launch.cluster));
  }

  private static boolean runs(Observation cluster, LaunchRecord launch) {
    Optional<JobControl> control = cluster.control();
    Optional<JobView> view = control.isEmpty() ? Optional.empty() : control.get().job(launch.job());
    return view.filter(v -> !v.state().isTerminal()).isPresent();
  }

  boolean isHighlyAvailable() {
    return Optional.ofNullable(session().launch)
        .map(LaunchRecord::specification)
        .filter(ApplicationSpec::isHighlyAvailable)
        .isPresent();
  }

  @Override
  public void launch(Launch launch) {
    Observation cluster = backend.observe(job.sessionName());
    LaunchRecord record = job.launch;
    if (record == null || !isIn(cluster, record) || cluster.control().isEmpty()) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "The session cluster '"
                  + job.sessionName()
                  + "' does not run ("
                  + cluster.detail()
                  + "); resume it first"),
          null);
    }
    if (cluster.control().get().job(launch.jobId()).isEmpty()) {
      try {
        backend.submit(job.sessionName(), launch);
      } catch (BackendFault e) {
        if (e.retryable()) {
          throw e;
        }
        Failure f = e.failure();
        throw BackendFault.permanent(
            new Failure(
                Failures.kindOf(f.message() + f.evidence()),
                "Flink refused the job: " + f.message(),
                f.evidence()),
            e);
      }
    }
  }

  @Override
  public boolean halt(String application) {
    LaunchRecord launch = job.launch;
    if (launch == null) {
      return true;
    }
    Observation cluster = backend.observe(job.sessionName());
    if (session().desired == Desired.SUSPENDED && isHighlyAvailable()) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "The session cluster '"
                  + job.sessionName()
                  + "' is suspended, and its jobs with it; resume it first"),
          null);
    }
    if (!isIn(cluster, launch)) {
      return true;
    }
    if (cluster.control().isEmpty()) {
      if (isHighlyAvailable()) {
        throw BackendFault.unavailable(
            "the session cluster has no leader at this moment: " + cluster.detail(), null);
      }
      return true;
    }
    if (!runs(cluster, launch)) {
      return true;
    }
    cluster.control().get().cancel(launch.job());
    return false;
  }

  @Override
  public void submit(String cluster, Launch submitted) {
    throw new UnsupportedOperationException("a job takes no jobs");
  }

  @Override
  public void scaleTaskManagers(Launch launch, int count) {
    // The size of the cluster is its own matter.
  }

  // ---- state ----

  @Override
  public List<String> discard(
      ApplicationSpec spec, StateRetention retention, List<JobId> runs, List<String> savepoints) {
    if (retention == StateRetention.PURGE) {
      backend.discardState(spec, runs, savepoints);
      return List.of();
    }
    List<String> kept = new ArrayList<>(savepoints);
    Optional.ofNullable(job.launch)
        .flatMap(l -> backend.latestCheckpoint(spec, l.job()))
        .ifPresent(c -> kept.add(c.location()));
    return kept;
  }

  @Override
  public void discardState(ApplicationSpec spec, List<JobId> runs, List<String> savepoints) {
    backend.discardState(spec, runs, savepoints);
  }

  @Override
  public Optional<Failure> checkState(String location) {
    return backend.checkState(location);
  }

  @Override
  public Optional<CheckpointInfo> latestCheckpoint(ApplicationSpec spec, JobId run) {
    return backend.latestCheckpoint(spec, run);
  }

  @Override
  public Optional<Instant> completedAt(String location) {
    return backend.completedAt(location);
  }

  @Override
  public Optional<String> findSavepoint(String directory) {
    return backend.findSavepoint(directory);
  }

  @Override
  public boolean deleteSavepoint(String location) {
    return backend.deleteSavepoint(location);
  }

  @Override
  public List<DiskSpace> disks(ApplicationSpec spec) {
    return backend.disks(spec);
  }

  @Override
  public List<LogFile> logs(String application, int maxBytesPerFile) {
    return backend.logs(job.sessionName(), maxBytesPerFile);
  }

  // ---- the backend's own ----

  @Override
  public PlatformInfo info() {
    return backend.info();
  }

  @Override
  public Set<Capability> capabilities() {
    return backend.capabilities();
  }

  @Override
  public RecordStore records() {
    return backend.records();
  }

  @Override
  public String owner() {
    return backend.owner();
  }

  @Override
  public Liveness liveness(String owner) {
    return backend.liveness(owner);
  }

  @Override
  public void close() {
    // The platform closes the backend.
  }
}
