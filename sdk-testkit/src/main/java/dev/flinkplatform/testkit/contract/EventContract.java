package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
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
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What a platform tells its subscribers. */
public abstract class EventContract extends PlatformContract {

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

    @Override
    public String toString() {
      return heard.toString();
    }

    List<ApplicationState> states() {
      return of(StateChanged.class).stream().map(StateChanged::to).toList();
    }

    @Override
    public void close() {
      subscription.close();
    }
  }

  private void heard(String what, Ear ear, Predicate<Ear> so) {
    until(what, () -> ear, so);
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
      heard("RUNNING", ear, e -> e.states().contains(ApplicationState.RUNNING));
      heard("the end", ear, e -> !e.of(OperationEnded.class).isEmpty());
      assertThat(ear.states())
          .containsExactly(ApplicationState.DEPLOYING, ApplicationState.RUNNING);
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
      for (Ear each : List.of(ear, elsewhere)) {
        heard("ABSENT", each, e -> e.states().contains(ApplicationState.ABSENT));
        heard("both ends", each, e -> e.of(OperationEnded.class).size() == 2);
      }

      // Another process hears the same, from the journal, each thing once.
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
      heard("the restart", ear, e -> !e.of(JobRestarted.class).isEmpty());
      assertThat(ear.of(JobRestarted.class)).hasSize(1);
      JobRestarted restart = ear.of(JobRestarted.class).get(0);
      assertThat(restart.restarts()).isEqualTo(1);
      assertThat(restart.job()).isEqualTo(app.status().jobId().orElseThrow());

      List<JobFailed> failures = ear.of(JobFailed.class);
      assertThat(failures).hasSize(1);
      assertThat(failures.get(0).exception().rootCause())
          .contains("self-inflicted crash at record 300");
      assertThat(failures.get(0).exception()).isEqualTo(app.exceptions().get(0));
      assertThat(ear.heard.indexOf(failures.get(0))).isLessThan(ear.heard.indexOf(restart));
      heard(
          "RUNNING again",
          ear,
          e -> e.states().lastIndexOf(ApplicationState.RUNNING) == e.states().size() - 1);
    }
  }

  @Test
  void subscribe_slowListener_losesTheOldestAndStopsNobody() {
    requires(Capability.SAVEPOINT);
    FlinkApplication app = shared();
    List<PlatformEvent> heard = new CopyOnWriteArrayList<>();
    try (Subscription slow =
        platform()
            .subscribe(
                event -> {
                  heard.add(event);
                  pause(Duration.ofSeconds(1));
                  throw new IllegalStateException("a listener that throws is called again");
                },
                SubscribeOptions.builder().queueSize(2).build())) {
      String last = "";
      for (int i = 0; i < 3; i++) {
        Operation<Savepoint> savepoint =
            app.savepoint(SavepointOptions.defaults(), within(timeout()));
        savepoint.await(timeout());
        last = savepoint.id();
      }
      String end = last;
      until(
          "the last end is heard",
          () -> heard,
          h ->
              h.stream()
                  .anyMatch(e -> e instanceof OperationEnded o && o.status().id().equals(end)));
      assertThat(heard.get(0)).isInstanceOf(OperationStarted.class);
      assertThat(slow.dropped()).isPositive();
      assertThat(
              heard.stream()
                  .filter(EventsDropped.class::isInstance)
                  .mapToLong(e -> ((EventsDropped) e).number())
                  .sum())
          .isEqualTo(slow.dropped());
      assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    }
  }

  private void pause(Duration pause) {
    try {
      fixture().timing().pause(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
    heard("the end", ofOther, e -> !e.of(OperationEnded.class).isEmpty());
    other.close();
    assertThatThrownBy(() -> other.subscribe(event -> {}))
        .isInstanceOf(PlatformClosedException.class);

    try (Ear control = new Ear(platform(), app.name())) {
      app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
      heard("the end", control, e -> !e.of(OperationEnded.class).isEmpty());
    }
    assertThat(closed.heard).isEmpty();
    assertThat(ofOther.of(OperationEnded.class)).hasSize(1);
  }
}
