package dev.flinkplatform.testkit.cmf;

import static dev.flinkplatform.testkit.cmf.Wire.V1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.testkit.SelfCheckingJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process of its own, as the page tells to start it. */
class CmfServerProcessIT {

  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String VIOLATION = ": validation.";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : started) {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    assertThat(withOurDirectory()).as("processes left").isEmpty();
  }

  private Process start(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(CmfServer.class.getName());
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    started.add(process);
    return process;
  }

  /** What the server tells to set. */
  private String said(String name) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              String text = Files.readString(directory.resolve("out"));
              return text.endsWith("\n") && text.contains(name + "=");
            });
    try {
      return Files.readString(directory.resolve("out"))
          .lines()
          .filter(l -> l.startsWith("export " + name + "="))
          .map(l -> l.substring(l.indexOf('=') + 1))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> withOurDirectory() {
    String mark = directory.toString();
    return ProcessHandle.allProcesses()
        .filter(p -> p.pid() != ProcessHandle.current().pid())
        .filter(
            p -> {
              try {
                return Files.readString(
                        Path.of("/proc/" + p.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(mark);
              } catch (IOException e) {
                return false;
              }
            })
        .map(p -> Long.toString(p.pid()))
        .toList();
  }

  private static HandshakeCertificates tls(Path authority, Path certificate, Path key)
      throws IOException {
    return new HandshakeCertificates.Builder()
        .addTrustedCertificate(
            Certificates.decodeCertificatePem(Files.readString(authority, StandardCharsets.UTF_8)))
        .heldCertificate(
            HeldCertificate.decode(Files.readString(certificate) + Files.readString(key)))
        .build();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  @Test
  void main_endedBySigtermWhileAnApplicationRuns_leavesNoProcess() throws Exception {
    Process process =
        start(
            "--port",
            "0",
            "--directory",
            directory.resolve("server").toString(),
            "--flink-jars",
            System.getProperty("flinkplatform.test.flink23"),
            "--mtls",
            "--token",
            "letmein",
            "--openapi",
            Wire.openApi().toString());
    URI address = URI.create(said("CONFLUENT_CMF_URL"));
    HandshakeCertificates known =
        tls(
            Path.of(said("CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH")),
            Path.of(said("CONFLUENT_CMF_CLIENT_CERT_PATH")),
            Path.of(said("CONFLUENT_CMF_CLIENT_KEY_PATH")));
    HttpClient http = HttpClient.newBuilder().sslContext(known.sslContext()).build();
    assertThat(new Wire(address, http, "").get(V1 + "/environments").status()).isEqualTo(401);
    Wire wire = new Wire(address, http, "Bearer letmein");
    assertThat(wire.post(V1 + "/environments", Wire.environment("prod")).status()).isEqualTo(200);
    assertThat(wire.post(V1 + "/environments/prod/applications", application()).status())
        .isEqualTo(201);
    await()
        .atMost(SOON)
        .until(
            () ->
                wire.get(V1 + "/environments/prod/applications/orders")
                    .at("status.jobStatus.state")
                    .equals("RUNNING"));
    // The server itself, a JobManager and a TaskManager.
    assertThat(withOurDirectory()).hasSizeGreaterThanOrEqualTo(3);

    process.destroy();

    assertThat(exitCode(process)).isEqualTo(143);
    assertThat(withOurDirectory()).isEmpty();
    assertThat(Files.readString(directory.resolve("err"))).doesNotContain(VIOLATION);
  }

  @Test
  void main_withOpenApi_saysAtItsEndWhatDidNotFit() throws Exception {
    Process process = start("--port", "0", "--openapi", Wire.openApi().toString());
    Wire wire = new Wire(URI.create(said("CONFLUENT_CMF_URL")));
    String misspelt = Wire.environment("prod").replace("{", "{\"kubernetesNameSpace\":\"x\",");
    assertThat(wire.post(V1 + "/environments", misspelt).status()).isEqualTo(200);

    process.destroy();

    assertThat(exitCode(process)).isEqualTo(143);
    assertThat(Files.readString(directory.resolve("err")))
        .contains(VIOLATION, "kubernetesNameSpace");
  }

  @Test
  void main_tlsWithoutFlink_answersWhoTrustsItsAuthorityOnly() throws Exception {
    start("--port", "0", "--directory", directory.resolve("server").toString(), "--tls");
    URI address = URI.create(said("CONFLUENT_CMF_URL"));
    HandshakeCertificates trusting =
        new HandshakeCertificates.Builder()
            .addTrustedCertificate(
                Certificates.decodeCertificatePem(
                    Files.readString(Path.of(said("CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH")))))
            .build();
    HttpClient http = HttpClient.newBuilder().sslContext(trusting.sslContext()).build();
    assertThat(new Wire(address, http, "").get(V1 + "/system-information").status()).isEqualTo(200);
    Wire strange = new Wire(address);
    assertThatThrownBy(() -> strange.get(V1 + "/environments"))
        .hasCauseInstanceOf(SSLException.class);
  }

  @Test
  void main_portTaken_saysSoAndLeavesNoFile() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String flink = System.getProperty("flinkplatform.test.flink23");
      String port = Integer.toString(taken.getLocalPort());
      assertThat(exitCode(start("--port", port, "--flink-jars", flink, "--tls"))).isEqualTo(1);
    }
    assertThat(Files.readString(directory.resolve("err"))).contains("Cannot listen on 127.0.0.1:");
    try (Stream<Path> left = Files.list(directory.resolve("tmp"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.startsWith("cmf-server-"));
    }
  }

  @Test
  void main_badOptions_endsWithOneLineThatSaysWhatToDo() throws Exception {
    assertThat(exitCode(start("--port", "http"))).isEqualTo(2);
    assertThat(Files.readString(directory.resolve("err")))
        .isEqualTo("--port must be 0 to 65535, got 'http'\n");
    assertThat(exitCode(start("--prot", "1"))).isEqualTo(2);
    assertThat(Files.readString(directory.resolve("err")))
        .startsWith("Unknown option --prot; known: --port, ")
        .hasLineCount(1);
    Path nothing = directory.resolve("nothing");
    int code = exitCode(start("--port", "0", "--flink-home", nothing.toString()));
    assertThat(code).isIn(1, 2);
    assertThat(Files.readString(directory.resolve("err")))
        .contains(nothing.toString())
        .doesNotContain("\tat ");
  }

  private String application() {
    ObjectNode app = Wire.MAPPER.createObjectNode();
    app.put("apiVersion", "cmf.confluent.io/v1").put("kind", "FlinkApplication");
    app.putObject("metadata").put("name", "orders");
    ObjectNode spec = app.putObject("spec");
    spec.put("image", "confluentinc/cp-flink:2.3").put("flinkVersion", "v2_3");
    spec.put("serviceAccount", "flink");
    spec.putObject("flinkConfiguration").put("taskmanager.numberOfTaskSlots", "1");
    spec.putObject("jobManager").putObject("resource").put("memory", "768m").put("cpu", 1);
    spec.putObject("taskManager").putObject("resource").put("memory", "1g").put("cpu", 1);
    ObjectNode job = spec.putObject("job");
    job.put("jarURI", "local://" + SelfCheckingJob.jar())
        .put("entryClass", SelfCheckingJob.entryClass())
        .put("parallelism", 1)
        .put("state", "running")
        .put("upgradeMode", "stateless");
    ArrayNode args = job.putArray("args");
    SelfCheckingJob.args().ledger(directory.resolve("ledger")).toList().forEach(args::add);
    return app.toString();
  }
}
