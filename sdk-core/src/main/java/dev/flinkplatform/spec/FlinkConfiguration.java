package dev.flinkplatform.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The one place that knows under which keys each Flink version takes a setting, and which keys hold
 * secrets.
 *
 * <p>Sources: {@code CheckpointingOptions}, {@code HighAvailabilityOptions}, {@code
 * RestartStrategyOptions} and {@code GlobalConfiguration.SENSITIVE_KEYS} of Flink 1.18 to 2.3.
 * Stateless and thread-safe.
 */
public final class FlinkConfiguration {

  /** What is shown instead of a value that may be secret. */
  public static final String MASK = "******";

  /** As in Flink's {@code GlobalConfiguration}: a key that contains one of these holds a secret. */
  private static final List<String> SENSITIVE =
      List.of(
          "password",
          "secret",
          "fs.azure.account.key",
          "apikey",
          "api-key",
          "auth-params",
          "service-key",
          "token",
          "basic-auth",
          "jaas.config",
          "http-headers",
          "access-key",
          "accesskey",
          "credential");

  private FlinkConfiguration() {}

  /**
   * Translates a specification into Flink's configuration, under the keys of its Flink version.
   * Pure.
   *
   * @param spec the specification
   * @return key and value, sorted by key; free configuration is in it as it was written
   */
  public static SortedMap<String, String> of(ApplicationSpec spec) {
    SortedMap<String, String> out = new TreeMap<>(spec.flinkConfig());
    FlinkVersion version = spec.flinkVersion();
    out.put("parallelism.default", Integer.toString(spec.parallelism()));
    out.put("taskmanager.numberOfTaskSlots", Integer.toString(spec.taskManager().slots()));
    spec.jobManager()
        .ifPresent(r -> out.put("jobmanager.memory.process.size", r.memory().toString()));
    spec.taskManager()
        .resources()
        .ifPresent(r -> out.put("taskmanager.memory.process.size", r.memory().toString()));
    Checkpointing c = spec.checkpointing();
    c.interval().ifPresent(i -> out.put("execution.checkpointing.interval", duration(i)));
    c.timeout().ifPresent(t -> out.put("execution.checkpointing.timeout", duration(t)));
    c.directory().ifPresent(d -> out.put(checkpointDirectoryKey(version), d));
    spec.savepointDirectory().ifPresent(d -> out.put(savepointDirectoryKey(version), d));
    out.putIfAbsent("execution.checkpointing.mode", c.mode().name());
    out.putIfAbsent(
        "execution.checkpointing.externalized-checkpoint-retention", c.retention().name());
    spec.stateBackend()
        .ifPresent(b -> out.put("state.backend.type", b.name().toLowerCase(Locale.ROOT)));
    spec.restartStrategy().ifPresent(r -> restart(out, r));
    highAvailability(out, spec.highAvailability());
    return out;
  }

  /**
   * Returns the key of the checkpoint directory.
   *
   * @param version the Flink version
   * @return the key that this version reads
   */
  public static String checkpointDirectoryKey(FlinkVersion version) {
    return version.isAtLeast(1, 20) ? "execution.checkpointing.dir" : "state.checkpoints.dir";
  }

  /**
   * Returns the key of the savepoint directory.
   *
   * @param version the Flink version
   * @return the key that this version reads
   */
  public static String savepointDirectoryKey(FlinkVersion version) {
    return version.isAtLeast(1, 20)
        ? "execution.checkpointing.savepoint-dir"
        : "state.savepoints.dir";
  }

  /**
   * Tells whether the value of a key may be a secret.
   *
   * @param key Flink's key
   * @return true if it must never be shown
   */
  public static boolean isSensitive(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return SENSITIVE.stream().anyMatch(lower::contains);
  }

  /**
   * Returns a value as it may be shown.
   *
   * @param key Flink's key
   * @param value its value
   * @return the value, or {@link #MASK} if it may be a secret
   */
  public static String shown(String key, String value) {
    return isSensitive(key) ? MASK : value;
  }

  /**
   * Writes a duration as Flink reads it.
   *
   * @param duration zero or more
   * @return for example {@code 30 s} or {@code 1500 ms}
   */
  public static String duration(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  /**
   * Finds what was said twice: by a typed field and by free configuration, under any name Flink
   * reads it by.
   */
  static List<Violation> saidTwice(ApplicationSpec spec) {
    List<Violation> found = new ArrayList<>();
    Map<String, String> free = spec.flinkConfig();
    twice(found, free, true, "parallelism", "parallelism.default");
    twice(found, free, true, "taskManager.slots", "taskmanager.numberOfTaskSlots");
    twice(
        found,
        free,
        spec.jobManager().isPresent(),
        "jobManager.memory",
        "jobmanager.memory.process.size",
        "jobmanager.memory.flink.size",
        "jobmanager.memory.heap.size",
        "jobmanager.heap.size");
    twice(
        found,
        free,
        spec.taskManager().resources().isPresent(),
        "taskManager.resources.memory",
        "taskmanager.memory.process.size",
        "taskmanager.memory.flink.size",
        "taskmanager.heap.size");
    Checkpointing c = spec.checkpointing();
    twice(
        found,
        free,
        c.interval().isPresent(),
        "checkpointing.interval",
        "execution.checkpointing.interval");
    twice(
        found,
        free,
        c.timeout().isPresent(),
        "checkpointing.timeout",
        "execution.checkpointing.timeout");
    twice(
        found,
        free,
        c.directory().isPresent(),
        "checkpointing.directory",
        "execution.checkpointing.dir",
        "state.checkpoints.dir");
    twice(
        found,
        free,
        spec.savepointDirectory().isPresent(),
        "savepointDirectory",
        "execution.checkpointing.savepoint-dir",
        "state.savepoints.dir");
    twice(
        found,
        free,
        spec.stateBackend().isPresent(),
        "stateBackend",
        "state.backend.type",
        "state.backend");
    twice(
        found,
        free,
        spec.restartStrategy().isPresent(),
        "restartStrategy",
        "restart-strategy.type",
        "restart-strategy");
    twice(
        found,
        free,
        spec.isHighlyAvailable(),
        "highAvailability",
        "high-availability.type",
        "high-availability",
        "high-availability.storageDir",
        "high-availability.zookeeper.quorum");
    return found;
  }

  private static void twice(
      List<Violation> found, Map<String, String> free, boolean typed, String path, String... keys) {
    for (String key : keys) {
      if (typed && free.containsKey(key)) {
        found.add(
            new Violation(
                "flinkConfig[" + key + "]",
                "says again what '" + path + "' says; use '" + path + "' only"));
      }
    }
  }

  private static void restart(Map<String, String> out, RestartStrategy strategy) {
    if (strategy instanceof RestartStrategy.None) {
      out.put("restart-strategy.type", "none");
    } else if (strategy instanceof RestartStrategy.FixedDelay s) {
      out.put("restart-strategy.type", "fixed-delay");
      out.put("restart-strategy.fixed-delay.attempts", Integer.toString(s.attempts()));
      out.put("restart-strategy.fixed-delay.delay", duration(s.delay()));
    } else if (strategy instanceof RestartStrategy.ExponentialDelay s) {
      out.put("restart-strategy.type", "exponential-delay");
      out.put("restart-strategy.exponential-delay.initial-backoff", duration(s.initial()));
      out.put("restart-strategy.exponential-delay.max-backoff", duration(s.max()));
    } else if (strategy instanceof RestartStrategy.FailureRate s) {
      out.put("restart-strategy.type", "failure-rate");
      out.put(
          "restart-strategy.failure-rate.max-failures-per-interval",
          Integer.toString(s.maxFailures()));
      out.put("restart-strategy.failure-rate.failure-rate-interval", duration(s.interval()));
      out.put("restart-strategy.failure-rate.delay", duration(s.delay()));
    }
  }

  private static void highAvailability(Map<String, String> out, HighAvailability ha) {
    if (ha instanceof HighAvailability.Kubernetes k) {
      out.put("high-availability.type", "kubernetes");
      out.put("high-availability.storageDir", k.storageDirectory());
    } else if (ha instanceof HighAvailability.ZooKeeper z) {
      out.put("high-availability.type", "zookeeper");
      out.put("high-availability.storageDir", z.storageDirectory());
      out.put("high-availability.zookeeper.quorum", z.quorum());
    }
  }
}
