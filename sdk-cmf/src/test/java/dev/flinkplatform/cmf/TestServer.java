package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.testkit.FastFlink;
import dev.flinkplatform.testkit.SecretScan;
import dev.flinkplatform.testkit.cmf.CmfServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A CMF server of the testkit that runs real Flink, with an environment, as all contract suites use
 * it. {@code -Dflinkplatform.cmf.flink=1.20} takes another Flink, {@code
 * -Dflinkplatform.cmf.tls=mutual} lets client and server prove to each other who they are; {@code
 * -Dflinkplatform.cmf.files=apart} lets the SDK not see Flink's files, as on Kubernetes.
 */
final class TestServer implements AutoCloseable {

  static final String ENVIRONMENT = "contract";

  private static final String MARK = "-Ddev.flinkplatform.process=";
  private static final Map<String, String> JARS =
      Map.of("1.20", "flinkplatform.test.flink120", "2.3", "flinkplatform.test.flink23");

  private final CmfServer server;
  private final Map<String, String> variables;

  private TestServer(CmfServer server, boolean mutualTls) {
    this.server = server;
    Map<String, String> all = new TreeMap<>();
    all.put("CONFLUENT_CMF_URL", server.address().toString());
    if (mutualTls) {
      all.put("CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH", server.authorityCertificate().toString());
      all.put("CONFLUENT_CMF_CLIENT_CERT_PATH", server.clientCertificate().toString());
      all.put("CONFLUENT_CMF_CLIENT_KEY_PATH", server.clientKey().toString());
    }
    this.variables = Map.copyOf(all);
  }

  static FlinkVersion flinkVersion() {
    return FlinkVersion.parse(System.getProperty("flinkplatform.cmf.flink", "2.3"));
  }

  static boolean isMutualTlsAskedFor() {
    return "mutual".equals(System.getProperty("flinkplatform.cmf.tls", ""));
  }

  /** Whether the SDK sees the files of Flink. On one machine it can; on Kubernetes it does not. */
  static boolean isSharingFiles() {
    return !"apart".equals(System.getProperty("flinkplatform.cmf.files", ""));
  }

  /**
   * A server that compares all it is asked with CMF's description, which is not committed: a
   * machine without it, other than CI, compares nothing. End it with {@link #end}.
   */
  static CmfServer.Builder compared() {
    Path openApi =
        Path.of(System.getProperty("flinkplatform.test.shared"))
            .resolve("specs/cmf-2.3.1-openapi.yaml");
    return Files.exists(openApi) || System.getenv("CI") != null
        ? CmfServer.builder().openApi(openApi)
        : CmfServer.builder();
  }

  /** Closes a server; what did not fit CMF's published description is a failure. */
  static void end(CmfServer server) {
    server.close();
    assertThat(server.violations()).as("what is not as CMF's API is described").isEmpty();
  }

  static TestServer start(Path directory, boolean mutualTls) {
    String property = Objects.requireNonNull(JARS.get(flinkVersion().toString()));
    Path jars = Path.of(System.getProperty(property));
    Path java = Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"));
    CmfServer.Builder builder =
        compared()
            .directory(directory)
            .flink(FlinkDistribution.jars(jars))
            .javaHome(java)
            .jvmArgs(FastFlink.jvmArgs(jars, java))
            .secrets(SecretScan.directory(directory))
            .bearer(SecretScan.TOKEN);
    if (mutualTls) {
      builder.mutualTls();
    }
    TestServer started = new TestServer(builder.start(), mutualTls);
    try (CmfClient client = started.client().connect()) {
      CmfEnvironment unused =
          client.environments().upsert(CmfEnvironment.builder(ENVIRONMENT, "flink").build());
    } catch (RuntimeException | Error e) {
      started.server.close();
      throw e;
    }
    return started;
  }

  CmfServer server() {
    return server;
  }

  boolean isMutualTls() {
    return variables.size() > 1;
  }

  /** How it is reached, in the variables of Confluent's CLI; its token is not among them. */
  Map<String, String> variables() {
    return variables;
  }

  CmfClient.Builder client() {
    return client(variables);
  }

  /** Who has the token, and finds a server by these variables. */
  static CmfClient.Builder client(Map<String, String> variables) {
    return CmfClient.fromEnvironment(variables).bearerToken(() -> SecretScan.TOKEN);
  }

  @Override
  public void close() {
    end(server);
  }

  /** The command lines of Flink's processes of an application, by pid, without CMF's help. */
  static Map<Long, String> processes(Path serverDirectory, String application) {
    String root = serverDirectory.toString();
    // The server gives an application a local name: its own, and a digest.
    String name = "(?s).*/" + application + "-[0-9a-f]{8}/.*";
    Map<Long, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path process : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        String line = commandLine(process);
        if (line.contains(MARK) && line.contains(root) && line.matches(name)) {
          found.put(Long.valueOf(process.getFileName().toString()), line);
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
}
