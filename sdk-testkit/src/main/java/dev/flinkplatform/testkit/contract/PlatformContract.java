package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.Timing;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What all contract suites share: a platform, applications that are deleted after each test, and
 * the questions whether state was lost, and whether a refusal had no side effect.
 *
 * <p>Tests that leave an application as healthy as they found it share one, since a start is what
 * takes time. After each test every other application is deleted, and nothing may be left of it,
 * also when the test failed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class PlatformContract {

  private static final Duration POLL = Duration.ofMillis(100);

  private static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(20);

  private PlatformFixture fixture;
  private FlinkPlatform platform;
  private final List<FlinkPlatform> others = new CopyOnWriteArrayList<>();
  private final Set<String> names = new TreeSet<>();
  private boolean isOpen;
  private Duration slowestStart = Duration.ZERO;
  private int count;
  private @Nullable String shared;

  // What the test that runs needs or has seen refused, and what those that passed had.
  private final Set<Capability> working = EnumSet.noneOf(Capability.class);
  private final Set<Capability> refusing = EnumSet.noneOf(Capability.class);
  private final Set<Capability> worked = EnumSet.noneOf(Capability.class);
  private final Set<Capability> refused = EnumSet.noneOf(Capability.class);

  /** A test's capabilities count once it has passed. */
  @RegisterExtension
  final AfterTestExecutionCallback outcome =
      context -> {
        boolean isTest =
            context.getTestMethod().filter(m -> m.isAnnotationPresent(Test.class)).isPresent();
        if (isTest && context.getExecutionException().isEmpty()) {
          worked.addAll(working);
          refused.addAll(refusing);
        }
        working.clear();
        refusing.clear();
      };

  /** For the suites of this package. */
  PlatformContract() {}

  /**
   * Makes the fixture. Called once per class.
   *
   * @return the fixture; closed after the last test
   * @throws Exception if the backend cannot be prepared; then all tests of the class fail
   */
  protected abstract PlatformFixture createFixture() throws Exception;

  @BeforeAll
  final void open() throws Exception {
    fixture = createFixture();
    try {
      platform = fixture.connect();
    } catch (RuntimeException | Error e) {
      fixture.close();
      throw e;
    }
    isOpen = true;
  }

  @AfterEach
  final void cleanUp() {
    String kept = isSharedHealthy() ? shared : null;
    deleteAll(kept);
    shared = kept;
  }

  @AfterAll
  final void close() {
    if (!isOpen) {
      return;
    }
    try {
      beforeTheEnd();
      deleteAll(null);
      fixture.seen(
          new CapabilityReport(
              getClass().getSimpleName(), platform.capabilities(), worked, refused));
    } finally {
      try {
        platform.close();
      } finally {
        fixture.close();
      }
    }
  }

  private void deleteAll(@Nullable String except) {
    List<Throwable> faults = new ArrayList<>();
    for (FlinkPlatform other : others) {
      other.close();
    }
    others.clear();
    // A new one: whatever a test did to the platform, cleaning up must work.
    try (FlinkPlatform cleaner = fixture.connect()) {
      try {
        assertNoSecretIsShown(cleaner);
      } catch (RuntimeException | AssertionError e) {
        faults.add(e);
      }
      for (FlinkApplication app : cleaner.applications()) {
        if (!app.name().equals(except)) {
          try {
            delete(cleaner, app);
          } catch (RuntimeException | AssertionError e) {
            faults.add(e);
          }
        }
      }
    }
    try {
      deleteSessions();
    } catch (RuntimeException | AssertionError e) {
      faults.add(e);
    }
    for (String name : names) {
      if (!name.equals(except) && !isKept(name)) {
        try {
          assertNothingLeft(name);
        } catch (RuntimeException | AssertionError e) {
          faults.add(e);
        }
      }
    }
    names.removeIf(name -> !name.equals(except) && !isKept(name));
    if (!faults.isEmpty()) {
      AssertionError error = new AssertionError("Cleaning up failed: " + faults);
      faults.forEach(error::addSuppressed);
      throw error;
    }
  }

  private void assertNoSecretIsShown(FlinkPlatform cleaner) {
    Set<String> secrets = fixture.secrets();
    if (!secrets.isEmpty()) {
      assertThat(whatIsSaid(cleaner))
          .as("what the SDK says")
          .noneMatch(text -> secrets.stream().anyMatch(text::contains));
    }
    assertThat(fixture.secretsShown()).as("what the backend has written").isEmpty();
  }

  private static List<String> whatIsSaid(FlinkPlatform cleaner) {
    List<String> said = new ArrayList<>();
    said.add("platform " + cleaner + ", " + cleaner.info());
    cleaner.operations().forEach(o -> said.add("operation " + o));
    for (FlinkApplication app : cleaner.applications()) {
      said.add("application " + app + ", " + app.status() + ", " + app.diagnose());
      said.add("specification " + app.spec() + ", " + cleaner.plan(app.spec()));
      said.add("documents " + cleaner.render(app.spec()));
    }
    for (SessionCluster session : cleaner.sessions()) {
      said.add("session " + session + ", " + session.status() + ", " + session.diagnose());
      said.add("specification " + session.spec() + ", " + session.spec().cluster());
      said.add("documents " + cleaner.render(session.spec()));
      for (FlinkJob job : session.jobs()) {
        said.add("job " + job + ", " + job.spec() + ", " + job.status() + ", " + job.diagnose());
      }
    }
    return said;
  }

  private void delete(FlinkPlatform cleaner, FlinkApplication app) {
    Optional<String> active = app.status().activeOperation();
    if (active.isPresent()) {
      ended(cleaner.operation(active.get()));
    }
    if (app.status().state() != ApplicationState.ABSENT) {
      app.delete(StateRetention.PURGE).await(timeout());
    }
  }

  /**
   * Whether a name is still in use after a test; what is kept at the end of the class is deleted.
   */
  boolean isKept(String name) {
    return false;
  }

  /** Is called once, before the last cleaning up. */
  void beforeTheEnd() {}

  /** Removes session clusters after a test, or at the end of the class. */
  void deleteSessions() {}

  private boolean isSharedHealthy() {
    if (shared == null) {
      return false;
    }
    try {
      FlinkApplication app = platform.application(shared);
      ApplicationStatus status = app.status();
      // A test may have sent it to another ledger, and then this one tells nothing.
      return app.spec().job().args().contains(fixture.ledger(shared).toString())
          && status.state() == ApplicationState.RUNNING
          && status.parallelism() == 1
          && status.activeOperation().isEmpty()
          && ledger(shared).isExactlyOnce();
    } catch (FlinkPlatformException | IllegalStateException e) {
      return false;
    }
  }

  // ---- for the suites ----

  final PlatformFixture fixture() {
    return fixture;
  }

  final FlinkPlatform platform() {
    return platform;
  }

  /** Another platform of the same place; closed after the test. */
  final FlinkPlatform another() {
    FlinkPlatform other = fixture.connect();
    others.add(other);
    return other;
  }

  final Duration timeout() {
    return fixture.timeout();
  }

  final OperationOptions within(Duration deadline) {
    return OperationOptions.within(deadline);
  }

  /** What the time is where the platform lives. */
  final Instant now() {
    return fixture.timing().clock().instant();
  }

  /** Waits until something is so. */
  final void until(String what, BooleanSupplier condition) {
    until(what, condition::getAsBoolean, so -> so);
  }

  /** Looks until what is seen is as it should be. */
  final <T> void until(String what, Supplier<T> look, Predicate<? super T> good) {
    Timing timing = fixture.timing();
    long begin = timing.nanoTime();
    while (true) {
      T seen = look.get();
      if (good.test(seen)) {
        return;
      }
      if (timing.nanoTime() - begin > timeout().toNanos()) {
        throw new AssertionError("Not within " + timeout() + ": " + what + "; seen: " + seen);
      }
      try {
        timing.pause(POLL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("Interrupted while waiting until " + what, e);
      }
    }
  }

  final boolean can(Capability capability) {
    return platform.capabilities().contains(capability);
  }

  /** Skips the test where the platform cannot: CapabilityContract tests that it refuses. */
  final void requires(Capability... capabilities) {
    for (Capability c : capabilities) {
      Assumptions.assumeTrue(can(c), () -> "not advertised: " + c);
      works(c);
    }
  }

  /** This test shows, if it passes, that a capability works. */
  final void works(Capability capability) {
    working.add(capability);
  }

  /** This test shows, if it passes, that a capability is refused. */
  final void isRefused(Capability capability) {
    refusing.add(capability);
  }

  /** A name no other test of the class has, which is watched for leftovers. */
  final String newName(String stem) {
    count++;
    String name = stem + "-" + count;
    names.add(name);
    return name;
  }

  /** The base specification of a new name, with a ledger. */
  final ApplicationSpec newSpec(String stem) {
    return newSpec(stem, args -> args);
  }

  /** The base specification of a new name, with a ledger and further knobs. */
  final ApplicationSpec newSpec(String stem, UnaryOperator<SelfCheckingJob.Args> knobs) {
    String name = newName(stem);
    return withArgs(fixture.baseSpec(name).build(), fixture.ledger(name), knobs);
  }

  /** The same specification with the program arguments replaced. */
  static ApplicationSpec withArgs(
      ApplicationSpec spec, Path ledger, UnaryOperator<SelfCheckingJob.Args> knobs) {
    List<String> args = knobs.apply(SelfCheckingJob.args().ledger(ledger)).toList();
    return spec.toBuilder().job(spec.job().toBuilder().args(args).build()).build();
  }

  /** The same specification with the program arguments replaced, and the ledger of its name. */
  final ApplicationSpec withArgs(ApplicationSpec spec, UnaryOperator<SelfCheckingJob.Args> knobs) {
    return withArgs(spec, fixture.ledger(spec.name()), knobs);
  }

  final FlinkApplication deploy(ApplicationSpec spec) {
    return deploy(spec, StateRestore.fresh());
  }

  final FlinkApplication deploy(ApplicationSpec spec, StateRestore restore) {
    long begin = fixture.timing().nanoTime();
    FlinkApplication app = platform.deploy(spec, restore, within(timeout())).await(timeout());
    Duration took = Duration.ofNanos(fixture.timing().nanoTime() - begin);
    slowestStart = took.compareTo(slowestStart) > 0 ? took : slowestStart;
    return app;
  }

  /**
   * A deadline that a good start meets easily, on this machine and today, for tests that wait until
   * it has passed.
   */
  final Duration shortDeadline() {
    Duration easily = slowestStart.multipliedBy(4);
    Duration longest = easily.compareTo(timeout()) < 0 ? easily : timeout();
    return longest.compareTo(SHORTEST_DEADLINE) > 0 ? longest : SHORTEST_DEADLINE;
  }

  /** What the shared application is deployed with. */
  ApplicationSpec sharedSpec() {
    return newSpec("shared");
  }

  /**
   * An application that runs at parallelism 1 and has lost nothing; deployed anew if the one before
   * is not as good any more.
   */
  final FlinkApplication shared() {
    if (shared == null) {
      ApplicationSpec spec = sharedSpec();
      FlinkApplication app = deploy(spec);
      shared = spec.name();
      return app;
    }
    return platform.application(shared);
  }

  /** A version that the SDK knows, and this platform cannot run. */
  final FlinkVersion unavailableVersion() {
    return FlinkVersion.known().stream()
        .filter(v -> platform.info().flinkVersions().stream().noneMatch(v::isSameMinor))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the platform runs all known versions"));
  }

  // ---- questions ----

  final Ledger ledger(String name) {
    return Ledger.read(fixture.ledger(name));
  }

  /** The job goes on, and nothing was lost or duplicated up to now. */
  final void assertExactlyOnce(String name) {
    Ledger moved = awaitProgress(fixture.ledger(name));
    assertThat(moved.lost()).as("lost, in %s", moved).isZero();
    assertThat(moved.duplicated()).as("duplicated, in %s", moved).isZero();
  }

  final void assertExactlyOnce(FlinkApplication app) {
    assertExactlyOnce(app.name());
  }

  /** Waits until numbers were committed that were not before. */
  final Ledger awaitProgress(Path directory) {
    long before = Ledger.read(directory).committed();
    until(
        "the ledger " + directory + " goes on from " + before,
        () -> Ledger.read(directory).committed() > before);
    return Ledger.read(directory);
  }

  /** What fails has its deadline, and the roll-back as long again. */
  private Duration rollBackTimeout() {
    return timeout().multipliedBy(3);
  }

  /** Waits for the end of an operation, whatever it is. */
  final OperationStatus ended(Operation<?> operation) {
    try {
      operation.await(rollBackTimeout());
    } catch (OperationFailedException e) {
      return e.status();
    }
    return operation.status();
  }

  /** The operation ends without success, and says so in every way. */
  final OperationStatus failed(Operation<?> operation, OperationState expected) {
    OperationFailedException e =
        thrown(
            OperationFailedException.class,
            operation.status().application(),
            () -> operation.await(rollBackTimeout()));
    assertThat(e.status().state()).as(e.getMessage()).isEqualTo(expected);
    assertThat(operation.status()).isEqualTo(e.status());
    assertThat(e.status().failure()).isPresent();
    assertThat(e.status().endedAt()).isPresent();
    assertThat(e).hasMessageContaining(operation.id()).hasMessageContaining(expected.name());
    return e.status();
  }

  /** The call throws that exception, and it tells what it is about. */
  final <E extends FlinkPlatformException> E thrown(
      Class<E> type, String name, ThrowingCallable call) {
    Throwable seen = Assertions.catchThrowable(call);
    assertThat(seen).isInstanceOf(type);
    E e = type.cast(seen);
    assertThat(e.resource().backend()).isEqualTo(platform.info().backend());
    assertThat(e.resource().scope()).isEqualTo(platform.info().scope());
    assertThat(e.resource().name()).isEqualTo(name);
    assertThat(e)
        .hasMessageContaining("backend='" + platform.info().backend() + "'")
        .hasMessageContaining(name);
    return e;
  }

  /** What a refused call must not change. */
  record Picture(
      ApplicationState state,
      long generation,
      List<?> runs,
      Optional<String> activeOperation,
      Optional<ApplicationSpec> spec,
      List<String> operations,
      List<String> applications) {}

  final Picture picture(String name) {
    List<String> applications =
        platform.applications().stream().map(FlinkApplication::name).toList();
    List<String> operations =
        platform.operations().stream().map(OperationStatus::id).sorted().toList();
    if (!applications.contains(name)) {
      return new Picture(
          ApplicationState.ABSENT,
          0,
          List.of(),
          Optional.empty(),
          Optional.empty(),
          operations,
          applications);
    }
    FlinkApplication app = platform.application(name);
    ApplicationStatus status = app.status();
    return new Picture(
        status.state(),
        status.generation(),
        status.jobIdHistory(),
        status.activeOperation(),
        Optional.of(app.spec()),
        operations,
        applications);
  }

  /** The call throws that exception, and changes nothing at all. */
  final <E extends FlinkPlatformException> E refused(
      Class<E> type, String name, ThrowingCallable call) {
    Picture before = picture(name);
    E e = thrown(type, name, call);
    assertThat(picture(name)).isEqualTo(before);
    return e;
  }

  /** Nothing runs and nothing but state is kept of an application. */
  final void assertNothingLeft(String name) {
    until("nothing is left of " + name, () -> fixture.leftovers(name), List::isEmpty);
  }

  final void assertAbsent(String name) {
    assertThat(platform.applications()).noneMatch(app -> app.name().equals(name));
    assertNothingLeft(name);
  }
}
