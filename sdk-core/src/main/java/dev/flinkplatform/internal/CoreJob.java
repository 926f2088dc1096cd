package dev.flinkplatform.internal;

import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.WaitOptions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job's name in a session cluster. Its record is like an application's, and so are its verbs. */
final class CoreJob implements FlinkJob {

  private final CorePlatform platform;
  private final String key;

  CoreJob(CorePlatform platform, String key) {
    this.platform = platform;
    this.key = key;
  }

  @Override
  public String name() {
    return key.substring(key.indexOf('/') + 1);
  }

  @Override
  public String session() {
    return key.substring(0, key.indexOf('/'));
  }

  @Override
  public JobSpec spec() {
    return platform.spec(key).job();
  }

  @Override
  public ApplicationStatus status() {
    return platform.status(key);
  }

  @Override
  public ApplicationStatus await(
      Condition<? super ApplicationStatus> condition, WaitOptions options) {
    return new CoreApplication(platform, key).await(condition, options);
  }

  @Override
  public Operation<Savepoint> savepoint(SavepointOptions where, OperationOptions options) {
    return platform.savepoint(key, where, options);
  }

  @Override
  public Operation<Checkpoint> checkpoint(OperationOptions options) {
    return platform.checkpoint(key, options);
  }

  @Override
  public List<Savepoint> savepoints() {
    return platform.savepoints(key);
  }

  @Override
  public Operation<Savepoint> dispose(Savepoint savepoint, OperationOptions options) {
    return platform.dispose(key, savepoint, options);
  }

  @Override
  public Operation<RescaleResult> rescale(
      int parallelism, RescaleOptions how, OperationOptions options) {
    return platform.rescale(key, parallelism, how, options);
  }

  @Override
  public Operation<Savepoint> stop(SavepointOptions where, OperationOptions options) {
    return platform.suspend(key, where, options);
  }

  @Override
  public Operation<FlinkJob> resume(StateRestore restore, OperationOptions options) {
    return platform.resume(key, restore, options);
  }

  @Override
  public Operation<DeleteResult> cancel(StateRetention retention, OperationOptions options) {
    return platform.delete(key, retention, options);
  }

  @Override
  public List<JobException> exceptions() {
    return platform.exceptions(key);
  }

  @Override
  public Map<String, Double> metrics(Collection<String> names) {
    return platform.metrics(key, names);
  }

  @Override
  public Diagnosis diagnose(DiagnosisOptions options) {
    return platform.diagnose(key, options);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof CoreJob that && platform == that.platform && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  /**
   * Returns the name and where it is.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "FlinkJob{" + platform.resources().of(key) + "}";
  }
}
