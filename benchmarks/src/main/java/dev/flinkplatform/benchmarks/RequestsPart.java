package dev.flinkplatform.benchmarks;

import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.fault.FaultProxy;
import dev.flinkplatform.testkit.fault.FaultProxy.Exchange;
import dev.flinkplatform.testkit.fault.FaultSchedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** How many requests a verb makes, counted by a proxy, and how many it could not do without. */
final class RequestsPart implements Part {

  private static final int REPETITIONS = 3;
  private static final String NAME = "bench-requests";

  /**
   * A verb of a job in a session cluster.
   *
   * @param least the least number of requests
   * @param why which they are
   */
  private record Verb(String name, int least, String why) {}

  private static final List<Verb> VERBS =
      List.of(
          new Verb(
              "submit",
              4,
              "upload the jar, run it, see that it runs, delete the jar, which Flink keeps else"),
          new Verb(
              "status",
              4,
              "job, TaskManagers, checkpoints, number of restarts: no resource of Flink's has two"),
          new Verb("savepoint", 2, "trigger, result"),
          new Verb(
              "checkpoint", 3, "trigger, result, statistics: only these have the path it returns"),
          new Verb("stop", 2, "trigger, result, which is there only when the job has ended"),
          new Verb("cancel", 2, "cancel, see that it has ended"));

  private final Map<String, Samples> different = new LinkedHashMap<>();
  private final Map<String, Samples> all = new LinkedHashMap<>();
  private final Map<String, Set<String>> seen = new LinkedHashMap<>();

  @Override
  public List<Row> run(Setting setting) throws Exception {
    // Without supervision, which asks by itself, and without a request that fails.
    try (FaultProxy proxy = FaultProxy.start(FaultSchedule.none());
        FlinkPlatform platform =
            setting
                .platform()
                .supervision(Supervision.off())
                .restAddress(proxy::address)
                .connect()) {
      Setting.clear(platform);
      try {
        SessionCluster cluster =
            platform.deploySession(setting.session(NAME), Setting.within()).await(Setting.PATIENCE);
        for (int i = 0; i < REPETITIONS; i++) {
          live(proxy, cluster, i);
        }
      } finally {
        Setting.clearAfter(platform);
      }
    }
    return VERBS.stream().map(this::row).toList();
  }

  /** One life of a job that is cancelled, and one of a job that is stopped. */
  private void live(FaultProxy proxy, SessionCluster cluster, int round) {
    FlinkJob first = count(proxy, "submit", () -> submit(cluster, "first-" + round));
    count(
        proxy,
        "status",
        () -> {
          ApplicationState state = first.status().state();
          if (state != ApplicationState.RUNNING) {
            throw new IllegalStateException(first.name() + " is " + state);
          }
          return state;
        });
    count(proxy, "checkpoint", () -> first.checkpoint(Setting.within()).await(Setting.PATIENCE));
    count(
        proxy,
        "savepoint",
        () ->
            first.savepoint(SavepointOptions.defaults(), Setting.within()).await(Setting.PATIENCE));
    count(
        proxy,
        "cancel",
        () -> first.cancel(StateRetention.PURGE, Setting.within()).await(Setting.PATIENCE));

    FlinkJob second = submit(cluster, "second-" + round);
    count(
        proxy,
        "stop",
        () -> second.stop(SavepointOptions.defaults(), Setting.within()).await(Setting.PATIENCE));
    second.cancel(StateRetention.PURGE, Setting.within()).await(Setting.PATIENCE);
  }

  private static FlinkJob submit(SessionCluster cluster, String name) {
    return cluster
        .submit(
            name,
            Setting.job(SelfCheckingJob.args().rate(10)),
            SubmitOptions.defaults(),
            StateRestore.fresh(),
            Setting.within())
        .await(Setting.PATIENCE);
  }

  private <T> T count(FaultProxy proxy, String verb, Supplier<T> call) {
    int before = proxy.exchanges().size();
    T result = call.get();
    List<Exchange> made = new ArrayList<>(proxy.exchanges());
    made.subList(0, before).clear();
    // To ask the same again is to wait, and counts once; to do the same again does not.
    Set<String> asked = new LinkedHashSet<>();
    int changes = 0;
    for (Exchange exchange : made) {
      if (exchange.method().equals("GET")) {
        asked.add(exchange.path());
      } else {
        changes++;
      }
      seen.computeIfAbsent(verb, v -> new LinkedHashSet<>())
          .add(exchange.method() + " " + general(exchange.path()));
    }
    different.computeIfAbsent(verb, v -> new Samples()).add(asked.size() + (double) changes);
    all.computeIfAbsent(verb, v -> new Samples()).add(made.size());
    return result;
  }

  private static String general(String path) {
    return path.replaceAll("[0-9a-f]{32}", ":id").replaceAll("/jars/[^/]*\\.jar", "/jars/:jar");
  }

  private Row row(Verb verb) {
    Samples requests = different.getOrDefault(verb.name(), new Samples());
    return new Row(
        "Requests of `" + verb.name() + "`",
        requests.size(),
        requests.median("%.0f"),
        requests.spread("%.0f"),
        "≤ " + verb.least() + " + 1",
        // Of the most, not of the middle: a request too many now and then is one too many.
        Row.verdict(requests.max(), verb.least() + 1),
        "least: "
            + verb.why()
            + ". Seen: "
            + String.join(", ", seen.getOrDefault(verb.name(), Set.of()))
            + ". With repeated GETs: "
            + all.getOrDefault(verb.name(), new Samples()).spread("%.0f"));
  }
}
