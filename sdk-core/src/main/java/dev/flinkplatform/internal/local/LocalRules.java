package dev.flinkplatform.internal.local;

import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the local backend refuses in a specification that is right in itself. Immutable. */
final class LocalRules {

  /** Each is a JVM of this machine: more is a slip of the pen that would take the machine down. */
  private static final int MAX_TASK_MANAGERS = 256;

  /** What tells Flink's processes where their things are. */
  private static final List<String> OWN_VARIABLES =
      List.of("FLINK_LIB_DIR", "FLINK_CONF_DIR", "FLINK_LOG_DIR");

  private static final Pattern QUORUM_SERVER =
      Pattern.compile("[\\p{Alnum}._-]+:[1-9]\\d{0,4}(/\\S*)?");

  private final LocalSettings settings;
  private final Path root;
  private final Map<FlinkVersion, Installation> installations;

  LocalRules(LocalSettings settings, Path root, Map<FlinkVersion, Installation> installations) {
    this.settings = settings;
    this.root = root;
    this.installations = installations;
  }

  /** Finds all faults of a completed specification, and changes nothing. */
  List<Violation> check(ApplicationSpec spec) throws IOException {
    List<Violation> found = new ArrayList<>();
    FlinkVersion minor = spec.flinkVersion().minorVersion();
    Installation installation = installations.get(minor);
    if (installation == null
        || (spec.flinkVersion().patch() >= 0
            && !spec.flinkVersion().equals(installation.flink().version()))) {
      found.add(
          new Violation(
              "flinkVersion",
              "this platform has no Flink "
                  + spec.flinkVersion()
                  + ", it has "
                  + installations.values().stream()
                      .map(i -> i.flink().version().toString())
                      .toList()
                  + ". Give LocalPlatform.builder().flink(...) another distribution"));
    }
    spec.image()
        .ifPresent(
            i ->
                found.add(
                    new Violation(
                        "image", "the local backend runs no containers, got '" + i + "'")));
    spec.kubernetes()
        .ifPresent(
            k -> {
              k.podTemplate().ifPresent(t -> found.add(kubernetesOnly("podTemplate")));
              if (!k.volumes().isEmpty()) {
                found.add(kubernetesOnly("volumes"));
              }
              if (!k.nodeSelector().isEmpty()) {
                found.add(kubernetesOnly("nodeSelector"));
              }
              k.serviceAccount().ifPresent(s -> found.add(kubernetesOnly("serviceAccount")));
            });
    int taskManagers = spec.taskManagers();
    if (taskManagers > MAX_TASK_MANAGERS) {
      found.add(
          new Violation(
              spec.taskManager().replicas().isPresent() ? "taskManager.replicas" : "parallelism",
              "needs "
                  + taskManagers
                  + " TaskManagers; the local backend starts at most "
                  + MAX_TASK_MANAGERS
                  + " on one machine. Give each more slots"));
    }
    for (String variable : OWN_VARIABLES) {
      if (spec.environment().containsKey(variable)
          || spec.secretEnvironment().containsKey(variable)) {
        found.add(
            new Violation(
                "environment[" + variable + "]", "is set by the local backend; leave it out"));
      }
    }
    checkHighAvailability(spec.highAvailability(), found);
    checkJars(spec, found);
    checkConfig(spec, found);
    checkSecrets(spec, found);
    checkDirectory("checkpointing.directory", spec.checkpointing().directory(), found);
    checkDirectory("savepointDirectory", spec.savepointDirectory(), found);
    return found;
  }

  private static Violation kubernetesOnly(String field) {
    return new Violation(
        "kubernetes." + field, "only makes sense on Kubernetes; the local backend refuses it");
  }

  private static void checkHighAvailability(HighAvailability ha, List<Violation> found) {
    if (ha instanceof HighAvailability.Kubernetes) {
      found.add(
          new Violation(
              "highAvailability",
              "the local backend has no Kubernetes; use HighAvailability.zooKeeper, with a quorum"
                  + " of your own or that of LocalZooKeeper"));
    } else if (ha instanceof HighAvailability.ZooKeeper z) {
      for (String server : z.quorum().split(",", -1)) {
        if (!QUORUM_SERVER.matcher(server.trim()).matches()) {
          found.add(
              new Violation(
                  "highAvailability.quorum",
                  "must be host:port, or several separated by commas, got '" + z.quorum() + "'"));
          break;
        }
      }
      checkDirectory("highAvailability.storageDirectory", Optional.of(z.storageDirectory()), found);
    }
  }

  private static void checkJars(ApplicationSpec spec, List<Violation> found) {
    List<String> jars = spec.job().jars();
    boolean readable = true;
    for (int i = 0; i < jars.size(); i++) {
      Optional<String> bad = LocalJars.check(jars.get(i));
      readable &= bad.isEmpty();
      if (bad.isPresent()) {
        found.add(new Violation("job.jars[" + i + "]", bad.get()));
      }
    }
    if (readable
        && spec.job()
            .entryClass()
            .flatMap(c -> LocalJars.holdsClass(jars, c))
            .filter(holds -> !holds)
            .isPresent()) {
      found.add(
          new Violation(
              "job.entryClass",
              "there is no class '" + spec.job().entryClass().orElse("") + "' in " + jars));
    }
  }

  private void checkConfig(ApplicationSpec spec, List<Violation> found) throws IOException {
    for (String key : spec.flinkConfig().keySet()) {
      if (LocalConfig.OWNED.contains(key)) {
        found.add(
            new Violation(
                "flinkConfig[" + key + "]",
                key.startsWith("high-availability")
                    ? "is set by the local backend; use highAvailability(...)"
                    : "is set by the local backend; leave it out"));
      }
    }
    for (String key : LocalConfig.PORTS) {
      String value = spec.flinkConfig().get(key);
      if (value != null) {
        port(spec.name(), key, value).ifPresent(found::add);
      }
    }
    Map<String, String> config = FlinkConfiguration.of(spec);
    memory(
        "jobManager",
        "jobmanager.memory.process.size",
        FlinkMemory.jobManager(config, spec.flinkVersion()),
        found);
    memory(
        "taskManager.resources",
        "taskmanager.memory.process.size",
        FlinkMemory.taskManager(config, spec.flinkVersion()),
        found);
  }

  private static void memory(
      String path, String typedKey, FlinkMemory.Result result, List<Violation> found) {
    for (FlinkMemory.Violation v : result.violations()) {
      found.add(
          new Violation(
              v.key().equals(typedKey) ? path + ".memory" : "flinkConfig[" + v.key() + "]",
              v.message()));
    }
  }

  private Optional<Violation> port(String application, String key, String value)
      throws IOException {
    try {
      int port = Integer.parseInt(value.trim());
      if (port < 1 || port > 65535) {
        return Optional.of(
            new Violation(
                "flinkConfig[" + key + "]", "must be a port from 1 to 65535, got " + port));
      }
      boolean mine =
          LocalRun.read(root.resolve(application))
              .filter(r -> r.aliveJobManagers().stream().anyMatch(j -> r.ports(j).has(port)))
              .isPresent();
      return mine || Ports.isFree(port)
          ? Optional.empty()
          : Optional.of(
              new Violation(
                  "flinkConfig[" + key + "]",
                  "port " + port + " is taken by another process; leave it out to get a free one"));
    } catch (NumberFormatException e) {
      return Optional.of(
          new Violation(
              "flinkConfig[" + key + "]",
              "the local backend takes a single port here, got '"
                  + value
                  + "'; leave it out to get a free one"));
    }
  }

  private void checkSecrets(ApplicationSpec spec, List<Violation> found) {
    spec.secretEnvironment()
        .forEach(
            (name, ref) -> {
              if (settings.secrets().isEmpty()) {
                found.add(
                    new Violation(
                        "secretEnvironment[" + name + "]",
                        "this platform knows no Secrets; give"
                            + " LocalPlatform.builder().secrets(directory)"));
              } else if (!Files.isReadable(settings.secretFile(ref))) {
                found.add(
                    new Violation(
                        "secretEnvironment[" + name + "]",
                        "there is no readable file " + settings.secretFile(ref)));
              }
            });
  }

  private static void checkDirectory(
      String path, Optional<String> location, List<Violation> found) {
    location
        .flatMap(LocalState::path)
        .flatMap(LocalState::nearestExisting)
        .filter(p -> !Files.isDirectory(p) || !Files.isWritable(p))
        .ifPresent(
            p ->
                found.add(
                    new Violation(path, "cannot be written: " + p + " is no writable directory")));
  }
}
