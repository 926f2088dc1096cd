package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.status.ApplicationState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RescaleTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  @Test
  void rescale_adaptive_isDoneInPlace() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    Launch before = world.running(APP).orElseThrow();

    RescaleResult result = app.rescale(4).await(SOON);

    assertThat(result).isEqualTo(new RescaleResult(2, 4, RescaleResult.Mechanism.IN_PLACE));
    assertThat(world.running(APP)).contains(before);
    assertThat(world.taskManagers(APP)).isEqualTo(4);
    assertThat(app.spec().parallelism()).isEqualTo(4);
    assertThat(app.status().generation()).isEqualTo(2);
    assertThat(world.count("stopWithSavepoint")).isZero();
  }

  @Test
  void rescale_programFixedAVertex_keepsItsParallelism() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    app.rescale(4).await(SOON);

    assertThat(world.upperBounds(APP)).containsExactly(4, 4, 1);
    assertThat(world.parallelism(APP)).containsExactly(4, 4, 1);
  }

  @Test
  void rescale_fromOne_keepsVerticesThatCanOnlyBeOne() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = platform.deploy(spec("1").parallelism(1).build()).await(SOON);

    app.rescale(3).await(SOON);

    assertThat(world.parallelism(APP)).containsExactly(3, 3, 1);
  }

  @Test
  void rescale_down_releasesTaskManagersAfterTheJobLeftThem() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.rescale(4).await(SOON);
    List<Integer> sizes = new ArrayList<>();
    world.before("requirements.put", () -> sizes.add(world.taskManagers(APP)));

    app.rescale(1).await(SOON);

    assertThat(sizes).containsExactly(4);
    assertThat(world.taskManagers(APP)).isEqualTo(1);
  }

  @Test
  void rescale_aboveMaxParallelism_isRejectedAndChangesNothing() {
    world.maxParallelism = 8;
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    OperationStatus status = failure(app.rescale(9));

    assertThat(status.state()).isEqualTo(OperationState.REJECTED);
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.STATE_DOES_NOT_FIT);
    assertThat(status.failure().orElseThrow().message())
        .contains("'source' has max parallelism 8")
        .contains("'count'")
        .doesNotContain("'sink'");
    assertThat(world.count("scaleTaskManagers")).isZero();
    assertThat(world.count("requirements.put")).isZero();
    assertThat(app.spec().parallelism()).isEqualTo(2);
  }

  @Test
  void rescale_notThereAtTheDeadline_putsTheBoundsBack() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.neverReaches = parallelism -> parallelism == 4;

    OperationStatus status =
        failure(
            app.rescale(
                4, RescaleOptions.defaults(), OperationOptions.within(Duration.ofSeconds(1))));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
    assertThat(status.rolledBack()).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.upperBounds(APP)).containsExactly(2, 2, 1);
    assertThat(world.taskManagers(APP)).isEqualTo(2);
    assertThat(app.spec().parallelism()).isEqualTo(2);
    assertThat(app.status().generation()).isEqualTo(1);
  }

  @Test
  void rescale_undoFailsToo_tellsBothCauses() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.refuses = bound -> true;

    OperationStatus status = failure(app.rescale(4));

    assertThat(status.rolledBack()).isFalse();
    assertThat(status.failure().orElseThrow().message())
        .contains("the scheduler refused; and the roll-back failed at UNDO_REQUIREMENTS");
  }

  @Test
  void rescale_notAdaptive_goesThroughASavepoint() {
    world.adaptive = false;
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    RescaleResult result = app.rescale(4).await(SOON);

    assertThat(result).isEqualTo(new RescaleResult(2, 4, RescaleResult.Mechanism.SAVEPOINT));
    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(world.parallelism(APP)).containsExactly(4, 4, 1);
  }

  @Test
  void rescale_notAdaptiveAndNewRunFails_rollsBack() {
    world.adaptive = false;
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.starts =
        launch ->
            launch.spec().parallelism() == 4
                ? Start.jobFails(
                    "The state has a maximum parallelism of 2, larger than the max parallelism")
                : Start.runs(0);

    OperationStatus status = failure(app.rescale(4));

    assertThat(status.rolledBack()).isTrue();
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.STATE_DOES_NOT_FIT);
    assertThat(app.spec().parallelism()).isEqualTo(2);
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void rescale_inPlaceOnlyAndNotAdaptive_isRefusedBeforeSideEffects() {
    world.adaptive = false;
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    List<String> before = world.mutations();

    assertThatThrownBy(
            () -> app.rescale(4, RescaleOptions.inPlaceOnly(), OperationOptions.defaults()))
        .isInstanceOfSatisfying(
            UnsupportedCapabilityException.class,
            e -> assertThat(e.capability()).isEqualTo(Capability.RESCALE_IN_PLACE))
        .hasMessageContaining("jobmanager.scheduler: adaptive");
    assertThat(world.mutations()).isEqualTo(before);
  }

  @Test
  void rescale_inPlaceOnlyAndAdaptive_isDone() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    assertThat(
            app.rescale(4, RescaleOptions.inPlaceOnly(), OperationOptions.defaults())
                .await(SOON)
                .mechanism())
        .isEqualTo(RescaleResult.Mechanism.IN_PLACE);
  }

  @Test
  void rescale_sameParallelism_doesNothing() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    assertThat(app.rescale(2).await(SOON).mechanism()).isEqualTo(RescaleResult.Mechanism.NONE);
    assertThat(world.launches()).hasSize(1);
    assertThat(world.count("scaleTaskManagers")).isZero();
  }

  @Test
  void rescale_suspended_isRejected() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    app.suspend().await(SOON);

    OperationStatus status = failure(app.rescale(4));

    assertThat(status.state()).isEqualTo(OperationState.REJECTED);
    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.WRONG_STATE);
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 40_000})
  void rescale_impossibleParallelism_isRefused(int parallelism) {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    assertThatThrownBy(() -> app.rescale(parallelism))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e -> assertThat(e.violations()).extracting(Violation::path).contains("parallelism"));
  }

  @Test
  void rescale_replicasWereSaid_areRaisedWithIt() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app =
        platform
            .deploy(
                spec("1")
                    .taskManager(TaskManagerSpec.builder().slots(2).replicas(1).build())
                    .build())
            .await(SOON);

    app.rescale(5).await(SOON);

    assertThat(app.spec().taskManager().replicas()).contains(3);
    assertThat(world.taskManagers(APP)).isEqualTo(3);
  }

  @Test
  void rescale_jobManagerDiesMeanwhile_failsAndTells() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.before("requirements.put", () -> world.killJobManager(APP));

    OperationStatus status = failure(app.rescale(4));

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.PROCESS_DIED);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.FAILED);
  }
}
