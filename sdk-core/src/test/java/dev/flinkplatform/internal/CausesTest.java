package dev.flinkplatform.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.status.LogFile;
import java.util.List;
import org.junit.jupiter.api.Test;

class CausesTest {

  private static final JobId JOB = new JobId("58cd9f218279af0f94088289f7ce3a9a");

  /** What Flink 2.3 logs, shortened. */
  private static final String LOG =
      """
      2026-11-20 11:56:04,028 INFO  CheckpointCoordinator [] - Starting job
      2026-11-20 11:56:04,069 INFO  AdaptiveScheduler [] - Job 58cd9f218279af0f94088289f7ce3a9a reached terminal state FAILED.
      org.apache.flink.util.SerializedThrowable: java.util.concurrent.CompletionException: java.lang.IllegalStateException: Failed to rollback
      \tat org.apache.flink.Outer.run(Outer.java:1)
      Caused by: org.apache.flink.util.SerializedThrowable: java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint file:/s. Cannot map checkpoint/savepoint state for operator c8 to the new program
      \tat org.apache.flink.Inner.run(Inner.java:1)
      2026-11-20 11:56:04,075 INFO  StandaloneDispatcher [] - Clean up
      Caused by: java.lang.Error: of something else
      """;

  @Test
  void ofLogs_jobFailedAsItsLogTells_namesTheRootCause() {
    Failure failure =
        Causes.ofLogs(
                List.of(
                    new LogFile("taskmanager-1", "t.log", "nothing of interest", false),
                    new LogFile("jobmanager", "j.log", LOG, true)),
                JOB,
                "The job is FAILED")
            .orElseThrow();

    assertThat(failure.kind()).isEqualTo(Failure.Kind.STATE_DOES_NOT_FIT);
    assertThat(failure.message())
        .isEqualTo(
            "The job is FAILED: java.lang.IllegalStateException: Failed to rollback to"
                + " checkpoint/savepoint file:/s. Cannot map checkpoint/savepoint state for"
                + " operator c8 to the new program");
    assertThat(failure.evidence()).contains("Inner.java").doesNotContain("something else");
  }

  @Test
  void ofLogs_anotherJobOrNoTrace_isEmpty() {
    LogFile noTrace =
        new LogFile(
            "jobmanager",
            "j.log",
            "2026-11-20 11:56:04,069 INFO Job " + JOB.hex() + " reached terminal state FAILED.\n",
            false);

    assertThat(Causes.ofLogs(List.of(noTrace), JOB, "what")).isEmpty();
    assertThat(
            Causes.ofLogs(
                List.of(new LogFile("jobmanager", "j.log", LOG, false)), JobId.random(), "what"))
        .isEmpty();
  }
}
