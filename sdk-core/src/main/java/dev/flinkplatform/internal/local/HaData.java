package dev.flinkplatform.internal.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flinkplatform.JobId;
import dev.flinkplatform.status.JobState;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one start leaves in ZooKeeper and in the storage directory of high availability: pointers to
 * checkpoints, the job's graph and jars, and how it ended.
 *
 * <p>Each start has a cluster id of its own, its launch id, so that what is left over can never
 * bring an old job back. Where it is, is written down as {@code <application>/ha/<launch
 * id>.properties} before Flink can write any of it, and stays written down until it is gone.
 *
 * @param file the note
 * @param clusterId Flink's cluster id
 * @param quorum the quorum of ZooKeeper
 * @param node the znode that all of it is below
 * @param storage the storage directory, for all clusters
 */
record HaData(Path file, String clusterId, String quorum, String node, String storage) {

  static final String QUORUM = "high-availability.zookeeper.quorum";
  static final String NODE_ROOT = "high-availability.zookeeper.path.root";
  static final String STORAGE = "high-availability.storageDir";
  static final String CLUSTER_ID = "high-availability.cluster-id";

  private static final Logger logger = LoggerFactory.getLogger(HaData.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String DIRECTORY = "ha";
  private static final String SUFFIX = ".properties";
  private static final String CLIENT =
      "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.ZooKeeperMain";
  private static final String NO_NODE = "Node does not exist";
  private static final String TRIED = ".tried";
  private static final Duration GIVE_UP = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** Where Flink keeps, by cluster id, how its jobs and, from 2.3, its applications ended. */
  private static final List<String> RESULT_STORES =
      List.of("job-result-store", "application-result-store");

  /** Writes down where a start will keep its data. */
  static HaData note(Path application, Map<String, String> config) throws IOException {
    Path directory = application.resolve(DIRECTORY);
    AtomicFiles.createDirectories(directory);
    String id = text(config.get(CLUSTER_ID));
    HaData data =
        new HaData(
            directory.resolve(id + SUFFIX),
            id,
            text(config.get(QUORUM)),
            text(config.get(NODE_ROOT)).replaceAll("/+$", "") + "/" + id,
            text(config.get(STORAGE)));
    AtomicFiles.replace(
        data.file,
        directory.resolve("." + id + ".tmp"),
        "quorum=" + data.quorum + "\nnode=" + data.node + "\nstorage=" + data.storage + "\n");
    return data;
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  static Optional<HaData> of(Path application, String launchId) throws IOException {
    Path file = application.resolve(DIRECTORY).resolve(launchId + SUFFIX);
    try {
      Properties p = new Properties();
      p.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
      return Optional.of(
          new HaData(
              file,
              launchId,
              p.getProperty("quorum", ""),
              p.getProperty("node", ""),
              p.getProperty("storage", "")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** All that is written down of an application. */
  static List<HaData> all(Path application) throws IOException {
    Path directory = application.resolve(DIRECTORY);
    List<HaData> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      for (Path file : LocalState.list(directory)) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(SUFFIX)) {
          of(application, name.substring(0, name.length() - SUFFIX.length())).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  /** Removes the directory of the notes when there is none. */
  static void tidy(Path application) throws IOException {
    LocalState.deleteIfEmpty(application.resolve(DIRECTORY));
  }

  /**
   * Tells how a job has ended, of which a JobManager that took over knows nothing. Empty if it has
   * not ended, or the storage is not on this machine.
   */
  Optional<JobState> ended(JobId job) {
    return LocalState.path(storage)
        .map(s -> s.resolve(RESULT_STORES.get(0)).resolve(clusterId))
        .flatMap(
            results -> {
              for (String name : List.of(job.hex() + ".json", job.hex() + "_DIRTY.json")) {
                try {
                  return Optional.of(state(MAPPER.readTree(results.resolve(name).toFile())));
                } catch (IOException e) {
                  // Not there, or half written: whoever looks again sees it.
                }
              }
              return Optional.empty();
            });
  }

  private static JobState state(JsonNode document) {
    return switch (document.path("result").path("application-status").asText()) {
      case "SUCCEEDED" -> JobState.FINISHED;
      case "FAILED" -> JobState.FAILED;
      case "CANCELED" -> JobState.CANCELED;
      default -> JobState.UNKNOWN;
    };
  }

  /**
   * Removes it, with the client of ZooKeeper that is in Flink's jars, as a process of its own.
   * Blocks for about a second, at most for fifteen.
   *
   * @return what is left, in words; empty if nothing is
   */
  Optional<String> purge(Installation client) throws IOException {
    Optional<Path> files = LocalState.path(storage);
    if (files.isPresent()) {
      LocalState.deleteTree(files.get().resolve(clusterId));
      for (String store : RESULT_STORES) {
        LocalState.deleteTree(files.get().resolve(store).resolve(clusterId));
      }
    }
    Optional<String> fault = deleteNode(client);
    if (fault.isPresent()) {
      logger.debug("{} of {} is still there: {}", node, quorum, fault.get());
      return Optional.of("zookeeper://" + quorum + node + " (" + fault.get() + ")");
    }
    Files.deleteIfExists(file);
    Files.deleteIfExists(file.resolveSibling(clusterId + TRIED));
    return files.isPresent()
        ? Optional.empty()
        : Optional.of(storage.replaceAll("/+$", "") + "/" + clusterId);
  }

  /** Whether it is not long since it was first tried to remove it in vain. */
  boolean isWorthAnotherTry() throws IOException {
    Path tried = file.resolveSibling(clusterId + TRIED);
    AtomicFiles.createEmpty(tried);
    return Files.getLastModifiedTime(tried).toInstant().plus(GIVE_UP).isAfter(Instant.now());
  }

  private Optional<String> deleteNode(Installation client) throws IOException {
    Reply reply = ask(client, "deleteall", node);
    return reply.done || reply.said.contains(NO_NODE) ? Optional.empty() : Optional.of(reply.said);
  }

  /**
   * Tells whether ZooKeeper still has what the cluster needs to go on. Blocks like {@link #purge}.
   *
   * @throws IOException if ZooKeeper does not tell
   */
  boolean isKnown(Installation client) throws IOException {
    Reply reply = ask(client, "ls", node);
    if (!reply.done && !reply.said.contains(NO_NODE)) {
      throw new IOException(quorum + " cannot be asked for " + node + ": " + reply.said);
    }
    return reply.done;
  }

  private record Reply(boolean done, String said) {}

  private Reply ask(Installation client, String command, String argument) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                client.java().javaBinary().toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j2.level=OFF",
                CLIENT,
                "-server",
                quorum,
                command,
                argument)
            .redirectErrorStream(true);
    builder
        .environment()
        .put(
            "CLASSPATH",
            client.flink().classpath().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator)));
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Reply(false, "ZooKeeper did not answer within " + PATIENCE.toSeconds() + " s");
      }
      // A few lines, less than a pipe holds.
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
      return new Reply(
          process.exitValue() == 0,
          "ZooKeeper's client says: " + said.substring(said.lastIndexOf('\n') + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Reply(false, "interrupted");
    } finally {
      process.destroyForcibly();
    }
  }
}
