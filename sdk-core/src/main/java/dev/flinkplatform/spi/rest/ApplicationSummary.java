package dev.flinkplatform.spi.rest;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An application in the list of all (Flink 2.3 and later). Judge by its jobs: after a failed
 * submission an application can stay RUNNING without any.
 *
 * @param id the id
 * @param name the name
 * @param rawStatus {@code CREATED}, {@code RUNNING}, {@code FAILING}, {@code FAILED}, {@code
 *     CANCELING}, {@code CANCELED} or {@code FINISHED}, as Flink wrote it
 * @param startTime when it was started; null if not said
 * @param endTime when it ended; null while it runs
 * @param jobs number of jobs by status; unmodifiable
 */
public record ApplicationSummary(
    FlinkApplicationId id,
    String name,
    String rawStatus,
    @Nullable Instant startTime,
    @Nullable Instant endTime,
    Map<FlinkJobStatus, Integer> jobs) {

  /**
   * Makes it of its parts, and copies the collections.
   *
   * @param id the id
   * @param name the name
   * @param rawStatus {@code CREATED}, {@code RUNNING}, {@code FAILING}, {@code FAILED}, {@code
   *     CANCELING}, {@code CANCELED} or {@code FINISHED}, as Flink wrote it
   * @param startTime when it was started; null if not said
   * @param endTime when it ended; null while it runs
   * @param jobs number of jobs by status; unmodifiable
   */
  public ApplicationSummary {
    jobs = Map.copyOf(jobs);
  }
}
