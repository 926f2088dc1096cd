package dev.flinkplatform.testkit;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.internal.local.ProcessIdentity;
import dev.flinkplatform.internal.local.Processes;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.local.LocalZooKeeper;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.testkit.contract.CapabilityReport;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The local backend in a temporary directory, with the Flink jars of this build. */
final class LocalFixture implements PlatformFixture {

  private static final Map<String, String> JARS =
      Map.of(
          "2.3.0", "flinkplatform.test.flink23",
          "1.20.0", "flinkplatform.test.flink120");

  private static final String MARK = "-Ddev.flinkplatform.process=";

  private final Map<String, Original> originals = new ConcurrentHashMap<>();
  private final Path directory;
  private final Path root;
  private final FlinkVersion version;

  private final Supervision supervision;
  private @Nullable LocalZooKeeper zooKeeper;

  private LocalFixture(Path directory, FlinkVersion version, Supervision supervision) {
    this.directory = directory;
    this.root = directory.resolve("root");
    this.version = version;
    this.supervision = supervision;
  }

  static LocalFixture of(String flinkVersion) throws IOException {
    return supervised(flinkVersion, Supervision.off());
  }

  /** One whose processes are started again when they die. */
  static LocalFixture supervised(String flinkVersion, Supervision supervision) throws IOException {
    return new LocalFixture(
        Files.createTempDirectory("flinkplatform-contract-").toRealPath(),
        FlinkVersion.parse(flinkVersion),
        supervision);
  }

  /** The fixture that another process made. */
  static LocalFixture in(Path directory, String flinkVersion) {
    return new LocalFixture(directory, FlinkVersion.parse(flinkVersion), Supervision.off());
  }

  LocalPlatform.Builder builder() {
    LocalPlatform.Builder b = LocalPlatform.builder();
    if (SecretScan.isOn()) {
      b.secrets(SecretScan.directory(directory));
    }
    return b.root(root)
        .flink(FlinkDistribution.jars(jars()))
        .javaHome(javaHome())
        .jvmArgs(FastFlink.jvmArgs(jars(), javaHome()))
        .supervision(supervision);
  }

  /** The same, for the provider. */
  PlatformConfig config() {
    PlatformConfig.Builder b = PlatformConfig.builder("local");
    if (SecretScan.isOn()) {
      b.put("secrets", SecretScan.directory(directory).toString());
    }
    return b.put("root", root.toString())
        .put("flink.jars", jars().toString())
        .put("supervision", supervision.isOn() ? "on" : "off")
        .put("java.home", javaHome().toString())
        .put("jvm.args", String.join(" ", FastFlink.jvmArgs(jars(), javaHome())))
        .build();
  }

  private Path jars() {
    return Path.of(System.getProperty(Objects.requireNonNull(JARS.get(version.toString()))));
  }

  private static Path javaHome() {
    return Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"));
  }

  Path directory() {
    return directory;
  }

  @Override
  public FlinkPlatform connect() {
    return builder().connect();
  }

  @Override
  public Optional<FlinkPlatform> connectThrough(UnaryOperator<URI> restAddress) {
    return Optional.of(builder().restAddress(restAddress).connect());
  }

  @Override
  public OptionalInt liveClusters(String name) {
    return OptionalInt.of(
        (int) processes(name).values().stream().filter(m -> m.contains("/jobmanager")).count());
  }

  @Override
  public FlinkVersion flinkVersion() {
    return version;
  }

  @Override
  public ApplicationSpec.Builder baseSpec(String name) {
    return SecretScan.use(ApplicationSpec.builder(name))
        .flinkVersion(version)
        .job(
            JobSpec.jar(SelfCheckingJob.jar())
                .entryClass(SelfCheckingJob.entryClass())
                .args(SelfCheckingJob.args().ledger(ledger(name)).toList())
                .build())
        .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
        .jobManager(Resources.of(1, "768m"))
        .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build())
        // A killed TaskManager is missed soon.
        .putFlinkConfig("heartbeat.interval", "1000 ms")
        .putFlinkConfig("heartbeat.timeout", "10000 ms")
        // And a killed leader.
        .putFlinkConfig("high-availability.zookeeper.client.session-timeout", "5000");
  }

  @Override
  public Path ledger(String name) {
    return directory.resolve("ledgers").resolve(name);
  }

  @Override
  public String savepointDirectory(String name) {
    return directory.resolve("elsewhere").resolve(name).toUri().toString();
  }

  @Override
  public Duration timeout() {
    return Duration.ofSeconds(90);
  }

  @Override
  public boolean killTaskManager(String name) {
    Optional<ProcessHandle> victim = process(name, "/taskmanager");
    victim.ifPresent(p -> originals.computeIfAbsent(name, n -> Original.of(p.pid())));
    return victim.map(ProcessHandle::destroyForcibly).orElse(false);
  }

  @Override
  public boolean freezeJobManager(String name, boolean frozen) {
    long pid = process(name, "/jobmanager").orElseThrow().pid();
    try {
      return new ProcessBuilder("kill", frozen ? "-STOP" : "-CONT", Long.toString(pid))
              .inheritIO()
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean replaceTaskManager(String name, Map<String, String> config, boolean otherFlink) {
    try {
      process(name, "/taskmanager")
          .ifPresent(
              p -> {
                killTaskManager(name);
                p.onExit().join();
              });
      Original original = Objects.requireNonNull(originals.get(name));
      int number = original.copies.incrementAndGet();
      List<String> command = new ArrayList<>();
      original.command.forEach(
          word -> command.add(word.replace("taskmanager-1", "taskmanager-" + number)));
      config.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
      String marker = command.stream().filter(w -> w.startsWith(MARK)).findFirst().orElseThrow();
      Path log =
          command.stream()
              .filter(w -> w.startsWith("-Dlog.file="))
              .map(w -> Path.of(w.substring("-Dlog.file=".length())))
              .findFirst()
              .orElseThrow();
      Files.createDirectories(log.getParent());
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(original.directory.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(log.resolveSibling("taskmanager-" + number + ".err").toFile());
      builder.environment().clear();
      builder.environment().putAll(original.environment);
      if (otherFlink) {
        builder.environment().put("CLASSPATH", otherJars());
      }
      long pid = builder.start().pid();
      Optional<ProcessIdentity> identity = Optional.empty();
      while (identity.isEmpty() && ProcessHandle.of(pid).isPresent()) {
        identity = Processes.identify(pid, marker.substring(MARK.length()));
      }
      Path pids = log.resolve("../../../pids").normalize();
      identity.ifPresent(i -> Processes.writePidFile(pids, "taskmanager-" + number, i));
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String otherJars() throws IOException {
    String other = version.toString().equals("2.3.0") ? "1.20.0" : "2.3.0";
    Path jars = Path.of(System.getProperty(Objects.requireNonNull(JARS.get(other))));
    try (Stream<Path> files = Files.list(jars)) {
      return files.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
  }

  /** How the SDK started the first TaskManager of an application. */
  private record Original(
      List<String> command, Map<String, String> environment, Path directory, AtomicInteger copies) {

    static Original of(long pid) {
      Path proc = Path.of("/proc/" + pid);
      try {
        Map<String, String> environment = new TreeMap<>();
        for (String entry : words(proc.resolve("environ"))) {
          int eq = entry.indexOf('=');
          environment.put(entry.substring(0, eq), entry.substring(eq + 1));
        }
        return new Original(
            words(proc.resolve("cmdline")),
            environment,
            proc.resolve("cwd").toRealPath(),
            new AtomicInteger(1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static List<String> words(Path file) throws IOException {
      return Stream.of(Files.readString(file, StandardCharsets.UTF_8).split("\0", -1))
          .filter(w -> !w.isEmpty())
          .toList();
    }
  }

  @Override
  public boolean spoil(String location) {
    Path path = Path.of(URI.create(location));
    try (Stream<Path> files = Files.exists(path) ? Files.walk(path) : Stream.empty()) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
      Files.createDirectories(path.getParent());
      Files.createFile(path); // no directory can be made there, not even by root
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<ProcessHandle> process(String name, String role) {
    return processes(name).entrySet().stream()
        .filter(e -> e.getValue().contains(role))
        .findFirst()
        .flatMap(e -> ProcessHandle.of(e.getKey()));
  }

  @Override
  public Supervision supervision() {
    return supervision;
  }

  @Override
  public synchronized Optional<HighAvailability> highAvailability(
      String name, int standbyJobManagers) {
    if (zooKeeper == null) {
      zooKeeper =
          LocalZooKeeper.start(
              FlinkDistribution.jars(jars()),
              directory.resolve("zookeeper"),
              Path.of(System.getProperty("flinkplatform.test.flinkJavaHome")));
    }
    return Optional.of(
        new HighAvailability.ZooKeeper(
            zooKeeper.quorum(), storage().toUri().toString(), standbyJobManagers));
  }

  private Path storage() {
    return directory.resolve("high-availability");
  }

  @Override
  public boolean killLeader(String name) {
    return leader(name)
        .flatMap(
            role ->
                processes(name).entrySet().stream()
                    .filter(e -> e.getValue().endsWith("/" + role))
                    .findFirst())
        .flatMap(e -> ProcessHandle.of(e.getKey()))
        .map(ProcessHandle::destroyForcibly)
        .orElse(false);
  }

  /** The JobManager that was granted leadership last, by the logs of those that live. */
  Optional<String> leader(String name) {
    Properties run = new Properties();
    try (Reader in = Files.newBufferedReader(root.resolve(name).resolve("run.properties"))) {
      run.load(in);
      Path logs =
          root.resolve(name).resolve("runs").resolve(run.getProperty("directory")).resolve("log");
      TreeMap<String, String> grants = new TreeMap<>();
      for (String mark : processes(name).values()) {
        String role = mark.substring(mark.lastIndexOf('/') + 1);
        if (role.startsWith("jobmanager")) {
          try (Stream<String> lines = Files.lines(logs.resolve(role).resolve(role + ".log"))) {
            lines
                .filter(l -> l.contains("DispatcherRunner") && l.contains("granted leadership"))
                .forEach(l -> grants.put(l.substring(0, 23) + role, role));
          }
        }
      }
      return grants.isEmpty()
          ? processes(name).values().stream()
              .filter(m -> m.endsWith("/jobmanager"))
              .map(m -> "jobmanager")
              .findFirst()
          : Optional.of(grants.lastEntry().getValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean killElection() {
    return zooKeeper != null
        && zooKeeper
            .pid()
            .flatMap(ProcessHandle::of)
            .map(ProcessHandle::destroyForcibly)
            .orElse(false);
  }

  @Override
  public boolean isEndKnown(String name, JobId run) {
    try (Stream<Path> files = Files.walk(root.resolve(name).resolve("runs"))) {
      return files.anyMatch(f -> f.toString().contains("/archive/") && f.endsWith(run.hex()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<String> highAvailabilityData(String name) {
    List<String> found = new ArrayList<>();
    if (zooKeeper == null) {
      return found;
    }
    for (String node : zooKeeperMain("ls", "-R", "/").lines().toList()) {
      if (node.startsWith("/") && node.contains("/" + name + ".")) {
        found.add("znode " + node);
      }
    }
    if (Files.exists(storage())) {
      try (Stream<Path> files = Files.walk(storage())) {
        files
            .filter(f -> f.toString().contains("/" + name + "."))
            .forEach(f -> found.add(f.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  /** What ZooKeeper's own shell says. */
  private String zooKeeperMain(String... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"))
                    .resolve("bin/java")
                    .toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                jars() + "/*",
                "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.ZooKeeperMain",
                "-server",
                Objects.requireNonNull(zooKeeper).quorum()));
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("ZooKeeperMain " + List.of(words) + ": " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<String> leftovers(String name) {
    List<String> left = new ArrayList<>();
    processes(name).forEach((pid, line) -> left.add("process " + pid + ": " + line));
    Path application = root.resolve(name);
    for (String file : List.of("runs", "run.properties", "ha")) {
      if (Files.exists(application.resolve(file))) {
        left.add(application.resolve(file).toString());
      }
    }
    return left;
  }

  @Override
  public List<String> stateLeft(String name) {
    Path state = root.resolve(name).resolve("state");
    return Files.exists(state) ? List.of(state.toString()) : List.of();
  }

  /** The processes of an application, or of all, by pid, with what marks them. */
  Map<Long, String> processes(String name) {
    Map<Long, String> found = new TreeMap<>();
    ProcessHandle.allProcesses()
        .forEach(
            process ->
                commandLine(process)
                    .filter(line -> line.contains(root + "/"))
                    .flatMap(
                        line ->
                            Stream.of(line.split("\0", -1))
                                .filter(w -> w.startsWith(MARK))
                                .filter(w -> name.isEmpty() || w.contains("/" + name + "/"))
                                .findFirst())
                    .ifPresent(mark -> found.put(process.pid(), mark.toLowerCase(Locale.ROOT))));
    return found;
  }

  private static Optional<String> commandLine(ProcessHandle process) {
    try {
      return Optional.of(
          Files.readString(
              Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public Set<String> secrets() {
    return SecretScan.ALL;
  }

  @Override
  public List<String> secretsShown() {
    return SecretScan.isOn() ? SecretScan.of(directory) : List.of();
  }

  @Override
  public void seen(CapabilityReport report) {
    CapabilityRun.write("local-" + version, report);
  }

  @Override
  public void close() {
    if (zooKeeper != null) {
      zooKeeper.stop();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
