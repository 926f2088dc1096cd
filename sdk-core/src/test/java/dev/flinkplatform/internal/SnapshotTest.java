package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SAVEPOINTS;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Snapshot;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.status.ApplicationState;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  @Test
  void savepoint_jobRuns_isTakenIntoADirectoryOfItsOwn() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    Operation<Savepoint> operation = app.savepoint();
    Savepoint savepoint = operation.await(SOON);

    assertThat(savepoint.location()).startsWith(SAVEPOINTS + "/" + operation.id() + "/");
    assertThat(savepoint.application()).isEqualTo(APP);
    assertThat(savepoint.jobId()).isEqualTo(world.running(APP).orElseThrow().jobId());
    assertThat(app.savepoints()).containsExactly(savepoint);
    assertThat(world.states()).containsEntry(savepoint.location(), 100L);
    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void savepoint_options_areTaken() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    Savepoint savepoint =
        app.savepoint(
                SavepointOptions.to("s3://b/x/").as(SavepointFormat.NATIVE),
                OperationOptions.defaults())
            .await(SOON);

    assertThat(savepoint.location()).startsWith("s3://b/x/orders.savepoint.");
    assertThat(savepoint.format()).isEqualTo(SavepointFormat.NATIVE);
  }

  @Test
  void savepoint_triggerReplyLost_makesNoSecondOne() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.loseReply("triggerSavepoint");

    app.savepoint().await(SOON);

    assertThat(world.count("triggerSavepoint")).isEqualTo(2);
    assertThat(world.states()).hasSize(1);
  }

  @Test
  void savepoint_triggerForgottenButDone_isFound() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.COMPLETES_AND_IS_FORGOTTEN);

    Savepoint savepoint = app.savepoint().await(SOON);

    assertThat(world.states()).containsOnlyKeys(savepoint.location());
    assertThat(world.count("triggerSavepoint")).isEqualTo(1);
  }

  /** A control plane that takes the savepoint tells of it, whether Flink can be asked or not. */
  @Test
  void savepoint_jobManagerNotReadyForAMoment_isNotTriggeredAgain() {
    PlatformBackend fake = world.process("a");
    AtomicBoolean ready = new AtomicBoolean(true);
    PlatformBackend plane =
        (PlatformBackend)
            Proxy.newProxyInstance(
                PlatformBackend.class.getClassLoader(),
                new Class<?>[] {PlatformBackend.class},
                (proxy, method, args) -> {
                  try {
                    return switch (method.getName()) {
                      case "control" -> fake.observe((String) args[0]).control();
                      case "observe" ->
                          ready.get() ? method.invoke(fake, args) : Observation.nothing();
                      default -> method.invoke(fake, args);
                    };
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try (FlinkPlatform platform =
        Platforms.of(
            plane, (operation, verb, step, moment) -> {}, world.timing(), Supervision.off())) {
      FlinkApplication app = fixture.deployed(platform);
      world.snapshotLooks = 2;
      world.before("savepoint", () -> ready.set(false));

      Savepoint savepoint = app.savepoint().await(SOON);

      assertThat(world.count("triggerSavepoint")).isEqualTo(1);
      assertThat(world.states()).containsOnlyKeys(savepoint.location());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Snapshot.class,
      names = {"IS_LOST", "COMES_TOO_EARLY"})
  void savepoint_cameToNothing_isTriggeredAgain(Snapshot how) {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(how);

    Savepoint savepoint = app.savepoint().await(SOON);

    assertThat(world.count("triggerSavepoint")).isEqualTo(2);
    assertThat(world.states()).containsOnlyKeys(savepoint.location());
  }

  @Test
  void savepoint_fails_tellsFlinksCauseAndLeavesTheJob() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.FAILS);

    OperationStatus status = failure(app.savepoint());

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.SNAPSHOT_FAILED);
    assertThat(status.failure().orElseThrow().message()).contains("disk full");
    assertThat(status.applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(app.savepoints()).isEmpty();
  }

  @Test
  void savepoint_jobNotYetRunning_waitsForIt() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.restartJob(APP, 2);

    app.savepoint().await(SOON);

    assertThat(world.count("triggerSavepoint")).isEqualTo(1);
  }

  @Test
  void savepoint_jobFailed_isRejectedWithoutTrigger() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.failJob(APP, "boom");

    OperationStatus status = failure(app.savepoint());

    assertThat(status.state()).isEqualTo(OperationState.REJECTED);
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.WRONG_STATE);
    assertThat(world.count("triggerSavepoint")).isZero();
  }

  @Test
  void savepoint_suspended_isRejectedWithoutTrigger() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.suspend().await(SOON);

    OperationStatus status = failure(app.savepoint());

    assertThat(status.state()).isEqualTo(OperationState.REJECTED);
    assertThat(status.failure().orElseThrow().message()).contains("Resume it first");
    assertThat(world.count("triggerSavepoint")).isZero();
  }

  @Test
  void savepoint_neverEnds_failsAtTheDeadline() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshotLooks = Integer.MAX_VALUE;

    OperationStatus status =
        failure(
            app.savepoint(
                SavepointOptions.defaults(), OperationOptions.within(Duration.ofSeconds(1))));

    assertThat(status.state()).as("something was triggered").isEqualTo(OperationState.FAILED);
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
    assertThat(status.failure().orElseThrow().message()).contains("under way");
  }

  @Test
  void checkpoint_jobRuns_tellsItsNumberAndLocation() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    Checkpoint checkpoint = app.checkpoint().await(SOON);

    assertThat(checkpoint.id()).isEqualTo(1);
    assertThat(world.states()).containsEntry(checkpoint.location(), 100L);
    assertThat(app.status().completedCheckpoints()).isEqualTo(1);
  }

  @Test
  void checkpoint_lost_isTriggeredAgain() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.IS_LOST);

    assertThat(app.checkpoint().await(SOON).id()).isEqualTo(1);
    assertThat(world.count("triggerCheckpoint")).isEqualTo(2);
  }

  @Test
  void checkpoint_fails_tellsFlinksCause() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.snapshots.add(Snapshot.FAILS);

    assertThat(failure(app.checkpoint()).failure().orElseThrow().kind())
        .isEqualTo(Failure.Kind.SNAPSHOT_FAILED);
  }

  @Test
  void checkpoint_jobFailed_isRejected() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.failJob(APP, "boom");

    assertThat(failure(app.checkpoint()).state()).isEqualTo(OperationState.REJECTED);
    assertThat(world.count("triggerCheckpoint")).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dispose_olderSavepoint_isGone(boolean backendDeletes) {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint first = app.savepoint().await(SOON);
    world.checkpoint(APP, Instant.parse("2999-01-01T00:00:00Z"));
    world.seesFiles = backendDeletes;

    Savepoint disposed = app.dispose(first).await(SOON);

    assertThat(disposed).isEqualTo(first);
    assertThat(app.savepoints()).isEmpty();
    assertThat(world.states()).doesNotContainKey(first.location());
    assertThat(world.count("dispose")).isEqualTo(backendDeletes ? 0 : 1);
  }

  @Test
  void dispose_latestState_isRefused() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint only = app.suspend().await(SOON);

    assertThatThrownBy(() -> app.dispose(only))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("is the latest state");
    assertThat(world.states()).containsKey(only.location());
  }

  @Test
  void dispose_foreignSavepoint_isRefused() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.putState("s3://b/foreign", 1);
    Savepoint foreign =
        new Savepoint(
            APP, "s3://b/foreign", Instant.EPOCH, SavepointFormat.CANONICAL, JobId.random());

    assertThatThrownBy(() -> app.dispose(foreign))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("none that the SDK took");
    assertThat(world.states()).containsKey("s3://b/foreign");
  }

  @Test
  void dispose_onlyFlinkCanAndNothingRuns_isRejected() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Savepoint first = app.savepoint().await(SOON);
    world.work(APP, 1);
    app.suspend().await(SOON);
    world.seesFiles = false;

    OperationStatus status = failure(app.dispose(first));

    assertThat(status.state()).isEqualTo(OperationState.REJECTED);
    assertThat(status.failure().orElseThrow().message()).contains("Only a running Flink");
  }
}
