package dev.flinkplatform.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.internal.local.FlinkJars;
import dev.flinkplatform.spec.FlinkVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's own ZooKeeper as a real process. */
class LocalZooKeeperIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  private LocalZooKeeper start(FlinkVersion version) {
    return LocalZooKeeper.start(
        FlinkDistribution.jars(FlinkJars.directory(version)),
        directory,
        Path.of(System.getProperty("flinkplatform.test.flinkJavaHome")));
  }

  private LocalZooKeeper start() {
    return start(FlinkVersion.of(2, 3));
  }

  @AfterEach
  void stop() {
    start().stop();
  }

  @Test
  void start_running_attaches() {
    LocalZooKeeper first = start(FlinkVersion.of(1, 20));
    Optional<Long> pid = first.pid();
    first.close();

    LocalZooKeeper second = start();

    assertThat(pid).isPresent();
    assertThat(second.pid()).isEqualTo(pid);
    assertThat(second.quorum()).isEqualTo(first.quorum()).matches("127\\.0\\.0\\.1:\\d+");
    second.close();
    second.close();
    assertThat(second.pid()).isEqualTo(pid);
  }

  @Test
  void handle_processKilled_isBackAtTheSameAddress() {
    try (LocalZooKeeper zooKeeper = start()) {
      String quorum = zooKeeper.quorum();
      long pid = zooKeeper.pid().orElseThrow();

      ProcessHandle.of(pid).orElseThrow().destroyForcibly();

      await().atMost(SOON).until(() -> zooKeeper.pid().filter(p -> p != pid).isPresent());
      assertThat(zooKeeper.quorum()).isEqualTo(quorum);
    }
  }

  @Test
  void stop_byAnotherHandle_staysStoppedAndKeepsItsAddress() {
    try (LocalZooKeeper first = start()) {
      String quorum = first.quorum();
      long pid = first.pid().orElseThrow();

      start().stop();

      // Longer than a handle takes to see a death and a ZooKeeper to start.
      await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> first.pid().isEmpty());
      try (LocalZooKeeper again = start()) {
        assertThat(again.quorum()).isEqualTo(quorum);
        assertThat(again.pid()).isPresent().get().isNotEqualTo(pid);
      }
    }
  }
}
