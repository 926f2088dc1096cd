package dev.flinkplatform.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers of one kind. Not thread-safe. */
final class Samples {

  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  /** Adds the time since a reading of {@link System#nanoTime}, in milliseconds. */
  void addSince(long nanos) {
    add((System.nanoTime() - nanos) / 1e6);
  }

  int size() {
    return values.size();
  }

  double median() {
    List<Double> sorted = sorted();
    int n = sorted.size();
    return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
  }

  /** Returns the least value that this share of all does not exceed. */
  double percentile(double share) {
    List<Double> sorted = sorted();
    int rank = (int) Math.ceil(share * sorted.size());
    return sorted.get(Math.max(rank, 1) - 1);
  }

  double min() {
    return percentile(0);
  }

  double max() {
    return percentile(1);
  }

  String median(String format) {
    return text(format, median());
  }

  String spread(String format) {
    return text(format, min()) + " to " + text(format, max());
  }

  static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private List<Double> sorted() {
    if (values.isEmpty()) {
      throw new IllegalStateException("Nothing was measured");
    }
    return values.stream().sorted().toList();
  }
}
