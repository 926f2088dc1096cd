package dev.flinkplatform.spi.rest;

import java.util.Locale;

/** Finds the lines of a Java stack trace that people need. */
final class StackTraces {

  private static final String CAUSED_BY = "Caused by: ";
  private static final int MAX_LINE = 600;

  private StackTraces() {}

  /** Returns class and message of the last 'Caused by', or the first line that says something. */
  static String rootCause(String stackTrace, String fallback) {
    int last = stackTrace.lastIndexOf(CAUSED_BY);
    if (last >= 0) {
      String line = line(stackTrace, last + CAUSED_BY.length());
      if (!line.isEmpty()) {
        return line;
      }
    }
    String first = firstLine(stackTrace);
    return first.isEmpty() ? fallback : first;
  }

  /** Returns the first line that is not empty and no marker of Flink's; empty if there is none. */
  static String firstLine(String text) {
    for (String raw : text.split("\\R", -1)) {
      String line = raw.strip();
      if (line.toLowerCase(Locale.ROOT).startsWith("<exception on server side")) {
        line = line.substring(line.indexOf(':') + 1).strip();
      }
      if (!line.isEmpty() && !line.equals("<") && !line.startsWith("End of exception on server")) {
        return cap(line);
      }
    }
    return "";
  }

  private static String line(String text, int from) {
    int end = text.indexOf('\n', from);
    return cap((end < 0 ? text.substring(from) : text.substring(from, end)).strip());
  }

  static String cap(String line) {
    return line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…";
  }
}
