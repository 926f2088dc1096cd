package dev.flinkplatform.samples.quickstart;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.status.TaskManagerStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The only part that knows of the backend: Flink as processes of this machine. */
final class ThisMachine {

  private final Path flinkJars;
  private final Path directory;

  private ThisMachine(Path flinkJars, Path directory) {
    this.flinkJars = flinkJars;
    this.directory = directory.toAbsolutePath().normalize();
  }

  /**
   * Reads where Flink's jars are ({@code quickstart.flink}) and where to write ({@code
   * quickstart.dir}); the build sets both.
   */
  static ThisMachine ofSystemProperties() {
    return new ThisMachine(
        Path.of(System.getProperty("quickstart.flink", "flink/lib")),
        Path.of(System.getProperty("quickstart.dir", "target/flink")));
  }

  /**
   * Connects; starts nothing. {@code FLINKPLATFORM_BACKEND} chooses another backend, and {@code
   * FLINKPLATFORM_URL} and so on are its options.
   */
  FlinkPlatform connect() {
    if (System.getenv("FLINKPLATFORM_BACKEND") != null) {
      return FlinkPlatform.connect(PlatformConfig.fromEnvironment());
    }
    return LocalPlatform.builder()
        .root(directory.resolve("platform"))
        .flink(FlinkDistribution.jars(flinkJars))
        // Halves the time Flink takes to start; not for production.
        .jvmArgs(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
        .connect();
  }

  /** Where everything is written. */
  Path directory() {
    return directory;
  }

  /** Where the job writes down what it committed. */
  Path ledger() {
    return directory.resolve("ledger");
  }

  /** Deletes what the job of an earlier run wrote down. */
  void deleteLedger() {
    if (!Files.isDirectory(ledger())) {
      return;
    }
    try (Stream<Path> files = Files.walk(ledger())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + ledger(), e);
    }
  }

  /**
   * Kills a TaskManager as the kernel would, and returns its pid: its id is on its command line.
   */
  static long kill(TaskManagerStatus taskManager) {
    ProcessHandle process =
        processes(taskManager.id())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("No process is " + taskManager.id()));
    process.destroyForcibly();
    process.onExit().join();
    return process.pid();
  }

  /** Counts the processes of Flink that run below the directory. */
  long flinkProcesses() {
    return processes(directory.resolve("platform").toString()).count();
  }

  private static Stream<ProcessHandle> processes(String word) {
    return ProcessHandle.allProcesses()
        .filter(p -> p.pid() != ProcessHandle.current().pid())
        .filter(p -> p.info().commandLine().orElse("").contains(word));
  }
}
