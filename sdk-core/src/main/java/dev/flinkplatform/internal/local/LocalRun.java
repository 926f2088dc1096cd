package dev.flinkplatform.internal.local;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * @param jobManagers the ports of each JobManager; the first is the only one without high
 *     availability
 * @param fixedPorts whether the user chose a port, so that another attempt would not help
 * @param taskManagers how many TaskManagers are wanted
 */
record LocalRun(
    String launchId,
    int attempt,
    Path directory,
    List<JobManagerPorts> jobManagers,
    boolean fixedPorts,
    int taskManagers) {

  /**
   * Where a JobManager listens.
   *
   * @param rest the port of the REST API
   * @param rpc the port of RPC
   * @param blob the port of the blob server
   */
  record JobManagerPorts(int rest, int rpc, int blob) {

    boolean has(int port) {
      return rest == port || rpc == port || blob == port;
    }
  }

  static final String FILE = "run.properties";

  /** Below the directory of a start: where its JobManager writes how jobs ended. */
  static final String ARCHIVE = "archive";

  static final String JOB_MANAGER = "jobmanager";
  static final String TASK_MANAGER = "taskmanager-";

  /** The roles of the JobManagers, in the order of their ports. */
  List<String> jobManagerRoles() {
    List<String> roles = new ArrayList<>();
    for (int i = 1; i <= jobManagers.size(); i++) {
      roles.add(i == 1 ? JOB_MANAGER : JOB_MANAGER + "-" + i);
    }
    return roles;
  }

  /** The JobManagers whose processes live. */
  List<String> aliveJobManagers() {
    return jobManagerRoles().stream()
        .filter(role -> Processes.readPidFile(pids(), role).filter(Processes::isAlive).isPresent())
        .toList();
  }

  static boolean isJobManager(String role) {
    return role.startsWith(JOB_MANAGER);
  }

  static boolean isTaskManager(String role) {
    return role.startsWith(TASK_MANAGER);
  }

  JobManagerPorts ports(String role) {
    return jobManagers.get(jobManagerRoles().indexOf(role));
  }

  /** The application's own directory. */
  Path application() {
    Path runs = directory.getParent();
    Path application = runs == null ? null : runs.getParent();
    if (application == null) {
      throw new IllegalStateException("No run of an application: " + directory);
    }
    return application;
  }

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
    return new LocalRun(launchId, attempt, directory, jobManagers, fixedPorts, count);
  }

  LocalRun withPorts(String role, JobManagerPorts ports) {
    List<JobManagerPorts> all = new ArrayList<>(jobManagers);
    all.set(jobManagerRoles().indexOf(role), ports);
    return new LocalRun(launchId, attempt, directory, List.copyOf(all), fixedPorts, taskManagers);
  }

  static Optional<LocalRun> read(Path applicationDirectory) throws IOException {
    Path file = applicationDirectory.resolve(FILE);
    try {
      Properties p = new Properties();
      p.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
      List<JobManagerPorts> jobManagers = new ArrayList<>();
      for (String suffix = ""; p.containsKey("restPort" + suffix); ) {
        jobManagers.add(
            new JobManagerPorts(
                number(p, "restPort" + suffix),
                number(p, "rpcPort" + suffix),
                number(p, "blobPort" + suffix)));
        suffix = "." + (jobManagers.size() + 1);
      }
      return Optional.of(
          new LocalRun(
              text(p, "launchId"),
              number(p, "attempt"),
              applicationDirectory.resolve("runs").resolve(text(p, "directory")),
              List.copyOf(jobManagers),
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
    for (int i = 0; i < jobManagers.size(); i++) {
      String suffix = i == 0 ? "" : "." + (i + 1);
      values.put("restPort" + suffix, jobManagers.get(i).rest());
      values.put("rpcPort" + suffix, jobManagers.get(i).rpc());
      values.put("blobPort" + suffix, jobManagers.get(i).blob());
    }
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
