package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.status.JobException;
import java.util.List;
import java.util.Optional;

/** Says in one sentence why a job failed, from what Flink remembers of it. */
public final class Causes {

  private static final int MAX_EVIDENCE = 4000;

  private Causes() {}

  /**
   * Why a job failed: from Flink's exceptions, or, when its JobManager went down with it (Flink 1.x
   * does if the job cannot even be started), from how that died.
   *
   * @throws BackendFault if there is a JobManager that cannot be asked
   */
  static Failure ofJob(Live live, JobId job, String what) {
    Optional<JobControl> control = live.jobControl();
    List<JobException> exceptions = control.isPresent() ? control.get().exceptions(job) : List.of();
    if (exceptions.isEmpty()) {
      return live.cluster()
          .failure()
          .map(f -> new Failure(f.kind(), what + ": " + f.message(), f.evidence()))
          .orElseGet(
              () -> Failure.of(Failure.Kind.JOB_FAILED, what + "; Flink remembers no exception"));
    }
    JobException e = exceptions.get(0);
    String evidence =
        e.stackTrace().length() > MAX_EVIDENCE
            ? e.stackTrace().substring(0, MAX_EVIDENCE)
            : e.stackTrace();
    return new Failure(kind(e.stackTrace()), what + ": " + e.rootCause(), evidence);
  }

  /** Sorts a failure by the words Flink uses for it. */
  public static Failure.Kind kind(String text) {
    if (containsAny(
        text,
        "allowNonRestoredState",
        "Cannot map checkpoint/savepoint state",
        "StateMigrationException",
        "must not be incompatible",
        "larger than the max parallelism",
        "maximum parallelism")) {
      return Failure.Kind.STATE_DOES_NOT_FIT;
    }
    if (containsAny(
        text,
        "Cannot find checkpoint or savepoint",
        "Cannot find meta data file",
        "Cannot access file system for checkpoint/savepoint",
        "_metadata",
        "Unexpected magic number",
        "Cannot restore from checkpoint/savepoint")) {
      return Failure.Kind.STATE_UNREADABLE;
    }
    if (containsAny(text, "NoResourceAvailableException")) {
      return Failure.Kind.NO_RESOURCES;
    }
    if (containsAny(text, "IllegalConfigurationException")) {
      return Failure.Kind.INVALID_CONFIGURATION;
    }
    if (containsAny(text, "BindException")) {
      return Failure.Kind.PORT_TAKEN;
    }
    if (containsAny(
        text,
        "ClassNotFoundException",
        "NoClassDefFoundError",
        "does not contain a main method",
        "main(String[]) method",
        "was not found in the jar")) {
      return Failure.Kind.CLASS_NOT_FOUND;
    }
    return Failure.Kind.JOB_FAILED;
  }

  private static boolean containsAny(String text, String... words) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
