package dev.flinkplatform.internal.local;

import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.HighAvailability;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Flink's configuration for a cluster on this machine. Pure. */
final class LocalConfig {

  /** What the backend decides: a specification that says it, too, is refused. */
  static final Set<String> OWNED =
      Set.of(
          "jobmanager.rpc.address",
          "jobmanager.bind-host",
          "rest.address",
          "rest.bind-address",
          "taskmanager.host",
          "taskmanager.bind-host",
          "taskmanager.resource-id",
          "io.tmp.dirs",
          "web.tmpdir",
          "execution.shutdown-on-application-finish",
          "execution.submit-failed-job-on-application-error",
          "high-availability",
          "high-availability.type",
          "high-availability.cluster-id",
          "high-availability.jobmanager.port",
          "job-result-store.delete-on-commit",
          "job-result-store.storage-path",
          "application-result-store.delete-on-commit",
          "application-result-store.storage-path",
          "pipeline.jars",
          "execution.target");

  static final Set<String> PORTS =
      Set.of("rest.port", "rest.bind-port", "jobmanager.rpc.port", "blob.server.port");

  private static final String LOOPBACK = "127.0.0.1";

  private LocalConfig() {}

  /**
   * Returns the configuration.
   *
   * @param spec the completed specification
   * @param places what is known of a start: ports and directories
   */
  static SortedMap<String, String> of(ApplicationSpec spec, Map<String, String> places) {
    SortedMap<String, String> c = new TreeMap<>();
    // What suits processes on one machine better than Flink's defaults; the specification has the
    // last word.
    c.put("heartbeat.interval", "2 s");
    c.put("heartbeat.timeout", "20 s");
    c.put("web.refresh-interval", "100");
    c.put("metrics.fetcher.update-interval", "1000");
    // A TaskManager that is up before its JobManager would wait ten seconds before it tries again.
    c.put("cluster.registration.error-delay", "300 ms");
    // After a rescale to less, slots that no task uses are given back soon (in milliseconds, a form
    // that all versions read), so that their TaskManagers can go.
    c.put("slot.idle.timeout", "2000");
    if ("adaptive".equalsIgnoreCase(spec.flinkConfig().getOrDefault("jobmanager.scheduler", ""))) {
      if (spec.flinkVersion().isAtLeast(2, 0)) {
        c.put("jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "1 s");
        c.put("jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout", "1 s");
        c.put("jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout", "1 s");
      } else {
        // Flink refuses a maximum that is not more than the minimum: both are ours, or none.
        if (spec.flinkConfig().keySet().stream().noneMatch(k -> k.contains(".scaling-interval."))) {
          c.put("jobmanager.adaptive-scheduler.scaling-interval.min", "1 s");
          c.put("jobmanager.adaptive-scheduler.scaling-interval.max", "2 s");
        }
        c.put("jobmanager.adaptive-scheduler.resource-stabilization-timeout", "1 s");
      }
    }
    if (spec.isSessionCluster()) {
      // How jobs ended can be asked for a week, not only for an hour (in seconds).
      c.put("jobstore.expiration-time", "604800");
    }
    boolean zooKeeper = spec.highAvailability() instanceof HighAvailability.ZooKeeper;
    if (zooKeeper) {
      zooKeeperDefaults(c);
    }
    c.putAll(FlinkConfiguration.of(spec));
    c.put("jobmanager.rpc.address", LOOPBACK);
    c.put("jobmanager.bind-host", LOOPBACK);
    c.put("rest.address", LOOPBACK);
    c.put("rest.bind-address", LOOPBACK);
    c.put("taskmanager.host", LOOPBACK);
    c.put("taskmanager.bind-host", LOOPBACK);
    // The JobManager stays after the end of the job, so that its end, and its last savepoint, can
    // be asked for.
    c.put("execution.shutdown-on-application-finish", "false");
    // An error of main() becomes a FAILED job with the cause, instead of a JobManager that is gone.
    c.put("execution.submit-failed-job-on-application-error", "true");
    if (zooKeeper) {
      // Flink forgets a job that ended, and a JobManager that takes over then would run main() once
      // more, from the beginning.
      c.put("job-result-store.delete-on-commit", "false");
      if (spec.flinkVersion().isAtLeast(2, 3)) {
        c.put("application-result-store.delete-on-commit", "false");
      }
    }
    c.putAll(places);
    return c;
  }

  /** Times without a unit are milliseconds, a form that all versions read. */
  private static void zooKeeperDefaults(Map<String, String> c) {
    // How long ZooKeeper waits before it takes a killed leader for dead: Flink's 60 s suit a
    // network.
    c.put("high-availability.zookeeper.client.session-timeout", "10000");
    c.put("high-availability.zookeeper.client.connection-timeout", "5000");
    c.put("high-availability.zookeeper.client.retry-wait", "1000");
    c.put("high-availability.zookeeper.client.max-retry-attempts", "10");
    // A ZooKeeper that is back within the session's time is no reason to restart every job.
    c.put("high-availability.zookeeper.client.tolerate-suspended-connections", "true");
  }

  static boolean isZooKeeper(ApplicationSpec spec) {
    return spec.highAvailability() instanceof HighAvailability.ZooKeeper;
  }

  /** How many JobManagers run: the leader and those that wait. */
  static int jobManagers(ApplicationSpec spec) {
    return spec.highAvailability() instanceof HighAvailability.ZooKeeper z
        ? 1 + z.standbyJobManagers()
        : 1;
  }
}
