package dev.flinkplatform.internal.fake;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.spi.Timing;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What all processes of a test share: the clusters, the storage and the journal, in memory and
 * under one lock. A test scripts it; {@link FakeBackend} is one process's view of it.
 *
 * <p>What no backend may ever do is noted in {@link #violations}, so that a test can tell that it
 * never happened.
 */
public final class FakeWorld {

  /** How a start comes out. */
  public record Start(
      int looks,
      String stackTrace,
      Optional<Failure> clusterFailure,
      boolean retryable,
      boolean finite) {

    Start(int looks, String stackTrace, Optional<Failure> clusterFailure, boolean retryable) {
      this(looks, stackTrace, clusterFailure, retryable, false);
    }

    /** The job runs after that many looks. */
    public static Start runs(int looks) {
      return new Start(looks, "", Optional.empty(), false);
    }

    /** The job comes to its end at once. */
    public static Start finishes() {
      return new Start(0, "", Optional.empty(), false, true);
    }

    /** The job never runs. */
    public static Start hangs() {
      return runs(Integer.MAX_VALUE);
    }

    /** The job fails for good. */
    public static Start jobFails(String stackTrace) {
      return new Start(0, stackTrace, Optional.empty(), false);
    }

    /** The cluster does not come up. */
    public static Start clusterFails(Failure failure, boolean retryable) {
      return new Start(0, "", Optional.of(failure), retryable);
    }
  }

  /** How a snapshot comes out. */
  public enum Snapshot {
    /** It completes, and Flink tells. */
    COMPLETES,
    /** It completes, and Flink has forgotten its trigger. */
    COMPLETES_AND_IS_FORGOTTEN,
    /** It never began, and Flink does not know its trigger. */
    IS_LOST,
    /** It came before all tasks ran. */
    COMES_TOO_EARLY,
    /** It fails for good. */
    FAILS
  }

  private record Fault(Optional<BackendFault> fault, boolean afterEffect, boolean twice) {}

  /** A vertex of the fake job. */
  static final class Vertex {
    final String id;
    int parallelism;
    final int max;
    JobControl.Bounds bounds;

    Vertex(String id, int parallelism, int max) {
      this.id = id;
      this.parallelism = parallelism;
      this.max = max;
      this.bounds = new JobControl.Bounds(1, parallelism);
    }
  }

  /** A snapshot that was triggered. */
  static final class Trigger {
    int looks;
    JobControl.TriggerView view =
        new JobControl.TriggerView(JobControl.TriggerView.State.IN_PROGRESS, "", Optional.empty());
    boolean forgotten;
    Runnable completion = () -> {};

    /** Comes one look closer to its completion. */
    void tick() {
      if (looks > 0 && --looks == 0) {
        completion.run();
      }
    }
  }

  /** A cluster, with its one job. */
  static final class Cluster {
    final Launch launch;
    int attempt;
    Start start;
    boolean jobManager = true;
    int taskManagers;
    int taskManagersWanted;
    JobState state = JobState.CREATED;
    long progress;
    final Map<String, Vertex> vertices = new LinkedHashMap<>();
    final Map<String, Trigger> triggers = new HashMap<>();
    final List<JobException> exceptions = new ArrayList<>();
    final List<String> savepoints = new ArrayList<>();
    Optional<Failure> failure = Optional.empty();
    int haltLooks;

    Cluster(Launch launch, Start start) {
      this.launch = launch;
      this.attempt = launch.attempt();
      this.start = start;
    }
  }

  // ---- scripts ----

  /** What the backend can do. */
  public Set<Capability> capabilities = EnumSet.allOf(Capability.class);

  /** How starts come out. */
  public Function<Launch, Start> starts = launch -> Start.runs(0);

  /** How the next snapshots come out; when there is none left they complete. */
  public final Deque<Snapshot> snapshots = new ArrayDeque<>();

  /** How many looks a snapshot takes. */
  public int snapshotLooks;

  /** How many calls of halt a cluster takes to be gone. */
  public int haltLooks;

  /** After how many looks at a job of a session cluster that runs a day passes; 0: never. */
  public int looksPerDay;

  private int looksAtJobs;

  /** How far this world's clocks are ahead. */
  private Duration ahead = Duration.ZERO;

  /** How many TaskManagers there is room for. */
  public int maxTaskManagers = Integer.MAX_VALUE;

  /** Whether the scheduler rescales a running job. */
  public boolean adaptive = true;

  /** Which bounds the scheduler takes, and then never reaches. */
  public Predicate<Integer> neverReaches = parallelism -> false;

  /** Which bounds the scheduler refuses. */
  public Predicate<Integer> refuses = parallelism -> false;

  /** The max parallelism of the vertices that follow the job's. */
  public int maxParallelism = 128;

  /** Whether the backend sees files: savepoints in a directory, and can delete them. */
  public boolean seesFiles = true;

  /** Whether platforms look after processes that die. */
  public boolean supervised;

  /** How many TaskManagers die again as soon as they were started again. */
  public int diesAgain;

  /** Whether what high availability kept is gone. */
  public boolean pointersLost;

  /** What is wrong with every specification. */
  public List<Violation> specViolations = List.of();

  /** Owners that nobody can tell whether they live. */
  public final Set<String> unknownOwners = new HashSet<>();

  // ---- what is there ----

  final Map<String, Cluster> clusters = new TreeMap<>();

  /** How jobs ended whose cluster is gone. */
  public final Map<JobId, JobState> ended = new HashMap<>();

  private final Map<String, Long> states = new TreeMap<>();
  private final Map<String, List<CheckpointInfo>> checkpoints = new HashMap<>();
  private final Map<String, RecordStore.Versioned> documents = new TreeMap<>();
  private final Set<String> dead = new HashSet<>();
  private final Map<String, Deque<Fault>> faults = new HashMap<>();
  private final Map<String, Deque<Runnable>> hooks = new HashMap<>();
  private final List<String> mutations = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final List<Launch> launches = new ArrayList<>();
  private long counter;

  /** One process that is connected to this world. */
  public FakeBackend process(String owner) {
    return new FakeBackend(this, owner);
  }

  /** Ends a process: nothing that it still calls has any effect. */
  public synchronized void kill(String owner) {
    dead.add(owner);
  }

  synchronized boolean isDead(String owner) {
    return dead.contains(owner);
  }

  /** Lets the next calls of a primitive fail before they have any effect. */
  public synchronized void fail(String primitive, int times, BackendFault fault) {
    for (int i = 0; i < times; i++) {
      faults
          .computeIfAbsent(primitive, p -> new ArrayDeque<>())
          .add(new Fault(Optional.of(fault), false, false));
    }
  }

  /** Lets the next calls of a primitive pass, before those that are scripted after this. */
  public synchronized void pass(String primitive, int times) {
    for (int i = 0; i < times; i++) {
      faults
          .computeIfAbsent(primitive, p -> new ArrayDeque<>())
          .add(new Fault(Optional.empty(), false, false));
    }
  }

  /** Lets the next call of a primitive have its effect, and loses the reply. */
  public synchronized void loseReply(String primitive) {
    faults
        .computeIfAbsent(primitive, p -> new ArrayDeque<>())
        .add(
            new Fault(
                Optional.of(BackendFault.unavailable("reply of " + primitive + " lost", null)),
                true,
                false));
  }

  /** Lets the next call of a primitive be made twice on its way; the second reply counts. */
  public synchronized void makeTwice(String primitive) {
    faults
        .computeIfAbsent(primitive, p -> new ArrayDeque<>())
        .add(new Fault(Optional.empty(), false, true));
  }

  /** Runs something right before the next call of a primitive. */
  public synchronized void before(String primitive, Runnable hook) {
    hooks.computeIfAbsent(primitive, p -> new ArrayDeque<>()).add(hook);
  }

  /** Makes a call of a process, with the faults that were scripted for it. */
  synchronized <T> T call(String owner, String primitive, boolean mutates, Supplier<T> effect) {
    if (dead.contains(owner)) {
      throw BackendFault.permanent(Failure.of(Failure.Kind.OTHER, owner + " is dead"), null);
    }
    Runnable hook = hooks.getOrDefault(primitive, new ArrayDeque<>()).poll();
    if (hook != null) {
      hook.run();
    }
    Fault fault = faults.getOrDefault(primitive, new ArrayDeque<>()).poll();
    if (fault != null && fault.fault().isPresent() && !fault.afterEffect()) {
      throw fault.fault().get();
    }
    if (mutates) {
      mutations.add(primitive);
    }
    T result = effect.get();
    if (fault != null && fault.twice()) {
      result = effect.get();
    }
    if (fault != null && fault.fault().isPresent()) {
      throw fault.fault().get();
    }
    return result;
  }

  // ---- what tests look at and do ----

  /** Every call so far that changes something, in order. */
  public synchronized List<String> mutations() {
    return List.copyOf(mutations);
  }

  /** How often a primitive was called and had its effect. */
  public synchronized long count(String primitive) {
    return mutations.stream().filter(primitive::equals).count();
  }

  /** What should never have happened. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  synchronized void violated(String what) {
    violations.add(what);
    throw BackendFault.permanent(Failure.of(Failure.Kind.OTHER, what), null);
  }

  /** Every launch that was asked for. */
  public synchronized List<Launch> launches() {
    return List.copyOf(launches);
  }

  synchronized void launched(Launch launch) {
    launches.add(launch);
  }

  /** The launch whose cluster is there. */
  public synchronized Optional<Launch> running(String application) {
    return Optional.ofNullable(clusters.get(application)).map(c -> c.launch);
  }

  /** How many TaskManagers live. */
  public synchronized int taskManagers(String application) {
    Cluster c = clusters.get(application);
    return c == null ? 0 : c.taskManagers;
  }

  /** How far the job's state is; -1 without a job. */
  public synchronized long progress(String application) {
    Cluster c = clusters.get(application);
    return c == null ? -1 : c.progress;
  }

  /** Lets the job do some work. */
  public synchronized void work(String application, long amount) {
    cluster(application).progress += amount;
  }

  /** The parallelism of the vertices, in order. */
  public synchronized List<Integer> parallelism(String application) {
    return cluster(application).vertices.values().stream().map(v -> v.parallelism).toList();
  }

  /** The upper bounds of the vertices, in order. */
  public synchronized List<Integer> upperBounds(String application) {
    return cluster(application).vertices.values().stream().map(v -> v.bounds.upper()).toList();
  }

  /** Everything in the storage, and how far it is. */
  public synchronized Map<String, Long> states() {
    return Map.copyOf(states);
  }

  /** Puts something restorable into the storage. */
  public synchronized void putState(String location, long progress) {
    states.put(location, progress);
  }

  /** Loses something from the storage. */
  public synchronized void removeState(String location) {
    states.remove(location);
  }

  /** Ends the JobManager; TaskManagers stay behind. */
  public synchronized void killJobManager(String application) {
    Cluster c = cluster(application);
    c.jobManager = false;
    c.failure = Optional.of(Failure.of(Failure.Kind.PROCESS_DIED, "JobManager died"));
  }

  /** The JobManager cannot be asked, and nobody knows why yet. */
  public synchronized void hideJobManager(String application) {
    cluster(application).jobManager = false;
  }

  /** Ends one TaskManager. */
  public synchronized void loseTaskManager(String application) {
    cluster(application).taskManagers--;
  }

  /** Lets the job fail for good. */
  public synchronized void failJob(String application, String stackTrace) {
    fail(cluster(application), stackTrace);
  }

  /** Lets the job come to its end. */
  public synchronized void finishJob(String application) {
    cluster(application).state = JobState.FINISHED;
  }

  /** Lets the job lose its tasks, so that it is not running for some looks. */
  public synchronized void restartJob(String application, int looks) {
    Cluster c = cluster(application);
    c.state = JobState.CREATED;
    c.start = Start.runs(looks);
  }

  /** Completes a checkpoint of the running job at a time. */
  public synchronized String checkpoint(String application, Instant at) {
    return checkpoint(cluster(application), at);
  }

  String checkpoint(Cluster c, Instant at) {
    String job = c.launch.jobId().hex();
    List<CheckpointInfo> all = checkpoints.computeIfAbsent(job, j -> new ArrayList<>());
    String location = "file:///checkpoints/" + job + "/chk-" + (all.size() + 1);
    all.add(new CheckpointInfo(all.size() + 1, location, at, 10));
    states.put(location, c.progress);
    return location;
  }

  synchronized List<CheckpointInfo> checkpoints(String job) {
    return checkpoints.getOrDefault(job, List.of());
  }

  synchronized void removeCheckpoints(String job) {
    checkpoints(job).forEach(c -> states.remove(c.location()));
    checkpoints.remove(job);
  }

  /** The document as it is stored. */
  public synchronized Optional<String> document(String application) {
    return Optional.ofNullable(documents.get(application)).map(RecordStore.Versioned::text);
  }

  /** Overwrites a document, as another process would. */
  public synchronized void putDocument(String application, String text) {
    documents.put(application, new RecordStore.Versioned(application, "v" + ++counter, text));
  }

  /** Writes a document again as it is: another process was faster, and changed nothing. */
  public synchronized void touch(String application) {
    putDocument(application, document(application).orElse("{\"name\":\"" + application + "\"}"));
  }

  Map<String, RecordStore.Versioned> documents() {
    return documents;
  }

  // ---- the cluster's model ----

  Cluster cluster(String application) {
    Cluster c = clusters.get(application);
    if (c == null) {
      throw new IllegalStateException("no cluster of " + application + " is there");
    }
    return c;
  }

  /** The cluster itself, or, of a session cluster, the one of its jobs that has the id. */
  Cluster withJob(String application, Cluster c, JobId job) {
    return clusters.entrySet().stream()
        .filter(e -> e.getKey().startsWith(application + "/"))
        .map(Map.Entry::getValue)
        .filter(j -> j.launch.jobId().equals(job))
        .findFirst()
        .orElse(c);
  }

  /** Notes a look at a job that runs. */
  void seenRunning(Cluster c) {
    boolean isJob = c.launch.id().contains("/");
    if (isJob && looksPerDay > 0 && ++looksAtJobs % looksPerDay == 0) {
      ahead = ahead.plusDays(1);
    }
  }

  /** Time as it is in this world. */
  public Timing timing() {
    Timing system = Timing.system();
    return new Timing() {
      @Override
      public Clock clock() {
        return new Clock() {
          @Override
          public Instant instant() {
            synchronized (FakeWorld.this) {
              return system.clock().instant().plus(ahead);
            }
          }

          @Override
          public ZoneId getZone() {
            return system.clock().getZone();
          }

          @Override
          public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
          }
        };
      }

      @Override
      public long nanoTime() {
        return system.nanoTime();
      }

      @Override
      public void pause(Duration pause) throws InterruptedException {
        system.pause(pause);
      }

      @Override
      public <T> T await(CompletableFuture<T> future, Duration timeout)
          throws InterruptedException, ExecutionException, TimeoutException {
        return system.await(future, timeout);
      }

      @Override
      public Worker worker(String name, int threads) {
        return system.worker(name, threads);
      }
    };
  }

  long next() {
    return ++counter;
  }

  Optional<Long> state(String location) {
    return Optional.ofNullable(states.get(location));
  }

  List<String> statesIn(String directory) {
    return states.keySet().stream().filter(l -> l.startsWith(directory + "/")).toList();
  }

  static void fail(Cluster c, String stackTrace) {
    c.state = JobState.FAILED;
    c.exceptions.add(
        new JobException(
            Instant.EPOCH,
            stackTrace.lines().findFirst().orElse(""),
            stackTrace.lines().reduce("", (a, b) -> b),
            stackTrace,
            Optional.empty(),
            Optional.empty()));
  }

  /** Snapshots a job; {@code stop} ends it when the snapshot is complete. */
  void snapshot(Cluster c, String triggerId, String directory, boolean stop) {
    Trigger trigger = new Trigger();
    trigger.looks = snapshotLooks;
    c.triggers.put(triggerId, trigger);
    Snapshot how = Optional.ofNullable(snapshots.poll()).orElse(Snapshot.COMPLETES);
    switch (how) {
      case COMPLETES, COMPLETES_AND_IS_FORGOTTEN -> {
        trigger.completion =
            () -> {
              String location = directory + "/savepoint-" + next();
              states.put(location, c.progress);
              c.savepoints.add(location);
              if (statesIn(directory).size() > 1) {
                violations.add("a second savepoint in " + directory);
              }
              trigger.view =
                  new JobControl.TriggerView(
                      JobControl.TriggerView.State.COMPLETED, location, Optional.empty());
              trigger.forgotten = how == Snapshot.COMPLETES_AND_IS_FORGOTTEN;
              if (stop) {
                c.state = JobState.FINISHED;
              }
            };
        if (trigger.looks == 0) {
          trigger.completion.run();
        }
      }
      case IS_LOST -> trigger.forgotten = true;
      case COMES_TOO_EARLY ->
          trigger.view =
              failed("Checkpoint triggering task Source (1/2) is not being executed at the moment");
      case FAILS -> trigger.view = failed("java.io.IOException: disk full");
    }
  }

  private static JobControl.TriggerView failed(String message) {
    return new JobControl.TriggerView(
        JobControl.TriggerView.State.FAILED,
        "",
        Optional.of(Failure.of(Failure.Kind.SNAPSHOT_FAILED, message)));
  }
}
