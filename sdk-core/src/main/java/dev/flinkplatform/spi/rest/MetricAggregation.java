package dev.flinkplatform.spi.rest;

/** How the values of a metric of several subtasks are put together. */
public enum MetricAggregation {
  /** The smallest value. */
  MIN,
  /** The largest value. */
  MAX,
  /** The sum. */
  SUM,
  /** The mean. */
  AVG,
  /** How unevenly the values are spread, in percent; Flink 1.20 and later. */
  SKEW;
}
