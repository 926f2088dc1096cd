package dev.flinkplatform.internal.fake;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.internal.fake.FakeWorld.Cluster;
import dev.flinkplatform.internal.fake.FakeWorld.Trigger;
import dev.flinkplatform.internal.fake.FakeWorld.Vertex;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.TaskManagerStatus;
import dev.flinkplatform.status.VertexStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Flink, as far as core asks for it. */
final class FakeJobControl implements JobControl {

  private final FakeWorld world;
  private final String owner;
  private final String application;

  FakeJobControl(FakeWorld world, String owner, String application) {
    this.world = world;
    this.owner = owner;
    this.application = application;
  }

  private <T> T call(String primitive, boolean mutates, Function<Cluster, T> effect) {
    return world.call(
        owner,
        primitive,
        mutates,
        () -> {
          Cluster c = world.clusters.get(application);
          if (c == null || !c.jobManager) {
            throw BackendFault.unavailable("connection refused", null);
          }
          return effect.apply(c);
        });
  }

  /** The same for a call about a job, which in a session cluster is one of many. */
  private <T> T call(String primitive, boolean mutates, JobId job, Function<Cluster, T> effect) {
    return call(primitive, mutates, c -> effect.apply(world.withJob(application, c, job)));
  }

  private static void require(Cluster c, JobId job) {
    if (!c.launch.jobId().equals(job)) {
      throw BackendFault.permanent(
          Failure.of(Failure.Kind.OTHER, "404: no such job " + job.hex()), null);
    }
  }

  @Override
  public Optional<JobView> job(JobId job) {
    return call(
        "job",
        false,
        job,
        c -> {
          if (!c.launch.jobId().equals(job)) {
            return Optional.empty();
          }
          if (c.state == JobState.CREATED) {
            if (c.start.looks() > 0) {
              if (c.start.looks() < Integer.MAX_VALUE) {
                c.start = FakeWorld.Start.runs(c.start.looks() - 1);
              }
            } else {
              c.state = c.start.finite() ? JobState.FINISHED : JobState.RUNNING;
            }
          }
          if (c.state == JobState.RUNNING) {
            world.seenRunning(c);
          }
          c.triggers.values().forEach(Trigger::tick);
          int slots = c.taskManagers * c.launch.spec().taskManager().slots();
          List<VertexStatus> vertices = new ArrayList<>();
          for (Vertex v : c.vertices.values()) {
            if (c.state == JobState.RUNNING) {
              int reachable =
                  world.neverReaches.test(v.bounds.upper()) ? v.parallelism : v.bounds.upper();
              v.parallelism = Math.min(reachable, Math.max(slots, 1));
            }
            boolean runs = c.state == JobState.RUNNING;
            boolean finished = c.state == JobState.FINISHED;
            vertices.add(
                new VertexStatus(
                    v.id,
                    v.id,
                    v.parallelism,
                    v.max,
                    runs ? v.parallelism : 0,
                    finished ? v.parallelism : 0));
          }
          return Optional.of(new JobView(c.state, vertices));
        });
  }

  @Override
  public CheckpointView checkpoints(JobId job) {
    return call(
        "checkpoints",
        false,
        job,
        c -> {
          List<CheckpointInfo> all = world.checkpoints(job.hex());
          return new CheckpointView(
              all.size(), all.stream().reduce((a, b) -> b), c.launch.restoreFrom());
        });
  }

  @Override
  public ClusterView cluster() {
    return call(
        "cluster",
        false,
        c -> {
          List<TaskManagerStatus> all = new ArrayList<>();
          int slots = c.launch.spec().taskManager().slots();
          for (int i = 0; i < c.taskManagers; i++) {
            all.add(new TaskManagerStatus("tm-" + i, slots, 0));
          }
          return new ClusterView(all, all.size() * slots, 0);
        });
  }

  @Override
  public long restarts(JobId job) {
    return 0;
  }

  @Override
  public List<JobException> exceptions(JobId job) {
    return call("exceptions", false, job, c -> List.copyOf(c.exceptions));
  }

  @Override
  public Map<String, Double> metrics(JobId job, Collection<String> names) {
    return call(
        "metrics",
        false,
        job,
        c -> names.stream().collect(Collectors.toMap(n -> n, n -> (double) c.progress)));
  }

  @Override
  public void triggerSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    trigger("triggerSavepoint", job, triggerId, directory, false);
  }

  @Override
  public void stopWithSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    trigger("stopWithSavepoint", job, triggerId, directory, true);
  }

  private void trigger(
      String primitive, JobId job, String triggerId, String directory, boolean stop) {
    call(
        primitive,
        true,
        job,
        c -> {
          require(c, job);
          if (!c.triggers.containsKey(triggerId)) {
            world.snapshot(c, triggerId, directory, stop);
          }
          return true;
        });
  }

  @Override
  public TriggerView savepoint(JobId job, String triggerId) {
    return call("savepoint", false, job, c -> look(c.triggers.get(triggerId)));
  }

  private static TriggerView look(Trigger trigger) {
    if (trigger == null || trigger.forgotten) {
      return new TriggerView(TriggerView.State.UNKNOWN, "", Optional.empty());
    }
    trigger.tick();
    return trigger.looks > 0
        ? new TriggerView(TriggerView.State.IN_PROGRESS, "", Optional.empty())
        : trigger.view;
  }

  @Override
  public Optional<String> findSavepoint(JobId job, String directory) {
    return call(
        "history",
        false,
        job,
        c -> c.savepoints.stream().filter(s -> s.startsWith(directory + "/")).findFirst());
  }

  @Override
  public void triggerCheckpoint(JobId job, String triggerId) {
    call(
        "triggerCheckpoint",
        true,
        job,
        c -> {
          require(c, job);
          if (!c.triggers.containsKey(triggerId)) {
            Trigger trigger = new Trigger();
            FakeWorld.Snapshot how = world.snapshots.poll();
            if (how == FakeWorld.Snapshot.IS_LOST) {
              trigger.forgotten = true;
            } else if (how == FakeWorld.Snapshot.FAILS) {
              trigger.view =
                  new TriggerView(
                      TriggerView.State.FAILED,
                      "",
                      Optional.of(Failure.of(Failure.Kind.SNAPSHOT_FAILED, "disk full")));
            } else {
              world.checkpoint(c, Instant.now());
              trigger.view =
                  new TriggerView(
                      TriggerView.State.COMPLETED,
                      Integer.toString(world.checkpoints(job.hex()).size()),
                      Optional.empty());
            }
            c.triggers.put(triggerId, trigger);
          }
          return true;
        });
  }

  @Override
  public TriggerView checkpoint(JobId job, String triggerId) {
    return call("checkpoint", false, job, c -> look(c.triggers.get(triggerId)));
  }

  @Override
  public String dispose(String location) {
    return call(
        "dispose",
        true,
        c -> {
          world.removeState(location);
          Trigger trigger = new Trigger();
          trigger.view = new TriggerView(TriggerView.State.COMPLETED, "", Optional.empty());
          String id = "dispose-" + world.next();
          c.triggers.put(id, trigger);
          return id;
        });
  }

  @Override
  public TriggerView disposal(String triggerId) {
    return call("disposal", false, c -> look(c.triggers.get(triggerId)));
  }

  @Override
  public void cancel(JobId job) {
    call("cancel", true, job, c -> c.state = JobState.CANCELED);
  }

  @Override
  public Optional<Map<String, Bounds>> resourceRequirements(JobId job) {
    return call(
        "requirements",
        false,
        job,
        c -> {
          require(c, job);
          if (!world.adaptive) {
            return Optional.empty();
          }
          Map<String, Bounds> out = new LinkedHashMap<>();
          c.vertices.forEach((id, v) -> out.put(id, v.bounds));
          return Optional.of(out);
        });
  }

  @Override
  public void resourceRequirements(JobId job, Map<String, Bounds> bounds) {
    call(
        "requirements.put",
        true,
        job,
        c -> {
          require(c, job);
          if (!bounds.keySet().equals(c.vertices.keySet())) {
            throw BackendFault.permanent(
                Failure.of(Failure.Kind.OTHER, "400: every vertex must be in it"), null);
          }
          if (bounds.values().stream().anyMatch(b -> world.refuses.test(b.upper()))) {
            throw BackendFault.permanent(
                Failure.of(Failure.Kind.NO_RESOURCES, "the scheduler refused"), null);
          }
          bounds.forEach((id, b) -> c.vertices.get(id).bounds = b);
          return true;
        });
  }
}
