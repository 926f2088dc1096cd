package dev.flinkplatform.benchmarks;

/**
 * A result.
 *
 * @param measure what was measured
 * @param repetitions how often
 * @param median the middle, with its unit
 * @param spread least and most, with their unit
 * @param target what it should be; empty if nobody said
 * @param verdict met, MISSED, FAILED, or empty without a target
 * @param note what else there is to know, above all why it was missed
 */
record Row(
    String measure,
    int repetitions,
    String median,
    String spread,
    String target,
    String verdict,
    String note) {

  static Row info(String measure, Samples samples, String format, String note) {
    return new Row(
        measure, samples.size(), samples.median(format), samples.spread(format), "", "", note);
  }

  static Row failed(String measure, Throwable cause) {
    return new Row(measure, 0, "", "", "", "FAILED", String.valueOf(cause));
  }

  static String verdict(double value, double most) {
    return value <= most ? "met" : "MISSED";
  }
}
