package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.failure;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Progress;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationNotFoundException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.internal.fake.FakeBackend;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import dev.flinkplatform.waiting.WaitOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for operations of every verb: who runs them, who may, and how they are found. */
class OperationTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  /** Holds an operation before a step, until it is let go. */
  private static final class Gate implements StepListener {
    private final String step;
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);

    Gate(Step step) {
      this.step = step.name();
    }

    @Override
    public void at(String operation, Verb verb, String at, Moment moment) {
      if (at.equals(step) && moment == Moment.BEFORE) {
        reached.countDown();
        try {
          assertThat(open.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }

    void awaitReached() throws InterruptedException {
      assertThat(reached.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Ends a process before a step: nothing that it does afterwards has an effect. */
  private StepListener diesBefore(String process, Step step) {
    return (operation, verb, at, moment) -> {
      if (at.equals(step.name()) && moment == StepListener.Moment.BEFORE) {
        world.kill(process);
        throw new AssertionError("dead");
      }
    };
  }

  // ---- one at a time ----

  @Test
  void verb_anotherOperationRuns_isAConflictThatNamesIt() throws InterruptedException {
    Gate gate = new Gate(Step.TRIGGER_SAVEPOINT);
    FlinkApplication app = fixture.deployed(fixture.connect("a", gate));
    Operation<Savepoint> running = app.savepoint();
    gate.awaitReached();

    assertThatThrownBy(app::suspend)
        .isInstanceOfSatisfying(
            ConflictException.class,
            e -> {
              assertThat(e.operationId()).contains(running.id());
              assertThat(e.retryable()).isTrue();
            })
        .hasMessageContaining(running.id())
        .hasMessageContaining("wait for its end");
    assertThatThrownBy(() -> fixture.connect("b").application(APP).delete(StateRetention.PURGE))
        .isInstanceOf(ConflictException.class);

    gate.open.countDown();
    running.await(SOON);
  }

  @Test
  void verb_orphanHoldsTheApplication_conflictSaysHowToGoOn() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    FlinkPlatform dying = fixture.connect("b", diesBefore("b", Step.AWAIT_STOPPED));
    String id = dying.application(APP).suspend().id();
    await().atMost(SOON).until(() -> world.count("stopWithSavepoint") == 1);
    await().atMost(SOON).until(() -> app.status().activeOperation().isPresent() && isDead("b"));

    assertThatThrownBy(app::savepoint)
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("its process is gone")
        .hasMessageContaining("operation(\"" + id + "\")");
  }

  private boolean isDead(String process) {
    return world.process("anybody").liveness(process) == PlatformBackend.Liveness.DEAD;
  }

  @Test
  void delete_ofAnOrphansApplication_supersedesIt() {
    FlinkPlatform healthy = fixture.connect("a");
    FlinkApplication app = fixture.deployed(healthy);
    FlinkPlatform dying = fixture.connect("b", diesBefore("b", Step.LAUNCH));
    String id = dying.application(APP).upgrade(spec("2").build(), StateRestore.latest()).id();
    await().atMost(SOON).until(() -> isDead("b"));

    Operation<DeleteResult> delete = app.delete(StateRetention.KEEP);
    delete.await(SOON);

    Operation<?> superseded = healthy.operation(id);
    OperationStatus status = failure(superseded);
    assertThat(status.state()).isEqualTo(OperationState.SUPERSEDED);
    assertThat(status.failure().orElseThrow().message()).contains(delete.id());
    assertThat(world.running(APP)).isEmpty();
    assertThat(world.states().values()).contains(100L);
  }

  @Test
  void delete_ofAnOrphanedDeployment_leavesNothing() {
    FlinkPlatform healthy = fixture.connect("a");
    FlinkPlatform dying = fixture.connect("b", diesBefore("b", Step.AWAIT_RUNNING));
    dying.deploy(spec("1").build());
    await().atMost(SOON).until(() -> isDead("b"));

    healthy.application(APP).delete(StateRetention.PURGE).await(SOON);

    assertThat(world.running(APP)).isEmpty();
    assertThat(healthy.applications()).isEmpty();
  }

  @Test
  void delete_ofAnOrphanThatHadTakenItsSavepoint_keepsThatState() {
    FlinkPlatform healthy = fixture.connect("a");
    FlinkApplication app = fixture.deployed(healthy);
    FlinkPlatform dying = fixture.connect("b", diesBefore("b", Step.AWAIT_STOPPED));
    dying.application(APP).suspend();
    await().atMost(SOON).until(() -> isDead("b"));

    app.delete(StateRetention.KEEP).await(SOON);
    healthy
        .deploy(spec("1").build(), StateRestore.latest(), OperationOptions.defaults())
        .await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
  }

  // ---- idempotency ----

  @Test
  void verb_sameKeySameRequest_isTheSameOperation() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    OperationOptions key = OperationOptions.builder().idempotencyKey("k1").build();

    Operation<Savepoint> first = app.savepoint(SavepointOptions.defaults(), key);
    Savepoint savepoint = first.await(SOON);
    Operation<Savepoint> again =
        fixture.connect("b").application(APP).savepoint(SavepointOptions.defaults(), key);

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.await(SOON)).isEqualTo(savepoint);
    assertThat(again.status().idempotencyKey()).contains("k1");
    assertThat(world.states()).hasSize(1);
  }

  @Test
  void deploy_sameKeyAfterItSucceeded_isNoConflict() {
    FlinkPlatform platform = fixture.connect("a");
    OperationOptions key = OperationOptions.builder().idempotencyKey("k1").build();
    Operation<FlinkApplication> first =
        platform.deploy(spec("1").build(), StateRestore.fresh(), key);
    first.await(SOON);

    Operation<FlinkApplication> again =
        platform.deploy(spec("1").build(), StateRestore.fresh(), key);

    assertThat(again.id()).isEqualTo(first.id());
    again.await(SOON);
    assertThat(world.launches()).hasSize(1);
  }

  @Test
  void verb_sameKeyOtherRequest_isRefused() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    OperationOptions key = OperationOptions.builder().idempotencyKey("k1").build();
    Operation<?> first = app.savepoint(SavepointOptions.defaults(), key);
    first.await(SOON);

    assertThatThrownBy(() -> app.savepoint(SavepointOptions.to("s3://other"), key))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("idempotencyKey")
        .hasMessageContaining(first.id());
  }

  // ---- finding ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        ".",
        "orders.",
        "orders.savepoint.zzz",
        "../../etc/passwd.x",
        "Orders.a.b"
      })
  void operation_unknownId_isNotFound(String id) {
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);

    assertThatThrownBy(() -> platform.operation(id))
        .isInstanceOf(OperationNotFoundException.class)
        .hasMessageContaining("'" + id + "'");
  }

  @Test
  void operation_endedElsewhere_givesTheSameResult() {
    Operation<Savepoint> operation = fixture.deployed(fixture.connect("a")).savepoint();
    Savepoint savepoint = operation.await(SOON);

    Operation<?> found = fixture.connect("b").operation(operation.id());

    assertThat(found.await(SOON)).isEqualTo(savepoint);
    assertThat(found.status()).isEqualTo(operation.status());
  }

  @Test
  void operation_runsElsewhere_isFollowedAndNotTakenOver() throws InterruptedException {
    Gate gate = new Gate(Step.AWAIT_SAVEPOINT);
    Operation<Savepoint> operation = fixture.deployed(fixture.connect("a", gate)).savepoint();
    gate.awaitReached();
    List<String> steps = new CopyOnWriteArrayList<>();
    Operation<?> followed =
        fixture.connect("b", (o, v, s, m) -> steps.add(s)).operation(operation.id());
    assertThatThrownBy(() -> followed.await(Duration.ofMillis(400)))
        .isInstanceOf(WaitTimeoutException.class)
        .hasMessageContaining("runs in another process");

    gate.open.countDown();

    assertThat(followed.await(SOON)).isEqualTo(operation.await(SOON));
    assertThat(steps).isEmpty();
  }

  @Test
  void operation_nobodyKnowsWhetherItsProcessLives_isNotTakenOver() {
    FlinkPlatform healthy = fixture.connect("a");
    fixture.deployed(healthy);
    FlinkPlatform dying = fixture.connect("b", diesBefore("b", Step.AWAIT_SAVEPOINT));
    String id = dying.application(APP).savepoint().id();
    await().atMost(SOON).until(() -> isDead("b"));
    world.unknownOwners.add("b");

    assertThatThrownBy(() -> healthy.operation(id).await(Duration.ofMillis(400)))
        .isInstanceOf(WaitTimeoutException.class);
    assertThat(healthy.operation(id).status().state()).isEqualTo(OperationState.RUNNING);

    world.unknownOwners.remove("b");
    healthy.operation(id).await(SOON);
  }

  @Test
  void operation_twoFindAnOrphan_oneGoesOnAndBothSeeTheEnd() {
    fixture.deployed(fixture.connect("a"));
    FlinkPlatform dying = fixture.connect("dying", diesBefore("dying", Step.LAUNCH));
    String id = dying.application(APP).upgrade(spec("2").build(), StateRestore.latest()).id();
    await().atMost(SOON).until(() -> isDead("dying"));
    List<String> steps = new CopyOnWriteArrayList<>();
    List<Operation<?>> found = new ArrayList<>();
    for (String process : List.of("b", "c", "d")) {
      found.add(
          fixture
              .connect(
                  process,
                  (o, v, s, m) -> {
                    if (m == StepListener.Moment.AFTER) {
                      steps.add(s);
                    }
                  })
              .operation(id));
    }

    found.forEach(o -> o.await(SOON));

    assertThat(steps).containsExactly("LAUNCH", "AWAIT_RUNNING");
    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void operation_twoFindAnOrphanAtTheSameMoment_compareAndSetDecides() {
    fixture.deployed(fixture.connect("a"));
    FlinkPlatform dying = fixture.connect("dying", diesBefore("dying", Step.LAUNCH));
    String id = dying.application(APP).upgrade(spec("2").build(), StateRestore.latest()).id();
    await().atMost(SOON).until(() -> isDead("dying"));
    world.before("record.write", () -> world.touch(APP));

    fixture.connect("b").operation(id).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void operation_replyOfTheTakeOverLost_comesToItsEnd() {
    String id = orphanedUpgrade();
    world.loseReply("record.write");

    fixture.connect("b").operation(id).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void operation_takeOverWrittenTwice_comesToItsEnd() {
    String id = orphanedUpgrade();
    world.makeTwice("record.write");

    fixture.connect("b").operation(id).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
  }

  private String orphanedUpgrade() {
    fixture.deployed(fixture.connect("a"));
    FlinkPlatform dying = fixture.connect("dying", diesBefore("dying", Step.LAUNCH));
    String id = dying.application(APP).upgrade(spec("2").build(), StateRestore.latest()).id();
    await().atMost(SOON).until(() -> isDead("dying"));
    return id;
  }

  @Test
  void operations_several_areListedLatestFirst() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    app.savepoint().await(SOON);
    app.checkpoint().await(SOON);

    assertThat(platform.operations())
        .extracting(OperationStatus::verb)
        .containsExactlyInAnyOrder(Verb.CHECKPOINT, Verb.SAVEPOINT, Verb.DEPLOY);
    assertThat(platform.operations())
        .isSortedAccordingTo(Comparator.comparing(OperationStatus::startedAt).reversed());
  }

  // ---- progress, waiting ----

  @Test
  void onProgress_addedLate_hearsEverythingOnce() {
    Operation<FlinkApplication> operation = fixture.connect("a").deploy(spec("1").build());
    operation.await(SOON);
    List<Progress> heard = new CopyOnWriteArrayList<>();

    operation.onProgress(heard::add);

    await().atMost(SOON).until(() -> heard.equals(operation.status().progress()));
    assertThat(heard).extracting(Progress::message).contains("accepted", "started without state");
  }

  @Test
  void await_listenerIsSlow_returnsAfterItHeardEverything() throws InterruptedException {
    Gate gate = new Gate(Step.AWAIT_RUNNING);
    FlinkPlatform platform = fixture.connect("a", gate);
    Operation<FlinkApplication> operation = platform.deploy(spec("1").build());
    gate.awaitReached();
    CountDownLatch hear = new CountDownLatch(1);
    List<Progress> heard = new CopyOnWriteArrayList<>();
    operation.onProgress(
        p -> {
          try {
            assertThat(hear.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          heard.add(p);
        });
    gate.open.countDown();
    await().until(() -> operation.status().state().hasEnded());

    assertThatThrownBy(() -> operation.await(Duration.ofMillis(50)))
        .isInstanceOf(WaitTimeoutException.class);
    hear.countDown();
    operation.await(SOON);

    assertThat(heard).isEqualTo(operation.status().progress());
  }

  @Test
  void onProgress_listenerThrows_doesNoHarm() {
    Operation<FlinkApplication> operation =
        fixture
            .connect("a")
            .deploy(spec("1").build())
            .onProgress(
                p -> {
                  throw new IllegalStateException("mine");
                });

    operation.await(SOON);
  }

  @Test
  void await_timesOut_operationGoesOn() throws InterruptedException {
    Gate gate = new Gate(Step.AWAIT_RUNNING);
    Operation<FlinkApplication> operation = fixture.connect("a", gate).deploy(spec("1").build());
    gate.awaitReached();

    assertThatThrownBy(() -> operation.await(Duration.ofMillis(1)))
        .isInstanceOfSatisfying(
            WaitTimeoutException.class, e -> assertThat(e.getMessage()).contains(operation.id()));

    gate.open.countDown();
    assertThat(operation.await(SOON).status().state()).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void await_forever_isTaken() {
    Operation<FlinkApplication> operation = fixture.connect("a").deploy(spec("1").build());

    assertThat(operation.await(Duration.ofSeconds(Long.MAX_VALUE)).name()).isEqualTo(APP);
  }

  @Test
  void deadline_forever_isTaken() {
    fixture
        .connect("a")
        .deploy(
            spec("1").build(),
            StateRestore.fresh(),
            OperationOptions.within(Duration.ofSeconds(Long.MAX_VALUE)))
        .await(SOON);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void await_noTime_isRefused(long millis) {
    Operation<FlinkApplication> operation = fixture.connect("a").deploy(spec("1").build());

    assertThatThrownBy(() -> operation.await(Duration.ofMillis(millis)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void await_interrupted_restoresTheFlag() throws InterruptedException {
    Gate gate = new Gate(Step.AWAIT_RUNNING);
    Operation<FlinkApplication> operation = fixture.connect("a", gate).deploy(spec("1").build());
    gate.awaitReached();

    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> operation.await(SOON)).isInstanceOf(WaitInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    gate.open.countDown();
    operation.await(SOON);
  }

  // ---- faults of the SDK, and of the journal ----

  @Test
  void listener_throwsOnce_operationIsGivenBackAndGoesOn() {
    AtomicInteger times = new AtomicInteger();
    FlinkPlatform platform =
        fixture.connect(
            "a",
            (o, v, s, m) -> {
              if (s.equals("AWAIT_RUNNING") && times.getAndIncrement() == 0) {
                throw new IllegalStateException("a fault of the SDK");
              }
            });
    Operation<FlinkApplication> operation = platform.deploy(spec("1").build());
    assertThatThrownBy(() -> operation.await(SOON))
        .isInstanceOf(FlinkPlatformException.class)
        .hasMessageContaining("FlinkPlatform.operation(id) goes on with it");

    Object result = platform.operation(operation.id()).await(SOON);

    assertThat(((FlinkApplication) result).status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(world.launches()).hasSize(1);
  }

  @Test
  void verb_journalUnreachable_isUnavailableAndChangesNothing() {
    FlinkPlatform platform = fixture.connect("a");
    world.fail("record.read", 1, BackendFault.unavailable("no route to host", null));

    assertThatThrownBy(() -> platform.deploy(spec("1").build()))
        .isInstanceOfSatisfying(
            BackendUnavailableException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessageContaining("no route to host")
        .hasMessageContaining("app='orders'");
    assertThat(world.mutations()).isEmpty();
  }

  @Test
  void query_journalUnreachable_isUnavailable() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    BackendFault fault = BackendFault.unavailable("no route to host", null);
    for (Runnable query :
        List.<Runnable>of(
            app::status,
            app::spec,
            app::savepoints,
            app::exceptions,
            () -> app.logs(10),
            () -> app.metrics(List.of("x")),
            () -> platform.application(APP),
            () -> platform.plan(spec("1").build()))) {
      world.fail("record.read", 1, fault);
      assertThatThrownBy(query::run).isInstanceOf(BackendUnavailableException.class);
    }
    world.fail("record.list", 2, fault);
    assertThatThrownBy(platform::applications).isInstanceOf(BackendUnavailableException.class);
    assertThatThrownBy(platform::operations).isInstanceOf(BackendUnavailableException.class);
  }

  @Test
  void await_journalUnreachableForAWhile_goesOnWaiting() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.fail("record.read", 2, BackendFault.unavailable("no route to host", null));
    List<Verdict> verdicts = new ArrayList<>();

    app.await(
        Condition.running(),
        WaitOptions.atMost(SOON).every(Duration.ofMillis(10)).onLook(verdicts::add));

    assertThat(verdicts).hasSize(2).allSatisfy(v -> assertThat(v.reason()).contains("no route"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void upgrade_replyOfAJournalWriteLost_comesToItsEnd(int which) {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.pass("record.write", 1 + which);
    world.loseReply("record.write");

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(app.spec()).isEqualTo(spec("2").build());
    assertThat(world.states()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void upgrade_journalWrittenTwice_comesToItsEnd(int which) {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.pass("record.write", which);
    world.makeTwice("record.write");

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
    assertThat(world.states()).hasSize(1);
  }

  @Test
  void deploy_acceptanceWrittenTwiceAndThenUnreadable_canBeGoneOnWith() {
    FlinkPlatform platform = fixture.connect("a");
    world.makeTwice("record.write");
    world.pass("record.read", 1);
    world.fail("record.read", 1, BackendFault.unavailable("no route to host", null));
    OperationOptions key = OperationOptions.builder().idempotencyKey("k").build();
    assertThatThrownBy(() -> platform.deploy(spec("1").build(), StateRestore.fresh(), key))
        .isInstanceOf(BackendUnavailableException.class);

    platform.deploy(spec("1").build(), StateRestore.fresh(), key).await(SOON);

    assertThat(world.launches()).hasSize(1);
  }

  @Test
  void upgrade_journalCannotBeWrittenForAWhile_goesOn() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.pass("record.write", 2);
    world.fail("record.write", 2, BackendFault.unavailable("no route to host", null));

    app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);

    assertThat(world.progress(APP)).isEqualTo(100);
  }

  @Test
  void deploy_replyOfTheAcceptanceLost_canBeGoneOnWith() {
    FlinkPlatform platform = fixture.connect("a");
    world.loseReply("record.write");
    OperationOptions key = OperationOptions.builder().idempotencyKey("k").build();
    assertThatThrownBy(() -> platform.deploy(spec("1").build(), StateRestore.fresh(), key))
        .isInstanceOf(BackendUnavailableException.class);

    platform.deploy(spec("1").build(), StateRestore.fresh(), key).await(SOON);

    assertThat(world.launches()).hasSize(1);
    assertThat(platform.operations()).hasSize(1);
  }

  @Test
  void verb_documentWrittenInBetween_isDoneOnTheNewOne() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.before("record.write", () -> world.touch(APP));

    app.savepoint().await(SOON);

    assertThat(app.savepoints()).hasSize(1);
  }

  @Test
  void verb_documentAlwaysWrittenInBetween_isAConflict() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    for (int i = 0; i < 20; i++) {
      world.before("record.write", () -> world.touch(APP));
    }

    assertThatThrownBy(app::savepoint)
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("20 times");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "{\"name\": hunter2}",
        "{\"generation\": \"hunter2\"}",
        "{\"desired\": \"hunter2\"}",
        "{\"name\":\"orders\",\"spec\":{\"name\":\"orders\",\"flinkVersion\":\"hunter2\"}}",
        "[\"hunter2\"]",
        "null",
        ""
      })
  void query_documentCorrupt_isToldWithoutItsContent(String text) {
    FlinkPlatform platform = fixture.connect("a");
    world.putDocument(APP, text);

    for (Runnable query :
        List.<Runnable>of(
            () -> platform.application(APP).spec(),
            () -> platform.apply(spec("1").build()),
            () -> platform.plan(spec("1").build()).kind())) {
      assertThatThrownBy(query::run)
          .isInstanceOf(BackendRejectedException.class)
          .hasMessageContaining("document")
          .hasMessageContaining("orders")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("hunter2"));
    }
    assertThat(world.mutations()).isEmpty();
  }

  private static String stackTrace(Throwable e) {
    StringWriter out = new StringWriter();
    e.printStackTrace(new PrintWriter(out));
    return out.toString();
  }

  @Test
  void query_documentOfANewerSdk_isReadAsFarAsItIsKnown() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    world.putDocument(
        APP, world.document(APP).orElseThrow().replaceFirst("\\{", "{\"addedLater\":{\"x\":1},"));

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
  }

  @Test
  void document_deployed_holdsNoDefaultSecretInClear() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));

    assertThat(world.document(APP).orElseThrow()).contains("orders-1.jar").doesNotContain("null");
    assertThat(app.toString())
        .isEqualTo("FlinkApplication{backend='fake', scope='test', app='orders'}");
  }

  // ---- closing ----

  @Test
  void close_operationRuns_isGivenBackAndAnotherPlatformEndsIt() {
    world.starts = launch -> Start.hangs();
    FlinkPlatform first = fixture.connect("a");
    Operation<FlinkApplication> operation = first.deploy(spec("1").build());
    await().atMost(SOON).until(() -> world.running(APP).isPresent());

    assertTimeout(Duration.ofSeconds(10), first::close, "it waits for no step, and no pause");

    assertThatThrownBy(() -> operation.await(SOON))
        .isInstanceOf(PlatformClosedException.class)
        .hasMessageContaining(operation.id());
    assertThat(world.document(APP).orElseThrow()).contains("\"owner\":\"\"");
    world.restartJob(APP, 0);
    fixture.connect("b").operation(operation.id()).await(SOON);
    assertThat(world.launches()).hasSize(1);
  }

  @Test
  void close_twice_closesTheBackendOnce() {
    FakeBackend backend = world.process("a");
    FlinkPlatform platform = Platforms.of(backend);

    platform.close();
    platform.close();

    assertThat(backend.closings()).isEqualTo(1);
  }

  @Test
  void call_afterClose_isRefused() {
    FlinkPlatform platform = fixture.connect("a");
    FlinkApplication app = fixture.deployed(platform);
    platform.close();

    for (Runnable call :
        List.<Runnable>of(
            app::status,
            app::savepoint,
            platform::applications,
            () -> platform.operation("x"),
            () -> platform.deploy(spec("1").build()))) {
      assertThatThrownBy(call::run).isInstanceOf(PlatformClosedException.class);
    }
  }

  @Test
  void release_journalUnreachable_thisProcessCanStillGoOn() {
    AtomicInteger times = new AtomicInteger();
    FlinkPlatform platform =
        fixture.connect(
            "a",
            (o, v, s, m) -> {
              if (s.equals("AWAIT_RUNNING") && times.getAndIncrement() == 0) {
                world.fail("record.read", 1, BackendFault.unavailable("no route", null));
                throw new IllegalStateException("a fault of the SDK");
              }
            });
    Operation<FlinkApplication> operation = platform.deploy(spec("1").build());
    assertThatThrownBy(() -> operation.await(SOON)).isInstanceOf(FlinkPlatformException.class);

    platform.operation(operation.id()).await(SOON);

    assertThat(world.launches()).hasSize(1);
  }
}
