package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.waiting.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.function.Executable;

/**
 * What must hold when the process that runs the SDK is killed in the middle of an operation: a
 * fresh process brings the operation to its end, no record is lost or processed twice, and there
 * never are two clusters of one application.
 *
 * <p>Each verb is run undisturbed once, to learn which steps it goes through on this backend. Then
 * it is run again for each of these points in a JVM of its own, which gets SIGKILL there; another
 * new JVM finds the operation by its id, or asks for the same with the same idempotency key, and
 * awaits its end. A backend joins by extending this class.
 *
 * <p>The system property {@code flinkplatform.crash.profile} overrides {@link #profile()}: {@code
 * REDUCED}, {@code NORMAL} or {@code ALL}.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class CrashResumeContract {

  private static final String PROFILE = "flinkplatform.crash.profile";

  private final Set<String> applications = Collections.synchronizedSet(new TreeSet<>());
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger lives = new AtomicInteger();
  private final Set<Verb> verbs = Collections.synchronizedSet(EnumSet.noneOf(Verb.class));
  private final Set<String> steps = Collections.synchronizedSet(new TreeSet<>());
  private @Nullable Thread hook;
  private @Nullable CrashSite site;
  private @Nullable FlinkPlatform platform;

  /** Of the application that is being tested, if it is in a place apart. */
  private @Nullable FlinkPlatform apart;

  private boolean supervised;

  /** Makes the suite. */
  protected CrashResumeContract() {}

  /** How many of the points there are get a kill. */
  public enum Profile {
    /** Every one. */
    ALL,
    /** All steps of all verbs, most of them before and after. */
    NORMAL,
    /** Some of each verb. */
    REDUCED
  }

  /**
   * Returns the place to test.
   *
   * @return a class as {@link CrashSite} describes
   */
  protected abstract Class<? extends CrashSite> site();

  /**
   * Returns what every JVM needs to find the place. Called once.
   *
   * @return the settings, given to the site's constructor
   */
  protected abstract Map<String, String> settings();

  /**
   * Returns how thorough this is.
   *
   * @return default: {@link Profile#NORMAL}
   */
  protected Profile profile() {
    return Profile.NORMAL;
  }

  private Map<String, String> settings = Map.of();

  @BeforeAll
  final void open() throws ReflectiveOperationException {
    settings = Map.copyOf(settings());
    CrashSite opened = CrashMain.site(site(), settings);
    site = opened;
    platform = opened.connect((operation, verb, step, moment) -> {});
    // Also for a build that is interrupted.
    hook = new Thread(() -> List.copyOf(applications).forEach(opened::destroy));
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @AfterAll
  final void close() {
    try {
      if (platform != null) {
        platform.close();
      }
    } finally {
      List.copyOf(applications).forEach(a -> place().destroy(a));
      if (hook != null) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  // ---- the cases ----

  @TestFactory
  final Stream<DynamicTest> deployAndDelete_sdkKilled_areBroughtToTheirEnd() {
    Life life = new Life("deploy", Change.of(Verb.DEPLOY));
    Change again = Change.of(Verb.DEPLOY, Change.LATEST);
    Change keep = Change.of(Verb.DELETE);
    Change purge = Change.of(Verb.DELETE, "purge");
    List<CrashPoint> deploying = passed(life, Change.of(Verb.DEPLOY));
    List<CrashPoint> keeping = passed(life, keep);
    passed(life, again);
    List<CrashPoint> purging = passed(life, purge);
    life.end();
    // Each deletion that keeps the state is followed by a deployment that starts from it.
    List<DynamicTest> tests = new ArrayList<>();
    List<CrashPoint> deployments = chosen(Change.of(Verb.DEPLOY), deploying);
    List<CrashPoint> deletions = chosen(keep, keeping);
    for (int i = 0; i < Math.max(deployments.size(), deletions.size()); i++) {
      if (i < deletions.size()) {
        tests.add(killed(life, keep, deletions.get(i)));
      }
      if (i < deployments.size()) {
        tests.add(killed(life, i % 2 == 0 ? again : Change.of(Verb.DEPLOY), deployments.get(i)));
      }
    }
    chosen(purge, purging).forEach(p -> tests.add(killed(life, purge, p)));
    return tests.stream().onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> badDeploy_sdkKilledInTheRollBack_leavesNothing() {
    Life life = new Life("bad-deploy", Change.of(Verb.DEPLOY));
    Change bad = Change.of(Verb.DEPLOY, Change.BAD);
    List<CrashPoint> points = passed(life, bad).stream().filter(CrashPoint::isUndo).toList();
    return chosen(bad, points).stream().map(p -> killed(life, bad, p)).onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> savepointCheckpointDispose_sdkKilled_areDoneOnce() {
    Life life = new Life("savepoint", Change.of(Verb.DEPLOY));
    return Stream.of(Verb.SAVEPOINT, Verb.CHECKPOINT, Verb.DISPOSE)
        .map(Change::of)
        .flatMap(c -> chosen(c, passed(life, c)).stream().map(p -> killed(life, c, p)))
        .toList()
        .stream()
        .onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> applyCreates_sdkKilled_isBroughtToItsEnd() {
    Life life = new Life("apply-new", Change.of(Verb.APPLY));
    Change change = Change.of(Verb.APPLY);
    // The steps are those of deploy.
    return most() == Profile.REDUCED
        ? Stream.of(killed(life, change, CrashPoint.after("LAUNCH"))).onClose(life::end)
        : chosen(change, passed(life, change)).stream()
            .map(p -> killed(life, change, p))
            .onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> applyRestarts_sdkKilled_isBroughtToItsEnd() {
    // The steps are those of upgrade.
    return most() == Profile.REDUCED
        ? Stream.of()
        : scaled(new Life("apply", Change.of(Verb.DEPLOY)), Change.of(Verb.APPLY, Change.EXISTING));
  }

  @TestFactory
  final Stream<DynamicTest> rescaleThroughSavepoint_sdkKilled_isBroughtToItsEnd() {
    return scaled(new Life("rescale", Change.of(Verb.DEPLOY)), Change.of(Verb.RESCALE));
  }

  @TestFactory
  final Stream<DynamicTest> rescaleInPlace_sdkKilled_isBroughtToItsEnd() {
    Life life = new Life("in-place", Change.of(Verb.DEPLOY, Change.ADAPTIVE));
    if (!can(Capability.RESCALE_IN_PLACE)) {
      return Stream.of();
    }
    return scaled(life, Change.of(Verb.RESCALE, Change.ADAPTIVE));
  }

  @TestFactory
  final Stream<DynamicTest> applyInPlace_sdkKilled_isBroughtToItsEnd() {
    Life life = new Life("apply-in-place", Change.of(Verb.DEPLOY, Change.ADAPTIVE));
    if (!can(Capability.RESCALE_IN_PLACE)) {
      return Stream.of();
    }
    return most() == Profile.REDUCED
        ? Stream.of()
        : scaled(life, Change.of(Verb.APPLY, Change.ADAPTIVE, Change.EXISTING));
  }

  @TestFactory
  final Stream<DynamicTest> lateRescale_sdkKilledInTheRollBack_runsAtTheOldParallelism() {
    Life life = new Life("late", Change.of(Verb.DEPLOY, Change.ADAPTIVE, Change.STEADY));
    if (!can(Capability.RESCALE_IN_PLACE)) {
      return Stream.of();
    }
    Change late = Change.of(Verb.RESCALE, Change.ADAPTIVE, Change.HURRIED, "p2");
    List<CrashPoint> points = passed(life, late).stream().filter(CrashPoint::isUndo).toList();
    return chosen(late, points).stream().map(p -> killed(life, late, p)).onClose(life::end);
  }

  private Stream<DynamicTest> scaled(Life life, Change change) {
    Change up = with(change, "p2");
    Change down = with(change, "p1");
    List<CrashPoint> points = chosen(up, passed(life, up));
    AtomicInteger i = new AtomicInteger();
    return points.stream()
        .map(p -> killed(life, i.getAndIncrement() % 2 == 0 ? down : up, p))
        .onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> upgrade_sdkKilled_isBroughtToItsEnd() {
    Life life = new Life("upgrade", Change.of(Verb.DEPLOY));
    List<CrashPoint> points =
        chosen(Change.of(Verb.UPGRADE), passed(life, Change.of(Verb.UPGRADE, "v0")));
    AtomicInteger version = new AtomicInteger();
    return points.stream()
        .map(p -> killed(life, Change.of(Verb.UPGRADE, "v" + version.incrementAndGet()), p))
        .onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> badUpgrade_sdkKilledInTheRollBack_runsTheOldVersion() {
    Life life = new Life("roll-back", Change.of(Verb.DEPLOY));
    Change bad = Change.of(Verb.UPGRADE, Change.BAD);
    List<CrashPoint> points = passed(life, bad).stream().filter(CrashPoint::isUndo).toList();
    return chosen(bad, points).stream().map(p -> killed(life, bad, p)).onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> suspendAndResume_sdkKilled_areBroughtToTheirEnd() {
    Life life = new Life("suspend", Change.of(Verb.DEPLOY));
    Change suspend = Change.of(Verb.SUSPEND);
    Change resume = Change.of(Verb.RESUME);
    List<DynamicTest> tests = new ArrayList<>();
    alternately(tests, life, suspend, resume);
    return tests.stream().onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> restart_sdkKilled_isBroughtToItsEnd() {
    Change change = Change.of(Verb.RESTART);
    Life life = new Life("restart", Change.of(Verb.DEPLOY));
    List<CrashPoint> points =
        most() == Profile.ALL
            ? passed(life, change)
            : List.of(CrashPoint.after("STOP_JOB"), CrashPoint.during("LAUNCH"));
    return points.stream().map(p -> killed(life, change, p)).onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> submitScaleBurst_sdkKilled_areBroughtToTheirEnd() {
    Life life = new SessionLife();
    if (!can(Capability.SESSION)) {
      return Stream.of();
    }
    Change submit = Change.of(Verb.SUBMIT);
    Change up = Change.of(Verb.SCALE, "p2");
    Change down = Change.of(Verb.SCALE, "p1");
    Change burst = Change.of(Verb.BURST, "p2");
    // No more TaskManagers than there are: so the job starts long before the deadline.
    Change late = Change.of(Verb.BURST, Change.HURRIED, "p1");
    if (most() == Profile.REDUCED) {
      return Stream.of(
              killed(life, submit, CrashPoint.after("LAUNCH")),
              killed(life, up, CrashPoint.after("SCALE_TASK_MANAGERS")),
              killed(life, burst, CrashPoint.after("START_JOB")),
              killed(life, late, CrashPoint.after("CANCEL_JOB")))
          .onClose(life::end);
    }
    Change badSubmit = Change.of(Verb.SUBMIT, Change.BAD);
    Change lateScale = Change.of(Verb.SCALE, Change.HURRIED, "p2");
    Change badBurst = Change.of(Verb.BURST, Change.BAD, "p2");
    List<DynamicTest> tests = new ArrayList<>();
    chosen(submit, passed(life, submit)).forEach(p -> tests.add(killed(life, submit, p)));
    chosen(badSubmit, passed(life, badSubmit)).stream()
        .filter(CrashPoint::isUndo)
        .forEach(p -> tests.add(killed(life, badSubmit, p)));
    List<CrashPoint> scaling = chosen(up, passed(life, up));
    for (int i = 0; i < scaling.size(); i++) {
      tests.add(killed(life, i % 2 == 0 ? up : down, scaling.get(i)));
    }
    chosen(lateScale, passed(life, lateScale)).stream()
        .filter(p -> p.step().equals("SCALE_BACK"))
        .forEach(p -> tests.add(killed(life, lateScale, p)));
    chosen(burst, passed(life, burst)).forEach(p -> tests.add(killed(life, burst, p)));
    chosen(badBurst, passed(life, badBurst)).stream()
        .filter(p -> p.isUndo() || p.step().equals("SCALE_BACK"))
        .forEach(p -> tests.add(killed(life, badBurst, p)));
    chosen(late, passed(life, late)).stream()
        .filter(p -> p.step().equals("CANCEL_JOB"))
        .forEach(p -> tests.add(killed(life, late, p)));
    return tests.stream().onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> jobInSession_sdkKilled_isBroughtToItsEnd() {
    Life life = new JobLife(false);
    // The steps are those of an application.
    if (most() == Profile.REDUCED || !can(Capability.SESSION)) {
      return Stream.of();
    }
    Change keep = ofJob(Verb.DELETE);
    Change narrow = ofJob(Verb.RESCALE, "p1");
    Change wide = ofJob(Verb.RESCALE, "p2");
    List<DynamicTest> tests = new ArrayList<>();
    for (Verb verb : List.of(Verb.SAVEPOINT, Verb.CHECKPOINT, Verb.DISPOSE)) {
      Change c = ofJob(verb);
      chosen(c, passed(life, c)).forEach(p -> tests.add(killed(life, c, p)));
    }
    toAndFro(tests, life, wide, narrow);
    // More slots than there are.
    Change late = ofJob(Verb.RESCALE, Change.HURRIED, "p4");
    chosen(late, passed(life, late)).stream()
        .filter(CrashPoint::isUndo)
        .forEach(p -> tests.add(killed(life, late, p)));
    alternately(tests, life, ofJob(Verb.SUSPEND), ofJob(Verb.RESUME));
    alternately(tests, life, keep, ofJob(Verb.DELETE, "purge"));
    return tests.stream().onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> jobInSessionInPlace_sdkKilled_isBroughtToItsEnd() {
    Life life = new JobLife(true);
    // The steps are those of an application.
    if (most() == Profile.REDUCED
        || !can(Capability.SESSION)
        || !can(Capability.RESCALE_IN_PLACE)) {
      return Stream.of();
    }
    List<DynamicTest> tests = new ArrayList<>();
    toAndFro(
        tests,
        life,
        ofJob(Verb.RESCALE, Change.ADAPTIVE, "p2"),
        ofJob(Verb.RESCALE, Change.ADAPTIVE, "p1"));
    Change late = ofJob(Verb.RESCALE, Change.ADAPTIVE, Change.HURRIED, "p4");
    chosen(late, passed(life, late)).stream()
        .filter(CrashPoint::isUndo)
        .forEach(p -> tests.add(killed(life, late, p)));
    return tests.stream().onClose(life::end);
  }

  private void toAndFro(List<DynamicTest> tests, Life life, Change to, Change fro) {
    List<CrashPoint> points = chosen(to, passed(life, to));
    for (int i = 0; i < points.size(); i++) {
      tests.add(killed(life, i % 2 == 0 ? fro : to, points.get(i)));
    }
  }

  private static Change ofJob(Verb verb, String... words) {
    return with(Change.of(verb, words), Change.OF_JOB);
  }

  @TestFactory
  final Stream<DynamicTest> session_sdkKilled_isBroughtToItsEnd() {
    Life life = new ClusterLife();
    if (!can(Capability.SESSION)) {
      return Stream.of();
    }
    Change keep = Change.of(Verb.DELETE, Change.SESSION);
    if (most() == Profile.REDUCED) {
      // The steps are those of an application, but for what becomes of the jobs.
      return Stream.of(killed(life, keep, CrashPoint.after("DISCARD"))).onClose(life::end);
    }
    List<DynamicTest> tests = new ArrayList<>();
    Change suspend = Change.of(Verb.SUSPEND, Change.SESSION);
    Change resume = Change.of(Verb.RESUME, Change.SESSION);
    alternately(tests, life, suspend, resume);
    Change deploy = Change.of(Verb.DEPLOY, Change.SESSION);
    alternately(tests, life, keep, deploy);
    Change purge = Change.of(Verb.DELETE, Change.SESSION, "purge");
    chosen(purge, passed(life, purge)).forEach(p -> tests.add(killed(life, purge, p)));
    Change late = Change.of(Verb.DEPLOY, Change.SESSION, Change.HURRIED);
    chosen(late, passed(life, late)).stream()
        .filter(CrashPoint::isUndo)
        .forEach(p -> tests.add(killed(life, late, p)));
    return tests.stream().onClose(life::end);
  }

  @TestFactory
  final Stream<DynamicTest> sessionWithJobs_sdkKilled_isBroughtToItsEnd() {
    Life life = new AvailableLife();
    // The steps are those of any session cluster.
    if (most() == Profile.REDUCED
        || !can(Capability.SESSION)
        || place().highAvailability().isEmpty()) {
      return Stream.of();
    }
    List<DynamicTest> tests = new ArrayList<>();
    alternately(
        tests,
        life,
        Change.of(Verb.SUSPEND, Change.SESSION, Change.WITH_JOBS),
        Change.of(Verb.RESUME, Change.SESSION, Change.WITH_JOBS));
    return tests.stream().onClose(life::end);
  }

  /** Kills in both, one after the other, since each is what the other needs. */
  private void alternately(List<DynamicTest> tests, Life life, Change one, Change other) {
    List<CrashPoint> ones = chosen(one, passed(life, one));
    List<CrashPoint> others = chosen(other, passed(life, other));
    for (int i = 0; i < Math.max(ones.size(), others.size()); i++) {
      if (i < ones.size()) {
        tests.add(killed(life, one, ones.get(i)));
      }
      if (i < others.size()) {
        tests.add(killed(life, other, others.get(i)));
      }
    }
  }

  @TestFactory
  final Stream<DynamicTest> recover_sdkKilled_isBroughtToItsEnd() {
    SupervisedLife life = new SupervisedLife();
    supervised = life.isPossible();
    if (!supervised) {
      return Stream.of();
    }
    Change taskManager = Change.of(Verb.RECOVER);
    Change leader = Change.of(Verb.RECOVER, Change.LEADER);
    if (most() == Profile.REDUCED) {
      return Stream.of(
              killed(life, taskManager, CrashPoint.before("REVIVE")),
              killed(life, leader, CrashPoint.after("LAUNCH")))
          .onClose(life::end);
    }
    return Stream.of(taskManager, leader)
        .flatMap(c -> chosen(c, passed(life, c)).stream().map(p -> killed(life, c, p)))
        .toList()
        .stream()
        .onClose(life::end);
  }

  @Test
  final void upgrade_everyProcessThatGoesOnIsKilledToo_isBroughtToItsEnd() {
    Life life = new Life("again", Change.of(Verb.DEPLOY));
    Change change = Change.of(Verb.UPGRADE, "v1");
    try {
      life.check(
          change,
          () -> {
            String id = kill(life.name(), change, CrashMain.NOWHERE, CrashPoint.after("STOP_JOB"));
            for (CrashPoint next :
                List.of(
                    CrashPoint.after("HALT"),
                    CrashPoint.during("LAUNCH"),
                    CrashPoint.after("AWAIT_RUNNING"))) {
              assertThat(kill(life.name(), change, id, next)).isEqualTo(id);
            }
            finish(life.name(), change, id);
            return id;
          });
    } finally {
      life.end();
    }
  }

  @Test
  final void upgrade_twoProcessesGoOnAtOnce_oneDoesItAndBothSeeItsEnd() {
    Life life = new Life("race", Change.of(Verb.DEPLOY));
    Change change = Change.of(Verb.UPGRADE, "v1");
    try {
      life.check(
          change,
          () -> {
            String id = kill(life.name(), change, CrashMain.NOWHERE, CrashPoint.after("HALT"));
            try (SdkProcess one = start(life.name(), change, id, CrashMain.NOWHERE);
                SdkProcess other = start(life.name(), change, id, CrashMain.NOWHERE)) {
              String end = one.await(CrashMain.ENDED, place().timeout());
              assertThat(other.await(CrashMain.ENDED, place().timeout())).isEqualTo(end);
            }
            assertThat(status(id).progress())
                .filteredOn(p -> p.message().startsWith("taken over"))
                .hasSize(1);
            return id;
          });
    } finally {
      life.end();
    }
  }

  private boolean can(Capability capability) {
    return platform().capabilities().contains(capability);
  }

  // ---- is it all? ----

  private static final Set<Capability> IN_PLACE = EnumSet.of(Capability.RESCALE_IN_PLACE);
  private static final Set<Capability> SESSION = EnumSet.of(Capability.SESSION);

  /** Verbs and steps that only a platform goes through which has one of these capabilities. */
  private static final Map<String, Set<Capability>> NEEDED =
      Map.ofEntries(
          Map.entry("CHANGE_REQUIREMENTS", IN_PLACE),
          Map.entry("AWAIT_PARALLELISM", IN_PLACE),
          Map.entry("UNDO_REQUIREMENTS", IN_PLACE),
          Map.entry("RELEASE_TASK_MANAGERS", IN_PLACE),
          Map.entry(
              "SCALE_TASK_MANAGERS", EnumSet.of(Capability.RESCALE_IN_PLACE, Capability.SESSION)),
          Map.entry("SUBMIT", SESSION),
          Map.entry("SCALE", SESSION),
          Map.entry("BURST", SESSION),
          Map.entry("AWAIT_CAPACITY", SESSION),
          Map.entry("START_JOB", SESSION),
          Map.entry("AWAIT_JOB", SESSION),
          Map.entry("CANCEL_JOB", SESSION),
          Map.entry("SCALE_BACK", SESSION));

  /** What a platform supervises has these. */
  private static final Set<String> SUPERVISED = Set.of("RECOVER", "REVIVE");

  /**
   * Returns verbs and steps that this suite cannot bring about on this backend, each with the
   * reason. What is neither reached nor named here fails, and so does what is named and reached.
   * Not to be named: what needs a capability that is not advertised, and what only a {@linkplain
   * CrashSite#apart supervised} place has.
   *
   * @return names of {@link Verb} or of {@link dev.flinkplatform.spi.Platforms#steps()}, and
   *     reasons; default: none
   */
  protected Map<String, String> unreached() {
    return Map.of();
  }

  @Test
  @Order(Integer.MAX_VALUE)
  final void everyVerbAndStep_hasBeenReachedOrHasAReason() {
    long factories =
        Stream.of(CrashResumeContract.class.getDeclaredMethods())
            .filter(m -> m.isAnnotationPresent(TestFactory.class))
            .count();
    Assumptions.assumeTrue(lives.get() >= factories, "only some of the cases ran");
    Set<String> known = new TreeSet<>(Platforms.steps());
    Stream.of(Verb.values()).map(Verb::name).forEach(known::add);
    Set<String> reached = new TreeSet<>(steps);
    verbs.forEach(v -> reached.add(v.name()));
    Set<String> missing = new TreeSet<>(known);
    missing.removeAll(reached);
    Set<String> impossible = new TreeSet<>(unreached().keySet());
    NEEDED.forEach(
        (name, any) -> {
          if (any.stream().noneMatch(this::can)) {
            impossible.add(name);
          }
        });
    if (!supervised) {
      impossible.addAll(SUPERVISED);
    }
    System.out.println("reached: " + reached + ", not reached: " + missing + " " + unreached());
    assertThat(missing).as("verbs and steps that were never reached").isEqualTo(impossible);
  }

  // ---- which points ----

  private Profile most() {
    return Profile.valueOf(System.getProperty(PROFILE, profile().name()));
  }

  private List<CrashPoint> chosen(Change change, List<CrashPoint> passed) {
    return switch (most()) {
      case ALL -> passed;
      case NORMAL -> passed.stream().filter(p -> isNormal(change, p)).toList();
      case REDUCED -> passed.stream().filter(p -> isReduced(change, p)).toList();
    };
  }

  /** Rescaling through a savepoint and upgrading are the same steps: they share them. */
  private static boolean isNormal(Change change, CrashPoint p) {
    boolean during = p.moment() == CrashPoint.Moment.DURING;
    boolean heavy = p.step().equals("LAUNCH") || p.step().equals("HALT");
    return switch (change.verb()) {
      case UPGRADE ->
          p.isUndo()
              ? !during || p.step().equals("UNDO_LAUNCH")
              : during ? heavy : p.moment() == CrashPoint.Moment.AFTER;
      case RESCALE, APPLY ->
          change.words().contains(Change.ADAPTIVE)
              ? !during || p.step().equals("SCALE_TASK_MANAGERS")
              : p.moment() == CrashPoint.Moment.BEFORE;
      case RESUME -> during ? heavy : p.moment() == CrashPoint.Moment.AFTER;
      case DELETE -> !during || heavy || p.step().equals("DISCARD");
      default -> !during || heavy;
    };
  }

  private static boolean isReduced(Change change, CrashPoint p) {
    Set<String> points =
        switch (change.verb()) {
          case DEPLOY ->
              Set.of("during@LAUNCH", "after@LAUNCH", "before@AWAIT_RUNNING", "after@UNDO_HALT");
          case SAVEPOINT -> Set.of("after@TRIGGER_SAVEPOINT", "after@AWAIT_SAVEPOINT");
          case CHECKPOINT -> Set.of("after@TRIGGER_CHECKPOINT");
          case DISPOSE -> Set.of("after@DISPOSE");
          case RESCALE ->
              Set.of(
                  "after@STOP_JOB",
                  "before@LAUNCH",
                  "after@SCALE_TASK_MANAGERS",
                  "after@CHANGE_REQUIREMENTS",
                  "after@UNDO_REQUIREMENTS");
          case UPGRADE ->
              Set.of("after@STOP_JOB", "after@LAUNCH", "after@UNDO_HALT", "after@UNDO_LAUNCH");
          case SUSPEND -> Set.of("after@STOP_JOB", "after@AWAIT_STOPPED", "before@HALT");
          case RESUME -> Set.of("after@LAUNCH");
          case DELETE -> Set.of("after@HALT", "after@DISCARD");
          // Named where they are asked for, to save the undisturbed run.
          case APPLY, RESTART, SUBMIT, SCALE, BURST, RECOVER -> Set.of();
        };
    return points.contains(p.toString());
  }

  /** Runs the change once, undisturbed, and tells where one could be killed. */
  private List<CrashPoint> passed(Life life, Change change) {
    Set<CrashPoint> points = Collections.synchronizedSet(new LinkedHashSet<>());
    StepListener recorder =
        (operation, verb, step, moment) -> {
          verbs.add(verb);
          steps.add(step);
          if (moment == StepListener.Moment.AFTER) {
            points.add(CrashPoint.after(step));
          } else if (points.add(CrashPoint.before(step)) && !CrashPoint.before(step).isAwait()) {
            points.add(CrashPoint.during(step));
          }
        };
    life.check(
        change,
        () -> {
          try (FlinkPlatform recorded = change.connect(place(), life.name(), recorder)) {
            return await(recorded, life.name(), change, "undisturbed-" + numbers.incrementAndGet());
          }
        });
    return List.copyOf(points);
  }

  private String await(FlinkPlatform on, String application, Change change, String key) {
    Change asked = located(change);
    var operation = asked.start(on, place(), application, asked.options(place(), key));
    try {
      operation.await(place().timeout());
    } catch (OperationFailedException e) {
      // Whether it was to fail is looked at in its status.
    }
    return operation.id();
  }

  // ---- killing ----

  private DynamicTest killed(Life life, Change change, CrashPoint point) {
    String name =
        camel(change.verb() + "_" + String.join("_", change.words()))
            + "_killed"
            + camel("_" + point.moment() + "_" + point.step())
            + "_isBroughtToItsEnd";
    Executable body =
        () ->
            life.check(
                change,
                () -> {
                  String id = kill(life.name(), change, CrashMain.NOWHERE, point);
                  boolean repeat =
                      point.moment() != CrashPoint.Moment.DURING
                          && numbers.incrementAndGet() % 2 == 0;
                  if (!repeat) {
                    finish(life.name(), change, id);
                  } else {
                    boolean recovery = change.verb() == Verb.RECOVER;
                    finish(
                        life.name(),
                        recovery ? Change.of(Verb.RECOVER, Change.LEFT) : change,
                        CrashMain.NOWHERE);
                  }
                  return id;
                });
    return dynamicTest(
        name,
        () -> {
          long begin = System.nanoTime();
          boolean passed = false;
          try {
            body.execute();
            passed = true;
          } catch (Throwable e) {
            e.printStackTrace(); // at once: a whole run is long
            throw e;
          } finally {
            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            System.out.printf(
                Locale.ROOT, "%s %s: %.1f s%n", passed ? "ok    " : "FAILED", name, millis / 1000d);
          }
        });
  }

  /** Starts the change, or goes on with an operation, and kills the process at the point. */
  private String kill(String application, Change change, String operation, CrashPoint point) {
    String id;
    try (SdkProcess process = start(application, change, operation, point.toString())) {
      id = process.await(CrashMain.AT, place().timeout());
      process.kill();
      remember(process);
    }
    OperationStatus left = status(id);
    if (point.moment() != CrashPoint.Moment.DURING) {
      assertThat(left.state()).as(left.toString()).isEqualTo(OperationState.RUNNING);
      assertThat(left.step()).as(left.toString()).isEqualTo(point.step());
    }
    // A burst submits its job with an operation of its own, under the burst's id.
    return change.verb() == Verb.BURST && left.verb() == Verb.SUBMIT
        ? left.idempotencyKey().orElseThrow()
        : id;
  }

  /** Which verbs and steps a process went through. */
  private void remember(SdkProcess process) {
    for (String said : process.said(CrashMain.STEP)) {
      int space = said.indexOf(' ');
      verbs.add(Verb.valueOf(said.substring(0, space)));
      steps.add(said.substring(space + 1));
    }
  }

  /** Lets a fresh process await the end. */
  private void finish(String application, Change change, String operation) {
    try (SdkProcess process = start(application, change, operation, CrashMain.NOWHERE)) {
      String id = process.await(CrashMain.OPERATION, place().timeout());
      if (operation.equals(CrashMain.NOWHERE) && change.verb() != Verb.RECOVER) {
        assertThat(status(id).idempotencyKey()).contains(key);
      }
      process.await(CrashMain.ENDED, place().timeout());
      remember(process);
    }
  }

  private String key = "";

  /** What the next disposal is to dispose of. */
  private String location = "";

  /** What the next submission or burst is to call its job. */
  private String job = "";

  private Change located(Change change) {
    boolean named =
        change.verb() == Verb.SUBMIT
            || change.verb() == Verb.BURST
            || change.words().contains(Change.OF_JOB);
    Change of = named ? with(change, Change.JOB + job) : change;
    return change.verb() == Verb.DISPOSE ? with(of, Change.AT + location) : of;
  }

  private SdkProcess start(String application, Change change, String operation, String point) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                site().getName(), application, located(change).toString(), key, operation, point));
    settings.forEach((name, value) -> arguments.add(name + "=" + value));
    return SdkProcess.start(arguments);
  }

  // ---- looking ----

  /** An application that several cases use, one after the other; a new one after a failure. */
  private class Life {

    private final String base;
    private final Change deployment;
    private @Nullable String name;

    Life(String base, Change deployment) {
      lives.incrementAndGet();
      this.base = base;
      this.deployment = deployment;
    }

    String name() {
      return Objects.requireNonNull(name, "name");
    }

    /** Lets the change happen to the application, and looks whether all is as it must be. */
    void check(Change change, Callable<String> happening) {
      try {
        prepare(change);
        String application = name();
        Consumer<OperationStatus> look = picture(change);
        key = change + "-" + numbers.incrementAndGet();
        try (ClusterWatch watch = new ClusterWatch(place(), application)) {
          String id = happening.call();
          look.accept(status(id));
          watch.requireNeverTwo();
        }
        // Nobody looks for what was purged: the ledger is still there.
        boolean isJob = change.words().contains(Change.OF_JOB);
        if (change.verb() == Verb.DELETE && change.words().contains("purge") && !isJob) {
          name = null;
        }
      } catch (Exception e) {
        end();
        throw new AssertionError(change + " of " + base + ": " + e, e);
      } catch (AssertionError e) {
        end();
        throw e;
      }
    }

    /** Tells what there is now; what it returns looks whether the change did what it must. */
    Consumer<OperationStatus> picture(Change change) {
      String application = name();
      Picture before = Picture.of(place(), platform(), application);
      return end -> requireAsAsked(change, application, before, end);
    }

    /** Makes a change that another one needs, undisturbed. */
    final void bringAbout(Change step) {
      await(platform(), name(), step, "prepare-" + numbers.incrementAndGet());
    }

    /** A name for a job that nobody had. */
    final String newJob() {
      return name() + "-" + numbers.incrementAndGet();
    }

    /** A cluster of a JobManager and a TaskManager runs, or nothing does. */
    final void requireProcesses(boolean runs) {
      assertThat(place().liveClusters(name())).as("live clusters").isEqualTo(runs ? 1 : 0);
      awaitTrue(
          "a JobManager and a TaskManager, or nothing",
          () -> place().processes(name()) == (runs ? 2 : 0));
    }

    /** Finds a name that nobody had. */
    void begin() {
      name = base + "-" + numbers.incrementAndGet();
      applications.add(name);
    }

    boolean isThere() {
      return name != null;
    }

    /** Brings the application to the state in which the change can be asked for. */
    void prepare(Change change) {
      boolean creates =
          change.verb() == Verb.DEPLOY
              || (change.verb() == Verb.APPLY && !change.words().contains(Change.EXISTING));
      boolean fresh = creates && !change.words().contains(Change.LATEST);
      boolean gone = name != null && !creates && state(name()) == ApplicationState.ABSENT;
      // A start without state on the ledger of another would look like duplicates.
      if (fresh || gone) {
        end();
      }
      if (name == null) {
        begin();
      }
      ApplicationState state = state(name());
      if (creates) {
        if (!fresh && state != ApplicationState.ABSENT) {
          Change keep = Change.of(Verb.DELETE);
          bringAbout(keep);
        }
        return;
      }
      Change missing =
          state == ApplicationState.ABSENT
              ? deployment
              : state == ApplicationState.SUSPENDED && change.verb() != Verb.RESUME
                  ? Change.of(Verb.RESUME)
                  : state == ApplicationState.RUNNING && change.verb() == Verb.RESUME
                      ? Change.of(Verb.SUSPEND)
                      : null;
      if (missing != null) {
        bringAbout(missing);
        if (missing.verb() != Verb.SUSPEND) {
          awaitProgress(name());
        }
      }
      if (change.verb() == Verb.DISPOSE) {
        // One that is not the latest state any more.
        String step = "prepare-" + numbers.incrementAndGet();
        await(platform(), name(), Change.of(Verb.SAVEPOINT), step + "-s");
        location = platform().application(name()).savepoints().get(0).location();
        await(platform(), name(), Change.of(Verb.CHECKPOINT), step + "-c");
      }
    }

    void end() {
      String last = name;
      name = null;
      if (last != null) {
        place().destroy(last);
      }
    }
  }

  /** An application in a place apart, where the process that is killed looks after it. */
  private final class SupervisedLife extends Life {

    SupervisedLife() {
      super("recover", Change.of(Verb.DEPLOY));
    }

    /** Whether there are such places. */
    boolean isPossible() {
      begin();
      return apart != null;
    }

    @Override
    void begin() {
      super.begin();
      // Only the processes that are killed, and those that go on, look after it.
      apart =
          place()
              .apart(name(), Supervision.off(), (operation, verb, step, moment) -> {})
              .orElse(null);
    }

    @Override
    Consumer<OperationStatus> picture(Change change) {
      Instant begin = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      Consumer<OperationStatus> look = super.picture(change);
      return end -> {
        look.accept(end);
        assertThat(platform().operations())
            .as("recoveries from one death")
            .filteredOn(o -> o.verb() == Verb.RECOVER && !o.startedAt().isBefore(begin))
            .extracting(OperationStatus::id)
            .containsExactly(end.id());
      };
    }

    @Override
    void end() {
      super.end();
      if (apart != null) {
        apart.close();
        apart = null;
      }
    }
  }

  /** A session cluster of one TaskManager, but for scaling down. */
  private final class SessionLife extends Life {

    SessionLife() {
      super("session", Change.of(Verb.DEPLOY));
    }

    @Override
    void prepare(Change change) {
      if (!isThere()) {
        begin();
        platform().deploySession(Change.session(place(), name())).await(place().timeout());
      }
      SessionCluster cluster = platform().session(name());
      boolean full = change.verb() == Verb.BURST && change.parallelism() == 1;
      boolean alone = change.verb() == Verb.SUBMIT || full;
      List<FlinkJob> running =
          cluster.jobs().stream()
              .filter(j -> j.status().state() == ApplicationState.RUNNING)
              .toList();
      if (alone) {
        running.forEach(j -> j.cancel().await(place().timeout()));
      } else if (running.isEmpty()) {
        // A job that has nothing to do with it, and must not notice.
        job = newJob();
        bringAbout(Change.of(Verb.SUBMIT));
        awaitProgress(job);
      }
      int taskManagers = change.verb() == Verb.SCALE && change.parallelism() == 1 ? 2 : 1;
      if (cluster.capacity().taskManagers() != taskManagers) {
        cluster.scaleTaskManagers(taskManagers).await(place().timeout());
      }
      job = newJob();
    }

    @Override
    Consumer<OperationStatus> picture(Change change) {
      Change asked = located(change);
      SessionPicture before = SessionPicture.of(place(), platform(), name(), asked);
      return end -> before.requireAsAsked(asked, end);
    }
  }

  /** A job in a session cluster, beside another that must not notice. */
  private final class JobLife extends Life {

    private final boolean adaptive;

    /** Whether the name of the job was given up and its state was not. */
    private boolean kept;

    JobLife(boolean adaptive) {
      super("jobs", Change.of(Verb.DEPLOY));
      this.adaptive = adaptive;
    }

    @Override
    void prepare(Change change) {
      if (!isThere()) {
        begin();
        platform()
            .deploySession(Change.roomySession(place(), name(), adaptive))
            .await(place().timeout());
        submit();
        kept = false;
        job = "";
      }
      Optional<FlinkJob> found =
          platform().session(name()).jobs().stream().filter(j -> j.name().equals(job)).findFirst();
      if (found.isEmpty()) {
        submit(kept ? new String[] {Change.LATEST} : new String[0]);
      }
      kept = change.verb() == Verb.DELETE && !change.words().contains("purge");
      FlinkJob there = platform().session(name()).job(job);
      boolean suspended = there.status().state() == ApplicationState.SUSPENDED;
      if (suspended != (change.verb() == Verb.RESUME)) {
        bringAbout(ofJob(suspended ? Verb.RESUME : Verb.SUSPEND));
      }
      if (change.verb() == Verb.RESCALE && there.status().parallelism() == change.parallelism()) {
        String other = change.parallelism() == 1 ? "p2" : "p1";
        bringAbout(ofJob(Verb.RESCALE, other));
      } else if (change.verb() == Verb.DELETE || change.verb() == Verb.DISPOSE) {
        bringAbout(ofJob(Verb.SAVEPOINT));
        location = there.savepoints().get(0).location();
      }
      if (change.verb() == Verb.DISPOSE) {
        bringAbout(ofJob(Verb.CHECKPOINT)); // It is not the latest state any more.
      }
    }

    /** Of the same name after its state was kept, else of a new one. */
    private void submit(String... words) {
      if (words.length == 0) {
        job = newJob();
      }
      bringAbout(Change.of(Verb.SUBMIT, words));
      awaitProgress(job);
    }

    @Override
    Consumer<OperationStatus> picture(Change change) {
      Change asked = located(change);
      SessionPicture before = SessionPicture.of(place(), platform(), name(), asked);
      return end -> before.requireAsAsked(asked, end);
    }
  }

  /** A session cluster; when it is deleted, with a job that was stopped. */
  private final class ClusterLife extends Life {

    /** The name of a job whose state must be there. */
    private @Nullable String held;

    ClusterLife() {
      super("cluster", Change.of(Verb.DEPLOY, Change.SESSION));
    }

    @Override
    void begin() {
      super.begin();
      held = null;
    }

    @Override
    void prepare(Change change) {
      if (!isThere()) {
        begin();
      }
      ApplicationState wanted =
          switch (change.verb()) {
            case DEPLOY -> ApplicationState.ABSENT;
            case RESUME -> ApplicationState.SUSPENDED;
            default -> ApplicationState.RUNNING;
          };
      for (int i = 0; i < 2 && state() != wanted; i++) {
        Verb missing =
            switch (state()) {
              case ABSENT -> Verb.DEPLOY;
              case SUSPENDED -> wanted == ApplicationState.RUNNING ? Verb.RESUME : Verb.DELETE;
              default -> wanted == ApplicationState.SUSPENDED ? Verb.SUSPEND : Verb.DELETE;
            };
        bringAbout(Change.of(missing, Change.SESSION));
      }
      assertThat(state()).isEqualTo(wanted);
      if (change.verb() == Verb.DELETE && platform().session(name()).jobs().isEmpty()) {
        holdState();
      }
    }

    private void holdState() {
      boolean isNew = held == null;
      held = isNew ? newJob() : held;
      job = Objects.requireNonNull(held);
      bringAbout(isNew ? Change.of(Verb.SUBMIT) : Change.of(Verb.SUBMIT, Change.LATEST));
      awaitProgress(job);
      bringAbout(ofJob(Verb.SUSPEND));
      Ledger ledger = Ledger.read(place().ledger(job));
      assertThat(ledger.isExactlyOnce()).as(ledger.toString()).isTrue();
    }

    private ApplicationState state() {
      return platform().sessions().stream()
          .filter(s -> s.name().equals(name()))
          .findFirst()
          .map(s -> s.status().state())
          .orElse(ApplicationState.ABSENT);
    }

    private Map<String, ApplicationState> jobs() {
      return state() == ApplicationState.ABSENT
          ? Map.of()
          : platform().session(name()).jobs().stream()
              .collect(Collectors.toMap(FlinkJob::name, j -> j.status().state()));
    }

    @Override
    Consumer<OperationStatus> picture(Change change) {
      int savepoints = place().savepoints(name());
      Map<String, ApplicationState> jobs = jobs();
      return end -> requireAsAsked(change, end, savepoints, jobs);
    }

    private void requireAsAsked(
        Change change, OperationStatus end, int savepoints, Map<String, ApplicationState> jobs) {
      boolean late = change.words().contains(Change.HURRIED);
      assertThat(end.state())
          .as(end.toString())
          .isEqualTo(late ? OperationState.FAILED : OperationState.SUCCEEDED);
      assertThat(end.rolledBack()).as(end.toString()).isEqualTo(late);
      requireOneOperation(name(), end);
      boolean runs = !late && (change.verb() == Verb.DEPLOY || change.verb() == Verb.RESUME);
      boolean gone = late || change.verb() == Verb.DELETE;
      assertThat(state())
          .isEqualTo(
              gone
                  ? ApplicationState.ABSENT
                  : runs ? ApplicationState.RUNNING : ApplicationState.SUSPENDED);
      assertThat(jobs()).isEqualTo(gone ? Map.of() : jobs);
      assertThat(place().savepoints(name()))
          .as("savepoints")
          .isEqualTo(change.words().contains("purge") ? 0 : savepoints);
      requireProcesses(runs);
      if (runs) {
        awaitTrue("a slot", () -> platform().session(name()).capacity().slotsFree() == 1);
      }
    }
  }

  /** A highly available session cluster, which is suspended with its job, and resumed with it. */
  private final class AvailableLife extends Life {

    AvailableLife() {
      super("available", Change.of(Verb.DEPLOY));
    }

    @Override
    void prepare(Change change) {
      if (!isThere()) {
        begin();
        SessionClusterSpec spec =
            Change.session(place(), name()).toBuilder()
                .highAvailability(place().highAvailability().orElseThrow())
                .build();
        platform().deploySession(spec).await(place().timeout());
        job = newJob();
        bringAbout(Change.of(Verb.SUBMIT));
      }
      boolean runs = session().status().state() == ApplicationState.RUNNING;
      if (runs == (change.verb() == Verb.RESUME)) {
        Change missing = Change.of(runs ? Verb.SUSPEND : Verb.RESUME, Change.SESSION);
        bringAbout(missing);
      }
      if (change.verb() == Verb.SUSPEND) {
        awaitProgress(job);
      }
    }

    private SessionCluster session() {
      return platform().session(name());
    }

    @Override
    Consumer<OperationStatus> picture(Change change) {
      Optional<JobId> run = session().job(job).status().jobId();
      assertThat(run).isPresent();
      return end -> {
        assertThat(end.state()).as(end.toString()).isEqualTo(OperationState.SUCCEEDED);
        requireOneOperation(name(), end);
        boolean runs = change.verb() == Verb.RESUME;
        assertThat(session().status().state())
            .isEqualTo(runs ? ApplicationState.RUNNING : ApplicationState.SUSPENDED);
        requireProcesses(runs);
        assertThat(session().jobs()).extracting(FlinkJob::name).containsExactly(job);
        if (runs) {
          session().job(job).await(Condition.running(), place().timeout());
          awaitProgress(job);
        }
        assertThat(session().job(job).status().jobId()).isEqualTo(run);
        Ledger ledger = Ledger.read(place().ledger(job));
        assertThat(ledger.isExactlyOnce()).as(ledger.toString()).isTrue();
      };
    }
  }

  /** What there was before a change. */
  private record Picture(
      @Nullable ApplicationSpec spec, long generation, int savepoints, long committed) {

    static Picture of(CrashSite site, FlinkPlatform platform, String application) {
      @Nullable ApplicationSpec spec = null;
      long generation = 0;
      try {
        FlinkApplication app = platform.application(application);
        spec = app.spec();
        generation = app.status().generation();
      } catch (ApplicationNotFoundException e) {
        // Not there yet.
      }
      return new Picture(
          spec,
          generation,
          site.savepoints(application),
          Ledger.read(site.ledger(application)).committed());
    }
  }

  private void requireOneOperation(String application, OperationStatus end) {
    assertThat(platform().operations())
        .as("operations that still run")
        .noneMatch(o -> o.application().equals(application) && o.state() == OperationState.RUNNING);
    assertThat(platform().operations())
        .as("operations of the same request")
        .filteredOn(
            o -> o.idempotencyKey().isPresent() && o.idempotencyKey().equals(end.idempotencyKey()))
        .hasSize(end.verb() == Verb.RECOVER ? 0 : 1);
  }

  private void requireAsAsked(
      Change change, String application, Picture before, OperationStatus end) {
    boolean bad = change.words().contains(Change.BAD) || change.words().contains(Change.HURRIED);
    assertThat(end.state())
        .as(end.toString())
        .isEqualTo(bad ? OperationState.FAILED : OperationState.SUCCEEDED);
    assertThat(end.rolledBack()).as(end.toString()).isEqualTo(bad);
    requireOneOperation(application, end);

    boolean deleted = change.verb() == Verb.DELETE || (change.verb() == Verb.DEPLOY && bad);
    if (deleted) {
      assertThatThrownBy(() -> platform().application(application))
          .isInstanceOf(ApplicationNotFoundException.class);
      assertThat(end.applicationState()).isEqualTo(ApplicationState.ABSENT);
      awaitTrue("no process is left", () -> place().processes(application) == 0);
    } else {
      FlinkApplication app = platform().application(application);
      ApplicationSpec spec = wanted(change, application, before);
      assertThat(app.spec()).isEqualTo(spec);
      if (change.verb() == Verb.SUSPEND) {
        assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
        awaitTrue("no process is left", () -> place().processes(application) == 0);
      } else {
        requireRunning(app, spec, before);
      }
    }
    assertThat(place().savepoints(application))
        .as("savepoints, before: " + before.savepoints)
        .isEqualTo(
            change.verb() == Verb.DELETE && change.words().contains("purge")
                ? 0
                : before.savepoints + newSavepoints(change));
    if (change.verb() == Verb.RESCALE && !bad) {
      assertThat(end.details())
          .containsEntry(
              "mechanism",
              (change.words().contains(Change.ADAPTIVE)
                      ? RescaleResult.Mechanism.IN_PLACE
                      : RescaleResult.Mechanism.SAVEPOINT)
                  .name());
    }
    Ledger ledger = Ledger.read(place().ledger(application));
    assertThat(ledger.isExactlyOnce()).as(ledger.toString()).isTrue();
  }

  private void requireRunning(FlinkApplication app, ApplicationSpec spec, Picture before) {
    ApplicationStatus status = app.await(Condition.running(), place().timeout());
    assertThat(status.parallelism()).as(status.toString()).isEqualTo(spec.parallelism());
    boolean changes = !spec.equals(before.spec);
    assertThat(status.generation())
        .as(status.toString())
        .isEqualTo(before.spec == null ? 1 : before.generation + (changes ? 1 : 0));
    assertThat(place().liveClusters(app.name())).as("live clusters").isEqualTo(1);
    awaitTrue(
        "a JobManager and " + spec.parallelism() + " TaskManagers",
        () -> place().processes(app.name()) == 1 + spec.parallelism());
    awaitProgress(app.name());
  }

  private ApplicationSpec wanted(Change change, String application, Picture before) {
    return switch (change.verb()) {
      case DEPLOY, APPLY -> change.spec(place(), application);
      case UPGRADE ->
          change.words().contains(Change.BAD)
              ? Objects.requireNonNull(before.spec)
              : change.spec(place(), application);
      case RESCALE ->
          change.words().contains(Change.HURRIED)
              ? Objects.requireNonNull(before.spec)
              : Objects.requireNonNull(before.spec).toBuilder()
                  .parallelism(change.parallelism())
                  .build();
      default -> Objects.requireNonNull(before.spec);
    };
  }

  private static int newSavepoints(Change change) {
    boolean adaptive = change.words().contains(Change.ADAPTIVE);
    return switch (change.verb()) {
      case SAVEPOINT, SUSPEND, UPGRADE, RESTART -> 1;
      case RESCALE -> adaptive ? 0 : 1;
      case APPLY -> adaptive || !change.words().contains(Change.EXISTING) ? 0 : 1;
      case DISPOSE -> -1;
      default -> 0;
    };
  }

  private void awaitProgress(String application) {
    long now = Ledger.read(place().ledger(application)).committed();
    awaitTrue(
        "more than " + now + " committed records",
        () -> Ledger.read(place().ledger(application)).committed() > now);
  }

  private void awaitTrue(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(place().timeout())
        .pollInterval(Duration.ofMillis(50))
        .until(condition);
  }

  private ApplicationState state(String application) {
    try {
      return platform().application(application).status().state();
    } catch (ApplicationNotFoundException e) {
      return ApplicationState.ABSENT;
    }
  }

  private OperationStatus status(String id) {
    return platform().operations().stream()
        .filter(o -> o.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("Operation " + id + " is not journalled"));
  }

  private CrashSite place() {
    return Objects.requireNonNull(site, "site");
  }

  private FlinkPlatform platform() {
    return apart != null ? apart : Objects.requireNonNull(platform, "platform");
  }

  private static Change with(Change change, String word) {
    Collection<String> words = new TreeSet<>(change.words());
    words.add(word);
    return Change.of(change.verb(), words.toArray(String[]::new));
  }

  private static String camel(String words) {
    return Stream.of(words.toLowerCase(Locale.ROOT).split("_", -1))
        .filter(w -> !w.isEmpty())
        .map(
            w ->
                words.startsWith(w)
                    ? w
                    : w.substring(0, 1).toUpperCase(Locale.ROOT) + w.substring(1))
        .collect(Collectors.joining());
  }
}
