package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.TaskManagerStatus;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Flink of one cluster, as one process asks it. */
final class MemoryJobControl implements JobControl {

  private static final TriggerView UNKNOWN =
      new TriggerView(TriggerView.State.UNKNOWN, "", Optional.empty());

  private final World world;
  private final String process;
  private final Cluster cluster;

  MemoryJobControl(World world, String process, Cluster cluster) {
    this.world = world;
    this.process = process;
    this.cluster = cluster;
  }

  private <T> T ask(Function<Cluster, T> question) {
    return world.call(
        process,
        () -> {
          if (!cluster.answers()) {
            throw BackendFault.unavailable(
                "Flink of " + cluster.launch.id() + " does not answer: connection refused", null);
          }
          return question.apply(cluster);
        });
  }

  private <T> T askJob(JobId job, Function<Job, T> question) {
    return ask(
        c ->
            c.job(job)
                .map(question)
                .orElseThrow(
                    () ->
                        BackendFault.permanent(
                            Failure.of(
                                Failure.Kind.OTHER, "HTTP 404: Job " + job.hex() + " not found"),
                            null)));
  }

  private TriggerView look(JobId job, String triggerId) {
    return ask(c -> c.job(job).map(j -> j.look(triggerId)).orElse(UNKNOWN));
  }

  @Override
  public Optional<JobView> job(JobId job) {
    return ask(c -> c.job(job).map(j -> new JobView(j.state().orElseThrow(), j.vertexStatus())));
  }

  @Override
  public CheckpointView checkpoints(JobId job) {
    return askJob(
        job,
        c -> new CheckpointView(c.completedCheckpoints(), c.latestCheckpoint(), c.restoredFrom()));
  }

  @Override
  public ClusterView cluster() {
    return ask(
        c -> {
          List<TaskManagerStatus> all = c.taskManagerStatus();
          return new ClusterView(
              all,
              all.stream().mapToInt(TaskManagerStatus::slots).sum(),
              all.stream().mapToInt(TaskManagerStatus::freeSlots).sum());
        });
  }

  @Override
  public List<CheckpointTry> checkpointHistory(JobId job) {
    return askJob(job, Job::checkpointHistory);
  }

  @Override
  public List<Load> load(JobId job) {
    return askJob(job, Job::load);
  }

  @Override
  public List<JobException> exceptions(JobId job) {
    return askJob(job, Job::exceptions);
  }

  @Override
  public long restarts(JobId job) {
    return askJob(job, Job::restarts);
  }

  @Override
  public Map<String, Double> metrics(JobId job, Collection<String> names) {
    return askJob(
        job,
        c -> {
          Map<String, Double> out = new HashMap<>(c.metrics());
          out.keySet().retainAll(names);
          return out;
        });
  }

  @Override
  public void triggerSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    trigger(job, triggerId, directory, false);
  }

  @Override
  public void stopWithSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    trigger(job, triggerId, directory, true);
  }

  private void trigger(JobId job, String triggerId, String directory, boolean stop) {
    boolean unused =
        askJob(
            job,
            c -> {
              c.triggerSavepoint(triggerId, directory, stop);
              return true;
            });
  }

  @Override
  public TriggerView savepoint(JobId job, String triggerId) {
    return look(job, triggerId);
  }

  @Override
  public Optional<String> findSavepoint(JobId job, String directory) {
    return ask(
        c ->
            c.job(job).stream()
                .flatMap(j -> j.savepoints().stream())
                .filter(s -> s.startsWith(directory + "/"))
                .findFirst());
  }

  @Override
  public void triggerCheckpoint(JobId job, String triggerId) {
    boolean unused =
        askJob(
            job,
            c -> {
              c.triggerCheckpoint(triggerId);
              return true;
            });
  }

  @Override
  public TriggerView checkpoint(JobId job, String triggerId) {
    return look(job, triggerId);
  }

  @Override
  public String dispose(String location) {
    return ask(c -> c.dispose(location));
  }

  @Override
  public TriggerView disposal(String triggerId) {
    return ask(
        c ->
            c.isDisposal(triggerId)
                ? new TriggerView(TriggerView.State.COMPLETED, "", Optional.empty())
                : UNKNOWN);
  }

  @Override
  public void cancel(JobId job) {
    boolean unused =
        askJob(
            job,
            c -> {
              c.cancel();
              return true;
            });
  }

  @Override
  public Optional<Map<String, Bounds>> resourceRequirements(JobId job) {
    return askJob(job, Job::bounds);
  }

  @Override
  public void resourceRequirements(JobId job, Map<String, Bounds> bounds) {
    askJob(job, c -> c.bounds(bounds))
        .ifPresent(
            refusal -> {
              throw BackendFault.permanent(
                  Failure.of(Failure.Kind.OTHER, "HTTP 400: " + refusal), null);
            });
  }
}
