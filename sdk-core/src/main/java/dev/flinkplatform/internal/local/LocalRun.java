package dev.flinkplatform.internal.local;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * One start of a cluster on this machine, as it is written down in {@code run.properties} before
 * any process is started.
 *
 * @param launchId the start's id
 * @param attempt which attempt of that start
 * @param directory the start's own directory
 * @param restPort the port of the REST API
 * @param rpcPort the port TaskManagers find the JobManager at
 * @param blobPort the port of the blob server
 * @param fixedPorts whether the user chose a port, so that another attempt would not help
 * @param taskManagers how many TaskManagers are wanted
 */
record LocalRun(
    String launchId,
    int attempt,
    Path directory,
    int restPort,
    int rpcPort,
    int blobPort,
    boolean fixedPorts,
    int taskManagers) {

  static final String FILE = "run.properties";
  static final String JOB_MANAGER = "jobmanager";
  static final String TASK_MANAGER = "taskmanager-";

  Path pids() {
    return directory.resolve("pids");
  }

  Path conf() {
    return directory.resolve("conf");
  }

  /**
   * The directory that Flink finds {@code usrlib} in; every process works there, since jars are
   * named relative to it.
   */
  Path home() {
    return directory.resolve("flink");
  }

  Path temp() {
    return directory.resolve("tmp");
  }

  Path log(String role) {
    return directory.resolve("log").resolve(role);
  }

  LocalRun withTaskManagers(int count) {
    return new LocalRun(
        launchId, attempt, directory, restPort, rpcPort, blobPort, fixedPorts, count);
  }

  static Optional<LocalRun> read(Path applicationDirectory) throws IOException {
    Path file = applicationDirectory.resolve(FILE);
    try {
      Properties p = new Properties();
      p.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
      return Optional.of(
          new LocalRun(
              text(p, "launchId"),
              number(p, "attempt"),
              applicationDirectory.resolve("runs").resolve(text(p, "directory")),
              number(p, "restPort"),
              number(p, "rpcPort"),
              number(p, "blobPort"),
              Boolean.parseBoolean(text(p, "fixedPorts")),
              number(p, "taskManagers")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + file + "' is damaged: " + e.getMessage(), e);
    }
  }

  void write(Path applicationDirectory) throws IOException {
    TreeMap<String, Object> values = new TreeMap<>();
    values.put("launchId", launchId);
    values.put("attempt", attempt);
    values.put("directory", directory.getFileName());
    values.put("restPort", restPort);
    values.put("rpcPort", rpcPort);
    values.put("blobPort", blobPort);
    values.put("fixedPorts", fixedPorts);
    values.put("taskManagers", taskManagers);
    StringBuilder text = new StringBuilder();
    values.forEach((k, v) -> text.append(k).append('=').append(v).append('\n'));
    AtomicFiles.replace(
        applicationDirectory.resolve(FILE),
        applicationDirectory.resolve("." + FILE + ".tmp"),
        text.toString());
  }

  private static String text(Properties p, String key) {
    String value = p.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }

  private static int number(Properties p, String key) {
    return Integer.parseInt(text(p, key));
  }
}
