package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.status.ApplicationState;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeleteTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  @Test
  void delete_keep_leavesStateAndTellsWhere() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    String checkpoint = world.checkpoint(APP, Instant.EPOCH);
    world.haltLooks = 1;

    DeleteResult result = app.delete(StateRetention.KEEP).await(SOON);

    assertThat(result.retention()).isEqualTo(StateRetention.KEEP);
    assertThat(result.kept()).containsExactly(checkpoint);
    assertThat(world.running(APP)).isEmpty();
    assertThat(world.states()).containsOnlyKeys(checkpoint);
    assertThat(app.status().state()).isEqualTo(ApplicationState.ABSENT);
  }

  @Test
  void delete_nobodyKnowsTheLatestState_isDoneAndSaysSo() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    world.fail(
        "latestCheckpoint",
        1,
        BackendFault.permanent(
            Failure.of(Failure.Kind.STATE_UNREADABLE, "its files\nare out of reach"), null));

    DeleteResult result = app.delete(StateRetention.KEEP).await(SOON);

    assertThat(result.kept())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("its files are out of reach");
    assertThat(app.status().state()).isEqualTo(ApplicationState.ABSENT);
    assertThatThrownBy(
            () ->
                platform.deploy(
                    spec("1").build(), StateRestore.latest(), OperationOptions.defaults()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("are out of reach");
  }

  @Test
  void delete_purge_leavesNothing() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.checkpoint(APP, Instant.EPOCH);
    app.savepoint().await(SOON);

    DeleteResult result = app.delete(StateRetention.PURGE).await(SOON);

    assertThat(result.kept()).isEmpty();
    assertThat(world.states()).isEmpty();
    assertThat(world.running(APP)).isEmpty();
  }

  @Test
  void delete_purgedThenDeployLatest_isRefused() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    app.suspend().await(SOON);
    app.delete(StateRetention.PURGE).await(SOON);

    assertThatThrownBy(
            () ->
                platform.deploy(
                    spec("1").build(), StateRestore.latest(), OperationOptions.defaults()))
        .isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void delete_failedJob_isDone() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.failJob(APP, "boom");

    app.delete(StateRetention.KEEP).await(SOON);

    assertThat(app.status().state()).isEqualTo(ApplicationState.ABSENT);
  }

  @Test
  void delete_twice_secondFindsNothing() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.delete(StateRetention.KEEP).await(SOON);

    assertThatThrownBy(() -> app.delete(StateRetention.KEEP))
        .isInstanceOf(ApplicationNotFoundException.class);
  }

  @Test
  void delete_unreachableForAWhile_isDoneInTheEnd() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.fail("halt", 2, BackendFault.unavailable("connection refused", null));
    world.fail("discard", 1, BackendFault.unavailable("connection refused", null));

    app.delete(StateRetention.KEEP).await(SOON);

    assertThat(world.running(APP)).isEmpty();
  }

  @Test
  void delete_haltRefused_failsAndTheApplicationStays() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    world.fail("halt", 1, BackendFault.permanent(Failure.of(Failure.Kind.OTHER, "403"), null));

    OperationStatus status = failure(app.delete(StateRetention.KEEP));

    assertThat(status.state()).isEqualTo(OperationState.FAILED);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.RUNNING);
    app.delete(StateRetention.KEEP).await(SOON);
    assertThat(platform.applications()).isEmpty();
  }

  @Test
  void delete_whileItRuns_statusIsDeleting() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    AtomicReference<ApplicationState> seen = new AtomicReference<>();
    world.before("discard", () -> seen.set(app.status().state()));

    app.delete(StateRetention.KEEP).await(SOON);

    assertThat(seen).hasValue(ApplicationState.DELETING);
  }

  @Test
  void deploy_afterDelete_isANewApplication() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);
    app.delete(StateRetention.KEEP).await(SOON);

    platform.deploy(spec("3").build()).await(SOON);

    assertThat(app.status().generation()).isEqualTo(1);
    assertThat(world.progress(APP)).isZero();
  }
}
