package dev.flinkplatform;

import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.LogFile;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.WaitOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The handle of an application: its name on a platform, not a connection. It survives changed job
 * ids, restarts and new leaders.
 *
 * <p>Thread-safe. Queries block for as long as the backend takes to answer; verbs block until the
 * change is journalled. Every method throws {@link
 * dev.flinkplatform.error.BackendUnavailableException} when the backend cannot be asked; every verb
 * throws {@link dev.flinkplatform.error.ApplicationNotFoundException} if the application is gone,
 * {@link dev.flinkplatform.error.ConflictException} if another operation holds it, and {@link
 * dev.flinkplatform.error.UnsupportedCapabilityException} if the backend cannot do it, all before
 * any side effect.
 */
public interface FlinkApplication {

  /**
   * Returns the name.
   *
   * @return the application's name
   */
  String name();

  /**
   * Returns what is desired: the specification that was last deployed with success.
   *
   * @return the specification
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if the application is gone
   */
  ApplicationSpec spec();

  /**
   * Looks at the application.
   *
   * @return what was seen; state ABSENT if it is gone, UNKNOWN if Flink could not be asked
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
   * Waits for a condition. Blocks. Ends early when the condition can never be met; a backend that
   * cannot be asked is asked again until the timeout.
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
   * Takes a savepoint in the specification's savepoint directory, in canonical format; the job goes
   * on.
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
   * @throws dev.flinkplatform.error.InvalidSpecException if neither the options nor the
   *     specification name a directory
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
   * Lists the savepoints that the SDK took of this application and did not dispose of, also those
   * of earlier runs.
   *
   * @return the savepoints, the latest first
   */
  List<Savepoint> savepoints();

  /**
   * Deletes a savepoint.
   *
   * @param savepoint the savepoint
   * @return the operation
   */
  default Operation<Savepoint> dispose(Savepoint savepoint) {
    return dispose(savepoint, OperationOptions.defaults());
  }

  /**
   * Deletes a savepoint. Refused for the one that the application would be resumed from.
   *
   * @param savepoint the savepoint
   * @param options deadline and idempotency key
   * @return the operation; it gives the savepoint that is no more
   */
  Operation<Savepoint> dispose(Savepoint savepoint, OperationOptions options);

  /**
   * Changes the parallelism: in place where the job's scheduler allows, else with state through a
   * savepoint.
   *
   * @param parallelism the new parallelism, 1 or more
   * @return the operation
   */
  default Operation<RescaleResult> rescale(int parallelism) {
    return rescale(parallelism, RescaleOptions.defaults(), OperationOptions.defaults());
  }

  /**
   * Changes the parallelism. TaskManagers are added as needed. If the job does not run at the new
   * parallelism by the deadline, it is brought back to the old one with its state.
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
   * Replaces the specification; see {@link #upgrade(ApplicationSpec, StateRestore,
   * OperationOptions)}.
   *
   * @param spec the new specification, of the same name
   * @param restore from which state the new version starts
   * @return the operation
   */
  default Operation<FlinkApplication> upgrade(ApplicationSpec spec, StateRestore restore) {
    return upgrade(spec, restore, OperationOptions.defaults());
  }

  /**
   * Replaces the specification: stops the job with a savepoint, starts the new version, and if that
   * does not run by the deadline, starts the old version again from that same savepoint and says
   * so.
   *
   * <p>A job that does not run is not stopped with a savepoint; its latest state is taken instead.
   *
   * @param spec the new specification, of the same name
   * @param restore from which state the new version starts; {@code latest} is the savepoint just
   *     taken
   * @param options deadline and idempotency key; the roll-back has the same time again, at least
   *     two minutes
   * @return the operation; it succeeds when every vertex of the new version runs; FAILED and {@code
   *     rolledBack} when the old version runs again
   * @throws dev.flinkplatform.error.InvalidSpecException if the specification is wrong or of
   *     another name, or there is no such state, with every fault at once
   */
  Operation<FlinkApplication> upgrade(
      ApplicationSpec spec, StateRestore restore, OperationOptions options);

  /**
   * Stops the job with a savepoint and takes its cluster down; nothing runs afterwards.
   *
   * @return the operation
   */
  default Operation<Savepoint> suspend() {
    return suspend(SavepointOptions.defaults(), OperationOptions.defaults());
  }

  /**
   * Stops the job with a savepoint and takes its cluster down; nothing runs afterwards.
   *
   * @param where directory and format of the savepoint
   * @param options deadline and idempotency key
   * @return the operation; rejected if the job does not run; failed, and the job goes on, if Flink
   *     could not take the savepoint
   */
  Operation<Savepoint> suspend(SavepointOptions where, OperationOptions options);

  /**
   * Starts a suspended, failed, canceled or finished application.
   *
   * @param restore from which state
   * @return the operation
   */
  default Operation<FlinkApplication> resume(StateRestore restore) {
    return resume(restore, OperationOptions.defaults());
  }

  /**
   * Starts a suspended, failed, canceled or finished application. If it does not come to run by the
   * deadline, it is taken down again and its state stays as it was.
   *
   * @param restore from which state
   * @param options deadline and idempotency key
   * @return the operation
   * @throws dev.flinkplatform.error.ConflictException if the job runs already
   * @throws dev.flinkplatform.error.InvalidSpecException if there is no such state, or something
   *     that the specification needs is gone
   */
  Operation<FlinkApplication> resume(StateRestore restore, OperationOptions options);

  /**
   * Stops the job and its cluster and starts them again, with state.
   *
   * @return the operation
   */
  default Operation<FlinkApplication> restart() {
    return restart(OperationOptions.defaults());
  }

  /**
   * Stops the job and its cluster and starts them again: from a savepoint if the job runs, else
   * from its latest state; never without state.
   *
   * @param options deadline and idempotency key
   * @return the operation; rejected if the job does not run and there is no state
   * @throws dev.flinkplatform.error.InvalidSpecException if something that the specification needs
   *     is gone; nothing was stopped
   */
  Operation<FlinkApplication> restart(OperationOptions options);

  /**
   * Removes the application.
   *
   * @param retention what becomes of its checkpoints and savepoints
   * @return the operation
   */
  default Operation<DeleteResult> delete(StateRetention retention) {
    return delete(retention, OperationOptions.defaults());
  }

  /**
   * Removes the application: no process, port or lock stays. It takes no savepoint: after {@link
   * StateRetention#KEEP} the newest state is the last completed checkpoint or savepoint; suspend
   * first to keep everything. An operation whose process is gone is superseded.
   *
   * @param retention what becomes of its checkpoints and savepoints
   * @param options deadline and idempotency key
   * @return the operation
   */
  Operation<DeleteResult> delete(StateRetention retention, OperationOptions options);

  /**
   * Returns the ends of the logs of all processes, also of those that died.
   *
   * @param maxBytesPerFile how much of each file at the most, 1 or more
   * @return the log files
   */
  List<LogFile> logs(int maxBytesPerFile);

  /**
   * Returns the failures of the present run of the job, as Flink remembers them.
   *
   * @return the failures, the latest first; empty if nothing runs
   * @throws dev.flinkplatform.error.BackendUnavailableException if Flink cannot be asked now
   */
  List<JobException> exceptions();

  /**
   * Returns metrics of the job; values of operators are summed over all tasks.
   *
   * @param names metric names: of the job, for example {@code numRestarts}, or of operators, which
   *     match any metric whose name ends in {@code .name} or equals it
   * @return the values of those that were found; empty if nothing runs
   * @throws dev.flinkplatform.error.BackendUnavailableException if Flink cannot be asked now
   */
  Map<String, Double> metrics(Collection<String> names);

  /**
   * Looks for what is wrong, with the default options.
   *
   * @return what was found
   */
  default Diagnosis diagnose() {
    return diagnose(DiagnosisOptions.defaults());
  }

  /**
   * Looks for what is wrong: in the journal, the backend, Flink and the logs. Changes nothing. What
   * cannot be asked is a finding, {@link dev.flinkplatform.diagnosis.Finding.Code#COULD_NOT_ASK},
   * and no exception; then it may block for as long as a request's timeout.
   *
   * @param options from where on something counts
   * @return what was found
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if the application is gone
   */
  Diagnosis diagnose(DiagnosisOptions options);
}
