package dev.flinkplatform.internal.fake;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.internal.fake.FakeWorld.Cluster;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.internal.fake.FakeWorld.Vertex;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One process's backend over the {@link FakeWorld} that it shares with others. */
public final class FakeBackend implements PlatformBackend {

  private final FakeWorld world;
  private final String owner;
  private int closings;

  FakeBackend(FakeWorld world, String owner) {
    this.world = world;
    this.owner = owner;
  }

  /** How often core closed it. */
  public int closings() {
    return closings;
  }

  @Override
  public PlatformInfo info() {
    return new PlatformInfo("fake", "test", "0", FlinkVersion.known(), Map.of());
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
    return owner;
  }

  @Override
  public Liveness liveness(String process) {
    if (world.unknownOwners.contains(process)) {
      return Liveness.UNKNOWN;
    }
    return world.isDead(process) ? Liveness.DEAD : Liveness.ALIVE;
  }

  @Override
  public ApplicationSpec complete(ApplicationSpec spec) {
    return spec;
  }

  @Override
  public List<Violation> check(ApplicationSpec spec) {
    return world.specViolations;
  }

  @Override
  public Optional<Failure> checkState(String location) {
    return world.call(
        owner,
        "checkState",
        false,
        () ->
            world.state(location).isPresent()
                ? Optional.empty()
                : Optional.of(
                    Failure.of(
                        Failure.Kind.STATE_UNREADABLE, "there is no savepoint at " + location)));
  }

  @Override
  public List<Document> render(ApplicationSpec spec) {
    return List.of(new Document("config.yaml", "name: " + spec.name()));
  }

  @Override
  public void launch(Launch launch) {
    world.call(
        owner,
        "launch",
        true,
        () -> {
          String name = launch.spec().name();
          Cluster there = world.clusters.get(name);
          world.launched(launch);
          if (there != null && !there.launch.id().equals(launch.id())) {
            world.violated("launch " + launch.id() + " beside the cluster of " + there.launch.id());
          }
          if (there == null) {
            world.clusters.put(name, cluster(launch));
          } else if (there.failure.isPresent() && launch.attempt() > there.attempt) {
            world.clusters.put(name, cluster(launch));
          }
          return true;
        });
  }

  @Override
  public void submit(String cluster, Launch job) {
    world.call(
        owner,
        "submit",
        true,
        () -> {
          Cluster c = world.cluster(cluster);
          String name = cluster + "/" + job.spec().name();
          Cluster before = world.clusters.get(name);
          if (before != null && !before.state.isTerminal()) {
            world.violated("job " + job.jobId() + " beside " + before.launch.jobId());
          }
          world.launched(job);
          Cluster submitted = cluster(job);
          submitted.taskManagers = c.taskManagers * c.launch.spec().taskManager().slots();
          world.clusters.put(name, submitted);
          return true;
        });
  }

  private Cluster cluster(Launch launch) {
    Start start = world.starts.apply(launch);
    Cluster c = new Cluster(launch, start);
    c.taskManagers = launch.spec().taskManagers();
    c.taskManagersWanted = c.taskManagers;
    c.haltLooks = world.haltLooks;
    int parallelism = launch.spec().parallelism();
    c.vertices.put("source", new Vertex("source", parallelism, world.maxParallelism));
    c.vertices.put("count", new Vertex("count", parallelism, world.maxParallelism));
    c.vertices.put("sink", new Vertex("sink", 1, 1));
    c.failure = start.clusterFailure();
    if (c.failure.isPresent()) {
      c.jobManager = false;
    } else if (!start.stackTrace().isEmpty()) {
      FakeWorld.fail(c, start.stackTrace());
    } else if (launch.restoreFrom().isPresent()) {
      Optional<Long> state = world.state(launch.restoreFrom().get());
      if (state.isPresent()) {
        c.progress = state.get();
      } else {
        FakeWorld.fail(
            c,
            "java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '"
                + launch.restoreFrom().get()
                + "'");
      }
    }
    return c;
  }

  @Override
  public Observation observe(String application) {
    return world.call(
        owner,
        "observe",
        false,
        () -> {
          Cluster c = world.clusters.get(application);
          if (c == null) {
            return Observation.nothing();
          }
          return new Observation(
              Optional.of(c.launch.id()),
              true,
              c.jobManager ? 1 : 0,
              c.taskManagers,
              c.taskManagersWanted,
              c.jobManager
                  ? Optional.of(new FakeJobControl(world, owner, application))
                  : Optional.empty(),
              Optional.of(URI.create("http://localhost:8081")),
              c.failure,
              c.start.retryable(),
              c.failure.map(Failure::message).orElse("a cluster is there"));
        });
  }

  @Override
  public void scaleTaskManagers(Launch launch, int count) {
    world.call(
        owner,
        "scaleTaskManagers",
        true,
        () -> {
          Cluster c = world.cluster(launch.spec().name());
          if (!c.launch.id().equals(launch.id())) {
            world.violated("TaskManagers of another launch scaled");
          }
          if (count > world.maxTaskManagers) {
            throw BackendFault.permanent(
                Failure.of(Failure.Kind.NO_RESOURCES, "no room for " + count), null);
          }
          c.taskManagers = count;
          c.taskManagersWanted = count;
          return true;
        });
  }

  @Override
  public boolean needsSupervision() {
    return world.supervised;
  }

  @Override
  public Optional<Loss> loss(Launch launch) {
    return world.call(
        owner,
        "loss",
        false,
        () -> {
          Cluster c = world.clusters.get(launch.spec().name());
          if (c == null
              || !c.launch.id().equals(launch.id())
              || (c.jobManager && c.taskManagers >= c.taskManagersWanted)) {
            return Optional.empty();
          }
          return Optional.of(
              new Loss(
                  c.jobManager ? 0 : 1,
                  c.taskManagersWanted - c.taskManagers,
                  !c.jobManager,
                  c.failure.orElse(Failure.of(Failure.Kind.PROCESS_DIED, "a process died"))));
        });
  }

  @Override
  public boolean revive(Launch launch) {
    return world.call(
        owner,
        "revive",
        true,
        () -> {
          Cluster c = world.cluster(launch.spec().name());
          if (!c.launch.id().equals(launch.id())) {
            world.violated("processes of another launch revived");
          }
          if (world.pointersLost) {
            return false;
          }
          c.taskManagers = Math.max(c.taskManagers, c.taskManagersWanted - world.diesAgain);
          return true;
        });
  }

  @Override
  public Optional<JobState> ended(String application, JobId job) {
    return world.call(owner, "ended", false, () -> Optional.ofNullable(world.ended.get(job)));
  }

  @Override
  public boolean halt(String application) {
    return world.call(
        owner,
        "halt",
        true,
        () -> {
          Cluster c = world.clusters.get(application);
          if (c != null && c.haltLooks-- > 0) {
            return false;
          }
          world
              .clusters
              .keySet()
              .removeIf(n -> n.equals(application) || n.startsWith(application + "/"));
          return true;
        });
  }

  @Override
  public List<String> discard(
      ApplicationSpec spec, StateRetention retention, List<JobId> runs, List<String> savepoints) {
    return world.call(
        owner,
        "discard",
        true,
        () -> {
          if (world.clusters.containsKey(spec.name())) {
            world.violated("discarded what runs");
          }
          if (retention == StateRetention.PURGE) {
            runs.forEach(run -> world.removeCheckpoints(run.hex()));
            savepoints.forEach(world::removeState);
            return List.of();
          }
          List<String> kept = new ArrayList<>(savepoints);
          runs.forEach(run -> world.checkpoints(run.hex()).forEach(c -> kept.add(c.location())));
          return kept;
        });
  }

  @Override
  public Optional<CheckpointInfo> latestCheckpoint(ApplicationSpec spec, JobId run) {
    return world.call(
        owner,
        "latestCheckpoint",
        false,
        () -> world.checkpoints(run.hex()).stream().reduce((a, b) -> b));
  }

  @Override
  public Optional<Instant> completedAt(String location) {
    return Optional.empty();
  }

  @Override
  public Optional<String> findSavepoint(String directory) {
    return world.call(
        owner,
        "findSavepoint",
        false,
        () ->
            world.seesFiles
                ? world.statesIn(directory).stream().findFirst()
                : Optional.<String>empty());
  }

  @Override
  public boolean deleteSavepoint(String location) {
    return world.call(
        owner,
        "deleteSavepoint",
        true,
        () -> {
          if (world.seesFiles) {
            world.removeState(location);
          }
          return world.seesFiles;
        });
  }

  @Override
  public List<LogFile> logs(String application, int maxBytesPerFile) {
    return world.call(
        owner,
        "logs",
        false,
        () ->
            List.of(
                new LogFile("jobmanager", "jobmanager.log", "the log of " + application, false)));
  }

  @Override
  public void close() {
    closings++;
  }

  private final class Store implements RecordStore {

    @Override
    public Optional<Versioned> read(String application) {
      return world.call(
          owner,
          "record.read",
          false,
          () -> Optional.ofNullable(world.documents().get(application)));
    }

    @Override
    public Optional<Versioned> write(
        String application, Optional<String> expectedVersion, String text) {
      return world.call(
          owner,
          "record.write",
          true,
          () -> {
            Optional<String> there =
                Optional.ofNullable(world.documents().get(application)).map(Versioned::version);
            if (!there.equals(expectedVersion)) {
              return Optional.<Versioned>empty();
            }
            world.putDocument(application, text);
            return Optional.ofNullable(world.documents().get(application));
          });
    }

    @Override
    public List<String> applications() {
      return world.call(owner, "record.list", false, () -> List.copyOf(world.documents().keySet()));
    }
  }
}
