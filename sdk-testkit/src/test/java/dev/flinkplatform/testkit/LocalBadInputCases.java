package dev.flinkplatform.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.status.ApplicationState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Bad input to the local backend: a typed error that names it, and nothing left behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LocalBadInputCases {

  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private LocalFixture fixture;
  private FlinkPlatform platform;

  abstract String flinkVersion();

  @BeforeAll
  void open() throws IOException {
    fixture = LocalFixture.of(flinkVersion());
    platform = fixture.connect();
  }

  @AfterEach
  void cleanUp() {
    for (FlinkApplication app : platform.applications()) {
      app.delete(StateRetention.PURGE).await(TIMEOUT);
    }
    assertThat(fixture.processes("")).isEmpty();
  }

  @AfterAll
  void close() {
    platform.close();
    fixture.close();
  }

  // ---- said before anything is started ----

  @Test
  void deploy_flinkVersion_unknownOrWithoutDistribution() {
    Throwable unknown =
        catchThrowable(() -> spec("unknown", b -> b.flinkVersion(FlinkVersion.of(99, 9))));
    assertThat(unknown)
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("flinkVersion")
        .hasMessageContaining("99.9");
    String other = flinkVersion().startsWith("2") ? "1.20" : "2.3";
    InvalidSpecException e =
        assertViolations(spec("other", b -> b.flinkVersion(other)), "flinkVersion");
    assertThat(e).hasMessageContaining(other).hasMessageContaining(flinkVersion());
  }

  @Test
  void deploy_jar_missingOrNoJarOrRemote() throws IOException {
    Path missing = fixture.directory().resolve("missing.jar");
    assertThat(assertViolations(job("missing", missing.toString(), "a.B"), "job.jars[0]"))
        .hasMessageContaining(missing.toString());
    Path text = fixture.directory().resolve("text.jar");
    Files.writeString(text, "no jar at all");
    assertThat(assertViolations(job("text", text.toString(), "a.B"), "job.jars[0]"))
        .hasMessageContaining(text.toString());
    assertViolations(job("remote", "s3://jobs/orders.jar", "a.B"), "job.jars[0]");
    assertViolations(job("directory", fixture.directory() + "/x.jar", "a.B"), "job.jars[0]");
  }

  @Test
  void deploy_entryClass_notInTheJar() {
    InvalidSpecException e =
        assertViolations(
            job("wrongclass", SelfCheckingJob.jar().toString(), "com.acme.Nowhere"),
            "job.entryClass");
    assertThat(e).hasMessageContaining("com.acme.Nowhere");
  }

  @Test
  void deploy_port_takenOrNoPort() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      InvalidSpecException e =
          assertViolations(
              spec("taken", b -> b.putFlinkConfig("rest.port", port)), "flinkConfig[rest.port]");
      assertThat(e).hasMessageContaining(port);
    }
    assertViolations(
        spec("many", b -> b.putFlinkConfig("blob.server.port", "many")),
        "flinkConfig[blob.server.port]");
    assertViolations(
        spec("range", b -> b.putFlinkConfig("jobmanager.rpc.port", "70000")),
        "flinkConfig[jobmanager.rpc.port]");
  }

  @Test
  void deploy_memory_belowTheMinimumOfFlinkOnBothSides() {
    assertViolations(
        spec(
            "small",
            b ->
                b.jobManager(Resources.of(1, "100m"))
                    .taskManager(
                        TaskManagerSpec.builder().resources(Resources.of(1, "100m")).build())),
        "jobManager.memory",
        "taskManager.resources.memory");
  }

  @Test
  void deploy_thingsOfKubernetes_areNamedEach() {
    assertViolations(
        spec(
            "kubernetes",
            b ->
                b.image("acme/flink:1")
                    .highAvailability(HighAvailability.kubernetes("file:///ha"))
                    .putSecretEnvironment("TOKEN", new SecretRef("my-secret", "token"))
                    .kubernetes(
                        KubernetesSettings.builder()
                            .podTemplate("kind: Pod")
                            .volumes(
                                List.of(
                                    new KubernetesSettings.Volume(
                                        "v",
                                        "/v",
                                        KubernetesSettings.VolumeKind.PERSISTENT_VOLUME_CLAIM,
                                        "source")))
                            .putNodeSelector("disk", "ssd")
                            .serviceAccount("flink")
                            .build())),
        "image",
        "kubernetes.podTemplate",
        "kubernetes.volumes",
        "kubernetes.nodeSelector",
        "kubernetes.serviceAccount",
        "highAvailability",
        "secretEnvironment[TOKEN]");
    assertViolations(
        spec(
            "zookeeper",
            b ->
                b.highAvailability(HighAvailability.zooKeeper("zk", "file:///x"))
                    .putFlinkConfig("high-availability.cluster-id", "mine")),
        "highAvailability.quorum",
        "flinkConfig[high-availability.cluster-id]");
  }

  @Test
  void deploy_directory_cannotBeWritten() throws IOException {
    Path file = fixture.directory().resolve("file");
    Files.writeString(file, "in the way");
    assertViolations(
        spec("directory", b -> b.savepointDirectory(file.resolve("savepoints").toUri().toString())),
        "savepointDirectory");
  }

  @Test
  void deploy_state_missingOrGarbageOrToBeClaimed() throws IOException {
    ApplicationSpec spec = spec("state", b -> b);
    Path nowhere = fixture.directory().resolve("savepoint-none");
    Path garbage = Files.createDirectories(fixture.directory().resolve("savepoint-garbage"));
    Files.writeString(garbage.resolve("_metadata"), "this is no metadata at all");
    Path empty = Files.createDirectories(fixture.directory().resolve("savepoint-empty"));

    for (Path location : List.of(nowhere, garbage, empty)) {
      InvalidSpecException e =
          refused(InvalidSpecException.class, spec, StateRestore.from(location.toUri().toString()));
      assertThat(e.violations()).extracting(Violation::path).containsExactly("restore");
      assertThat(e).hasMessageContaining(location.toString());
    }
    refused(InvalidSpecException.class, spec, StateRestore.from("not a location"));
    refused(InvalidSpecException.class, spec, StateRestore.latest());
    refused(
        UnsupportedCapabilityException.class,
        spec,
        StateRestore.from(garbage.toString()).claim(StateRestore.ClaimMode.CLAIM));
  }

  // ---- found out by Flink ----

  @Test
  void deploy_entryClassWithoutMain_failsAndLeavesNothing() throws IOException {
    Path jar = fixture.directory().resolve("nomain.jar");
    String name = LocalBadInputCases.class.getName();
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      String entry = NoMain.class.getName().replace('.', '/') + ".class";
      out.putNextEntry(new JarEntry(entry));
      try (var in = NoMain.class.getResourceAsStream("/" + entry)) {
        assertThat(in).as(name).isNotNull();
        in.transferTo(out);
      }
      out.closeEntry();
    }

    Failure failure = fails(job("nomain", jar.toString(), NoMain.class.getName()));

    assertThat(failure.kind()).as("%s", failure).isEqualTo(Failure.Kind.CLASS_NOT_FOUND);
    // Flink does not name the class.
    assertThat(failure.message()).contains("main(String[])");
  }

  /** A class that cannot be run. */
  public static final class NoMain {}

  @Test
  void deploy_configurationFlinkRefuses_failsAndLeavesNothing() {
    Failure failure = fails(spec("duration", b -> b.putFlinkConfig("heartbeat.timeout", "soon")));

    assertThat(failure.message() + failure.evidence()).contains("soon");
    assertThat(failure.kind()).isEqualTo(Failure.Kind.INVALID_CONFIGURATION);
  }

  @Test
  void deploy_metadataThatOnlyBeginsWell_failsAndLeavesNothing() throws IOException {
    Path broken = Files.createDirectories(fixture.directory().resolve("savepoint-broken"));
    Files.write(
        broken.resolve("_metadata"), new byte[] {0x49, 0x60, 0x67, 0x2d, 0, 0, 0, 4, 1, 2, 3});

    Failure failure = fails(spec("broken", b -> b), StateRestore.from(broken.toUri().toString()));

    assertThat(failure.kind())
        .as("%s", failure)
        .isIn(Failure.Kind.STATE_UNREADABLE, Failure.Kind.JOB_FAILED);
  }

  @Test
  void deploy_stateThatDoesNotFit_failsAndLeavesNothing() {
    ApplicationSpec spec = spec("fits", b -> b);
    FlinkApplication app = platform.deploy(spec).await(TIMEOUT);
    Savepoint savepoint =
        app.suspend(SavepointOptions.defaults(), OperationOptions.within(TIMEOUT)).await(TIMEOUT);
    ApplicationSpec other =
        spec(
            "doesnotfit",
            b ->
                b.job(
                    spec.job().toBuilder()
                        .args(SelfCheckingJob.args().uidSuffix("x").toList())
                        .build()));

    Failure failure = fails(other, StateRestore.from(savepoint));

    assertThat(failure.kind()).as("%s", failure).isEqualTo(Failure.Kind.STATE_DOES_NOT_FIT);
    assertThat(app.status().state()).isEqualTo(ApplicationState.SUSPENDED);
  }

  // ---- two processes ----

  @Test
  void deploy_twoProcessesAtOnce_oneWins() throws Exception {
    ApplicationSpec spec = spec("contended", b -> b);
    List<Process> processes = new ArrayList<>();
    try {
      List<String> words = new ArrayList<>();
      List<BufferedReader> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Process process =
            new ProcessBuilder(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-Dflinkplatform.test.flink23=" + property("flink23"),
                    "-Dflinkplatform.test.flink120=" + property("flink120"),
                    "-Dflinkplatform.test.flinkJavaHome=" + property("flinkJavaHome"),
                    DeployMain.class.getName(),
                    fixture.directory().toString(),
                    flinkVersion(),
                    spec.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        readers.add(
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
      }
      for (BufferedReader reader : readers) {
        assertThat(reader.readLine()).isEqualTo("ready");
      }
      for (Process process : processes) {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
      }
      for (BufferedReader reader : readers) {
        words.add(String.valueOf(reader.readLine()));
      }

      assertThat(words).filteredOn(w -> w.equals("deployed")).hasSize(1);
      assertThat(words)
          .filteredOn(w -> w.equals("ConflictException") || w.equals("ApplicationExistsException"))
          .hasSize(1);
      assertThat(fixture.processes(spec.name())).hasSize(2);
      for (Process process : processes) {
        assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
    FlinkApplication app = platform.application(spec.name());
    assertThat(app.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(app.status().jobIdHistory()).hasSize(1);
    Path ledger = fixture.ledger(spec.name());
    await().atMost(TIMEOUT).until(() -> Ledger.read(ledger).committed() > 0);
    assertThat(Ledger.read(ledger).isExactlyOnce()).isTrue();
  }

  private static String property(String name) {
    return System.getProperty("flinkplatform.test." + name);
  }

  /** Deploys when it is told to, and tells what came of it. */
  static final class DeployMain {

    private DeployMain() {}

    @SuppressWarnings("SystemOut") // read by the test
    public static void main(String[] args) throws IOException {
      LocalFixture fixture = LocalFixture.in(Path.of(args[0]), args[1]);
      try (FlinkPlatform platform = fixture.connect()) {
        System.out.println("ready");
        int unused = System.in.read();
        try {
          platform.deploy(fixture.baseSpec(args[2]).build()).await(TIMEOUT);
          System.out.println("deployed");
        } catch (FlinkPlatformException e) {
          System.out.println(e.getClass().getSimpleName());
        }
      }
    }
  }

  // ---- helpers ----

  private ApplicationSpec spec(String name, UnaryOperator<ApplicationSpec.Builder> change) {
    return change.apply(fixture.baseSpec(name)).build();
  }

  private ApplicationSpec job(String name, String jar, String entryClass) {
    return spec(name, b -> b.job(JobSpec.jar(jar).entryClass(entryClass).build()));
  }

  private InvalidSpecException assertViolations(ApplicationSpec spec, String... paths) {
    InvalidSpecException e = refused(InvalidSpecException.class, spec, StateRestore.fresh());
    assertThat(e.violations()).extracting(Violation::path).containsExactlyInAnyOrder(paths);
    assertThat(platform.validate(spec)).isEqualTo(e.violations());
    return e;
  }

  private <E extends FlinkPlatformException> E refused(
      Class<E> type, ApplicationSpec spec, StateRestore restore) {
    int before = platform.operations().size();
    Throwable seen =
        catchThrowable(() -> platform.deploy(spec, restore, OperationOptions.within(TIMEOUT)));
    assertThat(seen).isInstanceOf(type).hasMessageContaining(spec.name());
    assertThat(platform.operations()).hasSize(before);
    assertThat(fixture.directory().resolve("root").resolve(spec.name())).doesNotExist();
    assertNothingLeft(spec.name());
    return type.cast(seen);
  }

  private Failure fails(ApplicationSpec spec) {
    return fails(spec, StateRestore.fresh());
  }

  private Failure fails(ApplicationSpec spec, StateRestore restore) {
    Throwable seen =
        catchThrowable(
            () -> platform.deploy(spec, restore, OperationOptions.within(TIMEOUT)).await(TIMEOUT));
    assertThat(seen).isInstanceOf(OperationFailedException.class);
    OperationStatus status = ((OperationFailedException) seen).status();
    assertThat(status.state()).isEqualTo(OperationState.FAILED);
    assertThat(status.rolledBack()).isTrue();
    assertThat(status.applicationState()).isEqualTo(ApplicationState.ABSENT);
    assertNothingLeft(spec.name());
    return status.failure().orElseThrow();
  }

  private void assertNothingLeft(String name) {
    assertThat(platform.applications()).noneMatch(app -> app.name().equals(name));
    assertThat(fixture.leftovers(name)).isEmpty();
    assertThat(fixture.stateLeft(name)).isEmpty();
    assertThat(Map.copyOf(fixture.processes(name))).isEmpty();
  }
}
