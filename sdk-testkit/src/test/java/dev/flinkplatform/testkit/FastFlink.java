package dev.flinkplatform.testkit;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.waiting.Condition;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What lets Flink's JVMs start with a third less work: an archive of Flink's loaded classes (class
 * data sharing), made once per JVM and set of jars by a short real run, and kept beside the jars in
 * {@code flink-distributions/*}{@code /target/cds}.
 *
 * <p>Only a matter of time: the classes are the same, and without an archive Flink starts all the
 * same.
 */
public final class FastFlink {

  /** No second compiler, no threads of a collector. */
  private static final List<String> LIGHT = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final Map<Path, List<String>> MADE = new ConcurrentHashMap<>();

  private FastFlink() {}

  /**
   * Returns the arguments for Flink's JVMs, the archive among them; makes it first if there is
   * none, which takes some 15 s once.
   *
   * @param jars a flat directory of Flink's jars
   * @param javaHome the JVM that runs them
   */
  public static List<String> jvmArgs(Path jars, Path javaHome) {
    return MADE.computeIfAbsent(
        jars,
        j -> {
          List<String> arguments = new ArrayList<>(LIGHT);
          try {
            arguments.add("-XX:SharedArchiveFile=" + archive(j.toRealPath(), javaHome));
          } catch (IOException | RuntimeException e) {
            System.err.println("Flink starts without an archive of its classes: " + e);
          }
          return List.copyOf(arguments);
        });
  }

  private static Path archive(Path jars, Path javaHome) throws IOException {
    FlinkDistribution flink = FlinkDistribution.jars(jars);
    Path directory = Files.createDirectories(jars.resolveSibling("cds"));
    if (directory.toString().contains(" ")) {
      throw new IOException("arguments are separated by blanks: " + directory);
    }
    String key = key(flink, javaHome);
    Path archive = directory.resolve(key + ".jsa");
    // Of all processes on this machine one makes it, the others wait. The lock goes with its owner.
    try (FileChannel lock =
        FileChannel.open(
            directory.resolve(key + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      lock.lock();
      if (!Files.exists(archive)) {
        Path scratch = Files.createTempDirectory("flinkplatform-cds-").toRealPath();
        try {
          Path made = run(flink, javaHome, scratch);
          check(flink, javaHome, made, scratch);
          // Not yet where it is looked for: the scratch directory may be on another disk.
          Path beside = directory.resolve(key + ".tmp");
          Files.copy(made, beside, StandardCopyOption.REPLACE_EXISTING);
          Files.move(beside, archive, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          delete(scratch);
        }
      }
    }
    return archive;
  }

  /** The JVM takes an archive only with the very same jars, by place, size and time. */
  private static String key(FlinkDistribution flink, Path javaHome) throws IOException {
    StringBuilder text = new StringBuilder(LIGHT.toString());
    List<Path> files = new ArrayList<>(flink.classpath());
    files.add(javaHome.toRealPath().resolve("lib/modules"));
    files.add(javaHome.toRealPath().resolve("lib/server/libjvm.so"));
    for (Path file : files) {
      text.append('\n').append(file).append(' ').append(Files.size(file)).append(' ');
      text.append(Files.getLastModifiedTime(file).toMillis());
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  /**
   * Runs a job and lets the JobManager write down its classes when it ends. It knows nearly all
   * that a TaskManager needs, so that one archive serves both.
   */
  private static Path run(FlinkDistribution flink, Path javaHome, Path scratch) throws IOException {
    Path made = scratch.resolve("classes.jsa");
    String flag = "-XX:ArchiveClassesAtExit=" + made;
    try (FlinkPlatform platform =
        LocalPlatform.builder()
            .root(scratch.resolve("root"))
            .flink(flink)
            .javaHome(javaHome)
            .jvmArgs(LIGHT)
            .connect()) {
      ApplicationSpec spec =
          ApplicationSpec.builder("classes")
              .flinkVersion(flink.version())
              .job(
                  JobSpec.jar(SelfCheckingJob.jar())
                      .entryClass(SelfCheckingJob.entryClass())
                      .args(SelfCheckingJob.args().ledger(scratch.resolve("ledger")).toList())
                      .build())
              .checkpointing(Checkpointing.builder().interval(Duration.ofMillis(500)).build())
              .jobManager(Resources.of(1, "768m"))
              .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build())
              .putFlinkConfig("env.java.opts.jobmanager", flag)
              .build();
      FlinkApplication application = platform.deploy(spec).await(Duration.ofMinutes(2));
      try {
        application.await(Condition.checkpointsCompleted(1), Duration.ofMinutes(1));
        application.savepoint().await(Duration.ofMinutes(1));
        // The SDK would kill it after some seconds, and it needs more than these to write.
        ProcessHandle jobManager =
            ProcessHandle.allProcesses()
                .filter(p -> commandLine(p).contains(flag))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no JobManager"));
        jobManager.destroy();
        jobManager.onExit().get(2, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (ExecutionException | TimeoutException e) {
        throw new IllegalStateException("The JobManager does not end", e);
      } finally {
        application.delete(StateRetention.PURGE).await(Duration.ofMinutes(1));
      }
    }
    return made;
  }

  /** Lets a JVM verify checksums: the one that wrote it may have been killed. */
  private static void check(FlinkDistribution flink, Path javaHome, Path archive, Path scratch)
      throws IOException {
    Path output = scratch.resolve("check.txt");
    ProcessBuilder java =
        new ProcessBuilder(
                javaHome.resolve("bin/java").toString(),
                "-Xshare:on",
                "-XX:+VerifySharedSpaces",
                "-XX:+UseSerialGC",
                "-XX:SharedArchiveFile=" + archive,
                "--version")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    java.environment()
        .put(
            "CLASSPATH",
            flink.classpath().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)));
    try {
      int code = java.start().waitFor();
      if (code != 0 || !Files.exists(archive)) {
        throw new IOException(
            "the JVM refuses the archive (" + code + "): " + Files.readString(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static String commandLine(ProcessHandle process) {
    return read(Path.of("/proc/" + process.pid() + "/cmdline")).orElse("");
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // As was wanted.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
