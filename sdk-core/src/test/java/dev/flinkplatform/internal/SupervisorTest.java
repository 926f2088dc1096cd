package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.waiting.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an open platform does about processes that die. */
class SupervisorTest {

  private static final Supervision SOON_AGAIN =
      Supervision.defaults()
          .withBackOff(Duration.ofMillis(1), Duration.ofMillis(10))
          .withLimit(3, Duration.ofMinutes(10));

  @RegisterExtension final CoreFixture fixture = new CoreFixture();
  private final List<FlinkPlatform> platforms = new ArrayList<>();

  @BeforeEach
  void supervise() {
    fixture.world.supervised = true;
  }

  @AfterEach
  void close() {
    platforms.forEach(FlinkPlatform::close);
  }

  private FlinkPlatform connect(String process, Supervision policy) {
    FlinkPlatform platform =
        Platforms.of(fixture.world.process(process), (operation, verb, step, moment) -> {}, policy);
    platforms.add(platform);
    return platform;
  }

  private static List<OperationStatus> recoveries(FlinkPlatform platform) {
    return platform.operations().stream().filter(o -> o.verb() == Verb.RECOVER).toList();
  }

  private OperationStatus recovered(FlinkPlatform platform, int times) {
    await()
        .atMost(SOON)
        .until(
            () -> recoveries(platform).stream().filter(o -> o.state().hasEnded()).count() == times);
    return recoveries(platform).get(0);
  }

  @Test
  void taskManager_died_isStartedAgainByOneOfSeveralPlatforms() {
    FlinkPlatform platform = connect("first", SOON_AGAIN);
    connect("second", SOON_AGAIN);
    FlinkApplication app = fixture.deployed(platform);
    String run = app.status().jobId().orElseThrow().hex();

    fixture.world.loseTaskManager(APP);

    OperationStatus operation = recovered(platform, 1);
    assertThat(operation.state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(operation.details()).containsEntry("jobId", run).containsKey("loss");
    assertThat(fixture.world.count("revive")).isEqualTo(1);
    assertThat(fixture.world.taskManagers(APP)).isEqualTo(2);
    assertThat(app.status().jobId().orElseThrow().hex()).isEqualTo(run);
  }

  @Test
  void taskManager_wasStartedAgainSinceTheLook_isLeftAlone() {
    CorePlatform first = (CorePlatform) connect("first", Supervision.off());
    CorePlatform second = (CorePlatform) connect("second", Supervision.off());
    fixture.deployed(first);
    fixture.world.loseTaskManager(APP);
    Journal.Entry seen = second.journal.load(APP).orElseThrow();
    first.recover(first.journal.load(APP).orElseThrow()).await(SOON);

    assertThatThrownBy(() -> second.recover(seen))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("changed since");

    assertThat(recoveries(second)).hasSize(1);
    assertThat(fixture.world.count("revive")).isEqualTo(1);
  }

  @Test
  void jobManager_died_isRestoredFromTheLatestState() {
    FlinkPlatform platform = connect("only", SOON_AGAIN);
    FlinkApplication app = fixture.deployed(platform);
    String checkpoint = fixture.world.checkpoint(APP, Instant.now());

    fixture.world.killJobManager(APP);

    app.await(Condition.running(), SOON); // never FAILED, since something is done about it
    OperationStatus operation = recovered(platform, 1);
    assertThat(operation.state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(operation.details()).containsEntry("restoredFrom", checkpoint);
    assertThat(fixture.world.launches()).hasSize(2);
    assertThat(app.status().generation()).isEqualTo(1);
  }

  @Test
  void jobManager_died_isRecoveringAtEveryStep() {
    FlinkPlatform reader = connect("reader", Supervision.off());
    Set<ApplicationState> seen = EnumSet.noneOf(ApplicationState.class);
    FlinkPlatform platform =
        Platforms.of(
            fixture.world.process("only"),
            (operation, verb, step, moment) -> {
              if (verb == Verb.RECOVER) {
                seen.add(reader.application(APP).status().state());
              }
            },
            SOON_AGAIN);
    platforms.add(platform);
    fixture.deployed(platform);
    fixture.world.checkpoint(APP, Instant.now());

    fixture.world.killJobManager(APP);

    assertThat(recovered(platform, 1).state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(seen)
        .contains(ApplicationState.RECOVERING)
        .isSubsetOf(ApplicationState.RECOVERING, ApplicationState.RUNNING);
  }

  @Test
  void jobManager_diedWithoutState_isLeftToTheUser() {
    FlinkPlatform platform = connect("only", SOON_AGAIN);
    FlinkApplication app = fixture.deployed(platform);

    fixture.world.killJobManager(APP);

    assertThat(recovered(platform, 1).state()).isEqualTo(OperationState.REJECTED);
    ApplicationStatus status = app.status();
    assertThat(status.state()).isEqualTo(ApplicationState.FAILED);
    assertThat(status.reason()).contains("no completed checkpoint");
    assertThat(fixture.world.launches()).hasSize(1);

    app.resume(StateRestore.fresh()).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void taskManager_diesAgainAndAgain_isACrashLoopUntilTheUserRestarts() {
    FlinkPlatform platform = connect("only", SOON_AGAIN);
    FlinkApplication app = fixture.deployed(platform);
    fixture.world.diesAgain = 1;

    fixture.world.loseTaskManager(APP);
    await().atMost(SOON).until(() -> app.status().reason().contains("crash loop"));

    ApplicationStatus status = app.status();
    assertThat(status.reason()).contains("3 restarts within PT10M", "a process died");
    assertThat(recoveries(platform)).hasSize(3);
    assertThat(fixture.world.count("revive")).isEqualTo(3);

    fixture.world.diesAgain = 0;
    app.restart().await(SOON);

    assertThat(app.status().reason()).doesNotContain("crash loop");
    fixture.world.loseTaskManager(APP);
    recovered(platform, 4);
    assertThat(fixture.world.taskManagers(APP)).isEqualTo(2);
  }

  @Test
  void restoredCluster_failsToo_isTriedAgainUpToTheLimit() {
    FlinkPlatform platform = connect("only", SOON_AGAIN);
    FlinkApplication app = fixture.deployed(platform);
    fixture.world.checkpoint(APP, Instant.now());
    Failure memory = Failure.of(Failure.Kind.PROCESS_DIED, "no memory");
    fixture.world.starts = launch -> Start.clusterFails(memory, false);

    fixture.world.killJobManager(APP);
    await().atMost(SOON).until(() -> app.status().reason().contains("crash loop"));

    assertThat(app.status().state()).isEqualTo(ApplicationState.FAILED);
    assertThat(app.status().reason()).contains("no memory");
    assertThat(recoveries(platform)).hasSize(3).allMatch(o -> !o.rolledBack());
    assertThat(fixture.world.launches()).hasSize(4);
  }

  @Test
  void job_failedForGood_isLeftAlone() {
    FlinkPlatform platform = connect("first", SOON_AGAIN);
    FlinkApplication app = fixture.deployed(platform);
    fixture.world.checkpoint(APP, Instant.now());

    fixture.world.failJob(APP, "boom");
    fixture.world.loseTaskManager(APP);

    assertThat(recovered(platform, 1).state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(app.status().jobState()).isEqualTo(JobState.FAILED);
    assertThat(fixture.world.launches()).hasSize(1);
  }

  @Test
  void jobManager_diedAndSupervisionIsOff_nothingIsStartedAgain() {
    FlinkPlatform platform = connect("only", Supervision.off());
    FlinkApplication app = fixture.deployed(platform);
    fixture.world.checkpoint(APP, Instant.now());
    fixture.world.killJobManager(APP);

    ApplicationStatus status = app.status();

    assertThat(status.state()).isEqualTo(ApplicationState.FAILED);
    assertThat(recoveries(platform)).isEmpty();
    assertThat(platform.plan(spec("1").build()).kind().name()).isEqualTo("RESTART_WITH_STATE");
  }
}
