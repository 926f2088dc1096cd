package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs statements on a Flink SQL gateway. All run in one session cluster; those of one environment
 * share one session of the gateway, so tables that one creates are there for the others.
 */
final class GatewaySql implements SqlEngine {

  private static final Logger logger = LoggerFactory.getLogger(GatewaySql.class);
  private static final Pattern CHANGES = Pattern.compile("changelogMode=\\[([A-Z,]*)]");

  private final SqlGateway gateway;
  private final int majorVersion;

  /** By the uid of the statement. */
  private final Map<String, Run> runs = new ConcurrentHashMap<>();

  /** Those under way, by their uid. */
  private final Map<String, CompletableFuture<String>> savepoints = new ConcurrentHashMap<>();

  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          4,
          work -> {
            Thread thread = new Thread(work, "cmf-server-sql");
            thread.setDaemon(true);
            return thread;
          });

  GatewaySql(SqlGateway gateway, int majorVersion) {
    this.gateway = gateway;
    this.majorVersion = majorVersion;
  }

  /** What a specification wants; a start from a savepoint counts when its number changes. */
  private record Wanted(
      String sql,
      Map<String, String> configuration,
      int parallelism,
      boolean stopped,
      String startFrom,
      boolean startAllow,
      long startNonce) {}

  /** What is to be seen of a statement. */
  private record Seen(
      String phase,
      String detail,
      @Nullable ObjectNode traits,
      @Nullable ArrayNode rows,
      SqlGateway.@Nullable Failure failure,
      @Nullable String savepoint) {

    Seen to(String newPhase, String newDetail) {
      return new Seen(newPhase, newDetail, traits, rows, failure, savepoint);
    }
  }

  /** A statement, from its submission on. The worker's fields are guarded by the run itself. */
  private static final class Run {
    private final String env;
    private final String name;
    private volatile Wanted wanted;
    private volatile Seen seen;
    private volatile boolean underWay;
    private @Nullable Seen written;

    // The worker's.
    private boolean removed;
    private SqlGateway.@Nullable Submitted submitted;
    private volatile @Nullable String job;
    private @Nullable String stopping;
    private int parallelism;
    private long startNonce;

    // Of the results; guarded by what the store is guarded by.
    private volatile @Nullable JsonNode firstPage;
    private volatile long token;
    private volatile boolean read;

    Run(String env, String name, Wanted wanted, @Nullable String savepoint) {
      this.env = env;
      this.name = name;
      this.wanted = wanted;
      this.seen = new Seen("PENDING", "Statement is pending.", null, null, null, savepoint);
      if (savepoint != null) {
        this.startNonce = wanted.startNonce(); // It was stopped since.
      }
    }
  }

  // ---- what the server asks ----

  @Override
  public boolean step(String env, ObjectNode document) {
    String key = SqlEngine.uid(document);
    String phase = document.path("status").path("phase").asText();
    Wanted wanted = wanted(document);
    Run run = runs.get(key);
    if (run == null) {
      ObjectNode status = Json.child(document, "status");
      boolean resumes = phase.equals("STOPPED") && !wanted.stopped();
      if (phase.equals("RUNNING")) {
        status.put("phase", "FAILED").put("detail", "Its Flink ended with the server before.");
        return true;
      }
      if (!phase.equals("PENDING") && !resumes) {
        return false;
      }
      String savepoint = document.path(Store.INTERNAL).path("savepoint").asText("");
      String statement = document.path("metadata").path("name").asText();
      run = new Run(env, statement, wanted, savepoint.isEmpty() ? null : savepoint);
      runs.put(key, run);
    }
    run.wanted = wanted;
    Run known = run;
    if (!known.underWay) {
      known.underWay = true;
      try {
        workers.execute(() -> work(known));
      } catch (RejectedExecutionException e) {
        return false; // It is being closed.
      }
    }
    return write(known, document);
  }

  private static Wanted wanted(ObjectNode document) {
    JsonNode spec = document.path("spec");
    Map<String, String> configuration = new HashMap<>();
    JsonNode internal = document.path(Store.INTERNAL);
    internal
        .path("configuration")
        .properties()
        .forEach(e -> configuration.put(e.getKey(), e.getValue().asText()));
    return new Wanted(
        spec.path("statement").asText(),
        configuration,
        spec.path("parallelism").asInt(1),
        spec.path("stopped").asBoolean(),
        internal.path("startFrom").asText(),
        internal.path("startAllow").asBoolean(),
        internal.path("startNonce").asLong());
  }

  private static boolean write(Run run, ObjectNode document) {
    Seen seen = run.seen;
    Seen before = run.written;
    if (seen.equals(before)) {
      return false;
    }
    run.written = seen;
    ObjectNode status = Json.child(document, "status");
    status.put("phase", seen.phase()).put("detail", seen.detail());
    if (seen.traits() != null) {
      status.set("traits", seen.traits());
    }
    if (seen.rows() != null) {
      document.set("result", Statements.result(seen.rows()));
    }
    SqlGateway.Failure failure = seen.failure();
    if (failure != null && (before == null || before.failure() != failure)) {
      Statements.exception(document, failure.name(), String.valueOf(failure.getMessage()));
    }
    if (seen.savepoint() != null) {
      Json.child(document, Store.INTERNAL).put("savepoint", seen.savepoint());
    }
    return true;
  }

  @Override
  public Optional<Page> results(ObjectNode document, Optional<String> asked) {
    Run run = runs.get(SqlEngine.uid(document));
    if (run == null || run.read) {
      return Optional.empty();
    }
    long token = run.token;
    if (!asked.orElse("0").equals(Long.toString(token))) {
      return Optional.empty();
    }
    JsonNode page = run.firstPage;
    SqlGateway.Submitted submitted;
    if (page == null) {
      synchronized (run) {
        submitted = run.submitted;
      }
      if (submitted == null) {
        return Optional.empty();
      }
      try {
        page = gateway.fetch(submitted, token);
      } catch (SqlGateway.Failure e) {
        throw Refusal.of(500, e.name() + ": " + e.getMessage());
      }
    }
    run.firstPage = null;
    boolean last = page.path("resultType").asText().equals("EOS");
    run.read = last;
    run.token = token + 1;
    return Optional.of(
        new Page(rows(page), last ? Optional.empty() : Optional.of(Long.toString(token + 1))));
  }

  @Override
  public void savepoint(ObjectNode document, ObjectNode savepoint) {
    Run run = runs.get(SqlEngine.uid(document));
    String job = run == null ? null : run.job;
    String uid = SqlEngine.uid(savepoint);
    CompletableFuture<String> taken = savepoints.get(uid);
    if (taken == null) {
      if (job == null || Savepoints.pauses(savepoint)) {
        return;
      }
      Optional<String> directory = Json.at(savepoint, "spec", "path");
      String format = savepoint.path("spec").path("formatType").asText();
      try {
        savepoints.put(
            uid,
            CompletableFuture.supplyAsync(
                () -> gateway.takeSavepoint(job, directory, format), workers));
      } catch (RejectedExecutionException e) {
        return; // It is being closed.
      }
      Savepoints.triggered(savepoint);
    } else if (taken.isDone()) {
      savepoints.remove(uid);
      try {
        Savepoints.completed(savepoint, taken.join());
      } catch (CompletionException e) {
        Throwable why = Objects.requireNonNullElse(e.getCause(), e);
        Savepoints.failed(savepoint, String.valueOf(why.getMessage()));
      }
    }
  }

  @Override
  public void remove(ObjectNode document) {
    Run run = runs.remove(SqlEngine.uid(document));
    if (run != null) {
      try {
        workers.execute(() -> end(run));
      } catch (RejectedExecutionException e) {
        // It is being closed, and ends all jobs.
      }
    }
  }

  @Override
  public Optional<URI> webUi() {
    return Optional.ofNullable(gateway.webUi());
  }

  @Override
  public void close() {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(2, TimeUnit.MINUTES)) {
        logger.warn("A step of a statement takes longer than two minutes");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    gateway.close();
  }

  // ---- the work ----

  private void work(Run run) {
    try {
      synchronized (run) {
        if (!run.removed) {
          advance(run);
        }
      }
    } catch (SqlGateway.Failure e) {
      fail(run, e);
    } catch (UncheckedIOException e) {
      logger.warn("Statement {}: the SQL gateway or Flink does not answer", run.name, e);
    } catch (RuntimeException e) {
      logger.warn("Statement {}", run.name, e);
      fail(run, new SqlGateway.Failure(e.getClass().getSimpleName(), String.valueOf(e)));
    } finally {
      run.underWay = false;
    }
  }

  private static void fail(Run run, SqlGateway.Failure e) {
    Seen s = run.seen;
    run.seen =
        new Seen("FAILED", String.valueOf(e.getMessage()), s.traits(), s.rows(), e, s.savepoint());
  }

  private void advance(Run run) {
    Wanted wanted = run.wanted;
    switch (run.seen.phase()) {
      case "PENDING" -> {
        if (run.submitted == null) {
          submit(run, wanted);
        }
        look(run, wanted);
      }
      case "RUNNING" -> watch(run, wanted);
      case "STOPPED" -> {
        if (!wanted.stopped()) {
          run.seen = run.seen.to("PENDING", "Statement is resumed.");
        }
      }
      default -> {
        // It has ended.
      }
    }
  }

  private void submit(Run run, Wanted wanted) {
    Map<String, String> configuration = new HashMap<>(wanted.configuration());
    configuration.put("parallelism.default", Integer.toString(wanted.parallelism()));
    configuration.put("pipeline.name", run.name);
    String savepoint = run.seen.savepoint();
    String recovery = majorVersion >= 2 ? "execution.state-recovery." : "execution.savepoint.";
    if (wanted.startNonce() != run.startNonce) {
      savepoint = wanted.startFrom();
      configuration.put(recovery + "ignore-unclaimed-state", Boolean.toString(wanted.startAllow()));
      run.startNonce = wanted.startNonce();
    }
    if (savepoint != null) {
      configuration.put(recovery + "path", savepoint);
    }
    run.parallelism = wanted.parallelism();
    run.job = null;
    run.stopping = null;
    run.firstPage = null;
    run.token = 0;
    run.read = false;
    run.submitted = gateway.submit(run.env, wanted.sql(), configuration);
  }

  /** Looks for the first answer to what was submitted. */
  private void look(Run run, Wanted wanted) {
    SqlGateway.Submitted submitted = run.submitted;
    if (submitted == null) {
      return;
    }
    JsonNode page = gateway.fetch(submitted, 0);
    if (page.path("resultType").asText().equals("NOT_READY")) {
      return;
    }
    String job = page.path("jobID").asText("");
    boolean query = page.path("isQueryResult").asBoolean();
    ObjectNode traits = Json.object();
    traits.put("sqlKind", SqlEngine.kind(wanted.sql()));
    traits.putArray("upsertColumns");
    ArrayNode columns = traits.putObject("schema").putArray("columns");
    if (query || job.isEmpty()) {
      // Flink's logical types are the data types of CMF.
      for (JsonNode column : page.at("/results/columns")) {
        columns
            .addObject()
            .put("name", column.path("name").asText())
            .set("type", column.path("logicalType"));
      }
    }
    if (job.isEmpty()) {
      ArrayNode rows = rows(page);
      for (long t = 1; !page.path("resultType").asText().equals("EOS"); t++) {
        page = gateway.fetch(submitted, t);
        rows.addAll(rows(page));
      }
      traits.put("isBounded", true).put("isAppendOnly", true);
      run.seen = new Seen("COMPLETED", "Statement is completed.", traits, rows, null, null);
      return;
    }
    if (query) {
      isAppendOnly(run.env, wanted).ifPresent(a -> traits.put("isAppendOnly", a));
      run.firstPage = page;
    }
    run.job = job;
    String savepoint = run.seen.savepoint();
    run.seen = new Seen("RUNNING", "Statement is running.", traits, null, null, savepoint);
  }

  /** What the planner says of the changes in a query's result. */
  private Optional<Boolean> isAppendOnly(String env, Wanted wanted) {
    SqlGateway.Submitted explained =
        gateway.submit(env, "EXPLAIN CHANGELOG_MODE " + wanted.sql(), wanted.configuration());
    Optional<Boolean> result = Optional.empty();
    JsonNode page;
    do {
      SqlGateway.pause();
      page = gateway.fetch(explained, 0);
      Matcher mode = CHANGES.matcher(Json.text(page));
      if (mode.find()) {
        result = Optional.of(mode.group(1).equals("I"));
      }
    } while (page.path("resultType").asText().equals("NOT_READY"));
    gateway.forget(explained);
    return result;
  }

  private void watch(Run run, Wanted wanted) {
    String job = run.job;
    if (job == null) {
      return;
    }
    String state = gateway.state(job);
    boolean query = run.seen.traits() != null && isSelect(run.seen.traits());
    String trigger = run.stopping;
    if (trigger != null && !query) {
      stopped(run, job, trigger, state);
    } else if (state.equals("FINISHED")) {
      run.seen = run.seen.to("COMPLETED", "Statement is completed.");
    } else if (state.equals("FAILED")) {
      throw gateway.failure(job);
    } else if (state.equals("CANCELED")) {
      run.submitted = null;
      run.seen = run.seen.to("STOPPED", "Statement is stopped.");
    } else if (state.equals("RUNNING") && trigger == null) {
      // Another parallelism is a stop, too: it goes on from there with the new one.
      if (wanted.stopped()
          || wanted.parallelism() != run.parallelism
          || wanted.startNonce() != run.startNonce) {
        if (query) {
          // What a query collects is not in a savepoint: it starts anew.
          gateway.cancel(job);
          run.stopping = "cancelled";
        } else {
          run.stopping = gateway.stop(job);
        }
      }
    }
  }

  private void stopped(Run run, String job, String trigger, String state) {
    Seen s = run.seen;
    try {
      String location = gateway.savepoint(job, trigger);
      if (location != null && SqlGateway.isEnded(state)) {
        run.submitted = null;
        run.seen = new Seen("STOPPED", "Statement is stopped.", s.traits(), null, null, location);
      }
    } catch (SqlGateway.Failure e) {
      run.stopping = null; // Tried again, while it runs.
      run.seen = s.to("RUNNING", "The stop failed and is tried again: " + e.getMessage());
    }
  }

  private static boolean isSelect(ObjectNode traits) {
    return traits.path("sqlKind").asText().equals("SELECT");
  }

  private void end(Run run) {
    try {
      synchronized (run) {
        run.removed = true;
        String job = run.job;
        if (job != null && !SqlGateway.isEnded(gateway.state(job))) {
          gateway.cancel(job);
        }
        SqlGateway.Submitted submitted = run.submitted;
        if (submitted != null) {
          gateway.forget(submitted);
        }
      }
    } catch (RuntimeException e) {
      logger.warn("Statement {} could not be ended", run.name, e);
    }
  }

  // ---- rows ----

  /** Rows as CMF writes them: values as text, what has parts as they are. */
  private static ArrayNode rows(JsonNode page) {
    ArrayNode out = Json.array();
    for (JsonNode row : page.at("/results/data")) {
      int op =
          switch (row.path("kind").asText()) {
            case "UPDATE_BEFORE" -> 1;
            case "UPDATE_AFTER" -> 2;
            case "DELETE" -> 3;
            default -> 0;
          };
      ArrayNode values = out.addObject().put("op", op).putArray("row");
      Iterator<JsonNode> fields = row.path("fields").elements();
      while (fields.hasNext()) {
        JsonNode field = fields.next();
        if (field.isNull() || field.isContainerNode()) {
          values.add(field);
        } else {
          values.add(field.asText());
        }
      }
    }
    return out;
  }
}
