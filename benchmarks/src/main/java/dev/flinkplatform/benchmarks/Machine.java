package dev.flinkplatform.benchmarks;

import dev.flinkplatform.local.FlinkDistribution;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the numbers hold for. */
final class Machine {

  private Machine() {}

  static Map<String, String> description(Path flink) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("Commit", commit());
    facts.put(
        "Processor", cores() + ", " + line(Path.of("/proc/cpuinfo"), "model name", "unknown"));
    facts.put("Memory", line(Path.of("/proc/meminfo"), "MemTotal", "unknown"));
    facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put(
        "JVM",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    facts.put("Flink", FlinkDistribution.jars(flink).version().toString());
    facts.put("Load before (1, 5, 15 min)", load());
    return facts;
  }

  static String load() {
    try {
      String text = Files.readString(Path.of("/proc/loadavg"), StandardCharsets.US_ASCII);
      return String.join(", ", text.split(" ", 4)[0], text.split(" ", 4)[1], text.split(" ", 4)[2]);
    } catch (IOException e) {
      return Double.toString(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  private static String cores() {
    return Runtime.getRuntime().availableProcessors() + " cores";
  }

  private static String line(Path file, String key, String otherwise) {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines
          .filter(l -> l.startsWith(key))
          .map(l -> l.substring(l.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(otherwise);
    } catch (IOException e) {
      return otherwise;
    }
  }

  /** The commit that is checked out, and whether files differ from it; RESULTS.md is no such. */
  private static String commit() {
    String commit = git("rev-parse", "--short=12", "HEAD").trim();
    boolean changed =
        git("status", "--porcelain").lines().anyMatch(l -> !l.endsWith("benchmarks/RESULTS.md"));
    return commit.isEmpty() ? "unknown" : commit + (changed ? ", with changes" : "");
  }

  private static String git(String... words) {
    try {
      String[] command = new String[words.length + 1];
      command[0] = "git";
      System.arraycopy(words, 0, command, 1, words.length);
      Process git =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      git.getOutputStream().close();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return git.waitFor() == 0 ? said : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
