package dev.flinkplatform.spi.rest;

import dev.flinkplatform.JobId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a job that was not run.
 *
 * @param jobId the id the job would have; null if not said
 * @param name the name of the job
 * @param nodes its vertices in topological order; unmodifiable
 * @param json the plan as Flink wrote it, JSON
 */
public record PlanInfo(@Nullable JobId jobId, String name, List<Node> nodes, String json) {

  /**
   * Makes it of its parts, and copies the collections.
   *
   * @param jobId the id the job would have; null if not said
   * @param name the name of the job
   * @param nodes its vertices in topological order; unmodifiable
   * @param json the plan as Flink wrote it, JSON
   */
  public PlanInfo {
    nodes = List.copyOf(nodes);
  }

  /**
   * One vertex of the plan.
   *
   * @param id 32 hexadecimal digits
   * @param description its operators
   * @param parallelism its parallelism
   */
  public record Node(String id, String description, int parallelism) {}
}
