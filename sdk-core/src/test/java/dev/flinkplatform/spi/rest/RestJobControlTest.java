package dev.flinkplatform.spi.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.JobId;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.status.JobState;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestJobControlTest {

  private static final JobId JOB = JobId.random();

  private final MockWebServer server = new MockWebServer();
  private FlinkRestClient client;
  private RestJobControl control;

  @BeforeEach
  void start() throws IOException {
    server.start();
    client =
        FlinkRestClient.builder(server.url("/").uri())
            .retry(1, Duration.ofMillis(1), Duration.ofMillis(1))
            .build();
    control = new RestJobControl(client);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private void answer(int status, String body) {
    server.enqueue(new MockResponse.Builder().code(status).body(body).build());
  }

  /** Flink 1.x has no details of a job that failed before it had a plan. */
  @Test
  void job_500OfAJobThatFailed_isItsState() {
    answer(500, "{\"errors\":[\"Internal server error.\"]}");
    answer(200, "{\"status\":\"FAILED\"}");

    assertThat(control.job(JOB))
        .hasValueSatisfying(
            v -> {
              assertThat(v.state()).isEqualTo(JobState.FAILED);
              assertThat(v.vertices()).isEmpty();
            });
  }

  @Test
  void job_500OfAJobThatRuns_isNoJobWithoutVertices() {
    answer(500, "{\"errors\":[\"Internal server error.\"]}");
    answer(200, "{\"status\":\"RUNNING\"}");

    assertThatThrownBy(() -> control.job(JOB))
        .isInstanceOfSatisfying(BackendFault.class, f -> assertThat(f.retryable()).isTrue());
  }

  @Test
  void job_404OfFlink_isNoJob() {
    answer(404, "{\"errors\":[\"Job 1 not found\"]}");
    answer(404, "{\"errors\":[\"Job 1 not found\"]}");

    assertThat(control.job(JOB)).isEmpty();
    assertThat(control.findSavepoint(JOB, "file:///savepoints/one")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "404 page not found",
        "<html>nginx</html>",
        "",
        "{\"errors\":[{\"message\":\"FlinkApplication 'orders' not found.\"}]}"
      })
  void job_404OfAProxy_tellsNothingOfTheJob(String body) {
    for (int i = 0; i < 3; i++) {
      answer(404, body);
    }
    RestJobControl ended = new RestJobControl(client, job -> Optional.of(JobState.FINISHED));

    assertThatThrownBy(() -> control.job(JOB))
        .isInstanceOfSatisfying(BackendFault.class, f -> assertThat(f.retryable()).isTrue());
    assertThatThrownBy(() -> control.findSavepoint(JOB, "file:///savepoints/one"))
        .isInstanceOfSatisfying(BackendFault.class, f -> assertThat(f.retryable()).isTrue());
    assertThat(ended.job(JOB)).map(JobControl.JobView::state).hasValue(JobState.FINISHED);
  }

  @ParameterizedTest
  @CsvSource({"400,false", "403,false", "409,true", "429,true", "502,true", "503,true"})
  void job_refused_isTriedAgainIfThatMayHelp(int status, boolean again) {
    answer(status, "{\"errors\":[\"no\"]}");

    assertThatThrownBy(() -> control.job(JOB))
        .isInstanceOfSatisfying(
            BackendFault.class, f -> assertThat(f.retryable()).isEqualTo(again));
  }
}
