package dev.flinkplatform;

import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.LogFile;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.WaitOptions;
import java.time.Duration;
import java.util.List;

/**
 * The handle of a session cluster: JobManager and TaskManagers that jobs are submitted to.
 *
 * <p>Operations on the cluster and on its jobs are journalled, as those of applications are. Of the
 * cluster at most one operation runs at a time, and of each job: jobs do not wait for each other.
 *
 * <p>Thread-safe. Queries block for as long as the backend takes to answer; verbs block until the
 * change is journalled. Every method throws {@link
 * dev.flinkplatform.error.BackendUnavailableException} when the backend cannot be asked; every verb
 * throws {@link dev.flinkplatform.error.ApplicationNotFoundException} if the cluster is gone and
 * {@link dev.flinkplatform.error.ConflictException} if another operation holds it, before any side
 * effect.
 */
public interface SessionCluster {

  /**
   * Returns the name.
   *
   * @return the cluster's name
   */
  String name();

  /**
   * Returns what is desired: the specification it was deployed with, and the number of TaskManagers
   * it was last scaled to.
   *
   * @return the specification
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if the cluster is gone
   */
  SessionClusterSpec spec();

  /**
   * Looks at the cluster: RUNNING when every wanted slot is there. What a status tells of a job is
   * empty.
   *
   * @return what was seen; state ABSENT if it is gone, UNKNOWN if Flink could not be asked
   */
  ApplicationStatus status();

  /**
   * Waits for a condition on the cluster. Blocks. Ends early when it can never be met.
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
   * Waits for a condition on the cluster. Blocks. Ends early when it can never be met.
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
   * Asks Flink for TaskManagers and slots.
   *
   * @return what there is; nothing if the cluster does not run
   */
  Capacity capacity();

  /**
   * Changes the number of TaskManagers; see {@link #scaleTaskManagers(int, OperationOptions)}.
   *
   * @param count how many, 1 or more
   * @return the operation
   */
  default Operation<SessionCluster> scaleTaskManagers(int count) {
    return scaleTaskManagers(count, OperationOptions.defaults());
  }

  /**
   * Changes the number of TaskManagers. To less: TaskManagers leave once no task runs on them, so
   * no job is disturbed. If the number is not reached by the deadline, the cluster goes back to the
   * old one.
   *
   * @param count how many, 1 or more
   * @param options deadline and idempotency key
   * @return the operation; it succeeds when Flink has exactly the slots of so many TaskManagers
   * @throws dev.flinkplatform.error.InvalidSpecException if the number is out of range
   */
  Operation<SessionCluster> scaleTaskManagers(int count, OperationOptions options);

  /**
   * Submits a job that starts without state, at parallelism 1.
   *
   * @param name the job's name, a DNS-1035 label of at most 40 characters
   * @param job what to run
   * @return the operation
   */
  default Operation<FlinkJob> submit(String name, JobSpec job) {
    return submit(name, job, SubmitOptions.defaults());
  }

  /**
   * Submits a job that starts without state.
   *
   * @param name the job's name, a DNS-1035 label of at most 40 characters
   * @param job what to run
   * @param how parallelism and configuration
   * @return the operation
   */
  default Operation<FlinkJob> submit(String name, JobSpec job, SubmitOptions how) {
    return submit(name, job, how, StateRestore.fresh(), OperationOptions.defaults());
  }

  /**
   * Submits a job: its jar is uploaded and run under a job id that is journalled before, so that a
   * lost reply never makes a second job. A name can be used again once its job has ended or was
   * cancelled. A job that does not come to run by the deadline is cancelled.
   *
   * @param name the job's name, a DNS-1035 label of at most 40 characters
   * @param job what to run; one jar
   * @param how parallelism and configuration
   * @param restore from which state; {@code latest} finds what an earlier job of that name left
   * @param options deadline and idempotency key
   * @return the operation; it succeeds when every vertex of the job runs, or the job has already
   *     come to its end
   * @throws dev.flinkplatform.error.ApplicationExistsException if a job of that name runs or is
   *     stopped with state
   * @throws dev.flinkplatform.error.InvalidSpecException if anything is wrong, with every fault at
   *     once
   * @throws dev.flinkplatform.error.ConflictException if the cluster does not run
   * @throws dev.flinkplatform.error.UnsupportedCapabilityException if the backend cannot restore
   *     that way
   */
  Operation<FlinkJob> submit(
      String name, JobSpec job, SubmitOptions how, StateRestore restore, OperationOptions options);

  /**
   * Runs a bounded job on a cluster that is larger for as long; see {@link #burst(String, JobSpec,
   * SubmitOptions, int, OperationOptions)}.
   *
   * @param name the job's name
   * @param job what to run, a job that comes to its end
   * @param how parallelism and configuration
   * @param taskManagers how many TaskManagers the cluster has for the job, 1 or more
   * @return the operation
   */
  default Operation<BurstResult> burst(
      String name, JobSpec job, SubmitOptions how, int taskManagers) {
    return burst(name, job, how, taskManagers, OperationOptions.defaults());
  }

  /**
   * Scales the cluster, runs a bounded job, waits for its end, and scales the cluster back: also
   * when the job fails, and also when this process dies on the way and another one goes on with the
   * operation. At the deadline the job is cancelled, and the cluster scaled back.
   *
   * @param name the job's name
   * @param job what to run, a job that comes to its end
   * @param how parallelism and configuration
   * @param taskManagers how many TaskManagers the cluster has for the job, 1 or more
   * @param options deadline (of everything together) and idempotency key
   * @return the operation; it succeeds when the job finished and the cluster has its old size;
   *     FAILED with the job's failure, the cluster at its old size
   * @throws dev.flinkplatform.error.InvalidSpecException if anything is wrong, with every fault at
   *     once
   */
  Operation<BurstResult> burst(
      String name, JobSpec job, SubmitOptions how, int taskManagers, OperationOptions options);

  /**
   * Returns the handle of a job.
   *
   * @param name the job's name
   * @return its handle
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if the SDK knows none of that name
   *     in this cluster
   */
  FlinkJob job(String name);

  /**
   * Lists the jobs that were submitted with the SDK and not cancelled, also those that ended.
   *
   * @return their handles, by name
   */
  List<FlinkJob> jobs();

  /**
   * Takes the cluster down, to be resumed later.
   *
   * @return the operation
   */
  default Operation<SessionCluster> suspend() {
    return suspend(OperationOptions.defaults());
  }

  /**
   * Takes the cluster down, to be resumed later. With high availability its data is kept, and its
   * jobs go on from their last checkpoints when it is resumed; without, it is refused while a job
   * runs.
   *
   * @param options deadline and idempotency key
   * @return the operation; nothing runs when it has succeeded
   * @throws dev.flinkplatform.error.ConflictException if jobs run that would be lost
   */
  Operation<SessionCluster> suspend(OperationOptions options);

  /**
   * Starts a suspended or failed cluster.
   *
   * @return the operation
   */
  default Operation<SessionCluster> resume() {
    return resume(OperationOptions.defaults());
  }

  /**
   * Starts a suspended or failed cluster. With high availability its jobs go on; without, each can
   * be resumed from its latest state.
   *
   * @param options deadline and idempotency key
   * @return the operation; it succeeds when every wanted slot is there
   * @throws dev.flinkplatform.error.ConflictException if it runs already
   */
  Operation<SessionCluster> resume(OperationOptions options);

  /**
   * Removes the cluster.
   *
   * @param retention what becomes of the checkpoints and savepoints of its jobs
   * @return the operation
   */
  default Operation<DeleteResult> delete(StateRetention retention) {
    return delete(retention, OperationOptions.defaults());
  }

  /**
   * Removes the cluster, its high-availability data, and the names of its jobs. Refused while a job
   * runs: stop or cancel it first.
   *
   * @param retention what becomes of the checkpoints and savepoints of its jobs; after {@link
   *     StateRetention#KEEP} a job of the same name in a cluster of the same name can be submitted
   *     from its latest state
   * @param options deadline and idempotency key
   * @return the operation
   * @throws dev.flinkplatform.error.ConflictException if jobs run
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
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if the session cluster is gone
   */
  Diagnosis diagnose(DiagnosisOptions options);
}
