package dev.flinkplatform.testkit;

import dev.flinkplatform.Capability;
import dev.flinkplatform.testkit.contract.CapabilityReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the suites of a run have seen of platforms' capabilities: a file per platform and suite
 * below {@code target/capabilities}, which {@code CapabilitiesPage} makes docs/capabilities.md of.
 */
public final class CapabilityRun {

  private static final Path DIRECTORY = Path.of("target", "capabilities");
  private static final String ENDING = ".txt";

  private CapabilityRun() {}

  /** Writes what a suite has seen; a platform is named after its backend and Flink version. */
  public static void write(String platform, CapabilityReport report) {
    write(DIRECTORY, platform, report);
  }

  /** The same, elsewhere. */
  public static void write(Path directory, String platform, CapabilityReport report) {
    try {
      Path suites = Files.createDirectories(directory.resolve(platform));
      Files.writeString(
          suites.resolve(report.suite() + ENDING),
          line("advertised", report.advertised())
              + line("worked", report.worked())
              + line("refused", report.refused()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String line(String what, Collection<Capability> capabilities) {
    return what
        + ": "
        + capabilities.stream().sorted().map(Enum::name).collect(Collectors.joining(" "))
        + "\n";
  }

  /** Reads what was seen, by platform; empty if nothing ran. */
  public static Map<String, List<CapabilityReport>> read(Path directory) throws IOException {
    Map<String, List<CapabilityReport>> found = new TreeMap<>();
    if (!Files.isDirectory(directory)) {
      return found;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(ENDING)).sorted().toList()) {
        String platform = directory.relativize(file).getName(0).toString();
        found.computeIfAbsent(platform, p -> new ArrayList<>()).add(readOne(file));
      }
    }
    return found;
  }

  private static CapabilityReport readOne(Path file) throws IOException {
    Map<String, Set<Capability>> lines = new TreeMap<>();
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      String[] words = line.split(":? ", -1);
      Set<Capability> named = EnumSet.noneOf(Capability.class);
      Arrays.stream(words)
          .skip(1)
          .filter(w -> !w.isEmpty())
          .forEach(w -> named.add(Capability.valueOf(w)));
      lines.put(words[0], named);
    }
    String name = String.valueOf(file.getFileName());
    return new CapabilityReport(
        name.substring(0, name.length() - ENDING.length()),
        lines.getOrDefault("advertised", Set.of()),
        lines.getOrDefault("worked", Set.of()),
        lines.getOrDefault("refused", Set.of()));
  }
}
