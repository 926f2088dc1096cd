package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.cmf.rest.CmfApplication;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfQuery;
import dev.flinkplatform.cmf.rest.CmfSavepoint;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.fko.DeploymentSpec;
import dev.flinkplatform.spi.fko.JobIntent;
import dev.flinkplatform.spi.fko.UpgradeMode;
import dev.flinkplatform.testkit.cmf.CmfServer;
import dev.flinkplatform.testkit.fault.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The primitives against a CMF server that runs nothing: what is asked, and what is asked again
 * when a reply is lost or a process dies in between.
 */
class CmfBackendTest {

  private static final String ENVIRONMENT = "unit";
  private static final String APP = "orders";

  private Path directory;
  private CmfServer server;
  private CmfClient client;
  private PlatformBackend backend;

  @BeforeEach
  void start(@TempDir Path temporary) {
    directory = temporary;
    server = TestServer.compared().directory(directory.resolve("server")).start();
    client = CmfClient.builder(server.address()).retry(1, millis(1), millis(1)).connect();
    CmfEnvironment unused =
        client.environments().upsert(CmfEnvironment.builder(ENVIRONMENT, "flink").build());
    backend = builder().backend();
  }

  private static Duration millis(int n) {
    return Duration.ofMillis(n);
  }

  private CmfPlatform.Builder builder() {
    return CmfPlatform.builder(server.address(), ENVIRONMENT)
        .records(directory.resolve("records"))
        .image("acme/flink")
        .stateBase("s3://bucket/flink/");
  }

  @AfterEach
  void stop() {
    backend.close();
    client.close();
    TestServer.end(server);
  }

  private static ApplicationSpec.Builder spec() {
    return ApplicationSpec.builder(APP)
        .flinkVersion("2.3")
        .job(JobSpec.jar("/opt/flink/usrlib/orders.jar").build());
  }

  private Launch launch(String id, String... restoreFrom) {
    return new Launch(
        id,
        backend.complete(spec().build()),
        JobId.random(),
        Optional.ofNullable(restoreFrom.length == 0 ? null : restoreFrom[0]),
        false,
        StateRestore.ClaimMode.NO_CLAIM,
        1);
  }

  private List<String> asked(String method, String path) {
    return server.requests().stream()
        .filter(r -> r.startsWith(method + " ") && r.contains(path))
        .toList();
  }

  // ---- launching ----

  @Test
  void launch_newName_writesTheDocumentAndStartsIt() {
    backend.launch(launch("orders.deploy.1-1"));

    CmfApplication app = client.applications(ENVIRONMENT).get(APP);
    assertThat(app.desiredState()).contains("running");
    assertThat(app.annotations()).containsEntry(Marks.LAUNCH, "orders.deploy.1-1");
    assertThat(app.spec())
        .containsEntry("image", "acme/flink")
        .containsEntry("flinkVersion", "v2_3");
    assertThat(app.spec().get("flinkConfiguration"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("execution.checkpointing.dir", "s3://bucket/flink/unit/orders/checkpoints")
        .containsEntry(
            "execution.checkpointing.savepoint-dir", "s3://bucket/flink/unit/orders/savepoints");
    Observation seen = backend.observe(APP);
    assertThat(seen.launchId()).contains("orders.deploy.1-1");
    assertThat(seen.somethingLeft()).isTrue();
    assertThat(seen.jobId()).isEmpty();
  }

  @Test
  void launch_again_asksForNothingMore() {
    backend.launch(launch("1"));
    backend.launch(launch("1"));

    assertThat(asked("POST", "/start")).hasSize(1);
    assertThat(asked("POST", "/applications ")).hasSize(1);
  }

  @Test
  void launch_replyToTheDocumentLost_isSeenByItsEffect() {
    server.onNext("POST", "/applications", Fault.of(Fault.Kind.RESET));

    backend.launch(launch("1"));

    assertThat(asked("POST", "/start")).hasSize(1);
    assertThat(client.applications(ENVIRONMENT).instances(APP, CmfQuery.all()).toList())
        .as("suspended, and running")
        .hasSize(2);
  }

  @Test
  void launch_conflictThatPasses_isNoEnd() {
    server.onNext("POST", "/applications", new Fault(Fault.Kind.STATUS, 409));
    server.onNext("POST", "/applications", new Fault(Fault.Kind.STATUS, 409));

    backend.launch(launch("1"));

    assertThat(asked("POST", "/start")).hasSize(1);
    assertThat(client.applications(ENVIRONMENT).get(APP).desiredState()).contains("running");
  }

  @Test
  void launch_conflictThatStays_isTheEnd() {
    for (int i = 0; i < 3; i++) {
      server.onNext("POST", "/applications", new Fault(Fault.Kind.STATUS, 409));
    }

    BackendFault fault =
        catchThrowableOfType(BackendFault.class, () -> backend.launch(launch("1")));

    assertThat(fault.retryable()).isFalse();
    assertThat(fault.failure().kind()).isEqualTo(Failure.Kind.WRONG_STATE);
    assertThat(asked("POST", "/start")).isEmpty();
  }

  @Test
  void launch_replyToTheStartLost_isNotStartedAgain() {
    server.onNext("POST", "/start", Fault.of(Fault.Kind.LOSE_REPLY));

    BackendFault fault =
        catchThrowableOfType(BackendFault.class, () -> backend.launch(launch("1")));
    assertThat(fault.retryable()).isTrue();
    backend.launch(launch("1"));

    assertThat(asked("POST", "/start")).hasSize(1);
    assertThat(client.applications(ENVIRONMENT).get(APP).desiredState()).contains("running");
  }

  @Test
  void launch_processDiedBeforeTheStart_theNextOneStarts() {
    server.onNext("POST", "/start", Fault.of(Fault.Kind.DROP));
    BackendFault fault =
        catchThrowableOfType(BackendFault.class, () -> backend.launch(launch("1")));
    assertThat(fault.retryable()).isTrue();
    assertThat(client.applications(ENVIRONMENT).get(APP).desiredState()).contains("suspended");

    try (PlatformBackend other = builder().backend()) {
      other.launch(launch("1"));
    }

    assertThat(asked("POST", "/applications ")).hasSize(1);
    assertThat(client.applications(ENVIRONMENT).get(APP).desiredState()).contains("running");
  }

  @Test
  void launch_anotherStartIsThere_isRefused() {
    backend.launch(launch("1"));

    BackendFault fault =
        catchThrowableOfType(BackendFault.class, () -> backend.launch(launch("2")));

    assertThat(fault.retryable()).isFalse();
    assertThat(fault.failure().kind()).isEqualTo(Failure.Kind.WRONG_STATE);
    assertThat(backend.observe(APP).launchId()).contains("1");
  }

  @Test
  void launch_fromALocation_registersItOnceAndStartsFromIt() {
    server.onNext("POST", "/detached-savepoints", Fault.of(Fault.Kind.RESET));
    BackendFault fault =
        catchThrowableOfType(
            BackendFault.class, () -> backend.launch(launch("1", "s3://bucket/sp-1")));
    assertThat(fault.retryable()).isTrue();

    backend.launch(launch("1", "s3://bucket/sp-1"));

    List<CmfSavepoint> detached = client.detachedSavepoints().list(CmfQuery.all()).toList();
    assertThat(detached).singleElement().satisfies(s -> assertThat(s.name()).startsWith("fp-"));
    assertThat(detached.get(0).path()).contains("s3://bucket/sp-1");
    assertThat(asked("POST", "/start"))
        .singleElement()
        .satisfies(
            r ->
                assertThat(r)
                    .contains("startFromSavepointUid=" + detached.get(0).uid().orElseThrow()));
  }

  /** Flink tells why a job failed as long as its JobManager is there, whatever CMF says by then. */
  @ParameterizedTest
  @CsvSource({
    "STABLE, READY,   RUNNING, false, 1, 1, 1",
    "STABLE, READY,   FAILED,  false, 1, 0, 0",
    "FAILED, READY,   FAILED,  true,  1, 0, 0",
    "FAILED, MISSING, FAILED,  true,  0, 0, 1",
    "FAILED, READY,   RUNNING, true,  0, 0, 1",
    "FAILED, ERROR,   ,        true,  0, 0, 1",
  })
  void observation_whatCmfShows_tellsWhatLives(
      String lifecycle,
      String jobManager,
      String jobState,
      boolean error,
      int jobManagers,
      int taskManagers,
      int taskManagersWanted) {
    Map<String, Object> job = new LinkedHashMap<>(Map.of("jobId", "0".repeat(31) + "1"));
    if (jobState != null) {
      job.put("state", jobState);
    }
    Map<String, Object> status =
        new LinkedHashMap<>(
            Map.of(
                "lifecycleState", lifecycle,
                "jobManagerDeploymentStatus", jobManager,
                "taskManager", Map.of("replicas", 1),
                "jobStatus", job));
    if (error) {
      status.put("error", "out of luck");
    }
    Observation seen =
        ((CmfBackend) backend).observation(MarksTest.marks("running", status, Map.of()));

    assertThat(seen.jobManagers()).isEqualTo(jobManagers);
    assertThat(seen.taskManagers()).isEqualTo(taskManagers);
    assertThat(seen.taskManagersWanted()).isEqualTo(taskManagersWanted);
    assertThat(seen.failure().map(Failure::message))
        .isEqualTo(error ? Optional.of("out of luck") : Optional.empty());
  }

  @Test
  void halt_running_isWantedSuspendedAndGone() {
    backend.launch(launch("1"));

    assertThat(backend.halt(APP)).as("only asked for").isFalse();

    CmfApplication app = client.applications(ENVIRONMENT).get(APP);
    assertThat(app.desiredState()).contains("suspended");
    assertThat(backend.halt(APP)).isTrue();
    assertThat(backend.observe(APP).launchId()).isEmpty();
    assertThat(backend.observe(APP).somethingLeft()).isFalse();
    assertThat(backend.halt("nobody")).isTrue();
  }

  @Test
  void discard_applicationGoneInTheMidstOfIt_isNoFailure() {
    backend.launch(launch("1"));
    server.onNext("GET", "/applications/orders/savepoints", new Fault(Fault.Kind.STATUS, 404));

    List<BackendFault> faults = new ArrayList<>();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              try {
                List<String> unused =
                    backend.discard(
                        backend.complete(spec().build()),
                        StateRetention.KEEP,
                        List.of(),
                        List.of());
                return true;
              } catch (BackendFault e) {
                faults.add(e);
                return !e.retryable();
              }
            });

    assertThat(faults).allMatch(BackendFault::retryable);
    assertThat(client.applications(ENVIRONMENT).list(CmfQuery.all()).toList()).isEmpty();
  }

  @Test
  void dispose_goneAlreadyByARequestWhoseReplyWasLost_isDone() {
    backend.launch(launch("1"));
    Object unused =
        client
            .applicationSavepoints(ENVIRONMENT, APP)
            .create(CmfSavepoint.builder("sp-1").path("s3://bucket/sp-1").build());
    server.onNext("DELETE", "/savepoints/sp-1", Fault.of(Fault.Kind.LOSE_REPLY));

    List<BackendFault> faults = new ArrayList<>();
    String trigger = "";
    while (trigger.isEmpty() && faults.size() < 3) {
      try {
        trigger = control().dispose("s3://bucket/sp-1");
      } catch (BackendFault e) {
        assertThat(e.retryable()).as("%s", e).isTrue();
        faults.add(e);
      }
    }

    assertThat(control().disposal(trigger).state()).isEqualTo(TriggerView.State.COMPLETED);
    // Another process, which does not know that it was asked for.
    assertThat(control().disposal(control().dispose("s3://bucket/sp-1")).state())
        .isEqualTo(TriggerView.State.COMPLETED);
    BackendFault never =
        catchThrowableOfType(
            BackendFault.class, () -> control().dispose("s3://bucket/never-there"));
    assertThat(never.failure().kind()).isEqualTo(Failure.Kind.UNSUPPORTED);
    assertThat(client.applications(ENVIRONMENT).get(APP).desiredState()).contains("running");
  }

  /** As of a job that runs, which this server has not. */
  private CmfJobControl control() {
    Applications applications = new Applications(client, ENVIRONMENT);
    CmfSettings settings =
        new CmfSettings(
            server.address(),
            ENVIRONMENT,
            directory,
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            FlinkVersion.known(),
            Duration.ofMinutes(1));
    return new CmfJobControl(
        applications, settings, APP, applications.find(APP).orElseThrow(), applications.flink(APP));
  }

  // ---- others ----

  @Test
  void deploy_nameOfAForeignApplication_isRefusedAndItIsLeftAlone() {
    Map<String, Object> document =
        DeploymentSpec.of(
            backend.complete(spec().build()), JobIntent.suspended(UpgradeMode.STATELESS));
    CmfApplication foreign =
        client.applications(ENVIRONMENT).upsert(CmfApplication.builder(APP).spec(document).build());

    try (FlinkPlatform platform = builder().connect()) {
      ConflictException e =
          catchThrowableOfType(ConflictException.class, () -> platform.deploy(spec().build()));
      assertThat(e).hasMessageContaining(APP);
    }
    BackendFault fault =
        catchThrowableOfType(BackendFault.class, () -> backend.launch(launch("1")));
    assertThat(fault.failure().message()).contains("did not make");
    assertThat(client.applications(ENVIRONMENT).get(APP).spec()).isEqualTo(foreign.spec());
  }

  @Test
  void connect_unknownEnvironment_isRejectedByName() {
    CmfPlatform.Builder wrong =
        CmfPlatform.builder(server.address(), "elsewhere").records(directory.resolve("records"));

    BackendRejectedException e =
        catchThrowableOfType(BackendRejectedException.class, wrong::connect);

    assertThat(e).hasMessageContaining("elsewhere");
  }

  @Test
  void check_whatFlinkInContainersLacks_isToldAtOnce() {
    try (PlatformBackend bare =
        CmfPlatform.builder(server.address(), ENVIRONMENT)
            .records(directory.resolve("records"))
            .backend()) {
      ApplicationSpec bad = spec().job(JobSpec.jar("file:///home/me/orders.jar").build()).build();

      assertThat(bare.check(bare.complete(bad)))
          .extracting(Violation::path)
          .containsExactly("job.jars[0]", "image", "checkpointing.directory", "savepointDirectory");

      defaults(
          Map.of(
              "image",
              "acme/flink",
              "flinkConfiguration",
              Map.of("state.checkpoints.dir", "s3://b/c", "state.savepoints.dir", "s3://b/s")));
      assertThat(bare.check(bare.complete(spec().build())))
          .as("core asks the specification where state is, as long as the application lives")
          .extracting(Violation::toString)
          .satisfiesExactly(
              v -> assertThat(v).contains("checkpointing.directory", "s3://b/c", ENVIRONMENT),
              v -> assertThat(v).contains("savepointDirectory", "s3://b/s", ENVIRONMENT));
      ApplicationSpec said =
          spec()
              .checkpointing(Checkpointing.builder().directory("s3://b/c").build())
              .savepointDirectory("s3://b/s")
              .build();
      assertThat(bare.check(bare.complete(said))).isEmpty();
    }
  }

  // ---- what the environment says ----

  private void defaults(Map<String, ?> applications) {
    CmfEnvironment unused =
        client
            .environments()
            .upsert(
                CmfEnvironment.builder(ENVIRONMENT, "flink")
                    .flinkApplicationDefaults(applications)
                    .build());
  }

  private List<Violation> checked(ApplicationSpec.Builder spec) {
    return backend.check(backend.complete(spec.build()));
  }

  @ParameterizedTest
  @CsvSource({
    "2.3,  execution.checkpointing.dir",
    "2.3,  state.checkpoints.dir",
    "1.20, state.backend.fs.checkpointdir",
    "1.19, state.checkpoints.dir",
    "2.3,  execution.checkpointing.savepoint-dir",
    "1.20, state.savepoints.dir",
    "1.19, savepoints.state.backend.fs.dir",
  })
  void check_directoryOfTheEnvironmentOtherThanOurs_isRefused(String flinkVersion, String key) {
    String ours =
        "s3://bucket/flink/unit/orders/"
            + (key.contains("savepoint") ? "savepoints" : "checkpoints");
    defaults(Map.of("flinkConfiguration", Map.of(key, "s3://env/state")));

    assertThat(checked(spec().flinkVersion(flinkVersion)))
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.path()).isEqualTo("environment.flinkConfiguration[" + key + "]");
              assertThat(v.message()).contains("'s3://env/state'", "'" + ours + "'", ENVIRONMENT);
            });

    defaults(Map.of("flinkConfiguration", Map.of(key, ours + "/")));
    assertThat(checked(spec().flinkVersion(flinkVersion))).isEmpty();
  }

  @Test
  void check_directoryOfTheEnvironmentInNestedConfiguration_isRefusedToo() {
    defaults(
        Map.of(
            "flinkConfiguration",
            Map.of("execution", Map.of("checkpointing", Map.of("dir", "s3://env/state")))));

    assertThat(checked(spec()))
        .extracting(Violation::path)
        .containsExactly("environment.flinkConfiguration[execution.checkpointing.dir]");
  }

  @Test
  void check_defaultsOfWhatTheSdkDecides_areRefused() {
    defaults(
        Map.of(
            "flinkVersion",
            "v1_20",
            "restartNonce",
            1,
            "startFromSavepoint",
            Map.of("uid", "7"),
            "taskManager",
            Map.of("replicas", 1),
            "job",
            Map.of(
                "state",
                "running",
                "upgradeMode",
                "stateless",
                "initialSavepointPath",
                "s3://old",
                "allowNonRestoredState",
                true,
                "savepointRedeployNonce",
                3,
                "startFromSavepoint",
                Map.of("uid", "7"),
                "jarURI",
                "local:///other.jar",
                "entryClass",
                "acme.Other",
                "args",
                List.of("--password", "hunter2"),
                "parallelism",
                2),
            "flinkConfiguration",
            Map.of(
                "execution.checkpointing.externalized-checkpoint-retention",
                "DELETE_ON_CANCELLATION",
                "execution.savepoint.ignore-unclaimed-state",
                "true",
                "execution.checkpointing.create-subdir",
                "false",
                "high-availability",
                "KUBERNETES",
                "kubernetes.operator.job.upgrade.last-state.job-cancel.enabled",
                false)));

    List<Violation> found = checked(spec().parallelism(8));

    assertThat(found)
        .extracting(v -> v.path().replace("environment.", ""))
        .containsExactlyInAnyOrder(
            "flinkVersion",
            "restartNonce",
            "startFromSavepoint",
            "taskManager.replicas",
            "job.state",
            "job.upgradeMode",
            "job.initialSavepointPath",
            "job.allowNonRestoredState",
            "job.savepointRedeployNonce",
            "job.startFromSavepoint",
            "job.jarURI",
            "job.entryClass",
            "job.args",
            "job.parallelism",
            "flinkConfiguration[execution.checkpointing.externalized-checkpoint-retention]",
            "flinkConfiguration[execution.savepoint.ignore-unclaimed-state]",
            "flinkConfiguration[execution.checkpointing.create-subdir]",
            "flinkConfiguration[high-availability]",
            "flinkConfiguration[kubernetes.operator.job.upgrade.last-state.job-cancel.enabled]");
    assertThat(found).allSatisfy(v -> assertThat(v.message()).contains("'" + ENVIRONMENT + "'"));
    assertThat(found)
        .filteredOn(v -> v.path().endsWith("parallelism"))
        .singleElement()
        .satisfies(v -> assertThat(v.message()).contains("'2'", "'8'"));
    assertThat(found.toString()).doesNotContain("hunter2");
  }

  @Test
  void check_defaultsThatSayTheSame_areAccepted() {
    defaults(
        Map.of(
            "flinkVersion",
            "v2_3",
            "taskManager",
            Map.of("resource", Map.of("memory", "2g")),
            "job",
            Map.of("jarURI", "local:///opt/flink/usrlib/orders.jar", "parallelism", 8),
            "flinkConfiguration",
            Map.of(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION",
                "taskmanager.numberOfTaskSlots",
                "2",
                "execution.checkpointing.create-subdir",
                "TRUE",
                "high-availability.type",
                "NONE")));

    assertThat(checked(spec().parallelism(8))).isEmpty();
  }

  @Test
  void check_specificationSaysItByAnOlderName_isCompared() {
    defaults(Map.of("flinkConfiguration", Map.of("high-availability.type", "kubernetes")));

    assertThat(checked(spec().putFlinkConfig("high-availability", "kubernetes"))).isEmpty();
    assertThat(checked(spec().putFlinkConfig("high-availability", "zookeeper")))
        .singleElement()
        .satisfies(v -> assertThat(v.message()).contains("'kubernetes'", "'zookeeper'"));
  }

  @Test
  void launch_environmentChangedSinceTheCheck_isRefusedBeforeAnythingIsWritten() {
    Launch launch = launch("1");
    defaults(Map.of("flinkConfiguration", Map.of("state.checkpoints.dir", "s3://env/state")));

    BackendFault fault = catchThrowableOfType(BackendFault.class, () -> backend.launch(launch));

    assertThat(fault).isNotNull();
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.failure().kind()).isEqualTo(Failure.Kind.INVALID_CONFIGURATION);
    assertThat(fault.failure().message()).contains("s3://env/state", "state.checkpoints.dir");
    assertThat(client.applications(ENVIRONMENT).list(CmfQuery.all()).toList()).isEmpty();
    defaults(Map.of());
    backend.launch(launch);
    assertThat(asked("POST", "/start")).hasSize(1);
  }

  @Test
  void stopWithSavepoint_environmentSaysHowJobsStop_isRefusedBeforeAnythingIsWritten() {
    Launch launch = launch("1");
    backend.launch(launch);
    JobControl control = backend.control(APP).orElseThrow();
    defaults(Map.of("job", Map.of("upgradeMode", "stateless")));

    BackendFault fault =
        catchThrowableOfType(
            BackendFault.class,
            () ->
                control.stopWithSavepoint(
                    launch.jobId(), "t1", "s3://state/sp", SavepointFormat.CANONICAL));

    assertThat(fault).isNotNull();
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.failure().message()).contains("job.upgradeMode", "'stateless'");
    assertThat(client.applications(ENVIRONMENT).get(APP).spec().toString())
        .contains("state=running");
  }

  @Test
  void extension_access_isThatOfThePlatform() {
    try (FlinkPlatform platform = builder().connect()) {
      CmfAccess access = platform.extension(CmfAccess.class).orElseThrow();

      assertThat(access.environment()).isEqualTo(ENVIRONMENT);
      assertThat(access.client().environments().get(ENVIRONMENT).name()).isEqualTo(ENVIRONMENT);
      assertThat(platform.extension(String.class)).isEmpty();
    }
  }

  @Test
  void observe_serverGone_isUnavailable() {
    server.down();

    BackendFault fault = catchThrowableOfType(BackendFault.class, () -> backend.observe(APP));

    assertThat(fault.retryable()).isTrue();
  }
}
