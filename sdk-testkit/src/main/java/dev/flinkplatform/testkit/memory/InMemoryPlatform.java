package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.spi.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A place that runs Flink and exists in memory only, for tests of what one builds on the SDK:
 * thousands of deployments, upgrades and accidents in a second.
 *
 * <p>{@link #connect()} gives platforms of it, as many as one wants; they see the same
 * applications. They run the SDK's own core: validation, journal, deadlines, roll-backs and errors
 * are the real ones. What is simulated are the clusters, their jobs and their storage.
 *
 * <p>Time is virtual. It stands still until somebody waits through the SDK ({@code
 * Operation.await}, {@code FlinkApplication.await}) or calls {@link #advance}, and then jumps from
 * one event to the next: waiting an hour takes no time. Nothing happens in the background; code
 * that waits in another way (a future's {@code get}, a latch) must be helped by {@code advance}.
 *
 * <p>A {@linkplain dev.flinkplatform.testkit.SelfCheckingJob self-checking job} behaves as its
 * arguments say and writes its ledger; any other behaves as {@link Builder#jobs} says. Jars need
 * not exist; where they do, one must hold the entry class.
 *
 * <p>What is said of an application is said of a session cluster, too, by its name; and what is
 * said of an application's job, of a job in a session cluster by {@code session/job}. Thread-safe.
 */
public final class InMemoryPlatform {

  private static final Set<Capability> EVERYTHING =
      EnumSet.of(
          Capability.SAVEPOINT,
          Capability.CHECKPOINT,
          Capability.DISPOSE_SAVEPOINT,
          Capability.RESCALE,
          Capability.RESCALE_IN_PLACE,
          Capability.UPGRADE,
          Capability.SUSPEND,
          Capability.RESTART,
          Capability.RESTORE_CLAIM,
          Capability.LOGS,
          Capability.HA_ZOOKEEPER,
          Capability.HA_KUBERNETES,
          Capability.SECRET_ENVIRONMENT,
          Capability.CUSTOM_IMAGE,
          Capability.KUBERNETES_SETTINGS,
          Capability.SESSION);

  private final World world;
  private final VirtualTime time;

  /** How to kill the processes that are connected. */
  private final Map<FlinkPlatform, Runnable> processes =
      Collections.synchronizedMap(new WeakHashMap<>());

  private InMemoryPlatform(Builder builder) {
    this.time = new VirtualTime(builder.start);
    this.world =
        new World(
            time,
            Set.copyOf(builder.capabilities),
            List.copyOf(builder.versions),
            builder.jobs,
            builder.seed,
            builder.startup);
  }

  /**
   * Returns a place with everything as it is by default.
   *
   * @return the place
   */
  public static InMemoryPlatform create() {
    return builder().build();
  }

  /**
   * Returns a builder.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  // ---- connecting ----

  /**
   * Connects a process. Does not block.
   *
   * @return a new platform of this place
   */
  public FlinkPlatform connect() {
    return connect(UnaryOperator.identity(), (operation, verb, step, moment) -> {});
  }

  /**
   * Connects a process whose backend is wrapped, for example to inject faults, and whose steps are
   * heard. Does not block.
   *
   * @param wrapping what is put around the backend
   * @param steps hears of every journalled step
   * @return a new platform of this place
   */
  public FlinkPlatform connect(UnaryOperator<PlatformBackend> wrapping, StepListener steps) {
    MemoryBackend backend = new MemoryBackend(world);
    ProcessTiming process = new ProcessTiming(time);
    FlinkPlatform platform =
        Platforms.of(wrapping.apply(backend), steps, process, Supervision.off());
    processes.put(
        platform,
        () -> {
          backend.close();
          process.kill();
        });
    return platform;
  }

  /**
   * Kills a platform's process, as an accident would: its operations stop where they are, also in
   * the midst of a step, and another platform can go on with them. Afterwards its calls fail, and
   * who waits for its operations waits in vain.
   *
   * @param platform what {@link #connect()} returned; may be killed in its step listener
   * @throws IllegalArgumentException if it is none of this place
   */
  public void kill(FlinkPlatform platform) {
    Runnable kill = processes.get(platform);
    if (kill == null) {
      throw new IllegalArgumentException("No platform of this place: " + platform);
    }
    kill.run();
  }

  // ---- time ----

  /**
   * Returns the time of this place, for code that takes it from there, and for backends around it.
   *
   * @return the timing
   */
  public Timing timing() {
    return time;
  }

  /**
   * Returns what the time is.
   *
   * @return the present moment
   */
  public Instant now() {
    return time.instant();
  }

  /**
   * Lets time pass, and does what is due meanwhile. Blocks for as long as that takes.
   *
   * @param span how much time; what is due now is done in any case
   * @throws WaitInterruptedException if the thread is interrupted
   */
  public void advance(Duration span) {
    try {
      time.pause(span);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while time passed", new ResourceRef("memory", "test", ""), e);
    }
  }

  // ---- accidents ----

  /**
   * Kills a TaskManager of an application. It stays away until {@code apply} brings it back.
   *
   * @param application the application's name
   * @return whether there was one
   * @throws IllegalStateException if nothing runs of the application
   */
  public boolean killTaskManager(String application) {
    synchronized (world) {
      return world.cluster(application).killTaskManager();
    }
  }

  /**
   * Kills the JobManager of an application. With high availability another one takes over soon.
   *
   * @param application the application's name
   * @throws IllegalStateException if nothing runs of the application
   */
  public void killJobManager(String application) {
    synchronized (world) {
      world.cluster(application).killJobManager();
    }
  }

  /**
   * Lets the JobManager of an application hang, or go on: meanwhile Flink does not answer, and the
   * job runs.
   *
   * @param application the application's name
   * @param frozen whether it hangs from now on
   * @throws IllegalStateException if nothing runs of the application
   */
  public void freezeJobManager(String application, boolean frozen) {
    synchronized (world) {
      world.cluster(application).freeze(frozen);
    }
  }

  /**
   * Makes a directory unusable, for good: savepoints to it fail. If its scheme is {@code memory},
   * it is refused at once, as a backend does that sees it itself.
   *
   * @param directory a directory, with all that is below it
   * @param cause why, for example {@code java.io.IOException: Mkdirs failed}
   */
  public void breakDirectory(String directory, String cause) {
    synchronized (world) {
      world.broken.put(directory, cause);
    }
  }

  /**
   * Lets a task of the job fail; Flink restarts the job as its restart strategy says.
   *
   * @param application the application's name
   * @param cause the first line of the stack trace, for example {@code java.io.IOException: no
   *     route}
   * @throws IllegalStateException if nothing runs of the application
   */
  public void failTask(String application, String cause) {
    synchronized (world) {
      world.job(application).fail(cause, "", Optional.empty());
    }
  }

  /**
   * Lets the next savepoint or checkpoint that is asked for fail; called several times, as many.
   * Until then the job completes no checkpoint by itself, either.
   *
   * @param application the application's name
   * @param cause why it fails
   */
  public void failNextSnapshot(String application, String cause) {
    synchronized (world) {
      world.failingSnapshots.computeIfAbsent(application, a -> new ArrayDeque<>()).add(cause);
    }
  }

  /**
   * Sets how long savepoints and checkpoints take that are asked for. Default: 200 ms.
   *
   * @param application the application's name
   * @param duration how long
   */
  public void snapshotsTake(String application, Duration duration) {
    synchronized (world) {
      world.snapshotTimes.put(application, duration);
    }
  }

  /**
   * Sets a metric of an application's job.
   *
   * @param application the application's name
   * @param metric the metric's name
   * @param value its value
   */
  public void metric(String application, String metric, double value) {
    synchronized (world) {
      world.metrics.computeIfAbsent(application, a -> new HashMap<>()).put(metric, value);
    }
  }

  // ---- looks ----

  /**
   * Tells how many records the state of a running job has seen: what is lost or done again by a
   * restore shows here.
   *
   * @param application the application's name
   * @return how many, 1,000 for each second that the job ran; 0 if nothing runs
   */
  public long processed(String application) {
    synchronized (world) {
      return world
          .findJob(application)
          .map(job -> job.positions().values().stream().mapToLong(n -> n).sum())
          .orElse(0L);
    }
  }

  /**
   * Tells what is left of an application's processes.
   *
   * @param application the application's name
   * @return in words; empty if nothing runs
   */
  public List<String> running(String application) {
    synchronized (world) {
      Cluster cluster = world.clusters.get(application);
      return cluster == null ? List.of() : List.of("the cluster of " + cluster.launch.id());
    }
  }

  /**
   * Lists the checkpoints and savepoints in a directory.
   *
   * @param directory the directory, as the specification or the savepoint options name it; {@code
   *     memory://state/} and the application's name by default
   * @return their locations
   */
  public List<String> states(String directory) {
    synchronized (world) {
      return world.statesIn(directory);
    }
  }

  /**
   * Tells what happened that must never happen, whatever the test does: two savepoints of one
   * operation, an application discarded while it ran.
   *
   * @return in words; empty if all is well
   */
  public List<String> violations() {
    return world.violations();
  }

  /** Builds an {@link InMemoryPlatform}. Not thread-safe. */
  public static final class Builder {

    private Set<Capability> capabilities = EVERYTHING;
    private List<FlinkVersion> versions = FlinkVersion.known();
    private Function<? super ApplicationSpec, SimulatedJob> jobs = spec -> SimulatedJob.endless();
    private long seed = 1;
    private Duration startup = Duration.ofSeconds(1);
    private Instant start = Instant.parse("2026-01-01T00:00:00Z");

    private Builder() {}

    /**
     * Sets what the platform can do.
     *
     * @param values the capabilities; all that are simulated if not set
     * @return this
     */
    public Builder capabilities(Collection<Capability> values) {
      Set<Capability> unknown = new TreeSet<>(values);
      unknown.removeAll(EVERYTHING);
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException("Not simulated: " + unknown);
      }
      capabilities = Set.copyOf(values);
      return this;
    }

    /**
     * Sets the Flink versions it can run.
     *
     * @param values for example {@code 2.3} or {@code 1.20.0}; all that the SDK knows if not set
     * @return this
     */
    public Builder flinkVersions(String... values) {
      versions = List.of(values).stream().map(FlinkVersion::parse).toList();
      return this;
    }

    /**
     * Sets how jobs behave.
     *
     * @param values gives the behaviour of each start; every job is endless if not set
     * @return this
     */
    public Builder jobs(Function<? super ApplicationSpec, SimulatedJob> values) {
      jobs = Objects.requireNonNull(values, "values");
      return this;
    }

    /**
     * Sets what random numbers come from.
     *
     * @param value the seed, 1 if not set
     * @return this
     */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Sets how long processes take to start.
     *
     * @param value one second if not set
     * @return this
     */
    public Builder startup(Duration value) {
      startup = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Sets what the time is at first.
     *
     * @param value the first of January 2026 if not set
     * @return this
     */
    public Builder startAt(Instant value) {
      start = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Builds the place.
     *
     * @return the place
     */
    public InMemoryPlatform build() {
      return new InMemoryPlatform(this);
    }
  }
}
