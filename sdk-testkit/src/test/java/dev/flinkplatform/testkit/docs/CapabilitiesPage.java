package dev.flinkplatform.testkit.docs;

import dev.flinkplatform.Capability;
import dev.flinkplatform.testkit.CapabilityRun;
import dev.flinkplatform.testkit.contract.CapabilityReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The table of docs/capabilities.md, made of what the suites have seen: "yes" is advertised and was
 * shown to work, "no" is not advertised and was refused. What a run has not shown, since not all of
 * its suites ran, or since another module runs them, stays as the page has it.
 */
public final class CapabilitiesPage {

  private static final String BEGIN = "<!-- begin: made by the build, see testing.md -->";
  private static final String END = "<!-- end -->";
  private static final Pattern ROW = Pattern.compile("\\| `([A-Z_]+)` \\|(.*)\\|");

  /** The columns, and which suites show, together, all that a platform can do. */
  private static final Map<String, Set<String>> COLUMNS = columns();

  private final Map<String, List<CapabilityReport>> run;
  private final List<String> faults = new ArrayList<>();

  private CapabilitiesPage(Map<String, List<CapabilityReport>> run) {
    this.run = run;
  }

  private static Map<String, Set<String>> columns() {
    Set<String> verbs = Set.of("Capability", "Lifecycle", "Savepoint", "Rescale", "Upgrade");
    Set<String> memory = new TreeSet<>(verbs);
    memory.add("Session");
    Set<String> local = new TreeSet<>(memory);
    local.add("HighAvailability");
    Map<String, Set<String>> columns = new LinkedHashMap<>();
    columns.put("local", local);
    columns.put("cmf", verbs);
    columns.put("memory", memory);
    return columns;
  }

  /**
   * Compares the page with a run, or writes it.
   *
   * @param args the directory of the run, the page, and "true" to write it
   */
  public static void main(String[] args) throws IOException {
    Path page = Path.of(args[1]);
    String is = Files.readString(page);
    Made made = make(is, CapabilityRun.read(Path.of(args[0])));
    if (!made.faults.isEmpty()) {
      throw new IllegalStateException(
          "What the run saw of capabilities is not what must be: " + made.faults);
    }
    if (Boolean.parseBoolean(args[2])) {
      Files.writeString(page, made.page);
    } else if (!made.page.equals(is)) {
      throw new IllegalStateException(
          page
              + " does not say what the run has seen; -Dflinkplatform.docs.write=true writes:\n"
              + made.page);
    }
  }

  /** A page, and what is wrong with the run. */
  record Made(String page, List<String> faults) {}

  /** Makes the page of a run. */
  static Made make(String page, Map<String, List<CapabilityReport>> run) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException("The page lacks '" + BEGIN + "' or '" + END + "'");
    }
    CapabilitiesPage made = new CapabilitiesPage(run);
    String table = made.table(page.substring(begin, end));
    return new Made(
        page.substring(0, begin) + BEGIN + "\n" + table + page.substring(end), made.faults);
  }

  private String table(String old) {
    Map<String, List<String>> rows = new TreeMap<>();
    Matcher m = ROW.matcher(old);
    while (m.find()) {
      rows.put(m.group(1), Arrays.stream(m.group(2).split("\\|", -1)).map(String::strip).toList());
    }
    StringBuilder out = new StringBuilder("| `Capability` |");
    COLUMNS.keySet().forEach(c -> out.append(" `").append(c).append("` |"));
    out.append(" What it is for |\n|---|").append("---|".repeat(COLUMNS.size() + 1)).append('\n');
    for (Capability capability : Capability.values()) {
      List<String> cells = rows.getOrDefault(capability.name(), List.of());
      out.append("| `").append(capability).append("` |");
      int i = 0;
      for (String column : COLUMNS.keySet()) {
        String was = cells.size() == COLUMNS.size() + 1 ? cells.get(i++) : "?";
        out.append(' ').append(cell(column, capability).orElse(was)).append(" |");
      }
      out.append(' ').append(cells.isEmpty() ? "" : cells.get(cells.size() - 1)).append(" |\n");
    }
    return out.toString();
  }

  /** What a run says; empty if it has not shown it. */
  private Optional<String> cell(String column, Capability capability) {
    Map<String, List<CapabilityReport>> platforms = new TreeMap<>();
    run.forEach(
        (platform, reports) -> {
          boolean probed = reports.stream().anyMatch(r -> r.suite().endsWith(suite("Capability")));
          if (probed && (platform.equals(column) || platform.startsWith(column + "-"))) {
            platforms.put(platform, reports);
          }
        });
    if (platforms.isEmpty()) {
      return Optional.empty();
    }
    Set<String> having = new TreeSet<>();
    boolean worked = false;
    boolean complete = false;
    for (Map.Entry<String, List<CapabilityReport>> e : platforms.entrySet()) {
      CapabilityReport probe =
          e.getValue().stream()
              .filter(r -> r.suite().endsWith(suite("Capability")))
              .findFirst()
              .orElseThrow();
      if (probe.advertised().contains(capability)) {
        having.add(e.getKey());
        worked |= e.getValue().stream().anyMatch(r -> r.worked().contains(capability));
        complete |=
            COLUMNS.getOrDefault(column, Set.of()).stream()
                .allMatch(s -> e.getValue().stream().anyMatch(r -> r.suite().endsWith(suite(s))));
      } else if (!probe.refused().contains(capability)) {
        faults.add(
            e.getKey() + " does not advertise " + capability + ", and no test saw it refused");
      }
    }
    if (having.isEmpty()) {
      return Optional.of("no");
    }
    if (!worked) {
      if (complete) {
        faults.add(having + " advertise " + capability + ", and no test showed that it works");
      }
      return Optional.empty();
    }
    return Optional.of(
        having.size() == platforms.size()
            ? "yes"
            : having.stream()
                .map(p -> p.substring(column.length() + 1))
                .collect(Collectors.joining(", ", "yes, with Flink ", "")));
  }

  private static String suite(String name) {
    return name + "ContractTest";
  }
}
