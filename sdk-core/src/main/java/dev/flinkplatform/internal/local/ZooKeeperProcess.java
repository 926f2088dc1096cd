package dev.flinkplatform.internal.local;

import dev.flinkplatform.internal.logs.FailureDigest;
import dev.flinkplatform.local.FlinkDistribution;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The quorum peer that ships inside Flink, as the one process of a directory. Who starts it holds
 * the directory's lock, so of several exactly one does. Thread-safe.
 */
public final class ZooKeeperProcess implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(ZooKeeperProcess.class);
  private static final String MAIN_CLASS =
      "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer";
  private static final String ROLE = "zookeeper";
  private static final String CONFIG = "zoo.cfg";
  private static final String STOPPED = "stopped";
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int ATTEMPTS = 4;
  private static final Object LOCK = new Object();

  private final FlinkDistribution flink;
  private final JavaRuntime java;
  private final Path directory;
  private final String marker;
  private final ScheduledExecutorService watcher;
  private volatile int port;
  private volatile boolean closed;

  private ZooKeeperProcess(FlinkDistribution flink, JavaRuntime java, Path directory) {
    this.flink = flink;
    this.java = java;
    this.directory = directory;
    this.marker = "zk-" + Digests.of(directory.toString()) + "/zookeeper";
    this.watcher =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "flinkplatform-zookeeper");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts or finds it, as {@link dev.flinkplatform.local.LocalZooKeeper#start} says. */
  public static ZooKeeperProcess start(
      FlinkDistribution flink,
      Path directory,
      Optional<Path> javaHome,
      Map<String, String> environment) {
    JavaRuntime java = JavaRuntime.choose(javaHome, environment, flink.version());
    try {
      AtomicFiles.createDirectories(directory);
      ZooKeeperProcess process = new ZooKeeperProcess(flink, java, directory.toRealPath());
      process.locked(
          () -> {
            Files.deleteIfExists(process.directory.resolve(STOPPED));
            process.startUnlessAlive();
          });
      ScheduledFuture<?> unused =
          process.watcher.scheduleWithFixedDelay(
              process::watch, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot use '" + directory + "' for ZooKeeper: " + e, e);
    }
  }

  public String quorum() {
    return "127.0.0.1:" + port;
  }

  public Optional<Long> pid() {
    return alive().map(ProcessIdentity::pid);
  }

  private Optional<ProcessIdentity> alive() {
    return Processes.readPidFile(directory, ROLE)
        .filter(Processes::isAlive)
        .or(() -> Processes.findByMarker(marker).stream().findFirst());
  }

  // ---- starting ----

  private void startUnlessAlive() throws IOException {
    Optional<Integer> kept = keptPort();
    if (kept.isPresent()) {
      port = kept.get();
    }
    if (alive().isPresent()) {
      awaitServing();
      return;
    }
    // Clusters know the address: once it was given away, only it will do.
    int attempts = kept.isPresent() ? 1 : ATTEMPTS;
    for (int attempt = 1; ; attempt++) {
      if (kept.isEmpty()) {
        port = Ports.free(1).get(0);
      }
      launch();
      try {
        awaitServing();
        return;
      } catch (IllegalStateException e) {
        alive().ifPresent(p -> Processes.terminate(p, false));
        if (attempt >= attempts) {
          if (kept.isEmpty()) {
            Files.deleteIfExists(directory.resolve(CONFIG));
          }
          throw e;
        }
      }
    }
  }

  private Optional<Integer> keptPort() throws IOException {
    Path file = directory.resolve(CONFIG);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties p = new Properties();
    p.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
    try {
      return Optional.of(Integer.parseInt(p.getProperty("clientPort", "")));
    } catch (NumberFormatException e) {
      throw new IOException("'" + file + "' is damaged: it has no clientPort", e);
    }
  }

  private void launch() throws IOException {
    AtomicFiles.replace(
        directory.resolve(CONFIG),
        directory.resolve("." + CONFIG + ".tmp"),
        String.join(
            "\n",
            "# Written by FlinkPlatform at every start; clusters know the port.",
            "clientPort=" + port,
            "clientPortAddress=127.0.0.1",
            "dataDir=" + directory.resolve("data"),
            "tickTime=1000",
            "initLimit=10",
            "syncLimit=5",
            // All of Flink's processes come from one address.
            "maxClientCnxns=0",
            "maxSessionTimeout=120000",
            "admin.enableServer=false",
            "4lw.commands.whitelist=ruok",
            ""));
    Path log = directory.resolve("log");
    AtomicFiles.createDirectories(log);
    Files.writeString(directory.resolve("log4j.properties"), Logs.log4jProperties("INFO"));
    FlinkProcess process =
        Processes.start(
            new FlinkProcess.Launch(
                marker,
                java.javaBinary(),
                List.of(
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    // In KB: a log of changes takes 1 MB of disk from the start, not 64.
                    "-Dzookeeper.preAllocSize=1024",
                    "-Dlog.file=" + log.resolve("zookeeper.log"),
                    "-Dlog4j.configurationFile=" + directory.resolve("log4j.properties").toUri()),
                flink.classpath(),
                MAIN_CLASS,
                List.of("--zkConfigFile", directory.resolve(CONFIG).toString(), "--peerId", "1"),
                Map.of(),
                directory,
                log.resolve("zookeeper.out"),
                log.resolve("zookeeper.err")));
    Processes.writePidFile(directory, ROLE, process.identity());
  }

  private void awaitServing() {
    long end = System.nanoTime() + START.toNanos();
    boolean alive = true;
    while (alive && System.nanoTime() < end) {
      if (isServing()) {
        return;
      }
      pause();
      alive = alive().isPresent();
    }
    Path log = directory.resolve("log");
    throw new IllegalStateException(
        "ZooKeeper in '"
            + directory
            + "' does not serve at "
            + quorum()
            + (alive ? " after " + START.toSeconds() + " s" : ": it died")
            + ". "
            + FailureDigest.of(
                    Logs.tail(log.resolve("zookeeper.log"), 64 * 1024),
                    Logs.tail(log.resolve("zookeeper.err"), 64 * 1024))
                .map(FailureDigest::summary)
                .orElse("Its log is '" + log.resolve("zookeeper.log") + "'"));
  }

  private boolean isServing() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("ruok".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII)
          .equals("imok");
    } catch (IOException e) {
      return false;
    }
  }

  // ---- watching ----

  private void watch() {
    try {
      if (closed || alive().isPresent() || Files.exists(directory.resolve(STOPPED))) {
        return;
      }
      locked(
          () -> {
            if (!closed && alive().isEmpty() && !Files.exists(directory.resolve(STOPPED))) {
              logger.warn("ZooKeeper at {} has died and is started again", quorum());
              startUnlessAlive();
            }
          });
    } catch (IOException | RuntimeException e) {
      // The next look tries again.
      logger.warn("ZooKeeper at {} could not be started again: {}", quorum(), e.toString());
    }
  }

  // ---- ending ----

  /** Stops it, whoever started it, and closes this handle. */
  public void stop() {
    try {
      locked(
          () -> {
            // First: others who hold a handle must not take it for an accident.
            AtomicFiles.createEmpty(directory.resolve(STOPPED));
            long end = System.nanoTime() + STOP.toNanos();
            boolean graceful = true;
            for (Optional<ProcessIdentity> p = alive(); p.isPresent(); p = alive()) {
              Processes.terminate(p.get(), graceful);
              graceful = System.nanoTime() < end - STOP.toNanos() / 2;
              if (System.nanoTime() > end) {
                throw new IOException("ZooKeeper (pid " + p.get().pid() + ") does not end");
              }
              pause();
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot stop ZooKeeper in '" + directory + "': " + e, e);
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    closed = true;
    watcher.shutdown();
  }

  // ---- helpers ----

  private interface IoRun {
    void run() throws IOException;
  }

  private void locked(IoRun work) throws IOException {
    Path file = directory.resolve("lock");
    AtomicFiles.createEmpty(file);
    synchronized (LOCK) { // a lock on a file is the whole JVM's
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid()) {
          work.run();
        }
      }
    }
  }

  private static void pause() {
    LockSupport.parkNanos(PAUSE.toNanos());
  }
}
