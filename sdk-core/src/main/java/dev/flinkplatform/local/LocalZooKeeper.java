package dev.flinkplatform.local;

import dev.flinkplatform.internal.local.ZooKeeperProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A ZooKeeper of one server on this machine, for {@link
 * dev.flinkplatform.spec.HighAvailability.ZooKeeper}: the one that ships inside Flink, so nothing
 * has to be installed.
 *
 * <p>It is a process of its own that survives this JVM, and is found again by its directory, which
 * keeps its data and its port. While a handle is open, a ZooKeeper that died is started again at
 * the same address. It listens on the loopback interface only and has no authentication: whoever
 * can log in to this machine can use it. One server is no quorum: it survives its own death by its
 * data on disk, not the death of the machine. For that, use a ZooKeeper ensemble.
 *
 * <p>Thread-safe.
 */
public final class LocalZooKeeper implements AutoCloseable {

  private final ZooKeeperProcess process;

  private LocalZooKeeper(ZooKeeperProcess process) {
    this.process = process;
  }

  /**
   * Starts the ZooKeeper of a directory with the JVM that {@code JAVA_HOME} names, else with the
   * one that runs the SDK; does nothing but attach if it runs already. Blocks until it serves, at
   * most for 30 seconds.
   *
   * @param flink whose jars it is started from, if it has to be; any version
   * @param directory where its data, its port and its log are kept; made when it is not there
   * @return a handle; close it when done
   * @throws IllegalArgumentException if this Flink cannot run on the JVM
   * @throws IllegalStateException if it does not come to serve; the message holds the end of its
   *     log
   * @throws java.io.UncheckedIOException if the directory cannot be used
   */
  public static LocalZooKeeper start(FlinkDistribution flink, Path directory) {
    return start(flink, directory, Optional.empty());
  }

  /**
   * Starts the ZooKeeper of a directory with a JVM of one's choice; see {@link
   * #start(FlinkDistribution, Path)}.
   *
   * @param flink whose jars it is started from, if it has to be; any version
   * @param directory where its data, its port and its log are kept; made when it is not there
   * @param javaHome the home directory of a JDK or JRE
   * @return a handle; close it when done
   * @throws IllegalArgumentException if this Flink cannot run on the JVM
   * @throws IllegalStateException if it does not come to serve; the message holds the end of its
   *     log
   * @throws java.io.UncheckedIOException if the directory cannot be used
   */
  public static LocalZooKeeper start(FlinkDistribution flink, Path directory, Path javaHome) {
    return start(flink, directory, Optional.of(javaHome));
  }

  private static LocalZooKeeper start(
      FlinkDistribution flink, Path directory, Optional<Path> javaHome) {
    Map<String, String> environment = System.getenv();
    return new LocalZooKeeper(
        ZooKeeperProcess.start(
            Objects.requireNonNull(flink, "flink"),
            Objects.requireNonNull(directory, "directory"),
            javaHome,
            environment));
  }

  /**
   * Returns the address for {@link dev.flinkplatform.spec.HighAvailability#zooKeeper}. The same for
   * as long as the directory is there.
   *
   * @return {@code 127.0.0.1:port}
   */
  public String quorum() {
    return process.quorum();
  }

  /**
   * Tells which process it is.
   *
   * @return the process id, or empty if it does not run at this moment
   */
  public Optional<Long> pid() {
    return process.pid();
  }

  /**
   * Stops ZooKeeper, whoever has started it, and closes this handle. Its data stays; clusters that
   * use it lose their leader. Does nothing if it does not run. Blocks until it is gone, at most for
   * ten seconds.
   *
   * @throws java.io.UncheckedIOException if the directory cannot be used
   */
  public void stop() {
    process.stop();
  }

  /** Closes the handle; ZooKeeper runs on. A second call does nothing. */
  @Override
  public void close() {
    process.close();
  }
}
