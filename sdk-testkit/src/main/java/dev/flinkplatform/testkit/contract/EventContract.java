package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.event.PlatformEvent.EventsDropped;
import dev.flinkplatform.event.PlatformEvent.JobFailed;
import dev.flinkplatform.event.PlatformEvent.JobRestarted;
import dev.flinkplatform.event.PlatformEvent.OperationEnded;
import dev.flinkplatform.event.PlatformEvent.OperationProgressed;
import dev.flinkplatform.event.PlatformEvent.OperationStarted;
import dev.flinkplatform.event.PlatformEvent.StateChanged;
import dev.flinkplatform.event.SubscribeOptions;
import dev.flinkplatform.event.Subscription;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.status.ApplicationState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a platform tells its subscribers. */
public abstract class EventContract extends PlatformContract {

  private static final Duration POLL = Duration.ofMillis(50);

  /** For subclasses. */
  protected EventContract() {}

  /** Hears everything of one application, and checks that it comes one at a time. */
  private static final class Ear implements AutoCloseable {
    private final List<PlatformEvent> heard = new CopyOnWriteArrayList<>();
    private final Subscription subscription;

    Ear(FlinkPlatform platform, String application) {
      subscription =
          platform.subscribe(
              heard::add,
              SubscribeOptions.builder()
                  .application(application)
                  .interval(Duration.ofMillis(200))
                  .build());
    }

    <E> List<E> of(Class<E> type) {
      return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<ApplicationState> states() {
      return of(StateChanged.class).stream().map(StateChanged::to).toList();
    }

    @Override
    public void close() {
      subscription.close();
    }
  }

  private void until(String what, Ear ear, Runnable holds) {
    await(what)
        .atMost(timeout())
        .pollInterval(POLL)
        .untilAsserted(
            () -> {
              try {
                holds.run();
              } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\nheard: " + ear.heard, e);
              }
            });
  }

  @Test
  void subscribe_deployThenDelete_tellsOperationsAndStatesInOrder() {
    ApplicationSpec spec = newSpec("told");
    try (Ear ear = new Ear(platform(), spec.name());
        Ear deaf = new Ear(platform(), "another-application");
        Ear elsewhere = new Ear(another(), spec.name())) {
      Operation<FlinkApplication> deployment =
          platform().deploy(spec, StateRestore.fresh(), within(timeout()));
      FlinkApplication app = deployment.await(timeout());
      until(
          "RUNNING",
          ear,
          () ->
              assertThat(ear.states())
                  .containsExactly(ApplicationState.DEPLOYING, ApplicationState.RUNNING));
      assertThat(ear.of(StateChanged.class).get(0).from()).isEqualTo(ApplicationState.ABSENT);

      OperationStatus status = deployment.status();
      assertThat(ear.of(OperationStarted.class))
          .containsExactly(
              new OperationStarted(status.startedAt(), app.name(), deployment.id(), Verb.DEPLOY));
      assertThat(ear.of(OperationProgressed.class).stream().map(OperationProgressed::progress))
          .isEqualTo(status.progress());
      assertThat(ear.of(OperationEnded.class)).containsExactly(new OperationEnded(status));
      List<PlatformEvent> operation =
          ear.heard.stream().filter(e -> !(e instanceof StateChanged)).toList();
      assertThat(operation.get(0)).isInstanceOf(OperationStarted.class);
      assertThat(operation.get(operation.size() - 1)).isInstanceOf(OperationEnded.class);

      app.delete(StateRetention.PURGE).await(timeout());
      until("ABSENT", ear, () -> assertThat(ear.states()).endsWith(ApplicationState.ABSENT));
      assertThat(ear.of(OperationEnded.class)).hasSize(2);

      // Another process hears the same, from the journal, each thing once.
      until(
          "ABSENT elsewhere",
          elsewhere,
          () -> assertThat(elsewhere.states()).endsWith(ApplicationState.ABSENT));
      assertThat(elsewhere.of(OperationEnded.class)).isEqualTo(ear.of(OperationEnded.class));
      assertThat(elsewhere.of(OperationProgressed.class))
          .isEqualTo(ear.of(OperationProgressed.class));
      assertThat(deaf.heard).isEmpty();
    }
  }

  @Test
  void subscribe_jobCrashes_tellsFailureAndRestart() {
    ApplicationSpec spec =
        newSpec("crash", args -> args.rate(100).crashOnceAt(300, fixture().ledger("crash-marker")));
    try (Ear ear = new Ear(platform(), spec.name())) {
      FlinkApplication app =
          deploy(
              spec.toBuilder()
                  .restartStrategy(RestartStrategy.fixedDelay(10, Duration.ofSeconds(1)))
                  .build());
      until("the restart", ear, () -> assertThat(ear.of(JobRestarted.class)).hasSize(1));
      JobRestarted restart = ear.of(JobRestarted.class).get(0);
      assertThat(restart.restarts()).isEqualTo(1);
      assertThat(restart.job()).isEqualTo(app.status().jobId().orElseThrow());

      List<JobFailed> failures = ear.of(JobFailed.class);
      assertThat(failures).hasSize(1);
      assertThat(failures.get(0).exception().rootCause())
          .contains("self-inflicted crash at record 300");
      assertThat(failures.get(0).exception()).isEqualTo(app.exceptions().get(0));
      assertThat(ear.heard.indexOf(failures.get(0))).isLessThan(ear.heard.indexOf(restart));
      until(
          "RUNNING again", ear, () -> assertThat(ear.states()).endsWith(ApplicationState.RUNNING));
    }
  }

  @Test
  void subscribe_slowListener_losesTheOldestAndStopsNobody() throws InterruptedException {
    requires(Capability.SAVEPOINT);
    FlinkApplication app = shared();
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<PlatformEvent> heard = new CopyOnWriteArrayList<>();
    try (Subscription slow =
        platform()
            .subscribe(
                event -> {
                  called.countDown();
                  try {
                    assertThat(go.await(timeout().toSeconds(), TimeUnit.SECONDS)).isTrue();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                  heard.add(event);
                  throw new IllegalStateException("a listener that throws is called again");
                },
                SubscribeOptions.builder().queueSize(2).build())) {
      for (int i = 0; i < 3; i++) {
        app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
        assertThat(called.await(timeout().toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
      assertThat(slow.dropped()).isPositive();
      assertThat(heard).isEmpty();

      go.countDown();
      await("what is left")
          .atMost(timeout())
          .pollInterval(POLL)
          .until(() -> heard.stream().anyMatch(OperationEnded.class::isInstance));
      assertThat(heard.get(0)).isInstanceOf(OperationStarted.class);
      assertThat(heard.get(1))
          .isInstanceOfSatisfying(
              EventsDropped.class, d -> assertThat(d.number()).isEqualTo(slow.dropped()));
      assertThat(heard.get(heard.size() - 1))
          .isInstanceOfSatisfying(
              OperationEnded.class,
              e -> assertThat(e.status().state()).isEqualTo(OperationState.SUCCEEDED));
    }
  }

  @Test
  void close_subscriptionOrPlatform_endsIt() {
    requires(Capability.SAVEPOINT);
    FlinkApplication app = shared();
    Ear closed = new Ear(platform(), app.name());
    closed.close();
    closed.close();
    FlinkPlatform other = another();
    Ear ofOther = new Ear(other, app.name());
    app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    until("the end", ofOther, () -> assertThat(ofOther.of(OperationEnded.class)).hasSize(1));
    other.close();
    assertThatThrownBy(() -> other.subscribe(event -> {}))
        .isInstanceOf(PlatformClosedException.class);

    try (Ear control = new Ear(platform(), app.name())) {
      app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
      until("the end", control, () -> assertThat(control.of(OperationEnded.class)).hasSize(1));
    }
    assertThat(closed.heard).isEmpty();
    assertThat(ofOther.of(OperationEnded.class)).hasSize(1);
  }
}
