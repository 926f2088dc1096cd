package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.MemorySize;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.TaskManagerSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The specification of a FlinkDeployment, the document that CMF shares with the Flink Kubernetes
 * Operator: what the operator's validator says of it, what kind of change leads from one to
 * another, and what it means to the local backend. The rules are those of the operator 1.15
 * (DefaultValidator, SpecDiff).
 */
final class FlinkDocument {

  /** What a change of the specification makes the operator do. */
  enum Change {
    NONE,
    SCALE,
    REDEPLOY,
    UPGRADE
  }

  static final Pattern NAME = Pattern.compile("[a-z]([-a-z0-9]{0,43}[a-z0-9])?");
  private static final Pattern VERSION = Pattern.compile("v(\\d+)_(\\d+)");
  private static final Pattern QUANTITY = Pattern.compile("(\\d+)\\s*(Ki|Mi|Gi|Ti)");
  private static final Set<String> FORBIDDEN =
      Set.of("kubernetes.namespace", "kubernetes.cluster-id", "high-availability.cluster-id");
  private static final Set<String> IGNORED =
      Set.of(
          "job.upgradeMode",
          "job.initialSavepointPath",
          "job.allowNonRestoredState",
          "job.savepointTriggerNonce",
          "job.checkpointTriggerNonce",
          "job.autoscalerResetNonce");
  private static final String CONFIGURATION = "flinkConfiguration.";
  private static final String OVERRIDES =
      CONFIGURATION + "pipeline.jobvertex-parallelism-overrides";
  private static final List<String> CHECKPOINT_DIRECTORY =
      List.of("execution.checkpointing.dir", "state.checkpoints.dir");
  private static final List<String> SAVEPOINT_DIRECTORY =
      List.of("execution.checkpointing.savepoint-dir", "state.savepoints.dir");

  private FlinkDocument() {}

  static boolean isSuspended(JsonNode spec) {
    return spec.path("job").path("state").asText("running").equals("suspended");
  }

  static String upgradeMode(JsonNode spec) {
    return spec.path("job").path("upgradeMode").asText("stateless");
  }

  /** Flink's configuration, flat; nested YAML is flattened. */
  static Map<String, String> configuration(JsonNode spec) {
    Map<String, String> out = new LinkedHashMap<>();
    flatten("", spec.path("flinkConfiguration"), out);
    return out;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> out) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> f : node.properties()) {
        flatten(prefix.isEmpty() ? f.getKey() : prefix + "." + f.getKey(), f.getValue(), out);
      }
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(i -> items.add(i.asText()));
      out.put(prefix, String.join(";", items));
    } else if (!node.isNull() && !node.isMissingNode()) {
      out.put(prefix, node.asText());
    }
  }

  // ---- validation ----

  /** Everything the operator's validator would refuse; it tells one at a time, this tells all. */
  static List<String> faults(JsonNode spec) {
    List<String> out = new ArrayList<>();
    String version = spec.path("flinkVersion").asText("");
    Matcher m = VERSION.matcher(version);
    if (version.isEmpty()) {
      out.add("Flink Version must be defined.");
    } else if (!m.matches()) {
      out.add("spec.flinkVersion: '" + version + "' is none of v1_15 to v2_4.");
    }
    Map<String, String> configuration = configuration(spec);
    for (String key : new TreeSet<>(FORBIDDEN)) {
      if (configuration.containsKey(key)) {
        out.add("Forbidden Flink config key: " + key);
      }
    }
    JsonNode job = spec.path("job");
    if (!job.isObject()) {
      out.add("spec.job must be defined: only application clusters are supported.");
    } else {
      job(spec, job, configuration, out);
    }
    memory("JobManager", spec.path("jobManager"), "jobmanager.memory.", configuration, out);
    memory("TaskManager", spec.path("taskManager"), "taskmanager.memory.", configuration, out);
    int replicas = spec.path("jobManager").path("replicas").asInt(1);
    if (replicas < 1) {
      out.add("JobManager replicas should not be configured less than one.");
    } else if (replicas > 1 && !isHighlyAvailable(configuration)) {
      out.add("High availability should be enabled when starting standby JobManagers.");
    }
    if (spec.path("serviceAccount").asText("").isBlank()) {
      out.add("spec.serviceAccount must be defined.");
    }
    return out;
  }

  private static void job(
      JsonNode spec, JsonNode job, Map<String, String> configuration, List<String> out) {
    String state = job.path("state").asText("running");
    if (!Set.of("running", "suspended").contains(state)) {
      out.add("spec.job.state: must be running or suspended, got '" + state + "'.");
    }
    String mode = upgradeMode(spec);
    if (!Set.of("stateless", "savepoint", "last-state").contains(mode)) {
      out.add(
          "spec.job.upgradeMode: must be stateless, savepoint or last-state, got '" + mode + "'.");
    } else if (!mode.equals("stateless") && first(configuration, CHECKPOINT_DIRECTORY).isEmpty()) {
      out.add(
          "Checkpoint directory[execution.checkpointing.dir] must be defined for last-state and"
              + " savepoint upgrade modes");
    }
    if (mode.equals("savepoint") && first(configuration, SAVEPOINT_DIRECTORY).isEmpty()) {
      out.add(
          "Job could not be upgraded with savepoint while config"
              + " key[execution.checkpointing.savepoint-dir] is not set");
    }
    JsonNode replicas = spec.path("taskManager").path("replicas");
    if (replicas.isNumber() && replicas.asInt() < 1) {
      out.add("TaskManager replicas must be larger than 0");
    }
    if (!replicas.isNumber() && job.path("parallelism").asInt(0) < 1) {
      out.add("Job parallelism must be larger than 0");
    }
  }

  private static void memory(
      String who,
      JsonNode section,
      String prefix,
      Map<String, String> configuration,
      List<String> out) {
    String memory = section.path("resource").path("memory").asText("");
    if (memory.isEmpty()) {
      if (configuration.keySet().stream()
          .noneMatch(k -> k.startsWith(prefix) && k.endsWith(".size"))) {
        out.add(
            who
                + " resource memory must be defined using `spec."
                + who.substring(0, 1).toLowerCase(Locale.ROOT)
                + who.substring(1)
                + ".resource.memory`");
      }
      return;
    }
    try {
      memory(memory);
    } catch (IllegalArgumentException e) {
      out.add(who + " resource memory parse error: '" + memory + "'");
    }
  }

  private static MemorySize memory(String text) {
    Matcher m = QUANTITY.matcher(text);
    if (m.matches()) {
      int shift =
          switch (m.group(2)) {
            case "Ki" -> 10;
            case "Mi" -> 20;
            case "Gi" -> 30;
            default -> 40;
          };
      return new MemorySize(Long.parseLong(m.group(1)) << shift);
    }
    return MemorySize.parse(text);
  }

  static boolean isHighlyAvailable(Map<String, String> configuration) {
    String type =
        configuration.getOrDefault(
            "high-availability.type", configuration.getOrDefault("high-availability", "none"));
    return !type.equalsIgnoreCase("none");
  }

  private static String first(Map<String, String> configuration, List<String> keys) {
    return keys.stream()
        .map(k -> configuration.getOrDefault(k, ""))
        .filter(v -> !v.isBlank())
        .findFirst()
        .orElse("");
  }

  // ---- difference ----

  static Change change(ObjectNode before, ObjectNode after) {
    Set<String> paths = new TreeSet<>();
    changed("", before, after, paths);
    String oldRestart = before.path("restartNonce").asText("");
    String newRestart = after.path("restartNonce").asText("");
    if (newRestart.isEmpty() || newRestart.equals(oldRestart)) {
      paths.remove("restartNonce");
    }
    String nonce = after.path("job").path("savepointRedeployNonce").asText("");
    boolean redeploy = paths.remove("job.savepointRedeployNonce") && !nonce.isEmpty();
    paths.removeIf(
        p ->
            IGNORED.contains(p)
                || p.startsWith(CONFIGURATION + "kubernetes.operator")
                || p.startsWith(CONFIGURATION + "job.autoscaler")
                || p.equals(CONFIGURATION + "parallelism.default"));
    if (isSuspended(before) == isSuspended(after)) {
      paths.remove("job.state");
    }
    if (redeploy) {
      return Change.REDEPLOY;
    }
    if (paths.isEmpty()) {
      return Change.NONE;
    }
    boolean standalone = after.path("mode").asText("native").equals("standalone");
    Set<String> scaling =
        standalone ? Set.of("job.parallelism", "taskManager.replicas") : Set.of(OVERRIDES);
    return scaling.containsAll(paths) ? Change.SCALE : Change.UPGRADE;
  }

  private static void changed(String prefix, JsonNode before, JsonNode after, Set<String> out) {
    if (prefix.equals("flinkConfiguration")) {
      Map<String, String> a = new LinkedHashMap<>();
      Map<String, String> b = new LinkedHashMap<>();
      flatten("", before, a);
      flatten("", after, b);
      Set<String> keys = new TreeSet<>(a.keySet());
      keys.addAll(b.keySet());
      keys.stream()
          .filter(k -> !Objects.equals(a.get(k), b.get(k)))
          .forEach(k -> out.add(CONFIGURATION + k));
      return;
    }
    boolean open = prefix.isEmpty() || Set.of("job", "taskManager", "jobManager").contains(prefix);
    if (open
        && (before.isObject() || before.isMissingNode())
        && (after.isObject() || after.isMissingNode())) {
      Set<String> names = new TreeSet<>();
      before.fieldNames().forEachRemaining(names::add);
      after.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        changed(
            prefix.isEmpty() ? name : prefix + "." + name,
            before.path(name),
            after.path(name),
            out);
      }
    } else if (!before.equals(after)) {
      out.add(prefix);
    }
  }

  // ---- translation ----

  static int slots(JsonNode spec) {
    return Integer.parseInt(
        configuration(spec).getOrDefault("taskmanager.numberOfTaskSlots", "1").trim());
  }

  static int parallelism(JsonNode spec) {
    JsonNode replicas = spec.path("taskManager").path("replicas");
    return replicas.isNumber()
        ? replicas.asInt() * slots(spec)
        : spec.path("job").path("parallelism").asInt(1);
  }

  /**
   * What a specification means to the local backend. The image and everything about pods but their
   * environment is left out.
   *
   * @param quorum gives the ZooKeeper that stands in for Kubernetes' high availability
   * @throws RuntimeException if it means nothing
   */
  static ApplicationSpec toLocal(
      String name,
      JsonNode spec,
      BiFunction<FlinkVersion, String, String> jars,
      Supplier<String> quorum) {
    Matcher version = VERSION.matcher(spec.path("flinkVersion").asText());
    if (!version.matches()) {
      throw new IllegalArgumentException(
          "flinkVersion '" + spec.path("flinkVersion").asText() + "'");
    }
    FlinkVersion flink = FlinkVersion.parse(version.group(1) + "." + version.group(2));
    Map<String, String> configuration = configuration(spec);
    configuration
        .keySet()
        .removeIf(k -> k.startsWith("kubernetes.") || k.startsWith("job.autoscaler."));
    configuration.remove("parallelism.default");
    int slots = slots(spec);
    configuration.remove("taskmanager.numberOfTaskSlots");
    ApplicationSpec.Builder b =
        ApplicationSpec.builder(name).flinkVersion(flink).parallelism(parallelism(spec));
    TaskManagerSpec.Builder taskManager = TaskManagerSpec.builder().slots(slots);
    JsonNode replicas = spec.path("taskManager").path("replicas");
    if (replicas.isNumber()) {
      taskManager.replicas(replicas.asInt());
    }
    JsonNode resource = spec.path("taskManager").path("resource");
    if (resource.has("memory")) {
      configuration.remove("taskmanager.memory.process.size");
      taskManager.resources(resources(resource));
    }
    resource = spec.path("jobManager").path("resource");
    if (resource.has("memory")) {
      configuration.remove("jobmanager.memory.process.size");
      b.jobManager(resources(resource));
    }
    b.taskManager(taskManager.build());
    highAvailability(b, spec, configuration, quorum);
    b.job(job(spec.path("job"), configuration, jar -> jars.apply(flink, jar)));
    environment(b, spec.path("podTemplate"));
    environment(b, spec.path("jobManager").path("podTemplate"));
    environment(b, spec.path("taskManager").path("podTemplate"));
    return b.flinkConfig(configuration).build();
  }

  private static Resources resources(JsonNode resource) {
    return new Resources(
        resource.path("cpu").asDouble(1), memory(resource.path("memory").asText()));
  }

  private static JobSpec job(
      JsonNode job, Map<String, String> configuration, Function<String, String> jars) {
    List<String> all = new ArrayList<>();
    Json.at(job, "jarURI").ifPresent(j -> all.add(jars.apply(j)));
    String more = configuration.remove("pipeline.jars");
    if (more != null) {
      for (String jar : more.split("[;,]", -1)) {
        all.add(jars.apply(jar.trim()));
      }
    }
    JobSpec.Builder b = JobSpec.builder().jars(all);
    Json.at(job, "entryClass").ifPresent(b::entryClass);
    List<String> args = new ArrayList<>();
    job.path("args").forEach(a -> args.add(a.asText()));
    return b.args(args).build();
  }

  private static void highAvailability(
      ApplicationSpec.Builder b,
      JsonNode spec,
      Map<String, String> configuration,
      Supplier<String> quorum) {
    if (isHighlyAvailable(configuration)) {
      String given = configuration.remove("high-availability.zookeeper.quorum");
      String storage = configuration.getOrDefault("high-availability.storageDir", "");
      b.highAvailability(
          new HighAvailability.ZooKeeper(
              given == null ? quorum.get() : given,
              storage,
              spec.path("jobManager").path("replicas").asInt(1) - 1));
    }
    configuration.remove("high-availability");
    configuration.remove("high-availability.type");
    configuration.remove("high-availability.storageDir");
  }

  private static void environment(ApplicationSpec.Builder b, JsonNode template) {
    for (JsonNode container : template.path("spec").path("containers")) {
      if (container.path("name").asText().equals("flink-main-container")) {
        for (JsonNode variable : container.path("env")) {
          String name = variable.path("name").asText();
          JsonNode secret = variable.path("valueFrom").path("secretKeyRef");
          if (secret.isObject()) {
            b.putSecretEnvironment(
                name, new SecretRef(secret.path("name").asText(), secret.path("key").asText()));
          } else {
            b.putEnvironment(name, variable.path("value").asText());
          }
        }
      }
    }
  }
}
