package dev.flinkplatform.cmf;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfNotFoundException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.testkit.CapabilityRun;
import dev.flinkplatform.testkit.SecretScan;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.contract.CapabilityReport;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A CMF server of the testkit, which runs real Flink, and the backend {@code cmf} on it. */
final class CmfFixture implements PlatformFixture {

  private final Path directory;
  private final TestServer server;
  private final boolean flinkWrites;

  private CmfFixture(Path directory, TestServer server, boolean flinkWrites) {
    this.directory = directory;
    this.server = server;
    this.flinkWrites = flinkWrites;
  }

  static CmfFixture plain() throws IOException {
    return start(TestServer.isMutualTlsAskedFor(), true);
  }

  /** One whose proxy to Flink is only said to let looks through: without checkpoints on demand. */
  static CmfFixture looksOnly() throws IOException {
    return start(TestServer.isMutualTlsAskedFor(), false);
  }

  /** One that client and server prove to each other who they are. */
  static CmfFixture mutualTls() throws IOException {
    return start(true, true);
  }

  private static CmfFixture start(boolean mutualTls, boolean flinkWrites) throws IOException {
    Path directory = Files.createTempDirectory("flinkplatform-cmf-").toRealPath();
    return new CmfFixture(
        directory, TestServer.start(directory.resolve("server"), mutualTls), flinkWrites);
  }

  private CmfPlatform.Builder builder(CmfClient.Builder client) {
    return CmfPlatform.builder(client, TestServer.ENVIRONMENT)
        .records(directory.resolve("records"))
        .image("acme/flink:test")
        .stateBase(stateBase().toUri().toString())
        .sharedFiles(TestServer.isSharingFiles())
        .flinkWrites(flinkWrites)
        .flinkVersions(List.of(flinkVersion()));
  }

  private Path stateBase() {
    return directory.resolve("state");
  }

  @Override
  public FlinkPlatform connect() {
    return builder(server.client()).connect();
  }

  /** Flink is reached through CMF: it is the way to CMF that goes elsewhere, and all with it. */
  @Override
  public Optional<FlinkPlatform> connectThrough(UnaryOperator<URI> restAddress) {
    return server.isMutualTls()
        ? Optional.empty() // the proxy of the tests cannot look into it
        : Optional.of(
            builder(
                    TestServer.client(
                        Map.of(
                            "CONFLUENT_CMF_URL",
                            restAddress.apply(server.server().address()).toString())))
                .connect());
  }

  @Override
  public Optional<FlinkPlatform> connectAround(UnaryOperator<PlatformBackend> around) {
    return Optional.of(
        Platforms.of(
            around.apply(builder(server.client()).backend()),
            (operation, verb, step, moment) -> {},
            Supervision.off()));
  }

  @Override
  public FlinkVersion flinkVersion() {
    return TestServer.flinkVersion();
  }

  @Override
  public ApplicationSpec.Builder baseSpec(String name) {
    return SecretScan.use(ApplicationSpec.builder(name))
        .flinkVersion(flinkVersion())
        .job(
            // As in an image, where the SDK does not see it.
            JobSpec.jar(SelfCheckingJob.jar().toString())
                .entryClass(SelfCheckingJob.entryClass())
                .args(SelfCheckingJob.args().ledger(ledger(name)).toList())
                .build())
        .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
        .jobManager(Resources.of(1, "768m"))
        .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build())
        .putFlinkConfig("heartbeat.interval", "1000 ms")
        .putFlinkConfig("heartbeat.timeout", "10000 ms");
  }

  @Override
  public Path ledger(String name) {
    return directory.resolve("ledgers").resolve(name);
  }

  @Override
  public String savepointDirectory(String name) {
    return directory.resolve("elsewhere").resolve(name).toUri().toString();
  }

  /** The operator's stop knows the directory of the specification only. */
  @Override
  public Optional<String> stopDirectory(String name) {
    return Optional.of(
        stateBase()
            .resolve(TestServer.ENVIRONMENT)
            .resolve(name)
            .resolve("savepoints")
            .toUri()
            .toString());
  }

  @Override
  public Duration timeout() {
    return Duration.ofMinutes(2);
  }

  @Override
  public OptionalInt liveClusters(String name) {
    return OptionalInt.of(
        (int)
            processes(name).values().stream().filter(line -> line.contains("/jobmanager")).count());
  }

  @Override
  public List<String> leftovers(String name) {
    List<String> left = new ArrayList<>(processes(name).values());
    try (CmfClient client = server.client().connect()) {
      left.add("in CMF: " + client.applications(TestServer.ENVIRONMENT).get(name).status());
    } catch (CmfNotFoundException e) {
      // As it should be.
    }
    return left;
  }

  private Map<Long, String> processes(String name) {
    return TestServer.processes(server.server().directory(), name);
  }

  @Override
  public boolean freezeJobManager(String name, boolean frozen) {
    long pid =
        processes(name).entrySet().stream()
            .filter(p -> p.getValue().contains("/jobmanager"))
            .findFirst()
            .orElseThrow()
            .getKey();
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
  public Set<String> secrets() {
    return SecretScan.ALL;
  }

  /** CMF keeps what it is told; its Flink needs its configuration. */
  @Override
  public List<String> secretsShown() {
    return SecretScan.isOn()
        ? SecretScan.of(directory, server.server().directory().resolve("documents"))
        : List.of();
  }

  @Override
  public void seen(CapabilityReport report) {
    CapabilityRun.write((flinkWrites ? "cmf-" : "limited-cmf-") + flinkVersion(), report);
  }

  @Override
  public boolean seesState() {
    return TestServer.isSharingFiles();
  }

  /** What the SDK cannot see, it cannot remove; it says so. */
  @Override
  public List<String> stateLeft(String name) {
    if (!TestServer.isSharingFiles()) {
      return List.of();
    }
    Path state = stateBase().resolve(TestServer.ENVIRONMENT).resolve(name);
    if (!Files.isDirectory(state)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(state)) {
      return files.filter(f -> f.endsWith("_metadata")).map(Path::toString).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    @Nullable AssertionError wrong = null;
    try {
      server.close();
    } catch (AssertionError e) {
      wrong = e;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (wrong != null) {
      throw wrong;
    }
  }
}
