package dev.flinkplatform.internal.local;

import dev.flinkplatform.Failure;
import dev.flinkplatform.internal.local.LocalRun.JobManagerPorts;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Launch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts Flink's processes: prepares the directory of a start, and runs a JVM per role in it, each
 * with a mark on its command line to be found again by. Thread-safe, as far as one application is
 * changed by one at a time.
 */
final class LocalStarter {

  private static final String JOB_MANAGER_CLASS =
      "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint";
  private static final String SESSION_CLASS =
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  private static final String TASK_MANAGER_CLASS =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  private static final String ARCHIVE_KEY = "jobmanager.archive.fs.dir";
  private static final int KEPT_RUNS = 3;
  private static final Pattern ROLE_OF_MARKER = Pattern.compile(".*/([^/]+)");

  private final LocalSettings settings;
  private final Map<FlinkVersion, Installation> installations;
  private final String rootMark;

  LocalStarter(LocalSettings settings, Path root, Map<FlinkVersion, Installation> installations) {
    this.settings = settings;
    this.installations = installations;
    this.rootMark = Digests.of(root.toString());
  }

  /**
   * Makes the directory of a start, with all that its processes need, and writes the start down as
   * the present one.
   *
   * @param before the start that was the present one
   */
  LocalRun prepare(Launch launch, Path directory, Optional<LocalRun> before) throws IOException {
    String name = launch.spec().name();
    List<ProcessIdentity> alive = processes(name);
    if (!alive.isEmpty()) {
      boolean sameLaunch = before.filter(r -> r.launchId().equals(launch.id())).isPresent();
      if (sameLaunch) {
        // The attempt before: its JobManager is dead, its TaskManagers look for it at a port it
        // never got.
        alive.forEach(p -> Processes.terminate(p, false));
        throw BackendFault.unavailable(
            "processes of the attempt before are coming to their end", null);
      }
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "Processes of an earlier start of '"
                  + name
                  + "' still run (pids "
                  + alive.stream().map(ProcessIdentity::pid).toList()
                  + ")"),
          null);
    }
    Map<String, String> free = launch.spec().flinkConfig();
    int count = LocalConfig.jobManagers(launch.spec());
    List<Integer> ports = Ports.free(3 * count);
    int rest =
        fixed(free, "rest.port").or(() -> fixed(free, "rest.bind-port")).orElse(ports.get(0));
    int rpc = fixed(free, "jobmanager.rpc.port").orElse(ports.get(1));
    int blob = fixed(free, "blob.server.port").orElse(ports.get(2));
    List<JobManagerPorts> jobManagers = new ArrayList<>();
    jobManagers.add(new JobManagerPorts(rest, rpc, blob));
    for (int i = 3; i < ports.size(); i += 3) {
      jobManagers.add(new JobManagerPorts(ports.get(i), ports.get(i + 1), ports.get(i + 2)));
    }
    boolean fixedPorts = LocalConfig.PORTS.stream().anyMatch(free::containsKey);
    Path runs = directory.resolve("runs");
    AtomicFiles.createDirectories(runs);
    removeOldRuns(runs, before);
    LocalRun run =
        new LocalRun(
            launch.id(),
            launch.attempt(),
            runs.resolve(
                launch.id().substring(launch.id().indexOf('.') + 1) + "-" + launch.attempt()),
            List.copyOf(jobManagers),
            fixedPorts,
            launch.spec().taskManagers());
    LocalState.deleteTree(run.directory());
    for (Path p : List.of(run.directory(), run.pids(), run.conf(), run.home(), run.temp())) {
      AtomicFiles.createDirectories(p);
    }
    LocalJars.gather(launch.spec().job().jars(), run.home().resolve("usrlib"));
    Map<String, String> places = new TreeMap<>();
    places.put("rest.port", Integer.toString(rest));
    places.put("rest.bind-port", Integer.toString(rest));
    places.put("jobmanager.rpc.port", Integer.toString(rpc));
    places.put("blob.server.port", Integer.toString(blob));
    places.put("io.tmp.dirs", run.temp().toString());
    places.put("web.tmpdir", run.temp().toString());
    if (!free.containsKey(ARCHIVE_KEY)) {
      // Tells that a job has ended when its JobManager is gone.
      places.put(ARCHIVE_KEY, run.directory().resolve(LocalRun.ARCHIVE).toUri().toString());
      AtomicFiles.createDirectories(run.directory().resolve(LocalRun.ARCHIVE));
    }
    if (LocalConfig.isZooKeeper(launch.spec())) {
      highAvailability(launch.spec(), launch.id(), places);
      HaData.note(directory, LocalConfig.of(launch.spec(), places));
    }
    FlinkConfigFile.write(
        run.conf(), LocalConfig.of(launch.spec(), places), launch.spec().flinkVersion());
    Files.writeString(
        run.conf().resolve("log4j.properties"), Logs.log4jProperties(settings.logLevel()));
    // Last: until it is written, the start before is the present one, and this one is prepared
    // again.
    run.write(directory);
    return run;
  }

  private static Optional<Integer> fixed(Map<String, String> free, String key) {
    return Optional.ofNullable(free.get(key)).map(v -> Integer.parseInt(v.trim()));
  }

  private static void removeOldRuns(Path runs, Optional<LocalRun> present) throws IOException {
    List<Path> old =
        LocalState.list(runs).stream()
            .filter(p -> present.filter(r -> r.directory().equals(p)).isEmpty())
            .sorted(Comparator.comparingLong((Path p) -> p.toFile().lastModified()).reversed())
            .skip(KEPT_RUNS - 1L)
            .toList();
    for (Path p : old) {
      LocalState.deleteTree(p);
    }
  }

  /** Where a start keeps its data: a cluster id of its own, below a node of this root's own. */
  void highAvailability(ApplicationSpec spec, String launchId, Map<String, String> places) {
    places.put(HaData.CLUSTER_ID, launchId);
    if (!spec.flinkConfig().containsKey(HaData.NODE_ROOT)) {
      places.put(HaData.NODE_ROOT, "/flinkplatform/" + rootMark);
    }
  }

  /**
   * Starts the JobManagers unless they were started already, and as many TaskManagers as are
   * missing.
   */
  void startMissing(LocalRun run, Launch launch) throws IOException {
    String name = launch.spec().name();
    adopt(name, run);
    for (String role : run.jobManagerRoles()) {
      if (Processes.readPidFile(run.pids(), role).isEmpty()) {
        start(run, launch, role);
      }
    }
    startTaskManagers(run, launch);
  }

  /**
   * Writes down the pids of processes that were started just before the SDK's process was killed.
   */
  void adopt(String name, LocalRun run) {
    Map<String, ProcessIdentity> known = Processes.readPidFiles(run.pids());
    for (ProcessIdentity p :
        Processes.findByMarkerPrefix(mark(name) + run.launchId() + "/" + run.attempt() + "/")) {
      Matcher m = ROLE_OF_MARKER.matcher(p.marker());
      if (m.matches() && !p.equals(known.get(m.group(1)))) {
        Processes.writePidFile(run.pids(), m.group(1), p);
      }
    }
  }

  /** Starts the JobManagers that are dead, and returns where they are now. */
  LocalRun startJobManagers(LocalRun present, Launch launch) throws IOException {
    LocalRun run = present;
    for (String role : run.jobManagerRoles()) {
      Optional<ProcessIdentity> before = Processes.readPidFile(run.pids(), role);
      if (before.isEmpty() || Processes.liveness(before.get()) == ProcessLiveness.DEAD) {
        run = withFreePorts(run, role);
        run.write(run.application());
        start(run, launch, role);
      }
    }
    return run;
  }

  /** The same ports if nobody took them: the web UI keeps its address. */
  private static LocalRun withFreePorts(LocalRun run, String role) {
    JobManagerPorts before = run.ports(role);
    if (Ports.isFree(before.rest()) && Ports.isFree(before.rpc()) && Ports.isFree(before.blob())) {
      return run;
    }
    List<Integer> free = Ports.free(3);
    return run.withPorts(role, new JobManagerPorts(free.get(0), free.get(1), free.get(2)));
  }

  /** Starts as many TaskManagers as are missing. */
  void startTaskManagers(LocalRun run, Launch launch) throws IOException {
    Map<String, ProcessIdentity> known = Processes.readPidFiles(run.pids());
    long alive =
        known.entrySet().stream()
            .filter(e -> LocalRun.isTaskManager(e.getKey()) && Processes.isAlive(e.getValue()))
            .count();
    for (int i = 1; alive < run.taskManagers(); i++) {
      String role = LocalRun.TASK_MANAGER + i;
      ProcessIdentity before = known.get(role);
      // The same role again makes Flink drop the dead one at once, instead of waiting for its
      // heartbeat.
      if (before == null || Processes.liveness(before) == ProcessLiveness.DEAD) {
        start(run, launch, role);
        alive++;
      }
    }
  }

  private void start(LocalRun run, Launch launch, String role) throws IOException {
    ApplicationSpec spec = launch.spec();
    FlinkVersion minor = spec.flinkVersion().minorVersion();
    Installation installation = installations.get(minor);
    if (installation == null) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.INVALID_CONFIGURATION,
              "This platform has no Flink " + spec.flinkVersion()),
          null);
    }
    boolean isJobManager = LocalRun.isJobManager(role);
    Map<String, String> config = LocalConfig.of(spec, Map.of());
    FlinkMemory.Result memory =
        isJobManager
            ? FlinkMemory.jobManager(config, spec.flinkVersion())
            : FlinkMemory.taskManager(config, spec.flinkVersion());
    Path log = run.log(role);
    Logs.keepEarlier(log);
    AtomicFiles.createDirectories(log);
    List<String> jvm = new ArrayList<>(memory.jvmFlags());
    jvm.addAll(installation.java().moduleFlags(minor));
    jvm.add("-Dlog.file=" + log.resolve(role + ".log"));
    jvm.add("-Dlog4j.configurationFile=" + run.conf().resolve("log4j.properties").toUri());
    jvm.addAll(settings.jvmArgs());
    jvm.addAll(
        words(config.getOrDefault("env.java.opts.all", config.getOrDefault("env.java.opts", ""))));
    jvm.addAll(
        words(
            config.getOrDefault(
                "env.java.opts." + (isJobManager ? "jobmanager" : "taskmanager"), "")));
    List<String> args = new ArrayList<>(List.of("--configDir", run.conf().toString()));
    args.addAll(memory.dynamicArguments());
    if (isJobManager) {
      if (LocalConfig.isZooKeeper(spec)) {
        portArguments(run.ports(role), args);
      }
      if (!spec.isSessionCluster()) {
        jobArguments(launch, args);
      }
    } else {
      args.addAll(List.of("-D", "taskmanager.resource-id=" + resourceId(run, role)));
    }
    FlinkProcess process =
        Processes.start(
            new FlinkProcess.Launch(
                mark(spec.name(), run, role),
                installation.java().javaBinary(),
                jvm,
                installation.flink().classpath(),
                entryPoint(spec, isJobManager),
                args,
                environment(spec, run, installation.flink(), log),
                run.home(),
                log.resolve(role + ".out"),
                log.resolve(role + ".err")));
    Processes.writePidFile(run.pids(), role, process.identity());
  }

  private static String entryPoint(ApplicationSpec spec, boolean isJobManager) {
    if (!isJobManager) {
      return TASK_MANAGER_CLASS;
    }
    return spec.isSessionCluster() ? SESSION_CLASS : JOB_MANAGER_CLASS;
  }

  /** With high availability each JobManager has ports of its own, and is found by ZooKeeper. */
  private static void portArguments(JobManagerPorts ports, List<String> args) {
    args.addAll(List.of("-D", "rest.port=" + ports.rest()));
    args.addAll(List.of("-D", "rest.bind-port=" + ports.rest()));
    args.addAll(List.of("-D", "jobmanager.rpc.port=" + ports.rpc()));
    args.addAll(List.of("-D", "high-availability.jobmanager.port=" + ports.rpc()));
    args.addAll(List.of("-D", "blob.server.port=" + ports.blob()));
  }

  /** What Flink knows a TaskManager by. */
  static String resourceId(LocalRun run, String role) {
    return role + "-" + run.directory().getFileName();
  }

  private static List<String> words(String options) {
    return options.isBlank() ? List.of() : List.of(options.trim().split("\\s+"));
  }

  /**
   * All of Flink's options first: it takes everything after the first word it does not know for the
   * program's.
   */
  private static void jobArguments(Launch launch, List<String> args) {
    launch.spec().job().entryClass().ifPresent(c -> args.addAll(List.of("--job-classname", c)));
    args.addAll(List.of("--job-id", launch.jobId().hex()));
    launch.restoreFrom().ifPresent(s -> args.addAll(List.of("--fromSavepoint", s)));
    if (launch.allowNonRestoredState()) {
      args.add("--allowNonRestoredState");
    }
    args.addAll(launch.spec().job().args());
  }

  private Map<String, String> environment(
      ApplicationSpec spec, LocalRun run, FlinkDistribution distribution, Path log)
      throws IOException {
    Map<String, String> environment = new TreeMap<>(spec.environment());
    for (Map.Entry<String, SecretRef> e : spec.secretEnvironment().entrySet()) {
      Path file = settings.secretFile(e.getValue());
      environment.put(e.getKey(), Files.readString(file, StandardCharsets.UTF_8).stripTrailing());
    }
    // Flink looks for user jars in usrlib beside this directory, which need not exist.
    environment.put("FLINK_LIB_DIR", run.home().resolve("lib").toString());
    environment.put("FLINK_CONF_DIR", run.conf().toString());
    environment.put("FLINK_LOG_DIR", log.toString());
    distribution
        .pluginsDirectory()
        .ifPresent(p -> environment.put("FLINK_PLUGINS_DIR", p.toString()));
    return environment;
  }

  /** The processes of any start of an application that live, written down or not. */
  List<ProcessIdentity> processes(String application) {
    return Processes.findByMarkerPrefix(mark(application));
  }

  private String mark(String application) {
    return rootMark + "/" + application + "/";
  }

  private String mark(String application, LocalRun run, String role) {
    return mark(application) + run.launchId() + "/" + run.attempt() + "/" + role;
  }
}
