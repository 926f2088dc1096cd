package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.status.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Savepoints: those of applications and statements, and detached ones. */
final class Savepoints {

  private static final String OF_APPLICATION = Applications.PATH + "/{app}/savepoints";
  private static final String OF_STATEMENT = Statements.PATH + "/{statement}/savepoints";
  private static final String DETACHED = "/cmf/api/v1/detached-savepoints";
  private static final Duration MAX_PAUSE = Duration.ofSeconds(10);

  private final Store store;
  private final Listing listing;
  private final Applications applications;
  private final Statements statements;
  private final Runnable wake;

  Savepoints(
      Store store,
      Listing listing,
      Applications applications,
      Statements statements,
      Runnable wake) {
    this.store = store;
    this.listing = listing;
    this.applications = applications;
    this.statements = statements;
    this.wake = wake;
  }

  void register(Router router) {
    Version version = router.version();
    router.since(2, 1, "GET", OF_APPLICATION, c -> list(c, listing, "app", of(c)));
    router.since(2, 1, "POST", OF_APPLICATION, c -> create(c, "app", of(c)));
    router.since(2, 1, "GET", OF_APPLICATION + "/{savepoint}", c -> get(c, "app", of(c)));
    router.since(
        2, 1, "DELETE", OF_APPLICATION + "/{savepoint}", c -> delete(c, version, "app", of(c)));
    router.since(2, 1, "POST", OF_APPLICATION + "/{savepoint}/detach", this::detach);
    router.since(2, 4, "PUT", OF_APPLICATION + "/{savepoint}", c -> pin(c, "app", of(c)));
    router.since(2, 4, "DELETE", OF_APPLICATION, c -> deleteMany(c, "app", of(c)));
    router.since(2, 1, "GET", OF_STATEMENT, c -> list(c, listing, "stmt", ofStatement(c)));
    router.since(2, 1, "POST", OF_STATEMENT, c -> create(c, "stmt", ofStatement(c)));
    router.since(2, 1, "GET", OF_STATEMENT + "/{savepoint}", c -> get(c, "stmt", ofStatement(c)));
    router.since(
        2,
        1,
        "DELETE",
        OF_STATEMENT + "/{savepoint}",
        c -> delete(c, version, "stmt", ofStatement(c)));
    router.since(2, 4, "PUT", OF_STATEMENT + "/{savepoint}", c -> pin(c, "stmt", ofStatement(c)));
    router.since(2, 4, "DELETE", OF_STATEMENT, c -> deleteMany(c, "stmt", ofStatement(c)));
    router.since(2, 1, "GET", DETACHED, this::listDetached);
    router.since(2, 1, "POST", DETACHED, this::register);
    router.since(2, 1, "GET", DETACHED + "/{savepoint}", c -> get(c, "detached", ""));
    router.since(2, 1, "DELETE", DETACHED + "/{savepoint}", c -> deleteDetached(c, version));
  }

  private String of(Call call) {
    applications.find(call);
    return call.parameter("env") + "/" + call.parameter("app");
  }

  private String ofStatement(Call call) {
    statements.find(call);
    return call.parameter("env") + "/" + call.parameter("statement");
  }

  private static String key(String scope, String owner, String name) {
    return owner.isEmpty() ? Store.key(scope, name) : Store.key(scope, owner, name);
  }

  /** Where a completed savepoint is; {@code spec.path} is where it was to be made. */
  static String path(ObjectNode savepoint) {
    return Json.at(savepoint, "status", "path")
        .filter(p -> savepoint.path("status").path("state").asText().equals("COMPLETED"))
        .orElseThrow(
            () ->
                Refusal.of(
                    422,
                    "Savepoint '"
                        + savepoint.path("metadata").path("name").asText()
                        + "' is not completed."));
  }

  /** Notes where {@code startFromSavepoint} leads to; it counts when it changes. */
  static void startFrom(
      Store store, String scope, String owner, JsonNode before, JsonNode now, ObjectNode internal) {
    if (now.isObject() && !now.equals(before)) {
      String path =
          Json.at(now, "initialSavepointPath")
              .orElseGet(
                  () ->
                      usable(store, scope, owner, now)
                          .map(Savepoints::path)
                          .orElseThrow(
                              () -> Refusal.of(422, "There is no savepoint " + Json.text(now))));
      internal.put("startFrom", path);
      internal.put("startNonce", internal.path("startNonce").asLong(0) + 1);
      internal.put("startAllow", now.path("allowNonRestoredState").asBoolean(false));
    }
  }

  /** A savepoint that something may start from: its own, or a detached one. */
  static Optional<ObjectNode> usable(Store store, String scope, String owner, JsonNode by) {
    Optional<String> uid = Json.at(by, "uid");
    List<ObjectNode> all = store.below(Store.Kind.SAVEPOINT, scope, owner);
    all.addAll(store.below(Store.Kind.SAVEPOINT, "detached"));
    return all.stream()
        .filter(
            s ->
                uid.isPresent()
                    ? s.path("metadata").path("uid").asText().equals(uid.get())
                    : s.path("metadata").path("name").equals(by.path("savepointName")))
        .findFirst();
  }

  private Reply list(Call call, Listing by, String scope, String owner) {
    return by.page(
        call,
        store.below(Store.Kind.SAVEPOINT, scope, owner),
        Listing.Shape.named().filterable("source", "status.source"));
  }

  private Reply listDetached(Call call) {
    List<ObjectNode> all = store.below(Store.Kind.SAVEPOINT, "detached");
    call.query("name")
        .ifPresent(
            prefix ->
                all.removeIf(s -> !s.path("metadata").path("name").asText().startsWith(prefix)));
    return listing.page(call, all, Listing.Shape.named());
  }

  private ObjectNode find(Call call, String scope, String owner) {
    return store
        .find(Store.Kind.SAVEPOINT, key(scope, owner, call.parameter("savepoint")))
        .orElseThrow(() -> Refusal.notFound("Savepoint", call.parameter("savepoint")));
  }

  private Reply get(Call call, String scope, String owner) {
    return Reply.ok(Store.shown(find(call, scope, owner)));
  }

  /** The document of a request, checked; everything but the envelope may be left out. */
  private ObjectNode read(Call call, boolean needsPath) {
    ObjectNode out =
        Json.object().put("apiVersion", "cmf.confluent.io/v1").put("kind", "Savepoint");
    ObjectNode metadata = out.putObject("metadata");
    ObjectNode spec = out.putObject("spec");
    if (call.body() != null) {
      ObjectNode sent = call.document();
      Rules rules = new Rules();
      rules.envelope(sent, "Savepoint");
      JsonNode m = rules.object(sent, "metadata", true);
      JsonNode s = rules.object(sent, "spec", true);
      rules.strings(m, "metadata", "labels");
      rules.strings(m, "metadata", "annotations");
      rules.text(s, "spec", "path", needsPath);
      rules.oneOf(s, "spec", "formatType", false, "CANONICAL", "NATIVE", "UNKNOWN");
      rules.integer(s, "spec", "backoffLimit");
      if (m.has("name")) {
        rules.name(sent, Rules.NAME, 1, 253);
      } else if (needsPath) {
        rules.add("metadata.name: must not be null");
      }
      rules.refuse(400);
      metadata.setAll(Json.only(m, "name", "labels", "annotations"));
      spec.setAll(Json.only(s, "path", "formatType", "backoffLimit", "pinned"));
    } else if (needsPath) {
      throw Refusal.badRequest("Required request body is missing.");
    }
    if (!spec.has("formatType")) {
      spec.put("formatType", "CANONICAL");
    }
    if (!spec.has("backoffLimit")) {
      spec.put("backoffLimit", -1);
    }
    if (spec.path("backoffLimit").asInt() < -1) {
      throw Refusal.of(422, "spec.backoffLimit: must be -1 (no limit) or more");
    }
    String uid = UUID.randomUUID().toString();
    if (!metadata.has("name")) {
      metadata.put("name", "savepoint-" + uid.substring(0, 8));
    }
    metadata.put("uid", uid).put("creationTimestamp", Instant.now().toString());
    return out;
  }

  private Reply create(Call call, String scope, String owner) {
    ObjectNode savepoint = read(call, false);
    if (scope.equals("app") && Applications.isDeleting(applications.find(call))) {
      throw Refusal.of(422, "Application '" + call.parameter("app") + "' is being deleted.");
    }
    String name = savepoint.path("metadata").path("name").asText();
    if (store.find(Store.Kind.SAVEPOINT, key(scope, owner, name)).isPresent()) {
      throw Refusal.of(422, "Savepoint '" + name + "' already exists.");
    }
    savepoint.putObject("status").put("state", "TRIGGER_PENDING").put("failures", 0);
    source(savepoint, "MANUAL");
    store.put(Store.Kind.SAVEPOINT, key(scope, owner, name), savepoint);
    wake.run();
    return new Reply(201, Store.shown(savepoint));
  }

  private void source(ObjectNode savepoint, String source) {
    if (listing.version().isAtLeast(2, 4)) {
      Json.child(savepoint, "status").put("source", source);
    }
  }

  /** A detached savepoint: one that was taken elsewhere. */
  private Reply register(Call call) {
    ObjectNode savepoint = read(call, true);
    String name = savepoint.path("metadata").path("name").asText();
    if (store.find(Store.Kind.SAVEPOINT, key("detached", "", name)).isPresent()) {
      throw Refusal.of(422, "Detached savepoint '" + name + "' already exists.");
    }
    savepoint
        .putObject("status")
        .put("state", "COMPLETED")
        .put("path", savepoint.path("spec").path("path").asText());
    store.put(Store.Kind.SAVEPOINT, key("detached", "", name), savepoint);
    return new Reply(201, Store.shown(savepoint));
  }

  private Reply detach(Call call) {
    String owner = of(call);
    ObjectNode savepoint = find(call, "app", owner);
    String name = call.parameter("savepoint");
    String path = path(savepoint);
    if (store.find(Store.Kind.SAVEPOINT, key("detached", "", name)).isPresent()) {
      throw Refusal.of(422, "A detached savepoint '" + name + "' exists already.");
    }
    store.remove(Store.Kind.SAVEPOINT, key("app", owner, name));
    Json.child(savepoint, "spec").put("path", path);
    store.put(Store.Kind.SAVEPOINT, key("detached", "", name), savepoint);
    return Reply.ok(Store.shown(savepoint));
  }

  private Reply delete(Call call, Version version, String scope, String owner) {
    ObjectNode savepoint = find(call, scope, owner);
    String name = call.parameter("savepoint");
    boolean hasData = Json.at(savepoint, "status", "path").isPresent();
    if (call.flag("force") || !hasData || !scope.equals("app")) {
      store.remove(Store.Kind.SAVEPOINT, key(scope, owner, name));
    } else {
      Json.child(savepoint, "status").put("pendingDeletion", true);
      store.put(Store.Kind.SAVEPOINT, key(scope, owner, name), savepoint);
      wake.run();
    }
    return Reply.empty(version.isAtLeast(2, 3) ? 204 : 200);
  }

  private Reply deleteDetached(Call call, Version version) {
    find(call, "detached", "");
    store.remove(Store.Kind.SAVEPOINT, key("detached", "", call.parameter("savepoint")));
    return Reply.empty(version.isAtLeast(2, 3) ? 204 : 200);
  }

  private Reply pin(Call call, String scope, String owner) {
    ObjectNode savepoint = find(call, scope, owner);
    JsonNode pinned = call.document().path("spec").path("pinned");
    if (!pinned.isBoolean()) {
      throw Refusal.badRequest("spec.pinned: must be true or false");
    }
    Json.child(savepoint, "spec").put("pinned", pinned.asBoolean());
    store.put(Store.Kind.SAVEPOINT, key(scope, owner, call.parameter("savepoint")), savepoint);
    return Reply.ok(Store.shown(savepoint));
  }

  private Reply deleteMany(Call call, String scope, String owner) {
    String source = call.query("source").orElse("");
    if (!List.of("MANUAL", "UPGRADE", "SCHEDULE").contains(source)) {
      throw Refusal.badRequest(
          "Parameter 'source' must be MANUAL, UPGRADE or SCHEDULE, got '" + source + "'.");
    }
    if (call.query("olderThanDays").isPresent() == call.query("olderThanHours").isPresent()) {
      throw Refusal.badRequest("Give either 'olderThanDays' or 'olderThanHours'.");
    }
    Duration age;
    try {
      age =
          call.query("olderThanDays").isPresent()
              ? Duration.ofDays(Long.parseLong(call.query("olderThanDays").orElse("0")))
              : Duration.ofHours(Long.parseLong(call.query("olderThanHours").orElse("0")));
    } catch (NumberFormatException e) {
      throw Refusal.badRequest("An age is a whole number.");
    }
    Instant before = Instant.now().minus(age);
    int deleted = 0;
    for (String key : store.keysBelow(Store.Kind.SAVEPOINT, scope, owner)) {
      ObjectNode s = store.find(Store.Kind.SAVEPOINT, key).orElseThrow();
      if (s.path("status").path("source").asText().equals(source)
          && !s.path("spec").path("pinned").asBoolean(false)
          && !Instant.parse(s.path("metadata").path("creationTimestamp").asText())
              .isAfter(before)) {
        if (scope.equals("app") && s.path("status").has("path") && !call.flag("force")) {
          Json.child(s, "status").put("pendingDeletion", true);
          store.put(Store.Kind.SAVEPOINT, key, s);
        } else {
          store.remove(Store.Kind.SAVEPOINT, key);
        }
        deleted++;
      }
    }
    wake.run();
    ObjectNode result = Json.object().put("deletedCount", deleted).put("failedCount", 0);
    result.putArray("failures");
    return Reply.ok(result);
  }

  /** Notes the savepoint that a job was stopped with. */
  void stoppedWith(String env, String app, String location, SavepointFormat format) {
    String uid = UUID.randomUUID().toString();
    ObjectNode savepoint =
        Json.object().put("apiVersion", "cmf.confluent.io/v1").put("kind", "Savepoint");
    String name = app + "-upgrade-" + uid.substring(0, 8);
    String now = Instant.now().toString();
    savepoint.putObject("metadata").put("name", name).put("uid", uid).put("creationTimestamp", now);
    savepoint.putObject("spec").put("formatType", format.name()).put("backoffLimit", -1);
    savepoint
        .putObject("status")
        .put("state", "COMPLETED")
        .put("path", location)
        .put("resultTimestamp", now)
        .put("failures", 0);
    source(savepoint, "UPGRADE");
    savepoint.putObject(Store.INTERNAL).put("keepData", true);
    store.put(Store.Kind.SAVEPOINT, Store.key("app", env, app, name), savepoint);
  }

  // ---- the reconciler's part ----

  /** A savepoint that waits for something. */
  static boolean isOpen(ObjectNode savepoint) {
    JsonNode status = savepoint.path("status");
    String state = status.path("state").asText();
    return status.path("pendingDeletion").asBoolean(false)
        || state.equals("TRIGGER_PENDING")
        || state.equals("IN_PROGRESS");
  }

  /** Takes one step with the savepoints of a statement; the lock is held. */
  void step(String statementKey, ObjectNode statement, SqlEngine engine) {
    for (ObjectNode savepoint : store.below(Store.Kind.SAVEPOINT, "stmt", statementKey)) {
      if (!isOpen(savepoint)) {
        continue;
      }
      ObjectNode before = savepoint.deepCopy();
      switch (statement.path("status").path("phase").asText()) {
        case "PENDING" -> {
          // Soon.
        }
        case "RUNNING" -> engine.savepoint(statement, savepoint);
        default -> abandoned(savepoint);
      }
      if (!before.equals(savepoint)) {
        String name = savepoint.path("metadata").path("name").asText();
        store.put(Store.Kind.SAVEPOINT, key("stmt", statementKey, name), savepoint);
      }
    }
  }

  /**
   * Takes one step with a savepoint of an application.
   *
   * @param savepoint a copy; changed
   * @return whether it is to be forgotten
   */
  boolean step(Reconciler reconciler, String local, Actual actual, ObjectNode savepoint) {
    ObjectNode status = Json.child(savepoint, "status");
    @Nullable JobControl control =
        actual.move == null && actual.isLaunched && "READY".equals(actual.jobManager)
            ? reconciler.control(local).orElse(null)
            : null;
    if (status.path("pendingDeletion").asBoolean(false)) {
      // Only Flink can tell what belongs to a savepoint.
      return control != null && reconciler.deleteSavepoint(path(savepoint));
    }
    boolean starts =
        actual.move == Actual.Move.LAUNCH
            || (actual.move == null && actual.isLaunched && !"RUNNING".equals(actual.jobState));
    boolean over =
        (!actual.isLaunched && !starts)
            || actual.move == Actual.Move.HALT
            || (actual.jobState != null
                && actual.isLaunched
                && JobState.of(actual.jobState).isTerminal());
    boolean underWay = status.path("state").asText().equals("IN_PROGRESS");
    if (over || (underWay && actual.move == Actual.Move.LAUNCH)) {
      abandoned(savepoint);
      return false;
    }
    if (control == null || (!underWay && !"RUNNING".equals(actual.jobState))) {
      return false;
    }
    try {
      step(reconciler, local, actual, control, savepoint, status, underWay);
    } catch (BackendFault e) {
      if (!e.retryable()) {
        failed(savepoint, e.failure().message());
      }
    }
    return false;
  }

  private static void step(
      Reconciler reconciler,
      String local,
      Actual actual,
      JobControl control,
      ObjectNode savepoint,
      ObjectNode status,
      boolean underWay) {
    ObjectNode internal = Json.child(savepoint, Store.INTERNAL);
    JobId job = new JobId(Objects.requireNonNull(actual.jobId));
    if (!underWay) {
      if (pauses(savepoint)) {
        return;
      }
      internal.put("trigger", JobId.random().hex());
      internal.put("job", job.hex());
      triggered(savepoint);
      return;
    }
    String trigger = internal.path("trigger").asText();
    if (!internal.path("job").asText().equals(job.hex())) {
      status.put("state", "ABANDONED").put("error", "The job was replaced.");
      return;
    }
    TriggerView view = control.savepoint(job, trigger);
    switch (view.state()) {
      case UNKNOWN -> {
        ApplicationSpec spec = reconciler.completed(local, Objects.requireNonNull(actual.launched));
        String directory =
            Json.at(savepoint, "spec", "path").or(spec::savepointDirectory).orElseThrow();
        SavepointFormat format =
            savepoint.path("spec").path("formatType").asText().equals("NATIVE")
                ? SavepointFormat.NATIVE
                : SavepointFormat.CANONICAL;
        control.triggerSavepoint(job, trigger, directory, format);
      }
      case COMPLETED -> completed(savepoint, Objects.requireNonNull(view.result()));
      case FAILED -> failed(savepoint, view.failure().map(Failure::message).orElse("unknown"));
      case IN_PROGRESS -> {}
    }
  }

  static void triggered(ObjectNode savepoint) {
    Json.child(savepoint, "status")
        .put("state", "IN_PROGRESS")
        .put("triggerTimestamp", Instant.now().toString());
  }

  static void completed(ObjectNode savepoint, String path) {
    Json.child(savepoint, "status")
        .put("state", "COMPLETED")
        .put("path", path)
        .put("resultTimestamp", Instant.now().toString());
  }

  private static void abandoned(ObjectNode savepoint) {
    Json.child(savepoint, "status")
        .put("state", "ABANDONED")
        .put("error", "Job is not running.")
        .put("resultTimestamp", Instant.now().toString());
  }

  /** Whether one that failed is not to be tried again yet. */
  static boolean pauses(ObjectNode savepoint) {
    return savepoint.path(Store.INTERNAL).path("notBefore").asLong(0) > System.currentTimeMillis();
  }

  static void failed(ObjectNode savepoint, String why) {
    ObjectNode status = Json.child(savepoint, "status");
    int failures = status.path("failures").asInt(0) + 1;
    int limit = savepoint.path("spec").path("backoffLimit").asInt(-1);
    status.put("failures", failures).put("error", why);
    if (limit >= 0 && failures > limit) {
      status.put("state", "FAILED").put("resultTimestamp", Instant.now().toString());
    } else {
      long pause = Math.min(500L << Math.min(failures - 1, 10), MAX_PAUSE.toMillis());
      status.put("state", "TRIGGER_PENDING");
      Json.child(savepoint, Store.INTERNAL).put("notBefore", System.currentTimeMillis() + pause);
    }
  }

  /** Removes the data of an application's own savepoints; they go with it, unless detached. */
  static void discard(Reconciler reconciler, List<ObjectNode> savepoints) {
    for (ObjectNode savepoint : savepoints) {
      Optional<String> path = Json.at(savepoint, "status", "path");
      if (path.isPresent() && !savepoint.path(Store.INTERNAL).path("keepData").asBoolean(false)) {
        reconciler.deleteSavepoint(path.get());
      }
    }
  }
}
