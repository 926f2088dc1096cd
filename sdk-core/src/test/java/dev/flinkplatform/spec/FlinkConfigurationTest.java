package dev.flinkplatform.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlinkConfigurationTest {

  private static ApplicationSpec.Builder valid() {
    return ApplicationSpec.builder("orders").job(JobSpec.jar("/jobs/orders.jar").build());
  }

  private static ApplicationSpec full(String version) {
    return valid()
        .flinkVersion(version)
        .parallelism(3)
        .jobManager(Resources.of(1, "1600m"))
        .taskManager(TaskManagerSpec.builder().slots(2).resources(Resources.of(1, "1728m")).build())
        .checkpointing(
            Checkpointing.builder()
                .interval(Duration.ofSeconds(30))
                .timeout(Duration.ofMillis(1500))
                .directory("s3://c")
                .mode(CheckpointMode.AT_LEAST_ONCE)
                .retention(CheckpointRetention.DELETE_ON_CANCELLATION)
                .build())
        .savepointDirectory("s3://s")
        .stateBackend(StateBackend.ROCKSDB)
        .highAvailability(HighAvailability.zooKeeper("zk:2181", "s3://ha"))
        .putFlinkConfig("rest.port", "0")
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "1.18, state.checkpoints.dir, state.savepoints.dir",
    "1.19, state.checkpoints.dir, state.savepoints.dir",
    "1.20, execution.checkpointing.dir, execution.checkpointing.savepoint-dir",
    "2.0, execution.checkpointing.dir, execution.checkpointing.savepoint-dir",
    "2.1, execution.checkpointing.dir, execution.checkpointing.savepoint-dir",
    "2.2, execution.checkpointing.dir, execution.checkpointing.savepoint-dir",
    "2.3, execution.checkpointing.dir, execution.checkpointing.savepoint-dir",
  })
  void of_version_takesTheNamesThatItReads(String version, String checkpoints, String savepoints) {
    Map<String, String> config = FlinkConfiguration.of(full(version));

    assertThat(config).containsEntry(checkpoints, "s3://c").containsEntry(savepoints, "s3://s");
    assertThat(config.keySet())
        .filteredOn(
            k ->
                List.of(
                        "state.checkpoints.dir",
                        "state.savepoints.dir",
                        "execution.checkpointing.dir",
                        "execution.checkpointing.savepoint-dir")
                    .contains(k))
        .containsExactlyInAnyOrder(checkpoints, savepoints);
  }

  @Test
  void of_fullSpecification_saysEverythingOnce() {
    assertThat(FlinkConfiguration.of(full("2.3")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("parallelism.default", "3"),
                Map.entry("taskmanager.numberOfTaskSlots", "2"),
                Map.entry("jobmanager.memory.process.size", "1600m"),
                Map.entry("taskmanager.memory.process.size", "1728m"),
                Map.entry("execution.checkpointing.interval", "30 s"),
                Map.entry("execution.checkpointing.timeout", "1500 ms"),
                Map.entry("execution.checkpointing.dir", "s3://c"),
                Map.entry("execution.checkpointing.savepoint-dir", "s3://s"),
                Map.entry("execution.checkpointing.mode", "AT_LEAST_ONCE"),
                Map.entry(
                    "execution.checkpointing.externalized-checkpoint-retention",
                    "DELETE_ON_CANCELLATION"),
                Map.entry("state.backend.type", "rocksdb"),
                Map.entry("high-availability.type", "zookeeper"),
                Map.entry("high-availability.storageDir", "s3://ha"),
                Map.entry("high-availability.zookeeper.quorum", "zk:2181"),
                Map.entry("rest.port", "0")));
  }

  @Test
  void of_minimalSpecification_leavesFlinksDefaults() {
    assertThat(FlinkConfiguration.of(valid().build()).keySet())
        .containsExactlyInAnyOrder(
            "parallelism.default",
            "taskmanager.numberOfTaskSlots",
            "execution.checkpointing.mode",
            "execution.checkpointing.externalized-checkpoint-retention");
  }

  @Test
  void of_freeCheckpointMode_wins() {
    assertThat(
            FlinkConfiguration.of(
                valid().putFlinkConfig("execution.checkpointing.mode", "AT_LEAST_ONCE").build()))
        .containsEntry("execution.checkpointing.mode", "AT_LEAST_ONCE");
  }

  @Test
  void of_restartStrategies_areFlinksOwn() {
    Duration second = Duration.ofSeconds(1);
    assertThat(restart(RestartStrategy.none()))
        .containsExactly(Map.entry("restart-strategy.type", "none"));
    assertThat(restart(RestartStrategy.fixedDelay(3, second)))
        .containsOnly(
            Map.entry("restart-strategy.type", "fixed-delay"),
            Map.entry("restart-strategy.fixed-delay.attempts", "3"),
            Map.entry("restart-strategy.fixed-delay.delay", "1 s"));
    assertThat(restart(RestartStrategy.exponentialDelay(second, Duration.ofMinutes(1))))
        .containsOnly(
            Map.entry("restart-strategy.type", "exponential-delay"),
            Map.entry("restart-strategy.exponential-delay.initial-backoff", "1 s"),
            Map.entry("restart-strategy.exponential-delay.max-backoff", "60 s"));
    assertThat(restart(RestartStrategy.failureRate(2, Duration.ofMinutes(5), second)))
        .containsOnly(
            Map.entry("restart-strategy.type", "failure-rate"),
            Map.entry("restart-strategy.failure-rate.max-failures-per-interval", "2"),
            Map.entry("restart-strategy.failure-rate.failure-rate-interval", "300 s"),
            Map.entry("restart-strategy.failure-rate.delay", "1 s"));
  }

  private static Map<String, String> restart(RestartStrategy strategy) {
    Map<String, String> config = FlinkConfiguration.of(valid().restartStrategy(strategy).build());
    config.keySet().removeIf(k -> !k.startsWith("restart-strategy"));
    return config;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3.secret-key",
        "S3.ACCESS-KEY",
        "fs.azure.account.key.x.blob.core.windows.net",
        "security.ssl.rest.keystore-password",
        "security.kerberos.login.token",
        "metrics.reporter.dd.apikey",
        "rest.basic-auth",
        "sasl.jaas.config",
        "http-headers",
        "my.credentials"
      })
  void isSensitive_secret_isMasked(String key) {
    assertThat(FlinkConfiguration.isSensitive(key)).isTrue();
    assertThat(FlinkConfiguration.shown(key, "hunter2")).isEqualTo(FlinkConfiguration.MASK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rest.port", "parallelism.default", "state.backend.type"})
  void isSensitive_ordinaryKey_isShown(String key) {
    assertThat(FlinkConfiguration.shown(key, "x")).isEqualTo("x");
  }
}
