package dev.flinkplatform.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spi.JobControl.JobView;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.status.JobState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CausesTest {

  private static final JobId JOB = JobId.random();

  @Test
  void ofJob_jobManagerDiedWithTheJob_tellsHowItDied() {
    Failure death =
        new Failure(Failure.Kind.STATE_DOES_NOT_FIT, "the JobManager (pid 7) died", "its log");

    Failure failure = Causes.ofJob(live(Optional.of(death)), JOB, "The job is FAILED");

    assertThat(failure)
        .isEqualTo(
            new Failure(
                Failure.Kind.STATE_DOES_NOT_FIT,
                "The job is FAILED: the JobManager (pid 7) died",
                "its log"));
  }

  @Test
  void ofJob_nothingIsKnown_saysSo() {
    Failure failure = Causes.ofJob(live(Optional.empty()), JOB, "The job is FAILED");

    assertThat(failure.kind()).isEqualTo(Failure.Kind.JOB_FAILED);
    assertThat(failure.message()).contains("Flink remembers no exception");
  }

  private static Live live(Optional<Failure> death) {
    return new Live(
        new Observation(
            Optional.empty(),
            false,
            0,
            1,
            1,
            Optional.empty(),
            Optional.empty(),
            death,
            false,
            "gone"),
        Optional.of(new JobView(JobState.FAILED, List.of())),
        Optional.empty(),
        0,
        Optional.empty());
  }
}
