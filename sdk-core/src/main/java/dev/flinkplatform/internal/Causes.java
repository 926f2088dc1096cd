package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Failures;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.status.JobException;
import java.util.List;
import java.util.Optional;

/** Says in one sentence why a job failed, from what Flink remembers of it. */
final class Causes {

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
    return new Failure(Failures.kindOf(e.stackTrace()), what + ": " + e.rootCause(), evidence);
  }
}
