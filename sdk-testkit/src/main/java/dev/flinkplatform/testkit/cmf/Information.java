package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.spec.MemorySize;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What the server tells of itself: version, licence, sums. */
final class Information {

  private final Store store;
  private final Instant started = Instant.now();

  Information(Store store) {
    this.store = store;
  }

  void register(Router router) {
    router.since(2, 2, "GET", "/cmf/api/v1/system-information", c -> system(router.version()));
    router.since(2, 2, "GET", "/cmf/api/v1/resource-information", c -> resources());
    router.on("GET", "/cmf/api/v1/c3/license", c -> license());
  }

  private static Reply system(Version version) {
    ObjectNode body = Json.object();
    body.putObject("status").put("version", version.text()).put("revision", "testkit");
    return Reply.ok(body);
  }

  private Reply license() {
    ObjectNode body = Json.object().put("kind", "C3LicenseInformation");
    body.putObject("status")
        .put("status", "VALID")
        .put("licenseType", "trial")
        .put("expiration", started.plus(Duration.ofDays(30)).toEpochMilli());
    return Reply.ok(body);
  }

  private Reply resources() {
    ObjectNode body = Json.object();
    ObjectNode status = body.putObject("status");
    ObjectNode resources = status.putObject("resources");
    List<ObjectNode> apps = store.all(Store.Kind.APPLICATION);
    resources.put("environments", store.all(Store.Kind.ENVIRONMENT).size());
    resources.set("applications", count(apps, "status.jobStatus.state"));
    resources.put("computePools", store.all(Store.Kind.POOL).size());
    resources.set("statements", count(store.all(Store.Kind.STATEMENT), "status.phase"));
    resources.put("secrets", store.all(Store.Kind.SECRET).size());
    resources.put("catalogs", store.all(Store.Kind.CATALOG).size());
    int detached = store.below(Store.Kind.SAVEPOINT, "detached").size();
    resources.put("savepoints", store.all(Store.Kind.SAVEPOINT).size() - detached);
    resources.put("detachedSavepoints", detached);
    resources.set("kubernetesClusters", count(store.all(Store.Kind.CLUSTER), "status.state"));
    ObjectNode usage = usageOf(apps);
    double cpu = 0;
    long memory = 0;
    for (JsonNode part : usage) {
      cpu += part.path("cpu").asDouble();
      memory += part.path("memory").asLong();
    }
    status.putObject("resourceSummary").put("cpu", cpu).put("memory", memory);
    return Reply.ok(body);
  }

  static ObjectNode count(List<ObjectNode> documents, String path) {
    ObjectNode out = Json.object();
    for (ObjectNode d : documents) {
      String value = Listing.value(d, path);
      if (!value.isEmpty()) {
        out.put(value, out.path(value).asInt(0) + 1);
      }
    }
    return out;
  }

  static ObjectNode usageOf(List<ObjectNode> applications) {
    ObjectNode sum = usage(Json.object());
    for (ObjectNode application : applications) {
      if (application
          .path("status")
          .path("jobManagerDeploymentStatus")
          .asText()
          .equals("MISSING")) {
        continue;
      }
      ObjectNode one = usage(Applications.effective(application));
      for (String part : List.of("jobManager", "taskManager")) {
        ObjectNode to = Json.child(sum, part);
        to.put("cpu", to.path("cpu").asDouble() + one.path(part).path("cpu").asDouble());
        to.put("memory", to.path("memory").asLong() + one.path(part).path("memory").asLong());
        to.put("count", to.path("count").asInt() + one.path(part).path("count").asInt());
      }
    }
    return sum;
  }

  /** What a specification asks for. */
  static ObjectNode usage(JsonNode spec) {
    ObjectNode out = Json.object();
    int slots = spec.isEmpty() ? 1 : FlinkDocument.slots(spec);
    int taskManagers = spec.isEmpty() ? 0 : (FlinkDocument.parallelism(spec) + slots - 1) / slots;
    part(
        out,
        "jobManager",
        spec,
        spec.isEmpty() ? 0 : spec.path("jobManager").path("replicas").asInt(1));
    part(out, "taskManager", spec, taskManagers);
    return out;
  }

  private static void part(ObjectNode out, String name, JsonNode spec, int count) {
    JsonNode resource = spec.path(name).path("resource");
    long memory;
    try {
      memory =
          resource.has("memory")
              ? MemorySize.parse(
                      resource
                          .path("memory")
                          .asText()
                          .replaceAll("i$", "")
                          .toLowerCase(Locale.ROOT))
                  .bytes()
              : 0;
    } catch (IllegalArgumentException e) {
      memory = 0;
    }
    out.putObject(name)
        .put("cpu", resource.path("cpu").asDouble(1) * count)
        .put("memory", memory * count)
        .put("count", count);
  }
}
