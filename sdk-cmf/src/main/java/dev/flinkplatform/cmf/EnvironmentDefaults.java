package dev.flinkplatform.cmf;

import dev.flinkplatform.Failure;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.fko.DeploymentSpec;
import dev.flinkplatform.spi.fko.JobIntent;
import dev.flinkplatform.spi.fko.UpgradeMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an environment says of every application in it, and wins with. CMF takes any shape, and what
 * comes of a wrong one shows only in applications: refused by the operator, or not there at all.
 *
 * @param json {@code flinkApplicationDefaults}, as CMF has it
 */
record EnvironmentDefaults(Map<String, ?> json) {

  private static final Set<String> OBJECTS =
      Set.of("flinkConfiguration", "job", "jobManager", "taskManager", "podTemplate", "ingress");
  private static final Set<String> TEXTS =
      Set.of("image", "imagePullPolicy", "flinkVersion", "serviceAccount", "mode");
  private static final Set<String> OBJECTS_OF_PROCESSES = Set.of("resource", "podTemplate");

  /** How a job is started, stopped and scaled: only an operation can know. */
  private static final List<String> DECIDED =
      List.of(
          "job.allowNonRestoredState",
          "job.initialSavepointPath",
          "job.savepointRedeployNonce",
          "job.startFromSavepoint",
          "job.state",
          "job.upgradeMode",
          "restartNonce",
          "startFromSavepoint",
          "taskManager.replicas");

  /** What runs, and what Flink's configuration is written for. */
  private static final List<String> SAID =
      List.of("flinkVersion", "job.args", "job.entryClass", "job.jarURI", "job.parallelism");

  private static final String RETENTION =
      "execution.checkpointing.externalized-checkpoint-retention";

  private static final String HA_TYPE = "high-availability.type";

  /**
   * What holds if a specification says nothing: a restore drops no state, each run is apart, and no
   * JobManager starts a job again from what only itself can name.
   */
  private static final Map<String, String> UNSAID =
      Map.of(
          "execution.state-recovery.ignore-unclaimed-state",
          "false",
          "execution.checkpointing.create-subdir",
          "true",
          HA_TYPE,
          "none");

  /** The specification whose fields win; empty if there is none, or it is none. */
  Map<String, ?> spec() {
    return map(json.get("spec"));
  }

  @SuppressWarnings("unchecked") // JSON has no other keys
  private static Map<String, ?> map(@Nullable Object json) {
    return json instanceof Map<?, ?> map ? (Map<String, ?>) map : Map.of();
  }

  /** What is not as CMF's documentation says, all of it. */
  List<Violation> faults(String environment) {
    List<Violation> found = new ArrayList<>();
    Object spec = json.get("spec");
    if (spec != null && !(spec instanceof Map)) {
      found.add(fault(environment, "spec", "an object", spec));
    }
    new TreeMap<>(json)
        .forEach(
            (key, value) -> {
              if (OBJECTS.contains(key) || TEXTS.contains(key)) {
                found.add(
                    new Violation(
                        "environment." + key,
                        "has no effect in the defaults of environment '"
                            + environment
                            + "': it belongs below flinkApplicationDefaults.spec. Change the"
                            + " environment"));
              }
            });
    new TreeMap<>(spec())
        .forEach(
            (key, value) -> {
              if (value == null) {
                return; // as if it were not there
              }
              if (OBJECTS.contains(key) && !(value instanceof Map)) {
                found.add(fault(environment, key, "an object", value));
              }
              if (TEXTS.contains(key) && !(value instanceof String)) {
                found.add(fault(environment, key, "a text", value));
              }
              if (key.equals("jobManager") || key.equals("taskManager")) {
                new TreeMap<>(map(value))
                    .forEach(
                        (inner, of) -> {
                          if (OBJECTS_OF_PROCESSES.contains(inner)
                              && of != null
                              && !(of instanceof Map)) {
                            found.add(fault(environment, key + "." + inner, "an object", of));
                          }
                        });
              }
            });
    return found;
  }

  /**
   * What would make an operation do something else than it says, or put state where nobody looks
   * for it; all of it.
   *
   * @param spec completed, and one that {@link DeploymentSpec#check} found nothing in
   */
  List<Violation> clashes(String environment, ApplicationSpec spec) {
    Map<String, ?> asked = DeploymentSpec.of(spec, JobIntent.running(UpgradeMode.SAVEPOINT));
    List<Violation> found = decided(environment);
    for (String path : SAID) {
      Object is = at(spec(), path);
      Object wanted = at(asked, path);
      if (is != null && !String.valueOf(is).equals(String.valueOf(wanted))) {
        found.add(clash(environment, path, is, wanted));
      }
    }
    SortedMap<String, String> configuration = configuration();
    Map<String, ?> ours = map(asked.get("flinkConfiguration"));
    readFrom(spec.flinkVersion())
        .forEach(
            (key, names) -> {
              Object wanted = first(ours, names).orElse(UNSAID.get(key));
              for (String name : names) {
                String is = configuration.get(name);
                if (is != null && wanted != null && !isSame(is, String.valueOf(wanted))) {
                  found.add(clash(environment, "flinkConfiguration[" + name + "]", is, wanted));
                }
              }
            });
    return found;
  }

  /**
   * Refuses what was found wrong of an environment after an operation was accepted.
   *
   * @throws BackendFault permanently, unless nothing was
   */
  static void require(List<Violation> found) {
    if (!found.isEmpty()) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.INVALID_CONFIGURATION,
              found.stream().map(Violation::toString).collect(Collectors.joining("; "))),
          null);
    }
  }

  /** What would win over how an operation starts, stops or scales a job. */
  List<Violation> decided(String environment) {
    List<Violation> found = new ArrayList<>();
    for (String path : DECIDED) {
      Object is = at(spec(), path);
      if (is != null) {
        found.add(
            new Violation(
                "environment." + path,
                "is decided by each operation, and the defaults of environment '"
                    + environment
                    + "' would win; got "
                    + shown(path, is)
                    + ". Take it out of the environment"));
      }
    }
    return found;
  }

  /** What the environment says of a setting, under any name that Flink reads it by. */
  Optional<String> says(FlinkVersion version, String key) {
    return first(configuration(), readFrom(version).getOrDefault(key, List.of()))
        .map(String::valueOf);
  }

  private static Optional<Object> first(Map<String, ?> configuration, List<String> names) {
    return names.stream()
        .flatMap(name -> Optional.<Object>ofNullable(configuration.get(name)).stream())
        .findFirst();
  }

  /** Settings that core counts on, each with all names that Flink reads it by, the oldest too. */
  private static SortedMap<String, List<String>> readFrom(FlinkVersion version) {
    SortedMap<String, List<String>> out = new TreeMap<>();
    List<String> checkpoints = List.of("state.checkpoints.dir", "state.backend.fs.checkpointdir");
    List<String> savepoints = List.of("state.savepoints.dir", "savepoints.state.backend.fs.dir");
    out.put(FlinkConfiguration.checkpointDirectoryKey(version), checkpoints);
    out.put(FlinkConfiguration.savepointDirectoryKey(version), savepoints);
    out.put(RETENTION, List.of());
    out.put(
        "execution.state-recovery.ignore-unclaimed-state",
        List.of("execution.savepoint.ignore-unclaimed-state"));
    out.put("execution.checkpointing.create-subdir", List.of("state.checkpoints.create-subdir"));
    out.put(HA_TYPE, List.of("high-availability", "recovery.mode"));
    out.put(
        "high-availability.storageDir",
        List.of("high-availability.zookeeper.storageDir", "recovery.zookeeper.storageDir"));
    out.put(DeploymentSpec.CANCEL_JOB, List.of());
    out.replaceAll(
        (key, older) -> Stream.concat(Stream.of(key), older.stream()).distinct().toList());
    return out;
  }

  /** Flink's configuration, flat; since operator 1.13 it may be nested. */
  private SortedMap<String, String> configuration() {
    SortedMap<String, String> out = new TreeMap<>();
    flatten("", map(spec().get("flinkConfiguration")), out);
    return out;
  }

  private static void flatten(String prefix, Map<String, ?> map, Map<String, String> out) {
    map.forEach(
        (key, value) -> {
          if (value instanceof Map) {
            flatten(prefix + key + ".", map(value), out);
          } else if (value != null) {
            out.put(prefix + key, String.valueOf(value));
          }
        });
  }

  /** Of what is no place, Flink reads any case. */
  private static boolean isSame(String is, String wanted) {
    String a = location(is);
    String b = location(wanted);
    return a.contains("/") ? a.equals(b) : a.equalsIgnoreCase(b);
  }

  /** The same place is written in several ways; what is no place stays as it is. */
  private static String location(String value) {
    return value.strip().replaceFirst("^file:/+", "file:/").replaceFirst("(?<=.)/+$", "");
  }

  private static @Nullable Object at(Map<String, ?> document, String path) {
    Object at = document;
    for (String name : path.split("\\.", -1)) {
      at = map(at).get(name);
    }
    return at;
  }

  private static Violation clash(
      String environment, String path, Object is, @Nullable Object wanted) {
    return new Violation(
        "environment." + path,
        "is "
            + shown(path, is)
            + " in the defaults of environment '"
            + environment
            + "', which win, and this application's is "
            + (wanted == null ? "not said" : shown(path, wanted))
            + ". Say the same in the specification, or change the environment");
  }

  private static String shown(String path, Object value) {
    return value instanceof Map || value instanceof List
        ? kind(value)
        : "'" + FlinkConfiguration.shown(path, String.valueOf(value)) + "'";
  }

  /** A default may hold a password where none is looked for: of an object only the kind is said. */
  private static Violation fault(String environment, String path, String wanted, Object is) {
    return new Violation(
        "environment." + path,
        "must be "
            + wanted
            + " in the defaults of environment '"
            + environment
            + "', which win over this application's values; got "
            + kind(is)
            + ". Change the environment");
  }

  private static String kind(Object is) {
    if (is instanceof Map) {
      return "an object";
    }
    if (is instanceof List) {
      return "a list";
    }
    return is instanceof String ? "a text" : String.valueOf(is);
  }
}
