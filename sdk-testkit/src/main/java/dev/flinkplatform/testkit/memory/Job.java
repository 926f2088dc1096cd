package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.Failure;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.Bounds;
import dev.flinkplatform.spi.JobControl.CheckpointTry;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.VertexStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A job, alone in its cluster or one of many in a session cluster, and what it does in the course
 * of time. Guarded by the world's monitor.
 */
final class Job {

  private static final Duration DEPLOYMENT = Duration.ofMillis(300);
  private static final Duration RESCALING = Duration.ofMillis(300);
  private static final Duration SLOT_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration TICK = Duration.ofSeconds(1);

  /** Flink's defaults. */
  private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(10);

  private static final int HISTORY = 10;
  private static final String EXPIRED = "Checkpoint expired before completing.";

  /** Flink's default restart strategy for jobs with checkpoints. */
  private static final RestartStrategy DEFAULT_RESTARTS =
      RestartStrategy.exponentialDelay(Duration.ofSeconds(1), Duration.ofMinutes(1));

  private static final Set<String> NO_RESTARTS = Set.of("none", "off", "disable");

  private final World world;
  private final String name;
  private final ApplicationSpec spec;
  private final Program program;
  private final boolean adaptive;

  /** Where it runs; with high availability a session cluster that is resumed takes it over. */
  private Cluster cluster;

  final Launch launch;

  // No state: Flink does not know it yet.
  private @Nullable JobState state;
  private final Map<String, Vertex> vertices = new LinkedHashMap<>();
  private boolean running;

  /** How many slots it has; it has them before its tasks run. */
  private int slots;

  /** Whether it waits for slots. */
  private boolean waiting;

  private Instant since = Instant.EPOCH;
  private SortedMap<Integer, Long> base = new TreeMap<>();
  private SortedMap<Integer, Long> noted = new TreeMap<>();
  private final List<String> pending = new ArrayList<>();
  private Optional<Snapshot> restored = Optional.empty();
  private Optional<String> restoredFrom = Optional.empty();
  private boolean claimed;
  private long lastCheckpoint;
  private long completed;
  private long restarts;
  private int failures;
  private final List<Instant> failureTimes = new ArrayList<>();
  private final List<JobException> exceptions = new ArrayList<>();
  private final Map<String, Trigger> triggers = new HashMap<>();
  private final List<String> savepoints = new ArrayList<>();

  /** The latest checkpoints and savepoints, the latest first. */
  private final Deque<CheckpointTry> history = new ArrayDeque<>();

  /** Counts what the job is about; what was planned before it changed is dropped. */
  private int epoch;

  private static final class Vertex {
    final String id;
    final String name;
    final int max;
    int parallelism;
    Bounds bounds;

    Vertex(String id, String name, int parallelism, int max) {
      this.id = id;
      this.name = name;
      this.parallelism = parallelism;
      this.max = max;
      this.bounds = new Bounds(1, parallelism);
    }
  }

  private static final class Trigger {
    TriggerView view = new TriggerView(TriggerView.State.IN_PROGRESS, "", Optional.empty());
  }

  /**
   * Makes a job that does nothing yet.
   *
   * @param name what it is called in this place: that of its application, or that of its session
   *     cluster, a slash and its own
   */
  Job(World world, Cluster cluster, String name, Launch launch, Program program) {
    this.world = world;
    this.cluster = cluster;
    this.name = name;
    this.launch = launch;
    this.spec = launch.spec();
    this.program = program;
    this.adaptive = "adaptive".equalsIgnoreCase(config("jobmanager.scheduler").orElse(""));
    this.restoredFrom = launch.restoreFrom();
  }

  /** A job's own configuration goes before that of its cluster. */
  private Optional<String> config(String key) {
    return Optional.ofNullable(spec.flinkConfig().get(key))
        .or(() -> Optional.ofNullable(cluster.launch.spec().flinkConfig().get(key)))
        .map(String::trim);
  }

  private void log(String line) {
    world.log(cluster.name(), line);
  }

  /** Does something later, unless the job has come to something else by then. */
  private void laterInJob(Duration delay, Runnable work) {
    int now = epoch;
    cluster.later(
        delay,
        () -> {
          if (epoch == now && !cluster.isHalting()) {
            work.run();
          }
        });
  }

  // ---- its cluster ----

  void submitLater(Duration startup) {
    laterInJob(startup.plus(program.startsAfter()), this::submit);
  }

  /** Its tasks are gone, and nobody is there who would start them again. */
  void interrupt() {
    change();
    running = false;
    release();
    triggers.clear();
  }

  /** Another JobManager leads it. */
  void takenOver() {
    if (state != null && !state.isTerminal()) {
      restart(Duration.ZERO);
    } else if (state == null) {
      submit();
    }
  }

  /** Another start of its session cluster leads it. */
  void moveTo(Cluster resumed, Duration startup) {
    cluster = resumed;
    comeBack(startup);
  }

  /** A TaskManager came. */
  void offered() {
    if (state == JobState.RUNNING && !running) {
      schedule();
    } else {
      rescale();
    }
  }

  /** Another job gave slots back. */
  void offeredSlots() {
    if (waiting) {
      schedule();
    }
  }

  private void release() {
    waiting = false;
    if (slots > 0) {
      slots = 0;
      cluster.slotsFreed();
    }
  }

  int slots() {
    return slots;
  }

  boolean isRunning() {
    return running;
  }

  String name() {
    return name;
  }

  private int parallelism() {
    return vertices.values().stream().mapToInt(v -> v.parallelism).max().orElse(0);
  }

  // ---- the job's life ----

  /** The job comes to something else: what was planned for it is dropped. */
  private void change() {
    epoch++;
    triggers.values().stream()
        .filter(t -> t.view.state() == TriggerView.State.IN_PROGRESS)
        .forEach(
            t ->
                t.view =
                    failed("The checkpoint was aborted: Checkpoint Coordinator is suspending."));
  }

  private static TriggerView failed(String why) {
    return new TriggerView(
        TriggerView.State.FAILED,
        "",
        Optional.of(
            Failure.of(
                Failure.Kind.SNAPSHOT_FAILED,
                "org.apache.flink.runtime.checkpoint.CheckpointException: " + why)));
  }

  void submit() {
    log("JobMaster for " + launch.jobId().hex() + " starts");
    if (!program.mainThrows().isEmpty()) {
      failForGood(
          "org.apache.flink.client.program.ProgramInvocationException: The main method caused an"
              + " error: "
              + program.mainThrows(),
          program.mainThrows(),
          "");
      return;
    }
    int parallelism = spec.parallelism();
    int max = maxParallelism(parallelism);
    if (program.selfChecking()) {
      addVertex("Source: source", parallelism, max);
      addVertex("verify", parallelism, max);
      addVertex("ledger", 1, 1);
    } else {
      addVertex("Source -> Sink", parallelism, max);
    }
    if (parallelism > max) {
      failForGood(
          "org.apache.flink.runtime.JobException: Vertex "
              + vertices.values().iterator().next().name
              + "'s parallelism ("
              + parallelism
              + ") is higher than the max parallelism ("
              + max
              + "). Please lower the parallelism or increase the max parallelism of the vertex.");
      return;
    }
    restored = Optional.empty();
    if (launch.restoreFrom().isPresent() && !restore(launch.restoreFrom().get(), max)) {
      return;
    }
    state = JobState.RUNNING;
    schedule();
  }

  private void addVertex(String vertexName, int parallelism, int max) {
    String id =
        UUID.nameUUIDFromBytes(vertexName.getBytes(StandardCharsets.UTF_8))
            .toString()
            .replace("-", "");
    vertices.put(id, new Vertex(id, vertexName, parallelism, max));
  }

  private int maxParallelism(int parallelism) {
    Optional<String> configured = config("pipeline.max-parallelism");
    if (configured.isPresent()) {
      return Integer.parseInt(configured.get());
    }
    // As Flink computes it: one and a half times as many, rounded up to a power of two, from 128.
    int wanted = Integer.highestOneBit(Math.max(1, parallelism + parallelism / 2 - 1)) * 2;
    return Math.min(Math.max(wanted, 128), 1 << 15);
  }

  /** Restores the state that the start was given; false if that failed. */
  private boolean restore(String location, int max) {
    Optional<Snapshot> found = world.state(location);
    if (found.isEmpty()) {
      failForGood(
          "java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '"
              + location
              + "' on file system 'memory'.");
      return false;
    }
    Snapshot snapshot = found.get();
    for (Map.Entry<String, String> operator : snapshot.uids().entrySet()) {
      if (!program.uids().containsValue(operator.getValue()) && !launch.allowNonRestoredState()) {
        failForGood(
            "java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint "
                + location
                + ". Cannot map checkpoint/savepoint state for operator "
                + operator.getValue()
                + " to the new program, because the operator is not available in the new program. If"
                + " you want to allow to skip this, you can set the --allowNonRestoredState option"
                + " on the CLI.");
        return false;
      }
    }
    if (snapshot.maxParallelism() < max && spec.parallelism() > snapshot.maxParallelism()) {
      failForGood(
          "java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint "
              + location
              + ". Max parallelism mismatch between checkpoint/savepoint state and new program. The"
              + " parallelism must not be larger than the max parallelism "
              + snapshot.maxParallelism());
      return false;
    }
    restored = found;
    lastCheckpoint = snapshot.id();
    claimed = launch.claimMode() == StateRestore.ClaimMode.CLAIM;
    return true;
  }

  /** Gives the job its slots, or waits for them. */
  private void schedule() {
    int wanted = vertices.values().stream().mapToInt(v -> v.bounds.upper()).max().orElse(1);
    int needed = adaptive ? 1 : wanted;
    if (cluster.slotsFor(this) < needed) {
      waiting = true;
      laterInJob(
          SLOT_TIMEOUT,
          () -> {
            if (!running && cluster.slotsFor(this) < needed) {
              fail(
                  "org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could"
                      + " not acquire the minimum required resources.",
                  "",
                  Optional.empty());
            }
          });
      return;
    }
    vertices
        .values()
        .forEach(
            v -> v.parallelism = Math.min(v.bounds.upper(), Math.max(1, cluster.slotsFor(this))));
    waiting = false;
    slots = parallelism();
    epoch++;
    laterInJob(DEPLOYMENT.plus(program.runsAfter()), this::open);
  }

  /** All tasks are there. */
  private void open() {
    if (program.failsOnOpen()) {
      fail(
          "java.lang.IllegalStateException: self-inflicted crash in open",
          "dev.flinkplatform.testkit.job.VerifyFunction.open(VerifyFunction.java)",
          cluster.aTaskManager());
      return;
    }
    boolean hasLedger = fits(Program.LEDGER);
    if (program.failUnlessRestored() && !hasLedger) {
      fail("java.lang.IllegalStateException: not restored, as --fail-unless-restored demands");
      return;
    }
    if (program.failIfRestored() && hasLedger) {
      fail("java.lang.IllegalStateException: restored, against --fail-if-restored");
      return;
    }
    base = new TreeMap<>();
    for (int key = 0; key < program.keys(); key++) {
      base.put(key, 0L);
    }
    if (fits(Program.SOURCE)) {
      base.putAll(restored.orElseThrow().next());
    }
    noted = new TreeMap<>(base);
    pending.clear();
    if (program.ledger().isPresent()) {
      List<String> lines = new ArrayList<>();
      lines.add(
          LedgerFile.start(
              uuid(),
              hasLedger ? OptionalLong.of(restored.orElseThrow().id()) : OptionalLong.empty(),
              world.now()));
      if (hasLedger) {
        lines.addAll(restored.orElseThrow().pending());
      }
      LedgerFile.append(program.ledger().get(), lines);
    }
    since = world.now();
    running = true;
    log("JobMaster: all tasks run");
    if (restored.isPresent() && fits(Program.SOURCE) != fits(Program.VERIFY) && isNotEmpty()) {
      failForGood(
          "dev.flinkplatform.testkit.job.SelfCheckFailure: "
              + (fits(Program.SOURCE) ? "gap" : "duplicate")
              + ": key=0 expected="
              + (fits(Program.SOURCE) ? 0 : restored.orElseThrow().next().get(0))
              + " got="
              + (fits(Program.SOURCE) ? restored.orElseThrow().next().get(0) : 0));
      return;
    }
    checkpointInterval().ifPresentOrElse(this::checkpointLater, this::commitLater);
    program.failure(parallelism()).ifPresent(after -> laterInJob(after, this::crash));
    if (program.recordsPerKey() > 0) {
      long left =
          base.values().stream().mapToLong(n -> program.recordsPerKey() - n).max().orElse(0);
      laterInJob(program.timeFor(Math.max(0, left)), this::finish);
    }
  }

  private boolean isNotEmpty() {
    return program.selfChecking() && restored.orElseThrow().records() > 0;
  }

  /** Whether an operator got state. */
  private boolean fits(String operator) {
    String uid = program.uids().get(operator);
    return uid != null && restored.filter(s -> s.uids().containsValue(uid)).isPresent();
  }

  private UUID uuid() {
    return new UUID(world.random.nextLong(), world.random.nextLong());
  }

  private void crash() {
    if (program.failsOnceMarker().isPresent()) {
      try {
        Files.createFile(program.failsOnceMarker().get());
      } catch (IOException e) {
        return; // It has crashed before.
      }
    }
    fail(
        program.cause(),
        program.selfChecking()
            ? "dev.flinkplatform.testkit.job.VerifyFunction.processElement(VerifyFunction.java)"
            : "",
        program.selfChecking() ? Optional.of("verify (1/" + parallelism() + ")") : Optional.empty(),
        cluster.aTaskManager());
  }

  private void fail(String cause) {
    fail(cause, "", Optional.empty());
  }

  /** A task fails: the job is restarted, or fails for good. */
  void fail(String cause, String at, Optional<String> taskManager) {
    fail(cause, at, Optional.empty(), taskManager);
  }

  private void fail(String cause, String at, Optional<String> task, Optional<String> taskManager) {
    remember(cause, cause, at, task, taskManager);
    change();
    running = false;
    release();
    Optional<Duration> delay = restartDelay();
    if (delay.isEmpty()) {
      state = JobState.FAILED;
      ended();
      log("JobMaster: the job failed for good: " + cause);
      return;
    }
    state = JobState.RESTARTING;
    log("JobMaster: the job restarts: " + cause);
    laterInJob(delay.get(), () -> restart(Duration.ZERO));
  }

  private void restart(Duration delay) {
    restarts++;
    comeBack(delay);
  }

  /** The job's tasks start again, from its latest checkpoint. */
  private void comeBack(Duration delay) {
    List<CheckpointInfo> own = world.checkpoints(launch.jobId().hex());
    if (!own.isEmpty()) {
      String location = own.get(own.size() - 1).location();
      restored = world.state(location);
      restoredFrom = Optional.of(location);
    }
    state = JobState.RUNNING;
    laterInJob(delay, this::schedule);
  }

  private Optional<Duration> restartDelay() {
    failures++;
    failureTimes.add(world.now());
    RestartStrategy strategy = restartStrategy();
    if (strategy instanceof RestartStrategy.FixedDelay fixed) {
      return failures <= fixed.attempts() ? Optional.of(fixed.delay()) : Optional.empty();
    }
    if (strategy instanceof RestartStrategy.ExponentialDelay exponential) {
      Duration delay = exponential.initial();
      for (int i = 1; i < failures && delay.compareTo(exponential.max()) < 0; i++) {
        delay = delay.multipliedBy(2);
      }
      return Optional.of(delay.compareTo(exponential.max()) < 0 ? delay : exponential.max());
    }
    if (strategy instanceof RestartStrategy.FailureRate rate) {
      Instant from = world.now().minus(rate.interval());
      long recent = failureTimes.stream().filter(at -> !at.isBefore(from)).count();
      return recent <= rate.maxFailures() ? Optional.of(rate.delay()) : Optional.empty();
    }
    return Optional.empty();
  }

  private RestartStrategy restartStrategy() {
    return config("restart-strategy.type").filter(NO_RESTARTS::contains).isPresent()
        ? RestartStrategy.none()
        : spec.restartStrategy()
            .or(() -> cluster.launch.spec().restartStrategy())
            .orElse(checkpointInterval().isPresent() ? DEFAULT_RESTARTS : RestartStrategy.none());
  }

  private void failForGood(String cause) {
    failForGood(cause, cause, "");
  }

  private void failForGood(String exception, String cause, String at) {
    remember(exception, cause, at, Optional.empty(), Optional.empty());
    change();
    running = false;
    release();
    state = JobState.FAILED;
    ended();
    log("JobMaster: the job failed for good: " + exception);
  }

  private void ended() {
    world.ended(cluster.name(), launch.jobId(), Optional.ofNullable(state).orElseThrow());
  }

  private void remember(
      String exception,
      String cause,
      String at,
      Optional<String> task,
      Optional<String> taskManager) {
    String stack =
        exception
            + (at.isEmpty() ? "" : "\n\tat " + at)
            + (cause.equals(exception) ? "" : "\nCaused by: " + cause);
    exceptions.add(0, new JobException(world.now(), exception, cause, stack, task, taskManager));
  }

  private void finish() {
    commit(takeSnapshot());
    end(JobState.FINISHED);
  }

  private void end(JobState how) {
    base = positions();
    change();
    running = false;
    release();
    state = how;
    ended();
    if (how == JobState.FINISHED) {
      world.removeCheckpoints(launch.jobId().hex()); // As Flink does; savepoints stay.
    }
    log("JobMaster: the job is " + how);
  }

  // ---- state ----

  private Optional<Duration> checkpointInterval() {
    return program
        .checkpointInterval()
        .or(() -> spec.checkpointing().interval())
        .or(() -> cluster.launch.spec().checkpointing().interval());
  }

  private void checkpointLater(Duration interval) {
    laterInJob(
        interval,
        () -> {
          Instant begun = world.now();
          String planned = world.failingSnapshots.getOrDefault(name, new ArrayDeque<>()).peek();
          if (planned != null) {
            noteFailure(false, begun, planned);
            checkpointLater(interval);
          } else if (!program.isHeldUp()) {
            completeCheckpoint(begun);
            checkpointLater(interval);
          } else {
            laterInJob(
                barrierTime(),
                () -> {
                  if (isExpiring()) {
                    noteFailure(false, begun, EXPIRED);
                  } else {
                    completeCheckpoint(begun);
                  }
                  checkpointLater(interval);
                });
          }
        });
  }

  private Duration timeout() {
    return spec.checkpointing()
        .timeout()
        .or(() -> cluster.launch.spec().checkpointing().timeout())
        .orElse(CHECKPOINT_TIMEOUT);
  }

  private boolean isExpiring() {
    return program.barrierDelay().compareTo(timeout()) > 0;
  }

  /** How long a snapshot waits for what is before it, until its end or its timeout. */
  private Duration barrierTime() {
    return isExpiring() ? timeout() : program.barrierDelay();
  }

  private void noteFailure(boolean savepoint, Instant begun, String why) {
    lastCheckpoint++;
    note(lastCheckpoint, savepoint, TriggerView.State.FAILED, begun, 0, why);
  }

  private void note(
      long id,
      boolean savepoint,
      TriggerView.State how,
      Instant begun,
      long bytes,
      String failure) {
    history.addFirst(
        new CheckpointTry(
            id, savepoint, how, begun, Duration.between(begun, world.now()), bytes, failure));
    while (history.size() > HISTORY) {
      history.removeLast();
    }
  }

  /** Without checkpoints each record is committed at once. */
  private void commitLater() {
    laterInJob(
        TICK,
        () -> {
          commit(takeSnapshot());
          commitLater();
        });
  }

  /** How far each key is. */
  SortedMap<Integer, Long> positions() {
    if (!running) {
      return base;
    }
    long done = program.perKey(Duration.between(since, world.now()));
    SortedMap<Integer, Long> out = new TreeMap<>();
    base.forEach(
        (key, from) ->
            out.put(
                key,
                program.recordsPerKey() > 0
                    ? Math.max(from, Math.min(program.recordsPerKey(), from + done))
                    : from + done));
    return out;
  }

  /** What is there now; what came since the last snapshot becomes a transaction of its own. */
  private Snapshot takeSnapshot() {
    lastCheckpoint++;
    SortedMap<Integer, Long> now = positions();
    now.forEach(
        (key, next) -> {
          long from = noted.getOrDefault(key, 0L);
          if (next > from) {
            pending.add(LedgerFile.commit(uuid(), key, from, next - 1, lastCheckpoint));
          }
        });
    noted = new TreeMap<>(now);
    int max =
        vertices.values().stream().mapToInt(v -> v.max).filter(m -> m > 1).min().orElse(1 << 15);
    return new Snapshot(
        lastCheckpoint,
        world.now(),
        now,
        pending,
        program.uids(),
        max,
        program.stateBytes() + program.growBytes() * now.values().stream().mapToLong(n -> n).sum());
  }

  private void commit(Snapshot complete) {
    if (program.ledger().isPresent() && !complete.pending().isEmpty()) {
      LedgerFile.append(program.ledger().get(), complete.pending());
    }
    pending.clear();
  }

  private CheckpointInfo completeCheckpoint(Instant begun) {
    Snapshot snapshot = takeSnapshot();
    note(snapshot.id(), false, TriggerView.State.COMPLETED, begun, snapshot.bytes(), "");
    String job = launch.jobId().hex();
    CheckpointInfo info =
        new CheckpointInfo(
            snapshot.id(),
            spec.checkpointing().directory().orElseThrow() + "/" + job + "/chk-" + snapshot.id(),
            snapshot.at(),
            snapshot.bytes());
    world.addCheckpoint(job, info, snapshot);
    completed++;
    commit(snapshot);
    if (claimed) {
      // Flink owns the savepoint, and needs it no more.
      launch.restoreFrom().ifPresent(world::removeState);
      claimed = false;
    }
    return info;
  }

  // ---- what Flink is asked ----

  Optional<JobState> state() {
    return Optional.ofNullable(state);
  }

  List<VertexStatus> vertexStatus() {
    boolean finished = state == JobState.FINISHED;
    return vertices.values().stream()
        .map(
            v ->
                new VertexStatus(
                    v.id,
                    v.name,
                    v.parallelism,
                    v.max,
                    running ? v.parallelism : 0,
                    finished ? v.parallelism : 0))
        .toList();
  }

  long completedCheckpoints() {
    return completed;
  }

  Optional<CheckpointInfo> latestCheckpoint() {
    List<CheckpointInfo> all = world.checkpoints(launch.jobId().hex());
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  Optional<String> restoredFrom() {
    return restored.isPresent() ? restoredFrom : Optional.empty();
  }

  long restarts() {
    return restarts;
  }

  List<JobException> exceptions() {
    return List.copyOf(exceptions);
  }

  Map<String, Double> metrics() {
    Map<String, Double> out = new HashMap<>();
    out.put("numRestarts", (double) restarts);
    out.put("numberOfCompletedCheckpoints", (double) completed);
    if (program.selfChecking() && running) {
      long before = base.values().stream().mapToLong(n -> n).sum();
      long now = positions().values().stream().mapToLong(n -> n).sum();
      out.put("selfcheck.verified", (double) (now - before));
      out.put("selfcheck.gaps", 0.0);
      out.put("selfcheck.duplicates", 0.0);
    }
    out.putAll(world.metrics.getOrDefault(name, Map.of()));
    return out;
  }

  List<CheckpointTry> checkpointHistory() {
    return List.copyOf(history);
  }

  /** When a sink is too slow it always works, and all before it wait. */
  List<JobControl.Load> load() {
    List<JobControl.Load> out = new ArrayList<>();
    int left = vertices.size();
    for (Vertex v : vertices.values()) {
      boolean last = --left == 0;
      double waits = program.isHeldUp() && !last ? 1 : 0;
      double works = program.isHeldUp() ? 1 - waits : 0.1;
      out.add(new JobControl.Load(v.id, v.name, waits, works));
    }
    return out;
  }

  List<String> savepoints() {
    return List.copyOf(savepoints);
  }

  /** Takes a savepoint; {@code stop} ends the job with it. The same id again does nothing. */
  void triggerSavepoint(String id, String directory, boolean stop) {
    trigger(
        id,
        world.brokenDirectory(directory),
        begun -> {
          Snapshot snapshot = takeSnapshot();
          note(snapshot.id(), true, TriggerView.State.COMPLETED, begun, snapshot.bytes(), "");
          String location =
              directory
                  + (directory.endsWith("/") ? "" : "/")
                  + "savepoint-"
                  + launch.jobId().hex().substring(0, 6)
                  + "-"
                  + world.hex(12);
          world.put(location, snapshot);
          savepoints.add(location);
          if (world.statesIn(directory).size() > 1) {
            world.violated("two savepoints in " + directory);
          }
          if (stop) {
            commit(snapshot);
          }
          return location;
        },
        stop);
  }

  /** Takes a checkpoint. The same id again does nothing. */
  void triggerCheckpoint(String id) {
    trigger(id, Optional.empty(), begun -> Long.toString(completeCheckpoint(begun).id()), false);
  }

  private void trigger(
      String id, Optional<String> broken, Function<Instant, String> work, boolean stop) {
    if (triggers.containsKey(id)) {
      return;
    }
    Trigger trigger = new Trigger();
    triggers.put(id, trigger);
    if (!running) {
      trigger.view =
          failed(
              "Checkpoint triggering task "
                  + vertices.values().stream().map(v -> v.name).findFirst().orElse("Source")
                  + " (1/1) of job "
                  + launch.jobId().hex()
                  + " is not being executed at the moment. Aborting checkpoint.");
      return;
    }
    Optional<String> fails =
        world
            .nextSnapshotFailure(name)
            .or(() -> broken)
            .or(() -> isExpiring() ? Optional.of(EXPIRED) : Optional.empty());
    Instant begun = world.now();
    laterInJob(
        world.snapshotTime(name).plus(barrierTime()),
        () -> {
          fails.ifPresent(why -> noteFailure(true, begun, why));
          trigger.view =
              fails.isPresent()
                  ? failed(fails.get())
                  : new TriggerView(
                      TriggerView.State.COMPLETED, work.apply(begun), Optional.empty());
          if (stop && fails.isEmpty()) {
            end(JobState.FINISHED);
          }
        });
  }

  TriggerView look(String id) {
    Trigger trigger = triggers.get(id);
    return trigger == null
        ? new TriggerView(TriggerView.State.UNKNOWN, "", Optional.empty())
        : trigger.view;
  }

  void cancel() {
    if (state == null || !state.isTerminal()) {
      end(JobState.CANCELED);
    }
  }

  Optional<Map<String, Bounds>> bounds() {
    if (!adaptive) {
      return Optional.empty();
    }
    Map<String, Bounds> out = new LinkedHashMap<>();
    vertices.forEach((id, v) -> out.put(id, v.bounds));
    return Optional.of(out);
  }

  /** Takes the new bounds; empty if they are refused, else why. */
  Optional<String> bounds(Map<String, Bounds> bounds) {
    if (!adaptive || !bounds.keySet().equals(vertices.keySet())) {
      return Optional.of("every vertex of the job must be in it");
    }
    for (Vertex v : vertices.values()) {
      if (bounds.getOrDefault(v.id, v.bounds).upper() > v.max) {
        return Optional.of(
            "the parallelism of " + v.name + " must not be more than its max parallelism " + v.max);
      }
    }
    vertices.values().forEach(v -> v.bounds = bounds.getOrDefault(v.id, v.bounds));
    laterInJob(RESCALING, this::rescale);
    return Optional.empty();
  }

  /** The adaptive scheduler brings the running job to what is wanted and there is room for. */
  private void rescale() {
    boolean differs =
        vertices.values().stream()
            .anyMatch(v -> v.parallelism != Math.min(v.bounds.upper(), cluster.slotsFor(this)));
    if (adaptive && running && differs && cluster.slotsFor(this) > 0) {
      base = positions();
      change();
      running = false;
      release();
      release();
      comeBack(Duration.ofMillis(100));
    }
  }
}
