package dev.flinkplatform.benchmarks;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.RescaleResult.Mechanism;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** For how long no record is processed when a job is rescaled: in place, and redeployed. */
final class OutagePart implements Part {

  /** Each once up and once down. */
  private static final int ROUNDS = 2;

  private static final double TARGET = 0.1;
  private static final double RATE = 500;
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final int STEADY = 15;

  @Override
  public List<Row> run(Setting setting) throws Exception {
    Samples calm = new Samples();
    Samples inPlaceCall = new Samples();
    Samples redeployCall = new Samples();
    Samples inPlace = outages(setting, "adaptive", Mechanism.IN_PLACE, calm, inPlaceCall);
    Samples redeploy = outages(setting, "default", Mechanism.SAVEPOINT, calm, redeployCall);
    double ratio = inPlace.median() / redeploy.median();
    return List.of(
        new Row(
            "No record processed: rescale in place / redeploy through a savepoint",
            inPlace.size(),
            Samples.text("%.3f", ratio),
            Samples.text("%.3f", inPlace.min() / redeploy.max())
                + " to "
                + Samples.text("%.3f", inPlace.max() / redeploy.min()),
            "≤ 1/10",
            Row.verdict(ratio, TARGET),
            "a ratio of medians; the spread is least / most to most / least. 1 to 2 and 2 to 1"
                + " in turn; by the ledger, a checkpoint every 100 ms; resolution: without any"
                + " rescale it shows up to "
                + Samples.text("%.0f ms", calm.max())),
        Row.info(
            "In place (adaptive scheduler)",
            inPlace,
            "%.0f ms",
            "`rescale(...).await` took " + inPlaceCall.median("%.0f ms") + " (median)"),
        Row.info(
            "Redeploy (default scheduler)",
            redeploy,
            "%.0f ms",
            "`rescale(...).await` took " + redeployCall.median("%.0f ms") + " (median)"));
  }

  private static Samples outages(
      Setting setting, String scheduler, Mechanism mechanism, Samples calm, Samples call)
      throws Exception {
    String name = "bench-" + scheduler;
    Path directory = setting.directory().resolve("ledger-" + scheduler + "-" + System.nanoTime());
    ApplicationSpec.Builder spec =
        setting
            .application(name, SelfCheckingJob.args().rate(RATE).ledger(directory), INTERVAL)
            .taskManager(Setting.taskManagersAsNeeded());
    if (mechanism == Mechanism.IN_PLACE) {
      spec.putFlinkConfig("jobmanager.scheduler", scheduler);
    }
    Samples outages = new Samples();
    try (FlinkPlatform platform = setting.platform().connect();
        LedgerTail tail = new LedgerTail(directory, RATE)) {
      Setting.clear(platform);
      try {
        FlinkApplication application = platform.deploy(spec.build()).await(Setting.PATIENCE);
        for (int i = 0; i < 2 * ROUNDS; i++) {
          int quiet = tail.awaitMore(2);
          int before = tail.awaitMore(STEADY);
          calm.add(tail.longestOutage(quiet, before));
          long began = System.nanoTime();
          RescaleResult result =
              application
                  .rescale(i % 2 == 0 ? 2 : 1, RescaleOptions.defaults(), Setting.within())
                  .await(Setting.PATIENCE);
          call.addSince(began);
          if (result.mechanism() != mechanism) {
            throw new IllegalStateException("Not " + mechanism + ": " + result);
          }
          outages.add(tail.longestOutage(before, tail.awaitMore(STEADY)));
        }
      } finally {
        Setting.clearAfter(platform);
      }
    }
    Ledger ledger = Ledger.read(directory);
    if (!ledger.isExactlyOnce()) {
      throw new IllegalStateException("Records were lost or processed twice: " + ledger);
    }
    return outages;
  }
}
