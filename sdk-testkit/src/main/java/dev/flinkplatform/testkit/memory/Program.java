package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a job does, as far as the simulation must know: it counts up numbers for some keys. The
 * self-checking job's arguments are read as the real one reads them.
 */
record Program(
    boolean selfChecking,
    int keys,
    double rate,
    long recordsPerKey,
    Optional<Path> ledger,
    Duration startsAfter,
    Duration runsAfter,
    Optional<Duration> failsAfter,
    long failsAtRecord,
    Optional<Path> failsOnceMarker,
    boolean failsOnOpen,
    String cause,
    String mainThrows,
    boolean failUnlessRestored,
    boolean failIfRestored,
    long stateBytes,
    long growBytes,
    Duration slowSink,
    Map<String, String> uids,
    Optional<Duration> checkpointInterval) {

  private static final double RATE = 1000;

  /** How many records wait between a sink that is too slow and what comes before it. */
  private static final int BUFFERED = 20;

  static final String SOURCE = "source";
  static final String VERIFY = "verify";
  static final String LEDGER = "ledger";

  static Program of(ApplicationSpec spec, Function<? super ApplicationSpec, SimulatedJob> jobs) {
    boolean checking =
        spec.job().entryClass().filter(SelfCheckingJob.entryClass()::equals).isPresent();
    return checking ? selfChecking(spec.job().args()) : of(jobs.apply(spec));
  }

  private static Program of(SimulatedJob job) {
    return new Program(
        false,
        1,
        RATE,
        job.finishesAfter().map(d -> Math.max(1, (long) (d.toMillis() * RATE / 1000))).orElse(0L),
        Optional.empty(),
        job.startsAfter(),
        job.runsAfter(),
        job.failsAfter(),
        0,
        Optional.empty(),
        false,
        job.cause(),
        job.mainThrows(),
        false,
        false,
        1000,
        0,
        Duration.ZERO,
        Map.of(SOURCE, job.stateOf()),
        Optional.empty());
  }

  private static Program selfChecking(List<String> args) {
    Map<String, String> v = new HashMap<>();
    for (int i = 0; i + 1 < args.size(); i += 2) {
      v.put(args.get(i), args.get(i + 1));
    }
    String suffix = v.getOrDefault("--uid-suffix", "");
    String only = v.getOrDefault("--uid-suffix-operator", "");
    Map<String, String> uids = new LinkedHashMap<>();
    for (String operator : List.of(SOURCE, VERIFY, LEDGER)) {
      uids.put(operator, only.isEmpty() || only.equals(operator) ? operator + suffix : operator);
    }
    String mainThrows = v.getOrDefault("--main-throws", "");
    int keys = (int) number(v, "--keys", 8);
    long failsAt = number(v, "--crash-at", 0);
    return new Program(
        true,
        keys,
        rate(v),
        number(v, "--records-per-key", 0),
        Optional.ofNullable(v.get("--ledger")).map(Path::of),
        Duration.ofMillis(number(v, "--slow-start-ms", 0)),
        Duration.ofMillis(number(v, "--slow-open-ms", 0)),
        Optional.empty(),
        failsAt,
        Optional.ofNullable(v.get("--crash-once-marker")).map(Path::of),
        Boolean.parseBoolean(v.get("--crash-always-on-open")),
        "java.lang.IllegalStateException: self-inflicted crash at record " + failsAt,
        mainThrows.isEmpty() ? "" : "java.lang.IllegalStateException: " + mainThrows,
        Boolean.parseBoolean(v.get("--fail-unless-restored")),
        Boolean.parseBoolean(v.get("--fail-if-restored")),
        1000 + keys * number(v, "--state-bytes", 0),
        number(v, "--grow-bytes", 0),
        isTooSlow(v) ? Duration.ofMillis(number(v, "--slow-sink-ms", 0)) : Duration.ZERO,
        Map.copyOf(uids),
        Optional.ofNullable(v.get("--checkpoint-interval-ms"))
            .map(ms -> Duration.ofMillis(Long.parseLong(ms))));
  }

  private static boolean isTooSlow(Map<String, String> v) {
    return wanted(v) * number(v, "--slow-sink-ms", 0) > 1000;
  }

  private static double wanted(Map<String, String> v) {
    return Double.parseDouble(v.getOrDefault("--rate", "200"));
  }

  /** No more than the sink takes. */
  private static double rate(Map<String, String> v) {
    return isTooSlow(v) ? 1000.0 / number(v, "--slow-sink-ms", 0) : wanted(v);
  }

  /** Whether all vertices wait for the last one. */
  boolean isHeldUp() {
    return !slowSink.isZero();
  }

  /** How long a checkpoint's barrier waits behind records. */
  Duration barrierDelay() {
    return slowSink.multipliedBy(BUFFERED);
  }

  private static long number(Map<String, String> values, String name, long absent) {
    return Long.parseLong(values.getOrDefault(name, Long.toString(absent)));
  }

  /** When the tasks fail after they were started, if they do. */
  Optional<Duration> failure(int parallelism) {
    return failsAtRecord > 0
        ? Optional.of(seconds((double) failsAtRecord * parallelism / rate))
        : failsAfter;
  }

  /** How many records of each key are done after a time. */
  long perKey(Duration time) {
    return (long) Math.floor(time.toNanos() / 1e9 * rate / keys + 1e-9);
  }

  /** How long it takes to do that many records of a key. */
  Duration timeFor(long recordsOfOneKey) {
    return seconds((double) recordsOfOneKey * keys / rate);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) Math.ceil(seconds * 1e9));
  }
}
