package dev.flinkplatform.benchmarks;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How long a JVM that is just started needs for its first answer about an application that runs.
 */
final class ColdPart implements Part {

  private static final int REPETITIONS = 10;
  private static final double TARGET = 400;
  private static final String NAME = "bench-cold";

  @Override
  public List<Row> run(Setting setting) throws Exception {
    try (FlinkPlatform platform = setting.platform().connect()) {
      Setting.clear(platform);
      try {
        platform
            .deploy(
                setting
                    .application(NAME, SelfCheckingJob.args().rate(10), Duration.ofSeconds(10))
                    .build())
            .await(Setting.PATIENCE);
        return measure(setting);
      } finally {
        Setting.clearAfter(platform);
      }
    }
  }

  private static List<Row> measure(Setting setting) throws IOException, InterruptedException {
    Samples empty = new Samples();
    Samples whole = new Samples();
    Samples connected = new Samples();
    Samples answered = new Samples();
    Samples light = new Samples();
    Samples archived = new Samples();
    String jars = Jvm.jars(setting.root());
    Path archive = setting.root().resolve("classes.jsa");
    ask(setting, jars, List.of("-XX:ArchiveClassesAtExit=" + archive));
    for (int i = -1; i < REPETITIONS; i++) {
      double nothing = Jvm.run(List.of(), ColdMain.class).millis();
      Jvm.Outcome outcome = ask(setting, jars, List.of());
      double fast =
          ask(setting, jars, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")).millis();
      double mapped = ask(setting, jars, List.of("-XX:SharedArchiveFile=" + archive)).millis();
      if (i >= 0) { // the first reads the jars from the disk
        empty.add(nothing);
        whole.add(outcome.millis());
        connected.add(outcome.results().getOrDefault("connected", Double.NaN));
        answered.add(outcome.results().getOrDefault("answered", Double.NaN));
        light.add(fast);
        archived.add(mapped);
      }
    }
    return List.of(
        new Row(
            "First answered call in a cold JVM: process start to `status()`",
            whole.size(),
            whole.median("%.0f ms"),
            whole.spread("%.0f ms"),
            "≤ 400 ms",
            Row.verdict(whole.median(), TARGET),
            "default JVM flags; of it "
                + empty.median("%.0f ms")
                + " is a JVM that does nothing: "
                + Samples.text("%.1f", whole.median() / empty.median())
                + " times as long"),
        Row.info(
            "The part of it inside `main`",
            answered,
            "%.0f ms",
            "`connect()` alone: " + connected.median("%.0f ms")),
        Row.info(
            "The same with -XX:+UseSerialGC -XX:TieredStopAtLevel=1, process start to `status()`",
            light,
            "%.0f ms",
            "what a command-line tool would set"),
        new Row(
            "The same with -XX:SharedArchiveFile, process start to `status()`",
            archived.size(),
            archived.median("%.0f ms"),
            archived.spread("%.0f ms"),
            "≤ 400 ms",
            Row.verdict(archived.median(), TARGET),
            "an archive of the classes, written once with -XX:ArchiveClassesAtExit"));
  }

  private static Jvm.Outcome ask(Setting setting, String classPath, List<String> flags)
      throws IOException, InterruptedException {
    return Jvm.run(
        classPath,
        flags,
        ColdMain.class,
        setting.flink().toString(),
        setting.root().toString(),
        NAME);
  }
}
