package dev.flinkplatform.status;

/**
 * One vertex of a job: a chain of operators.
 *
 * @param id Flink's id of the vertex
 * @param name the names of its operators
 * @param parallelism how many tasks it has now
 * @param maxParallelism the highest parallelism its state allows
 * @param runningTasks how many of its tasks run
 * @param finishedTasks how many of its tasks came to their end
 */
public record VertexStatus(
    String id,
    String name,
    int parallelism,
    int maxParallelism,
    int runningTasks,
    int finishedTasks) {

  /**
   * Tells whether every task of it runs, or has come to its end.
   *
   * @return true if none waits
   */
  public boolean isRunning() {
    return parallelism > 0 && runningTasks + finishedTasks >= parallelism;
  }
}
