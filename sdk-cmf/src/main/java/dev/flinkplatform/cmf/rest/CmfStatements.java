package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The SQL statements of one environment. Thread-safe; every call blocks, at most for the request
 * timeout for each attempt, and none waits for Flink.
 */
public final class CmfStatements {

  private final Calls calls;
  private final String environment;

  CmfStatements(Calls calls, String environment) {
    this.calls = calls;
    this.environment = environment;
  }

  /**
   * Lists statements, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfStatement> list(CmfQuery query) {
    return list(null, null, query);
  }

  /**
   * Lists the statements of a compute pool, or in a phase, by default by name. Nothing is sent
   * before it is read.
   *
   * @param computePool its name; null for all
   * @param phase the phase; null for all
   * @param query which ones of these, and how
   * @return the list
   * @throws IllegalArgumentException if CMF cannot look for the phase
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfStatement> list(
      @Nullable String computePool, @Nullable CmfStatementPhase phase, CmfQuery query) {
    List<Map.Entry<String, String>> more = new ArrayList<>();
    if (computePool != null) {
      more.add(Map.entry("compute-pool", computePool));
    }
    if (phase != null) {
      if (phase == CmfStatementPhase.UNKNOWN
          || phase == CmfStatementPhase.RECONCILING
          || phase == CmfStatementPhase.RESTARTING) {
        throw new IllegalArgumentException("CMF cannot look for statements that are " + phase);
      }
      more.add(Map.entry("phase", phase.name().toLowerCase(Locale.ROOT)));
    }
    return calls.list(
        CmfEndpoint.STATEMENTS, query, Calls.BY_NAME, more, CmfStatement::of, environment);
  }

  /**
   * Creates a statement. Sent once: after a lost answer look for the name.
   *
   * @param statement as it is to be
   * @return the statement as CMF has it; statements that run at once come with their result
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfConflictException if the name is taken; also if its shared compute pool does not run
   *     yet, and then it is {@link CmfException#retryable()}
   * @throws CmfException if the call fails
   */
  public CmfStatement create(CmfStatement statement) {
    if (statement.spec().get("startFromSavepoint") != null) {
      throw new IllegalArgumentException(
          statement
              + " was not sent: CMF starts only an existing statement from a savepoint. Create it"
              + " stopped, then update it.");
    }
    gate(statement, CmfEndpoint.STATEMENT_CREATE, environment);
    CmfStatement created =
        calls.write(CmfEndpoint.STATEMENT_CREATE, statement, CmfStatement::of, environment);
    return created == null ? get(statement.name()) : created;
  }

  private void gate(CmfStatement statement, CmfEndpoint endpoint, String... args) {
    if (statement.spec().get("savepointSchedule") != null) {
      calls.require(CmfFeature.SAVEPOINT_SCHEDULES, endpoint, args);
    }
    if (statement.spec().get("upgradeMode") != null) {
      calls.require(CmfFeature.STATEMENT_UPGRADE_MODE, endpoint, args);
    }
  }

  /**
   * Returns a statement. Repeated when it fails retryably.
   *
   * @param name of the statement
   * @return the statement
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfStatement get(String name) {
    return calls.get(CmfEndpoint.STATEMENT, CmfStatement::of, environment, name);
  }

  /**
   * Returns a statement with what it uses. Repeated when it fails retryably.
   *
   * @param name of the statement
   * @return the statement
   * @throws CmfUnsupportedException before 2.2
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfStatement getWithResources(String name) {
    return calls.getWithResources(CmfEndpoint.STATEMENT, CmfStatement::of, environment, name);
  }

  /**
   * Changes a statement: whether it is stopped, its parallelism, and what it starts from. Repeated
   * when it fails retryably. There is no version check: of two who write, the last one wins.
   *
   * @param statement as it is to be, with SQL and compute pool as they are
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public void update(CmfStatement statement) {
    gate(statement, CmfEndpoint.STATEMENT_UPDATE, environment, statement.name());
    calls.write(
        CmfEndpoint.STATEMENT_UPDATE, statement, CmfStatement::of, environment, statement.name());
  }

  /**
   * Stops a statement with a savepoint. It has stopped when its phase is STOPPED. Reads it, then
   * changes it.
   *
   * @param name of the statement
   * @return UNCHANGED if it is wanted to be stopped already
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if a call fails
   */
  public CmfOutcome stop(String name) {
    return stopped(name, true);
  }

  /**
   * Resumes a statement that was stopped, from its savepoint. Reads it, then changes it.
   *
   * @param name of the statement
   * @return UNCHANGED if it is not wanted to be stopped
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if a call fails
   */
  public CmfOutcome resume(String name) {
    return stopped(name, false);
  }

  private CmfOutcome stopped(String name, boolean stopped) {
    CmfStatement known = get(name);
    if (known.isStopped() == stopped) {
      return CmfOutcome.UNCHANGED;
    }
    update(known.toBuilder().stopped(stopped).build());
    return CmfOutcome.DONE;
  }

  /**
   * Changes the parallelism of a statement. Reads it, then changes it.
   *
   * @param name of the statement
   * @param parallelism 1 to 32,768
   * @return UNCHANGED if it has that parallelism already
   * @throws IllegalArgumentException if the parallelism is out of its range
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if a call fails
   */
  public CmfOutcome rescale(String name, int parallelism) {
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism must be at least 1, got " + parallelism);
    }
    CmfStatement known = get(name);
    if (known.parallelism() == parallelism) {
      return CmfOutcome.UNCHANGED;
    }
    update(known.toBuilder().parallelism(parallelism).build());
    return CmfOutcome.DONE;
  }

  /**
   * Deletes a statement. Repeated when it fails retryably.
   *
   * @param name of the statement
   * @param force true to remove only what CMF knows of it, without reaching Kubernetes: what runs
   *     there may stay
   * @return ACCEPTED if CMF does it later: it is gone when {@link #get} throws {@link
   *     CmfNotFoundException}
   * @throws CmfUnsupportedException if forced, before 2.2; nothing was sent
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name, boolean force) {
    return calls.delete(CmfEndpoint.STATEMENT_DELETE, force, environment, name);
  }

  /**
   * Reads the result of a SELECT, page by page. Nothing is sent before the first page is asked for.
   *
   * @param name of the statement
   * @return the pages; rows are handed out once
   */
  public CmfResultPages results(String name) {
    return new CmfResultPages(token -> result(name, token));
  }

  /**
   * Reads one page of the result of a SELECT. Sent once: an answer that is lost takes its rows with
   * it.
   *
   * @param name of the statement
   * @param pageToken of the page before; null for the first page
   * @return the page
   * @throws CmfInvalidException if the statement has no result
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfGoneException if the rows were read before
   * @throws CmfException if the call fails
   */
  public CmfStatementResult result(String name, @Nullable String pageToken) {
    return calls.get(
        CmfEndpoint.STATEMENT_RESULT,
        pageToken == null ? List.of() : List.of(Map.entry("page-token", pageToken)),
        CmfStatementResult::read,
        environment,
        name);
  }

  /**
   * Returns the last exceptions of a statement. Repeated when it fails retryably.
   *
   * @param name of the statement
   * @return at most 10; unmodifiable
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public List<CmfStatementException> exceptions(String name) {
    return calls.get(
        CmfEndpoint.STATEMENT_EXCEPTIONS,
        json -> Trees.list(json, "data").stream().map(CmfStatementException::read).toList(),
        environment,
        name);
  }
}
