package dev.flinkplatform;

import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.WaitOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The handle of a job in a session cluster: its name there. It survives changed job ids: a job that
 * is rescaled through a savepoint, or resumed, has a new one.
 *
 * <p>Thread-safe. Queries block for as long as the backend takes to answer; verbs block until the
 * change is journalled. Every method throws {@link
 * dev.flinkplatform.error.BackendUnavailableException} when the backend cannot be asked; every verb
 * throws {@link dev.flinkplatform.error.ApplicationNotFoundException} if the job is not known any
 * more, {@link dev.flinkplatform.error.ConflictException} if another operation holds it, and {@link
 * dev.flinkplatform.error.UnsupportedCapabilityException} if the backend cannot do it, all before
 * any side effect.
 */
public interface FlinkJob {

  /**
   * Returns the name.
   *
   * @return the job's name, unique in its cluster
   */
  String name();

  /**
   * Returns the name of the session cluster.
   *
   * @return the cluster's name
   */
  String session();

  /**
   * Returns what was submitted with success last.
   *
   * @return jar, entry class and arguments
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if the job is not known any more
   */
  JobSpec spec();

  /**
   * Looks at the job. A job whose cluster was taken down or started anew without high availability
   * is FAILED: it can be resumed from its latest state.
   *
   * @return what was seen; state ABSENT if it was cancelled, UNKNOWN if Flink could not be asked
   */
  ApplicationStatus status();

  /**
   * Waits for a condition. Blocks. Ends early when the condition can never be met.
   *
   * @param condition what to wait for
   * @param timeout how long at the most
   * @return the status that met it
   * @throws dev.flinkplatform.error.WaitTimeoutException if it was not met in time
   * @throws dev.flinkplatform.error.ConditionNeverMetException if it can never be met
   * @throws dev.flinkplatform.error.WaitInterruptedException if the thread is interrupted
   */
  default ApplicationStatus await(
      Condition<? super ApplicationStatus> condition, Duration timeout) {
    return await(condition, WaitOptions.atMost(timeout));
  }

  /**
   * Waits for a condition. Blocks. Ends early when the condition can never be met.
   *
   * @param condition what to wait for
   * @param options how long at the most, how often to look, who hears of it
   * @return the status that met it
   * @throws dev.flinkplatform.error.WaitTimeoutException if it was not met in time
   * @throws dev.flinkplatform.error.ConditionNeverMetException if it can never be met
   * @throws dev.flinkplatform.error.WaitInterruptedException if the thread is interrupted
   */
  ApplicationStatus await(Condition<? super ApplicationStatus> condition, WaitOptions options);

  /**
   * Takes a savepoint in the cluster's savepoint directory, in canonical format; the job goes on.
   *
   * @return the operation
   */
  default Operation<Savepoint> savepoint() {
    return savepoint(SavepointOptions.defaults(), OperationOptions.defaults());
  }

  /**
   * Takes a savepoint; the job goes on.
   *
   * @param where directory and format
   * @param options deadline and idempotency key
   * @return the operation; rejected if the job does not run
   */
  Operation<Savepoint> savepoint(SavepointOptions where, OperationOptions options);

  /**
   * Takes a checkpoint now; the job goes on.
   *
   * @return the operation
   */
  default Operation<Checkpoint> checkpoint() {
    return checkpoint(OperationOptions.defaults());
  }

  /**
   * Takes a checkpoint now; the job goes on.
   *
   * @param options deadline and idempotency key
   * @return the operation; rejected if the job does not run
   */
  Operation<Checkpoint> checkpoint(OperationOptions options);

  /**
   * Lists the savepoints that the SDK took of this job and did not dispose of, also those of
   * earlier runs.
   *
   * @return the savepoints, the latest first
   */
  List<Savepoint> savepoints();

  /**
   * Deletes a savepoint. Refused for the one that the job would be resumed from.
   *
   * @param savepoint the savepoint
   * @param options deadline and idempotency key
   * @return the operation; it gives the savepoint that is no more
   */
  Operation<Savepoint> dispose(Savepoint savepoint, OperationOptions options);

  /**
   * Changes the parallelism: in place where the cluster's scheduler allows, else with state through
   * a savepoint, under a new job id. The cluster's size stays; it must have the slots.
   *
   * @param parallelism the new parallelism, 1 or more
   * @return the operation
   */
  default Operation<RescaleResult> rescale(int parallelism) {
    return rescale(parallelism, RescaleOptions.defaults(), OperationOptions.defaults());
  }

  /**
   * Changes the parallelism. If the job does not run at the new one by the deadline, it is brought
   * back to the old one with its state.
   *
   * @param parallelism the new parallelism, 1 or more
   * @param how whether a restart is refused
   * @param options deadline and idempotency key
   * @return the operation; it succeeds when every vertex runs at the new parallelism, and tells how
   *     it was done
   * @throws dev.flinkplatform.error.InvalidSpecException if the parallelism is out of range
   */
  Operation<RescaleResult> rescale(int parallelism, RescaleOptions how, OperationOptions options);

  /**
   * Stops the job with a savepoint; the cluster goes on.
   *
   * @return the operation
   */
  default Operation<Savepoint> stop() {
    return stop(SavepointOptions.defaults(), OperationOptions.defaults());
  }

  /**
   * Stops the job with a savepoint; the cluster goes on.
   *
   * @param where directory and format of the savepoint
   * @param options deadline and idempotency key
   * @return the operation; rejected if the job does not run; failed, and the job goes on, if Flink
   *     could not take the savepoint
   */
  Operation<Savepoint> stop(SavepointOptions where, OperationOptions options);

  /**
   * Starts a job again that was stopped, failed, was canceled or came to its end.
   *
   * @param restore from which state
   * @return the operation
   */
  default Operation<FlinkJob> resume(StateRestore restore) {
    return resume(restore, OperationOptions.defaults());
  }

  /**
   * Starts a job again that was stopped, failed, was canceled or came to its end, or whose cluster
   * was started anew. If it does not come to run by the deadline, it is cancelled and its state
   * stays as it was.
   *
   * @param restore from which state
   * @param options deadline and idempotency key
   * @return the operation
   * @throws dev.flinkplatform.error.ConflictException if the job runs already, or its cluster does
   *     not run
   * @throws dev.flinkplatform.error.InvalidSpecException if there is no such state, or something
   *     that the specification needs is gone
   */
  Operation<FlinkJob> resume(StateRestore restore, OperationOptions options);

  /**
   * Cancels the job, without a savepoint, and forgets its name; its state is kept.
   *
   * @return the operation
   */
  default Operation<DeleteResult> cancel() {
    return cancel(StateRetention.KEEP, OperationOptions.defaults());
  }

  /**
   * Cancels the job, without a savepoint, and forgets its name. After {@link StateRetention#KEEP}
   * the newest state is the last completed checkpoint or savepoint, which a job of the same name
   * can be submitted from.
   *
   * @param retention what becomes of its checkpoints and savepoints
   * @param options deadline and idempotency key
   * @return the operation; the job does not run when it has succeeded
   */
  Operation<DeleteResult> cancel(StateRetention retention, OperationOptions options);

  /**
   * Returns the failures of the present run, as Flink remembers them.
   *
   * @return the failures, the latest first; empty if nothing runs
   */
  List<JobException> exceptions();

  /**
   * Returns metrics of the job, as {@link FlinkApplication#metrics} does.
   *
   * @param names metric names
   * @return the values of those that were found
   */
  Map<String, Double> metrics(Collection<String> names);

  /**
   * Looks for what is wrong, as {@link FlinkApplication#diagnose(DiagnosisOptions)} does; with the
   * default options.
   *
   * @return what was found
   */
  default Diagnosis diagnose() {
    return diagnose(DiagnosisOptions.defaults());
  }

  /**
   * Looks for what is wrong, as {@link FlinkApplication#diagnose(DiagnosisOptions)} does.
   *
   * @param options from where on something counts
   * @return what was found
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if the job is gone
   */
  Diagnosis diagnose(DiagnosisOptions options);
}
