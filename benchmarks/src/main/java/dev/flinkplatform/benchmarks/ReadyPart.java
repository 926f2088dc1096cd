package dev.flinkplatform.benchmarks;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.SessionCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** How long a session cluster takes to be ready, deployed by the SDK and started by hand. */
final class ReadyPart implements Part {

  private static final int REPETITIONS = 5;
  private static final double TARGET = 1.15;
  private static final String NAME = "bench-ready";

  @Override
  public List<Row> run(Setting setting) throws Exception {
    try (FlinkPlatform platform = setting.platform().connect()) {
      Setting.clear(platform);
      try {
        // Not counted: shows the commands, and warms up this JVM and the disk.
        deploy(setting, platform, new Samples(), new Samples());
        HandMade hand = HandMade.of(setting.root(), NAME);
        Setting.clear(platform);
        Path directory = setting.directory().resolve("by-hand-" + System.nanoTime());
        byHand(hand, directory.resolve("warm-up"), new Samples());

        Samples sdk = new Samples();
        Samples started = new Samples();
        Samples manual = new Samples();
        for (int i = 0; i < REPETITIONS; i++) {
          deploy(setting, platform, sdk, started);
          Setting.clear(platform);
          byHand(hand, directory.resolve(Integer.toString(i)), manual);
        }
        double ratio = sdk.median() / manual.median();
        return List.of(
            new Row(
                "Session cluster ready: `deploySession(...).await` / started by hand",
                REPETITIONS,
                Samples.text("%.2f", ratio),
                Samples.text("%.2f", sdk.min() / manual.max())
                    + " to "
                    + Samples.text("%.2f", sdk.max() / manual.min()),
                "≤ 1.15",
                Row.verdict(ratio, TARGET),
                "a ratio of medians; the spread is least / most to most / least; the SDK had"
                    + " started the processes "
                    + started.median("%.0f ms")
                    + " after the call (median)"),
            Row.info("By the SDK", sdk, "%.0f ms", ""),
            Row.info(
                "By hand",
                manual,
                "%.0f ms",
                "the same commands, both at once, files written before; `/overview` every 20 ms"));
      } finally {
        Setting.clearAfter(platform);
      }
    }
  }

  private static void deploy(
      Setting setting, FlinkPlatform platform, Samples time, Samples started) {
    AtomicLong startedAt = new AtomicLong();
    long began = System.nanoTime();
    Operation<SessionCluster> operation =
        platform.deploySession(setting.session(NAME), Setting.within());
    operation.onProgress(
        p -> {
          if (p.message().startsWith("started")) {
            startedAt.compareAndSet(0, System.nanoTime());
          }
        });
    SessionCluster cluster = operation.await(Setting.PATIENCE);
    time.addSince(began);
    if (cluster.capacity().slotsTotal() != 1) {
      throw new IllegalStateException("The cluster is not ready: " + cluster.capacity());
    }
    // Heard of after the fact, if the listener came too late.
    started.add(startedAt.get() == 0 ? 0 : (startedAt.get() - began) / 1e6);
  }

  private static void byHand(HandMade hand, Path directory, Samples time) throws Exception {
    HandMade.Cluster cluster = hand.new Cluster(directory);
    Thread end = new Thread(cluster::stop);
    Runtime.getRuntime().addShutdownHook(end);
    try {
      time.add(cluster.startAndAwaitSlot());
    } finally {
      cluster.stop();
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }
}
