package dev.flinkplatform.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.Failure;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.CheckpointMode;
import dev.flinkplatform.spec.CheckpointRetention;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.MemorySize;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.StateBackend;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A specification as JSON, for the journal: by hand, so that no field's name changes by accident.
 */
final class SpecCodec {

  private SpecCodec() {}

  static ObjectNode write(ApplicationSpec s) {
    ObjectNode o = Json.MAPPER.createObjectNode();
    o.put("name", s.name());
    if (s.isSessionCluster()) {
      o.put("sessionCluster", true);
    }
    o.put("flinkVersion", s.flinkVersion().toString());
    s.image().ifPresent(v -> o.put("image", v));
    ObjectNode job = o.putObject("job");
    strings(job.putArray("jars"), s.job().jars());
    s.job().entryClass().ifPresent(v -> job.put("entryClass", v));
    strings(job.putArray("args"), s.job().args());
    o.put("parallelism", s.parallelism());
    s.jobManager().ifPresent(r -> o.set("jobManager", resources(r)));
    ObjectNode tm = o.putObject("taskManager");
    s.taskManager().resources().ifPresent(r -> tm.set("resources", resources(r)));
    tm.put("slots", s.taskManager().slots());
    s.taskManager().replicas().ifPresent(v -> tm.put("replicas", v));
    ObjectNode c = o.putObject("checkpointing");
    s.checkpointing().interval().ifPresent(v -> c.put("intervalMs", v.toMillis()));
    s.checkpointing().directory().ifPresent(v -> c.put("directory", v));
    c.put("mode", s.checkpointing().mode().name());
    c.put("retention", s.checkpointing().retention().name());
    s.checkpointing().timeout().ifPresent(v -> c.put("timeoutMs", v.toMillis()));
    s.savepointDirectory().ifPresent(v -> o.put("savepointDirectory", v));
    s.stateBackend().ifPresent(v -> o.put("stateBackend", v.name()));
    s.restartStrategy().ifPresent(v -> o.set("restartStrategy", restart(v)));
    highAvailability(o, s.highAvailability());
    map(o.putObject("flinkConfig"), s.flinkConfig());
    map(o.putObject("labels"), s.labels());
    map(o.putObject("environment"), s.environment());
    ObjectNode secrets = o.putObject("secretEnvironment");
    s.secretEnvironment()
        .forEach((k, v) -> secrets.putObject(k).put("secret", v.secret()).put("key", v.key()));
    s.kubernetes().ifPresent(k -> o.set("kubernetes", kubernetes(k)));
    return o;
  }

  /** Reads what {@link #write} wrote; a failure tells nothing of what is there. */
  static ApplicationSpec read(JsonNode o) {
    try {
      return parse(o);
    } catch (InvalidSpecException e) {
      throw unreadable(o, e.violations().stream().map(Violation::path).toList().toString());
    } catch (IllegalArgumentException e) {
      throw unreadable(o, e.getClass().getSimpleName());
    }
  }

  private static BackendFault unreadable(JsonNode o, String why) {
    return BackendFault.permanent(
        Failure.of(
            Failure.Kind.OTHER,
            "The journalled document of '"
                + o.path("name").asText()
                + "' holds a specification that this SDK cannot read: "
                + why),
        null);
  }

  private static ApplicationSpec parse(JsonNode o) {
    ApplicationSpec.Builder b = ApplicationSpec.builder(o.path("name").asText());
    if (o.path("sessionCluster").asBoolean()) {
      b.sessionCluster();
    }
    b.flinkVersion(FlinkVersion.parse(o.path("flinkVersion").asText()));
    text(o, "image", b::image);
    JsonNode job = o.path("job");
    JobSpec.Builder j =
        JobSpec.builder().jars(strings(job.path("jars"))).args(strings(job.path("args")));
    text(job, "entryClass", j::entryClass);
    b.job(j.build());
    b.parallelism(o.path("parallelism").asInt(1));
    if (o.has("jobManager")) {
      b.jobManager(resources(o.path("jobManager")));
    }
    JsonNode t = o.path("taskManager");
    TaskManagerSpec.Builder tm = TaskManagerSpec.builder().slots(t.path("slots").asInt(1));
    if (t.has("resources")) {
      tm.resources(resources(t.path("resources")));
    }
    if (t.has("replicas")) {
      tm.replicas(t.path("replicas").asInt());
    }
    b.taskManager(tm.build());
    JsonNode c = o.path("checkpointing");
    Checkpointing.Builder cb = Checkpointing.builder();
    millis(c, "intervalMs", cb::interval);
    text(c, "directory", cb::directory);
    text(c, "mode", v -> cb.mode(CheckpointMode.valueOf(v)));
    text(c, "retention", v -> cb.retention(CheckpointRetention.valueOf(v)));
    millis(c, "timeoutMs", cb::timeout);
    b.checkpointing(cb.build());
    text(o, "savepointDirectory", b::savepointDirectory);
    text(o, "stateBackend", v -> b.stateBackend(StateBackend.valueOf(v)));
    if (o.has("restartStrategy")) {
      b.restartStrategy(restart(o.path("restartStrategy")));
    }
    b.highAvailability(highAvailability(o.path("highAvailability")));
    b.flinkConfig(map(o.path("flinkConfig")));
    b.labels(map(o.path("labels")));
    b.environment(map(o.path("environment")));
    o.path("secretEnvironment")
        .properties()
        .forEach(
            e ->
                b.putSecretEnvironment(
                    e.getKey(),
                    new SecretRef(
                        e.getValue().path("secret").asText(), e.getValue().path("key").asText())));
    if (o.has("kubernetes")) {
      b.kubernetes(kubernetes(o.path("kubernetes")));
    }
    return b.build();
  }

  private static ObjectNode resources(Resources r) {
    return Json.MAPPER
        .createObjectNode()
        .put("cpu", r.cpu())
        .put("memoryBytes", r.memory().bytes());
  }

  private static Resources resources(JsonNode o) {
    return new Resources(o.path("cpu").asDouble(), new MemorySize(o.path("memoryBytes").asLong()));
  }

  private static ObjectNode restart(RestartStrategy strategy) {
    ObjectNode o = Json.MAPPER.createObjectNode();
    if (strategy instanceof RestartStrategy.FixedDelay s) {
      return o.put("type", "fixedDelay")
          .put("attempts", s.attempts())
          .put("delayMs", s.delay().toMillis());
    } else if (strategy instanceof RestartStrategy.ExponentialDelay s) {
      return o.put("type", "exponentialDelay")
          .put("initialMs", s.initial().toMillis())
          .put("maxMs", s.max().toMillis());
    } else if (strategy instanceof RestartStrategy.FailureRate s) {
      return o.put("type", "failureRate")
          .put("maxFailures", s.maxFailures())
          .put("intervalMs", s.interval().toMillis())
          .put("delayMs", s.delay().toMillis());
    }
    return o.put("type", "none");
  }

  private static RestartStrategy restart(JsonNode o) {
    return switch (o.path("type").asText()) {
      case "fixedDelay" ->
          RestartStrategy.fixedDelay(o.path("attempts").asInt(), millis(o, "delayMs"));
      case "exponentialDelay" ->
          RestartStrategy.exponentialDelay(millis(o, "initialMs"), millis(o, "maxMs"));
      case "failureRate" ->
          RestartStrategy.failureRate(
              o.path("maxFailures").asInt(), millis(o, "intervalMs"), millis(o, "delayMs"));
      default -> RestartStrategy.none();
    };
  }

  private static void highAvailability(ObjectNode o, HighAvailability ha) {
    if (ha instanceof HighAvailability.Kubernetes k) {
      o.putObject("highAvailability")
          .put("type", "kubernetes")
          .put("storageDirectory", k.storageDirectory())
          .put("standbyJobManagers", k.standbyJobManagers());
    } else if (ha instanceof HighAvailability.ZooKeeper z) {
      o.putObject("highAvailability")
          .put("type", "zookeeper")
          .put("quorum", z.quorum())
          .put("storageDirectory", z.storageDirectory())
          .put("standbyJobManagers", z.standbyJobManagers());
    }
  }

  private static HighAvailability highAvailability(JsonNode o) {
    String storage = o.path("storageDirectory").asText();
    int standby = o.path("standbyJobManagers").asInt();
    return switch (o.path("type").asText()) {
      case "kubernetes" -> new HighAvailability.Kubernetes(storage, standby);
      case "zookeeper" ->
          new HighAvailability.ZooKeeper(o.path("quorum").asText(), storage, standby);
      default -> HighAvailability.none();
    };
  }

  private static ObjectNode kubernetes(KubernetesSettings k) {
    ObjectNode o = Json.MAPPER.createObjectNode();
    k.podTemplate().ifPresent(v -> o.put("podTemplate", v));
    ArrayNode volumes = o.putArray("volumes");
    for (KubernetesSettings.Volume v : k.volumes()) {
      volumes
          .addObject()
          .put("name", v.name())
          .put("mountPath", v.mountPath())
          .put("kind", v.kind().name())
          .put("source", v.source());
    }
    map(o.putObject("nodeSelector"), k.nodeSelector());
    k.serviceAccount().ifPresent(v -> o.put("serviceAccount", v));
    return o;
  }

  private static KubernetesSettings kubernetes(JsonNode o) {
    KubernetesSettings.Builder b =
        KubernetesSettings.builder().nodeSelector(map(o.path("nodeSelector")));
    text(o, "podTemplate", b::podTemplate);
    List<KubernetesSettings.Volume> volumes = new ArrayList<>();
    for (JsonNode v : o.path("volumes")) {
      volumes.add(
          new KubernetesSettings.Volume(
              v.path("name").asText(),
              v.path("mountPath").asText(),
              KubernetesSettings.VolumeKind.valueOf(v.path("kind").asText()),
              v.path("source").asText()));
    }
    text(o, "serviceAccount", b::serviceAccount);
    return b.volumes(volumes).build();
  }

  private static void strings(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }

  private static List<String> strings(JsonNode array) {
    List<String> out = new ArrayList<>();
    array.forEach(n -> out.add(n.asText()));
    return out;
  }

  private static void map(ObjectNode o, Map<String, String> values) {
    values.forEach(o::put);
  }

  private static Map<String, String> map(JsonNode o) {
    Map<String, String> out = new LinkedHashMap<>();
    o.properties().forEach(e -> out.put(e.getKey(), e.getValue().asText()));
    return out;
  }

  private static void text(JsonNode o, String field, Consumer<String> sink) {
    @Nullable JsonNode value = o.get(field);
    if (value != null) {
      sink.accept(value.asText());
    }
  }

  private static void millis(JsonNode o, String field, Consumer<Duration> sink) {
    if (o.has(field)) {
      sink.accept(millis(o, field));
    }
  }

  private static Duration millis(JsonNode o, String field) {
    return Duration.ofMillis(o.path(field).asLong());
  }
}
