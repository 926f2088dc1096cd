package dev.flinkplatform.internal.local;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.internal.local.LocalRun.JobManagerPorts;
import dev.flinkplatform.internal.logs.FailureDigest;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.DiskSpace;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.LocalRecords;
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import dev.flinkplatform.spi.rest.RestJobControl;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import dev.flinkplatform.status.TaskManagerStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Flink as processes of this machine. Each application has a directory below the root: {@code
 * journal.json}, {@code run.properties} (the present start), {@code runs/} (one directory per
 * start: configuration, pids, logs, jars), {@code state/} (default places of checkpoints and
 * savepoints) and, of a session cluster, {@code jobs/} (a directory per job, with its journal).
 */
public final class LocalBackend implements PlatformBackend {

  /** The name this backend is chosen by. */
  public static final String NAME = "local";

  private static final Duration GRACE = Duration.ofSeconds(3);
  private static final String HALTING = "halting";

  private final LocalSettings settings;
  private final Path root;
  private final LocalRecords records;
  private final Map<FlinkVersion, Installation> installations = new LinkedHashMap<>();
  private final Map<Integer, FlinkRestClient> clients = new ConcurrentHashMap<>();
  private final LocalRules rules;
  private final LocalStarter starter;
  private final Pointers pointers = new Pointers(installations);

  /**
   * Opens the backend.
   *
   * @param settings what it was built with
   * @throws IllegalArgumentException if a distribution or JVM does not fit
   * @throws BackendFault permanently, if the root cannot be used
   * @throws UncheckedIOException if it cannot be resolved
   */
  public LocalBackend(LocalSettings settings) {
    if (System.getProperty("os.name").startsWith("Windows")) {
      throw new IllegalArgumentException(
          "The local backend does not run on Windows, where it could not find its processes again;"
              + " use Linux, macOS or WSL");
    }
    this.settings = settings;
    for (FlinkDistribution d : settings.distributions()) {
      d.requireApplications();
      FlinkVersion minor = d.version().minorVersion();
      if (installations.containsKey(minor)) {
        throw new IllegalArgumentException(
            "Two distributions of Flink " + minor + "; give one per minor version");
      }
      installations.put(
          minor,
          new Installation(
              d, JavaRuntime.choose(settings.javaHome(), settings.environment(), d.version())));
    }
    this.records = LocalRecords.in(settings.root());
    try {
      this.root = settings.root().toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot use '" + settings.root() + "': " + e, e);
    }
    this.rules = new LocalRules(settings, root, installations);
    this.starter = new LocalStarter(settings, root, installations);
  }

  // ---- what it is ----

  @Override
  public PlatformInfo info() {
    Map<String, String> details = new TreeMap<>();
    installations.forEach(
        (v, i) -> {
          details.put("flink " + v, i.flink().directory().toString());
          details.put(
              "java for flink " + v, i.java().home() + " (" + i.java().featureVersion() + ")");
        });
    return new PlatformInfo(
        NAME,
        root.toString(),
        sdkVersion(),
        installations.values().stream().map(i -> i.flink().version()).toList(),
        details);
  }

  private static String sdkVersion() {
    String version = LocalBackend.class.getPackage().getImplementationVersion();
    return version == null ? "unreleased" : version;
  }

  @Override
  public Set<Capability> capabilities() {
    EnumSet<Capability> set =
        EnumSet.of(
            Capability.SAVEPOINT,
            Capability.CHECKPOINT,
            Capability.DISPOSE_SAVEPOINT,
            Capability.RESCALE,
            Capability.RESCALE_IN_PLACE,
            Capability.UPGRADE,
            Capability.SUSPEND,
            Capability.RESTART,
            Capability.SESSION,
            Capability.LOGS,
            Capability.HA_ZOOKEEPER);
    if (settings.secrets().isPresent()) {
      set.add(Capability.SECRET_ENVIRONMENT);
    }
    return Set.copyOf(set);
  }

  @Override
  public RecordStore records() {
    return records;
  }

  @Override
  public String owner() {
    return records.owner();
  }

  @Override
  public Liveness liveness(String token) {
    return records.liveness(token);
  }

  // ---- specifications ----

  @Override
  public ApplicationSpec complete(ApplicationSpec spec) {
    FlinkVersion v = spec.flinkVersion();
    ApplicationSpec.Builder b = spec.toBuilder();
    Map<String, String> free = new LinkedHashMap<>(spec.flinkConfig());
    if (spec.checkpointing().directory().isEmpty()) {
      String directory =
          firstOf(free, FlinkConfiguration.checkpointDirectoryKey(v), "state.checkpoints.dir")
              .orElseGet(
                  () -> stateDirectory(spec.name()).resolve("checkpoints").toUri().toString());
      b.checkpointing(spec.checkpointing().toBuilder().directory(directory).build());
    }
    if (spec.savepointDirectory().isEmpty()) {
      b.savepointDirectory(
          firstOf(free, FlinkConfiguration.savepointDirectoryKey(v), "state.savepoints.dir")
              .orElseGet(
                  () -> stateDirectory(spec.name()).resolve("savepoints").toUri().toString()));
    }
    return b.flinkConfig(free).build();
  }

  private static Optional<String> firstOf(Map<String, String> free, String key, String oldKey) {
    String value = free.remove(key);
    String old = free.remove(oldKey);
    return Optional.ofNullable(value == null ? old : value);
  }

  private Path applicationDirectory(String name) {
    return root.resolve(name);
  }

  private Path stateDirectory(String name) {
    return applicationDirectory(name).resolve("state");
  }

  @Override
  public List<Violation> check(ApplicationSpec spec) {
    return io(() -> rules.check(spec));
  }

  @Override
  public Optional<Failure> checkState(String location) {
    return LocalState.check(location);
  }

  @Override
  public List<Document> render(ApplicationSpec spec) {
    Map<String, String> config = new TreeMap<>();
    Map<String, String> places = new TreeMap<>();
    LocalConfig.PORTS.forEach(p -> places.put(p, "(a free port, chosen at the start)"));
    if (LocalConfig.isZooKeeper(spec)) {
      starter.highAvailability(spec, "(the id of the start)", places);
      places.put("high-availability.jobmanager.port", "(a free port, chosen at the start)");
    }
    LocalConfig.of(spec, places).forEach((k, v) -> config.put(k, FlinkConfiguration.shown(k, v)));
    Map<String, Object> processes = new LinkedHashMap<>();
    processes.put("jobManagers", LocalConfig.jobManagers(spec));
    processes.put("taskManagers", spec.taskManagers());
    if (!spec.isSessionCluster()) {
      processes.put("jars", spec.job().jars());
      processes.put("entryClass", spec.job().entryClass().orElse("(from the jar's manifest)"));
      processes.put("args", spec.job().args());
    }
    processes.put("jobManagerJvm", FlinkMemory.jobManager(config, spec.flinkVersion()).jvmFlags());
    processes.put(
        "taskManagerJvm", FlinkMemory.taskManager(config, spec.flinkVersion()).jvmFlags());
    Map<String, String> environment = new TreeMap<>();
    spec.environment().keySet().forEach(k -> environment.put(k, FlinkConfiguration.MASK));
    spec.secretEnvironment()
        .forEach(
            (k, ref) ->
                environment.put(k, "(from Secret " + ref.secret() + ", key " + ref.key() + ")"));
    processes.put("environment", environment);
    Dump dump = new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build());
    return List.of(
        new Document(FlinkConfigFile.fileName(spec.flinkVersion()), dump.dumpToString(config)),
        new Document("processes.yaml", dump.dumpToString(processes)));
  }

  // ---- starting ----

  @Override
  public void launch(Launch launch) {
    io(
        () -> {
          Path directory = applicationDirectory(launch.spec().name());
          Optional<LocalRun> present = LocalRun.read(directory);
          boolean prepared =
              present
                  .filter(r -> r.launchId().equals(launch.id()))
                  .filter(r -> r.attempt() == launch.attempt())
                  .isPresent();
          LocalRun run =
              prepared ? present.orElseThrow() : starter.prepare(launch, directory, present);
          if (!prepared) {
            pointers.purgeEarlierThan(run);
          }
          starter.startMissing(run, launch);
          return run;
        });
  }

  @Override
  public void submit(String cluster, Launch job) {
    io(
        () -> {
          Optional<LocalRun> present = LocalRun.read(applicationDirectory(cluster));
          Optional<JobManagerPorts> answering = present.flatMap(LocalBackend::answering);
          if (present.isEmpty() || answering.isEmpty()) {
            throw BackendFault.permanent(
                Failure.of(
                    Failure.Kind.WRONG_STATE, "The session cluster '" + cluster + "' does not run"),
                null);
          }
          LocalRun run = present.get();
          Path jars = run.home().resolve("jobs").resolve(job.jobId().hex());
          LocalState.deleteTree(jars);
          try {
            LocalJars.gather(job.spec().job().jars(), jars);
            control(run, answering.get()).submit(LocalState.list(jars).get(0), job);
          } finally {
            LocalState.deleteTree(jars);
          }
          return run;
        });
  }

  @Override
  public void scaleTaskManagers(Launch launch, int count) {
    io(
        () -> {
          Optional<LocalRun> present = present(launch);
          if (present.isEmpty()) {
            throw BackendFault.permanent(
                Failure.of(
                    Failure.Kind.WRONG_STATE,
                    "The cluster of '" + launch.spec().name() + "' does not run"),
                null);
          }
          LocalRun run = present.get().withTaskManagers(count);
          run.write(applicationDirectory(launch.spec().name()));
          starter.adopt(launch.spec().name(), run);
          starter.startTaskManagers(run, launch);
          stopIdleTaskManagers(run);
          return run;
        });
  }

  /** The present start, if it is that one. */
  private Optional<LocalRun> present(Launch launch) throws IOException {
    return LocalRun.read(applicationDirectory(launch.spec().name()))
        .filter(r -> r.launchId().equals(launch.id()));
  }

  // ---- looking after ----

  @Override
  public boolean needsSupervision() {
    return settings.supervised();
  }

  @Override
  public Optional<Loss> loss(Launch launch) {
    return io(
        () -> {
          String name = launch.spec().name();
          Optional<LocalRun> present = present(launch);
          if (present.isEmpty()) {
            return Optional.empty();
          }
          LocalRun run = present.get();
          Map<String, ProcessIdentity> known = Processes.readPidFiles(run.pids());
          Map<String, ProcessLiveness> seen = new TreeMap<>();
          known.forEach((role, process) -> seen.put(role, Processes.liveness(process)));
          List<String> dead =
              seen.keySet().stream()
                  .filter(role -> seen.get(role) == ProcessLiveness.DEAD)
                  .toList();
          if (dead.isEmpty()
              || seen.containsValue(ProcessLiveness.UNKNOWN)
              || Files.exists(run.directory().resolve(HALTING))) {
            return Optional.empty();
          }
          List<String> deadJobManagers = dead.stream().filter(LocalRun::isJobManager).toList();
          long taskManagers =
              seen.entrySet().stream()
                  .filter(
                      e ->
                          LocalRun.isTaskManager(e.getKey())
                              && e.getValue() == ProcessLiveness.ALIVE)
                  .count();
          int missing = (int) Math.max(0, run.taskManagers() - taskManagers);
          boolean leaderless = deadJobManagers.size() == run.jobManagers().size();
          if ((deadJobManagers.isEmpty() && missing == 0)
              || (leaderless && ended(name, launch.jobId()).isPresent())) {
            return Optional.empty();
          }
          String first = deadJobManagers.isEmpty() ? dead.get(0) : deadJobManagers.get(0);
          return Optional.of(
              new Loss(
                  deadJobManagers.size(),
                  missing,
                  leaderless && !LocalConfig.isZooKeeper(launch.spec()),
                  Deaths.failure(
                      run,
                      first,
                      Objects.requireNonNull(known.get(first)),
                      Deaths.digest(run, first))));
        });
  }

  @Override
  public Optional<JobState> ended(String application, JobId job) {
    return io(
        () -> {
          Path directory = applicationDirectory(application);
          Path runs = directory.resolve("runs");
          for (Path run : Files.isDirectory(runs) ? LocalState.list(runs) : List.<Path>of()) {
            Optional<JobState> archived = JobArchive.state(run.resolve(LocalRun.ARCHIVE), job);
            if (archived.isPresent()) {
              return archived;
            }
          }
          for (HaData data : HaData.all(directory)) {
            Optional<JobState> result = data.ended(job);
            if (result.isPresent()) {
              return result;
            }
          }
          return Optional.empty();
        });
  }

  @Override
  public boolean revive(Launch launch) {
    return io(
        () -> {
          String name = launch.spec().name();
          Optional<LocalRun> present = present(launch);
          if (present.isEmpty() || Files.exists(present.get().directory().resolve(HALTING))) {
            throw BackendFault.permanent(
                Failure.of(
                    Failure.Kind.WRONG_STATE, "The cluster of '" + name + "' is to run no more"),
                null);
          }
          LocalRun run = present.get();
          starter.adopt(name, run);
          if (LocalConfig.isZooKeeper(launch.spec())) {
            if (run.aliveJobManagers().isEmpty() && !pointers.areKnown(run)) {
              return false;
            }
            run = starter.startJobManagers(run, launch);
          }
          starter.startTaskManagers(run, launch);
          return true;
        });
  }

  /** Stops TaskManagers beyond the number that is wanted, of those that no task runs on. */
  private void stopIdleTaskManagers(LocalRun run) throws IOException {
    List<String> alive =
        Processes.readPidFiles(run.pids()).entrySet().stream()
            .filter(e -> LocalRun.isTaskManager(e.getKey()) && Processes.isAlive(e.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    int surplus = alive.size() - run.taskManagers();
    if (surplus <= 0) {
      return;
    }
    Optional<JobManagerPorts> answering = answering(run);
    if (answering.isEmpty()) {
      return; // Nobody knows which are idle.
    }
    List<TaskManagerStatus> registered = control(run, answering.get()).cluster().taskManagers();
    List<String> ids = registered.stream().map(TaskManagerStatus::id).toList();
    if (!alive.stream().map(role -> LocalStarter.resourceId(run, role)).allMatch(ids::contains)) {
      return; // One is coming or going: who looks again sees which.
    }
    List<String> idle =
        registered.stream()
            .filter(t -> t.slots() == t.freeSlots())
            .map(TaskManagerStatus::id)
            .toList();
    for (String role : alive) {
      if (surplus > 0 && idle.contains(LocalStarter.resourceId(run, role))) {
        Processes.readPidFile(run.pids(), role).ifPresent(p -> Processes.terminate(p, true));
        surplus--;
      }
    }
  }

  // ---- looking ----

  @Override
  public Observation observe(String application) {
    return io(
        () -> {
          Optional<LocalRun> present = LocalRun.read(applicationDirectory(application));
          return present.isEmpty() ? unknown(application) : observe(present.get());
        });
  }

  /**
   * What is seen when no start is written down: nothing, or processes whose directory somebody has
   * deleted.
   */
  private Observation unknown(String application) {
    List<Long> pids = starter.processes(application).stream().map(ProcessIdentity::pid).toList();
    return pids.isEmpty()
        ? Observation.nothing()
        : new Observation(
            Optional.empty(),
            true,
            0,
            0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            "processes of a start that is not written down, pids " + pids);
  }

  private Observation observe(LocalRun run) throws IOException {
    Map<String, ProcessIdentity> known = Processes.readPidFiles(run.pids());
    boolean halted = Files.exists(run.directory().resolve(HALTING));
    List<String> alive =
        known.entrySet().stream()
            .filter(e -> Processes.isAlive(e.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    List<String> jobManagers = run.jobManagerRoles().stream().filter(alive::contains).toList();
    int taskManagers = (int) alive.stream().filter(LocalRun::isTaskManager).count();
    List<String> lost =
        halted || !jobManagers.isEmpty()
            ? List.of()
            : run.jobManagerRoles().stream().filter(known::containsKey).toList();
    List<Optional<FailureDigest>> digests =
        lost.stream().map(role -> Deaths.digest(run, role)).toList();
    boolean portTaken =
        digests.stream()
            .flatMap(Optional::stream)
            .findFirst()
            .filter(d -> d.kind() == FailureDigest.Kind.PORT_IN_USE)
            .isPresent();
    Optional<JobManagerPorts> answering = answering(run, jobManagers);
    boolean started = run.jobManagerRoles().stream().anyMatch(known::containsKey);
    return new Observation(
        !started && taskManagers == 0 ? Optional.empty() : Optional.of(run.launchId()),
        !alive.isEmpty(),
        jobManagers.size(),
        run.jobManagers().size(),
        taskManagers,
        run.taskManagers(),
        answering.isPresent() ? Optional.of(control(run, answering.get())) : Optional.empty(),
        answering.map(LocalBackend::rest),
        lost.isEmpty()
            ? Optional.empty()
            : Optional.of(
                Deaths.failure(
                    run,
                    lost.get(0),
                    Objects.requireNonNull(known.get(lost.get(0))),
                    digests.get(0))),
        portTaken && !run.fixedPorts(),
        words(run, known, jobManagers)
            + ", "
            + taskManagers
            + " of "
            + run.taskManagers()
            + " TaskManagers",
        Optional.empty());
  }

  private static String words(
      LocalRun run, Map<String, ProcessIdentity> known, List<String> jobManagers) {
    String pids =
        jobManagers.stream()
            .map(role -> Long.toString(Objects.requireNonNull(known.get(role)).pid()))
            .collect(Collectors.joining(", "));
    return run.jobManagers().size() == 1
        ? "JobManager " + (jobManagers.isEmpty() ? "gone" : "pid " + pids)
        : jobManagers.size()
            + " of "
            + run.jobManagers().size()
            + " JobManagers"
            + (jobManagers.isEmpty() ? "" : " (pids " + pids + ")");
  }

  /**
   * The JobManager to talk to: one whose REST API is up, if there is a choice. Each of them asks
   * the leader, whoever that is.
   */
  private static Optional<JobManagerPorts> answering(LocalRun run) {
    return answering(run, run.aliveJobManagers());
  }

  private static Optional<JobManagerPorts> answering(LocalRun run, List<String> alive) {
    List<JobManagerPorts> candidates = alive.stream().map(run::ports).toList();
    return candidates.stream()
        .filter(p -> candidates.size() == 1 || Ports.answers(p.rest()))
        .findFirst()
        .or(() -> candidates.stream().findFirst());
  }

  private static URI rest(JobManagerPorts ports) {
    return URI.create("http://127.0.0.1:" + ports.rest());
  }

  private RestJobControl control(LocalRun run, JobManagerPorts ports) throws IOException {
    FlinkRestClient client =
        clients.computeIfAbsent(
            ports.rest(),
            port ->
                FlinkRestClient.builder(settings.restAddress().apply(rest(ports)))
                    .retry(1, Duration.ofMillis(100), Duration.ofMillis(100))
                    .build());
    return highAvailability(run)
        .map(data -> new RestJobControl(client, data::ended))
        .orElseGet(() -> new RestJobControl(client));
  }

  private static Optional<HaData> highAvailability(LocalRun run) throws IOException {
    return HaData.of(run.application(), run.launchId());
  }

  // ---- stopping ----

  @Override
  public boolean halt(String application) {
    return io(
        () -> {
          List<ProcessIdentity> alive = starter.processes(application);
          Optional<LocalRun> run = LocalRun.read(applicationDirectory(application));
          if (alive.isEmpty()) {
            if (run.isPresent()) {
              LocalState.deleteTree(run.get().temp());
              LocalState.deleteTree(run.get().home());
              for (JobManagerPorts ports : run.get().jobManagers()) {
                FlinkRestClient client = clients.remove(ports.rest());
                if (client != null) {
                  client.close();
                }
              }
            }
            return true;
          }
          boolean graceful = run.isPresent() && withinGrace(run.get().directory().resolve(HALTING));
          alive.forEach(p -> Processes.terminate(p, graceful));
          return false;
        });
  }

  /** Processes get SIGTERM first, and SIGKILL when they are still there after a while. */
  private static boolean withinGrace(Path halting) throws IOException {
    if (!Files.exists(halting)) {
      AtomicFiles.createEmpty(halting);
      return true;
    }
    return Files.getLastModifiedTime(halting).toInstant().plus(GRACE).isAfter(Instant.now());
  }

  @Override
  public List<String> discard(
      ApplicationSpec spec, StateRetention retention, List<JobId> runs, List<String> savepoints) {
    return io(
        () -> {
          Path directory = applicationDirectory(spec.name());
          LocalState.deleteTree(directory.resolve("runs"));
          Files.deleteIfExists(directory.resolve(LocalRun.FILE));
          Path state = stateDirectory(spec.name());
          Optional<String> checkpoints = spec.checkpointing().directory();
          if (retention == StateRetention.PURGE) {
            discardState(spec, runs, savepoints);
            LocalState.deleteTree(state);
          } else if (!LocalState.holdsState(state)) {
            LocalState.deleteTree(state);
          }
          List<String> kept = new ArrayList<>(pointers.purgeAll(directory));
          for (Optional<String> place : List.of(checkpoints, spec.savepointDirectory())) {
            boolean mayHold =
                place.isPresent()
                    && LocalState.path(place.get()).map(LocalBackend::holdsState).orElse(true);
            if (mayHold && retention == StateRetention.KEEP) {
              kept.add(place.orElseThrow());
            }
          }
          return kept;
        });
  }

  @Override
  public void discardState(ApplicationSpec spec, List<JobId> runs, List<String> savepoints) {
    io(
        () -> {
          Optional<Path> checkpoints = spec.checkpointing().directory().flatMap(LocalState::path);
          for (JobId run : runs) {
            if (checkpoints.isPresent()) {
              LocalState.deleteTree(checkpoints.get().resolve(run.hex()));
            }
          }
          for (String savepoint : savepoints) {
            if (LocalState.check(savepoint).isEmpty()) {
              LocalState.deleteSavepoint(savepoint);
            }
          }
          return runs;
        });
  }

  private static boolean holdsState(Path directory) {
    return io(() -> LocalState.holdsState(directory));
  }

  @Override
  public Optional<CheckpointInfo> latestCheckpoint(ApplicationSpec spec, JobId run) {
    Optional<String> directory = spec.checkpointing().directory();
    if (directory.flatMap(LocalState::path).isEmpty()) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.STATE_UNREADABLE,
              "The local backend cannot list checkpoints in '"
                  + directory.orElse("")
                  + "' and so cannot tell the latest one. Name it: StateRestore.from(location)"),
          null);
    }
    return io(() -> LocalState.latestCheckpoint(directory.orElseThrow(), run));
  }

  @Override
  public Optional<Instant> completedAt(String location) {
    return io(() -> LocalState.completedAt(location));
  }

  @Override
  public Optional<String> findSavepoint(String directory) {
    return io(() -> LocalState.findSavepoint(directory));
  }

  @Override
  public boolean deleteSavepoint(String location) {
    return io(() -> LocalState.deleteSavepoint(location));
  }

  @Override
  public List<LogFile> logs(String application, int maxBytesPerFile) {
    return io(
        () -> {
          List<LogFile> out = new ArrayList<>();
          Optional<LocalRun> run = LocalRun.read(applicationDirectory(application));
          Optional<Path> logs =
              run.map(r -> r.directory().resolve("log")).filter(Files::isDirectory);
          if (logs.isPresent()) {
            for (Path process : LocalState.list(logs.get())) {
              for (Path file : LocalState.list(process)) {
                out.add(
                    new LogFile(
                        String.valueOf(process.getFileName()),
                        String.valueOf(file.getFileName()),
                        Logs.tail(file, maxBytesPerFile),
                        Files.size(file) > maxBytesPerFile));
              }
            }
          }
          return out;
        });
  }

  @Override
  public List<DiskSpace> disks(ApplicationSpec spec) {
    return io(
        () -> {
          // Logs, jars and what tasks spill are below the root; state may lie elsewhere.
          List<Path> places = new ArrayList<>(List.of(root));
          spec.checkpointing().directory().flatMap(LocalState::path).ifPresent(places::add);
          spec.savepointDirectory().flatMap(LocalState::path).ifPresent(places::add);
          Map<String, DiskSpace> disks = new LinkedHashMap<>();
          for (Path place : places) {
            Optional<Path> there = LocalState.nearestExisting(place);
            if (there.isPresent()) {
              FileStore disk = Files.getFileStore(there.get());
              disks.putIfAbsent(
                  disk.toString(),
                  new DiskSpace(
                      place + " on " + disk, disk.getTotalSpace(), disk.getUsableSpace()));
            }
          }
          return List.copyOf(disks.values());
        });
  }

  @Override
  public void close() {
    pointers.close();
    clients.values().forEach(FlinkRestClient::close);
    clients.clear();
  }

  private interface IoCall<T> {
    T call() throws IOException;
  }

  /** Gives what a disk or a process does wrong to core as a fault. */
  private static <T> T io(IoCall<T> call) {
    try {
      return call.call();
    } catch (IOException e) {
      throw BackendFault.unavailable("The local backend could not do its work: " + e, e);
    } catch (UncheckedIOException e) {
      throw BackendFault.unavailable(String.valueOf(e.getMessage()), e);
    }
  }
}
