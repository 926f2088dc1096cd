package dev.flinkplatform.samples.nightly;

import dev.flinkplatform.BurstResult;
import dev.flinkplatform.Capacity;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A nightly batch: a session cluster of two TaskManagers by day, six while the batch runs, and two
 * again afterwards, also when the batch fails.
 *
 * <p>Copy what you need: but for {@link #connect}, the same lines run on every backend that has
 * session clusters.
 */
public final class Nightly {

  private static final String NAME = "nightly";
  private static final int BY_DAY = 2;
  private static final int BY_NIGHT = 6;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private Nightly() {}

  /**
   * Runs one night.
   *
   * @param args none
   */
  public static void main(String[] args) {
    Path directory = Path.of(System.getProperty("nightly.dir", "target/flink")).toAbsolutePath();
    try (FlinkPlatform platform = connect(directory)) {
      removeLeftovers(platform);
      SessionCluster cluster = platform.deploySession(specification(), within()).await(PATIENCE);
      say("by day: " + cluster.capacity());
      try {
        night(cluster, directory);
      } finally {
        removeLeftovers(platform);
      }
    }
    say("everything is removed");
  }

  /** The only part that knows of the backend: Flink as processes of this machine. */
  private static FlinkPlatform connect(Path directory) {
    return LocalPlatform.builder()
        .root(directory.resolve("platform"))
        .flink(FlinkDistribution.jars(Path.of(System.getProperty("nightly.flink", "flink/lib"))))
        // Halves the time Flink takes to start; not for production.
        .jvmArgs(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
        .connect();
  }

  private static SessionClusterSpec specification() {
    return SessionClusterSpec.builder(NAME)
        .flinkVersion("2.3")
        .jobManager(Resources.of(1, "1g"))
        .taskManager(
            TaskManagerSpec.builder()
                .resources(Resources.of(1, "1g"))
                .slots(1)
                .replicas(BY_DAY)
                .build())
        .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
        .build();
  }

  private static void night(SessionCluster cluster, Path directory) {
    Path ledger = directory.resolve("ledger").resolve(Long.toString(System.nanoTime()));
    Operation<BurstResult> batch =
        cluster.burst(
            "batch",
            job(SelfCheckingJob.args().finite(500).ledger(ledger)),
            SubmitOptions.parallelism(BY_NIGHT),
            BY_NIGHT,
            within());
    batch.onProgress(p -> say("  " + p.message()));
    BurstResult result = batch.await(PATIENCE);
    Ledger counted = Ledger.read(ledger);
    say("the batch ran on " + result.taskManagersDuring() + " TaskManagers: " + counted);
    require(counted.isExactlyOnce(), "records were lost or processed twice: " + counted);
    requireDay(cluster);

    // A batch that fails must not leave the large cluster behind.
    Operation<BurstResult> bad =
        cluster.burst(
            "batch",
            job(SelfCheckingJob.args().mainThrows("the input is not there")),
            SubmitOptions.parallelism(BY_NIGHT),
            BY_NIGHT,
            within());
    OperationStatus failed = failure(bad);
    say("a bad batch fails, as it should: " + failed.failure().orElseThrow().message());
    requireDay(cluster);
  }

  private static void requireDay(SessionCluster cluster) {
    Capacity capacity = cluster.capacity();
    say("by day again: " + capacity);
    require(capacity.taskManagers() == BY_DAY, "the cluster is not at its old size: " + capacity);
  }

  private static JobSpec job(SelfCheckingJob.Args args) {
    return JobSpec.jar(SelfCheckingJob.jar())
        .entryClass(SelfCheckingJob.entryClass())
        .args(args.toList())
        .build();
  }

  private static OperationStatus failure(Operation<?> operation) {
    try {
      operation.await(PATIENCE);
    } catch (OperationFailedException e) {
      return e.status();
    }
    throw new IllegalStateException("It should have failed: " + operation.id());
  }

  /** What an earlier run, or this one, left: its jobs first, since a cluster with jobs is kept. */
  private static void removeLeftovers(FlinkPlatform platform) {
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

  private static void settle(Operation<?> operation) {
    try {
      operation.await(PATIENCE);
    } catch (OperationFailedException e) {
      say("an earlier operation ended as " + e.status().state());
    }
  }

  private static OperationOptions within() {
    return OperationOptions.within(PATIENCE);
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
