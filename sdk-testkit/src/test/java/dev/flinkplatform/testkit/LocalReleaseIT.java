package dev.flinkplatform.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.local.ReleaseOptions;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.waiting.Condition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A release that came over HTTP runs an application. The archive is made of the build's Flink jars,
 * in the layout of the official one.
 */
class LocalReleaseIT {

  private static final String TOP = "flink-2.3.0";
  private static final String ARCHIVE = TOP + "/" + TOP + "-bin-scala_2.12.tgz";

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  @Test
  void release_fetched_runsAnApplication() throws Exception {
    Path served = Files.createDirectories(directory.resolve("served").resolve(TOP));
    pack(served);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            Path file = served.resolveSibling(exchange.getRequestURI().getPath().substring(1));
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
          }
        });
    server.start();
    FlinkDistribution flink;
    try {
      flink =
          FlinkDistribution.release(
              "2.3.0",
              ReleaseOptions.builder()
                  .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                  .cache(directory.resolve("cache"))
                  .build());
    } finally {
      server.stop(0);
    }
    assertThat(flink.supportsApplications()).isTrue();
    assertThat(flink.directory()).isEqualTo(directory.resolve("cache").resolve(TOP));

    try (FlinkPlatform platform =
        LocalPlatform.builder()
            .root(directory.resolve("root"))
            .flink(flink)
            .javaHome(Path.of(System.getProperty("flinkplatform.test.flinkJavaHome")))
            .jvmArgs(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
            .connect()) {
      ApplicationSpec spec =
          ApplicationSpec.builder("released")
              .flinkVersion("2.3.0")
              .job(
                  JobSpec.jar(SelfCheckingJob.jar())
                      .entryClass(SelfCheckingJob.entryClass())
                      .build())
              .checkpointing(Checkpointing.builder().interval(Duration.ofMillis(500)).build())
              .jobManager(Resources.of(1, "768m"))
              .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build())
              .build();
      FlinkApplication application = platform.deploy(spec).await(Duration.ofMinutes(2));
      try {
        application.await(Condition.checkpointsCompleted(1), Duration.ofMinutes(1));
        assertThat(application.status().flinkVersion()).hasToString("Optional[2.3.0]");
      } finally {
        application.delete(StateRetention.PURGE).await(Duration.ofMinutes(1));
      }
    }
  }

  private void pack(Path served) throws IOException, InterruptedException {
    Path home = Files.createDirectories(directory.resolve("made").resolve(TOP));
    for (String d : List.of("bin", "conf", "lib", "log", "opt", "plugins/external-resource-gpu")) {
      Files.createDirectories(home.resolve(d));
    }
    Files.writeString(home.resolve("conf/config.yaml"), "parallelism.default: 1\n");
    try (Stream<Path> jars =
        Files.list(Path.of(System.getProperty("flinkplatform.test.flink23")))) {
      for (Path jar : jars.toList()) {
        Files.copy(jar, home.resolve("lib").resolve(jar.getFileName()));
        if (jar.getFileName().toString().startsWith("commons-cli")) {
          // Flink refuses a plugin's directory without a jar.
          Files.copy(jar, home.resolve("plugins/external-resource-gpu/gpu.jar"));
        }
      }
    }
    run(
        "tar",
        "-czf",
        TOP + "-bin-scala_2.12.tgz",
        "-C",
        directory.resolve("made").toString(),
        TOP,
        served);
    run("sh", "-c", "sha512sum *.tgz > " + TOP + "-bin-scala_2.12.tgz.sha512", served);
    assertThat(served.resolveSibling(ARCHIVE)).isRegularFile();
  }

  private static void run(Object... commandAndDirectory) throws IOException, InterruptedException {
    int n = commandAndDirectory.length - 1;
    List<String> command = Stream.of(commandAndDirectory).limit(n).map(Object::toString).toList();
    Process process =
        new ProcessBuilder(command)
            .directory(((Path) commandAndDirectory[n]).toFile())
            .inheritIO()
            .start();
    assertThat(process.waitFor()).as(command.toString()).isZero();
  }
}
