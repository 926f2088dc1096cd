package dev.flinkplatform.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.Plan;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InMemoryPlatformTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String APP = "orders";

  private InMemoryPlatform place = InMemoryPlatform.create();

  @AfterEach
  void verify() {
    assertThat(place.violations()).isEmpty();
  }

  private static ApplicationSpec spec(String version) {
    return ApplicationSpec.builder(APP)
        .flinkVersion("2.3")
        .job(JobSpec.jar("/jobs/orders-" + version + ".jar").build())
        .parallelism(2)
        .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(10)).build())
        .build();
  }

  private void behaves(SimulatedJob job) {
    place = InMemoryPlatform.builder().jobs(spec -> job).build();
  }

  private static OperationFailedException failure(Operation<?> operation) {
    try {
      operation.await(Duration.ofMinutes(30));
    } catch (OperationFailedException e) {
      return e;
    }
    throw new AssertionError("It should have failed: " + operation.status());
  }

  // ---- time ----

  @Test
  void time_nobodyWaits_standsStill() {
    Instant before = place.now();
    Operation<FlinkApplication> operation = place.connect().deploy(spec("1"));

    assertThat(place.now()).isEqualTo(before);
    assertThat(operation.status().state()).isEqualTo(OperationState.RUNNING);
    assertThat(place.running(APP)).as("nothing was done yet").isEmpty();
  }

  @Test
  void await_slowJob_jumpsToItsStart() {
    behaves(SimulatedJob.endless().startsAfter(Duration.ofHours(3)));
    Instant before = place.now();

    place
        .connect()
        .deploy(spec("1"), StateRestore.fresh(), OperationOptions.within(Duration.ofDays(1)))
        .await(Duration.ofDays(1));

    assertThat(Duration.between(before, place.now()))
        .isBetween(Duration.ofHours(3), Duration.ofHours(3).plusMinutes(1));
  }

  @Test
  void await_neverTrue_endsAtItsTimeout() {
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);
    Instant before = place.now();

    assertThatThrownBy(
            () -> app.await(Condition.of("never", s -> Verdict.notYet("no")), Duration.ofHours(1)))
        .isInstanceOf(WaitTimeoutException.class);

    assertThat(Duration.between(before, place.now())).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void advance_operationRuns_goesOnWithIt() {
    Operation<FlinkApplication> operation = place.connect().deploy(spec("1"));

    place.advance(Duration.ofSeconds(30));

    assertThat(operation.status().state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(operation.toFuture()).isCompleted();
  }

  @Test
  void await_manyThreads_allSeeTheirEnd() throws InterruptedException {
    FlinkPlatform platform = place.connect();
    List<Thread> threads = new ArrayList<>();
    List<Throwable> faults = new CopyOnWriteArrayList<>();
    CountDownLatch start = new CountDownLatch(1);
    for (int i = 0; i < 8; i++) {
      String name = APP + i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                  ApplicationSpec spec =
                      ApplicationSpec.builder(name)
                          .flinkVersion("2.3")
                          .job(JobSpec.jar("/jobs/a.jar").build())
                          .build();
                  FlinkApplication app = platform.deploy(spec).await(Duration.ofHours(1));
                  app.savepoint().await(Duration.ofHours(1));
                  app.restart().await(Duration.ofHours(1));
                  app.delete(StateRetention.PURGE).await(Duration.ofHours(1));
                } catch (RuntimeException | Error | InterruptedException e) {
                  faults.add(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(faults).isEmpty();
    assertThat(platform.applications()).isEmpty();
  }

  @Test
  void close_anotherThreadWaits_isToldAndTheOperationIsGivenBack() throws InterruptedException {
    behaves(SimulatedJob.endless().startsAfter(Duration.ofHours(1)));
    FlinkPlatform closing = place.connect();
    Operation<FlinkApplication> operation = closing.deploy(spec("1"));
    place.advance(Duration.ofSeconds(10));
    closing.close();

    assertThat(operation.toFuture()).isCompletedExceptionally();
    Operation<?> found = place.connect().operation(operation.id());
    assertThat(failure(found).status().failure().orElseThrow().kind())
        .isEqualTo(Failure.Kind.DEADLINE_PASSED);
  }

  // ---- many ----

  @Test
  void places_aThousand_liveAndDie() {
    for (int i = 0; i < 1000; i++) {
      InMemoryPlatform one = InMemoryPlatform.builder().seed(i).build();
      try (FlinkPlatform platform = one.connect()) {
        FlinkApplication app = platform.deploy(spec("1")).await(MINUTE);
        app.savepoint().await(MINUTE);
        long before = one.processed(APP);
        app.upgrade(spec("2"), StateRestore.latest()).await(MINUTE);
        assertThat(one.processed(APP)).isGreaterThanOrEqualTo(before);
        assertThat(app.status().generation()).isEqualTo(2);
        app.delete(StateRetention.PURGE).await(MINUTE);
        assertThat(one.running(APP)).isEmpty();
        assertThat(one.states("memory://state/" + APP)).isEmpty();
        assertThat(one.violations()).isEmpty();
      }
    }
  }

  // ---- what is lost and what is not ----

  @Test
  void upgrade_latestAndFresh_keepsAndLosesTheState() {
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);
    place.advance(Duration.ofSeconds(100));

    app.upgrade(spec("2"), StateRestore.latest()).await(MINUTE);
    long kept = place.processed(APP);
    app.upgrade(spec("3"), StateRestore.fresh()).await(MINUTE);

    assertThat(kept).isGreaterThanOrEqualTo(100_000);
    assertThat(place.processed(APP)).isLessThan(10_000);
  }

  @Test
  void failTask_betweenCheckpoints_goesBackToTheLastOne() {
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);
    place.advance(Duration.ofSeconds(25));
    long before = place.processed(APP);

    place.failTask(APP, "java.io.IOException: no route");
    assertThat(app.status().state()).isEqualTo(ApplicationState.RECOVERING);
    assertThat(app.status().reason()).contains("no route");
    app.await(Condition.running(), MINUTE);

    assertThat(place.processed(APP)).isLessThan(before).isGreaterThanOrEqualTo(20_000);
    assertThat(app.status().restarts()).isEqualTo(1);
    assertThat(app.exceptions()).hasSize(1);
  }

  @Test
  void failTask_noRestarts_isFailedAndUpgradeGoesOnFromTheLastCheckpoint() {
    ApplicationSpec fragile = spec("1").toBuilder().restartStrategy(RestartStrategy.none()).build();
    FlinkApplication app = place.connect().deploy(fragile).await(MINUTE);
    place.advance(Duration.ofSeconds(25));

    place.failTask(APP, "java.io.IOException: no route");
    assertThat(app.status().state()).isEqualTo(ApplicationState.FAILED);
    app.upgrade(spec("2"), StateRestore.latest()).await(MINUTE);

    assertThat(place.processed(APP)).isGreaterThanOrEqualTo(20_000).isLessThan(25_000);
  }

  @Test
  void killTaskManager_thenApply_isBroughtBack() {
    FlinkPlatform platform = place.connect();
    FlinkApplication app = platform.deploy(spec("1")).await(MINUTE);

    assertThat(place.killTaskManager(APP)).isTrue();
    assertThat(platform.plan(spec("1")).kind()).isEqualTo(Plan.Kind.IN_PLACE);
    platform.apply(spec("1")).await(MINUTE);

    assertThat(app.status().taskManagers()).hasSize(2);
    assertThat(app.status().jobIdHistory()).hasSize(1);
  }

  @Test
  void killJobManager_withAndWithoutHighAvailability_recoversOrFails() {
    FlinkPlatform platform = place.connect();
    FlinkApplication alone = platform.deploy(spec("1")).await(MINUTE);
    place.killJobManager(APP);
    assertThat(alone.status().state()).isEqualTo(ApplicationState.FAILED);
    alone.delete(StateRetention.PURGE).await(MINUTE);

    ApplicationSpec ha =
        spec("1").toBuilder()
            .highAvailability(HighAvailability.zooKeeper("zk:2181", "file:///ha"))
            .build();
    FlinkApplication app = platform.deploy(ha).await(MINUTE);
    place.advance(Duration.ofSeconds(35));
    JobId run = app.status().jobId().orElseThrow();
    place.killJobManager(APP);
    assertThat(app.status().state()).isNotEqualTo(ApplicationState.RUNNING);
    app.await(Condition.running(), MINUTE);

    assertThat(app.status().jobId()).contains(run);
    assertThat(place.processed(APP)).isGreaterThanOrEqualTo(30_000);
  }

  // ---- savepoints ----

  @Test
  void failNextSnapshot_suspend_jobGoesOnAndTheNextOneWorks() {
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);
    place.failNextSnapshot(APP, "disk full");

    OperationFailedException e = failure(app.suspend());

    assertThat(e.status().failure().orElseThrow().kind()).isEqualTo(Failure.Kind.SNAPSHOT_FAILED);
    assertThat(e).hasMessageContaining("disk full");
    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    app.suspend().await(MINUTE);
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
  }

  @Test
  void snapshotsTake_longerThanTheDeadline_operationFails() {
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);
    place.snapshotsTake(APP, Duration.ofMinutes(20));

    OperationFailedException e =
        failure(app.savepoint(SavepointOptions.defaults(), OperationOptions.within(MINUTE)));

    assertThat(e.status().failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
  }

  @Test
  void restore_claimed_flinkOwnsTheSavepoint() {
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);
    Savepoint savepoint = app.suspend().await(MINUTE);

    app.resume(StateRestore.from(savepoint).claim(StateRestore.ClaimMode.CLAIM)).await(MINUTE);
    assertThat(place.states("memory://state/" + APP)).contains(savepoint.location());
    app.await(Condition.checkpointsCompleted(1), MINUTE);

    assertThat(place.states("memory://state/" + APP)).doesNotContain(savepoint.location());
  }

  // ---- jobs ----

  @Test
  void jobs_mainThrows_deploymentFailsWithTheCause() {
    behaves(SimulatedJob.endless().mainThrows("java.lang.IllegalStateException: no topic"));

    OperationFailedException e = failure(place.connect().deploy(spec("1")));

    assertThat(e).hasMessageContaining("no topic");
    assertThat(place.running(APP)).isEmpty();
  }

  @Test
  void jobs_finishes_isSeen() {
    behaves(SimulatedJob.endless().finishesAfter(Duration.ofHours(2)));
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);

    app.await(Condition.finished(), Duration.ofHours(3));

    assertThat(place.processed(APP)).isEqualTo(7_200_000);
  }

  @Test
  void jobs_failAgainAndAgain_areGivenUpByTheirRestartStrategy() {
    behaves(SimulatedJob.endless().failsAfter(MINUTE, "java.lang.IllegalStateException: poison"));
    ApplicationSpec thrice =
        spec("1").toBuilder()
            .restartStrategy(RestartStrategy.fixedDelay(3, Duration.ofSeconds(5)))
            .build();
    FlinkApplication app = place.connect().deploy(thrice).await(MINUTE);

    app.await(Condition.inState(ApplicationState.FAILED), Duration.ofHours(1));

    assertThat(app.status().restarts()).isEqualTo(3);
    assertThat(app.status().reason()).contains("poison");
    assertThat(app.exceptions()).hasSize(4);
  }

  @Test
  void jobs_otherState_upgradeIsRolledBack() {
    place =
        InMemoryPlatform.builder()
            .jobs(s -> SimulatedJob.endless().stateOf(s.job().jars().get(0)))
            .build();
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);

    OperationFailedException e = failure(app.upgrade(spec("2"), StateRestore.latest()));

    assertThat(e.status().failure().orElseThrow().kind())
        .isEqualTo(Failure.Kind.STATE_DOES_NOT_FIT);
    assertThat(e.status().rolledBack()).isTrue();
    assertThat(app.spec()).isEqualTo(spec("1"));
  }

  @Test
  void rescale_adaptive_waitsForSlotsAndIsDoneInPlace() {
    ApplicationSpec adaptive =
        spec("1").toBuilder().putFlinkConfig("jobmanager.scheduler", "adaptive").build();
    FlinkApplication app = place.connect().deploy(adaptive).await(MINUTE);

    RescaleResult result = app.rescale(5).await(MINUTE);

    assertThat(result).isEqualTo(new RescaleResult(2, 5, RescaleResult.Mechanism.IN_PLACE));
    assertThat(app.status().parallelism()).isEqualTo(5);
    assertThat(app.status().slotsFree()).isZero();
  }

  @Test
  void metric_set_isRead() {
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);
    place.metric(APP, "lag", 42);

    assertThat(app.metrics(List.of("lag", "none"))).containsExactly(Map.entry("lag", 42.0));
  }

  // ---- processes ----

  @Test
  void kill_inMidOperation_anotherPlatformGoesOn() {
    AtomicReference<@Nullable FlinkPlatform> victim = new AtomicReference<>();
    FlinkPlatform first =
        place.connect(
            backend -> backend,
            (operation, verb, step, moment) -> {
              if (step.equals("AWAIT_STOPPED")) {
                place.kill(Objects.requireNonNull(victim.get()));
              }
            });
    victim.set(first);
    FlinkApplication app = first.deploy(spec("1")).await(MINUTE);
    place.advance(Duration.ofSeconds(30));
    Operation<FlinkApplication> operation = app.upgrade(spec("2"), StateRestore.latest());
    place.advance(MINUTE);

    assertThatThrownBy(app::status).isInstanceOf(BackendRejectedException.class);
    FlinkPlatform second = place.connect();
    Operation<?> found = second.operation(operation.id());
    found.await(MINUTE);

    assertThat(found.status().state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(second.application(APP).savepoints()).hasSize(1);
    assertThat(place.processed(APP)).isGreaterThanOrEqualTo(30_000);
  }

  @Test
  void kill_platformOfAnotherPlace_isRefused() {
    FlinkPlatform other = InMemoryPlatform.create().connect();

    assertThatThrownBy(() -> place.kill(other)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void capabilities_limited_areRefused() {
    place = InMemoryPlatform.builder().capabilities(Set.of(Capability.SAVEPOINT)).build();
    FlinkApplication app = place.connect().deploy(spec("1")).await(MINUTE);

    app.savepoint().await(MINUTE);

    assertThatThrownBy(app::suspend).isInstanceOf(UnsupportedCapabilityException.class);
  }
}
