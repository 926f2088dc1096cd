package dev.flinkplatform.cmf;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfNotFoundException;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.testkit.FastFlink;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.cmf.CmfServer;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A CMF server of the testkit, which runs real Flink, and the backend {@code cmf} on it. */
final class CmfFixture implements PlatformFixture {

  private static final String ENVIRONMENT = "contract";
  private static final String MARK = "-Ddev.flinkplatform.process=";

  private final Path directory;
  private final CmfServer server;
  private final boolean mutualTls;
  private final boolean flinkWrites;

  private CmfFixture(Path directory, CmfServer server, boolean mutualTls, boolean flinkWrites) {
    this.directory = directory;
    this.server = server;
    this.mutualTls = mutualTls;
    this.flinkWrites = flinkWrites;
  }

  static CmfFixture plain() throws IOException {
    return start(false, true);
  }

  /** One whose proxy to Flink is only said to let looks through: without checkpoints on demand. */
  static CmfFixture looksOnly() throws IOException {
    return start(false, false);
  }

  /** One that client and server prove to each other who they are. */
  static CmfFixture mutualTls() throws IOException {
    return start(true, true);
  }

  private static CmfFixture start(boolean mutualTls, boolean flinkWrites) throws IOException {
    Path directory = Files.createTempDirectory("flinkplatform-cmf-").toRealPath();
    Path jars = Path.of(System.getProperty("flinkplatform.test.flink23"));
    Path java = Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"));
    CmfServer.Builder builder =
        CmfServer.builder()
            .directory(directory.resolve("server"))
            .flink(FlinkDistribution.jars(jars))
            .javaHome(java)
            .jvmArgs(FastFlink.jvmArgs(jars, java));
    Path openApi =
        Path.of(System.getProperty("flinkplatform.test.shared"))
            .resolve("specs/cmf-2.3.1-openapi.yaml");
    if (Files.exists(openApi)) {
      builder.openApi(openApi);
    }
    if (mutualTls) {
      builder.mutualTls();
    }
    CmfFixture fixture = new CmfFixture(directory, builder.start(), mutualTls, flinkWrites);
    try (CmfClient client = fixture.client().connect()) {
      CmfEnvironment unused =
          client.environments().upsert(CmfEnvironment.builder(ENVIRONMENT, "flink").build());
    } catch (RuntimeException | Error e) {
      fixture.close();
      throw e;
    }
    return fixture;
  }

  private CmfClient.Builder client() {
    CmfClient.Builder client = CmfClient.builder(server.address());
    if (mutualTls) {
      client
          .certificateAuthority(server.authorityCertificate())
          .clientCertificate(server.clientCertificate(), server.clientKey());
    }
    return client;
  }

  CmfServer server() {
    return server;
  }

  CmfPlatform.Builder builder() {
    return CmfPlatform.builder(client(), ENVIRONMENT)
        .records(directory.resolve("records"))
        .image("acme/flink:test")
        .stateBase(stateBase().toUri().toString())
        .sharedFiles(true)
        .flinkWrites(flinkWrites)
        .flinkVersions(List.of(flinkVersion()));
  }

  private Path stateBase() {
    return directory.resolve("state");
  }

  @Override
  public FlinkPlatform connect() {
    return builder().connect();
  }

  @Override
  public FlinkVersion flinkVersion() {
    return FlinkVersion.of(2, 3);
  }

  @Override
  public ApplicationSpec.Builder baseSpec(String name) {
    return ApplicationSpec.builder(name)
        .flinkVersion(flinkVersion())
        .job(
            JobSpec.jar(SelfCheckingJob.jar())
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

  @Override
  public Duration timeout() {
    return Duration.ofMinutes(2);
  }

  @Override
  public OptionalInt liveClusters(String name) {
    return OptionalInt.of(
        (int) processes(name).stream().filter(line -> line.contains("/jobmanager")).count());
  }

  @Override
  public List<String> leftovers(String name) {
    List<String> left = new ArrayList<>(processes(name));
    try (CmfClient client = client().connect()) {
      left.add("in CMF: " + client.applications(ENVIRONMENT).get(name).status());
    } catch (CmfNotFoundException e) {
      // As it should be.
    }
    return left;
  }

  /** The command lines of Flink's processes of an application, on whatever machine they are. */
  private List<String> processes(String name) {
    String root = server.directory().toString();
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path process : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        String line = commandLine(process);
        // The server gives an application a local name: its own, and a digest.
        if (line.contains(MARK)
            && line.contains(root)
            && line.matches("(?s).*/" + name + "-[0-9a-f]{8}/.*")) {
          found.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8)
          .replace('\0', ' ');
    } catch (IOException e) {
      return ""; // it has just ended
    }
  }

  @Override
  public List<String> stateLeft(String name) {
    Path state = stateBase().resolve(ENVIRONMENT).resolve(name);
    if (!Files.isDirectory(state)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(state)) {
      return files.filter(f -> f.endsWith("_metadata")).map(Path::toString).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What did not fit CMF's published description is a failure, too. */
  @Override
  public void close() {
    List<String> violations = server.violations();
    server.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!violations.isEmpty()) {
      throw new AssertionError("Not as CMF's API is described: " + violations);
    }
  }
}
