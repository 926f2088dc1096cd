package dev.flinkplatform.internal;

import dev.flinkplatform.BurstResult;
import dev.flinkplatform.Capacity;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.status.LogFile;
import java.util.List;

/** A session cluster's name on a platform. */
final class CoreSession extends CoreHandle implements SessionCluster {

  private final Sessions sessions;

  CoreSession(Sessions sessions, String name) {
    super(sessions.platform(), name);
    this.sessions = sessions;
  }

  @Override
  String kind() {
    return "SessionCluster";
  }

  @Override
  public String name() {
    return key;
  }

  @Override
  public SessionClusterSpec spec() {
    return sessions.spec(key);
  }

  @Override
  public Capacity capacity() {
    return sessions.capacity(key);
  }

  @Override
  public Operation<SessionCluster> scaleTaskManagers(int count, OperationOptions options) {
    return sessions.scale(key, count, options);
  }

  @Override
  public Operation<FlinkJob> submit(
      String job, JobSpec what, SubmitOptions how, StateRestore restore, OperationOptions options) {
    return sessions.submit(key, job, what, how, restore, options);
  }

  @Override
  public Operation<BurstResult> burst(
      String job, JobSpec what, SubmitOptions how, int taskManagers, OperationOptions options) {
    return sessions.burst(key, job, what, how, taskManagers, options);
  }

  @Override
  public FlinkJob job(String job) {
    return sessions.job(key, job);
  }

  @Override
  public List<FlinkJob> jobs() {
    return sessions.jobs(key);
  }

  @Override
  public Operation<SessionCluster> suspend(OperationOptions options) {
    return sessions.suspend(key, options);
  }

  @Override
  public Operation<SessionCluster> resume(OperationOptions options) {
    return sessions.resume(key, options);
  }

  @Override
  public Operation<DeleteResult> delete(StateRetention retention, OperationOptions options) {
    return sessions.delete(key, retention, options);
  }

  @Override
  public List<LogFile> logs(int maxBytesPerFile) {
    return platform.logs(key, maxBytesPerFile);
  }
}
