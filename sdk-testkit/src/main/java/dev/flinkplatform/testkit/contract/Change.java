package dev.flinkplatform.testkit.contract;

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
import dev.flinkplatform.Verb;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * A verb and what it is asked for, in words that another JVM understands: {@code
 * upgrade:adaptive,p2,v3}. The same words give the same request in every JVM.
 */
record Change(Verb verb, Set<String> words) {

  private static final Duration HURRY = Duration.ofSeconds(2);

  /** The job's main method throws. */
  static final String BAD = "bad";

  /** Runs with the adaptive scheduler. */
  static final String ADAPTIVE = "adaptive";

  /** Is asked of an application that is there. */
  static final String EXISTING = "existing";

  /** Has a deadline that is too short for a new TaskManager. */
  static final String HURRIED = "hurried";

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
    return base.toBuilder()
        .job(base.job().toBuilder().args(args.toList()).build())
        .parallelism(parallelism())
        .putFlinkConfig("jobmanager.scheduler", words.contains(ADAPTIVE) ? ADAPTIVE : "default")
        .putLabel("words", String.join(".", words))
        .build();
  }

  private Savepoint savepoint(String application) {
    String location =
        words.stream()
            .filter(w -> w.startsWith(AT))
            .map(w -> w.substring(AT.length()))
            .findFirst()
            .orElseThrow();
    // The location is what counts; equal requests must be equal in every JVM.
    return new Savepoint(
        application, location, Instant.EPOCH, SavepointFormat.CANONICAL, new JobId("0".repeat(32)));
  }

  /** The options that it is asked for with. */
  OperationOptions options(CrashSite site, String key) {
    return OperationOptions.builder()
        .deadline(words.contains(HURRIED) ? HURRY : site.timeout())
        .idempotencyKey(key)
        .build();
  }

  /** The parallelism that the words name, {@code p1} and so on; 1 if they name none. */
  int parallelism() {
    return words.stream()
        .filter(w -> w.matches("p\\d+"))
        .mapToInt(w -> Integer.parseInt(w.substring(1)))
        .findFirst()
        .orElse(1);
  }

  /** Asks for it. */
  Operation<?> start(
      FlinkPlatform platform, CrashSite site, String application, OperationOptions options) {
    return switch (verb) {
      case DEPLOY ->
          platform.deploy(
              spec(site, application),
              words.contains(LATEST) ? StateRestore.latest() : StateRestore.fresh(),
              options);
      case APPLY -> platform.apply(spec(site, application), options);
      case SAVEPOINT ->
          platform.application(application).savepoint(SavepointOptions.defaults(), options);
      case CHECKPOINT -> platform.application(application).checkpoint(options);
      case RESCALE ->
          platform
              .application(application)
              .rescale(
                  parallelism(),
                  words.contains(ADAPTIVE)
                      ? RescaleOptions.inPlaceOnly()
                      : RescaleOptions.defaults(),
                  options);
      case UPGRADE ->
          platform
              .application(application)
              .upgrade(spec(site, application), StateRestore.latest(), options);
      case SUSPEND ->
          platform.application(application).suspend(SavepointOptions.defaults(), options);
      case RESUME -> platform.application(application).resume(StateRestore.latest(), options);
      case RESTART -> platform.application(application).restart(options);
      case DELETE ->
          platform
              .application(application)
              .delete(
                  words.contains("purge") ? StateRetention.PURGE : StateRetention.KEEP, options);
      case DISPOSE -> platform.application(application).dispose(savepoint(application), options);
      case SUBMIT, SCALE, BURST, RECOVER ->
          throw new IllegalArgumentException("Not in this suite: " + verb);
    };
  }
}
