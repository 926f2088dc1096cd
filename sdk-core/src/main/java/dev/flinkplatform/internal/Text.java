package dev.flinkplatform.internal;

import java.util.List;
import java.util.Locale;

/** Shortens what is shown to people. */
final class Text {

  private static final int LINE = 400;
  private static final int LINES = 8;

  private Text() {}

  /** The first line, not longer than a person reads. */
  static String line(String text) {
    String first = text.strip().lines().findFirst().orElse("");
    return first.length() <= LINE ? first : first.substring(0, LINE) + "...";
  }

  /** The first lines. */
  static List<String> begin(String text) {
    return text.lines().filter(l -> !l.isBlank()).limit(LINES).map(Text::line).toList();
  }

  /** The last lines. */
  static List<String> end(String text) {
    List<String> lines = text.lines().filter(l -> !l.isBlank()).map(Text::line).toList();
    return lines.subList(Math.max(0, lines.size() - LINES), lines.size());
  }

  /** A size for people. */
  static String bytes(long bytes) {
    double value = bytes;
    for (String unit : List.of("B", "KiB", "MiB", "GiB")) {
      if (value < 1024) {
        return String.format(Locale.ROOT, unit.equals("B") ? "%.0f %s" : "%.1f %s", value, unit);
      }
      value /= 1024;
    }
    return String.format(Locale.ROOT, "%.1f TiB", value);
  }
}
