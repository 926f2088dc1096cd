package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.LabelSelector;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Plan;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.ConditionNeverMetException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.VertexStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What a platform does with an application from its deployment to its deletion: deploy, apply,
 * plan, render, status, suspend, resume, restart, delete, and the looks at it.
 */
public abstract class LifecycleContract extends PlatformContract {

  private static final String ODD = "it's an \"odd\" -D --job-id $HOME * \\ \u00fcn\u00ef\u2603";

  /** For subclasses. */
  protected LifecycleContract() {}

  @Override
  ApplicationSpec sharedSpec() {
    return newSpec("shared").toBuilder().putLabel("team", "etl").putLabel("tier", "test").build();
  }

  // ---- deploy ----

  @Test
  void deploy_newName_everyVertexRunsAndTheStatusIsTrue() {
    ApplicationSpec spec = newSpec("deployed");

    Operation<FlinkApplication> operation =
        platform().deploy(spec, StateRestore.fresh(), within(timeout()));
    FlinkApplication app = operation.await(timeout());

    assertThat(app.name()).isEqualTo(spec.name());
    assertThat(app.spec()).isEqualTo(spec);
    OperationStatus ended = operation.status();
    assertThat(ended.state()).isEqualTo(OperationState.SUCCEEDED);
    assertThat(ended.verb()).isEqualTo(Verb.DEPLOY);
    assertThat(ended.application()).isEqualTo(spec.name());
    assertThat(ended.applicationState()).isEqualTo(ApplicationState.RUNNING);
    assertThat(ended.failure()).isEmpty();
    assertThat(ended.progress()).isNotEmpty();
    Instant before = now();
    ApplicationStatus status = app.await(Condition.checkpointsCompleted(1), timeout());
    assertThat(status.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(status.jobState()).isEqualTo(JobState.RUNNING);
    assertThat(status.flinkVersion().orElseThrow().isSameMinor(fixture().flinkVersion())).isTrue();
    assertThat(status.parallelism()).isEqualTo(1);
    assertThat(status.vertices())
        .isNotEmpty()
        .allMatch(VertexStatus::isRunning)
        .allSatisfy(v -> assertThat(v.parallelism()).isEqualTo(1));
    assertThat(status.allVerticesRunning()).isTrue();
    assertThat(status.taskManagers()).hasSize(1);
    assertThat(status.slotsTotal()).isEqualTo(1);
    assertThat(status.slotsFree()).isZero();
    assertThat(status.restarts()).isZero();
    assertThat(status.restoredFrom()).isEmpty();
    assertThat(status.latestCheckpoint()).isPresent();
    assertThat(status.activeOperation()).isEmpty();
    assertThat(status.generation()).isEqualTo(1);
    assertThat(status.jobIdHistory()).containsExactly(status.jobId().orElseThrow());
    assertThat(status.observedAt()).isAfterOrEqualTo(before);
    assertExactlyOnce(app);

    FlinkPlatform other = another();
    assertThat(other.application(spec.name()).spec()).isEqualTo(spec);
    ApplicationStatus seen = other.application(spec.name()).status();
    assertThat(seen.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(seen.jobId()).isEqualTo(status.jobId());
    assertThat(seen.webUi()).isEqualTo(status.webUi());
    assertThat(other.operations()).contains(ended);
  }

  @Test
  void deploy_nameTaken_isRefused() {
    FlinkApplication app = shared();

    refused(ApplicationExistsException.class, app.name(), () -> platform().deploy(app.spec()));

    assertExactlyOnce(app);
  }

  @Test
  void deploy_finiteJob_succeedsAndFinishes() {
    ApplicationSpec spec = newSpec("finite", args -> args.keys(4).finite(100).rate(1000));

    FlinkApplication app = deploy(spec);
    ApplicationStatus status = app.await(Condition.finished(), timeout());

    assertThat(status.state()).isEqualTo(ApplicationState.FINISHED);
    assertThat(status.jobState()).isEqualTo(JobState.FINISHED);
    Ledger ledger = ledger(spec.name());
    assertThat(ledger.isExactlyOnce()).as("%s", ledger).isTrue();
    assertThat(ledger.committed()).isEqualTo(400);
    ConditionNeverMetException never =
        thrown(
            ConditionNeverMetException.class,
            spec.name(),
            () -> app.await(Condition.running(), timeout()));
    assertThat(never.reason()).contains("FINISHED");
    app.delete(StateRetention.PURGE).await(timeout());
    assertAbsent(spec.name());
  }

  @Test
  void deploy_oddArguments_arriveAsTheyWereGiven() {
    ApplicationSpec spec = newSpec("odd");
    Path odd = fixture().ledger(spec.name() + " 'a' \"b\" $HOME -D --job-id x=y & ;");

    deploy(withArgs(spec, odd, args -> args));

    assertThat(awaitProgress(odd).isExactlyOnce()).isTrue();
  }

  @Test
  void deploy_mainThrows_tellsWhyAndLeavesNothing() {
    ApplicationSpec spec = newSpec("throwing", args -> args.mainThrows(ODD));

    OperationStatus status =
        failed(
            platform().deploy(spec, StateRestore.fresh(), within(timeout())),
            OperationState.FAILED);

    Failure failure = status.failure().orElseThrow();
    assertThat(failure.kind()).isEqualTo(Failure.Kind.JOB_FAILED);
    assertThat(failure.message()).contains(ODD);
    assertThat(status.rolledBack()).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    assertAbsent(spec.name());
  }

  // ---- apply, plan, render ----

  @Test
  void apply_newName_creates() {
    ApplicationSpec spec = newSpec("applied");

    FlinkApplication app = platform().apply(spec, within(timeout())).await(timeout());

    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertExactlyOnce(app);
  }

  @Test
  void apply_nothingChanged_doesNothing() {
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();

    assertThat(platform().plan(app.spec()).kind()).isEqualTo(Plan.Kind.NOTHING);
    Operation<FlinkApplication> operation = platform().apply(app.spec());
    operation.await(timeout());

    assertThat(operation.status().state()).isEqualTo(OperationState.SUCCEEDED);
    ApplicationStatus after = app.status();
    assertThat(after.jobId()).isEqualTo(before.jobId());
    assertThat(after.generation()).isEqualTo(before.generation());
    assertThat(after.restarts()).isEqualTo(before.restarts());
    assertExactlyOnce(app);
  }

  @Test
  void apply_labelChanged_isDoneInPlace() {
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();
    ApplicationSpec spec = app.spec().toBuilder().putLabel("changed", "yes").build();

    platform().apply(spec, within(timeout())).await(timeout());

    ApplicationStatus after = app.status();
    assertThat(app.spec()).isEqualTo(spec);
    assertThat(after.jobId()).isEqualTo(before.jobId());
    assertThat(after.generation()).isEqualTo(before.generation() + 1);
    assertThat(platform().applications(LabelSelector.parse("changed=yes")))
        .extracting(FlinkApplication::name)
        .contains(app.name());
    assertExactlyOnce(app);
  }

  @Test
  void apply_configurationChanged_restartsWithState() {
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();
    ApplicationSpec spec = app.spec().toBuilder().putFlinkConfig("pipeline.name", "v2").build();

    platform().apply(spec, within(timeout())).await(timeout());

    ApplicationStatus after = app.status();
    assertThat(app.spec()).isEqualTo(spec);
    assertThat(after.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(after.jobId()).isNotEqualTo(before.jobId());
    assertThat(after.jobIdHistory()).contains(before.jobId().orElseThrow());
    assertThat(after.restoredFrom()).isPresent();
    assertThat(after.generation()).isEqualTo(before.generation() + 1);
    assertExactlyOnce(app);
    assertThat(platform().plan(spec).kind()).isEqualTo(Plan.Kind.NOTHING);
  }

  @Test
  void apply_taskManagerKilled_bringsItBack() {
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();
    Assumptions.assumeTrue(fixture().killTaskManager(app.name()), "the fixture cannot kill");
    until("the loss to be seen", () -> platform().plan(app.spec()).kind() == Plan.Kind.IN_PLACE);

    platform().apply(app.spec(), within(timeout())).await(timeout());

    ApplicationStatus after = app.await(Condition.running(), timeout());
    assertThat(after.jobId()).isEqualTo(before.jobId());
    assertThat(after.taskManagers()).isNotEmpty();
    assertExactlyOnce(app);
  }

  @Test
  void plan_eachKind_isToldAndChangesNothing() {
    FlinkApplication app = shared();
    ApplicationSpec spec = app.spec();
    Picture before = picture(app.name());

    assertThat(platform().plan(newSpec("planned")).kind()).isEqualTo(Plan.Kind.CREATE);
    assertThat(platform().plan(spec).kind()).isEqualTo(Plan.Kind.NOTHING);
    Plan label = platform().plan(spec.toBuilder().putLabel("planned", "yes").build());
    assertThat(label.kind()).isEqualTo(Plan.Kind.IN_PLACE);
    assertThat(label.changes()).containsExactly(new Plan.Change("labels.planned", "", "yes"));
    Plan restart =
        platform().plan(spec.toBuilder().putFlinkConfig("pipeline.name", "planned").build());
    assertThat(restart.kind()).isEqualTo(Plan.Kind.RESTART_WITH_STATE);
    assertThat(restart.changes()).extracting(Plan.Change::to).contains("planned");
    Plan refused = platform().plan(spec.toBuilder().flinkVersion(unavailableVersion()).build());
    assertThat(refused.kind()).isEqualTo(Plan.Kind.REFUSED);
    assertThat(refused.reasons()).anyMatch(reason -> reason.contains("flinkVersion"));
    Plan secret =
        platform().plan(spec.toBuilder().putFlinkConfig("my.password", "hunter2").build());
    assertThat(secret.toString()).contains("my.password").doesNotContain("hunter2");

    assertThat(picture(app.name())).isEqualTo(before);
  }

  @Test
  void render_anySpecification_isYamlWithoutSecretsAndChangesNothing() {
    ApplicationSpec spec =
        newSpec("rendered").toBuilder()
            .putFlinkConfig("my.password", "hunter2")
            .putEnvironment("TOKEN", "hunter2")
            .build();
    Picture before = picture(spec.name());

    List<Document> documents = platform().render(spec);

    assertThat(documents).isNotEmpty();
    for (Document d : documents) {
      assertThat(d.name()).isNotBlank();
      assertThat(new Load(LoadSettings.builder().build()).loadFromString(d.yaml())).isNotNull();
      assertThat(d.yaml()).doesNotContain("hunter2");
    }
    assertThat(documents).anyMatch(d -> d.yaml().contains("my.password"));
    assertThat(platform().render(spec)).isEqualTo(documents);
    assertThat(picture(spec.name())).isEqualTo(before);
    assertNothingLeft(spec.name());
  }

  // ---- suspend, resume, restart ----

  @Test
  void suspend_running_nothingRunsAndLatestGoesOn() {
    requires(Capability.SUSPEND);
    FlinkApplication app = shared();
    JobId before = app.status().jobId().orElseThrow();

    Savepoint savepoint =
        app.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());

    ApplicationStatus suspended = app.status();
    assertThat(suspended.state()).isEqualTo(ApplicationState.SUSPENDED);
    assertThat(suspended.taskManagers()).isEmpty();
    assertThat(suspended.webUi()).isEmpty();
    assertThat(suspended.parallelism()).isZero();
    assertThat(savepoint.jobId()).isEqualTo(before);
    assertThat(app.savepoints()).contains(savepoint);
    assertThat(app.exceptions()).isEmpty();
    assertThat(app.metrics(List.of("numRestarts"))).isEmpty();

    app.resume(StateRestore.latest(), within(timeout())).await(timeout());

    ApplicationStatus resumed = app.status();
    assertThat(resumed.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(resumed.jobId()).isPresent().isNotEqualTo(Optional.of(before));
    assertThat(resumed.restoredFrom()).contains(savepoint.location());
    assertThat(resumed.generation()).isEqualTo(suspended.generation());
    assertExactlyOnce(app);
    refused(ConflictException.class, app.name(), () -> app.resume(StateRestore.latest()));
  }

  @Test
  void resume_fresh_startsWithoutState() {
    requires(Capability.SUSPEND);
    // It fails when it gets state.
    FlinkApplication app = deploy(newSpec("fresh", args -> args.failIfRestored()));
    assertExactlyOnce(app);
    app.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());

    app.resume(StateRestore.fresh(), within(timeout())).await(timeout());

    assertThat(app.status().restoredFrom()).isEmpty();
    // It counts from the start again, and the ledger knows.
    until("numbers committed twice", () -> ledger(app.name()).duplicated() > 0);
    assertThat(ledger(app.name()).starts())
        .hasSize(2)
        .allMatch(start -> start.restoredCheckpoint().isEmpty());
  }

  @Test
  void restart_running_startsAgainWithState() {
    requires(Capability.RESTART);
    FlinkApplication app = shared();
    ApplicationStatus before = app.status();

    app.restart(within(timeout())).await(timeout());

    ApplicationStatus after = app.status();
    assertThat(after.state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(after.jobId()).isNotEqualTo(before.jobId());
    assertThat(after.restoredFrom()).isPresent();
    assertThat(after.generation()).isEqualTo(before.generation());
    assertExactlyOnce(app);
  }

  // ---- delete ----

  @Test
  void delete_keptThenPurged_latestGoesOnAndThenNothingIsLeft() {
    ApplicationSpec spec = newSpec("deleted");
    FlinkApplication app = deploy(spec);
    app.await(Condition.checkpointsCompleted(1), timeout());

    DeleteResult kept = app.delete(StateRetention.KEEP, within(timeout())).await(timeout());

    assertThat(kept.retention()).isEqualTo(StateRetention.KEEP);
    assertThat(kept.kept()).isNotEmpty();
    assertAbsent(spec.name());
    assertAbsentHandle(app);

    FlinkApplication again = deploy(spec, StateRestore.latest());
    assertThat(again.status().restoredFrom()).isPresent();
    assertThat(app.status().state()).as("the old handle").isEqualTo(ApplicationState.RUNNING);
    assertExactlyOnce(again);
    if (can(Capability.SUSPEND)) {
      again.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());
    }

    DeleteResult purged = again.delete(StateRetention.PURGE, within(timeout())).await(timeout());

    // Who does not see the files cannot remove them, and says where they are.
    assertThat(purged.kept().isEmpty()).as("%s", purged).isEqualTo(fixture().seesState());
    assertThat(fixture().stateLeft(spec.name())).isEmpty();
    assertAbsent(spec.name());
    InvalidSpecException e =
        refused(InvalidSpecException.class, spec.name(), () -> deploy(spec, StateRestore.latest()));
    assertThat(e.violations()).anyMatch(v -> v.path().equals("restore"));
  }

  private void assertAbsentHandle(FlinkApplication app) {
    String name = app.name();
    assertThat(app.status().state()).isEqualTo(ApplicationState.ABSENT);
    assertThat(app.status().activeOperation()).isEmpty();
    Savepoint savepoint =
        new Savepoint(
            name,
            fixture().savepointDirectory(name) + "/none",
            Instant.now(),
            SavepointFormat.CANONICAL,
            JobId.random());
    Map<Capability, List<ThrowingCallable>> verbs =
        Map.of(
            Capability.SAVEPOINT, List.of(app::savepoint),
            Capability.CHECKPOINT, List.of(app::checkpoint),
            Capability.DISPOSE_SAVEPOINT, List.of(() -> app.dispose(savepoint)),
            Capability.RESCALE, List.of(() -> app.rescale(2)),
            Capability.UPGRADE,
                List.of(() -> app.upgrade(fixture().baseSpec(name).build(), StateRestore.fresh())),
            Capability.SUSPEND, List.of(app::suspend, () -> app.resume(StateRestore.fresh())),
            Capability.RESTART, List.of(app::restart),
            Capability.LOGS, List.of(() -> app.logs(1000)));
    verbs.forEach(
        (capability, calls) -> {
          if (can(capability)) {
            calls.forEach(call -> refused(ApplicationNotFoundException.class, name, call));
          }
        });
    List<ThrowingCallable> always =
        List.of(
            () -> app.delete(StateRetention.KEEP),
            app::spec,
            app::savepoints,
            app::exceptions,
            () -> app.metrics(List.of("numRestarts")),
            () -> platform().application(name));
    always.forEach(call -> refused(ApplicationNotFoundException.class, name, call));
    thrown(ConditionNeverMetException.class, name, () -> app.await(Condition.running(), timeout()));
  }

  // ---- looks ----

  @Test
  void applications_selector_choosesByLabel() {
    FlinkApplication app = shared();

    assertThat(names("team=etl,tier!=prod")).contains(app.name());
    assertThat(names("team,!legacy")).contains(app.name());
    assertThat(names("team=web")).doesNotContain(app.name());
    assertThat(names("!team")).doesNotContain(app.name());
    assertThat(platform().applications())
        .extracting(FlinkApplication::name)
        .contains(app.name())
        .isSorted();
  }

  private List<String> names(String selector) {
    return platform().applications(LabelSelector.parse(selector)).stream()
        .map(FlinkApplication::name)
        .toList();
  }

  @Test
  void logs_running_giveTheEndsOfRealLogs() {
    requires(Capability.LOGS);
    FlinkApplication app = shared();

    assertThat(app.logs(100_000))
        .anyMatch(f -> f.text().contains("JobMaster"))
        .anyMatch(f -> f.text().contains("TaskExecutor"));
    assertThat(app.logs(100)).allSatisfy(f -> assertThat(f.text().length()).isLessThan(500));
  }

  @Test
  void metrics_running_areOfThisJob() {
    FlinkApplication app = shared();
    List<String> wanted = List.of("numRestarts", "selfcheck.verified", "no.such.metric");

    until(
        "records to be counted",
        () -> app.metrics(wanted).getOrDefault("selfcheck.verified", 0.0) > 0);
    assertThat(app.metrics(wanted)).containsOnlyKeys("numRestarts", "selfcheck.verified");
    assertThat(app.metrics(List.of("selfcheck.gaps", "selfcheck.duplicates")))
        .containsEntry("selfcheck.gaps", 0.0)
        .containsEntry("selfcheck.duplicates", 0.0);
  }

  @Test
  void exceptions_taskCrashesOnce_tellTheCrashAndTheRecovery() {
    ApplicationSpec spec = newSpec("crashing");
    Path marker = fixture().ledger(spec.name()).resolve("crashed");
    FlinkApplication app =
        deploy(
            withArgs(spec, args -> args.crashOnceAt(300, marker)).toBuilder()
                .restartStrategy(RestartStrategy.fixedDelay(3, Duration.ofMillis(100)))
                .build());

    until("the crash to be told", () -> !app.exceptions().isEmpty());

    JobException crash = app.exceptions().get(0);
    assertThat(crash.rootCause()).isNotBlank();
    assertThat(crash.stackTrace()).contains("VerifyFunction");
    app.await(
        Condition.of(
            "recovered",
            s ->
                s.state() == ApplicationState.RUNNING && s.restarts() > 0
                    ? Verdict.met()
                    : Verdict.notYet(s.state().toString())),
        timeout());
    assertExactlyOnce(app);
  }

  @Test
  void application_unknownName_isNotFound() {
    refused(ApplicationNotFoundException.class, "nobody", () -> platform().application("nobody"));
  }

  @Test
  void close_thenAnyCall_platformIsClosed() {
    FlinkPlatform closed = fixture().connect();
    closed.close();
    closed.close();

    thrown(PlatformClosedException.class, "nobody", () -> closed.application("nobody"));
    thrown(PlatformClosedException.class, "", closed::applications);
    thrown(PlatformClosedException.class, "", closed::operations);
    ApplicationSpec spec = newSpec("closed");
    thrown(PlatformClosedException.class, spec.name(), () -> closed.deploy(spec));
    assertAbsent(spec.name());
  }
}
