package dev.flinkplatform.spi.rest;

import dev.flinkplatform.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job in the list of all jobs.
 *
 * @param id the id
 * @param name the name, which need not be unique
 * @param status the status
 * @param rawStatus the status as Flink wrote it
 * @param startTime when it was started; null if Flink does not say
 * @param endTime when it ended; null while it runs
 * @param duration how long it has run, or ran
 * @param tasks number of tasks by state; states without tasks may be missing; unmodifiable
 * @param pendingOperators number of operators that are not known yet (adaptive batch); null before
 *     Flink 2.0
 * @param schedulerType {@code Default}, {@code Adaptive} or {@code AdaptiveBatch}; null before
 *     Flink 2.3
 */
public record JobOverview(
    JobId id,
    String name,
    FlinkJobStatus status,
    String rawStatus,
    @Nullable Instant startTime,
    @Nullable Instant endTime,
    Duration duration,
    Map<FlinkTaskState, Integer> tasks,
    @Nullable Integer pendingOperators,
    @Nullable String schedulerType) {

  /**
   * Makes it of its parts, and copies the collections.
   *
   * @param id the id
   * @param name the name, which need not be unique
   * @param status the status
   * @param rawStatus the status as Flink wrote it
   * @param startTime when it was started; null if Flink does not say
   * @param endTime when it ended; null while it runs
   * @param duration how long it has run, or ran
   * @param tasks number of tasks by state; states without tasks may be missing; unmodifiable
   * @param pendingOperators number of operators that are not known yet (adaptive batch); null
   *     before Flink 2.0
   * @param schedulerType {@code Default}, {@code Adaptive} or {@code AdaptiveBatch}; null before
   *     Flink 2.3
   */
  public JobOverview {
    tasks = Map.copyOf(tasks);
  }
}
