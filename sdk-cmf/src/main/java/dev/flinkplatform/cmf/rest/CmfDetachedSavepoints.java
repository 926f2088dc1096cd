package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The savepoints that belong to no application or statement (any more); servers of 2.1 and later.
 * Thread-safe; every call blocks, at most for the request timeout for each attempt.
 */
public final class CmfDetachedSavepoints {

  private final Calls calls;

  CmfDetachedSavepoints(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists savepoints, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException before 2.1, or if the query needs a later server
   */
  public CmfPages<CmfSavepoint> list(CmfQuery query) {
    return calls.list(CmfEndpoint.DETACHED_SAVEPOINTS, query, Calls.BY_NAME, CmfSavepoint::of);
  }

  /**
   * Lists the savepoints whose names begin with a text, by default by name. Nothing is sent before
   * it is read.
   *
   * @param prefix how the names begin
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException before 2.1, or if the query needs a later server
   */
  public CmfPages<CmfSavepoint> listNamed(String prefix, CmfQuery query) {
    return calls.list(
        CmfEndpoint.DETACHED_SAVEPOINTS,
        query,
        Calls.BY_NAME,
        List.of(Map.entry("name", prefix)),
        CmfSavepoint::of);
  }

  /**
   * Makes a savepoint that lies somewhere known to CMF. Sent once: after a lost answer look for the
   * name.
   *
   * @param savepoint with a path, and with a name so that it can be found again
   * @return the savepoint as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if the call fails
   */
  public CmfSavepoint create(CmfSavepoint savepoint) {
    if (Trees.textOr("", savepoint.spec(), "path").isBlank()) {
      throw new IllegalArgumentException(
          savepoint + " was not sent: spec.path is missing, where a detached savepoint lies");
    }
    @Nullable CmfSavepoint created =
        calls.write(CmfEndpoint.DETACHED_SAVEPOINT_CREATE, savepoint, CmfSavepoint::of);
    if (created != null) {
      return created;
    }
    return savepoint.name().isEmpty() ? savepoint : get(savepoint.name());
  }

  /**
   * Returns a savepoint. Repeated when it fails retryably.
   *
   * @param name of the savepoint
   * @return the savepoint
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfSavepoint get(String name) {
    return calls.get(CmfEndpoint.DETACHED_SAVEPOINT, CmfSavepoint::of, name);
  }

  /**
   * Deletes a savepoint from CMF. Repeated when it fails retryably.
   *
   * @param name of the savepoint
   * @return what CMF made of it
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name) {
    return calls.delete(CmfEndpoint.DETACHED_SAVEPOINT_DELETE, false, name);
  }
}
