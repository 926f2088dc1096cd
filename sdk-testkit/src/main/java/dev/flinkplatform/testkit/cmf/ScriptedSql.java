package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Plays what statements do: nothing runs. A query gives the numbers 1 to 25 in pages of ten, and is
 * completed; an INSERT runs until it is stopped; everything else is completed at once with OK. A
 * statement with the word {@code FAIL} in it fails.
 */
final class ScriptedSql implements SqlEngine {

  private static final int ROWS = 25;
  private static final int PAGE = 10;

  /** The first row of a statement that was not read yet, by its uid. */
  private final Map<String, Integer> next = new HashMap<>();

  @Override
  public boolean step(String env, ObjectNode document) {
    ObjectNode status = Json.child(document, "status");
    String phase = status.path("phase").asText();
    String sql = document.path("spec").path("statement").asText();
    boolean stopped = document.path("spec").path("stopped").asBoolean();
    if (phase.equals("PENDING")) {
      start(status, document, sql);
    } else if (phase.equals("RUNNING") && stopped) {
      status.put("phase", "STOPPED").put("detail", "Statement is stopped.");
    } else if (phase.equals("STOPPED") && !stopped) {
      status.put("phase", "RUNNING").put("detail", "Statement is running.");
    } else if (phase.equals("RUNNING")
        && SqlEngine.isQuery(sql)
        && next.getOrDefault(SqlEngine.uid(document), 0) >= ROWS) {
      status.put("phase", "COMPLETED").put("detail", "Statement is completed.");
    } else {
      return false;
    }
    return true;
  }

  private static void start(ObjectNode status, ObjectNode document, String sql) {
    String kind = SqlEngine.firstWord(sql);
    boolean query = SqlEngine.isQuery(sql);
    if (sql.toUpperCase(Locale.ROOT).contains("FAIL")) {
      status.put("phase", "FAILED").put("detail", "The statement failed, as its text says.");
      return;
    }
    ObjectNode traits = status.putObject("traits");
    traits
        .put("sqlKind", SqlEngine.kind(sql))
        .put("isBounded", !kind.equals("INSERT"))
        .put("isAppendOnly", true);
    traits.putArray("upsertColumns");
    ArrayNode columns = traits.putObject("schema").putArray("columns");
    if (query || kind.equals("INSERT")) {
      if (query) {
        columns
            .addObject()
            .put("name", "n")
            .putObject("type")
            .put("type", "INTEGER")
            .put("nullable", false);
      }
      status.put("phase", "RUNNING").put("detail", "Statement is running.");
      return;
    }
    status.put("phase", "COMPLETED").put("detail", "Statement is completed.");
    columns
        .addObject()
        .put("name", "result")
        .putObject("type")
        .put("type", "VARCHAR")
        .put("nullable", false)
        .put("length", 2);
    ArrayNode rows = Json.array();
    rows.addObject().put("op", 0).putArray("row").add("OK");
    document.set("result", Statements.result(rows));
  }

  @Override
  public void savepoint(ObjectNode document, ObjectNode savepoint) {
    String base = Json.at(savepoint, "spec", "path").orElse("file:///savepoints");
    Savepoints.triggered(savepoint);
    Savepoints.completed(savepoint, base + "/savepoint-" + SqlEngine.uid(savepoint));
  }

  @Override
  public Optional<Page> results(ObjectNode document, Optional<String> token) {
    String key = SqlEngine.uid(document);
    int from = next.getOrDefault(key, 0);
    if (!token.orElse("0").equals(Integer.toString(from)) || from >= ROWS) {
      return Optional.empty();
    }
    ArrayNode rows = Json.array();
    int to = Math.min(from + PAGE, ROWS);
    for (int n = from + 1; n <= to; n++) {
      rows.addObject().put("op", 0).putArray("row").add(Integer.toString(n));
    }
    next.put(key, to);
    return Optional.of(
        new Page(rows, to < ROWS ? Optional.of(Integer.toString(to)) : Optional.empty()));
  }

  @Override
  public void remove(ObjectNode document) {
    next.remove(SqlEngine.uid(document));
  }
}
