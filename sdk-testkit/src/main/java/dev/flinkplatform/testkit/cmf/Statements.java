package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** SQL statements. What they do is a {@link SqlEngine}'s. */
final class Statements {

  static final String PATH = "/cmf/api/v1/environments/{env}/statements";
  private static final String ONE = PATH + "/{statement}";
  private static final Listing.Shape SHAPE =
      Listing.Shape.named().filterable("phase", "status.phase").searchable("name", "statement");

  private final Store store;
  private final Listing listing;
  private final SqlEngine engine;
  private final Duration interval;
  private final Runnable wake;

  Statements(Store store, Listing listing, SqlEngine engine, Duration interval, Runnable wake) {
    this.store = store;
    this.listing = listing;
    this.interval = interval;
    this.engine = engine;
    this.wake = wake;
  }

  void register(Router router) {
    router.on("GET", PATH, this::list);
    router.on("POST", PATH, this::create);
    router.on("GET", ONE, this::get);
    router.on("PUT", ONE, this::update);
    router.on("DELETE", ONE, this::delete);
    router.on("GET", ONE + "/results", this::results);
    router.on("GET", ONE + "/exceptions", this::exceptions);
  }

  private static String key(Call call) {
    return Store.key(call.parameter("env"), call.parameter("statement"));
  }

  ObjectNode find(Call call) {
    Environments.require(store, call.parameter("env"));
    return store
        .find(Store.Kind.STATEMENT, key(call))
        .orElseThrow(() -> Refusal.notFound("Statement", call.parameter("statement")));
  }

  private Reply list(Call call) {
    Environments.require(store, call.parameter("env"));
    List<ObjectNode> all = store.below(Store.Kind.STATEMENT, call.parameter("env"));
    call.query("compute-pool")
        .ifPresent(
            p -> all.removeIf(s -> !s.path("spec").path("computePoolName").asText().equals(p)));
    call.query("phase")
        .ifPresent(
            p -> {
              if (!List.of(
                      "pending", "running", "completed", "deleting", "failing", "failed", "stopped")
                  .contains(p)) {
                throw Refusal.badRequest("Parameter 'phase' has an unknown value '" + p + "'.");
              }
              all.removeIf(
                  s -> !s.path("status").path("phase").asText().equals(p.toUpperCase(Locale.ROOT)));
            });
    call.query("name").ifPresent(n -> all.removeIf(Listing.filter("name=" + n, SHAPE).negate()));
    return listing.page(call, all, SHAPE);
  }

  private Reply get(Call call) {
    ObjectNode out = Store.shown(find(call));
    if (call.flag("include-resource-information")) {
      Json.child(out, "status").set("resourceSummary", Information.usage(Json.object()));
    }
    return Reply.ok(out);
  }

  private static String check(Rules rules, ObjectNode sent) {
    rules.envelope(sent, "Statement");
    JsonNode metadata = rules.object(sent, "metadata", true);
    JsonNode spec = rules.object(sent, "spec", true);
    rules.strings(metadata, "metadata", "labels");
    rules.strings(metadata, "metadata", "annotations");
    rules.text(spec, "spec", "statement", true);
    rules.text(spec, "spec", "computePoolName", true);
    rules.strings(spec, "spec", "properties");
    rules.strings(spec, "spec", "flinkConfiguration");
    rules.integer(spec, "spec", "parallelism");
    rules.bool(spec, "spec", "stopped");
    rules.object(spec, "spec", "startFromSavepoint", false);
    return metadata.isObject() ? rules.name(sent, Rules.NAME, 1, 100) : "";
  }

  private static ObjectNode spec(ObjectNode sent) {
    ObjectNode out =
        Json.only(
            sent.path("spec"),
            "statement",
            "computePoolName",
            "properties",
            "flinkConfiguration",
            "parallelism",
            "stopped",
            "startFromSavepoint");
    if (!out.has("parallelism")) {
      out.put("parallelism", 1);
    }
    if (!out.has("stopped")) {
      out.put("stopped", false);
    }
    return out;
  }

  private Reply create(Call call) {
    String env = call.parameter("env");
    ObjectNode environment = Environments.require(store, env);
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    String name = check(rules, sent);
    rules.refuse(400);
    String key = Store.key(env, name);
    if (store.find(Store.Kind.STATEMENT, key).isPresent()) {
      throw Refusal.conflict("Statement '" + name + "' already exists.");
    }
    ObjectNode spec = spec(sent);
    String poolName = spec.path("computePoolName").asText();
    ObjectNode pool =
        store
            .find(Store.Kind.POOL, Store.key(env, poolName))
            .orElseThrow(() -> Refusal.notFound("ComputePool", poolName));
    if (pool.path("status").path("phase").asText().equals("SUSPENDED")) {
      throw listing.version().isAtLeast(2, 4)
          ? Refusal.conflict("ComputePool '" + poolName + "' is not running.")
          : Refusal.of(422, "ComputePool '" + poolName + "' is not running.");
    }
    content(spec);
    if (spec.has("startFromSavepoint")) {
      throw Refusal.of(422, "spec.startFromSavepoint: only an update may have it");
    }
    ObjectNode document = Json.object();
    document.put("apiVersion", sent.path("apiVersion").asText()).put("kind", "Statement");
    String now = Instant.now().toString();
    ObjectNode metadata = document.putObject("metadata").put("name", name);
    metadata.setAll(Json.only(sent.path("metadata"), "labels", "annotations"));
    metadata
        .put("creationTimestamp", now)
        .put("updateTimestamp", now)
        .put("uid", UUID.randomUUID().toString());
    document.set("spec", spec);
    document.putObject("status").put("phase", "PENDING").put("detail", "Statement is pending.");
    ObjectNode internal = document.putObject(Store.INTERNAL);
    // The environment's defaults win, here too.
    String kind = SqlEngine.isQuery(spec.path("statement").asText()) ? "interactive" : "detached";
    ObjectNode configuration = Json.object();
    configuration.setAll(Json.only(spec, "flinkConfiguration"));
    JsonNode merged =
        Json.merged(configuration, environment.path("statementDefaults").path(kind))
            .path("flinkConfiguration");
    if (SqlEngine.kind(spec.path("statement").asText()).equals("INSERT_INTO")
        && !merged.has("execution.checkpointing.interval")) {
      throw Refusal.of(
          422, "spec.flinkConfiguration: an INSERT needs execution.checkpointing.interval");
    }
    internal.set("configuration", merged);
    store.put(Store.Kind.STATEMENT, key, document);
    wake.run();
    return Reply.ok(Store.shown(document));
  }

  /** What is wrong with it although it is well-formed. */
  private static void content(ObjectNode spec) {
    Rules rules = new Rules();
    if (spec.path("parallelism").asInt() < 1) {
      rules.add("spec.parallelism: must be at least 1");
    }
    SqlEngine.fault(spec.path("statement").asText()).ifPresent(rules::add);
    rules.refuse(422);
  }

  private Reply update(Call call) {
    ObjectNode document = find(call).deepCopy();
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    String name = check(rules, sent);
    if (!name.isEmpty() && !name.equals(call.parameter("statement"))) {
      rules.add(
          "metadata.name: '" + name + "' is not '" + call.parameter("statement") + "' of the path");
    }
    rules.refuse(400);
    ObjectNode spec = spec(sent);
    content(spec);
    JsonNode before = document.path("spec");
    Rules content = new Rules();
    for (String field :
        List.of("statement", "computePoolName", "properties", "flinkConfiguration")) {
      if (!spec.path(field).equals(before.path(field))) {
        content.add("spec." + field + ": is immutable");
      }
    }
    String phase = document.path("status").path("phase").asText();
    boolean stop = spec.path("stopped").asBoolean();
    if (!stop && before.path("stopped").asBoolean() && !phase.equals("STOPPED")) {
      content.add("A statement can be resumed in phase STOPPED only, it is " + phase);
    }
    if (phase.equals("DELETING")) {
      content.add("Statement '" + call.parameter("statement") + "' is being deleted");
    }
    content.refuse(422);
    ObjectNode internal = Json.child(document, Store.INTERNAL);
    long nonce = internal.path("startNonce").asLong();
    Savepoints.startFrom(
        store,
        "stmt",
        key(call),
        before.path("startFromSavepoint"),
        spec.path("startFromSavepoint"),
        internal);
    if (internal.path("startNonce").asLong() != nonce) {
      internal.remove("savepoint"); // The one it was stopped with is older than this wish.
    }
    document.set("spec", spec);
    Json.child(document, "metadata").put("updateTimestamp", Instant.now().toString());
    store.put(Store.Kind.STATEMENT, key(call), document);
    wake.run();
    return Reply.empty(200);
  }

  private Reply delete(Call call) {
    ObjectNode document = find(call);
    if (call.flag("force")) {
      engine.remove(document);
      removed(call.parameter("env"), call.parameter("statement"));
      return Reply.empty(listing.version().isAtLeast(2, 3) ? 204 : 200);
    }
    Json.child(document, "status")
        .put("phase", "DELETING")
        .put("detail", "Statement is being deleted.");
    Store.removeLater(document, interval);
    store.put(Store.Kind.STATEMENT, key(call), document);
    return Reply.empty(202);
  }

  /** Removes all statements of an environment at once, and what runs of them. */
  void removeAll(String env) {
    store.below(Store.Kind.STATEMENT, env).forEach(engine::remove);
    store.removeBelow(Store.Kind.STATEMENT, env);
    store.removeBelow(Store.Kind.SAVEPOINT, "stmt", env);
  }

  void removed(String env, String statement) {
    store.remove(Store.Kind.STATEMENT, Store.key(env, statement));
    store.removeBelow(Store.Kind.SAVEPOINT, "stmt", env, statement);
  }

  private Reply results(Call call) {
    ObjectNode document = find(call);
    if (!document.path("status").path("traits").path("sqlKind").asText().equals("SELECT")) {
      throw Refusal.badRequest(
          "Statement '" + call.parameter("statement") + "' has no results to fetch.");
    }
    Optional<SqlEngine.Page> page = engine.results(document, call.query("page-token"));
    if (page.isEmpty()) {
      throw Refusal.of(
          410, "The results of statement '" + call.parameter("statement") + "' are gone.");
    }
    ObjectNode body = result(page.get().rows());
    page.get()
        .nextToken()
        .ifPresent(
            t -> Json.child(Json.child(body, "metadata"), "annotations").put("nextPageToken", t));
    return Reply.ok(body);
  }

  static ObjectNode result(ArrayNode rows) {
    ObjectNode body =
        Json.object().put("apiVersion", "cmf.confluent.io/v1").put("kind", "StatementResult");
    body.putObject("metadata").put("creationTimestamp", Instant.now().toString());
    body.putObject("results").set("data", rows);
    return body;
  }

  private Reply exceptions(Call call) {
    ObjectNode document = find(call);
    ObjectNode body =
        Json.object()
            .put("apiVersion", "cmf.confluent.io/v1")
            .put("kind", "StatementExceptionList");
    ArrayNode data = body.putArray("data");
    document.path(Store.INTERNAL).path("exceptions").forEach(data::add);
    return Reply.ok(body);
  }

  URI webUi(String env, String statement) {
    Environments.require(store, env);
    if (store.find(Store.Kind.STATEMENT, Store.key(env, statement)).isEmpty()) {
      throw Refusal.notFound("Statement", statement);
    }
    return engine
        .webUi()
        .orElseThrow(
            () ->
                Refusal.of(
                    503, "The Flink cluster of statement '" + statement + "' is not reachable."));
  }

  // ---- the reconciler's part ----

  /** Takes one step with a statement; the lock is held. */
  void step(String env, String statement, ObjectNode document) {
    if (Store.isRemovedLater(document)) {
      engine.remove(document);
      if (Store.isRemovable(document)) {
        removed(env, statement);
      }
    } else if (engine.step(env, document)) {
      Json.child(document, "metadata").put("updateTimestamp", Instant.now().toString());
      store.put(Store.Kind.STATEMENT, Store.key(env, statement), document);
    }
  }

  /** Notes what went wrong, before what did so earlier. */
  static void exception(ObjectNode document, String name, String message) {
    ObjectNode internal = Json.child(document, Store.INTERNAL);
    ArrayNode old = internal.path("exceptions") instanceof ArrayNode a ? a : Json.array();
    ArrayNode all = internal.putArray("exceptions");
    all.addObject()
        .put("apiVersion", "cmf.confluent.io/v1")
        .put("kind", "StatementException")
        .put("name", name)
        .put("message", message)
        .put("timestamp", Instant.now().toString());
    old.forEach(
        e -> {
          if (all.size() < 10) {
            all.add(e);
          }
        });
  }
}
