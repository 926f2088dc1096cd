package dev.flinkplatform.cmf.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.internal.http.Connection;
import dev.flinkplatform.internal.http.ConnectionSettings;
import dev.flinkplatform.internal.http.Exchanges;
import dev.flinkplatform.internal.http.Unproven;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import dev.flinkplatform.spi.rest.FlinkRestUnavailableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.HttpUrl;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client makes of answers, faults, versions and credentials. */
@Timeout(60)
class CmfClientTest {

  private static final String APP =
      "{\"apiVersion\":\"cmf.confluent.io/v1\",\"kind\":\"FlinkApplication\","
          + "\"metadata\":{\"name\":\"orders\"},\"spec\":{\"image\":\"i\"}}";
  private static final CmfApplication ORDERS = CmfApplication.builder("orders").image("i").build();
  private static final String ERROR = "{\"errors\":[{\"message\":\"one\"},{\"message\":\"two\"}]}";

  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  // --- the server and its version

  @ParameterizedTest
  @CsvSource({
    "2.3.1, 2, 3",
    "v2.4.0-SNAPSHOT, 2, 4",
    "2.10.0-cp1, 2, 10",
    "2.5, 2, 5",
    "main, 0, 0"
  })
  void connect_systemInformation_givesTheVersion(String text, int major, int minor)
      throws Exception {
    server.enqueue(answer(200, "{\"status\":{\"version\":\"" + text + "\",\"revision\":\"abc\"}}"));
    try (CmfClient client = builder().serverVersion(null).connect()) {
      assertThat(client.version()).isEqualTo(new CmfVersion(major, minor, text));
    }
    assertThat(server.takeRequest().getTarget()).isEqualTo("/cmf/api/v1/system-information");
  }

  @Test
  void connect_noSystemInformation_isOlderThan22() {
    script(
        request ->
            request.getTarget().contains("system-information")
                ? answer(404, "")
                : answer(200, "{\"items\":[]}"));
    try (CmfClient client = builder().serverVersion(null).connect()) {
      assertThat(client.version().isAtLeast(2, 2)).isFalse();
      assertThat(client.supports(CmfFeature.SAVEPOINTS)).isTrue();
      assertThat(client.supports(CmfFeature.FILTERS)).isFalse();
    }
  }

  @Test
  void connect_noCmf_saysSo() {
    script(request -> answer(404, "<html>nginx</html>"));
    assertThatExceptionOfType(CmfNotFoundException.class)
        .isThrownBy(() -> builder().serverVersion(null).connect())
        .withMessageContaining("is no CMF")
        .withMessageContaining("Check the address");
  }

  @Test
  void feature_serverTooOld_isRefusedBeforeAnyRequest() {
    try (CmfClient client = builder().serverVersion(CmfVersion.of(2, 0)).connect()) {
      for (Runnable call :
          List.<Runnable>of(
              () -> client.applicationSavepoints("e", "a").get("s"),
              client::resourceInformation,
              () -> client.kubernetesClusters().get("k"),
              () -> client.computePools("e").update(pool()),
              () -> client.computePools("e").create(CmfComputePool.shared("p").image("i").build()),
              () -> client.environments().list(CmfQuery.all().filteredBy("name=x")),
              () -> client.applications("e").getWithResources("a"),
              () -> client.applications("e").start("a", "uid"),
              () -> client.artifacts("e").get("a.jar", null),
              () -> client.applicationSavepoints("e", "a").pin("s", true),
              () ->
                  client
                      .applicationSavepoints("e", "a")
                      .deleteOlderThan(CmfSavepointSource.SCHEDULE, Duration.ofDays(2), false),
              () -> client.applications("e").upsert(scheduled()),
              () ->
                  client
                      .environments()
                      .upsert(
                          CmfEnvironment.builder("prod", "ns").kubernetesClusterName("k").build()),
              () -> client.environments().delete("e", true),
              () -> client.applications("e").delete("a", true),
              () -> client.statements("e").delete("s", true),
              () -> client.computePools("e").delete("p", true),
              () -> client.kafkaDatabases("c").get("d"),
              () -> client.kafkaDatabases("c").delete("d"),
              client::license)) {
        assertThat(failure(call))
            .isInstanceOf(CmfUnsupportedException.class)
            .hasMessageContaining("Nothing was sent")
            .hasMessageContaining("runs 2.0")
            .hasMessageContaining("or later");
      }
    }
    assertThat(server.getRequestCount()).isZero();
  }

  private static CmfApplication scheduled() {
    return ORDERS.toBuilder()
        .savepointSchedule(CmfSavepointSchedule.builder("0 0 3 * * *").keepLast(3).build())
        .build();
  }

  // --- errors

  @ParameterizedTest
  @CsvSource({
    "400, CmfInvalidException",
    "401, CmfUnauthorizedException",
    "403, CmfUnauthorizedException",
    "404, CmfNotFoundException",
    "409, CmfConflictException",
    "410, CmfGoneException",
    "422, CmfInvalidException",
    "500, CmfException",
    "503, CmfUnavailableException"
  })
  void error_ofCmf_isTypedWithAllItsMessages(int status, String type) {
    script(request -> answer(status, ERROR));
    try (CmfClient client = client()) {
      CmfException e = failure(() -> client.applications("prod").upsert(ORDERS));
      assertThat(e.getClass().getSimpleName()).isEqualTo(type);
      assertThat(e.httpStatus()).isEqualTo(status);
      assertThat(e.messages()).containsExactly("one", "two");
      assertThat(e.method()).isEqualTo("POST");
      assertThat(e.path()).isEqualTo("/cmf/api/v1/environments/prod/applications");
      assertThat(e.isFromCmf()).isTrue();
      assertThat(e)
          .hasMessageContaining("POST " + root() + "/cmf/api/v1/environments/prod/applications")
          .hasMessageContaining("answered " + status + ": one; two");
      assertThat(e.retryable()).isEqualTo(status == 503);
    }
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no such environment|no such environment",
        "<html><body><h1>Bad</h1> Gateway</body></html>|Bad Gateway",
        "''|the answer has no body",
        "{\"timestamp\":1,\"error\":\"Not Found\"}|Not Found",
        "{\"errors\":[]}|CMF gave no reason",
        "{\"errors\":[{\"code\":7}]}|CMF gave no reason"
      })
  void error_ofAnyForm_givesAMessage(String body, String message) {
    script(request -> answer(404, body));
    try (CmfClient client = client()) {
      CmfException e = failure(() -> client.environments().get("prod"));
      assertThat(e).isInstanceOf(CmfNotFoundException.class);
      assertThat(e.messages()).containsExactly(message);
      assertThat(e.isFromCmf()).isEqualTo(body.startsWith("{\"errors\""));
    }
  }

  @Test
  void error_sharedPoolStarts_isAConflictThatMayPass() {
    script(
        request ->
            answer(409, "{\"errors\":[{\"message\":\"Compute pool 'p' is not running yet\"}]}"));
    try (CmfClient client = client()) {
      CmfException e = failure(() -> client.statements("prod").create(statement()));
      assertThat(e).isInstanceOf(CmfConflictException.class);
      assertThat(e.retryable()).isTrue();
    }
  }

  @Test
  void answer_noJson_isNotTakenForCmf() {
    script(request -> answer(200, "<html>log in</html>"));
    try (CmfClient client = client()) {
      assertThat(failure(() -> client.environments().get("prod")))
          .hasMessageContaining("the answer is not a JSON object")
          .hasMessageContaining("login page");
    }
  }

  @Test
  void answer_redirect_isNotFollowed() {
    script(
        request ->
            new MockResponse.Builder().code(302).addHeader("Location", "https://login/x").build());
    try (CmfClient client = client()) {
      assertThat(failure(() -> client.environments().get("prod")))
          .hasMessageContaining("redirected to https://login/x");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204})
  void upsert_anySuccessWithoutBody_readsTheApplication(int status) {
    script(r -> r.getMethod().equals("POST") ? answer(status, "") : answer(200, APP));
    try (CmfClient client = client()) {
      assertThat(client.applications("prod").upsert(ORDERS)).isEqualTo(ORDERS);
    }
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void startAndSuspend_notModified_changeNothing() throws Exception {
    script(request -> answer(304, ""));
    try (CmfClient client = client()) {
      assertThat(client.applications("prod").suspend("orders"))
          .isEqualTo(new CmfTransition(CmfOutcome.UNCHANGED, null));
      assertThat(client.applications("prod").start("orders", "u-1").outcome())
          .isEqualTo(CmfOutcome.UNCHANGED);
    }
    assertThat(server.takeRequest().getTarget()).endsWith("/orders/suspend");
    assertThat(server.takeRequest().getTarget())
        .endsWith("/orders/start?startFromSavepointUid=u-1");
  }

  @ParameterizedTest
  @CsvSource({"200, DONE", "204, DONE", "202, ACCEPTED", "304, UNCHANGED"})
  void delete_anySuccess_saysWhatCmfMadeOfIt(int status, CmfOutcome outcome) {
    script(request -> answer(status, ""));
    try (CmfClient client = client()) {
      assertThat(client.statements("prod").delete("s", false)).isEqualTo(outcome);
    }
  }

  // --- repeating, and lost answers

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void get_unavailableOnce_isRepeated(int status) {
    server.enqueue(answer(status, ""));
    server.enqueue(answer(200, APP));
    try (CmfClient client = client()) {
      assertThat(client.applications("prod").get("orders").name()).isEqualTo("orders");
    }
  }

  @Test
  void get_serverGone_failsRetryablyAndSaysWhatToDo() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (CmfClient client =
        CmfClient.builder(URI.create("http://localhost:" + port))
            .serverVersion(CmfVersion.of(2, 3))
            .retry(2, Duration.ofMillis(1), Duration.ofMillis(2))
            .connect()) {
      CmfException e = failure(() -> client.applications("prod").upsert(ORDERS));
      assertThat(e).isInstanceOf(CmfUnavailableException.class);
      assertThat(e.retryable()).isTrue();
      assertThat(e.mayHaveArrived()).isFalse();
      assertThat(e).hasMessageContaining("Check that CMF runs");
    }
  }

  @Test
  void upsert_answerLost_isNotRepeatedButCompared() {
    AtomicInteger posts = new AtomicInteger();
    script(
        request -> {
          if (request.getMethod().equals("POST")) {
            posts.incrementAndGet();
            return lost();
          }
          return answer(200, APP);
        });
    try (CmfClient client = client()) {
      assertThat(client.applications("prod").upsert(ORDERS)).isEqualTo(ORDERS);
    }
    assertThat(posts).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({"404, does not have it so far", "200, other values", "500, could not be found out"})
  void upsert_answerLostAndNotThere_saysWhatWasSeen(int status, String seen) {
    AtomicInteger posts = new AtomicInteger();
    script(
        request -> {
          if (request.getMethod().equals("POST")) {
            posts.incrementAndGet();
            return lost();
          }
          // More than was sent: a field that this call would have taken away is still there.
          return answer(
              status, status == 200 ? APP.replace("\"image\"", "\"x\":1,\"image\"") : ERROR);
        });
    try (CmfClient client = client()) {
      CmfException e = failure(() -> client.applications("prod").upsert(ORDERS));
      assertThat(e).isInstanceOf(CmfUnavailableException.class).hasMessageContaining(seen);
      assertThat(e.mayHaveArrived()).isTrue();
    }
    assertThat(posts).hasValue(1);
  }

  @Test
  void environmentUpsert_answerLost_isCompared() {
    CmfEnvironment sent =
        CmfEnvironment.builder("prod", "ns").flinkApplicationDefaults(Map.of("a", 1)).build();
    script(
        request ->
            request.getMethod().equals("POST")
                ? lost()
                : answer(
                    200,
                    "{\"name\":\"prod\",\"kubernetesNamespace\":\"ns\",\"created_time\":\"x\","
                        + "\"secrets\":{},\"kubernetesClusterName\":\"default-k8s-cluster\","
                        + "\"flinkApplicationDefaults\":{\"spec\":{\"a\":1.0}}}"));
    try (CmfClient client = client()) {
      assertThat(client.environments().upsert(sent).kubernetesNamespace()).isEqualTo("ns");
    }
  }

  @Test
  void create_answerLost_isSentOnce() {
    script(request -> lost());
    try (CmfClient client = client()) {
      CmfException e = failure(() -> client.statements("prod").create(statement()));
      assertThat(e).isInstanceOf(CmfUnavailableException.class);
      assertThat(e.mayHaveArrived()).isTrue();
      failure(() -> client.applications("prod").start("orders"));
      failure(() -> client.statements("prod").result("s", null));
    }
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @Test
  void readOnce_answerLostOnAConnectionInUse_isSentOnce() {
    AtomicInteger lost = new AtomicInteger();
    script(
        request -> {
          if (request.getTarget().endsWith("/orders")) {
            return answer(200, APP);
          }
          lost.incrementAndGet();
          return lost();
        });
    try (CmfClient client = builder().serverVersion(CmfVersion.of(2, 4)).connect()) {
      client.applications("prod").get("orders");
      CmfException e = failure(() -> client.statements("prod").result("s", null));
      assertThat(e).isInstanceOf(CmfUnavailableException.class);
      assertThat(e.mayHaveArrived()).isTrue();
      client.applications("prod").get("orders");
      failure(
          () ->
              client
                  .applicationSavepoints("prod", "a")
                  .deleteOlderThan(CmfSavepointSource.MANUAL, Duration.ofDays(1), false));
    }
    assertThat(lost).hasValue(2);
  }

  @Test
  void delete_answerLostThenNotFound_wasDone() {
    server.enqueue(lost());
    server.enqueue(answer(404, ERROR));
    try (CmfClient client = client()) {
      assertThat(client.applications("prod").delete("orders", false)).isEqualTo(CmfOutcome.DONE);
    }
  }

  @Test
  void delete_notFoundAtOnce_isNotFound() {
    script(request -> answer(404, ERROR));
    try (CmfClient client = client()) {
      assertThat(failure(() -> client.applications("prod").delete("orders", false)))
          .isInstanceOf(CmfNotFoundException.class);
    }
  }

  @Test
  void call_interrupted_endsAtOnceAndKeepsTheFlag() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    script(
        request -> {
          arrived.countDown();
          return new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
        });
    try (CmfClient client = client()) {
      AtomicReference<Throwable> seen = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>(false);
      Thread thread =
          new Thread(
              () -> {
                seen.set(failure(() -> client.environments().get("prod")));
                flag.set(Thread.currentThread().isInterrupted());
              });
      thread.start();
      arrived.await();
      thread.interrupt();
      thread.join();
      assertThat(seen.get()).isInstanceOf(CmfInterruptedException.class);
      assertThat(flag.get()).isTrue();
    }
  }

  @Test
  void call_clientClosed_isRefused() {
    CmfClient client = client();
    client.close();
    assertThatIllegalStateException().isThrownBy(() -> client.environments().get("prod"));
  }

  // --- strictness

  @Test
  void write_faults_areNamedAllAtOnceAndNothingIsSent() {
    try (CmfClient client = client()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.statements("prod").create(CmfStatement.of(Map.of())))
          .withMessageContaining("apiVersion is missing")
          .withMessageContaining("kind is 'null': give 'Statement'")
          .withMessageContaining("metadata.name is missing")
          .withMessageContaining("spec.statement is missing")
          .withMessageContaining("spec.computePoolName is missing");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.environments().get("../secrets"))
          .withMessageContaining("Not usable as envName");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.detachedSavepoints().create(CmfSavepoint.builder("s").build()))
          .withMessageContaining("spec.path is missing");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.secretMappings("e").list(CmfQuery.all().filteredBy("name=a")))
          .withMessageContaining("it takes no filter");
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void build_faults_areNamedAllAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                CmfEnvironment.builder("Pro", "ns/x")
                    .field(Map.of("flinkConfiguration", Map.of()), "statementDefaults")
                    .field(Map.of("image", "i"), "flinkApplicationDefaults")
                    .build())
        .withMessageContaining("name is 'Pro'")
        .withMessageContaining("kubernetesNamespace is 'ns/x'")
        .withMessageContaining("statementDefaults has 'flinkConfiguration'")
        .withMessageContaining("detached, interactive")
        .withMessageContaining("flinkApplicationDefaults has 'image'");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                CmfComputePool.dedicated("p")
                    .suspended(true)
                    .clusterSpec(Map.of("serviceAccount", "x", "job", Map.of("a", 1)))
                    .build())
        .withMessageContaining("spec.state is for shared pools only")
        .withMessageContaining("spec.clusterSpec.job")
        .withMessageContaining("spec.clusterSpec.serviceAccount");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                CmfSavepointSchedule.builder("* * * *")
                    .keepLast(-1)
                    .addBlackoutWindow("x", Duration.ZERO)
                    .build())
        .withMessageContaining("cronExpression is '* * * *'")
        .withMessageContaining("retention.keepLast is '-1'")
        .withMessageContaining("blackoutWindows[0].cronExpression")
        .withMessageContaining("durationMinutes is '0'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CmfApplication.builder("a").spec(Map.of("since", Instant.EPOCH)))
        .withMessageContaining("'spec.since' is a java.time.Instant");
  }

  @Test
  void environment_readFromServer_keepsDefaultsThisSdkDoesNotKnow() {
    String json =
        "{\"name\":\"prod\",\"kubernetesNamespace\":\"ns\","
            + "\"statementDefaults\":{\"batch\":{\"x\":1}},\"created_time\":\"t\"}";
    script(
        request ->
            answer(
                200,
                request.getMethod().equals("GET")
                    ? json
                    : Objects.requireNonNull(request.getBody()).utf8()));
    try (CmfClient client = client()) {
      CmfEnvironment read = client.environments().get("prod");
      CmfEnvironment written =
          client.environments().upsert(read.toBuilder().label("a", "b").build());
      assertThat(written.json()).containsKey("statementDefaults").doesNotContainKey("created_time");
      assertThat(written.labels()).containsEntry("a", "b");
    }
  }

  @Test
  void query_badParts_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> CmfQuery.all().withPageSize(0));
    assertThatIllegalArgumentException().isThrownBy(() -> CmfQuery.all().searching("x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CmfFilter.none().label("a", "b),name=*"))
        .withMessageContaining("Not usable as value");
    assertThat(
            CmfFilter.none()
                .name("foo*")
                .labelIn("env", List.of("a", "b"))
                .hasNoLabel("dev")
                .state(List.of("running"))
                .toString())
        .isEqualTo("name=foo*,labels.env in (a, b),!labels.dev,state in (RUNNING)");
  }

  // --- secrets

  @Test
  void secret_values_areSentAndNeverShown() throws Exception {
    CmfSecret secret = CmfSecret.builder("kafka").value("password", "geheim-123").build();
    assertThat(secret.toString()).isEqualTo("CmfSecret[kafka]");
    assertThat(secret.json().toString() + secret.spec()).doesNotContain("geheim-123");
    assertThat(secret.keys()).containsExactly("password");
    assertThat(secret).isNotEqualTo(CmfSecret.builder("kafka").value("password", "other").build());
    script(
        request -> answer(422, "{\"errors\":[{\"message\":\"value geheim-123 is not allowed\"}]}"));
    try (CmfClient client = client()) {
      CmfException e = failure(() -> client.secrets().create(secret));
      assertThat(e).hasMessageContaining("value *** is not allowed");
      assertThat(e.messages() + e.bodyExcerpt()).doesNotContain("geheim-123");
    }
    assertThat(Objects.requireNonNull(server.takeRequest().getBody()).utf8())
        .contains("\"password\":\"geheim-123\"");
  }

  @ParameterizedTest
  @MethodSource("secretsThatJsonEscapes")
  void secret_echoedInAnyForm_isNotShown(List<String> values, String part) {
    CmfSecret.Builder secret = CmfSecret.builder("kafka");
    for (int i = 0; i < values.size(); i++) {
      secret.value("v" + i, values.get(i));
    }
    String said = "not allowed: " + String.join(" and ", values);
    String again = Trees.write(Map.of("inner", said));
    script(
        request ->
            answer(
                422,
                Trees.write(
                    Map.of("errors", List.of(Map.of("message", said), Map.of("message", again))))));
    try (CmfClient client = client()) {
      CmfException e = failure(() -> client.secrets().create(secret.build()));
      assertThat(e).hasMessageContaining("not allowed: ***");
      assertThat(e.getMessage() + e.messages() + e.bodyExcerpt()).doesNotContain(part);
    }
  }

  static Stream<Arguments> secretsThatJsonEscapes() {
    return Stream.of(
        Arguments.of(
            List.of("PlainLoginModule required username=\"u\" password=\"s3cret\";"), "s3cret"),
        Arguments.of(List.of("-----BEGIN KEY-----\nAAAA\n\tBBBB\n-----END KEY-----\n"), "BBBB"),
        Arguments.of(List.of("domain\\user/p\u00e4ss"), "user/p"),
        Arguments.of(List.of("kafka", "kafka-s3cret"), "s3cret"));
  }

  @Test
  void secret_ofWhoAsksEchoedAsText_isNotShown() {
    script(request -> answer(200, "Authorization: " + request.getHeaders().get("Authorization")));
    try (CmfClient client = builder().bearerToken(() -> "geheim-tok").connect()) {
      CmfException e = failure(() -> client.environments().get("prod"));
      assertThat(e.bodyExcerpt()).contains("Authorization: ");
      assertThat(e.getMessage() + e.messages() + e.bodyExcerpt()).doesNotContain("geheim-tok");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://me:p4ss@cmf",
        "http://me:p4ss@cmf_server:8080",
        "https://me:p4^ss@cmf",
        "me:p4ss@cmf:8080"
      })
  void address_withAPassword_isRefusedAndNotShown(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CmfClient.fromEnvironment(Map.of("CONFLUENT_CMF_URL", address)))
        .satisfies(
            e -> {
              StringWriter shown = new StringWriter();
              e.printStackTrace(new PrintWriter(shown));
              assertThat(shown.toString()).doesNotContain("p4");
            });
  }

  @Test
  void secret_maskOfTheServer_isNotWrittenBack() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CmfSecret.builder("kafka").value("password", "****").build())
        .withMessageContaining("is the mask that CMF answers");
  }

  @Test
  void ensure_taken_replaces() throws Exception {
    server.enqueue(answer(409, ERROR));
    server.enqueue(answer(200, ""));
    server.enqueue(
        answer(
            200,
            "{\"metadata\":{\"name\":\"kafka\"},\"spec\":{\"data\":{\"p\":\"****\"}},"
                + "\"status\":{\"version\":\"2\",\"environments\":[\"prod\"]}}"));
    try (CmfClient client = client()) {
      CmfSecret there =
          client.secrets().ensure(CmfSecret.builder("kafka").value("p", "v1").build());
      assertThat(there.version()).contains("2");
      assertThat(there.environments()).containsExactly("prod");
    }
    assertThat(server.takeRequest().getMethod()).isEqualTo("POST");
    assertThat(server.takeRequest().getMethod()).isEqualTo("PUT");
    assertThat(server.takeRequest().getMethod()).isEqualTo("GET");
  }

  // --- who asks

  @Test
  void bearer_token_isSentAndNeverShown() throws Exception {
    script(request -> answer(401, "token geheim-tok is bad"));
    try (CmfClient client = builder().bearerToken(() -> "geheim-tok").connect()) {
      CmfException e = failure(() -> client.environments().get("prod"));
      assertThat(e)
          .isInstanceOf(CmfUnauthorizedException.class)
          .hasMessageContaining("token *** is bad")
          .hasMessageContaining("role binding");
      assertThat(client.toString()).doesNotContain("geheim");
    }
    assertThat(server.takeRequest().getHeaders().get("Authorization"))
        .isEqualTo("Bearer geheim-tok");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void basic_userAndPassword_areSent() throws Exception {
    script(request -> answer(200, APP));
    try (CmfClient client = builder().basicAuth("me", () -> "pw").connect()) {
      client.applications("prod").get("orders");
    }
    assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Basic bWU6cHc=");
  }

  @Test
  void credentials_twice_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().basicAuth("me", () -> "pw").bearerToken(() -> "t").connect())
        .withMessageContaining("choose one");
  }

  @Test
  void oauth_token_isFetchedOnceAndRenewedAfterOneRefusal() {
    AtomicInteger tokens = new AtomicInteger();
    AtomicReference<String> form = new AtomicReference<>("");
    AtomicReference<String> client1 = new AtomicReference<>("");
    script(
        request -> {
          if (request.getTarget().equals("/token")) {
            form.set(Objects.requireNonNull(request.getBody()).utf8());
            client1.set(String.valueOf(request.getHeaders().get("Authorization")));
            return answer(
                200,
                "{\"access_token\":\"tok" + tokens.incrementAndGet() + "\",\"expires_in\":3600}");
          }
          // The first token is revoked after its second use.
          String token = String.valueOf(request.getHeaders().get("Authorization"));
          return token.equals("Bearer tok1") && server.getRequestCount() > 3
              ? answer(401, ERROR)
              : answer(200, APP);
        });
    try (CmfClient client = builder().oauth(oauth()).connect()) {
      client.applications("prod").get("orders");
      client.applications("prod").get("orders");
      assertThat(tokens).hasValue(1);
      client.applications("prod").upsert(ORDERS);
      assertThat(tokens).hasValue(2);
    }
    assertThat(form.get()).isEqualTo("grant_type=client_credentials&scope=cmf");
    assertThat(client1.get()).isEqualTo("Basic bWU6czNjcmV0JTNEeA==");
  }

  @Test
  void oauth_alwaysRefused_isForcedOnce() {
    AtomicInteger tokens = new AtomicInteger();
    script(
        request ->
            request.getTarget().equals("/token")
                ? answer(200, "{\"access_token\":\"tok" + tokens.incrementAndGet() + "\"}")
                : answer(401, ""));
    try (CmfClient client = builder().oauth(oauth()).connect()) {
      assertThat(failure(() -> client.applications("prod").get("orders")))
          .isInstanceOf(CmfUnauthorizedException.class);
    }
    assertThat(tokens).hasValue(2);
  }

  @Test
  void oauth_refusedByTheTokenEndpoint_saysWhoAndShowsNoSecret() {
    script(
        request ->
            answer(
                401, "{\"error\":\"invalid_client\",\"error_description\":\"no s3cret=x here\"}"));
    try (CmfClient client = builder().oauth(oauth()).connect()) {
      CmfException e = failure(() -> client.applications("prod").upsert(ORDERS));
      assertThat(e)
          .isInstanceOf(CmfUnauthorizedException.class)
          .hasMessageContaining("was not sent: the token endpoint")
          .hasMessageContaining("client id 'me'")
          .hasMessageNotContaining("s3cret=x");
      assertThat(e.mayHaveArrived()).isFalse();
    }
    assertThat(oauth().toString()).doesNotContain("s3cret");
  }

  @Test
  void oauth_expiry_renewsBeforeTheEnd() {
    AtomicInteger tokens = new AtomicInteger();
    script(
        request ->
            answer(
                200,
                "{\"access_token\":\"tok" + tokens.incrementAndGet() + "\",\"expires_in\":100}"));
    AtomicLong now = new AtomicLong();
    OAuthTokens auth = tokens(now);
    assertThat(auth.prove().header()).isEqualTo("Bearer tok1");
    now.set(Duration.ofSeconds(79).toNanos());
    assertThat(auth.prove().header()).isEqualTo("Bearer tok1");
    now.set(Duration.ofSeconds(81).toNanos());
    assertThat(auth.prove().header()).isEqualTo("Bearer tok2");
  }

  @Test
  void oauth_renewalFails_usesTheTokenToItsEnd() {
    AtomicInteger asked = new AtomicInteger();
    script(
        request ->
            asked.incrementAndGet() == 1
                ? answer(200, "{\"access_token\":\"tok1\",\"expires_in\":100}")
                : answer(503, ""));
    AtomicLong now = new AtomicLong();
    OAuthTokens auth = tokens(now);
    assertThat(auth.prove().header()).isEqualTo("Bearer tok1");
    now.set(Duration.ofSeconds(81).toNanos());
    assertThat(auth.prove().header()).isEqualTo("Bearer tok1");
    assertThat(auth.prove().header()).isEqualTo("Bearer tok1");
    assertThat(asked).hasValue(2); // not asked again for each call
    now.set(Duration.ofSeconds(87).toNanos());
    assertThat(auth.prove().header()).isEqualTo("Bearer tok1");
    assertThat(asked).hasValue(3);
    now.set(Duration.ofSeconds(101).toNanos());
    assertThatExceptionOfType(Unproven.class)
        .isThrownBy(auth::prove)
        .satisfies(e -> assertThat(e.retryable()).isTrue());
    Auth.Proof refused = Auth.bearerProof("tok1");
    now.set(Duration.ofSeconds(88).toNanos());
    assertThatExceptionOfType(Unproven.class).isThrownBy(() -> auth.another(refused));
  }

  @Test
  void oauth_manyWaitForAFetchThatFails_shareItsFailure() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    script(
        request -> {
          asked.incrementAndGet();
          arrived.countDown();
          try {
            assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return answer(503, "");
        });
    OAuthTokens auth = tokens(null);
    AtomicInteger failed = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  auth.prove();
                } catch (Unproven e) {
                  failed.incrementAndGet();
                }
              });
      threads.add(thread);
      thread.start();
      assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                threads.subList(1, 5).stream()
                    .allMatch(t -> t.getState() == Thread.State.TIMED_WAITING));
    goOn.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failed).hasValue(5);
    assertThat(asked).hasValue(1);
  }

  private OAuthTokens tokens(@Nullable AtomicLong now) {
    Connection connection =
        new ConnectionSettings("test", HttpUrl.get(root().toString()))
            .open(false, List.of(), "certificateAuthority");
    return new OAuthTokens(
        new Exchanges(connection),
        oauth(),
        Duration.ofSeconds(30),
        now == null ? System::nanoTime : now::get);
  }

  private CmfOAuth oauth() {
    return CmfOAuth.clientCredentials(URI.create(root() + "/token"), "me", () -> "s3cret=x")
        .withScope("cmf");
  }

  @Test
  void environmentVariables_ofConfluent_areDefaults() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CmfClient.fromEnvironment(Map.of("CONFLUENT_CMF_CLIENT_KEY_PATH", "k")))
        .withMessageContaining("CONFLUENT_CMF_URL is not set")
        .withMessageContaining("must come together");
    assertThat(CmfClient.fromEnvironment(Map.of("CONFLUENT_CMF_URL", "http://cmf:80/")))
        .hasToString("CmfClient.Builder[base=http://cmf/]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CmfClient.builder(URI.create("http://me:pw@cmf")))
        .withMessageNotContaining("pw");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pem", "p12", "environment"})
  void mutualTls_certificates_reachCmfAndFlinkBehindIt(String kind, @TempDir Path dir)
      throws Exception {
    HeldCertificate ca = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate mine = new HeldCertificate.Builder().signedBy(ca).commonName("client").build();
    HeldCertificate host =
        new HeldCertificate.Builder()
            .signedBy(ca)
            .commonName("localhost")
            .addSubjectAlternativeName("localhost")
            .build();
    server.useHttps(
        new HandshakeCertificates.Builder()
            .heldCertificate(host)
            .addTrustedCertificate(ca.certificate())
            .build()
            .sslSocketFactory());
    server.requireClientAuth();
    Path trust = Files.writeString(dir.resolve("ca.pem"), ca.certificatePem());
    Path cert = Files.writeString(dir.resolve("c.pem"), mine.certificatePem());
    Path key = Files.writeString(dir.resolve("k.pem"), mine.privateKeyPkcs8Pem());
    Path p12 = dir.resolve("k.p12");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "me",
        mine.keyPair().getPrivate(),
        "changeit".toCharArray(),
        new Certificate[] {mine.certificate()});
    try (var out = Files.newOutputStream(p12)) {
      store.store(out, "changeit".toCharArray());
    }
    script(
        request ->
            request.getTarget().endsWith("/overview")
                ? answer(200, "{\"taskmanagers\":1,\"slots-total\":7,\"flink-version\":\"2.3.0\"}")
                : answer(200, APP));
    CmfClient.Builder builder =
        switch (kind) {
          case "pem" -> builder().certificateAuthority(trust).clientCertificate(cert, key);
          case "p12" ->
              builder().certificateAuthority(trust).keyStore(p12, () -> "changeit".toCharArray());
          default ->
              CmfClient.fromEnvironment(
                      Map.of(
                          "CONFLUENT_CMF_URL", root(),
                          "CONFLUENT_CMF_CLIENT_KEY_PATH", key.toString(),
                          "CONFLUENT_CMF_CLIENT_CERT_PATH", cert.toString(),
                          "CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH", trust.toString()))
                  .serverVersion(CmfVersion.of(2, 3));
        };
    try (CmfClient client = builder.bearerToken(() -> "tok").connect();
        FlinkRestClient flink = client.flinkRest("prod", "orders").build()) {
      assertThat(client.applications("prod").get("orders").name()).isEqualTo("orders");
      assertThat(flink.overview().slotsTotal()).isEqualTo(7);
    }
    server.takeRequest();
    RecordedRequest proxied = server.takeRequest();
    assertThat(proxied.getTarget())
        .isEqualTo("/cmf/api/v1/environments/prod/applications/orders/flink-web-ui/overview");
    assertThat(proxied.getHeaders().get("Authorization")).isEqualTo("Bearer tok");
    assertThat(Objects.requireNonNull(proxied.getHandshake()).peerCertificates()).hasSize(1);
  }

  @Test
  void tls_untrustedServer_saysWhatToDo() {
    HeldCertificate host =
        new HeldCertificate.Builder()
            .commonName("localhost")
            .addSubjectAlternativeName("localhost")
            .build();
    server.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(host).build().sslSocketFactory());
    CmfException e = failure(() -> builder().serverVersion(null).connect());
    assertThat(e)
        .isInstanceOf(CmfUnavailableException.class)
        .hasMessageContaining("TLS failed")
        .hasMessageContaining("certificateAuthority");
    assertThat(e.retryable()).isFalse();
  }

  @Test
  void flinkRest_throughOauth_proves() throws Exception {
    script(
        request ->
            request.getTarget().equals("/token")
                ? answer(200, "{\"access_token\":\"tok\"}")
                : answer(
                    200, "{\"taskmanagers\":1,\"slots-total\":7,\"flink-version\":\"2.3.0\"}"));
    try (CmfClient client = builder().oauth(oauth()).connect();
        FlinkRestClient flink = client.statementFlinkRest("prod", "s").build()) {
      assertThat(flink.overview().slotsTotal()).isEqualTo(7);
    }
    server.takeRequest();
    RecordedRequest proxied = server.takeRequest();
    assertThat(proxied.getTarget())
        .isEqualTo("/cmf/api/v1/environments/prod/statements/s/flink-web-ui/overview");
    assertThat(proxied.getHeaders().get("Authorization")).isEqualTo("Bearer tok");
  }

  @Test
  void flinkRest_throughOauthTokenRefused_provesAnew() {
    AtomicInteger tokens = new AtomicInteger();
    script(
        request -> {
          if (request.getTarget().equals("/token")) {
            return answer(200, "{\"access_token\":\"tok" + tokens.incrementAndGet() + "\"}");
          }
          return "Bearer tok1".equals(request.getHeaders().get("Authorization"))
              ? answer(401, ERROR)
              : request.getTarget().endsWith("/log")
                  ? answer(200, "lines")
                  : answer(
                      200, "{\"taskmanagers\":1,\"slots-total\":7,\"flink-version\":\"2.3.0\"}");
        });
    try (CmfClient client = builder().oauth(oauth()).connect();
        FlinkRestClient flink = client.statementFlinkRest("prod", "s").build()) {
      assertThat(flink.overview().slotsTotal()).isEqualTo(7);
      assertThat(tokens).hasValue(2);
    }
  }

  @Test
  void flinkRest_throughOauthNoTokenToBeHad_failsRetryablyAndSaysWhy() {
    script(request -> answer(503, ""));
    try (CmfClient client = builder().oauth(oauth()).connect();
        FlinkRestClient flink =
            client
                .statementFlinkRest("prod", "s")
                .retry(1, Duration.ofMillis(1), Duration.ofMillis(1))
                .build()) {
      assertThatExceptionOfType(FlinkRestUnavailableException.class)
          .isThrownBy(flink::overview)
          .withMessageContaining("the token endpoint")
          .withMessageContaining("answered 503");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://cmf, http://cmf/cmf/api",
    "http://cmf:8080/, http://cmf:8080/cmf/api",
    "https://gw/team/a/, https://gw/team/a/cmf/api",
    "http://cmf/cmf/api/v1, http://cmf/cmf/api"
  })
  void flinkRestAddress_anyBase_isBelowIt(String base, String begin) {
    try (CmfClient client =
        CmfClient.builder(URI.create(base)).serverVersion(CmfVersion.of(2, 3)).connect()) {
      assertThat(client.flinkRestAddress("e1", "a"))
          .hasToString(begin + "/v1/environments/e1/applications/a/flink-web-ui");
    }
  }

  // --- statements

  @Test
  void results_pages_areFollowedByTokenAndReadOnce() throws Exception {
    server.enqueue(
        answer(
            200,
            "{\"metadata\":{\"annotations\":{\"nextPageToken\":\"t/1\"}},"
                + "\"results\":{\"data\":[{\"op\":0,\"row\":[1,\"a\",null]},"
                + "{\"op\":2,\"row\":[1,\"b\",null]}]}}"));
    server.enqueue(
        answer(200, "{\"metadata\":{},\"results\":{\"data\":[{\"op\":3,\"row\":[1]}]}}"));
    server.enqueue(answer(410, ERROR));
    try (CmfClient client = client()) {
      CmfResultPages pages = client.statements("prod").results("s");
      assertThat(pages.next().rows())
          .containsExactly(
              new CmfRow(CmfRow.Kind.INSERT, Arrays.asList(1, "a", null)),
              new CmfRow(CmfRow.Kind.UPDATE_AFTER, Arrays.asList(1, "b", null)));
      assertThat(pages.next().rows()).containsExactly(new CmfRow(CmfRow.Kind.DELETE, List.of(1)));
      assertThat(pages.hasNext()).isFalse();
      assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(pages::next);
      assertThatExceptionOfType(CmfGoneException.class)
          .isThrownBy(() -> client.statements("prod").results("s").next());
    }
    assertThat(server.takeRequest().getUrl().queryParameter("page-token")).isNull();
    assertThat(server.takeRequest().getUrl().queryParameter("page-token")).isEqualTo("t/1");
  }

  @Test
  void statement_stopResumeRescale_changeTheWholeStatement() throws Exception {
    String read =
        "{\"apiVersion\":\"cmf/v1\",\"kind\":\"Statement\",\"metadata\":{\"name\":\"s\","
            + "\"uid\":\"u\"},\"spec\":{\"statement\":\"SELECT 1\",\"computePoolName\":\"p\","
            + "\"upgradeMode\":\"of-later\",\"future\":true},\"status\":{\"phase\":\"RUNNING\",\"traits\":{\"isBounded\":true,"
            + "\"schema\":{\"columns\":[{\"name\":\"x\",\"type\":{\"type\":\"ARRAY\","
            + "\"nullable\":false,\"elementType\":{\"type\":\"VARCHAR\",\"nullable\":true,"
            + "\"length\":9}}}]}}}}";
    script(r -> r.getMethod().equals("GET") ? answer(200, read) : answer(200, ""));
    try (CmfClient client = builder().serverVersion(CmfVersion.of(2, 5)).connect()) {
      CmfStatements statements = client.statements("prod");
      CmfStatement s = statements.get("s");
      assertThat(s.phase()).contains(CmfStatementPhase.RUNNING);
      assertThat(s.isBounded()).contains(true);
      CmfDataType type = s.columns().get(0).type();
      assertThat(type.nullable()).isFalse();
      assertThat(Objects.requireNonNull(type.elementType()).length()).isEqualTo(9);
      server.takeRequest();

      assertThat(statements.resume("s")).isEqualTo(CmfOutcome.UNCHANGED);
      assertThat(statements.rescale("s", 1)).isEqualTo(CmfOutcome.UNCHANGED);
      server.takeRequest();
      server.takeRequest();
      assertThat(statements.stop("s")).isEqualTo(CmfOutcome.DONE);
      server.takeRequest();
      RecordedRequest put = server.takeRequest();
      assertThat(put.getMethod()).isEqualTo("PUT");
      assertThat(Trees.parse(Objects.requireNonNull(put.getBody()).utf8()))
          .isEqualTo(
              Map.of(
                  "apiVersion",
                  "cmf/v1",
                  "kind",
                  "Statement",
                  "metadata",
                  Map.of("name", "s"),
                  "spec",
                  Map.of(
                      "statement",
                      "SELECT 1",
                      "computePoolName",
                      "p",
                      "upgradeMode",
                      "of-later",
                      "future",
                      true,
                      "stopped",
                      true)));
    }
  }

  // --- later servers

  @Test
  void artifact_createAndDownload_moveTheFile(@TempDir Path dir) throws Exception {
    Path jar = Files.writeString(dir.resolve("a.jar"), "content of the jar");
    script(
        request ->
            request.getMethod().equals("POST")
                ? answer(201, "{\"metadata\":{\"name\":\"a.jar\"},\"status\":{\"version\":3}}")
                : answer(200, "content of the jar"));
    try (CmfClient client = builder().serverVersion(CmfVersion.of(2, 4)).connect()) {
      CmfArtifacts artifacts = client.artifacts("prod");
      assertThat(artifacts.create(CmfArtifact.builder("a.jar").label("x", "y").build(), jar))
          .satisfies(a -> assertThat(a.version()).isEqualTo(3));
      artifacts.download("a.jar", 3, dir.resolve("b.jar"));
      assertThat(artifacts.address("a.jar", 3)).hasToString("cmf://prod/a.jar?version=3");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> artifacts.create(CmfArtifact.builder("b.jar").build(), dir.resolve("none")));
    }
    assertThat(dir.resolve("b.jar")).hasContent("content of the jar");
    RecordedRequest post = server.takeRequest();
    assertThat(post.getHeaders().get("Content-Type")).startsWith("multipart/form-data; boundary=");
    assertThat(Objects.requireNonNull(post.getBody()).utf8())
        .contains("name=\"artifact\"")
        .contains("Content-Type: application/json")
        .contains("\"labels\":{\"x\":\"y\"}")
        .contains("\"spec\":{}")
        .contains("name=\"file\"; filename=\"a.jar\"")
        .contains("content of the jar");
    assertThat(server.takeRequest().getTarget())
        .isEqualTo("/cmf/api/v1/environments/prod/artifacts/a.jar/content?version=3");
    try (var left = Files.list(dir)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("a.jar", "b.jar");
    }
  }

  @Test
  void savepoints_pinAndBulkDelete_areSent() throws Exception {
    String sp =
        "{\"apiVersion\":\"cmf.confluent.io/v1\",\"kind\":\"Savepoint\",\"metadata\":"
            + "{\"name\":\"s\"},\"spec\":{\"path\":\"p\"},\"status\":{\"state\":\"COMPLETED\"}}";
    server.enqueue(answer(200, sp));
    server.enqueue(answer(200, sp.replace("\"p\"}", "\"p\",\"pinned\":true}")));
    server.enqueue(
        answer(
            200,
            "{\"deletedCount\":2,\"failedCount\":1,\"failures\":[{\"name\":\"a\","
                + "\"reason\":\"b\"}]}"));
    try (CmfClient client = builder().serverVersion(CmfVersion.of(2, 4)).connect()) {
      CmfSavepoints savepoints = client.applicationSavepoints("prod", "orders");
      assertThat(savepoints.pin("s", true).isPinned()).isTrue();
      assertThat(savepoints.deleteOlderThan(CmfSavepointSource.MANUAL, Duration.ofDays(2), false))
          .isEqualTo(new CmfBulkDeletion(2, 1, Map.of("a", "b")));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  savepoints.deleteOlderThan(
                      CmfSavepointSource.MANUAL, Duration.ofMinutes(90), false));
    }
    server.takeRequest();
    assertThat(Objects.requireNonNull(server.takeRequest().getBody()).utf8())
        .contains("\"pinned\":true");
    assertThat(server.takeRequest().getTarget())
        .endsWith("/orders/savepoints?source=MANUAL&olderThanHours=48");
  }

  // --- helpers

  private static CmfStatement statement() {
    return CmfStatement.builder("s", "SELECT 1", "p").build();
  }

  private static CmfComputePool pool() {
    return CmfComputePool.dedicated("pool").image("i").build();
  }

  private static CmfException failure(Runnable call) {
    return Objects.requireNonNull(catchThrowableOfType(CmfException.class, call::run));
  }

  private String root() {
    String url = server.url("/").toString();
    return url.substring(0, url.length() - 1);
  }

  private CmfClient.Builder builder() {
    return CmfClient.builder(URI.create(root()))
        .serverVersion(CmfVersion.of(2, 3))
        .retry(3, Duration.ofMillis(1), Duration.ofMillis(5));
  }

  private CmfClient client() {
    return builder().connect();
  }

  private static MockResponse answer(int status, String body) {
    return new MockResponse.Builder().code(status).body(body).build();
  }

  /** The server got the request, and its answer is lost. */
  private static MockResponse lost() {
    return new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build();
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
}
