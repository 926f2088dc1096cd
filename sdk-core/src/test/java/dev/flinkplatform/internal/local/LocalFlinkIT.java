package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.internal.logs.FailureDigest;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real Flink processes, started with the pieces of this package. */
class LocalFlinkIT {

  private static final String SESSION =
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  private static final String APPLICATION =
      "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint";
  private static final String TASK_MANAGER =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  private static final Duration SOON = Duration.ofSeconds(60);

  private final String marker = "it:" + UUID.randomUUID();
  private final HttpClient http = HttpClient.newHttpClient();

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  static List<FlinkVersion> versions() {
    return FlinkJars.versions();
  }

  @AfterEach
  void leavesNothingBehind() {
    for (String m : List.of(marker, marker + ":tm")) {
      Processes.findByMarker(m).forEach(p -> Processes.terminate(p, false));
      await().atMost(SOON).until(() -> Processes.findByMarker(m).isEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void session_launcherKilled_clusterLivesIsFoundAndTerminated(FlinkVersion version)
      throws Exception {
    FlinkDistribution flink = FlinkDistribution.jars(FlinkJars.directory(version));
    JavaRuntime java = java(version);
    List<Integer> ports = Ports.free(2);
    Map<String, String> config = config(ports, version);
    FlinkConfigFile.write(directory.resolve("conf"), config, version);
    FlinkMemory.Result memory = FlinkMemory.jobManager(config, version);

    Process launcher =
        Forks.start(
            Launcher.class,
            launcherArguments(flink, java, jvmArguments(java, version, memory, "jm"), memory));
    try (BufferedReader out = Forks.output(launcher)) {
      assertThat(out.readLine()).isEqualTo("started");
    } finally {
      Forks.kill(launcher);
    }

    List<ProcessIdentity> found = Processes.findByMarker(marker);
    assertThat(found).hasSize(1);
    await().atMost(SOON).until(() -> overview(ports.get(0)).contains("\"slots-total\""));
    assertThat(Processes.isAlive(found.get(0))).isTrue();

    // A TaskManager too: it needs what FlinkMemory computes.
    FlinkMemory.Result tmMemory = FlinkMemory.taskManager(config, version);
    List<String> arguments = arguments(tmMemory);
    FlinkProcess taskManager =
        Processes.start(
            new FlinkProcess.Launch(
                marker + ":tm",
                java.javaBinary(),
                jvmArguments(java, version, tmMemory, "tm"),
                flink.classpath(),
                TASK_MANAGER,
                arguments,
                Map.of(),
                directory,
                directory.resolve("tm.out"),
                directory.resolve("tm.err")));
    await().atMost(SOON).until(() -> overview(ports.get(0)).contains("\"slots-total\":3"));

    assertThat(Processes.terminate(taskManager.identity(), true)).isTrue();
    assertThat(Processes.terminate(found.get(0), true)).isTrue();
    await().atMost(SOON).until(() -> !Processes.isAlive(found.get(0)));
    await().atMost(SOON).until(() -> !Processes.isAlive(taskManager.identity()));
    assertThat(Ports.isFree(ports.get(0))).isTrue();
    assertThat(Logs.tail(directory.resolve("jm.log"), 20_000)).contains("RECEIVED SIGNAL 15");
  }

  @ParameterizedTest
  @MethodSource("versions")
  void digest_realFailures_areTold(FlinkVersion version) throws Exception {
    List<Integer> ports = Ports.free(2);
    try (ServerSocket taken = new ServerSocket(ports.get(0), 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertDigest(
          version, SESSION, config(ports, version), List.of(), FailureDigest.Kind.PORT_IN_USE);
    }
    try (ServerSocket taken = new ServerSocket(ports.get(1), 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertDigest(
          version, SESSION, config(ports, version), List.of(), FailureDigest.Kind.PORT_IN_USE);
    }
    assertDigest(
        version,
        "com.acme.Absent",
        config(ports, version),
        List.of(),
        FailureDigest.Kind.CLASS_NOT_FOUND);
    assertDigest(
        version,
        APPLICATION,
        config(ports, version),
        List.of("--job-classname", "com.acme.Orders"),
        FailureDigest.Kind.CLASS_NOT_FOUND);
    Map<String, String> badConfig = config(ports, version);
    badConfig.put("heartbeat.interval", "soon");
    assertDigest(version, SESSION, badConfig, List.of(), FailureDigest.Kind.CONFIGURATION);
    Map<String, String> badType = config(ports, version);
    badType.put("high-availability.type", "com.acme.Absent");
    assertDigest(version, SESSION, badType, List.of(), FailureDigest.Kind.CLASS_NOT_FOUND);
  }

  private void assertDigest(
      FlinkVersion version,
      String mainClass,
      Map<String, String> config,
      List<String> more,
      FailureDigest.Kind expected)
      throws Exception {
    FlinkDistribution flink = FlinkDistribution.jars(FlinkJars.directory(version));
    JavaRuntime java = java(version);
    FlinkConfigFile.write(directory.resolve("conf"), config, version);
    FlinkMemory.Result memory = FlinkMemory.jobManager(config, version);
    Files.deleteIfExists(directory.resolve("jm.log"));
    Files.deleteIfExists(directory.resolve("err"));
    List<String> arguments = arguments(memory);
    arguments.addAll(more);
    FlinkProcess process =
        Processes.start(
            new FlinkProcess.Launch(
                marker,
                java.javaBinary(),
                jvmArguments(java, version, memory, "jm"),
                flink.classpath(),
                mainClass,
                arguments,
                Map.of(),
                directory,
                directory.resolve("out"),
                directory.resolve("err")));
    await().atMost(SOON).until(() -> process.exitCode().isPresent());
    Optional<FailureDigest> digest =
        FailureDigest.of(
            Logs.tail(directory.resolve("jm.log"), 200_000),
            Logs.tail(directory.resolve("err"), 200_000));
    assertThat(digest).as(mainClass).isPresent();
    assertThat(digest.get().kind()).as(digest.get().summary()).isEqualTo(expected);
  }

  private List<String> launcherArguments(
      FlinkDistribution flink, JavaRuntime java, List<String> jvm, FlinkMemory.Result memory) {
    List<String> all =
        new ArrayList<>(
            List.of(
                marker,
                java.javaBinary().toString(),
                directory.toString(),
                flink.classpath().stream()
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator)),
                String.valueOf(jvm.size())));
    all.addAll(jvm);
    all.add(SESSION);
    all.addAll(arguments(memory));
    return all;
  }

  private List<String> arguments(FlinkMemory.Result memory) {
    assertThat(memory.violations()).isEmpty();
    List<String> arguments =
        new ArrayList<>(List.of("--configDir", directory.resolve("conf").toString()));
    arguments.addAll(memory.dynamicArguments());
    return arguments;
  }

  private List<String> jvmArguments(
      JavaRuntime java, FlinkVersion version, FlinkMemory.Result memory, String role)
      throws IOException {
    Path log4j = directory.resolve("log4j.properties");
    Files.writeString(log4j, Logs.log4jProperties("INFO"));
    List<String> arguments = new ArrayList<>(memory.jvmFlags());
    arguments.addAll(java.moduleFlags(version));
    arguments.add("-XX:+UseSerialGC");
    arguments.add("-XX:TieredStopAtLevel=1");
    arguments.add("-Dlog.file=" + directory.resolve(role + ".log"));
    arguments.add("-Dlog4j.configurationFile=" + log4j.toUri());
    return arguments;
  }

  private static JavaRuntime java(FlinkVersion version) {
    return JavaRuntime.choose(
        Optional.of(
            Path.of(
                System.getProperty(
                    "flinkplatform.test.flinkJavaHome", System.getProperty("java.home")))),
        Map.of(),
        version);
  }

  private static Map<String, String> config(List<Integer> ports, FlinkVersion version) {
    Map<String, String> config = new TreeMap<>();
    config.put("rest.address", "127.0.0.1");
    config.put("rest.bind-address", "127.0.0.1");
    config.put("rest.port", String.valueOf(ports.get(0)));
    config.put("rest.bind-port", String.valueOf(ports.get(0)));
    config.put("jobmanager.rpc.address", "127.0.0.1");
    config.put("jobmanager.bind-host", "127.0.0.1");
    config.put("jobmanager.rpc.port", String.valueOf(ports.get(1)));
    config.put("taskmanager.host", "127.0.0.1");
    config.put("taskmanager.bind-host", "127.0.0.1");
    config.put("taskmanager.numberOfTaskSlots", "3");
    config.put("jobmanager.memory.process.size", "700m");
    config.put("jobmanager.memory.jvm-metaspace.size", "128m");
    config.put("taskmanager.memory.process.size", "800m");
    config.put("taskmanager.memory.jvm-metaspace.size", "128m");
    config.put("taskmanager.memory.managed.size", "0");
    assertThat(version.isKnown()).isTrue();
    return config;
  }

  private String overview(int port) {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/overview"))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
