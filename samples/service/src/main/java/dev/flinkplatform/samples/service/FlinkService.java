package dev.flinkplatform.samples.service;

import com.sun.net.httpserver.HttpServer;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP service that runs Flink applications for others: deploy, status, savepoint, rescale,
 * delete, and the operations that do it, as JSON.
 *
 * <p>It keeps nothing itself. Applications and operations are in the SDK's journal: kill the
 * service at any moment, start it again, and what it had begun goes on and is answered under the
 * same id.
 *
 * <p>Plain Java: {@code com.sun.net.httpserver} and Jackson. It listens on this machine only and
 * asks nobody who he is: put it behind something that does.
 */
public final class FlinkService implements AutoCloseable {

  private static final int THREADS = 16;

  private final FlinkPlatform platform;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  private FlinkService(FlinkPlatform platform, Path jars, int port) throws IOException {
    this.platform = platform;
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", new Api(platform, jars));
    server.setExecutor(threads);
  }

  /**
   * Starts the service, and runs it until it is killed or gets SIGTERM.
   *
   * <p>System properties: {@code service.directory} for all it keeps (default {@code
   * target/service}), with the jars that may be run in {@code jars/} below it; {@code
   * service.flink}, a directory of Flink's jars, else the release {@code service.flink.release}
   * (default 2.3.0) is fetched; {@code service.port} (default 0: a free one, printed).
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(System.getProperty("service.directory", "target/service"));
    Path jars = Files.createDirectories(directory.resolve("jars"));
    FlinkService service =
        new FlinkService(
            connect(directory.resolve("platform")), jars, Integer.getInteger("service.port", 0));
    Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    service.start();
    System.out.println("Listening on http://127.0.0.1:" + service.server.getAddress().getPort());
  }

  /** The only part that knows of the backend. */
  private static FlinkPlatform connect(Path root) {
    String jars = System.getProperty("service.flink");
    return LocalPlatform.builder()
        .root(root)
        .flink(
            jars == null
                ? FlinkDistribution.release(System.getProperty("service.flink.release", "2.3.0"))
                : FlinkDistribution.jars(Path.of(jars)))
        // Halves the time Flink takes to start; not for production.
        .jvmArgs(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))
        .connect();
  }

  private void start() {
    // What an earlier service had begun goes on, whether somebody asks for it or not.
    for (OperationStatus status : platform.operations()) {
      if (!status.state().hasEnded()) {
        System.out.println("Going on with " + status.id());
        platform
            .operation(status.id())
            .onProgress(p -> System.out.println(status.id() + ": " + p.message()));
      }
    }
    server.start();
  }

  /**
   * Answers no more. What runs on Flink runs on; what is being done goes on after the next start.
   */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    platform.close();
  }
}
