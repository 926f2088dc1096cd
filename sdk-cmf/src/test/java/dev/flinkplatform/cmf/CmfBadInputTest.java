package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfComputePool;
import dev.flinkplatform.cmf.rest.CmfConflictException;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfKafkaCatalog;
import dev.flinkplatform.cmf.rest.CmfNotFoundException;
import dev.flinkplatform.cmf.rest.CmfOAuth;
import dev.flinkplatform.cmf.rest.CmfQuery;
import dev.flinkplatform.cmf.rest.CmfSecret;
import dev.flinkplatform.cmf.rest.CmfSecretMapping;
import dev.flinkplatform.cmf.rest.CmfStatement;
import dev.flinkplatform.cmf.rest.CmfStatementPhase;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.testkit.cmf.CmfServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong with CMF and is nobody's fault but that of who set it up: the error is typed, it
 * names what to do, and nothing is half-made without a record. The server runs nothing.
 */
class CmfBadInputTest {

  private static final String ENVIRONMENT = "unit";
  private static final String APP = "orders";
  private static final String SECRET = "s3cret-of-the-test";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(2);

  @SuppressWarnings("NullAway.Init") // JUnit sets it first.
  @TempDir
  private Path directory;

  private @Nullable CmfServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      TestServer.end(server);
    }
  }

  // ---- a place ----

  private CmfServer start(UnaryOperator<CmfServer.Builder> how) {
    CmfServer started =
        how.apply(
                TestServer.compared()
                    .directory(directory.resolve("server"))
                    .interval(Duration.ofMillis(20)))
            .start();
    server = started;
    return started;
  }

  private CmfServer start() {
    return start(b -> b);
  }

  private static CmfClient.Builder to(CmfServer server) {
    return CmfClient.builder(server.address()).retry(1, Duration.ofMillis(1), Duration.ofMillis(1));
  }

  private CmfPlatform.Builder builder(CmfClient.Builder client) {
    return CmfPlatform.builder(client, ENVIRONMENT)
        .records(directory.resolve("records"))
        .image("acme/flink")
        .stateBase("s3://bucket/flink");
  }

  private static CmfEnvironment environment() {
    return CmfEnvironment.builder(ENVIRONMENT, "flink").build();
  }

  private static void make(CmfClient client) {
    CmfEnvironment unused = client.environments().upsert(environment());
  }

  private FlinkPlatform platform(CmfServer server) {
    try (CmfClient client = to(server).connect()) {
      make(client);
    }
    return builder(to(server)).connect();
  }

  private static ApplicationSpec spec() {
    return ApplicationSpec.builder(APP)
        .flinkVersion("2.3")
        .job(JobSpec.jar("/opt/flink/usrlib/orders.jar").build())
        .build();
  }

  private static Operation<FlinkApplication> deploy(FlinkPlatform platform, Duration deadline) {
    return platform.deploy(spec(), StateRestore.fresh(), OperationOptions.within(deadline));
  }

  private static <E extends FlinkPlatformException> E thrown(Class<E> type, Runnable call) {
    E e = catchThrowableOfType(type, call::run);
    assertThat(e).as("a " + type.getSimpleName()).isNotNull();
    assertThat(e.resource().backend()).isEqualTo("cmf");
    assertThat(e.resource().scope()).contains(ENVIRONMENT);
    return e;
  }

  private static void assertNothing(FlinkPlatform platform) {
    assertThat(platform.applications()).isEmpty();
    assertThat(platform.operations()).noneMatch(o -> !o.state().hasEnded());
  }

  // ---- the environment ----

  @Test
  void deploy_environmentRemovedMeanwhile_isRejectedByItsNameBeforeAnything() {
    CmfServer cmf = start();
    try (FlinkPlatform platform = platform(cmf);
        CmfClient client = to(cmf).connect()) {
      Object unused = client.environments().delete(ENVIRONMENT, false);

      BackendRejectedException e =
          thrown(BackendRejectedException.class, () -> deploy(platform, SOON));

      assertThat(e).hasMessageContaining("'" + ENVIRONMENT + "'");
      assertThat(e.status()).isEqualTo(404);
      assertNothing(platform);
    }
  }

  @Test
  void deploy_defaultsOfTheEnvironmentMisshaped_areNamedBeforeAnything() {
    CmfServer cmf = start();
    try (FlinkPlatform platform = platform(cmf);
        CmfClient client = to(cmf).connect()) {
      Object unused =
          client
              .environments()
              .upsert(
                  environment().toBuilder()
                      .flinkApplicationDefaults(
                          Map.of(
                              "flinkConfiguration",
                              List.of("taskmanager.numberOfTaskSlots"),
                              "job",
                              "running",
                              "image",
                              7,
                              "taskManager",
                              Map.of("resource", "1g")))
                      .build());

      InvalidSpecException e = thrown(InvalidSpecException.class, () -> deploy(platform, SOON));

      assertThat(e.violations())
          .extracting(Violation::path)
          .containsExactlyInAnyOrder(
              "environment.flinkConfiguration",
              "environment.image",
              "environment.job",
              "environment.taskManager.resource");
      assertThat(e)
          .hasMessageContaining("'" + ENVIRONMENT + "'")
          .hasMessageContaining("got a list")
          .hasMessageContaining("got 7");
      assertNothing(platform);
    }
  }

  @Test
  void defaults_outsideOfTheirSpecOrNoObject_areNamed() {
    assertThat(new EnvironmentDefaults(Map.of("image", "a", "spec", "b")).faults(ENVIRONMENT))
        .extracting(Violation::path)
        .containsExactly("environment.spec", "environment.image");
    assertThat(
            new EnvironmentDefaults(
                    Map.of("metadata", Map.of(), "spec", Map.of("image", "a", "newField", 1)))
                .faults(ENVIRONMENT))
        .isEmpty();
  }

  @Test
  void deploy_defaultThatTheOperatorRefuses_failsInCmfsWordsAndLeavesNothing() {
    CmfServer cmf = start();
    try (FlinkPlatform platform = platform(cmf);
        CmfClient client = to(cmf).connect()) {
      Object unused =
          client
              .environments()
              .upsert(
                  environment().toBuilder()
                      .flinkApplicationDefaults(
                          Map.of("taskManager", Map.of("resource", Map.of("memory", "lots"))))
                      .build());

      OperationFailedException e =
          thrown(OperationFailedException.class, () -> deploy(platform, SOON).await(SOON));

      assertThat(e).hasMessageContaining("'lots'").hasMessageContaining(APP);
      assertNothing(platform);
      assertThat(client.applications(ENVIRONMENT).list(CmfQuery.all()).toList()).isEmpty();
    }
  }

  // ---- what SQL needs ----

  private static CmfSetup setup() {
    return CmfSetup.of(environment())
        .secret(CmfSecret.builder("kafka").value("sasl.jaas.config", SECRET).build())
        .mapping("kafka-id", "kafka")
        .catalog(
            CmfKafkaCatalog.builder("orders")
                .schemaRegistry(Map.of("schema.registry.url", "http://sr"), "kafka-id")
                .build())
        .pool(
            CmfComputePool.dedicated("small")
                .clusterSpec(
                    Map.of("image", "confluentinc/cp-flink-sql:1.19-cp7", "flinkVersion", "v1_19"))
                .build())
        .build();
  }

  @Test
  void secret_deletedThoughMapped_isRefusedByCmfAndByTheSetUpNamed() {
    CmfServer cmf = start();
    try (CmfClient client = to(cmf).connect()) {
      setup().ensure(client);
      CmfConflictException inUse =
          catchThrowableOfType(CmfConflictException.class, () -> client.secrets().delete("kafka"));
      assertThat(inUse).hasMessageContaining("kafka").hasMessageContaining(ENVIRONMENT);

      // Mapped by somebody to a secret that is gone.
      CmfNotFoundException gone =
          catchThrowableOfType(
              CmfNotFoundException.class,
              () ->
                  client
                      .secretMappings(ENVIRONMENT)
                      .ensure(CmfSecretMapping.of("other-id", "nowhere")));
      assertThat(gone).hasMessageContaining("nowhere");
      assertThat(client.environments().get(ENVIRONMENT).secrets()).containsOnlyKeys("kafka-id");
      assertThat(inUse.toString() + gone).doesNotContain(SECRET);
    }
  }

  @Test
  void mapping_deletedMeanwhile_isFoundByTheSetUpBeforeTheCatalogIsTouched() {
    CmfServer cmf = start();
    try (CmfClient client = to(cmf).connect()) {
      setup().ensure(client);
      Object unused = client.secretMappings(ENVIRONMENT).delete("kafka-id");
      CmfSetup without =
          CmfSetup.of(environment())
              .catalog(
                  CmfKafkaCatalog.builder("orders")
                      .schemaRegistry(Map.of("schema.registry.url", "http://other"), "kafka-id")
                      .build())
              .build();

      InvalidSpecException e = thrown(InvalidSpecException.class, () -> without.ensure(client));

      assertThat(e).hasMessageContaining("kafka-id").hasMessageContaining(ENVIRONMENT);
      assertThat(client.kafkaCatalogs().get("orders").json().toString()).doesNotContain("other");
      setup().ensure(client);
      assertThat(client.environments().get(ENVIRONMENT).secrets()).containsKey("kafka-id");
    }
  }

  @Test
  void tearDown_poolInUse_isRefusedByNameAndNothingBehindItIsGone() {
    CmfServer cmf = start();
    try (CmfClient client = to(cmf).connect()) {
      setup().ensure(client);
      Object unused =
          client
              .statements(ENVIRONMENT)
              .create(CmfStatement.builder("numbers", "SELECT n FROM numbers", "small").build());

      CmfConflictException e =
          catchThrowableOfType(CmfConflictException.class, () -> setup().tearDown(client, SOON));

      assertThat(e).hasMessageContaining("small");
      assertThat(client.kafkaCatalogs().get("orders").name()).isEqualTo("orders");
      assertThat(client.secrets().get("kafka").name()).isEqualTo("kafka");
      unused = client.statements(ENVIRONMENT).delete("numbers", false);
      Awaitility.await()
          .atMost(SOON)
          .until(() -> client.statements(ENVIRONMENT).list(CmfQuery.all()).toList(), List::isEmpty);
      setup().tearDown(client, SOON);
      assertThat(client.environments().list(CmfQuery.all()).toList()).isEmpty();
    }
  }

  @Test
  void statement_thatFails_saysWhyAndStaysToBeLookedAt() {
    CmfServer cmf = start();
    try (CmfClient client = to(cmf).connect()) {
      setup().ensure(client);
      Object unused =
          client
              .statements(ENVIRONMENT)
              .create(CmfStatement.builder("wrong", "SELECT fail FROM nowhere", "small").build());

      CmfStatement seen =
          Awaitility.await()
              .atMost(SOON)
              .until(
                  () -> client.statements(ENVIRONMENT).get("wrong"),
                  s -> s.phase().filter(p -> p == CmfStatementPhase.FAILED).isPresent());

      assertThat(seen.detail()).hasValueSatisfying(d -> assertThat(d).isNotBlank());
      CmfNotFoundException noPool =
          catchThrowableOfType(
              CmfNotFoundException.class,
              () ->
                  client
                      .statements(ENVIRONMENT)
                      .create(CmfStatement.builder("lost", "SELECT 1", "no-such-pool").build()));
      assertThat(noPool).hasMessageContaining("no-such-pool");
      assertThat(client.statements(ENVIRONMENT).list(CmfQuery.all()).toList()).hasSize(1);
    }
  }

  // ---- who asks ----

  @Test
  void connect_bearerRefused_isRejectedWithAdviceAndWithoutTheToken() {
    CmfServer cmf = start(b -> b.bearer("right-" + SECRET));

    BackendRejectedException e =
        thrown(
            BackendRejectedException.class,
            () -> builder(to(cmf).bearerToken(() -> "wrong-" + SECRET)).connect().close());

    assertThat(e).hasMessageContaining("401").hasMessageContaining("Check the token");
    assertThat(e.toString()).doesNotContain(SECRET);
  }

  @Test
  void verbs_tokenExpiredAndNotRenewed_areUnavailableUntilItIs() {
    CmfServer cmf = start(b -> b.oauth("platform", SECRET, Duration.ofHours(1)));
    String[] secret = {SECRET};
    CmfOAuth oauth = CmfOAuth.clientCredentials(cmf.tokenEndpoint(), "platform", () -> secret[0]);
    try (CmfClient client = to(cmf).oauth(oauth).connect()) {
      make(client);
    }
    try (FlinkPlatform platform = builder(to(cmf).oauth(oauth)).connect()) {
      secret[0] = "changed-" + SECRET;
      cmf.expireTokens();

      BackendUnavailableException e =
          thrown(BackendUnavailableException.class, () -> deploy(platform, SOON));

      assertThat(e)
          .hasMessageContaining("credentials")
          .hasMessageContaining("client id 'platform'")
          .hasMessageContaining(cmf.tokenEndpoint().toString());
      assertThat(e.toString() + e.getCause()).doesNotContain(SECRET);
      assertThat(platform.operations()).isEmpty();
      secret[0] = SECRET;
      assertNothing(platform);
      assertThat(platform.plan(spec()).toString()).contains("CREATE");
    }
  }

  @Test
  void deploy_tokenExpiresInTheMiddle_saysWhatItWaitsForAndIsRolledBackLater() {
    CmfServer cmf = start(b -> b.oauth("platform", SECRET, Duration.ofHours(1)));
    String[] secret = {SECRET};
    CmfOAuth oauth = CmfOAuth.clientCredentials(cmf.tokenEndpoint(), "platform", () -> secret[0]);
    try (CmfClient client = to(cmf).oauth(oauth).connect()) {
      make(client);
    }
    StepListener expires =
        (operation, verb, step, moment) -> {
          if (step.equals("LAUNCH") && moment == StepListener.Moment.AFTER) {
            secret[0] = "changed-" + SECRET;
            cmf.expireTokens();
          }
        };
    try (FlinkPlatform platform = builder(to(cmf).oauth(oauth)).steps(expires).connect()) {
      Operation<FlinkApplication> operation = deploy(platform, SHORT);

      String waitsFor = waitsFor(operation, "client id 'platform'");
      assertThat(waitsFor).contains("credentials").doesNotContain(SECRET);
      secret[0] = SECRET;
      assertRolledBack(platform, operation);
    }
  }

  @Test
  void connect_certificateOfTheServerUntrusted_isRejectedWithAdvice() {
    CmfServer cmf = start(CmfServer.Builder::tls);

    BackendRejectedException e =
        thrown(BackendRejectedException.class, () -> builder(to(cmf)).connect().close());

    assertThat(e)
        .hasMessageContaining(cmf.address().toString())
        .hasMessageContaining("TLS failed")
        .hasMessageContaining("certificateAuthority");
  }

  // ---- the server ----

  @Test
  void deploy_serverGoneInTheMiddle_saysWhatItWaitsForAndIsRolledBackLater() {
    CmfServer cmf = start();
    try (CmfClient client = to(cmf).connect()) {
      make(client);
    }
    StepListener down =
        (operation, verb, step, moment) -> {
          if (step.equals("LAUNCH") && moment == StepListener.Moment.AFTER) {
            cmf.down();
          }
        };
    try (FlinkPlatform platform = builder(to(cmf)).steps(down).connect()) {
      Operation<FlinkApplication> operation = deploy(platform, SHORT);

      assertThat(waitsFor(operation, "Check that CMF runs")).contains(cmf.address().toString());
      assertThat(platform.applications()).extracting(FlinkApplication::name).containsExactly(APP);
      cmf.up();
      assertRolledBack(platform, operation);
    }
  }

  @Test
  void deploy_serverGoneForAWhile_goesOnWhenItIsBack() throws IOException {
    CmfServer cmf = start();
    try (CmfClient client = to(cmf).connect()) {
      make(client);
    }
    AtomicBoolean first = new AtomicBoolean(true);
    StepListener down =
        (operation, verb, step, moment) -> {
          if (step.equals("LAUNCH") && first.getAndSet(false)) {
            cmf.down();
          }
        };
    try (FlinkPlatform platform = builder(to(cmf)).steps(down).connect()) {
      Operation<FlinkApplication> operation = deploy(platform, SOON);
      Awaitility.await().atMost(SOON).until(() -> operation.status().step(), "LAUNCH"::equals);
      awaitATryInVain(cmf);
      cmf.up();

      Awaitility.await()
          .atMost(SOON)
          .until(() -> operation.status().step(), "AWAIT_RUNNING"::equals);
      try (CmfClient client = to(cmf).connect()) {
        assertThat(client.applications(ENVIRONMENT).get(APP).desiredState()).contains("running");
      }
    }
  }

  /** Takes the server's place, until somebody has asked and was turned away. */
  private static void awaitATryInVain(CmfServer down) throws IOException {
    try (ServerSocket instead =
        new ServerSocket(down.address().getPort(), 10, InetAddress.getLoopbackAddress())) {
      instead.setSoTimeout((int) SOON.toMillis());
      instead.accept().close();
    }
  }

  /** What an operation is told to wait for, once that has these words. */
  private static String waitsFor(Operation<?> operation, String words) {
    String[] last = {""};
    Awaitility.await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              WaitTimeoutException e =
                  catchThrowableOfType(
                      WaitTimeoutException.class, () -> operation.await(Duration.ofMillis(300)));
              assertThat(e).as("it goes on").isNotNull();
              last[0] = e.getMessage();
              assertThat(last[0]).contains(words, APP);
            });
    return last[0];
  }

  /** It fails for its deadline, and takes back what it had begun, which it could not do before. */
  private static void assertRolledBack(FlinkPlatform platform, Operation<?> operation) {
    OperationFailedException e =
        catchThrowableOfType(OperationFailedException.class, () -> operation.await(SOON));
    assertThat(e).as("it does not succeed").isNotNull();
    assertThat(e.status().state()).isEqualTo(OperationState.FAILED);
    assertThat(e.status().failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
    assertNothing(platform);
  }
}
