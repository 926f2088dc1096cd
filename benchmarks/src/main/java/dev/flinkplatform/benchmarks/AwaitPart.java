package dev.flinkplatform.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.waiting.Condition;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** How long after Flink says that every task runs the SDK's waits return. */
final class AwaitPart implements Part {

  private static final int REPETITIONS = 20;
  private static final double TARGET = 200;
  private static final String NAME = "bench-await";

  @Override
  public List<Row> run(Setting setting) throws Exception {
    ExecutorService threads =
        Executors.newCachedThreadPool(
            r -> {
              Thread thread = new Thread(r, "benchmark-observer");
              thread.setDaemon(true);
              return thread;
            });
    try (FlinkPlatform platform = setting.platform().connect()) {
      Setting.clear(platform);
      try {
        SessionCluster cluster =
            platform.deploySession(setting.session(NAME), Setting.within()).await(Setting.PATIENCE);
        return measure(cluster, threads);
      } finally {
        Setting.clearAfter(platform);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Row> measure(SessionCluster cluster, ExecutorService threads)
      throws Exception {
    Rest flink = new Rest(cluster.status().webUi().orElseThrow());
    Samples operations = new Samples();
    Samples conditions = new Samples();
    for (int i = -1; i < REPETITIONS; i++) {
      Set<String> known = jobs(flink);
      Future<Long> seen = threads.submit(() -> firstRunning(flink, known));
      Operation<FlinkJob> operation =
          cluster.submit(
              "job-" + (i + 1),
              Setting.job(SelfCheckingJob.args().rate(10)),
              SubmitOptions.defaults(),
              StateRestore.fresh(),
              Setting.within());
      FlinkJob handle = cluster.job("job-" + (i + 1));
      Future<Long> met =
          threads.submit(
              () -> {
                handle.await(Condition.running(), Setting.PATIENCE);
                return System.nanoTime();
              });
      FlinkJob job = operation.await(Setting.PATIENCE);
      long returned = System.nanoTime();
      long visible = seen.get(1, TimeUnit.MINUTES);
      if (i >= 0) { // The first warms up Flink.
        operations.add((returned - visible) / 1e6);
        conditions.add((met.get(1, TimeUnit.MINUTES) - visible) / 1e6);
      } else {
        met.get(1, TimeUnit.MINUTES);
      }
      job.cancel(StateRetention.PURGE, Setting.within()).await(Setting.PATIENCE);
    }
    return List.of(
        row("`Operation.await` of `submit`", operations, ""),
        row("`FlinkJob.await(Condition.running())`", conditions, "; it looks every 100 ms"));
  }

  private static Row row(String what, Samples lag, String note) {
    double p95 = lag.percentile(0.95);
    return new Row(
        "Every vertex RUNNING in REST until the return of " + what + ", p95",
        lag.size(),
        "p95 " + Samples.text("%.0f ms", p95) + ", median " + lag.median("%.0f ms"),
        lag.spread("%.0f ms"),
        "p95 ≤ 200 ms",
        Row.verdict(p95, TARGET),
        "an own thread asks `/jobs/:id` every 5 ms; less than 0: the SDK saw it first" + note);
  }

  private static Set<String> jobs(Rest flink) throws InterruptedException {
    Set<String> ids = new TreeSet<>();
    for (JsonNode job : flink.get("/jobs").path("jobs")) {
      ids.add(job.path("id").asText());
    }
    return ids;
  }

  /** Returns when the first job that is not known has all its vertices running. */
  private static long firstRunning(Rest flink, Set<String> known) throws InterruptedException {
    Set<String> added = Set.of();
    long end = System.nanoTime() + Setting.PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      if (added.isEmpty()) {
        added = jobs(flink);
        added.removeAll(known);
      } else if (allRun(flink.get("/jobs/" + added.iterator().next()).path("vertices"))) {
        return System.nanoTime();
      }
      Thread.sleep(5);
    }
    throw new IllegalStateException("No job has come to run: " + added);
  }

  private static boolean allRun(JsonNode vertices) {
    for (JsonNode vertex : vertices) {
      if (!vertex.path("status").asText().equals("RUNNING")) {
        return false;
      }
    }
    return !vertices.isEmpty();
  }
}
