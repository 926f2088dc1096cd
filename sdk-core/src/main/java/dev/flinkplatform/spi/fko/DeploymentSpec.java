package dev.flinkplatform.spi.fko;

import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Writes the {@code spec} of a FlinkDeployment, as the Flink Kubernetes Operator (1.10 to 1.15) and
 * Confluent Manager for Apache Flink take it. The one place that knows it.
 *
 * <p>The document is made of maps, lists, strings, numbers and booleans, so that any JSON or YAML
 * library can write it. All that the SDK decides is said; what it does not decide is left out, and
 * the operator's own defaults hold. Pure and thread-safe.
 */
public final class DeploymentSpec {

  /** The name that the operator gives Flink's container; a pod template must use it. */
  public static final String MAIN_CONTAINER = "flink-main-container";

  /** The service account that the operator's own documentation sets up for Flink's pods. */
  public static final String DEFAULT_SERVICE_ACCOUNT = "flink";

  /**
   * How long the JobManager of a suspended job stays. The operator's own default is a day, and
   * suspending is meant to release what the job used.
   */
  private static final String SHUTDOWN_TTL = "kubernetes.operator.jm-deployment.shutdown-ttl";

  /**
   * Whether a job that is taken down without a savepoint is canceled first, and the operator writes
   * its newest checkpoint down. By default it does so only without high availability, and with it
   * keeps what only the operator itself can start from; written as true unless a specification says
   * otherwise.
   */
  public static final String CANCEL_JOB =
      "kubernetes.operator.job.upgrade.last-state.job-cancel.enabled";

  /** The operator sets them; it refuses a specification that does. */
  private static final List<String> FORBIDDEN =
      List.of("kubernetes.namespace", "kubernetes.cluster-id", "high-availability.cluster-id");

  private DeploymentSpec() {}

  /**
   * Writes the document.
   *
   * @param spec what to run, completed; of a session cluster the job is left out
   * @param intent what is wanted of the job
   * @return a new document; the caller may change it
   * @throws IllegalArgumentException if {@link #check} would find something
   */
  public static Map<String, Object> of(ApplicationSpec spec, JobIntent intent) {
    Map<String, Object> out = new LinkedHashMap<>();
    spec.image().ifPresent(image -> out.put("image", image));
    out.put("flinkVersion", version(spec.flinkVersion()));
    out.put("flinkConfiguration", configuration(spec));
    out.put(
        "serviceAccount",
        spec.kubernetes()
            .flatMap(KubernetesSettings::serviceAccount)
            .orElse(DEFAULT_SERVICE_ACCOUNT));
    podTemplate(spec, out);
    Map<String, Object> jobManager = new LinkedHashMap<>();
    spec.jobManager().ifPresent(r -> jobManager.put("resource", resource(r)));
    jobManager.put("replicas", jobManagers(spec));
    out.put("jobManager", jobManager);
    Map<String, Object> taskManager = new LinkedHashMap<>();
    spec.taskManager().resources().ifPresent(r -> taskManager.put("resource", resource(r)));
    out.put("taskManager", taskManager);
    if (!spec.isSessionCluster()) {
      out.put("job", job(spec, intent));
    }
    return out;
  }

  /**
   * Finds what a FlinkDeployment cannot say, and what the operator would refuse, some of it only
   * long after it accepted the document. Changes nothing.
   *
   * @param spec a completed specification
   * @return every violation
   */
  public static List<Violation> check(ApplicationSpec spec) {
    List<Violation> found = new ArrayList<>();
    if (!spec.isSessionCluster()) {
      if (spec.job().jars().size() > 1) {
        found.add(
            new Violation(
                "job.jars",
                "a FlinkDeployment has one jar, got "
                    + spec.job().jars().size()
                    + ". Put the others into the image, in /opt/flink/lib or usrlib"));
      }
      int needed =
          (spec.parallelism() + spec.taskManager().slots() - 1) / spec.taskManager().slots();
      spec.taskManager()
          .replicas()
          .filter(r -> r != needed)
          .ifPresent(
              r ->
                  found.add(
                      new Violation(
                          "taskManager.replicas",
                          "parallelism "
                              + spec.parallelism()
                              + " and "
                              + spec.taskManager().slots()
                              + " slots make "
                              + needed
                              + " TaskManagers; the operator would change the parallelism to fit, got "
                              + r
                              + ". Leave it out")));
    }
    for (String key : FORBIDDEN) {
      if (spec.flinkConfig().containsKey(key)) {
        found.add(
            new Violation(
                "flinkConfig[" + key + "]",
                "is set by the operator, which refuses it; leave it out"));
      }
    }
    spec.kubernetes()
        .flatMap(KubernetesSettings::podTemplate)
        .ifPresent(
            text -> {
              try {
                Object unused = parsed(text);
              } catch (IllegalArgumentException e) {
                found.add(new Violation("kubernetes.podTemplate", String.valueOf(e.getMessage())));
              }
            });
    return found;
  }

  /**
   * Returns a copy of a document in which everything that may be secret is masked.
   *
   * @param document what {@link #of} wrote, or what a server sent
   * @return the copy
   */
  public static Map<String, Object> shown(Map<String, ?> document) {
    Map<String, Object> out = new LinkedHashMap<>();
    document.forEach(
        (key, value) -> out.put(key, Objects.requireNonNull(masked(key, value, false))));
    return out;
  }

  private static @Nullable Object masked(String key, @Nullable Object value, boolean inEnv) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      map.forEach(
          (k, v) -> {
            Object shown =
                inEnv && "value".equals(k)
                    ? FlinkConfiguration.MASK
                    : masked(String.valueOf(k), v, "env".equals(key) || inEnv);
            out.put(String.valueOf(k), shown == null ? "" : shown);
          });
      return out;
    }
    if (value instanceof List<?> list) {
      List<Object> out = new ArrayList<>();
      for (Object item : list) {
        Object shown = masked(key, item, "env".equals(key) || inEnv);
        out.add(shown == null ? "" : shown);
      }
      return out;
    }
    return value instanceof String text ? FlinkConfiguration.shown(key, text) : value;
  }

  /**
   * Returns the operator's word for a Flink version.
   *
   * @param version the version
   * @return for example {@code v1_20}
   */
  public static String version(FlinkVersion version) {
    return "v" + version.major() + "_" + version.minor();
  }

  /** What has a field of its own is not said twice. */
  private static SortedMap<String, Object> configuration(ApplicationSpec spec) {
    SortedMap<String, Object> out = new TreeMap<>(FlinkConfiguration.of(spec));
    out.remove("parallelism.default");
    if (spec.jobManager().isPresent()) {
      out.remove("jobmanager.memory.process.size");
    }
    if (spec.taskManager().resources().isPresent()) {
      out.remove("taskmanager.memory.process.size");
    }
    out.putIfAbsent(SHUTDOWN_TTL, "1 min");
    if (!spec.isSessionCluster()) {
      out.putIfAbsent(CANCEL_JOB, "true");
    }
    return out;
  }

  private static int jobManagers(ApplicationSpec spec) {
    HighAvailability ha = spec.highAvailability();
    if (ha instanceof HighAvailability.Kubernetes k) {
      return 1 + k.standbyJobManagers();
    }
    return ha instanceof HighAvailability.ZooKeeper z ? 1 + z.standbyJobManagers() : 1;
  }

  private static Map<String, Object> resource(Resources resources) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("cpu", resources.cpu());
    out.put("memory", resources.memory().toString());
    return out;
  }

  private static Map<String, Object> job(ApplicationSpec spec, JobIntent intent) {
    Map<String, Object> out = new LinkedHashMap<>();
    if (spec.job().jars().size() != 1) {
      throw new IllegalArgumentException("One jar is needed, got " + spec.job().jars());
    }
    out.put("jarURI", jarUri(spec.job().jars().get(0)));
    spec.job().entryClass().ifPresent(c -> out.put("entryClass", c));
    if (!spec.job().args().isEmpty()) {
      out.put("args", new ArrayList<>(spec.job().args()));
    }
    out.put("parallelism", spec.parallelism());
    out.put("state", intent.running() ? "running" : "suspended");
    out.put("upgradeMode", intent.upgradeMode().text());
    if (intent.allowNonRestoredState()) {
      out.put("allowNonRestoredState", true);
    }
    intent.initialSavepointPath().ifPresent(path -> out.put("initialSavepointPath", path));
    intent.savepointRedeployNonce().ifPresent(nonce -> out.put("savepointRedeployNonce", nonce));
    return out;
  }

  /** A path is one in the image. */
  private static String jarUri(String jar) {
    return jar.startsWith("/") ? "local://" + jar : jar;
  }

  // ---- pods ----

  private static void podTemplate(ApplicationSpec spec, Map<String, Object> out) {
    boolean needed =
        spec.kubernetes()
                .filter(
                    k ->
                        k.podTemplate().isPresent()
                            || !k.volumes().isEmpty()
                            || !k.nodeSelector().isEmpty())
                .isPresent()
            || !spec.environment().isEmpty()
            || !spec.secretEnvironment().isEmpty();
    if (!needed) {
      return;
    }
    Map<String, Object> pod =
        spec.kubernetes()
            .flatMap(KubernetesSettings::podTemplate)
            .map(DeploymentSpec::parsed)
            .orElseGet(LinkedHashMap::new);
    pod.putIfAbsent("apiVersion", "v1");
    pod.putIfAbsent("kind", "Pod");
    Map<String, Object> podSpec = map(pod, "spec");
    Map<String, Object> main = mainContainer(podSpec);
    List<Object> env = new ArrayList<>();
    new TreeMap<>(spec.environment())
        .forEach((name, value) -> env.add(ordered("name", name, "value", value)));
    new TreeMap<>(spec.secretEnvironment())
        .forEach((name, ref) -> env.add(ordered("name", name, "valueFrom", secret(ref))));
    if (!env.isEmpty()) {
      list(main, "env").addAll(env);
    }
    spec.kubernetes().ifPresent(k -> kubernetes(k, podSpec, main));
    out.put("podTemplate", pod);
  }

  private static void kubernetes(
      KubernetesSettings settings, Map<String, Object> podSpec, Map<String, Object> main) {
    if (!settings.nodeSelector().isEmpty()) {
      map(podSpec, "nodeSelector").putAll(new TreeMap<>(settings.nodeSelector()));
    }
    for (KubernetesSettings.Volume v : settings.volumes()) {
      list(main, "volumeMounts").add(ordered("name", v.name(), "mountPath", v.mountPath()));
      Map<String, Object> source =
          switch (v.kind()) {
            case EMPTY_DIR -> ordered("emptyDir", new LinkedHashMap<>());
            case CONFIG_MAP -> ordered("configMap", ordered("name", v.source()));
            case SECRET -> ordered("secret", ordered("secretName", v.source()));
            case PERSISTENT_VOLUME_CLAIM ->
                ordered("persistentVolumeClaim", ordered("claimName", v.source()));
          };
      Map<String, Object> volume = ordered("name", v.name());
      volume.putAll(source);
      list(podSpec, "volumes").add(volume);
    }
  }

  private static Map<String, Object> secret(SecretRef ref) {
    return ordered("secretKeyRef", ordered("name", ref.secret(), "key", ref.key()));
  }

  @SuppressWarnings("unchecked") // checked by parsed()
  private static Map<String, Object> mainContainer(Map<String, Object> podSpec) {
    List<Object> containers = list(podSpec, "containers");
    for (Object container : containers) {
      if (container instanceof Map<?, ?> m && MAIN_CONTAINER.equals(m.get("name"))) {
        return (Map<String, Object>) m;
      }
    }
    Map<String, Object> main = ordered("name", MAIN_CONTAINER);
    containers.add(main);
    return main;
  }

  /** Reads a pod template; what is not shaped like one is refused. */
  private static Map<String, Object> parsed(String yaml) {
    Object read;
    try {
      read = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException("is no YAML: " + e.getMessage(), e);
    }
    if (!(copied(read) instanceof Map<?, ?> pod)) {
      throw new IllegalArgumentException("must be a pod, that is a map with 'spec', got " + read);
    }
    requireMap(pod.get("spec"), "spec");
    if (pod.get("spec") instanceof Map<?, ?> spec) {
      requireList(spec.get("containers"), "spec.containers");
      requireList(spec.get("volumes"), "spec.volumes");
      requireMap(spec.get("nodeSelector"), "spec.nodeSelector");
      if (spec.get("containers") instanceof List<?> containers) {
        for (Object c : containers) {
          requireMap(c, "spec.containers[]");
          if (c instanceof Map<?, ?> container) {
            requireList(container.get("env"), "spec.containers[].env");
            requireList(container.get("volumeMounts"), "spec.containers[].volumeMounts");
          }
        }
      }
    }
    Map<String, Object> out = new LinkedHashMap<>();
    pod.forEach((k, v) -> out.put(String.valueOf(k), v));
    return out;
  }

  private static void requireMap(@Nullable Object value, String path) {
    if (value != null && !(value instanceof Map)) {
      throw new IllegalArgumentException(path + " must be a map, got " + value);
    }
  }

  private static void requireList(@Nullable Object value, String path) {
    if (value != null && !(value instanceof List)) {
      throw new IllegalArgumentException(path + " must be a list, got " + value);
    }
  }

  private static @Nullable Object copied(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> out = new LinkedHashMap<>();
      map.forEach((k, v) -> out.put(String.valueOf(k), copied(v)));
      return out;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> out = new ArrayList<>();
      list.forEach(item -> out.add(copied(item)));
      return out;
    }
    return value;
  }

  @SuppressWarnings("unchecked") // made here, or checked by parsed()
  private static Map<String, Object> map(Map<String, Object> parent, String key) {
    return (Map<String, Object>) parent.computeIfAbsent(key, k -> new LinkedHashMap<>());
  }

  @SuppressWarnings("unchecked") // made here, or checked by parsed()
  private static List<Object> list(Map<String, Object> parent, String key) {
    return (List<Object>) parent.computeIfAbsent(key, k -> new ArrayList<>());
  }

  private static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      out.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return out;
  }
}
