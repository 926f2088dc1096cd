package dev.flinkplatform.samples.jshell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pastes the script into a real JShell. */
class JshellScriptIT {

  @Test
  void script_pasted_runsToItsEnd(@TempDir Path directory) throws Exception {
    Path root = directory.resolve("root");
    Path output = directory.resolve("output.txt");
    Process jshell =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jshell").toString(),
                "--class-path",
                Files.readString(Path.of("target", "classpath.txt")).trim(),
                "-R-Djshell.flink=" + System.getProperty("flinkplatform.test.flink23"),
                "-R-Djshell.root=" + root)
            .redirectInput(Path.of("flink.jsh").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(jshell.waitFor(3, TimeUnit.MINUTES)).as("ended in time").isTrue();
      String said = Files.readString(output);
      assertThat(said)
          .doesNotContain("Error:")
          .doesNotContain("Exception")
          .contains("orders ==> ")
          .containsPattern("==> \"file:/[^\"]*/savepoint-")
          .containsPattern("\\$\\d+ ==> 2\\b")
          .containsPattern("orders\\.deploy\\.\\w+ SUCCEEDED")
          .containsPattern("orders\\.savepoint\\.\\w+ SUCCEEDED")
          .containsPattern("orders\\.rescale\\.\\w+ SUCCEEDED")
          .contains("==> []");
      assertThat(left(root)).isEmpty();
    } finally {
      jshell.descendants().forEach(ProcessHandle::destroyForcibly);
      jshell.destroyForcibly().waitFor();
      left(root).forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static List<ProcessHandle> left(Path root) {
    long self = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .filter(p -> p.pid() != self)
        .filter(p -> commandLine(p).filter(c -> c.contains(root + "/")).isPresent())
        .toList();
  }

  private static Optional<String> commandLine(ProcessHandle process) {
    try {
      return Optional.of(Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
