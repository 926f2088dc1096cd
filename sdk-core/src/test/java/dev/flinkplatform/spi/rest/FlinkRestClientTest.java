package dev.flinkplatform.spi.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.JobId;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a real server cannot be made to show: faults, proxies, credentials, later versions of Flink.
 */
@Timeout(60)
class FlinkRestClientTest {

  private static final JobId JOB = new JobId("fedcba9876543210fedcba9876543210");
  private static final TriggerId TRIGGER = new TriggerId("0123456789abcdef0123456789abcdef");
  private static final String OVERVIEW =
      "{\"taskmanagers\":1,\"slots-total\":2,\"flink-version\":\"2.3.0\"}";

  /** What Flink 1.20 and 2.3 really answer, with status 500, for the status of an unknown job. */
  private static final String NOT_FOUND =
      "{\"errors\":[\"Internal server error.\",\"<Exception on server side:\\norg.apache.flink.runtime"
          + ".messages.FlinkJobNotFoundException: Could not find Flink job (x)\\n\\tat y\\n\\nEnd of"
          + " exception on server side>\"]}";

  private static final String STATUS = "{\"status\":\"RUNNING\"}";
  private static final String RAN = "{\"jobid\":\"" + JOB + "\"}";
  private static final String ELECTION =
      "{\"errors\":[\"Service temporarily unavailable due to an ongoing leader election. Please"
          + " refresh.\"]}";

  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  // --- repeating

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void overview_unavailableOnce_isRepeated(int status) {
    server.enqueue(answer(status, ELECTION));
    server.enqueue(answer(200, OVERVIEW));
    try (FlinkRestClient client = client()) {
      assertThat(client.overview().slotsTotal()).isEqualTo(2);
    }
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void overview_unavailableForLong_failsRetryablyAfterAllAttempts() {
    script(request -> answer(503, ELECTION));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(client::overview)
          .withMessageContaining("GET " + root() + "/overview")
          .withMessageContaining("503")
          .withMessageContaining("leader election")
          .satisfies(
              e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.httpStatus()).isEqualTo(503);
                assertThat(e.method()).isEqualTo("GET");
                assertThat(e.path()).isEqualTo("/overview");
              });
    }
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 409, 500})
  void overview_refused_isNotRepeated(int status) {
    script(request -> answer(status, "{\"errors\":[\"no\"]}"));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(client::overview)
          .satisfies(e -> assertThat(e.retryable()).isFalse());
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void overview_connectionReset_isRepeated() {
    server.enqueue(new MockResponse.Builder().onRequestStart(closeSocket()).build());
    server.enqueue(answer(200, OVERVIEW));
    try (FlinkRestClient client = client()) {
      assertThat(client.overview().taskManagers()).isEqualTo(1);
    }
  }

  @Test
  void overview_answerBreaksOff_isRepeated() {
    server.enqueue(
        new MockResponse.Builder()
            .code(200)
            .body("x".repeat(100_000))
            .onResponseBody(closeSocket())
            .build());
    server.enqueue(answer(200, OVERVIEW));
    try (FlinkRestClient client = client()) {
      assertThat(client.overview().taskManagers()).isEqualTo(1);
    }
  }

  @Test
  void overview_noAnswer_failsWithinTheBound() {
    script(request -> stall());
    long start = System.nanoTime();
    try (FlinkRestClient client = builder().requestTimeout(Duration.ofMillis(300)).build()) {
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(client::overview)
          .withMessageContaining("PT0.3S")
          .satisfies(e -> assertThat(e.httpStatus()).isZero());
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void overview_nobodyListens_failsRetryably() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (FlinkRestClient client =
        quick(FlinkRestClient.builder(URI.create("http://127.0.0.1:" + port))).build()) {
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(client::overview)
          .withMessageContaining("127.0.0.1:" + port)
          .satisfies(e -> assertThat(e.retryable()).isTrue());
    }
  }

  @Test
  void triggerSavepoint_replyLost_isSentAgainWithTheSameTriggerId() throws Exception {
    server.enqueue(new MockResponse.Builder().onResponseStart(closeSocket()).build());
    server.enqueue(answer(202, "{\"request-id\":\"" + TRIGGER + "\"}"));
    try (FlinkRestClient client = client()) {
      assertThat(client.triggerSavepoint(JOB, SavepointRequest.of(TRIGGER, "s3://b/sp")))
          .isEqualTo(TRIGGER);
    }
    String first = body(server.takeRequest());
    assertThat(body(server.takeRequest())).isEqualTo(first).contains(TRIGGER.hex());
  }

  @Test
  void disposeSavepoint_replyLost_isNotSentAgain() {
    script(request -> new MockResponse.Builder().onResponseStart(closeSocket()).build());
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(() -> client.disposeSavepoint("s3://b/sp/savepoint-1"));
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void uploadJar_unavailable_isNotSentAgain(@TempDir Path dir) throws Exception {
    script(request -> answer(503, ""));
    Path jar = Files.write(dir.resolve("a.jar"), new byte[10]);
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(() -> client.uploadJar(jar));
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  // --- running jobs

  @Test
  void runJar_replyLostAndJobThere_isAcceptedWithoutSecondRun() {
    AtomicInteger runs = new AtomicInteger();
    script(
        request -> {
          if (isRun(request)) {
            runs.incrementAndGet();
            return new MockResponse.Builder().onResponseStart(closeSocket()).build();
          }
          return answer(200, STATUS);
        });
    try (FlinkRestClient client = client()) {
      assertThat(client.runJar("a.jar", RunRequest.builder(JOB).build())).isEqualTo(JOB);
    }
    assertThat(runs).hasValue(1);
  }

  @Test
  void runJar_replyLostAndJobNotThere_isSentAgain() {
    AtomicInteger runs = new AtomicInteger();
    script(
        request ->
            !isRun(request)
                ? answer(500, NOT_FOUND)
                : runs.incrementAndGet() == 1
                    ? new MockResponse.Builder().onResponseStart(closeSocket()).build()
                    : answer(200, RAN));
    try (FlinkRestClient client = client()) {
      assertThat(client.runJar("a.jar", RunRequest.builder(JOB).build())).isEqualTo(JOB);
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void runJar_secondSendIsADuplicateOfOurFirst_isAccepted() {
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger looks = new AtomicInteger();
    script(
        request ->
            isRun(request)
                ? runs.incrementAndGet() == 1 ? stall() : answer(400, duplicate())
                : looks.incrementAndGet() == 1 ? answer(500, NOT_FOUND) : answer(200, STATUS));
    try (FlinkRestClient client = builder().submitTimeout(Duration.ofMillis(300)).build()) {
      assertThat(client.runJar("a.jar", RunRequest.builder(JOB).build())).isEqualTo(JOB);
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void runJar_idTakenBefore_failsAsDuplicate() {
    script(request -> isRun(request) ? answer(400, duplicate()) : answer(200, STATUS));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestDuplicateException.class)
          .isThrownBy(() -> client.runJar("a.jar", RunRequest.builder(JOB).build()))
          .withMessageContaining(JOB.hex())
          .satisfies(e -> assertThat(e.httpStatus()).isEqualTo(400));
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void runJar_everythingUnavailable_saysThatTheOutcomeIsUnknown() {
    script(request -> answer(503, ELECTION));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(() -> client.runJar("a.jar", RunRequest.builder(JOB).build()))
          .withMessageContaining("Whether Flink accepted '" + JOB + "' is unknown");
    }
  }

  @Test
  void runJar_proxySaysNotFound_isNotTakenForAnAbsentJob() {
    AtomicInteger runs = new AtomicInteger();
    script(
        request -> {
          if (isRun(request)) {
            runs.incrementAndGet();
            return answer(504, "<html>gateway timeout</html>");
          }
          return answer(404, "<html>default backend - 404</html>");
        });
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(() -> client.runJar("a.jar", RunRequest.builder(JOB).build()));
    }
    assertThat(runs).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.18", "1.19", "1.20", "2.3"})
  void runJar_claimMode_hasTheNameTheVersionKnows(String version) throws Exception {
    server.enqueue(answer(200, RAN));
    try (FlinkRestClient client = builder().flinkVersion(FlinkVersion.parse(version)).build()) {
      client.runJar(
          "a.jar",
          RunRequest.builder(JOB).savepointPath("s3://b/sp").claimMode(ClaimMode.CLAIM).build());
    }
    boolean modern = FlinkVersion.parse(version).isAtLeast(1, 20);
    assertThat(body(server.takeRequest()))
        .contains(modern ? "\"claimMode\":\"CLAIM\"" : "\"restoreMode\":\"CLAIM\"")
        .doesNotContain(modern ? "restoreMode" : "claimMode");
  }

  @Test
  void runApplication_replyLostAndApplicationThere_isAccepted() {
    FlinkApplicationId id = FlinkApplicationId.random();
    AtomicInteger runs = new AtomicInteger();
    script(
        request -> {
          if (String.valueOf(request.getTarget()).endsWith("/run-application")) {
            runs.incrementAndGet();
            return new MockResponse.Builder().onResponseStart(closeSocket()).build();
          }
          return answer(
              200, "{\"applications\":[{\"id\":\"" + id + "\",\"status\":\"SOMETHING_NEW\"}]}");
        });
    try (FlinkRestClient client = client()) {
      assertThat(client.runApplication("a.jar", id, RunRequest.builder(JOB).build())).isEqualTo(id);
      assertThat(client.applications().get(0).rawStatus()).isEqualTo("SOMETHING_NEW");
    }
    assertThat(runs).hasValue(1);
  }

  @Test
  void runApplication_olderFlink_isRefusedBeforeAnythingIsSent() {
    try (FlinkRestClient client = builder().flinkVersion(FlinkVersion.of(2, 2)).build()) {
      assertThatExceptionOfType(FlinkRestUnsupportedException.class)
          .isThrownBy(
              () ->
                  client.runApplication(
                      "a.jar", FlinkApplicationId.random(), RunRequest.builder(JOB).build()))
          .withMessageContaining("2.3")
          .withMessageContaining("2.2");
      assertThatExceptionOfType(FlinkRestUnsupportedException.class)
          .isThrownBy(() -> client.rescales(JOB));
    }
    assertThat(server.getRequestCount()).isZero();
  }

  // --- results of triggers

  @Test
  void savepointTrigger_everyKindOfAnswer_isToldApart() {
    server.enqueue(answer(200, "{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}"));
    server.enqueue(
        answer(
            200, "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/sp\"}}"));
    server.enqueue(
        answer(
            200,
            "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":{\"class\":"
                + "\"java.util.concurrent.CompletionException\",\"stack-trace\":\"java.util.concurrent.CompletionException:"
                + " a\\n\\tat x\\nCaused by: java.io.IOException: no such bucket\\n\\tat y\",\"serialized-throwable\":\"rO0=\"}}}"));
    server.enqueue(
        answer(404, "{\"errors\":[\"There is no savepoint operation with triggerId\"]}"));
    try (FlinkRestClient client = client()) {
      assertThat(client.savepointTrigger(JOB, TRIGGER).state())
          .isEqualTo(TriggerResult.State.IN_PROGRESS);
      TriggerResult completed = client.savepointTrigger(JOB, TRIGGER);
      assertThat(completed.state()).isEqualTo(TriggerResult.State.COMPLETED);
      assertThat(completed.location()).isEqualTo("file:/sp");
      TriggerResult failed = client.savepointTrigger(JOB, TRIGGER);
      assertThat(failed.state()).isEqualTo(TriggerResult.State.FAILED);
      assertThat(Objects.requireNonNull(failed.failure()).rootCause())
          .isEqualTo("java.io.IOException: no such bucket");
      assertThat(failed.failure().className()).endsWith("CompletionException");
      assertThat(client.savepointTrigger(JOB, TRIGGER).state())
          .isEqualTo(TriggerResult.State.UNKNOWN);
    }
  }

  @Test
  void savepointTrigger_proxySaysNotFound_isNoUnknownTrigger() {
    server.enqueue(answer(404, "<html><body>default backend - 404</body></html>"));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestNotFoundException.class)
          .isThrownBy(() -> client.savepointTrigger(JOB, TRIGGER))
          .withMessageContaining("not Flink's");
    }
  }

  @Test
  void jobStatus_unknownJobAnsweredWith500_isNotFound() {
    server.enqueue(answer(500, NOT_FOUND));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestNotFoundException.class)
          .isThrownBy(() -> client.jobStatus(JOB))
          .satisfies(e -> assertThat(e.httpStatus()).isEqualTo(500));
    }
  }

  @Test
  void cancel_jobEndedOtherwise_isNoError() throws Exception {
    server.enqueue(
        answer(409, "{\"errors\":[\"Job has already reached another terminal state\"]}"));
    try (FlinkRestClient client = client()) {
      client.cancel(JOB);
    }
    RecordedRequest request = server.takeRequest();
    assertThat(request.getMethod()).isEqualTo("PATCH");
    assertThat(request.getTarget()).isEqualTo("/jobs/" + JOB + "?mode=cancel");
  }

  // --- errors

  @Test
  void errors_titleAndStackTrace_giveFirstLineAndRootCause() {
    server.enqueue(
        answer(
            500,
            "{\"errors\":[\"Internal server error.\",\"<Exception on server side:\\n"
                + "org.apache.flink.util.FlinkException: outer\\n\\tat a.b(C.java:1)\\nCaused by:"
                + " java.lang.IllegalStateException: inner reason\\n\\tat d.e(F.java:2)\\n\\nEnd of"
                + " exception on server side>\"]}"));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(client::overview)
          .withMessageContaining("Internal server error.")
          .withMessageContaining("inner reason")
          .satisfies(
              e -> {
                assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1);
                assertThat(e.bodyExcerpt()).contains("a.b(C.java:1)");
              });
    }
  }

  @Test
  void errors_titleAndExceptionWithoutCause_giveBoth() {
    server.enqueue(
        answer(
            500,
            "{\"errors\":[\"Internal server error.\",\"<Exception on server side:\\njava.lang."
                + "UnsupportedOperationException: not this scheduler\\n\\tat x\"]}"));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(() -> client.resourceRequirements(JOB))
          .withMessageContaining("not this scheduler");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "<html><head><style>x{}</style><title>413 Request Entity Too Large</title></head></html>",
        "not json at all",
        "[]",
        "null",
        "{\"errors\":[]}",
        "{\"errors\":[null,42]}",
        "{\"message\":\"from a gateway\"}"
      })
  void errors_anyBody_giveAMessageWithStatusAndAddress(String body) {
    server.enqueue(answer(413, body));
    try (FlinkRestClient client = client()) {
      FlinkRestException e =
          Objects.requireNonNull(catchThrowableOfType(FlinkRestException.class, client::overview));
      assertThat(e).hasMessageContaining("413").hasMessageContaining(root() + "/overview");
      assertThat(e.summary()).isNotBlank().doesNotContain("<html>");
    }
  }

  @Test
  void errors_largeBody_isCapped() {
    server.enqueue(answer(500, "x".repeat(2_000_000)));
    try (FlinkRestClient client = client()) {
      FlinkRestException e =
          Objects.requireNonNull(catchThrowableOfType(FlinkRestException.class, client::overview));
      assertThat(e.bodyExcerpt()).hasSizeLessThanOrEqualTo(4_000);
      assertThat(e.getMessage()).hasSizeLessThan(2_000);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<html>Sign in</html>", "{}", "[1,2]", "{\"flink-version\":null}", "{\"a"})
  void overview_successThatIsNotFlinks_failsAndSaysSo(String body) {
    server.enqueue(answer(200, body));
    try (FlinkRestClient client = client()) {
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(client::overview)
          .withMessageContaining("Check that the address leads to Flink")
          .satisfies(e -> assertThat(e.httpStatus()).isEqualTo(200));
    }
  }

  @Test
  void overview_redirect_isNotFollowed() {
    server.enqueue(
        new MockResponse.Builder()
            .code(302)
            .setHeader("Location", "https://login.example/")
            .build());
    try (FlinkRestClient client = builder().header("X-Api-Key", "s3cr3t-key").build()) {
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(client::overview)
          .withMessageContaining("login.example");
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  // --- later versions

  @Test
  void job_unknownFieldsAndStates_areKeptAsUnknown() {
    server.enqueue(
        answer(
            200,
            "{\"jid\":\""
                + JOB
                + "\",\"name\":\"n\",\"state\":\"HIBERNATING\",\"new\":{\"a\":[1]},"
                + "\"start-time\":1700000000000,\"end-time\":-1,\"duration\":5,\"maxParallelism\":-1,"
                + "\"timestamps\":{\"RUNNING\":1700000000001,\"HIBERNATING\":7,\"FAILED\":0},"
                + "\"vertices\":[{\"id\":\"v\",\"name\":\"m\",\"parallelism\":2,\"maxParallelism\":128,"
                + "\"status\":\"DREAMING\",\"tasks\":{\"RUNNING\":1,\"DREAMING\":1},\"metrics\":{}}]}"));
    try (FlinkRestClient client = client()) {
      JobDetails job = client.job(JOB);
      assertThat(job.status()).isEqualTo(FlinkJobStatus.UNKNOWN);
      assertThat(job.rawStatus()).isEqualTo("HIBERNATING");
      assertThat(job.startTime()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_000L));
      assertThat(job.endTime()).isNull();
      assertThat(job.maxParallelism()).isNull();
      assertThat(job.timestamps()).containsOnlyKeys(FlinkJobStatus.RUNNING);
      JobDetails.Vertex vertex = job.vertices().get(0);
      assertThat(vertex.status()).isEqualTo(FlinkTaskState.UNKNOWN);
      assertThat(vertex.rawStatus()).isEqualTo("DREAMING");
      assertThat(vertex.tasks())
          .containsOnly(Map.entry(FlinkTaskState.RUNNING, 1), Map.entry(FlinkTaskState.UNKNOWN, 1));
      assertThat(vertex.readRecords()).isNull();
      assertThat(job.allTasksRunning()).isFalse();
    }
  }

  @Test
  void exceptions_allFields_areRead() {
    server.enqueue(
        answer(
            200,
            "{\"exceptionHistory\":{\"truncated\":true,\"entries\":[{\"exceptionName\":\"a.B\","
                + "\"stacktrace\":\"a.B: x\\nCaused by: c.D: y\\n\\tat z\",\"timestamp\":1700000000000,"
                + "\"taskName\":\"map\",\"endpoint\":\"h:1\",\"taskManagerId\":\"tm\",\"failureLabels\":"
                + "{\"type\":\"user\"},\"concurrentExceptions\":[{\"exceptionName\":\"e.F\","
                + "\"stacktrace\":\"\",\"timestamp\":1}]}]}}"));
    try (FlinkRestClient client = client()) {
      JobExceptions exceptions = client.exceptions(JOB, 1);
      assertThat(exceptions.truncated()).isTrue();
      JobExceptions.Entry entry = exceptions.entries().get(0);
      assertThat(entry.rootCause()).isEqualTo("c.D: y");
      assertThat(entry.failureLabels()).containsEntry("type", "user");
      assertThat(entry.endpoint()).isEqualTo("h:1");
      assertThat(entry.concurrentExceptions().get(0).rootCause()).isEqualTo("e.F");
    }
  }

  @Test
  void checkpoints_failedAndInMemory_areRead() {
    server.enqueue(
        answer(
            200,
            "{\"counts\":{\"restored\":0,\"total\":2,\"in_progress\":0,\"completed\":1,\"failed\":1},"
                + "\"latest\":{\"completed\":{\"className\":\"completed\",\"id\":1,\"status\":\"COMPLETED\","
                + "\"external_path\":\"<checkpoint-not-externally-addressable>\",\"state_size\":7},"
                + "\"savepoint\":null,\"failed\":null,\"restored\":null},\"history\":[{\"className\":\"failed\","
                + "\"id\":2,\"status\":\"FAILED\",\"failure_timestamp\":1700000000000,\"failure_message\":"
                + "\"declined\"}]}"));
    try (FlinkRestClient client = client()) {
      Checkpoints checkpoints = client.checkpoints(JOB);
      CheckpointInfo completed = Objects.requireNonNull(checkpoints.latestCompleted());
      assertThat(completed.externalPath()).isNull();
      assertThat(completed.stateSizeBytes()).isEqualTo(7);
      assertThat(checkpoints.latestSavepoint()).isNull();
      assertThat(checkpoints.history().get(0).failureMessage()).isEqualTo("declined");
      assertThat(checkpoints.history().get(0).failedAt()).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.20.0-csa1.3.1", "2.4-SNAPSHOT", "1.19", "2.0.0"})
  void flinkVersion_asTheClusterSaysIt_isReadOnceAndCached(String text) {
    server.enqueue(answer(200, "{\"flink-version\":\"" + text + "\"}"));
    try (FlinkRestClient client = client0(base()).build()) {
      FlinkVersion first = client.flinkVersion();
      assertThat(text).startsWith(first.toString());
      assertThat(client.flinkVersion()).isSameAs(first);
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  // --- addresses, headers, secrets

  @ParameterizedTest
  @ValueSource(strings = {"/flink/prod", "/flink/prod/"})
  void calls_addressWithPath_keepIt(String prefix) throws Exception {
    server.enqueue(answer(200, OVERVIEW));
    try (FlinkRestClient client = quick(FlinkRestClient.builder(base(prefix))).build()) {
      client.overview();
    }
    assertThat(server.takeRequest().getTarget()).isEqualTo("/flink/prod/overview");
  }

  @Test
  void calls_oddNames_areEncodedOrRefused() throws Exception {
    server.enqueue(answer(200, "{}"));
    try (FlinkRestClient client = client()) {
      client.deleteJar("a b?c#d%2e.jar");
      assertThat(server.takeRequest().getTarget()).isEqualTo("/jars/a%20b%3Fc%23d%252e.jar");
      for (String odd : List.of("..", ".", "", " ", "a/b", "..\\b")) {
        assertThatIllegalArgumentException().isThrownBy(() -> client.deleteJar(odd));
      }
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void calls_bearerToken_isAskedForEachRequest() throws Exception {
    server.enqueue(answer(503, ""));
    server.enqueue(answer(200, OVERVIEW));
    AtomicInteger n = new AtomicInteger();
    try (FlinkRestClient client =
        builder().bearerToken(() -> "token-" + n.incrementAndGet()).header("X-A", "b").build()) {
      client.overview();
    }
    assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer token-1");
    RecordedRequest second = server.takeRequest();
    assertThat(second.getHeaders().get("Authorization")).isEqualTo("Bearer token-2");
    assertThat(second.getHeaders().get("X-A")).isEqualTo("b");
  }

  @Test
  void calls_basicAuth_isSentInUtf8() throws Exception {
    server.enqueue(answer(200, OVERVIEW));
    try (FlinkRestClient client = builder().basicAuth("jürgen", () -> "pässword").build()) {
      client.overview();
    }
    assertThat(server.takeRequest().getHeaders().get("Authorization"))
        .isEqualTo(
            "Basic " + Base64.getEncoder().encodeToString("jürgen:pässword".getBytes(UTF_8)));
  }

  @Test
  void secrets_serverEchoesThem_areInNoTextOfOurs() {
    String secret = "hunter2-very-secret";
    String basic = Base64.getEncoder().encodeToString(("u:" + secret).getBytes(UTF_8));
    List<FlinkRestClient.Builder> builders =
        List.of(
            builder().bearerToken(() -> secret),
            builder().basicAuth("u", () -> secret),
            builder().header("X-Api-Key", secret));
    for (FlinkRestClient.Builder builder : builders) {
      for (int status : new int[] {200, 302, 401, 500, 503}) {
        script(
            request ->
                new MockResponse.Builder()
                    .code(status)
                    .setHeader("Location", "http://h/?t=" + secret)
                    .body(
                        "<p>you sent "
                            + secret
                            + request.getHeaders().get("Authorization")
                            + request.getHeaders().get("X-Api-Key")
                            + "</p>")
                    .build());
        try (FlinkRestClient client = builder.build()) {
          FlinkRestException e =
              Objects.requireNonNull(
                  catchThrowableOfType(FlinkRestException.class, client::overview));
          assertThat(everything(e) + e.bodyExcerpt() + e.summary() + client + builder)
              .doesNotContain(secret)
              .doesNotContain(basic);
        }
      }
    }
  }

  @Test
  void secrets_supplierFailsOrGivesNonsense_nothingIsSentOrShown() {
    List<FlinkRestClient.Builder> builders =
        List.of(
            builder()
                .bearerToken(
                    () -> {
                      throw new IllegalStateException("vault said hunter2");
                    }),
            builder().bearerToken(() -> "hunter2\r\nX-Evil: 1"),
            builder().bearerToken(() -> ""));
    for (FlinkRestClient.Builder builder : builders) {
      try (FlinkRestClient client = builder.build()) {
        assertThatExceptionOfType(FlinkRestException.class)
            .isThrownBy(client::overview)
            .withMessageContaining("bearer token")
            .satisfies(e -> assertThat(everything(e)).doesNotContain("hunter2"));
      }
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void builder_wrongSettings_areRefusedWithoutShowingSecrets(@TempDir Path dir) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FlinkRestClient.builder(URI.create("http://u:hunter2@h:8081")))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    for (String address : List.of("ftp://h", "h:8081", "http://h/?a=b", "http://h/#x")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FlinkRestClient.builder(URI.create(address)));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().header("X-A", "hunter2\nX-B: c"))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    assertThatIllegalArgumentException().isThrownBy(() -> builder().requestTimeout(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().retry(0, Duration.ofMillis(1), Duration.ofMillis(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder()
                    .bearerToken(() -> "a")
                    .basicAuth("u", () -> "b")
                    .trustCertificates(dir.resolve("ca.pem"))
                    .build())
        .withMessageContaining("choose one")
        .withMessageContaining("https");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                FlinkRestClient.builder(URI.create("https://h"))
                    .trustCertificates(dir.resolve("no-such.pem"))
                    .build())
        .withMessageContaining("no-such.pem");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunRequest.builder(JOB).parallelism(0).claimMode(ClaimMode.CLAIM).build())
        .withMessageContaining("parallelism")
        .withMessageContaining("savepointPath");
  }

  // --- TLS

  @Test
  void tls_trustedCertificate_worksAndOthersAreRefusedAtOnce(@TempDir Path dir) throws Exception {
    HeldCertificate ca = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate host = host(ca, "localhost");
    server.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(host).build().sslSocketFactory());
    script(request -> answer(200, OVERVIEW));
    Path pem = Files.writeString(dir.resolve("ca.pem"), ca.certificatePem());
    Path other =
        Files.writeString(
            dir.resolve("other.pem"),
            new HeldCertificate.Builder().certificateAuthority(0).build().certificatePem());
    Path store = dir.resolve("trust.p12");
    KeyStore keyStore = KeyStore.getInstance("PKCS12");
    keyStore.load(null, null);
    keyStore.setCertificateEntry("ca", ca.certificate());
    try (var out = Files.newOutputStream(store)) {
      keyStore.store(out, "changeit".toCharArray());
    }

    try (FlinkRestClient client = tls().trustCertificates(pem).build();
        FlinkRestClient withStore = tls().trustStore(store, "changeit"::toCharArray).build();
        FlinkRestClient wrong = tls().trustCertificates(other).build();
        FlinkRestClient none = tls().build()) {
      assertThat(client.overview().slotsTotal()).isEqualTo(2);
      assertThat(withStore.overview().slotsTotal()).isEqualTo(2);
      for (FlinkRestClient refused : List.of(wrong, none)) {
        assertThatExceptionOfType(FlinkRestException.class)
            .isThrownBy(refused::overview)
            .withMessageContaining("TLS failed")
            .satisfies(e -> assertThat(e.retryable()).isFalse());
      }
    }
  }

  @Test
  void tls_otherHostName_isRefusedUnlessSwitchedOff(@TempDir Path dir) throws Exception {
    HeldCertificate ca = new HeldCertificate.Builder().certificateAuthority(0).build();
    server.useHttps(
        new HandshakeCertificates.Builder()
            .heldCertificate(host(ca, "flink.example"))
            .build()
            .sslSocketFactory());
    script(request -> answer(200, OVERVIEW));
    Path pem = Files.writeString(dir.resolve("ca.pem"), ca.certificatePem());

    try (FlinkRestClient strict = tls().trustCertificates(pem).build();
        FlinkRestClient lax = tls().trustCertificates(pem).verifyHostname(false).build()) {
      assertThatExceptionOfType(FlinkRestException.class)
          .isThrownBy(strict::overview)
          .withMessageContaining("TLS failed");
      assertThat(lax.overview().slotsTotal()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ec-pkcs8", "rsa-pkcs8", "rsa-pkcs1", "p12"})
  void tls_clientCertificate_isShownWhenTheServerWantsOne(String kind, @TempDir Path dir)
      throws Exception {
    HeldCertificate ca = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate.Builder of = new HeldCertificate.Builder().signedBy(ca).commonName("client");
    HeldCertificate mine = (kind.startsWith("rsa") ? of.rsa2048() : of.ecdsa256()).build();
    server.useHttps(
        new HandshakeCertificates.Builder()
            .heldCertificate(host(ca, "localhost"))
            .addTrustedCertificate(ca.certificate())
            .build()
            .sslSocketFactory());
    server.requireClientAuth();
    script(request -> answer(200, OVERVIEW));
    Path trust = Files.writeString(dir.resolve("ca.pem"), ca.certificatePem());
    Path cert = Files.writeString(dir.resolve("c.pem"), mine.certificatePem());
    Path key =
        Files.writeString(
            dir.resolve("k.pem"),
            kind.endsWith("pkcs1") ? mine.privateKeyPkcs1Pem() : mine.privateKeyPkcs8Pem());
    Path p12 = dir.resolve("k.p12");
    KeyStore keyStore = KeyStore.getInstance("PKCS12");
    keyStore.load(null, null);
    keyStore.setKeyEntry(
        "me",
        mine.keyPair().getPrivate(),
        "changeit".toCharArray(),
        new java.security.cert.Certificate[] {mine.certificate()});
    try (var out = Files.newOutputStream(p12)) {
      keyStore.store(out, "changeit".toCharArray());
    }

    FlinkRestClient.Builder known = tls().trustCertificates(trust);
    known =
        kind.equals("p12")
            ? known.keyStore(p12, "changeit"::toCharArray)
            : known.clientCertificate(cert, key);
    try (FlinkRestClient client = known.build();
        FlinkRestClient stranger = tls().trustCertificates(trust).build()) {
      assertThat(client.overview().slotsTotal()).isEqualTo(2);
      assertThatExceptionOfType(FlinkRestException.class).isThrownBy(stranger::overview);
    }
  }

  @Test
  void tls_ownContext_isUsed() throws Exception {
    HeldCertificate ca = new HeldCertificate.Builder().certificateAuthority(0).build();
    server.useHttps(
        new HandshakeCertificates.Builder()
            .heldCertificate(host(ca, "localhost"))
            .build()
            .sslSocketFactory());
    script(request -> answer(200, OVERVIEW));
    HandshakeCertificates mine =
        new HandshakeCertificates.Builder().addTrustedCertificate(ca.certificate()).build();
    try (FlinkRestClient client =
        tls().sslContext(mine.sslContext(), mine.trustManager()).build()) {
      assertThat(client.overview().slotsTotal()).isEqualTo(2);
    }
  }

  // --- files

  @Test
  void uploadJar_largeFile_isStreamedWithProgress(@TempDir Path dir) throws Exception {
    server.enqueue(
        answer(
            200, "{\"filename\":\"/tmp/flink-web-upload/7_big one.jar\",\"status\":\"success\"}"));
    Path jar = dir.resolve("big one.jar");
    byte[] content = new byte[3_000_000];
    Files.write(jar, content);
    List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    try (FlinkRestClient client = client()) {
      assertThat(client.uploadJar(jar, (sent, total) -> progress.add(sent)))
          .isEqualTo("7_big one.jar");
    }
    assertThat(progress).hasSizeGreaterThan(10).isSorted().last().isEqualTo(3_000_000L);
    RecordedRequest request = server.takeRequest();
    assertThat(request.getBodySize()).isGreaterThan(3_000_000);
    assertThat(request.getHeaders().get("Content-Length"))
        .isEqualTo(Long.toString(request.getBodySize()));
  }

  @Test
  void uploadJar_noJarFile_isRefusedBeforeAnythingIsSent(@TempDir Path dir) throws Exception {
    Path zip = Files.write(dir.resolve("a.zip"), new byte[1]);
    try (FlinkRestClient client = client()) {
      assertThatIllegalArgumentException().isThrownBy(() -> client.uploadJar(zip));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.uploadJar(dir.resolve("none.jar")));
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 65_536, 100_000, 10_000_000})
  void jobManagerLogTail_anyLimit_returnsTheEndFromTheStartOfALine(int limit) {
    StringBuilder log = new StringBuilder();
    IntStream.range(0, 20_000).forEach(i -> log.append("line ").append(i).append('\n'));
    server.enqueue(answer(200, log.toString()));
    try (FlinkRestClient client = client()) {
      String tail = client.jobManagerLogTail("jm.log", limit);
      assertThat(log.toString()).endsWith(tail);
      assertThat(tail.length()).isLessThanOrEqualTo(limit);
      if (limit >= 100) {
        assertThat(tail).startsWith("line ");
      }
      if (limit > log.length()) {
        assertThat(tail).isEqualTo(log.toString());
      }
    }
  }

  @Test
  void jobManagerLog_streamClosedEarly_freesTheConnection() throws Exception {
    server.enqueue(answer(200, "x".repeat(5_000_000)));
    server.enqueue(answer(200, OVERVIEW));
    try (FlinkRestClient client = client()) {
      try (InputStream in = client.jobManagerLog("jm.log")) {
        assertThat(in.read()).isEqualTo('x');
      }
      assertThat(client.overview().slotsTotal()).isEqualTo(2);
    }
  }

  @Test
  void jobManagerMetrics_manyNames_areAskedInLinesFlinkAccepts() throws Exception {
    List<String> names =
        IntStream.range(0, 300).mapToObj(i -> "Source: a/b.numRecords" + i).toList();
    script(
        request -> {
          String get =
              Objects.requireNonNull(
                  Objects.requireNonNull(request.getUrl()).queryParameter("get"));
          assertThat(String.valueOf(request.getRequestLine()).length()).isLessThan(4_096);
          return answer(
              200,
              List.of(get.split(",", -1)).stream()
                  .map(n -> "{\"id\":\"" + n + "\",\"value\":\"1\"}")
                  .toList()
                  .toString());
        });
    try (FlinkRestClient client = client()) {
      assertThat(client.jobManagerMetrics(names)).hasSize(300);
      assertThat(client.jobManagerMetrics(List.of())).isEmpty();
    }
    assertThat(server.getRequestCount()).isGreaterThan(1);
  }

  // --- threads

  @Test
  void overview_interruptedWhileWaiting_endsAtOnceWithTheFlagSet() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    script(
        request -> {
          asked.countDown();
          return stall();
        });
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>(false);
    try (FlinkRestClient client = client()) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  client.overview();
                } catch (RuntimeException e) {
                  thrown.set(e);
                  flag.set(Thread.currentThread().isInterrupted());
                }
              });
      caller.start();
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      caller.interrupt();
      caller.join(5_000);
      assertThat(caller.isAlive()).isFalse();
    }
    assertThat(thrown.get()).isInstanceOf(FlinkRestInterruptedException.class);
    assertThat(flag.get()).isTrue();
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void overview_interruptedDuringThePause_endsAtOnceWithTheFlagSet() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    script(
        request -> {
          asked.countDown();
          return answer(503, ELECTION);
        });
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>(false);
    try (FlinkRestClient client =
        client0(base()).retry(3, Duration.ofMinutes(5), Duration.ofMinutes(5)).build()) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  client.overview();
                } catch (RuntimeException e) {
                  thrown.set(e);
                  flag.set(Thread.currentThread().isInterrupted());
                }
              });
      caller.start();
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      org.awaitility.Awaitility.await()
          .until(() -> caller.getState() == Thread.State.TIMED_WAITING);
      caller.interrupt();
      caller.join(5_000);
      assertThat(caller.isAlive()).isFalse();
    }
    assertThat(thrown.get()).isInstanceOf(FlinkRestInterruptedException.class);
    assertThat(flag.get()).isTrue();
  }

  @Test
  void overview_manyThreadsOneClient_allGetTheirAnswer() throws Exception {
    script(request -> answer(200, OVERVIEW));
    ConcurrentLinkedQueue<Object> results = new ConcurrentLinkedQueue<>();
    try (FlinkRestClient client = client()) {
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Thread caller =
            new Thread(
                () -> {
                  try {
                    results.add(client.overview());
                  } catch (RuntimeException e) {
                    results.add(e);
                  }
                });
        callers.add(caller);
        caller.start();
      }
      for (Thread caller : callers) {
        caller.join(20_000);
      }
    }
    assertThat(results).hasSize(40).allMatch(r -> r instanceof ClusterOverview);
  }

  @Test
  void threads_ofTheClient_areDaemonsWithoutTheCallersClassLoader() {
    script(request -> answer(200, OVERVIEW));
    try (FlinkRestClient client = client()) {
      client.overview();
    }
    List<Thread> ours =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().startsWith("flinkplatform-rest-"))
            .toList();
    assertThat(ours).isNotEmpty().allMatch(Thread::isDaemon);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(t -> t.getName().startsWith("OkHttp") || t.getName().startsWith("Okio"))
        .allMatch(Thread::isDaemon);
  }

  @Test
  void close_whileACallWaits_endsIt_andLaterCallsAreRefused() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    script(
        request -> {
          asked.countDown();
          return stall();
        });
    FlinkRestClient client = client();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                client.overview();
              } catch (RuntimeException e) {
                thrown.set(e);
              }
            });
    caller.start();
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    client.close();
    client.close();
    caller.join(5_000);
    assertThat(thrown.get())
        .isInstanceOf(FlinkRestException.class)
        .hasMessageContaining("client was closed");
    assertThatIllegalStateException().isThrownBy(client::overview);
  }

  // --- helpers

  private FlinkRestClient client() {
    return builder().build();
  }

  private FlinkRestClient.Builder builder() {
    return client0(base()).flinkVersion(FlinkVersion.of(2, 3));
  }

  private static FlinkRestClient.Builder client0(URI base) {
    return quick(FlinkRestClient.builder(base));
  }

  private FlinkRestClient.Builder tls() {
    return quick(FlinkRestClient.builder(URI.create("https://localhost:" + server.getPort())));
  }

  private static FlinkRestClient.Builder quick(FlinkRestClient.Builder builder) {
    return builder
        .retry(3, Duration.ofMillis(5), Duration.ofMillis(10))
        .requestTimeout(Duration.ofSeconds(10));
  }

  private URI base() {
    return base("/");
  }

  private URI base(String path) {
    return server.url(path).uri();
  }

  private String root() {
    String root = base().toString();
    return root.substring(0, root.length() - 1);
  }

  private void script(Function<RecordedRequest, MockResponse> script) {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return script.apply(request);
          }
        });
  }

  private static MockResponse answer(int status, String body) {
    return new MockResponse.Builder().code(status).body(body).build();
  }

  private static MockResponse stall() {
    return new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
  }

  private static SocketEffect closeSocket() {
    return new SocketEffect.CloseSocket();
  }

  private static boolean isRun(RecordedRequest request) {
    return String.valueOf(request.getTarget()).endsWith("/run");
  }

  private static String duplicate() {
    return "{\"errors\":[\"Internal server error.\",\"<Exception on server side:\\nx.Y: Could not"
        + " execute\\nCaused by: org.apache.flink.runtime.client.DuplicateJobSubmissionException:"
        + " Job has already been submitted.\\n\\tat z\"]}";
  }

  private static String body(RecordedRequest request) {
    return Objects.requireNonNull(request.getBody()).utf8();
  }

  private static HeldCertificate host(HeldCertificate ca, String name) {
    return new HeldCertificate.Builder()
        .signedBy(ca)
        .commonName(name)
        .addSubjectAlternativeName(name)
        .build();
  }

  /** Messages and stack traces of an exception and all its causes. */
  private static String everything(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
