package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SQL statement of CMF. Its text cannot be changed: delete it and create another one.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfStatement extends CmfResource {

  static final String KIND = "Statement";
  private static final int MOST_PARALLEL = 32_768;

  private CmfStatement(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes a statement from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the statement
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfStatement of(Map<String, ?> json) {
    return new CmfStatement(json);
  }

  /**
   * Starts a statement.
   *
   * @param name 1 to 253 of a-z, 0-9, '-' and '.'; later servers take up to 45 characters
   * @param sql the statement; INSERT needs {@code execution.checkpointing.interval}, from its Flink
   *     configuration or the defaults of the environment
   * @param computePool where it runs
   * @return a builder
   */
  public static Builder builder(String name, String sql, String computePool) {
    return new Builder(CmfResource.Builder.envelope(KIND, name))
        .field(sql, "spec", "statement")
        .field(computePool, "spec", "computePoolName");
  }

  /**
   * Starts a builder with all that this statement has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Returns the SQL.
   *
   * @return the statement; empty if it was not read
   */
  public String sql() {
    return Trees.textOr("", json(), "spec", "statement");
  }

  /**
   * Returns the compute pool.
   *
   * @return its name; empty if it was not read
   */
  public String computePool() {
    return Trees.textOr("", json(), "spec", "computePoolName");
  }

  /**
   * Returns the parallelism that is wanted.
   *
   * @return the number; 1 if it is not said, as CMF has it
   */
  public int parallelism() {
    return Trees.number(json(), "spec", "parallelism").orElse(1L).intValue();
  }

  /**
   * Tells whether it is wanted to be stopped.
   *
   * @return true if so
   */
  public boolean isStopped() {
    return Trees.bool(json(), "spec", "stopped");
  }

  /**
   * Returns where it stands.
   *
   * @return the phase; empty if there is none yet, {@link CmfStatementPhase#UNKNOWN} for one this
   *     SDK does not know
   */
  public Optional<CmfStatementPhase> phase() {
    return Trees.text(json(), "status", "phase").map(CmfStatementPhase::of);
  }

  /**
   * Returns what CMF says of its phase, for example why it failed.
   *
   * @return the text; empty if there is none
   */
  public Optional<String> detail() {
    return Trees.text(json(), "status", "detail").filter(s -> !s.isEmpty());
  }

  /**
   * Returns the kind of SQL.
   *
   * @return for example SELECT or INSERT_INTO; empty if it is not known yet
   */
  public Optional<String> sqlKind() {
    return Trees.text(json(), "status", "traits", "sqlKind");
  }

  /**
   * Tells whether its result ends by itself.
   *
   * @return empty if it is not known yet
   */
  public Optional<Boolean> isBounded() {
    return flag("isBounded");
  }

  /**
   * Tells whether rows are only added to its result, never changed.
   *
   * @return empty if it is not known yet
   */
  public Optional<Boolean> isAppendOnly() {
    return flag("isAppendOnly");
  }

  private Optional<Boolean> flag(String name) {
    return Trees.get(json(), "status", "traits", name) instanceof Boolean b
        ? Optional.of(b)
        : Optional.empty();
  }

  /**
   * Returns the columns of its result.
   *
   * @return names and types; empty if it has none, or they are not known yet
   */
  public List<CmfColumn> columns() {
    return Trees.list(json(), "status", "traits", "schema", "columns").stream()
        .map(
            c -> new CmfColumn(Trees.textOr("", c, "name"), CmfDataType.read(Trees.get(c, "type"))))
        .toList();
  }

  /**
   * Returns the columns that changes of rows are about.
   *
   * @return indexes from 0; empty if there are none
   */
  public List<Integer> upsertColumns() {
    return Trees.list(json(), "status", "traits", "upsertColumns").stream()
        .filter(Number.class::isInstance)
        .map(n -> ((Number) n).intValue())
        .toList();
  }

  /**
   * Returns the result that came with it, of statements that run at once: DDL, SHOW, DESCRIBE.
   *
   * @return the result; empty for SELECT, whose rows are fetched by {@link CmfStatements#results}
   */
  public Optional<CmfStatementResult> result() {
    Map<String, @Nullable Object> result = Trees.map(json(), "result");
    return result.isEmpty() ? Optional.empty() : Optional.of(CmfStatementResult.read(result));
  }

  /**
   * Returns CMF's warning that the status may be old.
   *
   * @return the warning; empty if there is none
   */
  public Optional<String> warning() {
    return Trees.text(json(), "status", "warning").filter(s -> !s.isEmpty());
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    Rules.name(faults, "metadata.name", name(), 1);
    Rules.object(faults, json(), "spec");
    Rules.required(faults, json(), "spec", "statement");
    Rules.required(faults, json(), "spec", "computePoolName");
    Rules.texts(faults, json(), "spec", "properties");
    Rules.texts(faults, json(), "spec", "flinkConfiguration");
    Rules.wholeNumber(faults, json(), 1, MOST_PARALLEL, "spec", "parallelism");
    Rules.bool(faults, json(), "spec", "stopped");
    Rules.text(faults, json(), "spec", "upgradeMode");
    CmfSavepointSchedule.faults(faults, json(), "spec", "savepointSchedule");
    return faults;
  }

  @Override
  Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> out = super.body();
    out.remove("result");
    return out;
  }

  /** Collects a {@link CmfStatement}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfStatement, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfStatement create(Map<String, @Nullable Object> tree) {
      return new CmfStatement(tree);
    }

    /**
     * Sets the catalog that names without one are of.
     *
     * @param catalog its name
     * @return this builder
     */
    public Builder catalog(String catalog) {
      return property("sql.current-catalog", catalog);
    }

    /**
     * Sets the database that names without one are of.
     *
     * @param database its name
     * @return this builder
     */
    public Builder database(String database) {
      return property("sql.current-database", database);
    }

    /**
     * Sets a property of the SQL session.
     *
     * @param key for example {@code sql.current-catalog}
     * @param value its value
     * @return this builder
     */
    public Builder property(String key, String value) {
      return field(value, "spec", "properties", key);
    }

    /**
     * Sets the Flink configuration; the defaults of the environment win over it.
     *
     * @param configuration keys and values
     * @return this builder
     */
    public Builder flinkConfiguration(Map<String, String> configuration) {
      return field(configuration, "spec", "flinkConfiguration");
    }

    /**
     * Sets the parallelism.
     *
     * @param parallelism 1 to 32,768; 1 by default
     * @return this builder
     */
    public Builder parallelism(int parallelism) {
      return field(parallelism, "spec", "parallelism");
    }

    /**
     * Sets whether it is to be stopped.
     *
     * @param stopped false by default
     * @return this builder
     */
    public Builder stopped(boolean stopped) {
      return field(stopped, "spec", "stopped");
    }

    /**
     * Sets what happens to the state when it is changed; servers of 2.4 or 2.5 and later.
     *
     * @param mode by default a savepoint if the compute pool has directories for it
     * @return this builder
     */
    public Builder upgradeMode(CmfUpgradeMode mode) {
      return field(mode.raw(), "spec", "upgradeMode");
    }

    /**
     * Lets CMF make savepoints by a schedule; servers of 2.4 and later.
     *
     * @param schedule when, and how many are kept
     * @return this builder
     */
    public Builder savepointSchedule(CmfSavepointSchedule schedule) {
      return field(schedule.json(), "spec", "savepointSchedule");
    }

    /**
     * Starts it from a savepoint of CMF; for changes only, not for a new statement.
     *
     * @param savepointUid the uid of the savepoint
     * @param allowNonRestoredState whether state that finds no operator is left out
     * @return this builder
     */
    public Builder startFromSavepoint(String savepointUid, boolean allowNonRestoredState) {
      return field(
          Map.of("uid", savepointUid, "allowNonRestoredState", allowNonRestoredState),
          "spec",
          "startFromSavepoint");
    }

    /**
     * Starts it from a savepoint that lies somewhere; for changes only, not for a new statement.
     *
     * @param path a URI
     * @param allowNonRestoredState whether state that finds no operator is left out
     * @return this builder
     */
    public Builder startFromSavepointPath(String path, boolean allowNonRestoredState) {
      return field(
          Map.of("initialSavepointPath", path, "allowNonRestoredState", allowNonRestoredState),
          "spec",
          "startFromSavepoint");
    }
  }
}
