package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.calls.CallFault;
import dev.flinkplatform.testkit.calls.CallFaultPlan;
import dev.flinkplatform.testkit.calls.CallFaults;
import dev.flinkplatform.testkit.calls.FaultyBackend;
import dev.flinkplatform.testkit.fault.Fault;
import dev.flinkplatform.testkit.fault.FaultOptions;
import dev.flinkplatform.testkit.fault.FaultProxy;
import dev.flinkplatform.testkit.fault.FaultSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What must hold when requests to Flink and their answers are lost, cut, late, repeated or refused,
 * and when calls of the backend are: no success that is none, no second job or savepoint, no wrong
 * status, no operation that never ends, and no record lost or processed twice.
 *
 * <p>Each case is one seed: it gives the faults, by a {@link FaultSchedule} or {@link CallFaults},
 * and what is asked of an application meanwhile. Seeds divisible by 9 start or stop something, all
 * others do not. The faults are few enough for the SDK to win. A backend joins with {@link
 * PlatformFixture#connectThrough} and {@link PlatformFixture#connectAround}; else the cases are
 * skipped.
 *
 * <p>System properties: {@code flinkplatform.faults.schedules} overrides {@link #schedules()};
 * {@code flinkplatform.faults.seed} runs one seed only, as a failure names it.
 */
public abstract class FaultContract extends PlatformContract {

  private static final int HEAVY = 9;
  private static final int MAX_ASKED = 20;

  /** {@link ApplicationStatus#jobIdHistory}: the oldest are forgotten. */
  private static final int REMEMBERED_RUNS = 50;

  private static final String METRIC = "numRestarts";
  private static final Duration MAX_DELAY = Duration.ofMillis(200);
  private static final FaultOptions FAULTS =
      FaultOptions.defaults().probability(0.25).maxDelay(MAX_DELAY);

  private final Network network = new Network();
  private final Calls calls = new Calls();
  private final List<Savepoint> savepoints = new ArrayList<>();
  private Disturbance disturbance = network;
  private @Nullable FlinkPlatform faulty;
  private int asked;

  /** For subclasses. */
  protected FaultContract() {}

  /**
   * Returns how many schedules there are.
   *
   * @return default: 50
   */
  protected int schedules() {
    return 50;
  }

  @AfterAll
  final void closeProxy() {
    network.proxy.close();
  }

  @TestFactory
  final Stream<DynamicTest> verbs_faultsOnTheWayToFlink_sayWhatIsTrue() {
    return under(network, fixture().connectThrough(network.proxy::address));
  }

  @TestFactory
  final Stream<DynamicTest> verbs_faultsBetweenCoreAndTheBackend_sayWhatIsTrue() {
    return under(
        calls,
        fixture()
            .connectAround(backend -> FaultyBackend.around(backend, calls, fixture().timing())));
  }

  private Stream<DynamicTest> under(Disturbance how, Optional<FlinkPlatform> connected) {
    Assumptions.assumeTrue(connected.isPresent(), "the fixture has no way for these faults");
    requires(Capability.SAVEPOINT, Capability.CHECKPOINT);
    FlinkPlatform through = connected.orElseThrow();
    faulty = through;
    disturbance = how;
    Long one = Long.getLong("flinkplatform.faults.seed");
    int count = Integer.getInteger("flinkplatform.faults.schedules", schedules());
    return (one == null ? LongStream.rangeClosed(1, count) : LongStream.of(one))
        .mapToObj(seed -> dynamicTest("seed " + seed, () -> run(seed)))
        .onClose(through::close);
  }

  @Override
  ApplicationSpec sharedSpec() {
    ApplicationSpec spec = newSpec("shared");
    return can(Capability.RESCALE_IN_PLACE)
        ? spec.toBuilder().putFlinkConfig("jobmanager.scheduler", "adaptive").build()
        : spec;
  }

  // ---- what is disturbed ----

  /** Faults somewhere, by a schedule that a seed gives. */
  private interface Disturbance {

    void begin(long seed);

    void end();

    /** How many requests or calls there were, and how many faults. */
    int[] numbers();

    /** The schedule and what was done, in words. */
    String story();
  }

  /** On the way to Flink. */
  private static final class Network implements Disturbance {

    private final FaultProxy proxy = FaultProxy.start(FaultSchedule.none());

    @Override
    public void begin(long seed) {
      proxy.schedule(FaultSchedule.seeded(seed, FAULTS));
    }

    @Override
    public void end() {
      proxy.schedule(FaultSchedule.none());
    }

    @Override
    public int[] numbers() {
      List<FaultProxy.Exchange> all = proxy.exchanges();
      return new int[] {
        all.size(), (int) all.stream().filter(x -> x.fault().kind() != Fault.Kind.PASS).count()
      };
    }

    @Override
    public String story() {
      return "schedule: "
          + proxy.schedule()
          + "\nrequests:\n  "
          + String.join("\n  ", proxy.exchanges().stream().map(Object::toString).toList());
    }
  }

  /** Between core and the backend. */
  private static final class Calls implements Disturbance, CallFaultPlan {

    private @Nullable CallFaults now;
    private int calls;

    @Override
    public synchronized CallFault next(String call, boolean duplicable) {
      if (now == null) {
        return CallFault.NONE;
      }
      calls++;
      return now.next(call, duplicable);
    }

    @Override
    public synchronized void begin(long seed) {
      now = CallFaults.of(seed, MAX_DELAY);
      calls = 0;
    }

    @Override
    public synchronized void end() {
      now = null;
    }

    @Override
    public synchronized int[] numbers() {
      return new int[] {calls, now == null ? 0 : now.done().size()};
    }

    @Override
    public synchronized String story() {
      return String.valueOf(now);
    }
  }

  // ---- one schedule ----

  private void run(long seed) {
    String name = shared().name();
    Scene scene = new Scene(seed, name);
    long begin = System.nanoTime();
    disturbance.begin(seed);
    String words = "";
    boolean passed = false;
    try {
      words = seed % HEAVY == 0 ? scene.heavy() : scene.light();
      scene.requireEveryOperationEnded();
      passed = true;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          e.getMessage()
              + "\nIt can be replayed with -Dflinkplatform.faults.seed="
              + seed
              + "\nverbs: "
              + scene.done
              + "\n"
              + disturbance.story(),
          e);
    } finally {
      int[] numbers = disturbance.numbers();
      System.out.printf(
          Locale.ROOT,
          "%s %s seed %d: %d requests, %d faults, %.1f s %s%n",
          passed ? "ok    " : "FAILED",
          disturbance.getClass().getSimpleName(),
          seed,
          numbers[0],
          numbers[1],
          Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000d,
          words);
      disturbance.end();
    }
  }

  /** What one seed asks for, and what must be true of it. */
  private final class Scene {

    private final long seed;
    private final Random random;
    private final String name;
    private final FlinkApplication app;
    private final Map<String, OperationState> operations = new LinkedHashMap<>();
    private final List<String> done = new ArrayList<>();
    private final ApplicationStatus before;
    private int newRuns;

    Scene(long seed, String name) {
      this.seed = seed;
      this.random = new Random(seed);
      this.name = name;
      this.app = Objects.requireNonNull(faulty).application(name);
      this.before = platform().application(name).status();
      assertThat(before.state()).as(before.toString()).isEqualTo(ApplicationState.RUNNING);
    }

    String light() {
      List<Runnable> steps =
          new ArrayList<>(List.of(this::status, this::reads, this::savepoint, this::checkpoint));
      if (savepoints.size() > 2) {
        steps.add(this::dispose);
      }
      Collections.shuffle(steps, random);
      steps.forEach(Runnable::run);
      requireShared();
      return "";
    }

    String heavy() {
      List<Runnable> all = new ArrayList<>(List.of(this::deployAndDelete));
      if (can(Capability.RESCALE_IN_PLACE)) {
        all.add(this::rescale);
      } else {
        add(all, Capability.RESCALE, this::rescaleThroughSavepoint);
      }
      add(all, Capability.UPGRADE, this::upgrade);
      add(all, Capability.SUSPEND, this::suspendAndResume);
      add(all, Capability.RESTART, this::restart);
      all.get((int) (seed / HEAVY % all.size())).run();
      status();
      requireShared();
      assertExactlyOnce(name);
      return done.toString();
    }

    private void add(List<Runnable> to, Capability needed, Runnable step) {
      if (can(needed)) {
        to.add(step);
      }
    }

    // -- what is asked --

    private void status() {
      done.add("status");
      ApplicationStatus s;
      try {
        s = app.status();
      } catch (BackendUnavailableException e) {
        assertFaults(e);
        return;
      }
      assertThat(s.state())
          .as("seen: %s", s)
          .isIn(ApplicationState.RUNNING, ApplicationState.UNKNOWN);
      if (s.state() == ApplicationState.RUNNING) {
        assertThat(s.vertices()).as("seen: %s", s).isNotEmpty();
        assertThat(s.parallelism()).as("seen: %s", s).isEqualTo(before.parallelism());
      } else {
        assertThat(s.reason()).isNotBlank();
        assertFaults(s);
      }
    }

    /** An answer is an answer of Flink, or there is none. */
    private void reads() {
      done.add("metrics, exceptions");
      try {
        assertThat(app.metrics(List.of(METRIC))).containsKey(METRIC);
      } catch (BackendUnavailableException e) {
        assertFaults(e);
      }
      try {
        assertThat(app.exceptions()).isEmpty();
      } catch (BackendUnavailableException e) {
        assertFaults(e);
      }
    }

    private void assertFaults(Object seen) {
      assertThat(disturbance.numbers()[1]).as("faults; why else %s?", seen).isPositive();
    }

    private void savepoint() {
      String directory = fixture().savepointDirectory(name);
      Operation<Savepoint> operation =
          ask("savepoint", o -> app.savepoint(SavepointOptions.to(directory), o));
      Savepoint taken = succeeds(operation);
      requireOne(directory, operation.id(), taken);
      assertThat(taken.jobId())
          .isEqualTo(platform().application(name).status().jobId().orElseThrow());
      savepoints.add(taken);
    }

    private void checkpoint() {
      Checkpoint taken = succeeds(ask("checkpoint", app::checkpoint));
      assertThat(taken.id()).isPositive();
      // Flink's web server shows it a moment later than it says that it is complete.
      Awaitility.await("checkpoint " + taken.id() + " to be shown")
          .atMost(timeout())
          .pollInterval(Duration.ofMillis(50))
          .until(() -> latestCheckpoint() >= taken.id());
    }

    private long latestCheckpoint() {
      return platform().application(name).status().latestCheckpoint().orElseThrow().id();
    }

    private void dispose() {
      Savepoint old = savepoints.remove(0);
      Operation<Savepoint> operation = ask("dispose", o -> app.dispose(old, o));
      succeeds(operation);
      assertThat(fixture().savepointsBelow(old.location())).isEmpty();
    }

    private void rescale() {
      RescaleResult up =
          succeeds(ask("rescale", o -> app.rescale(2, RescaleOptions.inPlaceOnly(), o)));
      assertThat(up.mechanism()).isEqualTo(RescaleResult.Mechanism.IN_PLACE);
      assertThat(platform().application(name).status().parallelism()).isEqualTo(2);
      succeeds(ask("rescale", o -> app.rescale(1, RescaleOptions.inPlaceOnly(), o)));
    }

    private void rescaleThroughSavepoint() {
      for (int parallelism : List.of(2, 1)) {
        int kept = keptByStops();
        RescaleResult result =
            succeeds(ask("rescale", o -> app.rescale(parallelism, RescaleOptions.defaults(), o)));
        newRuns++;
        requireOneStop(kept);
        assertThat(result.mechanism()).isEqualTo(RescaleResult.Mechanism.SAVEPOINT);
        assertThat(platform().application(name).status().parallelism()).isEqualTo(parallelism);
      }
    }

    private void restart() {
      int kept = keptByStops();
      succeeds(ask("restart", app::restart));
      newRuns++;
      requireOneStop(kept);
    }

    private void upgrade() {
      ApplicationSpec next =
          platform().application(name).spec().toBuilder()
              .putLabel("seed", Long.toString(seed))
              .build();
      int kept = keptByStops();
      succeeds(ask("upgrade", o -> app.upgrade(next, StateRestore.latest(), o)));
      newRuns++;
      requireOneStop(kept);
      assertThat(platform().application(name).spec()).isEqualTo(next);
    }

    private void suspendAndResume() {
      int kept = keptByStops();
      Operation<Savepoint> operation =
          ask(
              "suspend",
              o -> app.suspend(SavepointOptions.to(fixture().savepointDirectory(name)), o));
      Savepoint taken = succeeds(operation);
      if (fixture().stopDirectory(name).isEmpty()) {
        requireOne(fixture().savepointDirectory(name), operation.id(), taken);
      }
      requireOneStop(kept);
      assertThat(platform().application(name).status().state())
          .isEqualTo(ApplicationState.SUSPENDED);
      succeeds(ask("resume", o -> app.resume(StateRestore.latest(), o)));
      newRuns++;
    }

    private void deployAndDelete() {
      ApplicationSpec spec = newSpec("faulty");
      FlinkPlatform through = Objects.requireNonNull(faulty);
      FlinkApplication other =
          succeeds(ask("deploy", o -> through.deploy(spec, StateRestore.fresh(), o)));
      ApplicationStatus status = platform().application(spec.name()).status();
      assertThat(status.state()).as(status.toString()).isEqualTo(ApplicationState.RUNNING);
      assertThat(status.jobIdHistory()).as("jobs").hasSize(1);
      assertExactlyOnce(spec.name());
      DeleteResult deleted = succeeds(ask("delete", o -> other.delete(StateRetention.PURGE, o)));
      assertThat(deleted.kept()).isEmpty();
      assertAbsent(spec.name());
    }

    // -- how --

    private interface Request<T> {
      Operation<T> start(OperationOptions options) throws BackendUnavailableException;
    }

    /** Asks until the request is accepted, always with the same key, as a service would. */
    private <T> Operation<T> ask(String what, Request<T> request) {
      done.add(what);
      String key = "fault-" + seed + "-" + ++asked;
      OperationOptions options =
          OperationOptions.builder().deadline(timeout()).idempotencyKey(key).build();
      for (int i = 1; ; i++) {
        try {
          Operation<T> operation = request.start(options);
          assertThat(
                  platform().operations().stream()
                      .filter(o -> o.idempotencyKey().equals(Optional.of(key))))
              .as("operations of the same request")
              .hasSize(1);
          return operation;
        } catch (BackendUnavailableException e) {
          if (i == MAX_ASKED) {
            throw e;
          }
        }
      }
    }

    /** The end is looked at without faults, the result with them: until there is an answer. */
    private <T> T succeeds(Operation<T> operation) {
      OperationStatus end = ended(platform().operation(operation.id()));
      operations.put(operation.id(), end.state());
      assertThat(end.state()).as(end.toString()).isEqualTo(OperationState.SUCCEEDED);
      for (int i = 1; ; i++) {
        try {
          return operation.await(timeout());
        } catch (BackendUnavailableException e) {
          if (i == MAX_ASKED) {
            throw e;
          }
        }
      }
    }

    // -- what must be true --

    private void requireOne(String directory, String operation, Savepoint taken) {
      String own = (directory.endsWith("/") ? directory : directory + "/") + operation;
      List<String> there = fixture().savepointsBelow(own);
      assertThat(there).as("savepoints in " + own).hasSize(1);
      assertThat(there.get(0))
          .endsWith(taken.location().substring(taken.location().lastIndexOf('/')));
    }

    /** How many savepoints of stops there are where the caller cannot choose the directory. */
    private int keptByStops() {
      return fixture().stopDirectory(name).map(d -> fixture().savepointsBelow(d).size()).orElse(0);
    }

    private void requireOneStop(int before) {
      if (fixture().stopDirectory(name).isPresent()) {
        assertThat(keptByStops()).as("savepoints of stops").isEqualTo(before + 1);
      }
    }

    private void requireShared() {
      ApplicationStatus after = platform().application(name).status();
      assertThat(after.state()).as(after.toString()).isEqualTo(ApplicationState.RUNNING);
      assertThat(after.parallelism()).as(after.toString()).isEqualTo(before.parallelism());
      assertThat(after.jobIdHistory())
          .as("jobs")
          .hasSize(Math.min(before.jobIdHistory().size() + newRuns, REMEMBERED_RUNS))
          .filteredOn(job -> !before.jobIdHistory().contains(job))
          .hasSize(newRuns);
      fixture().liveClusters(name).ifPresent(n -> assertThat(n).as("live clusters").isEqualTo(1));
      assertThat(ledger(name).isExactlyOnce()).as(ledger(name).toString()).isTrue();
    }

    private void requireEveryOperationEnded() {
      assertThat(platform().operations())
          .as("operations that still run")
          .noneMatch(o -> o.state() == OperationState.RUNNING);
      Map<String, OperationState> seen = new LinkedHashMap<>();
      platform().operations().stream()
          .filter(o -> operations.containsKey(o.id()))
          .forEach(o -> seen.put(o.id(), o.state()));
      // What the journal does not hold any more was an application that is deleted.
      seen.forEach((id, state) -> assertThat(state).as(id).isEqualTo(operations.get(id)));
    }
  }
}
