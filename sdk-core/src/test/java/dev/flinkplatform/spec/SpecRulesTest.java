package dev.flinkplatform.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.error.InvalidSpecException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecRulesTest {

  private static ApplicationSpec.Builder valid() {
    return ApplicationSpec.builder("orders").job(JobSpec.jar("/jobs/orders.jar").build());
  }

  private static Arguments bad(
      String path, String seen, Consumer<ApplicationSpec.Builder> mistake) {
    return Arguments.of(path, seen, mistake);
  }

  private static JobSpec job(Consumer<JobSpec.Builder> change) {
    JobSpec.Builder b = JobSpec.jar("/jobs/orders.jar");
    change.accept(b);
    return b.build();
  }

  private static Checkpointing checkpointing(Consumer<Checkpointing.Builder> change) {
    Checkpointing.Builder b = Checkpointing.builder();
    change.accept(b);
    return b.build();
  }

  private static TaskManagerSpec taskManager(Consumer<TaskManagerSpec.Builder> change) {
    TaskManagerSpec.Builder b = TaskManagerSpec.builder();
    change.accept(b);
    return b.build();
  }

  static Stream<Arguments> mistakes() {
    Duration negative = Duration.ofMillis(-1);
    Duration second = Duration.ofSeconds(1);
    return Stream.of(
        bad("flinkVersion", "1.17", b -> b.flinkVersion("1.17")),
        bad("flinkVersion", "2.9", b -> b.flinkVersion("2.9.1")),
        bad("image", "' '", b -> b.image(" ")),
        bad("job.jars", "none", b -> b.job(JobSpec.builder().build())),
        bad("job.jars[0]", "' '", b -> b.job(JobSpec.jar(" ").build())),
        bad("job.jars[0]", "/x.zip", b -> b.job(JobSpec.jar("/x.zip").build())),
        bad(
            "job.jars[1]",
            "ftp://h/x.jar",
            b -> b.job(JobSpec.builder().jars(List.of("/a.jar", "ftp://h/x.jar")).build())),
        bad("job.entryClass", "com.acme.", b -> b.job(job(j -> j.entryClass("com.acme.")))),
        bad("job.entryClass", "a b", b -> b.job(job(j -> j.entryClass("a b")))),
        bad("job.args[1]", "not shown", b -> b.job(job(j -> j.args(List.of("a", "x\0y"))))),
        bad("parallelism", "'0'", b -> b.parallelism(0)),
        bad("parallelism", "'32769'", b -> b.parallelism(32_769)),
        bad("jobManager.cpu", "'0.0'", b -> b.jobManager(Resources.of(0, "1g"))),
        bad("jobManager.cpu", "NaN", b -> b.jobManager(Resources.of(Double.NaN, "1g"))),
        bad(
            "jobManager.cpu",
            "Infinity",
            b -> b.jobManager(Resources.of(Double.POSITIVE_INFINITY, "1g"))),
        bad("jobManager.memory", "0b", b -> b.jobManager(Resources.of(1, "0"))),
        bad(
            "taskManager.resources.memory",
            "0b",
            b -> b.taskManager(taskManager(t -> t.resources(Resources.of(1, "0"))))),
        bad("taskManager.slots", "'0'", b -> b.taskManager(taskManager(t -> t.slots(0)))),
        bad("taskManager.replicas", "'0'", b -> b.taskManager(taskManager(t -> t.replicas(0)))),
        bad(
            "taskManager.replicas",
            "1 * 2",
            b -> b.parallelism(3).taskManager(taskManager(t -> t.slots(2).replicas(1)))),
        bad(
            "checkpointing.interval",
            "PT0.009S",
            b -> b.checkpointing(checkpointing(c -> c.interval(Duration.ofMillis(9))))),
        bad(
            "checkpointing.timeout",
            "PT0S",
            b -> b.checkpointing(checkpointing(c -> c.timeout(Duration.ZERO)))),
        bad(
            "checkpointing.directory",
            "/data",
            b -> b.checkpointing(checkpointing(c -> c.directory("/data")))),
        bad("savepointDirectory", "relative", b -> b.savepointDirectory("relative")),
        bad("savepointDirectory", "https://h/x", b -> b.savepointDirectory("https://h/x")),
        bad(
            "stateBackend",
            "Flink 1.20",
            b -> b.flinkVersion("1.20").stateBackend(StateBackend.FORST)),
        bad(
            "restartStrategy.attempts",
            "'-1'",
            b -> b.restartStrategy(RestartStrategy.fixedDelay(-1, second))),
        bad(
            "restartStrategy.delay",
            "PT-0.001S",
            b -> b.restartStrategy(RestartStrategy.fixedDelay(1, negative))),
        bad(
            "restartStrategy.initial",
            "PT0S",
            b -> b.restartStrategy(RestartStrategy.exponentialDelay(Duration.ZERO, second))),
        bad(
            "restartStrategy.max",
            "PT1S",
            b -> b.restartStrategy(RestartStrategy.exponentialDelay(second, second))),
        bad(
            "restartStrategy.maxFailures",
            "'0'",
            b -> b.restartStrategy(RestartStrategy.failureRate(0, second, second))),
        bad(
            "restartStrategy.interval",
            "PT0S",
            b -> b.restartStrategy(RestartStrategy.failureRate(1, Duration.ZERO, second))),
        bad(
            "restartStrategy.delay",
            "PT-0.001S",
            b -> b.restartStrategy(RestartStrategy.failureRate(1, second, negative))),
        bad(
            "highAvailability.storageDirectory",
            "ha",
            b -> b.highAvailability(HighAvailability.kubernetes("ha"))),
        bad(
            "highAvailability.standbyJobManagers",
            "'-1'",
            b -> b.highAvailability(new HighAvailability.Kubernetes("s3://ha", -1))),
        bad(
            "highAvailability.quorum",
            "''",
            b -> b.highAvailability(HighAvailability.zooKeeper("", "s3://ha"))),
        bad("flinkConfig", "a b", b -> b.putFlinkConfig("a b", "x")),
        bad("flinkConfig", "a:b", b -> b.putFlinkConfig("a:b", "x")),
        bad("flinkConfig[s3.secret]", "not shown", b -> b.putFlinkConfig("s3.secret", "x\ny")),
        bad(
            "flinkConfig[execution.checkpointing.create-subdir]",
            "'FALSE'",
            b -> b.putFlinkConfig("execution.checkpointing.create-subdir", "FALSE")),
        bad(
            "flinkConfig[state.checkpoints.create-subdir]",
            "' false'",
            b -> b.putFlinkConfig("state.checkpoints.create-subdir", " false")),
        bad("labels", "-x", b -> b.putLabel("-x", "y")),
        bad("labels[x]", "a/b", b -> b.putLabel("x", "a/b")),
        bad("labels[x]", "a".repeat(64), b -> b.putLabel("x", "a".repeat(64))),
        bad("environment", "1A", b -> b.putEnvironment("1A", "x")),
        bad(
            "secretEnvironment",
            "A-B",
            b -> b.putSecretEnvironment("A-B", new SecretRef("s", "k"))),
        bad(
            "secretEnvironment[A]",
            "SecretRef",
            b -> b.putSecretEnvironment("A", new SecretRef("", "k"))),
        bad(
            "secretEnvironment[A]",
            "'A'",
            b -> b.putEnvironment("A", "x").putSecretEnvironment("A", new SecretRef("s", "k"))),
        bad(
            "kubernetes.volumes[0].mountPath",
            "data",
            b ->
                b.kubernetes(
                    KubernetesSettings.builder()
                        .volumes(
                            List.of(
                                new KubernetesSettings.Volume(
                                    "v",
                                    "data",
                                    KubernetesSettings.VolumeKind.PERSISTENT_VOLUME_CLAIM,
                                    "c")))
                        .build())));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("mistakes")
  void build_oneMistake_isToldWithItsPathAndTheValueSeen(
      String path, String seen, Consumer<ApplicationSpec.Builder> mistake) {
    ApplicationSpec.Builder builder = valid();
    mistake.accept(builder);

    assertThat(builder.validate()).extracting(Violation::path).containsExactly(path);
    assertThat(builder.validate().get(0).message()).contains(seen);
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("1 violation")
        .hasMessageContaining(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Orders", "1a", "a-", "a_b", "a.b", "ä", "a b", "../x"})
  void build_badName_isTold(String name) {
    assertThat(ApplicationSpec.builder(name).job(JobSpec.jar("/x.jar").build()).validate())
        .extracting(Violation::path)
        .containsExactly("name");
  }

  @Test
  void build_nameAtTheLimit_isTaken() {
    JobSpec job = JobSpec.jar("/x.jar").build();

    assertThat(ApplicationSpec.builder("a".repeat(40)).job(job).validate()).isEmpty();
    assertThat(ApplicationSpec.builder("a".repeat(41)).job(job).validate()).hasSize(1);
  }

  @Test
  void build_manyMistakes_tellsAllAtOnce() {
    ApplicationSpec.Builder builder =
        ApplicationSpec.builder("Bad Name")
            .flinkVersion("9.9")
            .parallelism(0)
            .savepointDirectory("x")
            .putLabel("-", "-")
            .putEnvironment("1", "");

    assertThatThrownBy(builder::build)
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e ->
                assertThat(e.violations())
                    .extracting(Violation::path)
                    .containsExactlyInAnyOrder(
                        "name",
                        "flinkVersion",
                        "job.jars",
                        "parallelism",
                        "savepointDirectory",
                        "labels",
                        "labels[-]",
                        "environment"))
        .hasMessageContaining("8 violations");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a b/x.jar",
        "x.jar",
        "file:///x.jar",
        "https://h/x.jar",
        "s3://b/x.jar",
        "local:///x.jar"
      })
  void build_jarLocation_isTaken(String location) {
    assertThat(ApplicationSpec.builder("orders").job(JobSpec.jar(location).build()).validate())
        .isEmpty();
  }

  static Stream<Arguments> saidTwice() {
    return Stream.of(
        Arguments.of("parallelism.default", "parallelism"),
        Arguments.of("taskmanager.numberOfTaskSlots", "taskManager.slots"),
        Arguments.of("jobmanager.memory.process.size", "jobManager.memory"),
        Arguments.of("jobmanager.heap.size", "jobManager.memory"),
        Arguments.of("taskmanager.memory.process.size", "taskManager.resources.memory"),
        Arguments.of("taskmanager.heap.size", "taskManager.resources.memory"),
        Arguments.of("execution.checkpointing.interval", "checkpointing.interval"),
        Arguments.of("execution.checkpointing.timeout", "checkpointing.timeout"),
        Arguments.of("execution.checkpointing.dir", "checkpointing.directory"),
        Arguments.of("state.checkpoints.dir", "checkpointing.directory"),
        Arguments.of("execution.checkpointing.savepoint-dir", "savepointDirectory"),
        Arguments.of("state.savepoints.dir", "savepointDirectory"),
        Arguments.of("state.backend.type", "stateBackend"),
        Arguments.of("state.backend", "stateBackend"),
        Arguments.of("restart-strategy.type", "restartStrategy"),
        Arguments.of("restart-strategy", "restartStrategy"),
        Arguments.of("high-availability.type", "highAvailability"),
        Arguments.of("high-availability", "highAvailability"),
        Arguments.of("high-availability.storageDir", "highAvailability"));
  }

  @ParameterizedTest
  @MethodSource("saidTwice")
  void build_typedAndFree_isToldWhicheverNameFlinkReadsItBy(String key, String typed) {
    ApplicationSpec.Builder builder =
        valid()
            .jobManager(Resources.of(1, "1g"))
            .taskManager(taskManager(t -> t.resources(Resources.of(1, "1g"))))
            .checkpointing(
                checkpointing(
                    c ->
                        c.interval(Duration.ofSeconds(1))
                            .timeout(Duration.ofSeconds(1))
                            .directory("s3://c")))
            .savepointDirectory("s3://s")
            .stateBackend(StateBackend.ROCKSDB)
            .restartStrategy(RestartStrategy.none())
            .highAvailability(HighAvailability.kubernetes("s3://ha"))
            .putFlinkConfig(key, "hunter2");

    assertThat(builder.validate())
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.path()).isEqualTo("flinkConfig[" + key + "]");
              assertThat(v.message()).contains("'" + typed + "'").doesNotContain("hunter2");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"state.savepoints.dir", "state.backend.type", "high-availability.type"})
  void build_onlyFree_isTaken(String key) {
    assertThat(valid().putFlinkConfig(key, "x").validate()).isEmpty();
  }
}
