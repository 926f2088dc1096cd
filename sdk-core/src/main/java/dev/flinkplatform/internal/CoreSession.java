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
import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.LogFile;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.WaitOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session cluster's name on a platform. */
final class CoreSession implements SessionCluster {

  private final Sessions sessions;
  private final String name;

  CoreSession(Sessions sessions, String name) {
    this.sessions = sessions;
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public SessionClusterSpec spec() {
    return sessions.spec(name);
  }

  @Override
  public ApplicationStatus status() {
    return sessions.platform().status(name);
  }

  @Override
  public ApplicationStatus await(
      Condition<? super ApplicationStatus> condition, WaitOptions options) {
    return new CoreApplication(sessions.platform(), name).await(condition, options);
  }

  @Override
  public Capacity capacity() {
    return sessions.capacity(name);
  }

  @Override
  public Operation<SessionCluster> scaleTaskManagers(int count, OperationOptions options) {
    return sessions.scale(name, count, options);
  }

  @Override
  public Operation<FlinkJob> submit(
      String job, JobSpec what, SubmitOptions how, StateRestore restore, OperationOptions options) {
    return sessions.submit(name, job, what, how, restore, options);
  }

  @Override
  public Operation<BurstResult> burst(
      String job, JobSpec what, SubmitOptions how, int taskManagers, OperationOptions options) {
    return sessions.burst(name, job, what, how, taskManagers, options);
  }

  @Override
  public FlinkJob job(String job) {
    return sessions.job(name, job);
  }

  @Override
  public List<FlinkJob> jobs() {
    return sessions.jobs(name);
  }

  @Override
  public Operation<SessionCluster> suspend(OperationOptions options) {
    return sessions.suspend(name, options);
  }

  @Override
  public Operation<SessionCluster> resume(OperationOptions options) {
    return sessions.resume(name, options);
  }

  @Override
  public Operation<DeleteResult> delete(StateRetention retention, OperationOptions options) {
    return sessions.delete(name, retention, options);
  }

  @Override
  public List<LogFile> logs(int maxBytesPerFile) {
    return sessions.platform().logs(name, maxBytesPerFile);
  }

  @Override
  public Diagnosis diagnose(DiagnosisOptions options) {
    return sessions.platform().diagnose(name, options);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof CoreSession that && sessions == that.sessions && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /**
   * Returns the name and where it is.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "SessionCluster{" + sessions.platform().resources().of(name) + "}";
  }
}
