package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What all platforms of an {@link InMemoryPlatform} share: clusters, storage, documents. Everything
 * in it, and in its clusters, is guarded by its monitor.
 */
final class World {

  static final String STORAGE = "memory://state/";

  final VirtualTime time;
  final Set<Capability> capabilities;
  final List<FlinkVersion> versions;
  final Function<? super ApplicationSpec, SimulatedJob> jobs;
  final Random random;
  Duration startup;
  Duration snapshotTime = Duration.ofMillis(200);

  /** Why the next snapshots fail, by application. */
  final Map<String, Deque<String>> failingSnapshots = new HashMap<>();

  /** Why snapshots cannot be written, by directory. */
  final Map<String, String> broken = new TreeMap<>();

  /** How long snapshots take, by application. */
  final Map<String, Duration> snapshotTimes = new HashMap<>();

  final Map<String, Map<String, Double>> metrics = new HashMap<>();

  final Map<String, Cluster> clusters = new TreeMap<>();

  /** Session clusters with high availability that were halted with jobs in them. */
  final Map<String, Cluster> suspended = new TreeMap<>();

  /** How jobs ended, by cluster. */
  private final Map<String, Map<JobId, JobState>> ended = new HashMap<>();

  final Map<String, RecordStore.Versioned> documents = new TreeMap<>();
  final Map<String, StringBuilder> logs = new HashMap<>();
  private final TreeMap<String, Snapshot> states = new TreeMap<>();
  private final Map<String, List<CheckpointInfo>> checkpoints = new HashMap<>();
  private final Map<String, Boolean> processes = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private long counter;

  World(
      VirtualTime time,
      Set<Capability> capabilities,
      List<FlinkVersion> versions,
      Function<? super ApplicationSpec, SimulatedJob> jobs,
      long seed,
      Duration startup) {
    this.time = time;
    this.capabilities = capabilities;
    this.versions = versions;
    this.jobs = jobs;
    this.random = new Random(seed);
    this.startup = startup;
  }

  Instant now() {
    return time.instant();
  }

  /** Makes a call of a process; one that is gone has no effect any more. */
  synchronized <T> T call(String process, Supplier<T> effect) {
    if (!isAlive(process)) {
      throw BackendFault.permanent(
          Failure.of(Failure.Kind.OTHER, "the process " + process + " is gone"), null);
    }
    return effect.get();
  }

  synchronized String newProcess() {
    String process = "process-" + ++counter;
    processes.put(process, true);
    return process;
  }

  synchronized void endProcess(String process) {
    processes.put(process, false);
  }

  boolean isAlive(String process) {
    return processes.getOrDefault(process, false);
  }

  /** Notes what should never happen, whatever anybody does. */
  void violated(String what) {
    violations.add(what);
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  // ---- documents ----

  Optional<RecordStore.Versioned> write(String name, Optional<String> expected, String text) {
    Optional<String> there = Optional.ofNullable(documents.get(name)).map(d -> d.version());
    if (!there.equals(expected)) {
      return Optional.empty();
    }
    RecordStore.Versioned written = new RecordStore.Versioned(name, "v" + ++counter, text);
    documents.put(name, written);
    return Optional.of(written);
  }

  // ---- state ----

  Optional<Snapshot> state(String location) {
    return Optional.ofNullable(states.get(normal(location)));
  }

  void put(String location, Snapshot snapshot) {
    states.put(location, snapshot);
  }

  void removeState(String location) {
    states.remove(normal(location));
  }

  /** Everything in a directory. */
  List<String> statesIn(String directory) {
    String prefix = normal(directory) + "/";
    return states.tailMap(prefix).keySet().stream().takeWhile(l -> l.startsWith(prefix)).toList();
  }

  private static String normal(String location) {
    return location.endsWith("/") ? normal(location.substring(0, location.length() - 1)) : location;
  }

  List<CheckpointInfo> checkpoints(String job) {
    return checkpoints.getOrDefault(job, List.of());
  }

  /** Keeps a checkpoint; as Flink does, of each run only the last. */
  void addCheckpoint(String job, CheckpointInfo checkpoint, Snapshot snapshot) {
    removeCheckpoints(job);
    states.put(checkpoint.location(), snapshot);
    checkpoints.put(job, new ArrayList<>(List.of(checkpoint)));
  }

  void removeCheckpoints(String job) {
    checkpoints(job).forEach(c -> states.remove(c.location()));
    checkpoints.remove(job);
  }

  // ---- clusters ----

  Cluster cluster(String application) {
    Cluster cluster = clusters.get(application);
    if (cluster == null) {
      throw new IllegalStateException(
          "Nothing runs of '" + application + "'; there is " + clusters.keySet());
    }
    return cluster;
  }

  /** Finds a job by the application's name, or by {@code session/job}. */
  Optional<Job> findJob(String application) {
    int slash = application.indexOf('/');
    String name = slash < 0 ? application : application.substring(0, slash);
    return Optional.ofNullable(clusters.get(name)).flatMap(c -> c.job(application));
  }

  Job job(String application) {
    return findJob(application)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "No job of '" + application + "' runs; there is " + clusters.keySet()));
  }

  /** Notes that a job came to its end, for when its cluster is gone. */
  void ended(String cluster, JobId job, JobState state) {
    ended.computeIfAbsent(cluster, c -> new HashMap<>()).put(job, state);
  }

  Optional<JobState> ended(String cluster, JobId job) {
    return Optional.ofNullable(ended.getOrDefault(cluster, Map.of()).get(job));
  }

  /** Forgets all that is known of a cluster but state. */
  void forget(String cluster) {
    logs.remove(cluster);
    ended.remove(cluster);
    suspended.remove(cluster);
  }

  void log(String application, String line) {
    StringBuilder text = logs.computeIfAbsent(application, a -> new StringBuilder());
    text.append(now()).append(' ').append(line).append('\n');
    if (text.length() > 100_000) {
      text.delete(0, 50_000);
    }
  }

  Optional<String> nextSnapshotFailure(String application) {
    Deque<String> failures = failingSnapshots.getOrDefault(application, new ArrayDeque<>());
    return Optional.ofNullable(failures.poll());
  }

  Duration snapshotTime(String application) {
    return snapshotTimes.getOrDefault(application, snapshotTime);
  }

  /** Why no snapshot can be written to a directory, if it is so. */
  Optional<String> brokenDirectory(String directory) {
    return broken.entrySet().stream()
        .filter(e -> (normal(directory) + "/").startsWith(normal(e.getKey()) + "/"))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  String hex(int digits) {
    StringBuilder text = new StringBuilder();
    while (text.length() < digits) {
      text.append(Integer.toHexString(random.nextInt(16)));
    }
    return text.toString();
  }
}
