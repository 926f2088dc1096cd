package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server without HTTP: documents, what answers requests, and what makes them come true. */
final class Core implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Core.class);
  private static final int STEPS_IN_A_ROW = 20;
  private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(2);
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final Store store;
  private final Router router;
  private final Applications applications;
  private final Savepoints savepoints;
  private final Statements statements;
  private final @Nullable Reconciler reconciler;
  private final SqlEngine sql;
  private final Duration interval;
  private final ScheduledExecutorService ticker;
  private final ExecutorService workers;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Map<String, Pause> pauses = new ConcurrentHashMap<>();

  private record Pause(long generation, long until) {}

  Core(
      Path documents,
      Path artifacts,
      Version version,
      String cluster,
      @Nullable Reconciler reconciler,
      SqlEngine sql,
      Duration interval) {
    this.reconciler = reconciler;
    this.sql = sql;
    this.store = new Store(documents);
    this.router = new Router(version);
    ThreadFactory daemons =
        work -> {
          Thread thread = new Thread(work, "cmf-server-" + THREADS.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    this.ticker = Executors.newSingleThreadScheduledExecutor(daemons);
    this.workers = Executors.newFixedThreadPool(4, daemons);
    Listing listing = new Listing(version);
    Runnable wake = this::wake;
    this.applications = new Applications(store, listing, interval, wake);
    this.statements = new Statements(store, listing, sql, interval, wake);
    this.savepoints = new Savepoints(store, listing, applications, statements, wake);
    Things things = new Things(store, listing);
    things.registerCluster(cluster);
    new Environments(store, listing, statements).register(router);
    applications.register(router);
    savepoints.register(router);
    statements.register(router);
    things.register(router);
    new Artifacts(store, listing, artifacts).register(router);
    new Information(store).register(router);
    this.interval = interval;
  }

  /** Begins to look after what is there, from time to time. */
  void start() {
    var unused =
        ticker.scheduleWithFixedDelay(
            this::tick, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  // ---- requests ----

  Optional<Router.Match> route(String method, List<String> segments) {
    return router.find(method, segments);
  }

  boolean knows(List<String> segments) {
    return router.knows(segments);
  }

  Reply handle(Router.Handler handler, Call call) {
    store.lock.lock();
    try {
      return handler.handle(call);
    } finally {
      store.lock.unlock();
    }
  }

  /** Where the Flink of an application answers. */
  URI webUi(String env, String app) {
    store.lock.lock();
    try {
      Environments.require(store, env);
      if (store.find(Store.Kind.APPLICATION, Store.key(env, app)).isEmpty()) {
        throw Refusal.notFound("Application", app);
      }
    } finally {
      store.lock.unlock();
    }
    Optional<URI> ui =
        reconciler == null ? Optional.empty() : reconciler.webUi(Applications.localName(env, app));
    return ui.orElseThrow(
        () -> Refusal.of(503, "The Flink cluster of application '" + app + "' is not reachable."));
  }

  /** Where the Flink of a statement answers. */
  URI statementUi(String env, String statement) {
    store.lock.lock();
    try {
      return statements.webUi(env, statement);
    } finally {
      store.lock.unlock();
    }
  }

  /** The names on this machine of everything that may run. */
  List<String> locals() {
    store.lock.lock();
    try {
      List<String> out = new ArrayList<>();
      for (String key : store.keys(Store.Kind.APPLICATION)) {
        int slash = key.indexOf('/');
        out.add(Applications.localName(key.substring(0, slash), key.substring(slash + 1)));
      }
      out.addAll(store.keys(Store.Kind.ORPHAN));
      return out;
    } finally {
      store.lock.unlock();
    }
  }

  void forgetApplications() {
    store.lock.lock();
    try {
      for (String key : store.keys(Store.Kind.APPLICATION)) {
        int slash = key.indexOf('/');
        applications.removed(key.substring(0, slash), key.substring(slash + 1));
      }
      store.keys(Store.Kind.ORPHAN).forEach(k -> store.remove(Store.Kind.ORPHAN, k));
    } finally {
      store.lock.unlock();
    }
  }

  // ---- making it come true ----

  private void wake() {
    try {
      ticker.execute(this::tick);
    } catch (RejectedExecutionException e) {
      // It is being closed.
    }
  }

  private void tick() {
    try {
      for (String key : due()) {
        if (underWay.add(key)) {
          workers.execute(
              () -> {
                try {
                  passes(key);
                } catch (RuntimeException e) {
                  logger.warn("Application {} could not be reconciled", key, e);
                } finally {
                  underWay.remove(key);
                }
              });
        }
      }
    } catch (RejectedExecutionException e) {
      // It is being closed.
    } catch (RuntimeException e) {
      logger.warn("Cannot look for what is to be done", e);
    }
  }

  private List<String> due() {
    List<String> out = new ArrayList<>();
    store.lock.lock();
    try {
      for (String key : store.keys(Store.Kind.STATEMENT)) {
        int slash = key.indexOf('/');
        ObjectNode statement = store.find(Store.Kind.STATEMENT, key).orElseThrow();
        statements.step(key.substring(0, slash), key.substring(slash + 1), statement);
        savepoints.step(key, statement, sql);
      }
      for (String key : store.keys(Store.Kind.APPLICATION)) {
        ObjectNode document = store.find(Store.Kind.APPLICATION, key).orElseThrow();
        Pause pause = pauses.get(key);
        long generation = document.path(Store.INTERNAL).path("generation").asLong();
        boolean paused =
            pause != null
                && pause.generation() == generation
                && pause.until() > System.currentTimeMillis()
                && !Applications.isDeleting(document);
        if (!paused && isActive(key, document)) {
          out.add(key);
        }
      }
    } finally {
      store.lock.unlock();
    }
    return out;
  }

  /** Whether anything can be to do; most of a thousand suspended applications need nothing. */
  private boolean isActive(String key, ObjectNode document) {
    if (Applications.isDeleting(document)) {
      return true;
    }
    if (reconciler == null) {
      return false;
    }
    JsonNode internal = document.path(Store.INTERNAL);
    JsonNode actual = internal.path("actual");
    return actual.hasNonNull("move")
        || actual.hasNonNull("launchId")
        || (actual.hasNonNull("reconciled")
            ? actual.path("observedGeneration").asLong() != internal.path("generation").asLong()
            : !FlinkDocument.isSuspended(internal.path("effective")))
        || store.below(Store.Kind.SAVEPOINT, "app", key).stream().anyMatch(Savepoints::isOpen);
  }

  private record Work(
      boolean deleting,
      boolean removable,
      Reconciler.Desired desired,
      Actual actual,
      List<ObjectNode> savepoints) {}

  private void passes(String key) {
    int slash = key.indexOf('/');
    String env = key.substring(0, slash);
    String app = key.substring(slash + 1);
    for (int i = 0; i < STEPS_IN_A_ROW && !workers.isShutdown(); i++) {
      if (!pass(env, app, key)) {
        return;
      }
    }
  }

  private Optional<Work> read(String env, String app, String key) {
    store.lock.lock();
    try {
      return store
          .find(Store.Kind.APPLICATION, key)
          .map(
              d ->
                  new Work(
                      Applications.isDeleting(d),
                      Store.isRemovable(d),
                      Applications.desired(env, app, d),
                      Applications.actual(d),
                      store.below(Store.Kind.SAVEPOINT, "app", env, app).stream()
                          .map(ObjectNode::deepCopy)
                          .toList()));
    } finally {
      store.lock.unlock();
    }
  }

  /** One step of an application; true if the next one may follow at once. */
  private boolean pass(String env, String app, String key) {
    Optional<Work> read = read(env, app, key);
    if (read.isEmpty()) {
      return false;
    }
    Work work = read.get();
    Actual actual = work.actual();
    if (work.deleting()) {
      if (work.removable()
          && (reconciler == null || reconciler.delete(work.desired().local(), actual))) {
        if (reconciler != null) {
          Savepoints.discard(reconciler, work.savepoints());
        }
        store.lock.lock();
        try {
          applications.removed(env, app);
        } finally {
          store.lock.unlock();
        }
      }
      return false;
    }
    if (reconciler == null) {
      return false;
    }
    Actual before = actual.copy();
    reconciler.step(work.desired(), actual);
    JsonNode old = Json.MAPPER.valueToTree(before);
    JsonNode now = Json.MAPPER.valueToTree(actual);
    if (!old.equals(now)) {
      store.lock.lock();
      try {
        Optional<ObjectNode> document = store.find(Store.Kind.APPLICATION, key);
        if (document.isEmpty()) {
          return false;
        }
        if (before.move == Actual.Move.SAVEPOINT
            && actual.move == Actual.Move.HALT
            && actual.restore != null) {
          savepoints.stoppedWith(
              env, app, actual.restore, Reconciler.format(Objects.requireNonNull(actual.launched)));
        }
        applications.write(env, app, document.get(), actual);
      } finally {
        store.lock.unlock();
      }
    }
    boolean failed =
        actual.error != null
            && (actual.move != null || actual.observedGeneration != work.desired().generation());
    if (failed) {
      pauses.put(
          key,
          new Pause(
              work.desired().generation(),
              System.currentTimeMillis() + PAUSE_AFTER_ERROR.toMillis()));
    } else {
      pauses.remove(key);
    }
    savepointsOf(env, app, work, actual);
    return !failed && before.move != actual.move;
  }

  private void savepointsOf(String env, String app, Work work, Actual actual) {
    Reconciler by = Objects.requireNonNull(reconciler);
    for (ObjectNode savepoint : work.savepoints()) {
      if (!Savepoints.isOpen(savepoint)) {
        continue;
      }
      String id = savepoint.path("metadata").path("uid").asText();
      String savepointKey =
          Store.key("app", env, app, savepoint.path("metadata").path("name").asText());
      ObjectNode before = savepoint.deepCopy();
      boolean gone = savepoints.step(by, work.desired().local(), actual, savepoint);
      store.lock.lock();
      try {
        Optional<ObjectNode> there = store.find(Store.Kind.SAVEPOINT, savepointKey);
        if (there.filter(t -> t.path("metadata").path("uid").asText().equals(id)).isEmpty()) {
          continue;
        }
        if (gone) {
          store.remove(Store.Kind.SAVEPOINT, savepointKey);
        } else if (!before.equals(savepoint)) {
          if (there.get().path("status").path("pendingDeletion").asBoolean(false)) {
            Json.child(savepoint, "status").put("pendingDeletion", true);
          }
          if (there.get().path("spec").has("pinned")) {
            Json.child(savepoint, "spec").set("pinned", there.get().path("spec").path("pinned"));
          }
          store.put(Store.Kind.SAVEPOINT, savepointKey, savepoint);
        }
      } finally {
        store.lock.unlock();
      }
    }
  }

  /** Stops reconciling; what runs goes on. Blocks until the steps under way are done. */
  @Override
  public void close() {
    ticker.shutdownNow();
    workers.shutdown();
    try {
      if (!workers.awaitTermination(1, TimeUnit.MINUTES)) {
        logger.warn("A step of the reconciler takes longer than a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
