package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** Carries SQL statements out. */
interface SqlEngine extends AutoCloseable {

  /**
   * Some rows, read once.
   *
   * @param rows the rows as CMF writes them: {@code {"op": 0, "row": [...]}}
   * @param nextToken what to ask for next; empty: there is no more
   */
  record Page(ArrayNode rows, Optional<String> nextToken) {}

  /**
   * Takes one step: moves the phase on, as what the statement does and what its specification says.
   *
   * @param document the statement; changed
   * @return whether it was changed
   */
  boolean step(String env, ObjectNode document);

  /**
   * Takes one step with a savepoint of a statement that is RUNNING.
   *
   * @param savepoint the savepoint, which is not completed; changed
   */
  void savepoint(ObjectNode document, ObjectNode savepoint);

  /**
   * Reads rows.
   *
   * @param token that of the page before; empty: the first page
   * @return the page, or empty if it was read already
   */
  Optional<Page> results(ObjectNode document, Optional<String> token);

  /** Stops a statement and forgets what is kept of it. */
  void remove(ObjectNode document);

  /** What tells a statement from another one that had its name before. */
  static String uid(ObjectNode document) {
    return document.path("metadata").path("uid").asText();
  }

  /** Where the Flink of the statements answers; empty: there is none. */
  default Optional<URI> webUi() {
    return Optional.empty();
  }

  /** Ends what runs. Blocks until no process is left. */
  @Override
  default void close() {}

  /** The kind of a statement, in the words of its traits. */
  static String kind(String sql) {
    String word = firstWord(sql);
    return isQuery(sql) ? "SELECT" : word.equals("INSERT") ? "INSERT_INTO" : word;
  }

  static boolean isQuery(String sql) {
    String word = firstWord(sql);
    return word.equals("SELECT") || word.equals("WITH") || word.equals("VALUES");
  }

  static String firstWord(String sql) {
    String trimmed = sql.strip().toUpperCase(Locale.ROOT);
    int end = 0;
    while (end < trimmed.length() && Character.isLetter(trimmed.charAt(end))) {
      end++;
    }
    return trimmed.substring(0, end);
  }

  /** What is wrong with a statement that can be told without carrying it out. */
  static Optional<String> fault(String sql) {
    return switch (firstWord(sql)) {
      case "SELECT",
          "WITH",
          "VALUES",
          "INSERT",
          "CREATE",
          "DROP",
          "ALTER",
          "SHOW",
          "DESCRIBE",
          "DESC",
          "EXPLAIN",
          "USE",
          "EXECUTE",
          "SET" ->
          Optional.empty();
      default ->
          Optional.of(
              "SQL parse failed. Encountered \"" + firstWord(sql) + "\" at line 1, column 1.");
    };
  }
}
