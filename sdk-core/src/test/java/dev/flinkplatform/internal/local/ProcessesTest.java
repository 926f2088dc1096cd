package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessesTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final String marker = "test:" + UUID.randomUUID();

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  @AfterEach
  void leavesNothingBehind() {
    Processes.findByMarker(marker).forEach(p -> Processes.terminate(p, false));
    await().atMost(SOON).until(() -> Processes.findByMarker(marker).isEmpty());
  }

  @Test
  void start_idleJvm_runsWithMarkerFirstEmptyInputAndAppendedOutput() throws Exception {
    Files.writeString(directory.resolve("out"), "before\n");

    FlinkProcess process = Processes.start(idle());

    assertThat(process.identity().marker()).isEqualTo(marker);
    assertThat(Processes.isAlive(process.identity())).isTrue();
    assertThat(process.exitCode()).isEmpty();
    await().atMost(SOON).until(() -> Files.readString(directory.resolve("err")).contains("a b"));
    assertThat(directory.resolve("out")).hasContent("before\nout -1\n");
    String[] command = commandLine(process.identity().pid());
    assertThat(command[0]).isEqualTo(Forks.JAVA.toString());
    assertThat(command[1]).isEqualTo("-Ddev.flinkplatform.process=" + marker);
    assertThat(command).doesNotContain(Forks.classpath());
  }

  @Test
  void start_openFilesOfTheSdk_areNotInherited() throws Exception {
    Path held = Files.createFile(directory.resolve("held"));
    try (var stream = Files.newOutputStream(held)) {
      stream.write(1);
      FlinkProcess process = Processes.start(idle());
      await().atMost(SOON).until(() -> Files.readString(directory.resolve("err")).contains("a b"));

      try (var fds = Files.list(Path.of("/proc/" + process.identity().pid() + "/fd"))) {
        List<String> targets =
            fds.map(
                    fd -> {
                      try {
                        return Files.readSymbolicLink(fd).toString();
                      } catch (IOException e) {
                        return "";
                      }
                    })
                .toList();
        assertThat(targets).contains("/dev/null").doesNotContain(held.toString());
        assertThat(targets).noneMatch(t -> t.startsWith("pipe:"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "INT", "TSTP"})
  void start_signalsOfTheTerminal_areIgnored(String signal) throws Exception {
    FlinkProcess process = Processes.start(idle());
    await().atMost(SOON).until(() -> Files.readString(directory.resolve("err")).contains("a b"));

    Forks.signal(signal, process.identity().pid());

    // Signals are delivered in the order of their numbers at the latest: after this one, the other
    // has been dealt with.
    assertThat(Processes.isAlive(process.identity())).isTrue();
    assertThat(status(process.identity().pid(), "State")).doesNotContain("T (stopped)");
    long ignored = Long.parseUnsignedLong(status(process.identity().pid(), "SigIgn"), 16);
    int number = signal.equals("HUP") ? 1 : signal.equals("INT") ? 2 : 20;
    assertThat(ignored >> (number - 1) & 1).as("SIG%s is ignored", signal).isEqualTo(1);
  }

  @Test
  void terminate_graceful_sendsSigtermAndExitCodeIsKnownToTheParent() throws Exception {
    FlinkProcess process = Processes.start(idle());
    await().atMost(SOON).until(() -> Files.readString(directory.resolve("err")).contains("a b"));

    assertThat(Processes.terminate(process.identity(), true)).isTrue();

    await().atMost(SOON).until(() -> !Processes.isAlive(process.identity()));
    await().atMost(SOON).until(() -> process.exitCode().isPresent());
    assertThat(process.exitCode()).hasValue(143);
    assertThat(Processes.terminate(process.identity(), true)).isFalse();
  }

  @Test
  void terminate_otherProcessWithThatPid_isLeftAlone() {
    FlinkProcess process = Processes.start(idle());
    ProcessIdentity real = process.identity();
    String fingerprint = real.fingerprint();
    ProcessIdentity before =
        new ProcessIdentity(
            real.pid(), fingerprint.substring(0, fingerprint.lastIndexOf('/')) + "/17", marker);

    assertThat(Processes.liveness(before)).isEqualTo(ProcessLiveness.DEAD);
    assertThat(Processes.terminate(before, false)).isFalse();
    assertThat(Processes.isAlive(real)).isTrue();
  }

  @Test
  void terminate_self_isRefused() {
    assertThat(Processes.terminate(Processes.selfIdentity(), false)).isFalse();
  }

  @Test
  void start_launcherKilled_processLivesIsFoundByMarkerAndTerminated() throws Exception {
    Process launcher =
        Forks.start(
            Launcher.class,
            List.of(
                marker,
                Forks.JAVA.toString(),
                directory.toString(),
                Forks.classpath(),
                "2",
                "-Xmx32m",
                "-XX:+UseSerialGC",
                Idle.class.getName()));
    try (BufferedReader out = Forks.output(launcher)) {
      assertThat(out.readLine()).isEqualTo("started");
    } finally {
      Forks.kill(launcher);
    }

    List<ProcessIdentity> found = Processes.findByMarker(marker);

    assertThat(found).hasSize(1);
    assertThat(Processes.liveness(found.get(0))).isEqualTo(ProcessLiveness.ALIVE);
    await().atMost(SOON).until(() -> Files.readString(directory.resolve("err")).contains("err"));
    assertThat(Processes.terminate(found.get(0), true)).isTrue();
    await().atMost(SOON).until(() -> !Processes.isAlive(found.get(0)));
  }

  @Test
  void findByMarker_prefixOfAnother_findsOnlyTheExactOne() {
    FlinkProcess process = Processes.start(idle());

    assertThat(Processes.findByMarker(marker)).containsExactly(process.identity());
    assertThat(Processes.findByMarker(marker.substring(0, marker.length() - 1))).isEmpty();
  }

  /** Between two programs a process has no arguments; among so many starts one is met there. */
  @Test
  void findByMarker_whileProcessesStart_findsEveryOne() throws Exception {
    Path program = Files.writeString(directory.resolve("program"), "#!/bin/sh\nkill -STOP $$\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    for (int i = 0; i < 200; i++) {
      FlinkProcess process = Processes.start(launch(program));

      assertThat(Processes.findByMarker(marker)).containsExactly(process.identity());
      Processes.terminate(process.identity(), false);
      await().atMost(SOON).until(() -> !Processes.isAlive(process.identity()));
    }
  }

  @Test
  void mayBeInExec_kernelThreadZombieOrKnownArguments_isNot() {
    assertThat(Processes.ProcStat.mayBeInExec(stat("R", 0x40_0000, 0))).isTrue();
    assertThat(Processes.ProcStat.mayBeInExec(stat("R", 0x40_0000, 140_730))).isFalse();
    assertThat(Processes.ProcStat.mayBeInExec(stat("Z", 0x40_0000, 0))).isFalse();
    assertThat(Processes.ProcStat.mayBeInExec(stat("S", 0x20_7f80, 0))).isFalse();
    assertThat(Processes.ProcStat.mayBeInExec("")).isFalse();
  }

  @Test
  void isAlive_zombie_isDead() throws Exception {
    // A shell that never waits for its child.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 0.2 & echo $!; exec sleep 60").start();
    try (BufferedReader out = Forks.output(parent)) {
      long child = Long.parseLong(out.readLine());
      ProcessIdentity identity = Processes.identify(child, "zombie").orElseThrow();
      await().atMost(SOON).until(() -> status(child, "State").startsWith("Z"));

      assertThat(Processes.liveness(identity)).isEqualTo(ProcessLiveness.DEAD);
      assertThat(Processes.identify(child, "zombie")).isEmpty();
    } finally {
      Forks.kill(parent);
    }
  }

  @Test
  void parse_nameWithParenthesesAndBlanks_findsTheStartTime() {
    assertThat(
            Processes.ProcStat.parse(
                "42 (a) R 1) (b) S 1 42 42 0 -1 4194304 98 0 0 0 0 0 0 0 20 0 1 0 117281 3133440 390"))
        .hasValue("117281");
    assertThat(Processes.ProcStat.parse("42 (x) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 7 0"))
        .isEmpty();
    assertThat(Processes.ProcStat.parse("")).isEmpty();
    assertThat(Processes.ProcStat.parse("42 (x) S 1")).isEmpty();
  }

  @Test
  void liveness_otherHostOrContainer_isUnknown() {
    ProcessIdentity self = Processes.selfIdentity();
    String[] p = self.fingerprint().split("/", -1);

    assertThat(Processes.liveness(self)).isEqualTo(ProcessLiveness.ALIVE);
    assertThat(Processes.liveness(ProcessIdentity.parse(self.encode())))
        .isEqualTo(ProcessLiveness.ALIVE);
    assertThat(livenessOf(p[0], p[1], p[2], "4026539999", "17")).isEqualTo(ProcessLiveness.UNKNOWN);
    assertThat(livenessOf(p[0], "elsewhere", "another-boot", p[3], "17"))
        .isEqualTo(ProcessLiveness.UNKNOWN);
    assertThat(livenessOf("other", "elsewhere", "17")).isEqualTo(ProcessLiveness.UNKNOWN);
    assertThat(livenessOf("something")).isEqualTo(ProcessLiveness.UNKNOWN);
    // A name of this host that has changed does not matter: boot and namespace tell.
    assertThat(livenessOf(p[0], "renamed", p[2], p[3], p[4])).isEqualTo(ProcessLiveness.ALIVE);
  }

  @Test
  void liveness_hostRebooted_isDeadUnlessItMayBeAContainer() {
    String[] p = Processes.selfIdentity().fingerprint().split("/", -1);

    assertThat(livenessOf(p[0], p[1], "another-boot", "4026539999", "17"))
        .isEqualTo(ProcessLiveness.UNKNOWN);
    assertThat(livenessOf(p[0], p[1], "another-boot", p[3], "17"))
        .isEqualTo(p[3].equals("4026531836") ? ProcessLiveness.DEAD : ProcessLiveness.UNKNOWN);
  }

  @Test
  void pidFile_writtenAndRead_isTheSameAndTheOwnersOnly() throws Exception {
    ProcessIdentity self = Processes.selfIdentity();
    Path pids = directory.resolve("pids");

    assertThat(Processes.readPidFile(pids, "jobmanager")).isEmpty();
    assertThat(Processes.readPidFiles(pids)).isEmpty();
    Processes.writePidFile(pids, "jobmanager", self);
    Processes.writePidFile(pids, "taskmanager-1", self);
    Processes.writePidFile(pids, "taskmanager-1", self);

    assertThat(Processes.readPidFile(pids, "jobmanager")).contains(self);
    assertThat(Processes.readPidFiles(pids))
        .isEqualTo(Map.of("jobmanager", self, "taskmanager-1", self));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(pids.resolve("jobmanager.pid"))))
        .isEqualTo("rw-------");
    Processes.deletePidFile(pids, "jobmanager");
    assertThat(Processes.readPidFiles(pids)).containsOnlyKeys("taskmanager-1");
    assertThatThrownBy(() -> Processes.writePidFile(pids, "../x", self))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readPidFile_garbage_isNoProcess() throws Exception {
    Files.writeString(directory.resolve("jobmanager.pid"), "12345\n");

    assertThat(Processes.readPidFile(directory, "jobmanager")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1|a", "x|a|b", "0|a|b", "1|a b|c", "1||c", "1|a|b|c"})
  void parse_otherText_isRefused(String token) {
    assertThatThrownBy(() -> ProcessIdentity.parse(token))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void start_noSuchDirectory_saysWhatFailed() {
    FlinkProcess.Launch launch = idle();
    assertThatThrownBy(
            () ->
                Processes.start(
                    new FlinkProcess.Launch(
                        launch.marker(),
                        launch.javaBinary(),
                        List.of(),
                        List.of(),
                        "X",
                        List.of("secret"),
                        Map.of(),
                        directory.resolve("absent"),
                        directory.resolve("out"),
                        directory.resolve("err"))))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("absent")
        .hasMessageNotContaining("secret");
  }

  private FlinkProcess.Launch idle() {
    return launch(Forks.JAVA);
  }

  private FlinkProcess.Launch launch(Path java) {
    return new FlinkProcess.Launch(
        marker,
        java,
        List.of("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        List.of(Forks.classpath().split(File.pathSeparator, -1)).stream().map(Path::of).toList(),
        Idle.class.getName(),
        List.of("a", "b"),
        Map.of(),
        directory,
        directory.resolve("out"),
        directory.resolve("err"));
  }

  /** A line of /proc/pid/stat with fields 3, 9 and 51 as given. */
  private static String stat(String state, long flags, long environmentEnd) {
    return "42 (x) "
        + state
        + " 1 1 1 0 -1 "
        + flags
        + " 1".repeat(41)
        + " "
        + environmentEnd
        + " 0";
  }

  private static ProcessLiveness livenessOf(String... fingerprint) {
    return Processes.liveness(
        new ProcessIdentity(ProcessHandle.current().pid(), String.join("/", fingerprint), "sdk"));
  }

  private static String[] commandLine(long pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0", -1);
  }

  private static String status(long pid, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(l -> l.startsWith(field + ":"))
        .map(l -> l.substring(field.length() + 1).trim())
        .findFirst()
        .orElse("");
  }
}
