package dev.flinkplatform.benchmarks;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where it is measured.
 *
 * @param flink a flat directory of Flink's jars
 * @param directory where Flink runs and writes
 */
record Setting(Path flink, Path directory) {

  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Halves the time that Flink takes to start, for the SDK and by hand alike. */
  private static final List<String> LIGHT = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  Path root() {
    return directory.resolve("platform");
  }

  LocalPlatform.Builder platform() {
    return LocalPlatform.builder()
        .root(root())
        .flink(FlinkDistribution.jars(flink))
        .javaHome(Path.of(System.getProperty("java.home")))
        .jvmArgs(LIGHT);
  }

  SessionClusterSpec session(String name) {
    return SessionClusterSpec.builder(name)
        .flinkVersion("2.3")
        .jobManager(Resources.of(1, "768m"))
        .taskManager(taskManager())
        .build();
  }

  /** An endless job with its own cluster. */
  ApplicationSpec.Builder application(String name, SelfCheckingJob.Args args, Duration interval) {
    return ApplicationSpec.builder(name)
        .flinkVersion("2.3")
        .job(job(args))
        .jobManager(Resources.of(1, "768m"))
        .taskManager(taskManager())
        .checkpointing(Checkpointing.builder().interval(interval).build());
  }

  private static TaskManagerSpec taskManager() {
    return TaskManagerSpec.builder().resources(Resources.of(1, "1g")).slots(1).replicas(1).build();
  }

  /** As many TaskManagers as the parallelism needs. */
  static TaskManagerSpec taskManagersAsNeeded() {
    return TaskManagerSpec.builder().resources(Resources.of(1, "1g")).slots(1).build();
  }

  static JobSpec job(SelfCheckingJob.Args args) {
    return JobSpec.jar(SelfCheckingJob.jar())
        .entryClass(SelfCheckingJob.entryClass())
        .args(args.toList())
        .build();
  }

  static OperationOptions within() {
    return OperationOptions.within(PATIENCE);
  }

  /** Removes all that runs at this root: what a part started, or what a killed run left. */
  static void clear(FlinkPlatform platform) {
    for (FlinkApplication application : platform.applications()) {
      application.delete(StateRetention.PURGE, within()).await(PATIENCE);
    }
    for (SessionCluster cluster : platform.sessions()) {
      cluster.status().activeOperation().ifPresent(id -> settle(platform.operation(id)));
      for (FlinkJob job : cluster.jobs()) {
        job.cancel(StateRetention.PURGE, within()).await(PATIENCE);
      }
      if (cluster.status().state() != ApplicationState.ABSENT) {
        cluster.delete(StateRetention.PURGE, within()).await(PATIENCE);
      }
    }
  }

  /** The same at the end, where a failure must not hide the one that may have come before. */
  static void clearAfter(FlinkPlatform platform) {
    try {
      clear(platform);
    } catch (FlinkPlatformException e) {
      System.err.println("Something may still run, which the next part or run removes: " + e);
    }
  }

  private static void settle(Operation<?> operation) {
    try {
      operation.await(PATIENCE);
    } catch (OperationFailedException e) {
      System.err.println("An operation of an earlier run ended as " + e.status().state());
    }
  }
}
