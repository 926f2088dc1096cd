package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.DiskSpace;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** One process's view of a {@link World}. */
final class MemoryBackend implements PlatformBackend {

  private static final long DISK_BYTES = 1L << 40;

  private final World world;
  private final String process;

  MemoryBackend(World world) {
    this.world = world;
    this.process = world.newProcess();
  }

  // ---- what it is ----

  @Override
  public PlatformInfo info() {
    return new PlatformInfo("memory", "test", "unreleased", world.versions, Map.of());
  }

  @Override
  public Set<Capability> capabilities() {
    return world.capabilities;
  }

  @Override
  public RecordStore records() {
    return new Store();
  }

  @Override
  public String owner() {
    return process;
  }

  @Override
  public Liveness liveness(String owner) {
    return world.call(process, () -> world.isAlive(owner) ? Liveness.ALIVE : Liveness.DEAD);
  }

  // ---- specifications ----

  @Override
  public ApplicationSpec complete(ApplicationSpec spec) {
    ApplicationSpec.Builder b = spec.toBuilder();
    String storage = World.STORAGE + spec.name();
    if (spec.checkpointing().directory().isEmpty()) {
      b.checkpointing(spec.checkpointing().toBuilder().directory(storage + "/checkpoints").build());
    }
    if (spec.savepointDirectory().isEmpty()) {
      b.savepointDirectory(storage + "/savepoints");
    }
    return b.build();
  }

  @Override
  public List<Violation> check(ApplicationSpec spec) {
    List<Violation> found = new ArrayList<>();
    spec.job()
        .entryClass()
        .filter(c -> Jars.lack(spec.job().jars(), c))
        .ifPresent(
            c -> found.add(new Violation("job.entryClass", "is not in the job's jars, got " + c)));
    FlinkVersion version = spec.flinkVersion();
    boolean there =
        world.versions.stream()
            .anyMatch(
                v ->
                    v.isSameMinor(version)
                        && (version.patch() < 0 || v.patch() < 0 || v.equals(version)));
    if (!there) {
      found.add(
          new Violation(
              "flinkVersion",
              "this platform has no Flink " + version + ", it has " + world.versions));
    }
    if (!can(Capability.CUSTOM_IMAGE)) {
      spec.image().ifPresent(i -> found.add(new Violation("image", "is not supported: " + i)));
    }
    if (!can(Capability.KUBERNETES_SETTINGS)) {
      spec.kubernetes()
          .ifPresent(
              k -> {
                k.podTemplate().ifPresent(t -> found.add(kubernetes("podTemplate")));
                if (!k.volumes().isEmpty()) {
                  found.add(kubernetes("volumes"));
                }
                if (!k.nodeSelector().isEmpty()) {
                  found.add(kubernetes("nodeSelector"));
                }
                k.serviceAccount().ifPresent(a -> found.add(kubernetes("serviceAccount")));
              });
    }
    directory("checkpointing.directory", spec.checkpointing().directory(), found);
    directory("savepointDirectory", spec.savepointDirectory(), found);
    HighAvailability ha = spec.highAvailability();
    boolean hasHa =
        !spec.isHighlyAvailable()
            || can(
                ha instanceof HighAvailability.ZooKeeper
                    ? Capability.HA_ZOOKEEPER
                    : Capability.HA_KUBERNETES);
    if (!hasHa) {
      found.add(
          new Violation(
              "highAvailability", "is not supported, got " + ha.getClass().getSimpleName()));
    }
    if (!can(Capability.SECRET_ENVIRONMENT)) {
      spec.secretEnvironment()
          .keySet()
          .forEach(
              k -> found.add(new Violation("secretEnvironment[" + k + "]", "is not supported")));
    }
    return found;
  }

  /** Of another scheme it is Flink's to see whether it can be written. */
  private void directory(String path, Optional<String> directory, List<Violation> found) {
    directory
        .filter(d -> d.startsWith("memory:"))
        .flatMap(
            d -> world.call(process, () -> world.brokenDirectory(d)).map(why -> d + ": " + why))
        .ifPresent(why -> found.add(new Violation(path, "cannot be written: " + why)));
  }

  private boolean can(Capability capability) {
    return world.capabilities.contains(capability);
  }

  private static Violation kubernetes(String field) {
    return new Violation("kubernetes." + field, "is not supported");
  }

  @Override
  public Optional<Failure> checkState(String location) {
    return world.call(
        process,
        () ->
            world.state(location).isPresent()
                ? Optional.empty()
                : Optional.of(
                    Failure.of(
                        Failure.Kind.STATE_UNREADABLE,
                        "no checkpoint or savepoint can be read at '" + location + "'")));
  }

  @Override
  public List<Document> render(ApplicationSpec spec) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", spec.name());
    document.put("flinkVersion", spec.flinkVersion().toString());
    if (!spec.isSessionCluster()) {
      document.put("jars", spec.job().jars());
      document.put("entryClass", spec.job().entryClass().orElse("(from the jar's manifest)"));
      document.put("args", spec.job().args());
    }
    document.put("taskManagers", spec.taskManagers());
    Map<String, String> config = new TreeMap<>();
    FlinkConfiguration.of(spec).forEach((k, v) -> config.put(k, FlinkConfiguration.shown(k, v)));
    document.put("config", config);
    Map<String, String> environment = new TreeMap<>();
    spec.environment().keySet().forEach(k -> environment.put(k, FlinkConfiguration.MASK));
    document.put("environment", environment);
    Dump dump = new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build());
    return List.of(new Document("application.yaml", dump.dumpToString(document)));
  }

  // ---- clusters ----

  @Override
  public void launch(Launch launch) {
    boolean unused =
        world.call(
            process,
            () -> {
              String name = launch.spec().name();
              Cluster there = world.clusters.get(name);
              if (there != null && !there.launch.id().equals(launch.id())) {
                throw BackendFault.permanent(
                    Failure.of(
                        Failure.Kind.WRONG_STATE,
                        "A cluster of an earlier start of '"
                            + name
                            + "' is there: "
                            + there.launch.id()),
                    null);
              }
              if (there == null || there.launch.attempt() < launch.attempt()) {
                List<Job> found =
                    Optional.ofNullable(there)
                        .or(() -> Optional.ofNullable(world.suspended.remove(name)))
                        .filter(c -> c.launch.id().equals(launch.id()))
                        .map(Cluster::unfinished)
                        .orElse(List.of());
                if (there != null) {
                  there.replaced();
                }
                Cluster cluster = new Cluster(world, launch);
                world.clusters.put(name, cluster);
                cluster.start(found);
              }
              return true;
            });
  }

  @Override
  public void submit(String cluster, Launch job) {
    Optional<Program> program =
        world.call(
            process,
            () ->
                session(cluster).job(job.jobId()).isPresent()
                    ? Optional.empty()
                    : Optional.of(Program.of(job.spec(), world.jobs)));
    if (program.isEmpty()) {
      return;
    }
    // Flink runs the main method before it answers, and only then has the job.
    pause(program.get().startsAfter());
    boolean unused =
        world.call(
            process,
            () -> {
              Cluster c = session(cluster);
              if (!program.get().mainThrows().isEmpty()) {
                throw BackendFault.permanent(
                    Failure.of(
                        Failure.Kind.JOB_FAILED,
                        "HTTP 500: org.apache.flink.client.program.ProgramInvocationException: The"
                            + " main method caused an error: "
                            + program.get().mainThrows()),
                    null);
              }
              c.submit(job, program.get());
              return true;
            });
  }

  private void pause(Duration span) {
    if (span.isZero()) {
      return;
    }
    try {
      world.time.pause(span);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw BackendFault.unavailable("interrupted while the job's main method ran", e);
    }
  }

  /** A session cluster that can be asked. */
  private Cluster session(String name) {
    Cluster c = world.clusters.get(name);
    if (c == null || !c.jobManagerLives()) {
      throw BackendFault.permanent(
          Failure.of(Failure.Kind.WRONG_STATE, "The session cluster '" + name + "' does not run"),
          null);
    }
    if (!c.answers()) {
      throw BackendFault.unavailable(
          "Flink of " + c.launch.id() + " does not answer: connection refused", null);
    }
    return c;
  }

  @Override
  public Optional<JobState> ended(String application, JobId job) {
    return world.call(process, () -> world.ended(application, job));
  }

  @Override
  public Observation observe(String application) {
    return world.call(
        process,
        () -> {
          Cluster c = world.clusters.get(application);
          if (c == null) {
            return Observation.nothing();
          }
          boolean lives = c.jobManagerLives();
          return new Observation(
              Optional.of(c.launch.id()),
              lives || c.taskManagers() > 0 || c.isHalting(),
              lives ? 1 : 0,
              c.taskManagers(),
              c.taskManagersWanted(),
              lives ? Optional.of(new MemoryJobControl(world, process, c)) : Optional.empty(),
              lives
                  ? Optional.of(URI.create("http://" + application + ".memory:8081"))
                  : Optional.empty(),
              c.failure(),
              false,
              "JobManager "
                  + (lives ? "lives" : "gone")
                  + ", "
                  + c.taskManagers()
                  + " of "
                  + c.taskManagersWanted()
                  + " TaskManagers");
        });
  }

  @Override
  public void scaleTaskManagers(Launch launch, int count) {
    boolean unused =
        world.call(
            process,
            () -> {
              Cluster c = world.clusters.get(launch.spec().name());
              if (c == null || !c.launch.id().equals(launch.id()) || c.isHalting()) {
                throw BackendFault.permanent(
                    Failure.of(
                        Failure.Kind.WRONG_STATE,
                        "The cluster of '" + launch.spec().name() + "' does not run"),
                    null);
              }
              c.scale(count);
              return true;
            });
  }

  @Override
  public boolean halt(String application) {
    return world.call(
        process,
        () -> {
          Cluster c = world.clusters.get(application);
          return c == null || c.halt();
        });
  }

  @Override
  public List<String> discard(
      ApplicationSpec spec, StateRetention retention, List<JobId> runs, List<String> savepoints) {
    return world.call(
        process,
        () -> {
          String name = spec.name();
          if (world.clusters.containsKey(name)) {
            world.violated("'" + name + "' was discarded while it ran");
          }
          world.forget(name);
          List<String> kept = new ArrayList<>();
          for (JobId run : runs) {
            world.checkpoints(run.hex()).forEach(c -> kept.add(c.location()));
          }
          savepoints.stream().filter(s -> world.state(s).isPresent()).forEach(kept::add);
          if (retention == StateRetention.KEEP) {
            if (spec.isSessionCluster()) {
              kept.addAll(world.statesIn(World.STORAGE + name)); // its jobs' states
            }
            return kept;
          }
          remove(runs, savepoints);
          world.statesIn(World.STORAGE + name).forEach(world::removeState);
          return List.of();
        });
  }

  @Override
  public void discardState(ApplicationSpec spec, List<JobId> runs, List<String> savepoints) {
    boolean unused =
        world.call(
            process,
            () -> {
              remove(runs, savepoints);
              return true;
            });
  }

  private void remove(List<JobId> runs, List<String> savepoints) {
    runs.forEach(run -> world.removeCheckpoints(run.hex()));
    savepoints.forEach(world::removeState);
  }

  // ---- state ----

  @Override
  public Optional<CheckpointInfo> latestCheckpoint(ApplicationSpec spec, JobId run) {
    return world.call(
        process, () -> world.checkpoints(run.hex()).stream().reduce((first, second) -> second));
  }

  @Override
  public Optional<Instant> completedAt(String location) {
    return world.call(process, () -> world.state(location).map(Snapshot::at));
  }

  @Override
  public Optional<String> findSavepoint(String directory) {
    return world.call(process, () -> world.statesIn(directory).stream().findFirst());
  }

  @Override
  public boolean deleteSavepoint(String location) {
    return world.call(
        process,
        () -> {
          world.removeState(location);
          return true;
        });
  }

  @Override
  public List<DiskSpace> disks(ApplicationSpec spec) {
    return List.of(new DiskSpace(World.STORAGE, DISK_BYTES, DISK_BYTES / 2));
  }

  @Override
  public List<LogFile> logs(String application, int maxBytesPerFile) {
    return world.call(
        process,
        () -> {
          String text =
              Optional.ofNullable(world.logs.get(application)).map(Object::toString).orElse("");
          int from = Math.max(0, text.length() - maxBytesPerFile);
          return List.of(
              new LogFile("cluster", application + ".log", text.substring(from), from > 0));
        });
  }

  @Override
  public void close() {
    world.endProcess(process);
  }

  private final class Store implements RecordStore {

    @Override
    public Optional<Versioned> read(String application) {
      return world.call(process, () -> Optional.ofNullable(world.documents.get(application)));
    }

    @Override
    public Optional<Versioned> write(
        String application, Optional<String> expectedVersion, String text) {
      return world.call(process, () -> world.write(application, expectedVersion, text));
    }

    @Override
    public List<String> applications() {
      return world.call(process, () -> List.copyOf(world.documents.keySet()));
    }
  }
}
