package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.diagnosis.Finding;
import dev.flinkplatform.diagnosis.Finding.Code;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.waiting.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What {@code diagnose()} finds. Each finding is caused for real; and an application that is well
 * has none.
 */
public abstract class DiagnosisContract extends PlatformContract {

  /** For subclasses. */
  protected DiagnosisContract() {}

  @Override
  ApplicationSpec sharedSpec() {
    return newSpec("loaded", args -> args.keys(32).rate(3000).stateBytes(2000));
  }

  private static Set<Code> codes(Diagnosis diagnosis) {
    return diagnosis.findings().stream()
        .map(Finding::code)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Code.class)));
  }

  /** Waits for a finding whose summary has these words, and that it says what a person needs. */
  private Finding found(FlinkApplication app, Code code, String... words) {
    return found(app.name(), app::diagnose, code, words);
  }

  private Finding found(String name, Supplier<Diagnosis> diagnose, Code code, String... words) {
    Diagnosis[] last = new Diagnosis[1];
    until(
        "finding " + code + " " + List.of(words),
        () -> last[0] = diagnose.get(),
        d ->
            d.finding(code)
                .filter(f -> Stream.of(words).allMatch(f.summary()::contains))
                .isPresent());
    Finding finding = last[0].finding(code).orElseThrow();
    assertThat(last[0].isHealthy()).isFalse();
    assertThat(last[0].application()).isEqualTo(name);
    assertThat(finding.summary()).isNotBlank();
    assertThat(finding.advice()).isNotBlank();
    assertThat(last[0].toString()).contains(name, code.name(), finding.summary(), finding.advice());
    return finding;
  }

  private static void able(boolean done) {
    Assumptions.assumeTrue(done, "the fixture cannot cause it");
  }

  @Test
  void diagnose_healthyUnderLoad_findsNothing() {
    FlinkApplication app = shared();
    Picture before = picture(app.name());
    long done = app.status().completedCheckpoints();
    for (int i = 0; i < 6; i++) {
      app.await(Condition.checkpointsCompleted(done + i), timeout());
      Diagnosis diagnosis = app.diagnose();
      assertThat(diagnosis.findings()).as("%s", diagnosis).isEmpty();
      assertThat(diagnosis.isHealthy()).isTrue();
      assertThat(diagnosis.state()).isEqualTo(ApplicationState.RUNNING);
    }
    assertThat(picture(app.name())).isEqualTo(before);
    assertExactlyOnce(app);
  }

  @Test
  void diagnose_suspended_findsNothing() {
    requires(Capability.SUSPEND);
    FlinkApplication app = shared();
    app.suspend(SavepointOptions.defaults(), within(timeout())).await(timeout());

    assertThat(app.diagnose().findings()).isEmpty();
    assertThat(app.diagnose().state()).isEqualTo(ApplicationState.SUSPENDED);
    app.delete(StateRetention.PURGE).await(timeout());
    assertThatThrownBy(app::diagnose).isInstanceOf(ApplicationNotFoundException.class);
  }

  @Test
  void diagnose_diskFullerThanAllowed_isFound() {
    FlinkApplication app = shared();
    Diagnosis strict = app.diagnose(DiagnosisOptions.builder().diskUsed(0).build());
    able(!strict.findings().isEmpty());

    assertThat(codes(strict)).as("%s", strict).containsExactly(Code.DISK_NEARLY_FULL);
    assertThat(strict.findings().get(0).evidence().get(0)).contains("left of");
  }

  @Test
  void diagnose_jobManagerHangs_saysWhatCouldNotBeAsked() {
    FlinkApplication app = shared();
    able(fixture().freezeJobManager(app.name(), true));
    try {
      Finding finding = found(app, Code.COULD_NOT_ASK);
      assertThat(finding.summary()).contains("Flink");
    } finally {
      fixture().freezeJobManager(app.name(), false);
    }
    awaitHealthy(app);
  }

  @Test
  void diagnose_savepointDirectoryUnusable_saysWhichAndWhy() {
    requires(Capability.SAVEPOINT);
    FlinkApplication app = shared();
    failed(
        app.savepoint(SavepointOptions.to("s3://no-such-bucket/x"), within(timeout())),
        OperationState.FAILED);
    found(app, Code.SAVEPOINT_DIRECTORY, "scheme 's3'", "s3://no-such-bucket/x");

    String spoilt = fixture().savepointDirectory(app.name() + "-spoilt");
    if (fixture().spoil(spoilt)) {
      // What can be seen from here is refused at once, and needs no diagnosis.
      InvalidSpecException e =
          thrown(
              InvalidSpecException.class,
              app.name(),
              () -> app.savepoint(SavepointOptions.to(spoilt), within(timeout())));
      assertThat(e).hasMessageContaining("-spoilt");
    }

    // A savepoint that can be taken heals it.
    app.savepoint(SavepointOptions.defaults(), within(timeout())).await(timeout());
    awaitHealthy(app);
  }

  /** A restart leaves a failure behind, and a checkpoint that is late: no finding for long. */
  private void awaitHealthy(FlinkApplication app) {
    until("health", app::diagnose, Diagnosis::isHealthy);
  }

  @Test
  void diagnose_slowSink_findsBackPressureAndWhatComesOfIt() {
    ApplicationSpec spec =
        newSpec("slow", args -> args.rate(50_000).slowSink(Duration.ofMillis(500)));
    FlinkApplication app =
        deploy(
            spec.toBuilder()
                .checkpointing(
                    Checkpointing.builder()
                        .interval(Duration.ofSeconds(1))
                        .timeout(Duration.ofSeconds(2))
                        .build())
                .putFlinkConfig("execution.checkpointing.tolerable-failed-checkpoints", "1000")
                .build());

    Finding pressure = found(app, Code.BACK_PRESSURE);
    assertThat(pressure.summary()).contains("'ledger' is too slow");
    assertThat(pressure.evidence()).hasSize(3);
    assertThat(pressure.severity()).isEqualTo(Finding.Severity.WARNING);

    Finding failing = found(app, Code.CHECKPOINTS_FAILING);
    assertThat(failing.summary()).containsIgnoringCase("expired");
    assertThat(failing.advice()).contains("back-pressure");
    if (can(Capability.SAVEPOINT)) {
      ended(app.savepoint(SavepointOptions.defaults(), within(timeout())));
      assertThat(found(app, Code.SAVEPOINT_FAILED).summary()).containsIgnoringCase("expired");
    }

    if (fixture().killLeader(app.name())) {
      Finding dead = found(app, Code.CLUSTER_DEAD);
      assertThat(dead.severity()).isEqualTo(Finding.Severity.ERROR);
      assertThat(codes(app.diagnose())).doesNotContain(Code.BACK_PRESSURE, Code.COULD_NOT_ASK);
    }
  }

  @Test
  void diagnose_stateNeverCleared_findsThatCheckpointsGrow() {
    FlinkApplication app = deploy(newSpec("growing", args -> args.growBytes(5_000)));

    Finding growing = found(app, Code.CHECKPOINTS_GROWING);

    assertThat(growing.summary()).contains("iB");
    assertThat(growing.evidence()).hasSizeGreaterThanOrEqualTo(5);
    assertThat(codes(app.diagnose())).containsExactly(Code.CHECKPOINTS_GROWING);
  }

  @Test
  void diagnose_crashingJob_findsTheLoopThenTheEndAndTheirCause() {
    ApplicationSpec spec = newSpec("crashing", args -> args.rate(100).crashAt(150));
    FlinkApplication app =
        deploy(
            spec.toBuilder()
                .restartStrategy(RestartStrategy.fixedDelay(6, Duration.ofMillis(300)))
                .build());

    Finding loop = found(app, Code.RESTART_LOOP);
    assertThat(loop.summary()).contains("self-inflicted crash at record 150");
    assertThat(loop.evidence()).anyMatch(e -> e.contains("verify"));

    Finding end = found(app, Code.JOB_FAILED);
    assertThat(end.summary()).contains("self-inflicted crash at record 150");
    assertThat(codes(app.diagnose())).containsExactly(Code.JOB_FAILED);
  }

  @Test
  void diagnose_taskManagerNotAsItShouldBe_saysWhy() {
    FlinkApplication app = deploy(newSpec("astray"));
    able(fixture().killTaskManager(app.name()));
    Finding killed = found(app, Code.TASK_MANAGER_DIED);
    assertThat(killed.severity()).isEqualTo(Finding.Severity.ERROR);

    able(replace(app, "jobmanager.rpc.port", Integer.toString(unusedPort())));
    Finding port = found(app, Code.TASK_MANAGER_NOT_REGISTERED, "nothing listens at");
    assertThat(port.evidence()).singleElement().asString().contains("Connection refused");
    assertThat(port.advice()).contains("jobmanager.rpc.port");
    found(app, Code.NO_FREE_SLOTS, "needs 1 slots and there are 0");

    replace(app, "jobmanager.rpc.address", "no-such-host.invalid");
    found(app, Code.TASK_MANAGER_NOT_REGISTERED, "'no-such-host.invalid' cannot be resolved");

    if (fixture().replaceTaskManager(app.name(), Map.of(), true)) {
      found(app, Code.TASK_MANAGER_NOT_REGISTERED, "another version of Flink");
    }

    replace(app, "taskmanager.memory.segment-size", "1000");
    Finding memory =
        found(app, Code.TASK_MANAGER_DIED, "IllegalConfigurationException", "segment-size");
    assertThat(memory.advice()).contains("memory");

    replace(app, "taskmanager.numberOfTaskSlots", "3");
    app.await(Condition.running(), timeout());
    Finding slots = found(app, Code.SLOTS_PER_TASK_MANAGER, "offer 3 slots", "says 1");
    assertThat(slots.severity()).isEqualTo(Finding.Severity.WARNING);
    assertThat(codes(app.diagnose())).containsExactly(Code.SLOTS_PER_TASK_MANAGER);

    // As the advice says.
    app.restart(within(timeout())).await(timeout());
    Diagnosis cured = app.diagnose();
    assertThat(cured.findings()).as("%s", cured).isEmpty();
    assertExactlyOnce(app);
  }

  private boolean replace(FlinkApplication app, String key, String value) {
    return fixture().replaceTaskManager(app.name(), Map.of(key, value), false);
  }

  private static int unusedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
