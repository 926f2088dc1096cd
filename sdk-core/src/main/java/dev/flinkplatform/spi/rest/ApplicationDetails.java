package dev.flinkplatform.spi.rest;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An application with its jobs (Flink 2.3 and later).
 *
 * @param id the id
 * @param name the name
 * @param rawStatus the status as Flink wrote it
 * @param startTime when it was started; null if not said
 * @param endTime when it ended; null while it runs
 * @param jobs its jobs; unmodifiable
 */
public record ApplicationDetails(
    FlinkApplicationId id,
    String name,
    String rawStatus,
    @Nullable Instant startTime,
    @Nullable Instant endTime,
    List<JobOverview> jobs) {

  /**
   * Makes it of its parts, and copies the collections.
   *
   * @param id the id
   * @param name the name
   * @param rawStatus the status as Flink wrote it
   * @param startTime when it was started; null if not said
   * @param endTime when it ended; null while it runs
   * @param jobs its jobs; unmodifiable
   */
  public ApplicationDetails {
    jobs = List.copyOf(jobs);
  }
}
