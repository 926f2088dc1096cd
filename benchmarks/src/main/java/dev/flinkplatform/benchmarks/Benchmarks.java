package dev.flinkplatform.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Measures what the SDK adds to what Flink does by itself, and writes a page of results.
 *
 * <p>System properties: {@code benchmarks.flink}, a flat directory of Flink's jars; {@code
 * benchmarks.dir}, where to run; {@code benchmarks.results}, the page; {@code benchmarks.parts},
 * the parts wanted, separated by commas, all if it is not set.
 */
public final class Benchmarks {

  private Benchmarks() {}

  /**
   * Runs the parts, one after the other; ends the JVM with exit code 1 if one could not be
   * measured. A target that is missed is a result, no failure.
   *
   * @param args none
   * @throws IOException if the page cannot be written
   */
  public static void main(String[] args) throws IOException {
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("handles", new HandlesPart());
    parts.put("cold", new ColdPart());
    parts.put("ready", new ReadyPart());
    parts.put("await", new AwaitPart());
    parts.put("requests", new RequestsPart());
    parts.put("outage", new OutagePart());
    parts.put("listing", new ListingPart());

    Path flink = Path.of(System.getProperty("benchmarks.flink", "flink/lib")).toAbsolutePath();
    Path directory = Path.of(System.getProperty("benchmarks.dir", "target/flink"));
    Path results = Path.of(System.getProperty("benchmarks.results", "RESULTS.md"));
    List<String> wanted =
        List.of(
            System.getProperty("benchmarks.parts", String.join(",", parts.keySet()))
                .trim()
                .split("\\s*,\\s*"));
    TreeSet<String> unknown = new TreeSet<>(wanted);
    unknown.removeAll(parts.keySet());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "benchmarks.parts has " + unknown + "; there are " + parts.keySet());
    }

    Files.createDirectories(directory);
    Setting setting = new Setting(flink, directory.toRealPath());
    Map<String, String> machine = Machine.description(flink);
    machine.put("Parts", String.join(", ", wanted));
    Report report = new Report(results, machine);
    long began = System.nanoTime();
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      if (wanted.contains(part.getKey())) {
        report.add(run(part.getKey(), part.getValue(), setting));
        // After each: a run that is ended by hand has results, too.
        machine.put("Time in all", seconds(began));
        report.write();
      }
    }
    System.out.println("written: " + results.toAbsolutePath());
    // Not only returned from: a part that failed may have left a thread.
    System.exit(report.anyFailed() ? 1 : 0);
  }

  private static List<Row> run(String name, Part part, Setting setting) {
    System.out.println("==== " + name);
    long began = System.nanoTime();
    List<Row> rows;
    try {
      rows = part.run(setting);
    } catch (Exception | LinkageError e) {
      e.printStackTrace();
      rows = List.of(Row.failed(name, e));
    }
    rows.forEach(System.out::println);
    System.out.println("     " + seconds(began));
    return rows;
  }

  private static String seconds(long began) {
    return Samples.text("%.0f s", (System.nanoTime() - began) / 1e9);
  }
}
