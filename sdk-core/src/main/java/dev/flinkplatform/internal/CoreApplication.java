package dev.flinkplatform.internal;

import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkApplication;
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
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.ConditionNeverMetException;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.LogFile;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import dev.flinkplatform.waiting.WaitOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A name on a platform. */
final class CoreApplication implements FlinkApplication {

  private final CorePlatform platform;
  private final String name;

  CoreApplication(CorePlatform platform, String name) {
    this.platform = platform;
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ApplicationSpec spec() {
    return platform.spec(name);
  }

  @Override
  public ApplicationStatus status() {
    return platform.status(name);
  }

  @Override
  public ApplicationStatus await(
      Condition<? super ApplicationStatus> condition, WaitOptions options) {
    long begin = platform.timing().nanoTime();
    String lastSeen = "nothing yet";
    for (int looks = 1; ; looks++) {
      try {
        ApplicationStatus status = status();
        Verdict verdict = condition.check(status);
        switch (verdict.kind()) {
          case MET -> {
            return status;
          }
          case NEVER ->
              throw new ConditionNeverMetException(
                  condition.name(), verdict.reason(), platform.resources().of(name));
          case NOT_YET -> {
            lastSeen = verdict.reason();
            options.listener().accept(verdict);
          }
        }
      } catch (BackendUnavailableException e) {
        lastSeen = String.valueOf(e.getMessage());
        options.listener().accept(Verdict.notYet(lastSeen));
      }
      Duration elapsed = Duration.ofNanos(platform.timing().nanoTime() - begin);
      Duration left = options.timeout().minus(elapsed);
      if (left.isNegative() || left.isZero()) {
        throw new WaitTimeoutException(
            condition.name(), lastSeen, elapsed, looks, platform.resources().of(name));
      }
      pause(left.compareTo(options.interval()) < 0 ? left : options.interval(), condition.name());
    }
  }

  private void pause(Duration pause, String what) {
    try {
      platform.timing().pause(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while waiting for: " + what, platform.resources().of(name), e);
    }
  }

  @Override
  public Operation<Savepoint> savepoint(SavepointOptions where, OperationOptions options) {
    return platform.savepoint(name, where, options);
  }

  @Override
  public Operation<Checkpoint> checkpoint(OperationOptions options) {
    return platform.checkpoint(name, options);
  }

  @Override
  public List<Savepoint> savepoints() {
    return platform.savepoints(name);
  }

  @Override
  public Operation<Savepoint> dispose(Savepoint savepoint, OperationOptions options) {
    return platform.dispose(name, savepoint, options);
  }

  @Override
  public Operation<RescaleResult> rescale(
      int parallelism, RescaleOptions how, OperationOptions options) {
    return platform.rescale(name, parallelism, how, options);
  }

  @Override
  public Operation<FlinkApplication> upgrade(
      ApplicationSpec spec, StateRestore restore, OperationOptions options) {
    return platform.upgrade(name, spec, restore, options);
  }

  @Override
  public Operation<Savepoint> suspend(SavepointOptions where, OperationOptions options) {
    return platform.suspend(name, where, options);
  }

  @Override
  public Operation<FlinkApplication> resume(StateRestore restore, OperationOptions options) {
    return platform.resume(name, restore, options);
  }

  @Override
  public Operation<FlinkApplication> restart(OperationOptions options) {
    return platform.restart(name, options);
  }

  @Override
  public Operation<DeleteResult> delete(StateRetention retention, OperationOptions options) {
    return platform.delete(name, retention, options);
  }

  @Override
  public List<LogFile> logs(int maxBytesPerFile) {
    return platform.logs(name, maxBytesPerFile);
  }

  @Override
  public List<JobException> exceptions() {
    return platform.exceptions(name);
  }

  @Override
  public Diagnosis diagnose(DiagnosisOptions options) {
    return platform.diagnose(name, options);
  }

  @Override
  public Map<String, Double> metrics(Collection<String> names) {
    return platform.metrics(name, names);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof CoreApplication that && platform == that.platform && name.equals(that.name);
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
    return "FlinkApplication{" + platform.resources().of(name) + "}";
  }
}
