package dev.flinkplatform.testkit.contract;

import static java.util.Objects.requireNonNull;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.local.LocalZooKeeper;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.testkit.FastFlink;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The local backend on a directory. Counts processes by what Linux says of their command lines. */
public final class LocalCrashSite implements CrashSite {

  static final Map<String, String> UNREACHED =
      Map.of("AWAIT_DISPOSAL", "the local backend deletes a savepoint itself, in step DISPOSE");

  private static final Pattern JOB_MANAGER =
      Pattern.compile("Standalone(Application|Session)ClusterEntry[pP]oint");
  private static final Pattern ANY = Pattern.compile("");
  private static final Pattern TASK_MANAGER = Pattern.compile("TaskManagerRunner");

  private final Map<String, String> settings;
  private final Path root;

  /** Makes the site of its settings. */
  public LocalCrashSite(Map<String, String> settings) {
    this.settings = settings;
    this.root = Path.of(get("root"));
  }

  static Map<String, String> settings(Path root, String version, String jarsProperty) {
    String flink = requireNonNull(System.getProperty(jarsProperty), jarsProperty);
    String java =
        System.getProperty(
            "flinkplatform.test.flinkJavaHome", requireNonNull(System.getProperty("java.home")));
    try {
      return Map.of(
          "root",
          Files.createDirectories(root).toRealPath().toString(),
          "version",
          version,
          "flink",
          flink,
          "java",
          java,
          // Here and not in the process that is killed.
          "jvm.args",
          String.join(" ", FastFlink.jvmArgs(Path.of(flink), Path.of(java))),
          "job",
          SelfCheckingJob.jar().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<HighAvailability> highAvailability() {
    String storage = root.resolve("high-availability").toUri().toString();
    // It runs on without a handle.
    try (LocalZooKeeper zooKeeper = zooKeeper()) {
      return Optional.of(new HighAvailability.ZooKeeper(zooKeeper.quorum(), storage, 0));
    }
  }

  /** Starts it, or attaches to the one that was started. */
  private LocalZooKeeper zooKeeper() {
    return LocalZooKeeper.start(
        FlinkDistribution.jars(Path.of(get("flink"))),
        root.resolve("zookeeper"),
        Path.of(get("java")));
  }

  /** Stops ZooKeeper, if it was started. */
  void stop() {
    if (Files.isDirectory(root.resolve("zookeeper"))) {
      zooKeeper().stop();
    }
  }

  private String get(String setting) {
    return requireNonNull(settings.get(setting), setting);
  }

  @Override
  public FlinkPlatform connect(StepListener steps) {
    // The suite kills JobManagers on purpose, and then asks for a restart itself.
    return connect(root.resolve("platform"), Supervision.off(), steps);
  }

  @Override
  public Optional<FlinkPlatform> apart(String name, Supervision supervision, StepListener steps) {
    try {
      return Optional.of(connect(Files.createDirectories(apart(name)), supervision, steps));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FlinkPlatform connect(Path place, Supervision supervision, StepListener steps) {
    return LocalPlatform.builder()
        .root(place)
        .flink(FlinkDistribution.jars(Path.of(get("flink"))))
        .javaHome(Path.of(get("java")))
        .jvmArgs(List.of(get("jvm.args").split(" ", -1)))
        .steps(steps)
        .supervision(supervision)
        .connect();
  }

  private Path apart(String name) {
    return root.resolve("apart").resolve(name);
  }

  private Path directory(String name) {
    Path apart = apart(name);
    return (Files.isDirectory(apart) ? apart : root.resolve("platform")).resolve(name);
  }

  @Override
  public ApplicationSpec.Builder baseSpec(String name) {
    return ApplicationSpec.builder(name)
        .flinkVersion(get("version"))
        .job(JobSpec.jar(Path.of(get("job"))).entryClass(SelfCheckingJob.entryClass()).build())
        .checkpointing(Checkpointing.builder().interval(Duration.ofMillis(500)).build())
        .jobManager(Resources.of(1, "1g"))
        .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build());
  }

  @Override
  public Path ledger(String name) {
    return root.resolve("ledgers").resolve(name);
  }

  @Override
  public int liveClusters(String name) {
    return pids(name, JOB_MANAGER).size();
  }

  @Override
  public int processes(String name) {
    return pids(name, ANY).size();
  }

  @Override
  public int savepoints(String name) {
    Path directory = directory(name).resolve("state").resolve("savepoints");
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return (int) files.filter(f -> f.endsWith("_metadata")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void destroy(String name) {
    pids(name, ANY).forEach(LocalCrashSite::kill);
  }

  @Override
  public void killJobManager(String name) {
    kill(one(name, JOB_MANAGER));
  }

  @Override
  public void killTaskManager(String name) {
    kill(one(name, TASK_MANAGER));
  }

  private long one(String name, Pattern entryPoint) {
    return pids(name, entryPoint).stream()
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No " + entryPoint + " of " + name));
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid)
        .ifPresent(
            p -> {
              p.destroyForcibly();
              p.onExit().orTimeout(30, TimeUnit.SECONDS).join();
            });
  }

  /**
   * Processes whose configuration is below the application's directory, and a word in their class.
   */
  private List<Long> pids(String name, Pattern entryPoint) {
    String runs = directory(name).resolve("runs") + "/";
    List<Long> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        String pid = String.valueOf(process.getFileName());
        if (pid.chars().allMatch(Character::isDigit)) {
          List<String> words = commandLine(process);
          int config = words.indexOf("--configDir");
          if (config >= 0
              && config + 1 < words.size()
              && words.get(config + 1).startsWith(runs)
              && words.stream().anyMatch(w -> entryPoint.matcher(w).find())) {
            found.add(Long.parseLong(pid));
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> commandLine(Path process) {
    try {
      String text =
          new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
      return Arrays.asList(text.split("\0", -1));
    } catch (IOException e) {
      return List.of(); // It has ended.
    }
  }
}
