package dev.flinkplatform.testkit.contract;

import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.Verb;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;

/**
 * A verb and what it is asked for, in words that another JVM understands: {@code
 * upgrade:adaptive,p2,v3}. The same words give the same request in every JVM.
 */
record Change(Verb verb, Set<String> words) {

  private static final Duration HURRY = Duration.ofSeconds(2);

  /** Long enough to submit a job. */
  private static final Duration HURRIED_BURST = Duration.ofSeconds(8);

  /** Restarts at once, and never gives up. */
  private static final Supervision SUPERVISION =
      Supervision.defaults()
          .withBackOff(Duration.ZERO, Duration.ZERO)
          .withLimit(Integer.MAX_VALUE, Duration.ofHours(1));

  private static final int BURST_KEYS = 4;
  private static final int BURST_RECORDS = 150;

  /** What the job of a burst commits until its end; it takes some three seconds. */
  static final long BURST_TOTAL = (long) BURST_KEYS * BURST_RECORDS;

  /** The job's main method throws; that of a burst fails when it has started. */
  static final String BAD = "bad";

  /** Runs with the adaptive scheduler. */
  static final String ADAPTIVE = "adaptive";

  /** Does not rescale in place for an hour: one that is hurried is late on any machine. */
  static final String STEADY = "steady";

  /** Is asked of an application that is there. */
  static final String EXISTING = "existing";

  /**
   * Has a deadline that is too short for a new TaskManager, or for a burst's job, which is endless,
   * or for a job that is {@link #STEADY}; or, for a job in a session cluster, wants more slots than
   * there are.
   */
  static final String HURRIED = "hurried";

  /** It is a session cluster that is deployed, suspended, resumed or deleted. */
  static final String SESSION = "session";

  /** It is a session cluster that is highly available and has a job that runs. */
  static final String WITH_JOBS = "with_jobs";

  /** It is a job in a session cluster, not an application. */
  static final String OF_JOB = "job";

  /** Before the name of a job in a session cluster. */
  static final String JOB = "job=";

  /** It is the JobManager that dies, not a TaskManager. */
  static final String LEADER = "leader";

  /** Nothing dies: what there is to recover was left by another process. */
  static final String LEFT = "left";

  /** Before the location of the savepoint to dispose of. */
  static final String AT = "at=";

  /** Starts from the latest state, and fails if it has none. */
  static final String LATEST = "latest";

  static Change of(Verb verb, String... words) {
    return new Change(verb, new TreeSet<>(List.of(words)));
  }

  static Change parse(String text) {
    int colon = text.indexOf(':');
    Verb verb = Verb.valueOf(text.substring(0, colon).toUpperCase(Locale.ROOT));
    String words = text.substring(colon + 1);
    return of(verb, words.isEmpty() ? new String[0] : words.split(",", -1));
  }

  @Override
  public String toString() {
    return verb.name().toLowerCase(Locale.ROOT) + ":" + String.join(",", words);
  }

  /** The specification that deploy and upgrade ask for. */
  ApplicationSpec spec(CrashSite site, String application) {
    SelfCheckingJob.Args args = SelfCheckingJob.args().ledger(site.ledger(application));
    if (words.contains(BAD)) {
      args.mainThrows("a version that cannot start");
    }
    if (words.contains(LATEST)) {
      args.failUnlessRestored();
    }
    ApplicationSpec base = site.baseSpec(application).build();
    ApplicationSpec.Builder b =
        base.toBuilder()
            .job(base.job().toBuilder().args(args.toList()).build())
            .parallelism(parallelism())
            .putFlinkConfig("jobmanager.scheduler", words.contains(ADAPTIVE) ? ADAPTIVE : "default")
            .putLabel("words", String.join(".", words));
    if (words.contains(STEADY)) {
      // Counted from the job's start; the second is 1.20's name. Neither knows the other's.
      b.putFlinkConfig("jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "1 h")
          .putFlinkConfig("jobmanager.adaptive-scheduler.scaling-interval.min", "1 h");
    }
    return b.build();
  }

  /** A session cluster like the applications, with one TaskManager. */
  static SessionClusterSpec session(CrashSite site, String name) {
    ApplicationSpec base = site.baseSpec(name).build();
    SessionClusterSpec.Builder b =
        SessionClusterSpec.builder(name)
            .flinkVersion(base.flinkVersion())
            .taskManager(base.taskManager().toBuilder().replicas(1).build())
            .checkpointing(base.checkpointing())
            .flinkConfig(base.flinkConfig());
    base.jobManager().ifPresent(b::jobManager);
    return b.build();
  }

  /** The same with three slots, for jobs that are rescaled as the words say. */
  static SessionClusterSpec roomySession(CrashSite site, String name, boolean adaptive) {
    SessionClusterSpec base = session(site, name);
    return base.toBuilder()
        .taskManager(base.taskManager().toBuilder().slots(3).build())
        .putFlinkConfig("jobmanager.scheduler", adaptive ? ADAPTIVE : "default")
        .build();
  }

  private JobSpec jobSpec(CrashSite site) {
    SelfCheckingJob.Args args = SelfCheckingJob.args().ledger(site.ledger(job()));
    if (words.contains(LATEST)) {
      args.failUnlessRestored();
    }
    if (verb == Verb.BURST && words.contains(BAD)) {
      args.crashAlwaysOnOpen();
    } else if (words.contains(BAD)) {
      args.mainThrows("a job that cannot start");
    } else if (verb == Verb.BURST && !words.contains(HURRIED)) {
      args.keys(BURST_KEYS).rate(200).finite(BURST_RECORDS);
    }
    return site.baseSpec(job()).build().job().toBuilder().args(args.toList()).build();
  }

  /** The name of the job that is submitted. */
  String job() {
    return after(JOB);
  }

  private String after(String prefix) {
    return words.stream()
        .filter(w -> w.startsWith(prefix))
        .map(w -> w.substring(prefix.length()))
        .findFirst()
        .orElseThrow();
  }

  private Savepoint savepoint(String application) {
    String location = after(AT);
    // The location is what counts; equal requests must be equal in every JVM.
    return new Savepoint(
        application, location, Instant.EPOCH, SavepointFormat.CANONICAL, new JobId("0".repeat(32)));
  }

  /** The options that it is asked for with. */
  OperationOptions options(CrashSite site, String key) {
    Duration hurry =
        switch (verb) {
          case BURST -> HURRIED_BURST;
          case SCALE, DEPLOY -> HURRY.dividedBy(2);
          // Long enough to have stopped the job, or to have told the scheduler.
          case RESCALE -> HURRY.multipliedBy(3);
          default -> HURRY;
        };
    return OperationOptions.builder()
        .deadline(words.contains(HURRIED) ? hurry : site.timeout())
        .idempotencyKey(key)
        .build();
  }

  /**
   * The parallelism, or number of TaskManagers, that the words name, {@code p1} and so on; 1 if
   * they name none.
   */
  int parallelism() {
    return words.stream()
        .filter(w -> w.matches("p\\d+"))
        .mapToInt(w -> Integer.parseInt(w.substring(1)))
        .findFirst()
        .orElse(1);
  }

  /** Connects as who makes this change does. */
  FlinkPlatform connect(CrashSite site, String application, StepListener steps) {
    return verb == Verb.RECOVER
        ? site.apart(application, SUPERVISION, steps).orElseThrow()
        : site.connect(steps);
  }

  /** Asks for it; or kills something, and waits until the supervision does it. */
  Operation<?> start(
      FlinkPlatform platform, CrashSite site, String application, OperationOptions options) {
    if (words.contains(SESSION)) {
      return ofSession(platform, site, application, options);
    }
    return words.contains(OF_JOB)
        ? ofJob(platform.session(application).job(job()), options)
        : ofApplication(platform, site, application, options);
  }

  private Operation<?> ofSession(
      FlinkPlatform platform, CrashSite site, String name, OperationOptions options) {
    return switch (verb) {
      case DEPLOY -> platform.deploySession(session(site, name), options);
      case SUSPEND -> platform.session(name).suspend(options);
      case RESUME -> platform.session(name).resume(options);
      case DELETE -> platform.session(name).delete(retention(), options);
      default -> throw new IllegalArgumentException("Not of a session cluster: " + verb);
    };
  }

  private Operation<?> ofJob(FlinkJob job, OperationOptions options) {
    return switch (verb) {
      case SAVEPOINT -> job.savepoint(SavepointOptions.defaults(), options);
      case CHECKPOINT -> job.checkpoint(options);
      case DISPOSE -> job.dispose(savepoint(job.name()), options);
      case RESCALE -> job.rescale(parallelism(), rescaleOptions(), options);
      case SUSPEND -> job.stop(SavepointOptions.defaults(), options);
      case RESUME -> job.resume(StateRestore.latest(), options);
      case DELETE -> job.cancel(retention(), options);
      default -> throw new IllegalArgumentException("Not of a job in a session cluster: " + verb);
    };
  }

  private RescaleOptions rescaleOptions() {
    return words.contains(ADAPTIVE) ? RescaleOptions.inPlaceOnly() : RescaleOptions.defaults();
  }

  private StateRestore restore() {
    return words.contains(LATEST) ? StateRestore.latest() : StateRestore.fresh();
  }

  private StateRetention retention() {
    return words.contains("purge") ? StateRetention.PURGE : StateRetention.KEEP;
  }

  private Operation<?> ofApplication(
      FlinkPlatform platform, CrashSite site, String application, OperationOptions options) {
    return switch (verb) {
      case DEPLOY -> platform.deploy(spec(site, application), restore(), options);
      case APPLY -> platform.apply(spec(site, application), options);
      case SAVEPOINT ->
          platform.application(application).savepoint(SavepointOptions.defaults(), options);
      case CHECKPOINT -> platform.application(application).checkpoint(options);
      case RESCALE ->
          platform.application(application).rescale(parallelism(), rescaleOptions(), options);
      case UPGRADE ->
          platform
              .application(application)
              .upgrade(spec(site, application), StateRestore.latest(), options);
      case SUSPEND ->
          platform.application(application).suspend(SavepointOptions.defaults(), options);
      case RESUME -> platform.application(application).resume(StateRestore.latest(), options);
      case RESTART -> platform.application(application).restart(options);
      case DELETE -> platform.application(application).delete(retention(), options);
      case DISPOSE -> platform.application(application).dispose(savepoint(application), options);
      case SUBMIT ->
          platform
              .session(application)
              .submit(job(), jobSpec(site), SubmitOptions.defaults(), restore(), options);
      case SCALE -> platform.session(application).scaleTaskManagers(parallelism(), options);
      case BURST ->
          platform
              .session(application)
              .burst(
                  job(),
                  jobSpec(site),
                  SubmitOptions.defaults().withFlinkConfig("restart-strategy.type", "none"),
                  parallelism(),
                  options);
      case RECOVER -> recovery(platform, site, application);
    };
  }

  private Operation<?> recovery(FlinkPlatform platform, CrashSite site, String application) {
    boolean left = words.contains(LEFT);
    Instant begin = left ? Instant.EPOCH : Instant.now().truncatedTo(ChronoUnit.MILLIS);
    if (words.contains(LEADER)) {
      site.killJobManager(application);
    } else if (!left) {
      site.killTaskManager(application);
    }
    // What was left nobody asks for: the supervision alone has to end it.
    return Awaitility.await("a recovery")
        .atMost(site.timeout())
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                platform.operations().stream()
                    .filter(o -> o.verb() == Verb.RECOVER && o.application().equals(application))
                    .filter(o -> !o.startedAt().isBefore(begin))
                    .findFirst()
                    .filter(o -> !left || o.state().hasEnded())
                    .map(o -> platform.operation(o.id())),
            Optional::isPresent)
        .orElseThrow();
  }
}
