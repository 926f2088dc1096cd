package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Progress;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.spec.ApplicationSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What a platform does when several want something at once: threads, platforms of the same place,
 * and the same request again.
 */
public abstract class ConcurrencyContract extends PlatformContract {

  private static final int THREADS = 10;

  /** For subclasses. */
  protected ConcurrencyContract() {}

  @Test
  void deploy_manyAtOnce_oneWinsAndHoldsTheApplicationUntilItEnds() throws InterruptedException {
    ApplicationSpec spec = newSpec("contended", args -> args.slowStart(Duration.ofSeconds(4)));
    FlinkPlatform other = another();
    Queue<Operation<FlinkApplication>> won = new ConcurrentLinkedQueue<>();
    Queue<FlinkPlatformException> refused = new ConcurrentLinkedQueue<>();
    Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      FlinkPlatform mine = i % 2 == 0 ? platform() : other;
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                  won.add(mine.deploy(spec, StateRestore.fresh(), within(timeout())));
                } catch (ConflictException | ApplicationExistsException e) {
                  refused.add(e);
                } catch (RuntimeException | Error | InterruptedException e) {
                  unexpected.add(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join(timeout().toMillis());
    }

    assertThat(unexpected).isEmpty();
    assertThat(won).hasSize(1);
    assertThat(refused).hasSize(THREADS - 1);
    Operation<FlinkApplication> operation = won.remove();
    for (FlinkPlatformException e : refused) {
      if (e instanceof ConflictException conflict) {
        assertThat(conflict.operationId()).contains(operation.id());
      }
    }

    // It holds the application, whoever asks.
    for (FlinkPlatform asked : List.of(platform(), other)) {
      FlinkApplication app = asked.application(spec.name());
      assertThat(app.status().activeOperation()).contains(operation.id());
      verbs(asked, app, spec)
          .forEach(
              (verb, call) -> {
                ConflictException e = thrown(ConflictException.class, spec.name(), call);
                assertThat(e.operationId()).as(verb).contains(operation.id());
                assertThat(e.retryable()).isTrue();
                assertThat(e).hasMessageContaining(operation.id());
              });
    }
    assertThat(platform().operations())
        .filteredOn(o -> o.application().equals(spec.name()))
        .singleElement()
        .matches(o -> o.id().equals(operation.id()) && o.state() == OperationState.RUNNING);

    // Every platform follows it, and gives the same.
    Operation<?> followed = other.operation(operation.id());
    List<Progress> heard = new CopyOnWriteArrayList<>();
    List<Progress> heardThere = new CopyOnWriteArrayList<>();
    operation.onProgress(heard::add);
    followed.onProgress(heardThere::add);
    assertThat(operation.toFuture().cancel(true)).as("a copy, which may be cancelled").isTrue();
    FlinkApplication app = operation.await(timeout());
    assertThat(followed.await(timeout())).isInstanceOf(FlinkApplication.class);
    assertThat(operation.toFuture()).isCompletedWithValue(app);
    OperationStatus end = operation.status();
    assertThat(end.state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(followed.status()).isEqualTo(end);
    assertThat(other.operations()).contains(end);
    List<Progress> late = new CopyOnWriteArrayList<>();
    other.operation(operation.id()).onProgress(late::add);
    for (List<Progress> each : List.of(heard, heardThere, late)) {
      until("all progress", () -> each.size() >= end.progress().size());
      assertThat(each).isEqualTo(end.progress());
    }
    assertThat(app.status().activeOperation()).isEmpty();
    assertThat(app.status().jobIdHistory()).as("one start only").hasSize(1);
    assertExactlyOnce(app);
  }

  private Map<String, ThrowingCallable> verbs(
      FlinkPlatform asked, FlinkApplication app, ApplicationSpec spec) {
    Map<String, ThrowingCallable> verbs = new LinkedHashMap<>();
    verbs.put("deploy", () -> asked.deploy(spec));
    verbs.put("apply", () -> asked.apply(spec));
    verbs.put("delete", () -> app.delete(StateRetention.PURGE));
    if (can(Capability.SAVEPOINT)) {
      verbs.put("savepoint", app::savepoint);
    }
    if (can(Capability.CHECKPOINT)) {
      verbs.put("checkpoint", app::checkpoint);
    }
    if (can(Capability.RESCALE)) {
      verbs.put("rescale", () -> app.rescale(2));
    }
    if (can(Capability.UPGRADE)) {
      verbs.put("upgrade", () -> app.upgrade(spec, StateRestore.latest()));
    }
    if (can(Capability.SUSPEND)) {
      verbs.put("suspend", app::suspend);
      verbs.put("resume", () -> app.resume(StateRestore.latest()));
    }
    if (can(Capability.RESTART)) {
      verbs.put("restart", app::restart);
    }
    return verbs;
  }

  @Test
  void idempotencyKey_sameRequestAgain_isTheSameOperation() {
    requires(Capability.SAVEPOINT, Capability.RESTART);
    FlinkApplication app = shared();
    FlinkApplication there = another().application(app.name());
    OperationOptions key =
        OperationOptions.builder().deadline(timeout()).idempotencyKey("nightly-1").build();

    Operation<Savepoint> first = app.savepoint(SavepointOptions.defaults(), key);
    Operation<Savepoint> again = app.savepoint(SavepointOptions.defaults(), key);
    Operation<Savepoint> elsewhere = there.savepoint(SavepointOptions.defaults(), key);

    assertThat(List.of(again.id(), elsewhere.id())).containsOnly(first.id());
    Savepoint savepoint = first.await(timeout());
    assertThat(again.await(timeout())).isEqualTo(savepoint);
    assertThat(elsewhere.await(timeout())).isEqualTo(savepoint);
    assertThat(first.status().idempotencyKey()).contains("nightly-1");

    // Also when it has ended.
    for (FlinkApplication asked : List.of(app, there)) {
      Operation<Savepoint> late = asked.savepoint(SavepointOptions.defaults(), key);
      assertThat(late.id()).isEqualTo(first.id());
      assertThat(late.await(timeout())).isEqualTo(savepoint);
    }
    assertThat(app.savepoints()).containsOnlyOnce(savepoint);
    List<ThrowingCallable> others =
        List.of(
            () -> app.savepoint(SavepointOptions.defaults().as(SavepointFormat.NATIVE), key),
            () -> there.restart(key),
            () -> platform().apply(app.spec(), key),
            () -> app.delete(StateRetention.PURGE, key));
    for (ThrowingCallable other : others) {
      InvalidSpecException e = refused(InvalidSpecException.class, app.name(), other);
      assertThat(e.violations())
          .singleElement()
          .matches(v -> v.path().equals("idempotencyKey") && v.message().contains(first.id()));
    }
    assertExactlyOnce(app);
  }

  @Test
  void deploy_sameKeyAgain_isTheSameOperation() {
    ApplicationSpec spec = newSpec("keyed");
    OperationOptions key =
        OperationOptions.builder().deadline(timeout()).idempotencyKey("deploy-1").build();

    Operation<FlinkApplication> first = platform().deploy(spec, StateRestore.fresh(), key);
    Operation<FlinkApplication> again = another().deploy(spec, StateRestore.fresh(), key);

    assertThat(again.id()).isEqualTo(first.id());
    again.await(timeout());
    first.await(timeout());
    Operation<FlinkApplication> late = another().deploy(spec, StateRestore.fresh(), key);
    assertThat(late.id()).isEqualTo(first.id());
    assertThat(late.await(timeout()).name()).isEqualTo(spec.name());
    FlinkApplication app = platform().application(spec.name());
    assertThat(app.status().jobIdHistory()).as("one start only").hasSize(1);
    assertExactlyOnce(app);
  }

  @Test
  void close_inMidOperation_anotherPlatformGoesOn() {
    requires(Capability.RESTART);
    FlinkApplication app = shared();
    FlinkPlatform closing = another();
    CountDownLatch begun = new CountDownLatch(2);
    Operation<FlinkApplication> operation =
        closing.application(app.name()).restart(within(timeout()));
    operation.onProgress(p -> begun.countDown());
    until("the restart has begun", () -> begun.getCount() == 0);

    closing.close();

    PlatformClosedException e =
        Assertions.catchThrowableOfType(
            PlatformClosedException.class, () -> operation.await(timeout()));
    assertThat(e).isNotNull().hasMessageContaining(operation.id());
    Operation<?> followed = platform().operation(operation.id());
    followed.await(timeout());
    assertThat(followed.status().state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(app.status().activeOperation()).isEmpty();
    assertExactlyOnce(app);
  }
}
