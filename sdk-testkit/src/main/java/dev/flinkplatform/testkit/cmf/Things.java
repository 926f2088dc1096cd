package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything that is only kept and checked: compute pools, Kafka catalogs and databases, secrets
 * and their mappings, Kubernetes clusters.
 */
final class Things {

  private static final String POOLS = "/cmf/api/v1/environments/{env}/compute-pools";
  private static final String MAPPINGS = "/cmf/api/v1/environments/{env}/secret-mappings";
  private static final String SECRETS = "/cmf/api/v1/secrets";
  private static final String CATALOGS = "/cmf/api/v1/catalogs/kafka";
  private static final String DATABASES = CATALOGS + "/{catalog}/databases";
  private static final String CLUSTERS = "/cmf/api/v1/kubernetes-clusters";
  private static final String MASK = "****";

  private final Store store;
  private final Listing listing;
  private final Version version;

  Things(Store store, Listing listing) {
    this.store = store;
    this.listing = listing;
    this.version = listing.version();
  }

  void register(Router router) {
    pools(router);
    secrets(router);
    catalogs(router);
    clusters(router);
  }

  // ---- what they have in common ----

  private ObjectNode find(Store.Kind kind, String what, String key) {
    return store
        .find(kind, key)
        .orElseThrow(() -> Refusal.notFound(what, key.substring(key.lastIndexOf('/') + 1)));
  }

  /** Checks the envelope; what is below {@code spec} is the caller's. */
  private static String envelope(Rules rules, ObjectNode sent, String kind, boolean needsMetadata) {
    rules.envelope(sent, kind);
    JsonNode metadata = rules.object(sent, "metadata", needsMetadata);
    rules.object(sent, "spec", true);
    rules.strings(metadata, "metadata", "labels");
    rules.strings(metadata, "metadata", "annotations");
    return metadata.isObject() ? rules.name(sent, Rules.NAME, 1, 253) : "";
  }

  /** A name in the body of a PUT must be that of the path. */
  private static void sameName(Rules rules, String inBody, String inPath) {
    if (!inBody.isEmpty() && !inBody.equals(inPath)) {
      rules.add("metadata.name: '" + inBody + "' is not '" + inPath + "' of the path");
    }
  }

  private static ObjectNode stamped(ObjectNode sent, Optional<ObjectNode> before, String name) {
    ObjectNode out = Json.only(sent, "apiVersion", "kind");
    String now = Instant.now().toString();
    ObjectNode metadata = out.putObject("metadata");
    metadata.put("name", name);
    metadata.setAll(Json.only(sent.path("metadata"), "labels", "annotations"));
    metadata.put(
        "creationTimestamp",
        before.flatMap(b -> Json.at(b, "metadata", "creationTimestamp")).orElse(now));
    metadata.put("updateTimestamp", now);
    metadata.put(
        "uid",
        before.flatMap(b -> Json.at(b, "metadata", "uid")).orElse(UUID.randomUUID().toString()));
    return out;
  }

  private void mustBeNew(Store.Kind kind, String what, String key) {
    if (store.find(kind, key).isPresent()) {
      throw Refusal.conflict(
          what + " '" + key.substring(key.lastIndexOf('/') + 1) + "' already exists.");
    }
  }

  private Reply deleted() {
    return Reply.empty(version.isAtLeast(2, 3) ? 204 : 200);
  }

  // ---- compute pools ----

  private void pools(Router router) {
    Listing.Shape shape = Listing.Shape.named().filterable("phase", "status.phase");
    router.on(
        "GET",
        POOLS,
        c -> {
          Environments.require(store, c.parameter("env"));
          return listing.page(c, store.below(Store.Kind.POOL, c.parameter("env")), shape);
        });
    router.on("POST", POOLS, this::createPool);
    router.on("GET", POOLS + "/{pool}", c -> Reply.ok(poolView(c)));
    router.since(2, 3, "PUT", POOLS + "/{pool}", this::updatePool);
    router.on("DELETE", POOLS + "/{pool}", this::deletePool);
  }

  private static String poolKey(Call call) {
    return Store.key(call.parameter("env"), call.parameter("pool"));
  }

  private ObjectNode pool(Call call) {
    Environments.require(store, call.parameter("env"));
    return find(Store.Kind.POOL, "ComputePool", poolKey(call));
  }

  private ObjectNode poolView(Call call) {
    ObjectNode out = Store.shown(pool(call));
    if (call.flag("include-resource-information") && version.isAtLeast(2, 2)) {
      ObjectNode status = Json.child(out, "status");
      List<ObjectNode> statements = store.below(Store.Kind.STATEMENT, call.parameter("env"));
      statements.removeIf(
          s -> !s.path("spec").path("computePoolName").asText().equals(call.parameter("pool")));
      status
          .putObject("resources")
          .set("statements", Information.count(statements, "status.phase"));
      status.set("resourceSummary", Information.usage(Json.object()));
    }
    return out;
  }

  private static String checkPool(Rules rules, ObjectNode sent) {
    String name = envelope(rules, sent, "ComputePool", true);
    JsonNode spec = sent.path("spec");
    rules.oneOf(spec, "spec", "type", true, "DEDICATED", "SHARED");
    rules.oneOf(spec, "spec", "state", false, "RUNNING", "SUSPENDED");
    rules.object(spec, "spec", "clusterSpec", true);
    return name;
  }

  private static void checkPoolContent(JsonNode spec) {
    Rules content = new Rules();
    for (String field : List.of("serviceAccount", "job")) {
      if (spec.path("clusterSpec").has(field)) {
        content.add("spec.clusterSpec." + field + ": must not be set in a compute pool");
      }
    }
    if (spec.has("state") && !spec.path("type").asText().equals("SHARED")) {
      content.add("spec.state: is for pools of type SHARED only");
    }
    content.refuse(422);
  }

  private static void phase(ObjectNode pool) {
    JsonNode spec = pool.path("spec");
    String phase =
        spec.path("type").asText().equals("DEDICATED")
            ? "DEDICATED"
            : spec.path("state").asText("RUNNING");
    pool.putObject("status").put("phase", phase);
  }

  private Reply createPool(Call call) {
    String env = call.parameter("env");
    Environments.require(store, env);
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    String name = checkPool(rules, sent);
    rules.refuse(400);
    mustBeNew(Store.Kind.POOL, "ComputePool", Store.key(env, name));
    checkPoolContent(sent.path("spec"));
    ObjectNode pool = stamped(sent, Optional.empty(), name);
    pool.set("spec", Json.only(sent.path("spec"), "type", "state", "clusterSpec"));
    phase(pool);
    store.put(Store.Kind.POOL, Store.key(env, name), pool);
    return Reply.ok(Store.shown(pool));
  }

  private Reply updatePool(Call call) {
    ObjectNode before = pool(call);
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    sameName(rules, checkPool(rules, sent), call.parameter("pool"));
    if (!sent.path("spec").path("type").equals(before.path("spec").path("type"))) {
      rules.add("spec.type: is immutable");
    }
    rules.refuse(400);
    checkPoolContent(sent.path("spec"));
    if (isUsed(call, "PENDING", "RUNNING", "FAILING")) {
      throw Refusal.conflict(
          "ComputePool '"
              + call.parameter("pool")
              + "' has running statements and cannot be updated.");
    }
    ObjectNode pool = stamped(sent, Optional.of(before), call.parameter("pool"));
    pool.set("spec", Json.only(sent.path("spec"), "type", "state", "clusterSpec"));
    phase(pool);
    store.put(Store.Kind.POOL, poolKey(call), pool);
    return Reply.ok(Store.shown(pool));
  }

  private boolean isUsed(Call call, String... phases) {
    return store.below(Store.Kind.STATEMENT, call.parameter("env")).stream()
        .filter(s -> s.path("spec").path("computePoolName").asText().equals(call.parameter("pool")))
        .anyMatch(
            s ->
                phases.length == 0
                    || List.of(phases).contains(s.path("status").path("phase").asText()));
  }

  private Reply deletePool(Call call) {
    pool(call);
    if (!call.flag("force") && isUsed(call)) {
      throw Refusal.conflict(
          "ComputePool '" + call.parameter("pool") + "' is in use and cannot be deleted.");
    }
    store.remove(Store.Kind.POOL, poolKey(call));
    return deleted();
  }

  // ---- secrets and mappings ----

  private void secrets(Router router) {
    Listing.Shape shape = Listing.Shape.named().searchable("name", "environments");
    router.on(
        "GET",
        SECRETS,
        c -> {
          List<ObjectNode> all = store.all(Store.Kind.SECRET);
          all.replaceAll(this::secretView);
          return listing.page(c, all, shape);
        });
    router.on(
        "POST",
        SECRETS,
        c -> {
          ObjectNode sent = c.document();
          Rules rules = new Rules();
          String name = checkSecret(rules, sent);
          rules.refuse(400);
          mustBeNew(Store.Kind.SECRET, "Secret", name);
          return writeSecret(sent, Optional.empty(), name);
        });
    router.on("GET", SECRETS + "/{secret}", c -> Reply.ok(secretView(secret(c))));
    router.on(
        "PUT",
        SECRETS + "/{secret}",
        c -> {
          ObjectNode before = secret(c);
          Rules rules = new Rules();
          sameName(rules, checkSecret(rules, c.document()), c.parameter("secret"));
          rules.refuse(400);
          return writeSecret(c.document(), Optional.of(before), c.parameter("secret"));
        });
    router.on("DELETE", SECRETS + "/{secret}", this::deleteSecret);
    router.on(
        "GET",
        MAPPINGS,
        c -> {
          Environments.require(store, c.parameter("env"));
          return listing.page(
              c, store.below(Store.Kind.MAPPING, c.parameter("env")), Listing.Shape.named());
        });
    router.on(
        "POST",
        MAPPINGS,
        c -> {
          Environments.require(store, c.parameter("env"));
          String name = checkMapping(c);
          mustBeNew(
              Store.Kind.MAPPING, "EnvironmentSecretMapping", Store.key(c.parameter("env"), name));
          return writeMapping(c, Optional.empty(), name);
        });
    router.on("GET", MAPPINGS + "/{name}", c -> Reply.ok(Store.shown(mapping(c))));
    router.on(
        "PUT",
        MAPPINGS + "/{name}",
        c -> {
          ObjectNode before = mapping(c);
          Rules rules = new Rules();
          sameName(rules, checkMapping(c), c.parameter("name"));
          rules.refuse(400);
          return writeMapping(c, Optional.of(before), c.parameter("name"));
        });
    router.on(
        "DELETE",
        MAPPINGS + "/{name}",
        c -> {
          mapping(c);
          store.remove(Store.Kind.MAPPING, Store.key(c.parameter("env"), c.parameter("name")));
          return deleted();
        });
  }

  private ObjectNode secret(Call call) {
    return find(Store.Kind.SECRET, "Secret", call.parameter("secret"));
  }

  private static String checkSecret(Rules rules, ObjectNode sent) {
    String name = envelope(rules, sent, "Secret", true);
    rules.strings(sent.path("spec"), "spec", "data");
    return name;
  }

  /** Values are neither kept nor shown: only their names are. */
  private Reply writeSecret(ObjectNode sent, Optional<ObjectNode> before, String name) {
    ObjectNode secret = stamped(sent, before, name);
    ObjectNode data = secret.putObject("spec").putObject("data");
    sent.path("spec").path("data").fieldNames().forEachRemaining(k -> data.put(k, MASK));
    int number = before.map(b -> b.path("status").path("version").asInt(0)).orElse(0) + 1;
    secret.putObject("status").put("version", Integer.toString(number));
    store.put(Store.Kind.SECRET, name, secret);
    return Reply.ok(secretView(secret));
  }

  private ObjectNode secretView(ObjectNode secret) {
    ObjectNode out = Store.shown(secret);
    ArrayNode environments = Json.child(out, "status").putArray("environments");
    String name = secret.path("metadata").path("name").asText();
    users(name).forEach(environments::add);
    return out;
  }

  /** The environments in which a secret is mapped. */
  private List<String> users(String secret) {
    return store.keys(Store.Kind.MAPPING).stream()
        .filter(
            k ->
                store
                    .find(Store.Kind.MAPPING, k)
                    .orElseThrow()
                    .path("spec")
                    .path("secretName")
                    .asText()
                    .equals(secret))
        .map(k -> k.substring(0, k.indexOf('/')))
        .distinct()
        .toList();
  }

  private Reply deleteSecret(Call call) {
    secret(call);
    List<String> users = users(call.parameter("secret"));
    if (!users.isEmpty()) {
      throw Refusal.conflict(
          "Secret '"
              + call.parameter("secret")
              + "' is mapped in environments "
              + users
              + " and cannot be deleted.");
    }
    store.remove(Store.Kind.SECRET, call.parameter("secret"));
    return deleted();
  }

  private ObjectNode mapping(Call call) {
    Environments.require(store, call.parameter("env"));
    return find(
        Store.Kind.MAPPING,
        "EnvironmentSecretMapping",
        Store.key(call.parameter("env"), call.parameter("name")));
  }

  private String checkMapping(Call call) {
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    String name = envelope(rules, sent, "EnvironmentSecretMapping", true);
    String secret = rules.text(sent.path("spec"), "spec", "secretName", true);
    rules.refuse(400);
    if (store.find(Store.Kind.SECRET, secret).isEmpty()) {
      throw Refusal.notFound("Secret", secret);
    }
    return name;
  }

  private Reply writeMapping(Call call, Optional<ObjectNode> before, String name) {
    ObjectNode mapping = stamped(call.document(), before, name);
    mapping.set("spec", Json.only(call.document().path("spec"), "secretName"));
    store.put(Store.Kind.MAPPING, Store.key(call.parameter("env"), name), mapping);
    return Reply.ok(Store.shown(mapping));
  }

  // ---- catalogs and databases ----

  private void catalogs(Router router) {
    router.on(
        "GET",
        CATALOGS,
        c -> {
          List<ObjectNode> all = store.all(Store.Kind.CATALOG);
          all.replaceAll(x -> withAccess(x, "srInstance"));
          return listing.page(c, all, Listing.Shape.named());
        });
    router.on(
        "POST",
        CATALOGS,
        c -> {
          ObjectNode sent = c.document();
          Rules rules = new Rules();
          String name = checkCatalog(rules, sent);
          rules.refuse(400);
          mustBeNew(Store.Kind.CATALOG, "KafkaCatalog", name);
          return writeCatalog(sent, Optional.empty(), name, 200);
        });
    router.on("GET", CATALOGS + "/{catalog}", c -> Reply.ok(withAccess(catalog(c), "srInstance")));
    router.since(
        2,
        1,
        "PUT",
        CATALOGS + "/{catalog}",
        c -> {
          ObjectNode before = catalog(c);
          Rules rules = new Rules();
          sameName(rules, checkCatalog(rules, c.document()), c.parameter("catalog"));
          rules.refuse(400);
          writeCatalog(c.document(), Optional.of(before), c.parameter("catalog"), 200);
          return Reply.empty(200);
        });
    router.on(
        "DELETE",
        CATALOGS + "/{catalog}",
        c -> {
          catalog(c);
          if (!store.keysBelow(Store.Kind.DATABASE, c.parameter("catalog")).isEmpty()) {
            throw Refusal.conflict(
                "KafkaCatalog '"
                    + c.parameter("catalog")
                    + "' contains databases and cannot be deleted.");
          }
          store.remove(Store.Kind.CATALOG, c.parameter("catalog"));
          return deleted();
        });
    router.on(
        "GET",
        DATABASES,
        c -> {
          catalog(c);
          List<ObjectNode> all = store.below(Store.Kind.DATABASE, c.parameter("catalog"));
          all.replaceAll(x -> withAccess(x, "kafkaCluster"));
          return listing.page(c, all, Listing.Shape.named());
        });
    router.on(
        "POST",
        DATABASES,
        c -> {
          catalog(c);
          Rules rules = new Rules();
          String name = checkDatabase(rules, c.document());
          rules.refuse(400);
          mustBeNew(Store.Kind.DATABASE, "KafkaDatabase", Store.key(c.parameter("catalog"), name));
          return writeDatabase(c, Optional.empty(), name);
        });
    router.on(
        "GET", DATABASES + "/{database}", c -> Reply.ok(withAccess(database(c), "kafkaCluster")));
    router.since(
        2,
        1,
        "PUT",
        DATABASES + "/{database}",
        c -> {
          ObjectNode before = database(c);
          Rules rules = new Rules();
          sameName(rules, checkDatabase(rules, c.document()), c.parameter("database"));
          rules.refuse(400);
          writeDatabase(c, Optional.of(before), c.parameter("database"));
          return Reply.empty(200);
        });
    router.on(
        "DELETE",
        DATABASES + "/{database}",
        c -> {
          database(c);
          store.remove(
              Store.Kind.DATABASE, Store.key(c.parameter("catalog"), c.parameter("database")));
          return deleted();
        });
  }

  private ObjectNode catalog(Call call) {
    return find(Store.Kind.CATALOG, "KafkaCatalog", call.parameter("catalog"));
  }

  private ObjectNode database(Call call) {
    catalog(call);
    return find(
        Store.Kind.DATABASE,
        "KafkaDatabase",
        Store.key(call.parameter("catalog"), call.parameter("database")));
  }

  private static void connection(Rules rules, JsonNode of, String where) {
    rules.object(of, where, "connectionConfig", true);
    rules.strings(of, where, "connectionConfig");
    rules.text(of, where, "connectionSecretId", false);
  }

  private static String checkCatalog(Rules rules, ObjectNode sent) {
    String name = envelope(rules, sent, "KafkaCatalog", true);
    JsonNode instance = rules.object(sent.path("spec"), "spec", "srInstance", true);
    if (instance.isObject()) {
      connection(rules, instance, "spec.srInstance");
    }
    JsonNode clusters = sent.path("spec").path("kafkaClusters");
    if (!clusters.isMissingNode() && !clusters.isNull() && !clusters.isArray()) {
      rules.add("spec.kafkaClusters: must be a list");
    }
    for (JsonNode cluster : clusters) {
      rules.text(cluster, "spec.kafkaClusters", "databaseName", true);
      connection(rules, cluster, "spec.kafkaClusters");
    }
    return name;
  }

  /** Databases named in the catalog itself become databases of their own. */
  private Reply writeCatalog(
      ObjectNode sent, Optional<ObjectNode> before, String name, int status) {
    ObjectNode catalog = stamped(sent, before, name);
    catalog.set("spec", Json.only(sent.path("spec"), "srInstance", "kafkaClusters"));
    store.put(Store.Kind.CATALOG, name, catalog);
    for (JsonNode cluster : sent.path("spec").path("kafkaClusters")) {
      String key = Store.key(name, cluster.path("databaseName").asText());
      ObjectNode envelope =
          Json.object().put("apiVersion", "cmf.confluent.io/v1").put("kind", "KafkaDatabase");
      ObjectNode database =
          stamped(
              envelope,
              store.find(Store.Kind.DATABASE, key),
              cluster.path("databaseName").asText());
      database
          .putObject("spec")
          .set("kafkaCluster", Json.only(cluster, "connectionConfig", "connectionSecretId"));
      store.put(Store.Kind.DATABASE, key, database);
    }
    return new Reply(status, withAccess(catalog, "srInstance"));
  }

  private static String checkDatabase(Rules rules, ObjectNode sent) {
    String name = envelope(rules, sent, "KafkaDatabase", true);
    JsonNode cluster = rules.object(sent.path("spec"), "spec", "kafkaCluster", true);
    if (cluster.isObject()) {
      connection(rules, cluster, "spec.kafkaCluster");
    }
    return name;
  }

  private Reply writeDatabase(Call call, Optional<ObjectNode> before, String name) {
    ObjectNode database = stamped(call.document(), before, name);
    database.set(
        "spec", Json.only(call.document().path("spec"), "kafkaCluster", "ddlEnvironments"));
    store.put(Store.Kind.DATABASE, Store.key(call.parameter("catalog"), name), database);
    return Reply.ok(withAccess(database, "kafkaCluster"));
  }

  private ObjectNode withAccess(ObjectNode document, String connection) {
    ObjectNode out = Store.shown(document);
    ArrayNode environments = out.putObject("status").putArray("environmentsWithAccess");
    for (String environment : store.keys(Store.Kind.ENVIRONMENT)) {
      if (isVisible(store, environment, document.path("spec").path(connection))) {
        environments.add(environment);
      }
    }
    return out;
  }

  /** What names a secret is seen only in environments in which that is mapped. */
  static boolean isVisible(Store store, String environment, JsonNode connection) {
    return Json.at(connection, "connectionSecretId")
        .map(id -> store.find(Store.Kind.MAPPING, Store.key(environment, id)).isPresent())
        .orElse(true);
  }

  // ---- Kubernetes clusters ----

  /** Writes down the one cluster that is always there. */
  void registerCluster(String name) {
    if (store.find(Store.Kind.CLUSTER, name).isPresent()) {
      return;
    }
    ObjectNode cluster =
        stamped(
            Json.object().put("apiVersion", "cmf.confluent.io/v1").put("kind", "KubernetesCluster"),
            Optional.empty(),
            name);
    cluster.putObject("spec").put("lifecycleState", "ACTIVE");
    cluster
        .putObject("status")
        .put("state", "CONNECTED")
        .put("lastHeartbeatTimestamp", Instant.now().toString())
        .put("kubernetesVersion", "v1.31.0");
    store.put(Store.Kind.CLUSTER, name, cluster);
  }

  private void clusters(Router router) {
    router.since(
        2,
        3,
        "GET",
        CLUSTERS,
        c ->
            listing.page(
                c,
                store.all(Store.Kind.CLUSTER),
                Listing.Shape.named().filterable("state", "status.state")));
    router.since(2, 3, "GET", CLUSTERS + "/{cluster}", c -> Reply.ok(Store.shown(cluster(c))));
    router.since(2, 3, "PUT", CLUSTERS + "/{cluster}", this::updateCluster);
  }

  private ObjectNode cluster(Call call) {
    return find(Store.Kind.CLUSTER, "KubernetesCluster", call.parameter("cluster"));
  }

  private Reply updateCluster(Call call) {
    ObjectNode cluster = cluster(call).deepCopy();
    String name = call.parameter("cluster");
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    sameName(rules, envelope(rules, sent, "KubernetesCluster", true), name);
    rules.oneOf(sent.path("spec"), "spec", "lifecycleState", false, "ACTIVE", "DECOMMISSIONED");
    rules.refuse(400);
    String wanted = sent.path("spec").path("lifecycleState").asText("");
    if (wanted.equals("DECOMMISSIONED")) {
      List<String> users =
          store.all(Store.Kind.ENVIRONMENT).stream()
              .filter(e -> e.path("kubernetesClusterName").asText().equals(name))
              .map(e -> e.path("name").asText())
              .toList();
      if (!users.isEmpty()) {
        throw Refusal.of(
            version.isAtLeast(2, 4) ? 409 : 400,
            "KubernetesCluster '"
                + name
                + "' is used by environments "
                + users
                + " and cannot be decommissioned.");
      }
    }
    ObjectNode metadata = Json.child(cluster, "metadata");
    for (String field : List.of("labels", "annotations")) {
      // Left out or null: kept; {}: cleared.
      JsonNode value = sent.path("metadata").path(field);
      if (value.isObject()) {
        metadata.set(field, value.deepCopy());
      }
    }
    metadata.put("updateTimestamp", Instant.now().toString());
    if (!wanted.isEmpty()) {
      Json.child(cluster, "spec").put("lifecycleState", wanted);
      Json.child(cluster, "status")
          .put("state", wanted.equals("ACTIVE") ? "CONNECTED" : "DECOMMISSIONED");
    }
    store.put(Store.Kind.CLUSTER, name, cluster);
    return Reply.ok(Store.shown(cluster));
  }
}
