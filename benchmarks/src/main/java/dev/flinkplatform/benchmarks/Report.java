package dev.flinkplatform.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The page with the results. Not thread-safe. */
final class Report {

  private final Path file;
  private final Map<String, String> machine;
  private final List<Row> rows = new ArrayList<>();

  Report(Path file, Map<String, String> machine) {
    this.file = file;
    this.machine = machine;
  }

  void add(List<Row> more) {
    rows.addAll(more);
  }

  boolean anyFailed() {
    return rows.stream().anyMatch(r -> r.verdict().equals("FAILED"));
  }

  /** Writes what is known so far. */
  void write() throws IOException {
    StringBuilder page = new StringBuilder("# Results\n\n");
    page.append("Written by the benchmarks themselves; [how to read it](README.md).\n\n");
    page.append("| | |\n|---|---|\n");
    machine.forEach((k, v) -> page.append("| ").append(k).append(" | ").append(v).append(" |\n"));
    page.append("\n| Measure | Repetitions | Median | Spread | Target | | Note |\n");
    page.append("|---|---|---|---|---|---|---|\n");
    for (Row r : rows) {
      page.append("| ")
          .append(
              String.join(
                  " | ",
                  cell(r.measure()),
                  r.repetitions() == 0 ? "" : Integer.toString(r.repetitions()),
                  cell(r.median()),
                  cell(r.spread()),
                  cell(r.target()),
                  r.verdict().isEmpty() ? "" : "**" + r.verdict() + "**",
                  cell(r.note())))
          .append(" |\n");
    }
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, page);
  }

  private static String cell(String text) {
    return text.replaceAll("\\s+", " ").replace("|", "\\|").trim();
  }
}
