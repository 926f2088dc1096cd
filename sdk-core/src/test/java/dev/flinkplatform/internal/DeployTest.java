package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobState;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeployTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  @Test
  void deploy_jobRuns_succeedsWithTheChosenJobId() {
    world.starts = launch -> Start.runs(1);
    FlinkPlatform platform = fixture.connect("a");

    FlinkApplication app = platform.deploy(spec("1").build()).await(SOON);

    ApplicationStatus status = app.status();
    assertThat(status.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(status.jobId()).contains(world.running(APP).orElseThrow().jobId());
    assertThat(status.generation()).isEqualTo(1);
    assertThat(status.parallelism()).isEqualTo(2);
    assertThat(status.activeOperation()).isEmpty();
    assertThat(app.spec()).isEqualTo(spec("1").build());
    assertThat(world.launches()).hasSize(1);
    assertThat(world.launches().get(0).restoreFrom()).isEmpty();
    assertThat(platform.applications()).containsExactly(app);
  }

  @Test
  void status_jobFailsBetweenTheLooksAtClusterAndEnd_tellsWhy() {
    FlinkApplication app = fixture.connect("a").deploy(spec("1").build()).await(SOON);
    JobId job = app.status().jobId().orElseThrow();
    world.hideJobManager(APP);
    world.before(
        "ended",
        () -> {
          world.killJobManager(APP);
          world.ended.put(job, JobState.FAILED);
        });

    ApplicationStatus status = app.status();

    assertThat(status.state()).isEqualTo(ApplicationState.FAILED);
    assertThat(status.reason()).contains("JobManager died");
  }

  @Test
  void deploy_jobFailsAndNobodyKnowsItsState_isDiscardedAndSaysSo() {
    world.starts = launch -> Start.jobFails("org.acme.Outer: x");
    world.fail(
        "latestCheckpoint",
        1,
        BackendFault.permanent(
            Failure.of(Failure.Kind.STATE_UNREADABLE, "its files are out of reach"), null));
    FlinkPlatform platform = fixture.connect("a");

    OperationStatus status = failure(platform.deploy(spec("1").build()));

    assertThat(status.rolledBack()).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    assertThat(status.progress()).anyMatch(p -> p.message().contains("its files are out of reach"));
    assertThat(world.count("discard")).isEqualTo(1);
  }

  @Test
  void deploy_anotherLaunchesWhileThisLooks_isRefusedWithTheOtherOperation() {
    FlinkPlatform other = fixture.connect("b");
    List<Operation<?>> began = new CopyOnWriteArrayList<>();
    PlatformBackend mine = world.process("a");
    PlatformBackend slow =
        (PlatformBackend)
            Proxy.newProxyInstance(
                PlatformBackend.class.getClassLoader(),
                new Class<?>[] {PlatformBackend.class},
                (proxy, method, args) -> {
                  if (method.getName().equals("observe") && began.isEmpty()) {
                    began.add(other.deploy(spec("1").build()));
                    await().atMost(SOON).until(() -> world.running(APP).isPresent());
                  }
                  return method.invoke(mine, args);
                });
    world.starts = launch -> Start.runs(1_000_000);

    try (FlinkPlatform platform =
        Platforms.of(
            slow, (operation, verb, step, moment) -> {}, world.timing(), Supervision.off())) {
      assertThatThrownBy(() -> platform.deploy(spec("1").build()))
          .isInstanceOfSatisfying(
              ConflictException.class,
              e -> assertThat(e.operationId()).contains(began.get(0).id()));
    }
  }

  @Test
  void deploy_jobFails_isDiscardedAndAbsent() {
    world.starts =
        launch ->
            Start.jobFails("org.acme.Outer: x\nCaused by: java.lang.ClassNotFoundException: A");
    FlinkPlatform platform = fixture.connect("a");

    OperationStatus status = failure(platform.deploy(spec("1").build()));

    assertThat(status.state()).isEqualTo(OperationState.FAILED);
    assertThat(status.rolledBack()).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    Failure failure = status.failure().orElseThrow();
    assertThat(failure.kind()).isEqualTo(Failure.Kind.CLASS_NOT_FOUND);
    assertThat(failure.message()).contains("ClassNotFoundException: A");
    assertThat(world.running(APP)).isEmpty();
    assertThat(world.count("discard")).isEqualTo(1);
    assertThat(platform.applications()).isEmpty();
    assertThatThrownBy(() -> platform.application(APP))
        .isInstanceOf(ApplicationNotFoundException.class)
        .hasMessageContaining(APP);
  }

  @Test
  void deploy_clusterFailsForGood_tellsTheLogAsEvidence() {
    world.starts =
        launch ->
            Start.clusterFails(
                Failure.of(Failure.Kind.INVALID_CONFIGURATION, "memory too small"), false);

    OperationStatus status = failure(fixture.connect("a").deploy(spec("1").build()));

    Failure failure = status.failure().orElseThrow();
    assertThat(failure.kind()).isEqualTo(Failure.Kind.INVALID_CONFIGURATION);
    assertThat(failure.evidence()).contains("the log of orders");
    assertThat(world.launches()).hasSize(1);
  }

  @Test
  void deploy_neverRuns_endsAtItsDeadline() {
    world.starts = launch -> Start.hangs();

    OperationStatus status =
        failure(
            fixture
                .connect("a")
                .deploy(
                    spec("1").build(),
                    StateRestore.fresh(),
                    OperationOptions.within(Duration.ofMillis(1))));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
    assertThat(status.failure().orElseThrow().message())
        .contains("AWAIT_RUNNING")
        .contains("0 of 3 vertices run");
    assertThat(status.rolledBack()).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    assertThat(world.running(APP)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void deploy_portTaken_launchesTheSameAgainWithTheNextAttempt(int lost) {
    world.starts =
        launch ->
            launch.attempt() <= lost
                ? Start.clusterFails(Failure.of(Failure.Kind.PORT_TAKEN, "port 8081"), true)
                : Start.runs(0);

    FlinkApplication app = fixture.connect("a").deploy(spec("1").build()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.launches())
        .extracting(Launch::attempt)
        .hasSize(lost + 1)
        .last()
        .isEqualTo(lost + 1);
    assertThat(world.launches()).extracting(Launch::id).containsOnly(world.launches().get(0).id());
    assertThat(world.launches())
        .extracting(Launch::jobId)
        .containsOnly(world.launches().get(0).jobId());
  }

  @Test
  void deploy_portTakenAlways_givesUpAfterFourAttempts() {
    world.starts =
        launch -> Start.clusterFails(Failure.of(Failure.Kind.PORT_TAKEN, "port 8081"), true);

    OperationStatus status = failure(fixture.connect("a").deploy(spec("1").build()));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.PORT_TAKEN);
    assertThat(world.launches()).extracting(Launch::attempt).containsExactly(1, 2, 3, 4);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
  }

  @Test
  void deploy_launchUnreachableForAWhile_triesTheSameLaunchAgain() {
    world.fail("launch", 2, BackendFault.unavailable("connection refused", null));

    fixture.connect("a").deploy(spec("1").build()).await(SOON);

    assertThat(world.launches()).hasSize(1);
    assertThat(world.launches().get(0).attempt()).isEqualTo(1);
  }

  @Test
  void deploy_launchReplyLost_startsNoSecondCluster() {
    world.loseReply("launch");

    fixture.connect("a").deploy(spec("1").build()).await(SOON);

    assertThat(world.launches()).hasSize(2);
    assertThat(world.launches().get(0)).isEqualTo(world.launches().get(1));
  }

  @Test
  void deploy_launchRefused_isDiscarded() {
    world.fail(
        "launch",
        1,
        BackendFault.permanent(Failure.of(Failure.Kind.JAR_UNREADABLE, "no such jar"), null));

    OperationStatus status = failure(fixture.connect("a").deploy(spec("1").build()));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.JAR_UNREADABLE);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
  }

  @Test
  void deploy_nameTaken_isRefusedAndChangesNothing() {
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);
    List<String> before = world.mutations();

    assertThatThrownBy(() -> platform.deploy(spec("2").build()))
        .isInstanceOf(ApplicationExistsException.class)
        .hasMessageContaining("apply");
    assertThat(world.mutations()).isEqualTo(before);
  }

  @Test
  void deploy_somethingUnknownRunsUnderTheName_isRefusedAndLeavesIt() {
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);
    world.putDocument(APP, "{\"name\":\"orders\",\"desired\":\"DELETED\"}");
    Optional<Launch> before = world.running(APP);

    assertThatThrownBy(() -> platform.deploy(spec("2").build()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("still runs");
    assertThat(world.running(APP)).isEqualTo(before);
  }

  @Test
  void deploy_backendFindsViolations_tellsAllAndChangesNothing() {
    world.specViolations =
        List.of(new Violation("image", "not here"), new Violation("kubernetes", "not here either"));

    assertThatThrownBy(() -> fixture.connect("a").deploy(spec("1").build()))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e ->
                assertThat(e.violations())
                    .extracting(Violation::path)
                    .containsExactly("image", "kubernetes"));
    assertThat(world.mutations()).isEmpty();
  }

  @Test
  void deploy_fromSavepoint_restoresItAsAsked() {
    world.putState("s3://b/sp-1", 77);

    fixture
        .connect("a")
        .deploy(
            spec("1").build(),
            StateRestore.from("s3://b/sp-1")
                .allowNonRestoredState()
                .claim(StateRestore.ClaimMode.CLAIM),
            OperationOptions.defaults())
        .await(SOON);

    Launch launch = world.launches().get(0);
    assertThat(launch.restoreFrom()).contains("s3://b/sp-1");
    assertThat(launch.allowNonRestoredState()).isTrue();
    assertThat(launch.claimMode()).isEqualTo(StateRestore.ClaimMode.CLAIM);
    assertThat(world.progress(APP)).isEqualTo(77);
  }

  @Test
  void deploy_savepointMissing_isRefused() {
    assertThatThrownBy(
            () ->
                fixture
                    .connect("a")
                    .deploy(
                        spec("1").build(),
                        StateRestore.from("s3://b/none"),
                        OperationOptions.defaults()))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e -> assertThat(e.violations()).extracting(Violation::path).containsExactly("restore"))
        .hasMessageContaining("s3://b/none");
    assertThat(world.mutations()).isEmpty();
  }

  @Test
  void deploy_latestOfAKeptApplication_goesOnWithItsState() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    app.suspend().await(SOON);
    app.delete(StateRetention.KEEP).await(SOON);

    platform
        .deploy(spec("2").build(), StateRestore.latest(), OperationOptions.defaults())
        .await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(app.status().generation()).isEqualTo(1);
  }

  @Test
  void deploy_latestOfNothing_isRefused() {
    assertThatThrownBy(
            () ->
                fixture
                    .connect("a")
                    .deploy(spec("1").build(), StateRestore.latest(), OperationOptions.defaults()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("no state was kept");
    assertThat(world.mutations()).isEmpty();
  }

  @Test
  void deploy_failedBefore_canBeDoneAgain() {
    FlinkPlatform platform = fixture.connect("a");
    world.starts = launch -> Start.jobFails("boom");
    failure(platform.deploy(spec("1").build()));
    world.starts = launch -> Start.runs(0);

    FlinkApplication app = platform.deploy(spec("1").build()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void deploy_haltTakesAWhile_waitsBeforeItDiscards() {
    world.starts = launch -> Start.jobFails("boom");
    world.haltLooks = 2;

    OperationStatus status = failure(fixture.connect("a").deploy(spec("1").build()));

    assertThat(world.count("halt")).isEqualTo(3);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
  }

  @Test
  void deploy_undoFails_tellsBothCauses() {
    world.starts = launch -> Start.jobFails("boom");
    world.fail(
        "discard", 1, BackendFault.permanent(Failure.of(Failure.Kind.OTHER, "disk gone"), null));

    OperationStatus status = failure(fixture.connect("a").deploy(spec("1").build()));

    assertThat(status.rolledBack()).isFalse();
    assertThat(status.failure().orElseThrow().message())
        .contains("boom")
        .contains("roll-back failed at UNDO_DISCARD")
        .contains("disk gone");
  }
}
