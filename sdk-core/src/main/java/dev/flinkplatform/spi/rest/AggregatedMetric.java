package dev.flinkplatform.spi.rest;

import org.jspecify.annotations.Nullable;

/**
 * A metric of several subtasks, put together. What was not asked for, or is not a number, is null.
 *
 * @param id the name of the metric
 * @param min the smallest value
 * @param max the largest value
 * @param avg the mean
 * @param sum the sum
 * @param skew how unevenly it is spread, in percent
 */
public record AggregatedMetric(
    String id,
    @Nullable Double min,
    @Nullable Double max,
    @Nullable Double avg,
    @Nullable Double sum,
    @Nullable Double skew) {}
