package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.ConditionNeverMetException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationNotFoundException;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import dev.flinkplatform.waiting.WaitOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What a platform says when something goes wrong: typed, with all that is needed to act on it. */
public abstract class ErrorContract extends PlatformContract {

  /** For subclasses. */
  protected ErrorContract() {}

  @Test
  void await_notInTimeOrInterrupted_tellsWhyAndTheWorkGoesOn() {
    ApplicationSpec spec = newSpec("slow", args -> args.slowStart(Duration.ofSeconds(3)));
    Operation<FlinkApplication> operation =
        platform().deploy(spec, StateRestore.fresh(), within(timeout()));

    WaitTimeoutException late =
        thrown(
            WaitTimeoutException.class, spec.name(), () -> operation.await(Duration.ofMillis(200)));
    assertThat(late.expected()).contains(operation.id());
    assertThat(late.lastSeen()).isNotBlank();
    assertThat(late.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    assertThat(late.retryable()).isTrue();
    assertThat(late).hasMessageContaining(late.expected()).hasMessageContaining(late.lastSeen());

    Thread.currentThread().interrupt();
    thrown(WaitInterruptedException.class, spec.name(), () -> operation.await(timeout()));
    assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
    assertThat(operation.status().state()).isEqualTo(OperationState.RUNNING);

    FlinkApplication app = operation.await(timeout());

    Condition<ApplicationStatus> unmet =
        Condition.of("the moon is blue", s -> Verdict.notYet("it is " + s.state()));
    List<Verdict> heard = new ArrayList<>();
    WaitTimeoutException unseen =
        thrown(
            WaitTimeoutException.class,
            spec.name(),
            () -> app.await(unmet, WaitOptions.atMost(Duration.ofMillis(500)).onLook(heard::add)));
    assertThat(unseen.expected()).isEqualTo("the moon is blue");
    assertThat(unseen.lastSeen()).contains("it is RUNNING");
    assertThat(unseen.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
    assertThat(unseen.attempts()).isPositive().isEqualTo(heard.size());
    Thread.currentThread().interrupt();
    thrown(WaitInterruptedException.class, spec.name(), () -> app.await(unmet, timeout()));
    assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
    assertExactlyOnce(app);
  }

  @Test
  void await_jobFailed_endsEarlyWithTheRootCauseOfFlink() {
    ApplicationSpec spec =
        newSpec("failing", args -> args.crashAt(400)).toBuilder()
            .restartStrategy(RestartStrategy.none())
            .build();
    FlinkApplication app = deploy(spec);

    ConditionNeverMetException never =
        thrown(
            ConditionNeverMetException.class,
            spec.name(),
            () -> app.await(Condition.checkpointsCompleted(1_000_000), timeout().multipliedBy(10)));

    assertThat(never.reason()).contains("FAILED").contains("crash");
    assertThat(app.status().state()).isEqualTo(ApplicationState.FAILED);
    assertThat(app.status().reason()).contains("crash");
    ConditionNeverMetException running =
        thrown(
            ConditionNeverMetException.class,
            spec.name(),
            () -> app.await(Condition.running(), timeout()));
    assertThat(running.reason()).contains("crash");
    failed(app.savepoint(), OperationState.REJECTED);
    app.delete(StateRetention.PURGE).await(timeout());
    assertAbsent(spec.name());
  }

  @Test
  void deploy_jobFailsWhenItStarts_tellsWhyAndLeavesNothing() {
    ApplicationSpec spec =
        newSpec("broken", args -> args.crashAlwaysOnOpen()).toBuilder()
            .restartStrategy(RestartStrategy.none())
            .build();

    OperationStatus status =
        failed(
            platform().deploy(spec, StateRestore.fresh(), within(timeout())),
            OperationState.FAILED);

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.JOB_FAILED);
    assertThat(status.failure().orElseThrow().evidence()).isNotBlank();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    assertAbsent(spec.name());
  }

  @Test
  void deploy_neverRuns_endsAtTheDeadlineAndLeavesNothing() {
    ApplicationSpec spec = newSpec("hanging", args -> args.slowOpen(Duration.ofHours(1)));

    OperationStatus status =
        failed(
            platform().deploy(spec, StateRestore.fresh(), within(Duration.ofSeconds(8))),
            OperationState.FAILED);

    assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.DEADLINE_PASSED);
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    assertAbsent(spec.name());
  }

  @Test
  void operation_unknownId_isNotFound() {
    for (String id : List.of("nobody.deploy.1", "nobody.", "../nobody.deploy.1", ".", "")) {
      int dot = id.indexOf('.');
      thrown(
          OperationNotFoundException.class,
          dot < 0 ? "" : id.substring(0, dot),
          () -> platform().operation(id));
    }
  }

  @Test
  void build_severalFaults_areToldAtOnce() {
    String name = newName("wrong");
    ApplicationSpec.Builder wrong =
        fixture()
            .baseSpec(name)
            .flinkVersion(FlinkVersion.of(99, 9))
            .parallelism(0)
            .putLabel("no key!", "x")
            .putFlinkConfig(" ", "x");

    List<Violation> violations = wrong.validate();

    assertThat(violations)
        .extracting(Violation::path)
        .contains("flinkVersion", "parallelism", "labels", "flinkConfig");
    assertThat(Assertions.catchThrowable(wrong::build))
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e -> {
              assertThat(e.violations()).isEqualTo(violations);
              assertThat(e.resource().name()).isEqualTo(name);
              assertThat(e.retryable()).isFalse();
            });
  }

  @Test
  void deploy_flinkVersionThatIsNotThere_isRefused() {
    FlinkVersion version = unavailableVersion();
    ApplicationSpec spec = newSpec("version").toBuilder().flinkVersion(version).build();

    assertThat(platform().validate(spec)).anyMatch(v -> v.path().equals("flinkVersion"));
    InvalidSpecException e =
        refused(InvalidSpecException.class, spec.name(), () -> platform().deploy(spec));
    assertThat(e.violations()).anyMatch(v -> v.message().contains(version.toString()));
    refused(InvalidSpecException.class, spec.name(), () -> platform().apply(spec));
    refused(InvalidSpecException.class, spec.name(), () -> platform().render(spec));
    assertAbsent(spec.name());
  }
}
