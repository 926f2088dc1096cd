package dev.flinkplatform.testkit.contract;

import static java.util.Objects.requireNonNull;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The local backend on a directory. Counts processes by what Linux says of their command lines. */
public final class LocalCrashSite implements CrashSite {

  private static final String SESSIONS = "sessions have no site here yet";
  private static final String RECOVERY = "recovery has no site here yet";

  static final Map<String, String> UNREACHED =
      Map.ofEntries(
          Map.entry(
              "AWAIT_DISPOSAL", "the local backend deletes a savepoint itself, in step DISPOSE"),
          Map.entry("SUBMIT", SESSIONS),
          Map.entry("SCALE", SESSIONS),
          Map.entry("BURST", SESSIONS),
          Map.entry("AWAIT_CAPACITY", SESSIONS),
          Map.entry("START_JOB", SESSIONS),
          Map.entry("AWAIT_JOB", SESSIONS),
          Map.entry("CANCEL_JOB", SESSIONS),
          Map.entry("SCALE_BACK", SESSIONS),
          Map.entry("RECOVER", RECOVERY),
          Map.entry("REVIVE", RECOVERY));

  private static final String JOB_MANAGER = "StandaloneApplicationClusterEntryPoint";

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

  private String get(String setting) {
    return requireNonNull(settings.get(setting), setting);
  }

  @Override
  public FlinkPlatform connect(StepListener steps) {
    return LocalPlatform.builder()
        .root(root.resolve("platform"))
        .flink(FlinkDistribution.jars(Path.of(get("flink"))))
        .javaHome(Path.of(get("java")))
        .jvmArgs(List.of(get("jvm.args").split(" ", -1)))
        .steps(steps)
        // The suite kills JobManagers on purpose, and then asks for a restart itself.
        .supervision(Supervision.off())
        .connect();
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
    return pids(name, "").size();
  }

  @Override
  public int savepoints(String name) {
    Path directory = root.resolve("platform").resolve(name).resolve("state").resolve("savepoints");
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
    for (long pid : pids(name, "")) {
      ProcessHandle.of(pid)
          .ifPresent(
              p -> {
                p.destroyForcibly();
                p.onExit().orTimeout(30, TimeUnit.SECONDS).join();
              });
    }
  }

  /**
   * Processes whose configuration is below the application's directory, and a word in their class.
   */
  private List<Long> pids(String name, String entryPoint) {
    String runs = root.resolve("platform").resolve(name).resolve("runs") + "/";
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
              && words.stream().anyMatch(w -> w.contains(entryPoint))) {
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
