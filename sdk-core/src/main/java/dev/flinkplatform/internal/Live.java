package dev.flinkplatform.internal;

import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.ClusterView;
import dev.flinkplatform.spi.JobControl.JobView;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.VertexStatus;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One look at what runs of an application: the backend's view of the cluster and Flink's view of
 * the job.
 *
 * @param cluster what the backend sees
 * @param job what Flink says of the job; empty if Flink does not know it, or could not be asked
 * @param capacity of a session cluster: what Flink says of its slots; empty otherwise
 * @param slotsWanted of a session cluster: how many slots there should be
 * @param unreachable why Flink could not be asked although there is a JobManager; empty otherwise
 */
record Live(
    Observation cluster,
    Optional<JobView> job,
    Optional<ClusterView> capacity,
    int slotsWanted,
    Optional<String> unreachable) {

  /**
   * Looks. Flink is asked only if the cluster is that of the launch which is expected, and an end
   * counts only of a job that is to run: one that was stopped with a savepoint has ended, too.
   */
  static Live look(PlatformBackend backend, AppRecord record) {
    Observation cluster = backend.observe(record.name);
    AppRecord.@Nullable LaunchRecord launch = record.launch;
    if (launch != null && cluster.launchId().equals(Optional.of(launch.id))) {
      // Where the cluster gives a job its id, core learns of it here, and the steps write it down.
      cluster.jobId().ifPresent(record::adopt);
    }
    if (launch == null
        || cluster.control().isEmpty()
        || !cluster.launchId().equals(Optional.of(launch.id))) {
      Optional<JobView> ended =
          launch == null || record.session || !record.isToRun()
              ? Optional.empty()
              : backend
                  .ended(record.name, launch.job())
                  .map(state -> new JobView(state, List.of()));
      boolean failed = ended.filter(j -> j.state() == JobState.FAILED).isPresent();
      if (failed && cluster.failure().isEmpty()) {
        // It failed after the look at its cluster, which knows why only now.
        cluster = backend.observe(record.name);
      }
      return new Live(cluster, ended, Optional.empty(), 0, Optional.empty());
    }
    JobControl control = cluster.control().get();
    try {
      if (backend.givesJobIds() && !launch.jobIdSeen && !record.session) {
        return new Live(cluster, Optional.empty(), Optional.empty(), 0, Optional.empty());
      }
      if (record.session) {
        int slots = launch.specification().taskManager().slots();
        return new Live(
            cluster,
            Optional.empty(),
            Optional.of(control.cluster()),
            cluster.taskManagersWanted() * slots,
            Optional.empty());
      }
      return new Live(cluster, control.job(launch.job()), Optional.empty(), 0, Optional.empty());
    } catch (BackendFault e) {
      if (!e.retryable()) {
        throw e;
      }
      return new Live(
          cluster, Optional.empty(), Optional.empty(), 0, Optional.of(e.failure().message()));
    }
  }

  /** Every vertex of the job runs, or a session cluster has every slot that is wanted. */
  boolean allRunning() {
    if (capacity.isPresent()) {
      return capacity.get().slotsTotal() >= slotsWanted;
    }
    return job.filter(j -> j.state() == JobState.RUNNING)
        .filter(
            j -> !j.vertices().isEmpty() && j.vertices().stream().allMatch(VertexStatus::isRunning))
        .isPresent();
  }

  JobState jobState() {
    return job.map(JobView::state).orElse(JobState.UNKNOWN);
  }

  /** Whether a job that does not run yet may still do so, if nobody touches it. */
  boolean mayComeToRun() {
    return hasJobManager() && !jobState().isTerminal() && cluster.failure().isEmpty();
  }

  /** The control, when there is a JobManager that knows the job. */
  Optional<JobControl> jobControl() {
    return job.isPresent() && cluster.launchId().isPresent() ? cluster.control() : Optional.empty();
  }

  /** The parallelism of the present run: the highest of any vertex. */
  int parallelism() {
    return job.map(j -> j.vertices().stream().mapToInt(VertexStatus::parallelism).max().orElse(0))
        .orElse(0);
  }

  /** What is seen, in a few words. */
  String words() {
    if (unreachable.isPresent()) {
      return "Flink cannot be asked: " + unreachable.get() + " (" + cluster.detail() + ")";
    }
    if (capacity.isPresent()) {
      return capacity.get().slotsTotal()
          + " of "
          + slotsWanted
          + " slots are there, "
          + capacity.get().slotsFree()
          + " free ("
          + cluster.detail()
          + ")";
    }
    return job.map(
                j ->
                    "job "
                        + j.state()
                        + ", "
                        + j.vertices().stream().filter(VertexStatus::isRunning).count()
                        + " of "
                        + j.vertices().size()
                        + " vertices run")
            .orElse("no job is known")
        + " ("
        + cluster.detail()
        + ")";
  }

  /** Tells whether the cluster's leader of that launch lives. */
  boolean hasJobManager() {
    return cluster.jobManagers() > 0;
  }
}
