package dev.flinkplatform.benchmarks;

import java.util.List;

/** What 1,000 handles of applications cost: heap and threads, in a JVM of their own. */
final class HandlesPart implements Part {

  private static final int REPETITIONS = 2;

  /** Else this collector leaves dead objects where they are, but for every fourth time. */
  private static final List<String> FLAGS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:MarkSweepAlwaysCompactCount=1");

  @Override
  public List<Row> run(Setting setting) throws Exception {
    Samples bytes = new Samples();
    Samples threads = new Samples();
    Samples platformThreads = new Samples();
    for (int i = 0; i < REPETITIONS; i++) {
      Jvm.Outcome outcome = Jvm.run(FLAGS, HandlesMain.class);
      bytes.add(outcome.results().getOrDefault("bytesPerHandle", Double.NaN));
      threads.add(outcome.results().getOrDefault("threadsOfHandles", Double.NaN));
      platformThreads.add(outcome.results().getOrDefault("threadsOfPlatform", Double.NaN));
    }
    String count = "1,000 handles";
    return List.of(
        Row.info(
            "Heap of one of " + count,
            bytes,
            "%.0f bytes",
            "heap after GC with the handles, each asked for its status once, less the heap"
                + " without"),
        Row.info(
            "Threads that " + count + " add",
            threads,
            "%.0f",
            "to those of the platform, which has "
                + platformThreads.median("%.0f")
                + " of its own; InMemoryPlatform: the same core, no HTTP"));
  }
}
