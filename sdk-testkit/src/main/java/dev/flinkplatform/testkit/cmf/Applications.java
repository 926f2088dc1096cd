package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Flink applications, their instances and events. */
final class Applications {

  private static final int KEPT = 100;
  static final String PATH = "/cmf/api/v1/environments/{env}/applications";
  private static final String ONE = PATH + "/{app}";

  private static final Listing.Shape APPLICATIONS =
      Listing.Shape.named().filterable("state", "status.jobStatus.state");
  private static final Listing.Shape EVENTS =
      Listing.Shape.named()
          .filterable("type", "status.type")
          .searchable("message", "flinkApplicationInstance");

  private final Store store;
  private final Listing listing;
  private final Duration interval;
  private final Runnable wake;

  Applications(Store store, Listing listing, Duration interval, Runnable wake) {
    this.store = store;
    this.listing = listing;
    this.interval = interval;
    this.wake = wake;
  }

  void register(Router router) {
    router.on("GET", PATH, this::list);
    router.on("POST", PATH, this::upsert);
    router.on("GET", ONE, c -> Reply.ok(view(c, find(c))));
    router.on("DELETE", ONE, c -> delete(c, router.version()));
    router.on("POST", ONE + "/start", this::start);
    router.on("POST", ONE + "/suspend", this::suspend);
    router.on("GET", ONE + "/instances", this::instances);
    router.on("GET", ONE + "/instances/{instance}", this::instance);
    router.on(
        "GET",
        "/cmf/api/v1alpha1/environments/{env}/applications/{app}/events",
        c -> {
          find(c);
          return listing.page(
              c, store.below(Store.Kind.EVENT, c.parameter("env"), c.parameter("app")), EVENTS);
        });
  }

  // ---- reading ----

  private Reply list(Call call) {
    Environments.require(store, call.parameter("env"));
    List<ObjectNode> all = store.below(Store.Kind.APPLICATION, call.parameter("env"));
    if (call.flag("include-resource-information")) {
      all.replaceAll(d -> view(call, d));
    }
    return listing.page(call, all, APPLICATIONS);
  }

  ObjectNode find(Call call) {
    Environments.require(store, call.parameter("env"));
    return store
        .find(Store.Kind.APPLICATION, Store.key(call.parameter("env"), call.parameter("app")))
        .orElseThrow(() -> Refusal.notFound("Application", call.parameter("app")));
  }

  private static ObjectNode view(Call call, ObjectNode document) {
    ObjectNode shown = Store.shown(document);
    if (call.flag("include-resource-information")) {
      Json.child(shown, "status").set("resourceSummary", Information.usage(effective(document)));
    }
    return shown;
  }

  private Reply instances(Call call) {
    find(call);
    return listing.page(
        call,
        store.below(Store.Kind.INSTANCE, call.parameter("env"), call.parameter("app")),
        Listing.Shape.named());
  }

  private Reply instance(Call call) {
    find(call);
    String key =
        Store.key(call.parameter("env"), call.parameter("app"), call.parameter("instance"));
    return Reply.ok(
        Store.shown(
            store
                .find(Store.Kind.INSTANCE, key)
                .orElseThrow(
                    () ->
                        Refusal.notFound("FlinkApplicationInstance", call.parameter("instance")))));
  }

  // ---- changing ----

  private Reply upsert(Call call) {
    String env = call.parameter("env");
    ObjectNode environment = Environments.require(store, env);
    ObjectNode sent = call.document();
    Rules rules = new Rules();
    rules.envelope(sent, "FlinkApplication");
    rules.object(sent, "metadata", true);
    rules.object(sent, "spec", true);
    rules.strings(sent.path("metadata"), "metadata", "labels");
    rules.strings(sent.path("metadata"), "metadata", "annotations");
    String name = rules.name(sent, FlinkDocument.NAME, 1, 45);
    rules.refuse(400);
    String key = Store.key(env, name);
    Optional<ObjectNode> existing = store.find(Store.Kind.APPLICATION, key);
    if (existing.isPresent() && isDeleting(existing.get())) {
      throw Refusal.of(422, "Application '" + name + "' is being deleted.");
    }
    String namespace = environment.path("kubernetesNamespace").asText();
    for (String other : store.keys(Store.Kind.APPLICATION)) {
      String otherEnv = other.substring(0, other.indexOf('/'));
      if (existing.isEmpty()
          && other.endsWith("/" + name)
          && !otherEnv.equals(env)
          && Environments.require(store, otherEnv)
              .path("kubernetesNamespace")
              .asText()
              .equals(namespace)) {
        throw Refusal.of(
            422,
            "An application '"
                + name
                + "' exists in Kubernetes namespace '"
                + namespace
                + "' already.");
      }
    }
    ObjectNode document = existing.map(ObjectNode::deepCopy).orElseGet(Json::object);
    String now = Instant.now().toString();
    document.put("apiVersion", sent.path("apiVersion").asText());
    document.put("kind", "FlinkApplication");
    ObjectNode metadata = ((ObjectNode) sent.path("metadata")).deepCopy();
    metadata.put(
        "creationTimestamp", Json.at(document, "metadata", "creationTimestamp").orElse(now));
    metadata.put("uid", Json.at(document, "metadata", "uid").orElse(UUID.randomUUID().toString()));
    metadata.put("updateTimestamp", now);
    JsonNode before = document.path("spec");
    document.set("metadata", metadata);
    document.set("spec", sent.path("spec").deepCopy());
    ObjectNode effective = effective(environment, (ObjectNode) document.path("spec"));
    savepointOfSpec(env, name, before, document, effective);
    apply(env, name, document, effective);
    return new Reply(201, Store.shown(document));
  }

  /** The application's specification under the environment's defaults, which win field by field. */
  private static ObjectNode effective(ObjectNode environment, ObjectNode spec) {
    ObjectNode out = Json.merged(spec, environment.path("flinkApplicationDefaults").path("spec"));
    out.remove("startFromSavepoint");
    out.remove("savepointSchedule");
    if (out.get("job") instanceof ObjectNode job) {
      job.remove("startFromSavepoint");
    }
    return out;
  }

  static ObjectNode effective(ObjectNode document) {
    return (ObjectNode) document.path(Store.INTERNAL).path("effective");
  }

  /** {@code startFromSavepoint}, in the specification or its job; it counts when it changes. */
  private void savepointOfSpec(
      String env, String name, JsonNode before, ObjectNode document, ObjectNode effective) {
    ObjectNode internal = Json.child(document, Store.INTERNAL);
    Savepoints.startFrom(
        store,
        "app",
        Store.key(env, name),
        startFrom(before),
        startFrom(document.path("spec")),
        internal);
    start(internal, effective);
  }

  private static JsonNode startFrom(JsonNode spec) {
    JsonNode of = spec.path("startFromSavepoint");
    return of.isObject() ? of : spec.path("job").path("startFromSavepoint");
  }

  private static void start(ObjectNode internal, ObjectNode effective) {
    if (internal.has("startFrom")) {
      ObjectNode job = Json.child(effective, "job");
      job.set("initialSavepointPath", internal.path("startFrom"));
      // The user's own nonce, if there is one, still counts.
      job.put(
          "savepointRedeployNonce",
          job.path("savepointRedeployNonce").asLong(0) * 1000
              + internal.path("startNonce").asLong());
      if (internal.path("startAllow").asBoolean()) {
        job.put("allowNonRestoredState", true);
      }
    }
  }

  /** Writes the document; a changed effective specification is a new instance. */
  private void apply(String env, String name, ObjectNode document, ObjectNode effective) {
    List<String> faults = FlinkDocument.faults(effective);
    ObjectNode internal = Json.child(document, Store.INTERNAL);
    JsonNode old = internal.path("effective");
    if (FlinkDocument.isSuspended(old) && !old.isMissingNode()) {
      // As the operator: it cannot be told whether the new version can read the state.
      String mode =
          Json.at(internal, "actual", "reconciled", "job", "upgradeMode").orElse("stateless");
      if (mode.equals("last-state")
          && !FlinkDocument.upgradeMode(effective).equals("stateless")
          && !old.path("flinkVersion").equals(effective.path("flinkVersion"))) {
        faults = new ArrayList<>(faults);
        faults.add("Changing flinkVersion after last-state suspend is not allowed.");
      }
    }
    if (!faults.isEmpty()) {
      throw new Refusal(422, faults);
    }
    if (!effective.equals(old)) {
      String uid = UUID.randomUUID().toString();
      internal.set("effective", effective);
      internal.put("generation", internal.path("generation").asLong(0) + 1);
      internal.put("instance", uid);
      ObjectNode instance =
          Json.object()
              .put("apiVersion", "cmf.confluent.io/v1")
              .put("kind", "FlinkApplicationInstance");
      String now = Instant.now().toString();
      ObjectNode metadata =
          instance
              .putObject("metadata")
              .put("name", uid)
              .put("uid", uid)
              .put("creationTimestamp", now)
              .put("updateTimestamp", now);
      if (document.path("metadata").path("labels").isObject()) {
        metadata.set("labels", document.path("metadata").path("labels").deepCopy());
      }
      instance.putObject("status").set("spec", effective.deepCopy());
      store.put(Store.Kind.INSTANCE, Store.key(env, name, uid), instance);
      prune(Store.Kind.INSTANCE, env, name);
    }
    if (!internal.has("actual")) {
      internal.set("actual", Json.MAPPER.valueToTree(new Actual()));
    }
    if (!document.path("status").isObject()) {
      document.set("status", Reconciler.status(new Actual(), false));
    }
    store.put(Store.Kind.APPLICATION, Store.key(env, name), document);
    wake.run();
  }

  private void prune(Store.Kind kind, String env, String name) {
    List<String> keys = store.keysBelow(kind, env, name);
    if (keys.size() > KEPT) {
      keys.stream()
          .min(
              Comparator.comparing(
                  k ->
                      Listing.value(
                          store.find(kind, k).orElseThrow(), "metadata.creationTimestamp")))
          .ifPresent(k -> store.remove(kind, k));
    }
  }

  private Reply start(Call call) {
    ObjectNode document = find(call).deepCopy();
    Optional<String> uid = call.query("startFromSavepointUid");
    ObjectNode internal = Json.child(document, Store.INTERNAL);
    if (uid.isPresent()) {
      ObjectNode savepoint =
          Savepoints.usable(
                  store,
                  "app",
                  Store.key(call.parameter("env"), call.parameter("app")),
                  Json.object().put("uid", uid.get()))
              .orElseThrow(() -> Refusal.notFound("Savepoint with uid", uid.get()));
      internal.put("startFrom", Savepoints.path(savepoint));
      internal.put("startNonce", internal.path("startNonce").asLong(0) + 1);
    } else if (!FlinkDocument.isSuspended(effective(document)) || isDeleting(document)) {
      return Reply.empty(304);
    }
    return changeState(call, document, "running");
  }

  private Reply suspend(Call call) {
    ObjectNode document = find(call).deepCopy();
    if (FlinkDocument.isSuspended(effective(document)) || isDeleting(document)) {
      return Reply.empty(304);
    }
    return changeState(call, document, "suspended");
  }

  private Reply changeState(Call call, ObjectNode document, String state) {
    ObjectNode spec = (ObjectNode) document.path("spec");
    Json.child(spec, "job").put("state", state);
    ObjectNode effective = effective(Environments.require(store, call.parameter("env")), spec);
    Json.child(effective, "job").put("state", state);
    start(Json.child(document, Store.INTERNAL), effective);
    Json.child(document, "metadata").put("updateTimestamp", Instant.now().toString());
    apply(call.parameter("env"), call.parameter("app"), document, effective);
    return Reply.ok(Store.shown(document));
  }

  private Reply delete(Call call, Version version) {
    ObjectNode document = find(call);
    String env = call.parameter("env");
    String app = call.parameter("app");
    if (call.flag("force")) {
      // Metadata only: what runs is left alone, until the server is closed.
      store.put(
          Store.Kind.ORPHAN, localName(env, app), Json.object().put("name", localName(env, app)));
      removed(env, app);
    } else {
      Store.removeLater(document, interval);
      Json.child(document, "status").put("lifecycleState", "DELETING");
      store.put(Store.Kind.APPLICATION, Store.key(env, app), document);
    }
    return Reply.empty(version.isAtLeast(2, 3) ? 204 : 200);
  }

  /** Forgets an application and all that belongs to it. */
  void removed(String env, String app) {
    store.remove(Store.Kind.APPLICATION, Store.key(env, app));
    store.removeBelow(Store.Kind.INSTANCE, env, app);
    store.removeBelow(Store.Kind.EVENT, env, app);
    store.removeBelow(Store.Kind.SAVEPOINT, "app", env, app);
  }

  static boolean isDeleting(ObjectNode document) {
    return Store.isRemovedLater(document);
  }

  static Actual actual(ObjectNode document) {
    return Json.MAPPER.convertValue(document.path(Store.INTERNAL).path("actual"), Actual.class);
  }

  static Reconciler.Desired desired(String env, String app, ObjectNode document) {
    JsonNode internal = document.path(Store.INTERNAL);
    return new Reconciler.Desired(
        localName(env, app),
        effective(document).deepCopy(),
        internal.path("generation").asLong(),
        internal.path("instance").asText());
  }

  /** The name on this machine: an environment's and an application's name, in 40 characters. */
  static String localName(String env, String app) {
    String begin = app.length() > 28 ? app.substring(0, 28) : app;
    return begin + "-" + Store.hash(env + "/" + app).substring(0, 8);
  }

  /** Writes what a step of the reconciler led to, and tells it in events. */
  void write(String env, String app, ObjectNode document, Actual actual) {
    ObjectNode status = Reconciler.status(actual, isDeleting(document));
    JsonNode old = document.path("status");
    String instance = Objects.requireNonNullElse(actual.deployedInstance, "");
    String lifecycle = status.path("lifecycleState").asText();
    if (!lifecycle.equals(old.path("lifecycleState").asText())) {
      event(
          env,
          app,
          instance,
          "CMF_STATUS",
          "Status changed to " + lifecycle,
          Map.of("newStatus", lifecycle));
    }
    String job = Json.at(status, "jobStatus", "state").orElse("");
    if (!job.isEmpty() && !job.equals(Json.at(old, "jobStatus", "state").orElse(""))) {
      event(
          env,
          app,
          instance,
          "JOB_STATUS",
          "Job status changed to " + job,
          Map.of("newStatus", job));
    }
    ObjectNode internal = Json.child(document, Store.INTERNAL);
    String exception = Objects.requireNonNullElse(actual.lastException, "");
    if (!exception.isEmpty()
        && !exception.equals(Json.at(internal, "actual", "lastException").orElse(""))) {
      event(
          env,
          app,
          instance,
          "JOB_EXCEPTION",
          "The job threw an exception",
          Map.of("exceptionString", exception));
    }
    internal.set("actual", Json.MAPPER.valueToTree(actual));
    document.set("status", status);
    store.put(Store.Kind.APPLICATION, Store.key(env, app), document);
    if (actual.deployedInstance != null) {
      store
          .find(Store.Kind.INSTANCE, Store.key(env, app, actual.deployedInstance))
          .ifPresent(
              i -> {
                ObjectNode of = Json.child(Json.child(i, "status"), "jobStatus");
                ObjectNode now = Json.only(status.path("jobStatus"), "jobId", "state");
                if (!of.equals(now)) {
                  Json.child(i, "status").set("jobStatus", now);
                  Json.child(i, "metadata").put("updateTimestamp", Instant.now().toString());
                  store.put(
                      Store.Kind.INSTANCE,
                      Store.key(env, app, String.valueOf(actual.deployedInstance)),
                      i);
                }
              });
    }
  }

  private void event(
      String env,
      String app,
      String instance,
      String type,
      String message,
      Map<String, String> data) {
    String uid = UUID.randomUUID().toString();
    ObjectNode event =
        Json.object()
            .put("apiVersion", "cmf.confluent.io/v1alpha1")
            .put("kind", "FlinkApplicationEvent");
    event
        .putObject("metadata")
        .put("name", uid)
        .put("uid", uid)
        .put("creationTimestamp", Instant.now().toString())
        .put("flinkApplicationInstance", instance);
    ObjectNode status = event.putObject("status").put("type", type).put("message", message);
    ObjectNode of = status.putObject("data");
    data.forEach(of::put);
    store.put(Store.Kind.EVENT, Store.key(env, app, uid), event);
    prune(Store.Kind.EVENT, env, app);
  }
}
