package dev.flinkplatform.internal;

import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.ConditionNeverMetException;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import dev.flinkplatform.waiting.WaitOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A name on a platform, and what can be asked of all that has one. Immutable and thread-safe. */
abstract class CoreHandle {

  final CorePlatform platform;

  /** The name of its record; of a job in a session cluster {@code <cluster>/<job>}. */
  final String key;

  CoreHandle(CorePlatform platform, String key) {
    this.platform = platform;
    this.key = key;
  }

  /** The name of the interface that it is a handle of. */
  abstract String kind();

  public final ApplicationStatus status() {
    return platform.status(key);
  }

  public final ApplicationStatus await(
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
                  condition.name(), verdict.reason(), platform.resources().of(key));
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
            condition.name(), lastSeen, elapsed, looks, platform.resources().of(key));
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
          "Interrupted while waiting for: " + what, platform.resources().of(key), e);
    }
  }

  public final Diagnosis diagnose(DiagnosisOptions options) {
    return platform.diagnose(key, options);
  }

  @Override
  public final boolean equals(@Nullable Object o) {
    return o instanceof CoreHandle that
        && platform == that.platform
        && kind().equals(that.kind())
        && key.equals(that.key);
  }

  @Override
  public final int hashCode() {
    return key.hashCode();
  }

  /**
   * Returns the name and where it is.
   *
   * @return for messages only
   */
  @Override
  public final String toString() {
    return kind() + "{" + platform.resources().of(key) + "}";
  }
}
