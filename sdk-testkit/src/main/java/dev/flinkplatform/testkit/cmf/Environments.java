package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Environments. */
final class Environments {

  static final String DEFAULT_CLUSTER = "default-k8s-cluster";
  private static final String PATH = "/cmf/api/v1/environments";
  private static final Pattern NAMESPACE = Rules.NAME;
  private static final Listing.Shape SHAPE =
      new Listing.Shape(
          Map.of(
              "name", "name",
              "metadata.name", "name",
              "kubernetesNamespace", "kubernetesNamespace",
              "created_time", "created_time",
              "createdTime", "created_time",
              "creationTimestamp", "created_time",
              "updated_time", "updated_time",
              "updatedTime", "updated_time",
              "updateTimestamp", "updated_time"),
          Map.of(),
          List.of("name", "kubernetesNamespace"));

  private final Store store;
  private final Listing listing;
  private final Statements statements;

  Environments(Store store, Listing listing, Statements statements) {
    this.store = store;
    this.listing = listing;
    this.statements = statements;
  }

  void register(Router router) {
    Version version = router.version();
    router.on(
        "GET",
        PATH,
        c -> {
          List<ObjectNode> all = store.all(Store.Kind.ENVIRONMENT);
          all.replaceAll(e -> view(c, e));
          return listing.page(c, all, SHAPE);
        });
    router.on("POST", PATH, c -> upsert(c, version));
    router.on("GET", PATH + "/{env}", c -> Reply.ok(view(c, require(store, c.parameter("env")))));
    router.on("DELETE", PATH + "/{env}", c -> delete(c, version));
    router.since(2, 4, "GET", PATH + "/{env}/catalog", this::catalog);
  }

  static ObjectNode require(Store store, String name) {
    return store
        .find(Store.Kind.ENVIRONMENT, name)
        .orElseThrow(() -> Refusal.notFound("Environment", name));
  }

  private ObjectNode view(Call call, ObjectNode document) {
    ObjectNode out = Store.shown(document);
    String name = document.path("name").asText();
    ObjectNode secrets = out.putObject("secrets");
    for (ObjectNode mapping : store.below(Store.Kind.MAPPING, name)) {
      secrets.put(
          mapping.path("metadata").path("name").asText(),
          mapping.path("spec").path("secretName").asText());
    }
    if (listing.version().isAtLeast(2, 3)) {
      store
          .find(Store.Kind.CLUSTER, out.path("kubernetesClusterName").asText(DEFAULT_CLUSTER))
          .ifPresent(
              c -> Json.child(out, "status").set("kubernetesCluster", c.path("status").deepCopy()));
    } else {
      out.remove("kubernetesClusterName");
    }
    if (call.flag("include-resource-information") && listing.version().isAtLeast(2, 2)) {
      ObjectNode status = Json.child(out, "status");
      ObjectNode resources = status.putObject("resources");
      List<ObjectNode> apps = store.below(Store.Kind.APPLICATION, name);
      resources.set("applications", Information.count(apps, "status.jobStatus.state"));
      resources.set(
          "statements", Information.count(store.below(Store.Kind.STATEMENT, name), "status.phase"));
      status.set("resourceSummary", Information.usageOf(apps));
    }
    return out;
  }

  private Reply upsert(Call call, Version version) {
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    // Only environments may have it at the top, as in CMF 1.
    String name =
        rules.name(
            Json.at(sent, "metadata", "name").or(() -> Json.at(sent, "name")).orElse(""),
            Rules.NAME,
            4,
            253);
    Optional<ObjectNode> existing = store.find(Store.Kind.ENVIRONMENT, name);
    String namespace = rules.text(sent, "", "kubernetesNamespace", existing.isEmpty());
    if (!namespace.isEmpty()
        && !(NAMESPACE.matcher(namespace).matches() && namespace.length() <= 253)) {
      rules.add("kubernetesNamespace: must match \"" + NAMESPACE + "\"");
    }
    String cluster = rules.text(sent, "", "kubernetesClusterName", false);
    if (!cluster.isEmpty() && store.find(Store.Kind.CLUSTER, cluster).isEmpty()) {
      rules.add("Environment's kubernetesClusterName '" + cluster + "' does not exist.");
    }
    rules.object(sent, "flinkApplicationDefaults", false);
    rules.object(sent, "computePoolDefaults", false);
    JsonNode statements = rules.object(sent, "statementDefaults", false);
    for (String kind : List.of("detached", "interactive")) {
      JsonNode of = rules.object(statements, "statementDefaults", kind, false);
      rules.strings(of, "statementDefaults." + kind, "flinkConfiguration");
    }
    JsonNode metadata = rules.object(sent, "metadata", false);
    rules.strings(metadata, "metadata", "labels");
    rules.strings(metadata, "metadata", "annotations");
    existing.ifPresent(
        e -> {
          immutable(rules, e, "kubernetesNamespace", namespace);
          immutable(rules, e, "kubernetesClusterName", cluster);
        });
    rules.refuse(400);
    String now = Instant.now().toString();
    String created = existing.map(e -> e.path("created_time").asText()).orElse(now);
    ObjectNode document = Json.object().put("name", name);
    document.put(
        "kubernetesNamespace",
        existing.map(e -> e.path("kubernetesNamespace").asText()).orElse(namespace));
    document.put(
        "kubernetesClusterName",
        existing
            .map(e -> e.path("kubernetesClusterName").asText())
            .orElse(cluster.isEmpty() ? DEFAULT_CLUSTER : cluster));
    document.setAll(Json.only(sent, "flinkApplicationDefaults", "computePoolDefaults"));
    if (statements.isObject()) {
      // Anything mis-shaped is dropped without a word, as the real server does.
      ObjectNode kept = document.putObject("statementDefaults");
      for (String kind : List.of("detached", "interactive")) {
        if (statements.path(kind).isObject()) {
          kept.set(kind, Json.only(statements.path(kind), "flinkConfiguration"));
        }
      }
    }
    ObjectNode meta = Json.only(metadata, "labels", "annotations");
    meta.put("name", name).put("creationTimestamp", created).put("updateTimestamp", now);
    document.set("metadata", meta);
    document.put("created_time", created).put("updated_time", now);
    store.put(Store.Kind.ENVIRONMENT, name, document);
    return new Reply(
        existing.isPresent() || version.isAtLeast(2, 3) ? 200 : 201, view(call, document));
  }

  private static void immutable(Rules rules, ObjectNode existing, String field, String value) {
    String old = existing.path(field).asText();
    if (!value.isEmpty() && !value.equals(old)) {
      rules.add(field + ": is immutable; it is '" + old + "', got '" + value + "'");
    }
  }

  private Reply delete(Call call, Version version) {
    String name = call.parameter("env");
    require(store, name);
    if (call.flag("force")) {
      for (String key : store.keysBelow(Store.Kind.APPLICATION, name)) {
        String local = Applications.localName(name, key.substring(name.length() + 1));
        store.put(Store.Kind.ORPHAN, local, Json.object().put("name", local));
      }
      store.removeBelow(Store.Kind.APPLICATION, name);
      store.removeBelow(Store.Kind.INSTANCE, name);
      store.removeBelow(Store.Kind.EVENT, name);
      store.removeBelow(Store.Kind.SAVEPOINT, "app", name);
      statements.removeAll(name);
      store.removeBelow(Store.Kind.POOL, name);
      store.removeBelow(Store.Kind.ARTIFACT, name);
    } else {
      inUse(name, Store.Kind.APPLICATION, "applications");
      inUse(name, Store.Kind.STATEMENT, "statements");
      inUse(name, Store.Kind.POOL, "compute pools");
      inUse(name, Store.Kind.ARTIFACT, "artifacts");
    }
    store.removeBelow(Store.Kind.MAPPING, name);
    store.remove(Store.Kind.ENVIRONMENT, name);
    return Reply.empty(version.isAtLeast(2, 3) ? 204 : 200);
  }

  private void inUse(String name, Store.Kind kind, String what) {
    if (!store.keysBelow(kind, name).isEmpty()) {
      throw Refusal.conflict(
          "Environment '" + name + "' still has " + what + " and cannot be deleted.");
    }
  }

  /** What SQL of this environment sees; a catalog whose secret is not mapped is not there. */
  private Reply catalog(Call call) {
    String name = call.parameter("env");
    require(store, name);
    ObjectNode out = Json.object();
    var all = out.putArray("items");
    for (ObjectNode catalog : store.all(Store.Kind.CATALOG)) {
      if (Things.isVisible(store, name, catalog.path("spec").path("srInstance"))) {
        String catalogName = catalog.path("metadata").path("name").asText();
        ObjectNode one = all.addObject().put("name", catalogName);
        var databases = one.putArray("databases");
        for (ObjectNode database : store.below(Store.Kind.DATABASE, catalogName)) {
          if (Things.isVisible(store, name, database.path("spec").path("kafkaCluster"))) {
            databases
                .addObject()
                .put("name", database.path("metadata").path("name").asText())
                .put(
                    "creationTimestamp",
                    database.path("metadata").path("creationTimestamp").asText());
          }
        }
      }
    }
    return Reply.ok(out);
  }
}
