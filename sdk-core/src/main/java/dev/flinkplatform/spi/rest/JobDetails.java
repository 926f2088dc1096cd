package dev.flinkplatform.spi.rest;

import dev.flinkplatform.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job with its vertices.
 *
 * @param id the id
 * @param name the name, which need not be unique
 * @param status the status
 * @param rawStatus the status as Flink wrote it
 * @param startTime when it was started; null if Flink does not say
 * @param endTime when it ended; null while it runs
 * @param duration how long it has run, or ran
 * @param maxParallelism the max parallelism of the whole job; null if not set or not said
 * @param timestamps when the job last entered a status; statuses it never had are missing;
 *     unmodifiable
 * @param vertices the vertices in topological order; unmodifiable
 * @param pendingOperators number of operators that are not known yet (adaptive batch); null before
 *     Flink 2.0
 * @param schedulerType {@code Default}, {@code Adaptive} or {@code AdaptiveBatch}; null before
 *     Flink 2.3
 * @param applicationId the application that runs the job; null before Flink 2.3
 */
public record JobDetails(
    JobId id,
    String name,
    FlinkJobStatus status,
    String rawStatus,
    @Nullable Instant startTime,
    @Nullable Instant endTime,
    Duration duration,
    @Nullable Integer maxParallelism,
    Map<FlinkJobStatus, Instant> timestamps,
    List<Vertex> vertices,
    @Nullable Integer pendingOperators,
    @Nullable String schedulerType,
    @Nullable FlinkApplicationId applicationId) {

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
   * @param maxParallelism the max parallelism of the whole job; null if not set or not said
   * @param timestamps when the job last entered a status; statuses it never had are missing;
   *     unmodifiable
   * @param vertices the vertices in topological order; unmodifiable
   * @param pendingOperators number of operators that are not known yet (adaptive batch); null
   *     before Flink 2.0
   * @param schedulerType {@code Default}, {@code Adaptive} or {@code AdaptiveBatch}; null before
   *     Flink 2.3
   * @param applicationId the application that runs the job; null before Flink 2.3
   */
  public JobDetails {
    timestamps = Map.copyOf(timestamps);
    vertices = List.copyOf(vertices);
  }

  /**
   * Tells whether every task really runs.
   *
   * <p>A job is RUNNING before its tasks are, and stays RUNNING when there are no slots for them; a
   * savepoint that is triggered then fails at once.
   *
   * @return true if the job is RUNNING and each task of each vertex is RUNNING or FINISHED
   */
  public boolean allTasksRunning() {
    return status == FlinkJobStatus.RUNNING
        && !vertices.isEmpty()
        && (pendingOperators == null || pendingOperators == 0)
        && vertices.stream().allMatch(Vertex::allTasksRunning);
  }

  /**
   * One vertex of the job graph: a chain of operators.
   *
   * @param id 32 hexadecimal digits; the same for every run of an unchanged job graph
   * @param name the names of its operators
   * @param parallelism number of subtasks now
   * @param maxParallelism the most it can be rescaled to
   * @param status the state of its tasks taken together
   * @param rawStatus that state as Flink wrote it
   * @param tasks number of tasks by state; states without tasks may be missing; unmodifiable
   * @param readRecords records read so far; null if not said
   * @param writtenRecords records written so far; null if not said
   */
  public record Vertex(
      String id,
      String name,
      int parallelism,
      int maxParallelism,
      FlinkTaskState status,
      String rawStatus,
      Map<FlinkTaskState, Integer> tasks,
      @Nullable Long readRecords,
      @Nullable Long writtenRecords) {

    /**
     * Makes it of its parts, and copies the collections.
     *
     * @param id 32 hexadecimal digits; the same for every run of an unchanged job graph
     * @param name the names of its operators
     * @param parallelism number of subtasks now
     * @param maxParallelism the most it can be rescaled to
     * @param status the state of its tasks taken together
     * @param rawStatus that state as Flink wrote it
     * @param tasks number of tasks by state; states without tasks may be missing; unmodifiable
     * @param readRecords records read so far; null if not said
     * @param writtenRecords records written so far; null if not said
     */
    public Vertex {
      tasks = Map.copyOf(tasks);
    }

    /**
     * Tells whether each task is RUNNING or FINISHED.
     *
     * @return true if none is still to be deployed, and none failed or was cancelled
     */
    public boolean allTasksRunning() {
      return parallelism > 0
          && tasks.getOrDefault(FlinkTaskState.RUNNING, 0)
                  + tasks.getOrDefault(FlinkTaskState.FINISHED, 0)
              == parallelism;
    }
  }
}
