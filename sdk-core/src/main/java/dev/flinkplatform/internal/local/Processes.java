package dev.flinkplatform.internal.local;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Processes that outlive the JVM that started them, and how to find them again.
 *
 * <p>Stateless and thread-safe. There is no exit code of a process another JVM has started: a
 * wrapper that recorded it would be one more process to lose; why a JVM died is in its logs.
 */
public final class Processes {

  /** The JVM flag a process is found by. */
  static final String MARKER_FLAG = "-Ddev.flinkplatform.process=";

  private static final Path SHELL = Path.of("/bin/sh");

  /**
   * Ignored signals stay ignored across exec, and a JVM leaves HUP and INT alone when it finds them
   * ignored: neither Ctrl-C, Ctrl-Z nor the end of the terminal reaches Flink. TERM still does.
   */
  private static final String DETACH = "trap '' HUP INT TSTP; exec \"$@\"";

  /** Would change what runs in the process behind the user's back. */
  private static final List<String> NOT_INHERITED =
      List.of("CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private static final Pattern ROLE = Pattern.compile("[a-z0-9][a-z0-9-]{0,60}");

  private Processes() {}

  /**
   * Starts a JVM that survives this one, the terminal and its Ctrl-C.
   *
   * <p>It inherits the environment, except for {@code FLINK_*} variables and those that slip
   * options into any JVM; standard input is empty.
   *
   * @param launch how
   * @return the process, which may die at once
   * @throws UncheckedIOException if it cannot be started
   */
  public static FlinkProcess start(FlinkProcess.Launch launch) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SHELL)) {
      command.addAll(List.of(SHELL.toString(), "-c", DETACH, "sh"));
    }
    command.addAll(launch.command());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(launch.workingDirectory().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.stdout().toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(launch.stderr().toFile()));
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(name -> name.startsWith("FLINK_") || NOT_INHERITED.contains(name));
    environment.putAll(launch.environment());
    environment.put(
        "CLASSPATH",
        launch.classpath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator)));
    try {
      AtomicFiles.createEmpty(launch.stdout());
      AtomicFiles.createEmpty(launch.stderr());
      Process process = builder.start();
      return new FlinkProcess(identityOfChild(process, launch.marker()), process);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot start " + launch + " in '" + launch.workingDirectory() + "': " + e.getMessage(),
          e);
    }
  }

  /**
   * Tells what became of a process, not of another one that has its pid now.
   *
   * @param identity the process
   * @return {@link ProcessLiveness#UNKNOWN} if it ran on another host or in another container
   */
  public static ProcessLiveness liveness(ProcessIdentity identity) {
    String[] then = identity.fingerprint().split("/", -1);
    if (then.length == 5 && then[0].equals("linux") && Linux.isPresent()) {
      boolean sameBoot = then[2].equals(Linux.bootId());
      boolean sameNamespace = then[3].equals(Linux.pidNamespace());
      if (sameBoot && sameNamespace) {
        return Linux.startTicks(identity.pid()).map(then[4]::equals).orElse(false)
            ? ProcessLiveness.ALIVE
            : ProcessLiveness.DEAD;
      }
      // After a reboot nothing lives. In a container that is not certain: the same host name may
      // have come up elsewhere.
      return !sameBoot
              && then[1].equals(hostName())
              && sameNamespace
              && Linux.INITIAL_NAMESPACE.equals(then[3])
          ? ProcessLiveness.DEAD
          : ProcessLiveness.UNKNOWN;
    }
    if (then.length == 3 && then[0].equals("other") && then[1].equals(hostName())) {
      return fingerprint(identity.pid()).map(identity.fingerprint()::equals).orElse(false)
          ? ProcessLiveness.ALIVE
          : ProcessLiveness.DEAD;
    }
    return ProcessLiveness.UNKNOWN;
  }

  /** Tells whether exactly this process runs; a zombie does not. */
  public static boolean isAlive(ProcessIdentity identity) {
    return liveness(identity) == ProcessLiveness.ALIVE;
  }

  /**
   * Finds the processes that were started with a marker, even if their pid was never written down.
   *
   * <p>Reads the command lines of this machine's processes, so the caller needs to be the user who
   * started them (or root); on Windows, which does not show them, nothing is ever found.
   *
   * @param marker the marker, in full
   * @return the processes, by pid
   */
  public static List<ProcessIdentity> findByMarker(String marker) {
    ProcessIdentity.requireText("marker", marker);
    String flag = MARKER_FLAG + marker;
    List<ProcessIdentity> found = new ArrayList<>();
    long self = ProcessHandle.current().pid();
    for (long pid : Linux.isPresent() ? Linux.pids() : pids()) {
      List<String> arguments = Linux.isPresent() ? Linux.commandLine(pid) : arguments(pid);
      if (pid != self && arguments.contains(flag)) {
        identify(pid, marker).ifPresent(found::add);
      }
    }
    found.sort(Comparator.comparingLong(ProcessIdentity::pid));
    return found;
  }

  /**
   * Finds the processes whose marker begins with a text.
   *
   * @param prefix how the markers begin
   * @return the processes, by pid; as {@link #findByMarker} says
   */
  public static List<ProcessIdentity> findByMarkerPrefix(String prefix) {
    ProcessIdentity.requireText("prefix", prefix);
    String flag = MARKER_FLAG + prefix;
    List<ProcessIdentity> found = new ArrayList<>();
    long self = ProcessHandle.current().pid();
    for (long pid : Linux.isPresent() ? Linux.pids() : pids()) {
      if (pid != self) {
        List<String> arguments = Linux.isPresent() ? Linux.commandLine(pid) : arguments(pid);
        arguments.stream()
            .filter(a -> a.startsWith(flag))
            .findFirst()
            .flatMap(a -> identify(pid, a.substring(MARKER_FLAG.length())))
            .ifPresent(found::add);
      }
    }
    found.sort(Comparator.comparingLong(ProcessIdentity::pid));
    return found;
  }

  /**
   * Tells which process has a pid now.
   *
   * @return its identity, or empty if no process has it
   */
  public static Optional<ProcessIdentity> identify(long pid, String marker) {
    return fingerprint(pid).map(f -> new ProcessIdentity(pid, f, marker));
  }

  /** Returns the identity of the JVM this runs in. */
  public static ProcessIdentity selfIdentity() {
    long pid = ProcessHandle.current().pid();
    return identify(pid, "sdk")
        .orElseThrow(() -> new IllegalStateException("Cannot tell when this JVM has started"));
  }

  /**
   * Sends a process the signal to end; does not wait.
   *
   * @param identity the process
   * @param graceful true for SIGTERM, which lets it clean up; false for SIGKILL
   * @return true if the signal was sent, false if the process is dead or unknown here
   */
  public static boolean terminate(ProcessIdentity identity, boolean graceful) {
    if (identity.pid() == ProcessHandle.current().pid()) {
      return false;
    }
    // The handle first, then the check: the handle itself knows when its process started, so that
    // no other one is hit if this one ends in between.
    Optional<ProcessHandle> handle = ProcessHandle.of(identity.pid());
    if (handle.isEmpty() || !isAlive(identity)) {
      return false;
    }
    return graceful ? handle.get().destroy() : handle.get().destroyForcibly();
  }

  /**
   * Writes a process down as {@code <directory>/<role>.pid}.
   *
   * @throws UncheckedIOException if that is not possible
   */
  public static void writePidFile(Path directory, String role, ProcessIdentity identity) {
    Path file = pidFile(directory, role);
    try {
      AtomicFiles.createDirectories(directory);
      AtomicFiles.replace(
          file,
          directory.resolve("." + role + ".pid." + ProcessHandle.current().pid() + ".tmp"),
          "pid="
              + identity.pid()
              + "\nfingerprint="
              + identity.fingerprint()
              + "\nmarker="
              + identity.marker()
              + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write '" + file + "': " + e, e);
    }
  }

  /**
   * Reads a process from {@code <directory>/<role>.pid}.
   *
   * @return the process, alive or not, or empty if there is no such file or something else wrote it
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Optional<ProcessIdentity> readPidFile(Path directory, String role) {
    Path file = pidFile(directory, role);
    try {
      Properties properties = new Properties();
      properties.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
      return Optional.of(
          new ProcessIdentity(
              Long.parseLong(properties.getProperty("pid", "").trim()),
              properties.getProperty("fingerprint", ""),
              properties.getProperty("marker", "")));
    } catch (NoSuchFileException | IllegalArgumentException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read '" + file + "': " + e, e);
    }
  }

  /**
   * Reads every {@code *.pid} file of a directory.
   *
   * @return the processes by role, alive or not; empty if there is no such directory
   * @throws UncheckedIOException if it cannot be read
   */
  public static Map<String, ProcessIdentity> readPidFiles(Path directory) {
    Map<String, ProcessIdentity> processes = new TreeMap<>();
    if (!Files.isDirectory(directory)) {
      return processes;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.pid")) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        String role = name.substring(0, name.length() - ".pid".length());
        if (ROLE.matcher(role).matches()) {
          readPidFile(directory, role).ifPresent(identity -> processes.put(role, identity));
        }
      }
      return processes;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list '" + directory + "': " + e, e);
    }
  }

  /**
   * Removes {@code <directory>/<role>.pid} if it is there.
   *
   * @throws UncheckedIOException if that is not possible
   */
  public static void deletePidFile(Path directory, String role) {
    Path file = pidFile(directory, role);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete '" + file + "': " + e, e);
    }
  }

  private static Path pidFile(Path directory, String role) {
    if (!ROLE.matcher(role).matches()) {
      throw new IllegalArgumentException(
          "A role has lower-case letters, digits and '-', got '" + role + "'");
    }
    return directory.resolve(role + ".pid");
  }

  /** A child that has died already still has an identity: one that is dead. */
  private static ProcessIdentity identityOfChild(Process process, String marker) {
    return identify(process.pid(), marker)
        .orElseGet(
            () ->
                new ProcessIdentity(
                    process.pid(),
                    Linux.isPresent() ? Linux.fingerprint("0") : otherFingerprint(0),
                    marker));
  }

  private static Optional<String> fingerprint(long pid) {
    if (Linux.isPresent()) {
      return Linux.startTicks(pid).map(Linux::fingerprint);
    }
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .flatMap(p -> p.info().startInstant())
        .map(start -> otherFingerprint(start.toEpochMilli()));
  }

  private static String otherFingerprint(long start) {
    return "other/" + hostName() + "/" + start;
  }

  private static List<Long> pids() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid).toList();
    }
  }

  private static List<String> arguments(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(p -> p.info().arguments())
        .map(Arrays::asList)
        .orElse(List.of());
  }

  private static File nullDevice() {
    return new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");
  }

  private static String hostName() {
    return word(
        Stream.of(
                Linux.read("/proc/sys/kernel/hostname"),
                System.getenv("HOSTNAME"),
                System.getenv("COMPUTERNAME"))
            .filter(name -> name != null && !name.isBlank())
            .findFirst()
            .orElse("localhost"));
  }

  /** Keeps what an identity may hold, and never a slash. */
  private static String word(String text) {
    String word = text.trim().replaceAll("[^A-Za-z0-9._:-]", "_");
    return word.isEmpty() ? "_" : word.substring(0, Math.min(word.length(), 100));
  }

  /** What {@code /proc} tells. */
  private static final class Linux {

    /** The inode of the pid namespace that exists from boot: PROC_PID_INIT_INO. */
    static final String INITIAL_NAMESPACE = "4026531836";

    private static final Path PROC = Path.of("/proc");

    private static final Duration EXEC_TAKES_AT_MOST = Duration.ofMillis(500);

    private Linux() {}

    static boolean isPresent() {
      return Files.isReadable(PROC.resolve("self/stat"))
          && Files.isReadable(PROC.resolve("sys/kernel/random/boot_id"));
    }

    static String fingerprint(String ticks) {
      return String.join("/", "linux", hostName(), bootId(), pidNamespace(), ticks);
    }

    static String bootId() {
      String id = read("/proc/sys/kernel/random/boot_id");
      return id == null ? "_" : word(id);
    }

    static String pidNamespace() {
      try {
        // pid:[4026531836]
        return word(
            Files.readSymbolicLink(PROC.resolve("self/ns/pid"))
                .toString()
                .replaceAll("[^0-9]", ""));
      } catch (IOException | UnsupportedOperationException | SecurityException e) {
        return "of-" + hostName();
      }
    }

    /** When a process started, in ticks since boot; empty if there is none or it is a zombie. */
    static Optional<String> startTicks(long pid) {
      String stat = read("/proc/" + pid + "/stat");
      return stat == null ? Optional.empty() : ProcStat.parse(stat);
    }

    static List<Long> pids() {
      List<Long> pids = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
        for (Path entry : entries) {
          pids.add(Long.parseLong(String.valueOf(entry.getFileName())));
        }
      } catch (IOException | NumberFormatException e) {
        throw new IllegalStateException("Cannot list the processes in /proc: " + e, e);
      }
      return pids;
    }

    /**
     * Arguments of a process; one that is being replaced by exec has none for a moment, which is
     * waited for: it would be overlooked right after its start.
     */
    static List<String> commandLine(long pid) {
      long began = System.nanoTime();
      String line = read("/proc/" + pid + "/cmdline");
      boolean inExec = true;
      while (line != null
          && line.isEmpty()
          && inExec
          && System.nanoTime() - began < EXEC_TAKES_AT_MOST.toNanos()) {
        inExec = ProcStat.mayBeInExec(String.valueOf(read("/proc/" + pid + "/stat")));
        LockSupport.parkNanos(inExec ? 100_000 : 0);
        // Once more in any case: exec may have ended since.
        line = read("/proc/" + pid + "/cmdline");
      }
      return line == null ? List.of() : Arrays.asList(line.split("\0", -1));
    }

    /** Reads a file that may vanish, or be somebody else's, at any time. */
    static @Nullable String read(String file) {
      Path path = Path.of(file);
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        return null;
      }
      try {
        return Files.readString(path, StandardCharsets.ISO_8859_1);
      } catch (IOException e) {
        return null;
      }
    }
  }

  /** The format of {@code /proc/<pid>/stat}: proc_pid_stat(5). */
  static final class ProcStat {

    /** PF_KTHREAD: a thread of the kernel, which never has arguments. */
    private static final long KERNEL_THREAD = 0x0020_0000;

    private ProcStat() {}

    /** Returns field 22, the start time. */
    static Optional<String> parse(String stat) {
      return fields(stat).map(fields -> fields[19]);
    }

    /**
     * Tells whether a process without arguments may get them: field 51, where the environment ends,
     * is the last thing exec knows, and the kernel shows no arguments before. It is 0 for who may
     * not see it, too.
     */
    static boolean mayBeInExec(String stat) {
      return fields(stat)
          .filter(fields -> fields.length > 48 && fields[48].equals("0"))
          .filter(fields -> (Long.parseLong(fields[6]) & KERNEL_THREAD) == 0)
          .isPresent();
    }

    /**
     * Returns what follows the name, from field 3, of a process that has not ended. The name is in
     * parentheses and may itself hold blanks and parentheses, so it ends with the last one.
     */
    private static Optional<String[]> fields(String stat) {
      int end = stat.lastIndexOf(')');
      if (end < 0) {
        return Optional.empty();
      }
      String[] fields = stat.substring(end + 1).trim().split("\\s+", -1);
      boolean gone = fields.length < 20 || fields[0].equals("Z") || fields[0].equals("X");
      return gone ? Optional.empty() : Optional.of(fields);
    }
  }
}
