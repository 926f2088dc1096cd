package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.TaskManagerStatus;
import dev.flinkplatform.status.VertexStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How core talks to one running Flink cluster. {@link dev.flinkplatform.spi.rest.RestJobControl}
 * does it over Flink's REST API; a control plane that has calls of its own may do some of it
 * otherwise.
 *
 * <p>Each method makes one or a few requests and returns; none waits for work to be done. All throw
 * {@link BackendFault}. Thread-safe.
 */
public interface JobControl {

  /**
   * What Flink says of a job.
   *
   * @param state its state
   * @param vertices its vertices
   */
  record JobView(JobState state, List<VertexStatus> vertices) {}

  /**
   * What Flink says of a job's checkpoints.
   *
   * @param completed how many completed
   * @param latest the latest completed one that is no savepoint
   * @param restoredFrom what the job was last restored from
   */
  record CheckpointView(
      long completed, Optional<CheckpointInfo> latest, Optional<String> restoredFrom) {}

  /**
   * What Flink says of the cluster.
   *
   * @param taskManagers the registered TaskManagers
   * @param slotsTotal how many slots there are
   * @param slotsFree how many are free
   */
  record ClusterView(List<TaskManagerStatus> taskManagers, int slotsTotal, int slotsFree) {}

  /**
   * How far a savepoint, checkpoint or disposal is.
   *
   * @param state which of the four
   * @param result the location of a savepoint, the id of a checkpoint, or empty
   * @param failure why it failed
   */
  record TriggerView(State state, String result, Optional<Failure> failure) {

    /** How far it is. */
    public enum State {
      /** It is under way. */
      IN_PROGRESS,
      /** It is done. */
      COMPLETED,
      /** It failed. */
      FAILED,
      /**
       * Flink does not know it: never received, or forgotten (it remembers five minutes, in the
       * leader's memory).
       */
      UNKNOWN
    }
  }

  /**
   * One checkpoint or savepoint in Flink's history, ended or not.
   *
   * @param id its number in the job
   * @param savepoint whether it is a savepoint
   * @param state how far it is; never UNKNOWN
   * @param triggeredAt when it was triggered
   * @param duration how long it took, or has taken so far
   * @param stateBytes the size of the whole state in bytes
   * @param failure why it failed, in Flink's words; empty if it did not, or Flink does not tell
   */
  record CheckpointTry(
      long id,
      boolean savepoint,
      TriggerView.State state,
      Instant triggeredAt,
      Duration duration,
      long stateBytes,
      String failure) {}

  /**
   * How the tasks of a vertex spend their time.
   *
   * @param vertex Flink's id of the vertex
   * @param name the names of its operators
   * @param backPressured the part of the time, from 0 to 1, that the most hindered task waits for
   *     those after it
   * @param busy the part of the time, from 0 to 1, that the busiest task works
   */
  record Load(String vertex, String name, double backPressured, double busy) {}

  /**
   * The bounds between which the adaptive scheduler may choose a vertex's parallelism.
   *
   * @param lower at least
   * @param upper at most
   */
  record Bounds(int lower, int upper) {}

  /**
   * Asks for a job.
   *
   * @param job the job's id
   * @return what Flink says, or empty if Flink knows no such job (yet)
   */
  Optional<JobView> job(JobId job);

  /**
   * Asks for a job's checkpoints.
   *
   * @param job the job's id
   * @return what Flink says
   */
  CheckpointView checkpoints(JobId job);

  /**
   * Asks for the cluster's TaskManagers and slots.
   *
   * @return what Flink says
   */
  ClusterView cluster();

  /**
   * Asks for the failures of a job.
   *
   * @param job the job's id
   * @return the failures, the latest first
   */
  List<JobException> exceptions(JobId job);

  /**
   * Asks how often Flink restarted a job.
   *
   * @param job the job's id
   * @return the number of restarts; 0 while Flink does not tell
   */
  long restarts(JobId job);

  /**
   * Asks for metrics, as {@link dev.flinkplatform.FlinkApplication#metrics} says.
   *
   * @param job the job's id
   * @param names the names asked for
   * @return those that were found
   */
  Map<String, Double> metrics(JobId job, Collection<String> names);

  /**
   * Triggers a savepoint; the same trigger id again never makes a second one.
   *
   * @param job the job's id
   * @param triggerId 32 hexadecimal digits, chosen by core
   * @param directory the target directory
   * @param format the format
   */
  void triggerSavepoint(JobId job, String triggerId, String directory, SavepointFormat format);

  /**
   * Stops a job with a savepoint; the same trigger id again never makes a second one.
   *
   * @param job the job's id
   * @param triggerId 32 hexadecimal digits, chosen by core
   * @param directory the target directory
   * @param format the format
   */
  void stopWithSavepoint(JobId job, String triggerId, String directory, SavepointFormat format);

  /**
   * Asks how far a savepoint is.
   *
   * @param job the job's id
   * @param triggerId the id it was triggered with
   * @return how far it is; the result is its location
   */
  TriggerView savepoint(JobId job, String triggerId);

  /**
   * Looks for a completed savepoint in Flink's own history of checkpoints.
   *
   * @param job the job's id
   * @param directory the target directory it was triggered with
   * @return its location, if the history shows one there
   */
  Optional<String> findSavepoint(JobId job, String directory);

  /**
   * Triggers a checkpoint; the same trigger id again never makes a second one.
   *
   * @param job the job's id
   * @param triggerId 32 hexadecimal digits, chosen by core
   */
  void triggerCheckpoint(JobId job, String triggerId);

  /**
   * Asks how far a checkpoint is.
   *
   * @param job the job's id
   * @param triggerId the id it was triggered with
   * @return how far it is; the result is its number
   */
  TriggerView checkpoint(JobId job, String triggerId);

  /**
   * Deletes a savepoint. Flink chooses the trigger id.
   *
   * @param location where it is
   * @return the trigger id
   */
  String dispose(String location);

  /**
   * Asks how far a disposal is.
   *
   * @param triggerId what {@link #dispose} returned
   * @return how far it is
   */
  TriggerView disposal(String triggerId);

  /**
   * Cancels a job; idempotent.
   *
   * @param job the job's id
   */
  void cancel(JobId job);

  /**
   * Asks whether a job can be rescaled while it runs, and between which bounds.
   *
   * @param job the job's id
   * @return the bounds by vertex id, or empty if the job's scheduler does not do that
   */
  Optional<Map<String, Bounds>> resourceRequirements(JobId job);

  /**
   * Rescales a running job; idempotent.
   *
   * @param job the job's id
   * @param bounds the bounds by vertex id; every vertex must be in it
   */
  void resourceRequirements(JobId job, Map<String, Bounds> bounds);

  /**
   * Asks for the latest checkpoints and savepoints of a job, as many as Flink remembers. Default:
   * nothing is known.
   *
   * @param job the job's id
   * @return them, the latest first
   */
  default List<CheckpointTry> checkpointHistory(JobId job) {
    return List.of();
  }

  /**
   * Asks how the tasks of a job spend their time; one request per vertex. Default: nothing is
   * known.
   *
   * @param job the job's id
   * @return one per vertex of which it is known, sources first
   */
  default List<Load> load(JobId job) {
    return List.of();
  }
}
