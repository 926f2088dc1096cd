package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.cmf.rest.HttpCalls.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The savepoints of one application or one statement; servers of 2.1 and later. Thread-safe; every
 * call blocks, at most for the request timeout for each attempt, and none waits for Flink.
 */
public final class CmfSavepoints {

  /** Where the savepoints of a kind of owner are. */
  enum Owner {
    APPLICATION(
        CmfEndpoint.APPLICATION_SAVEPOINTS,
        CmfEndpoint.APPLICATION_SAVEPOINT_CREATE,
        CmfEndpoint.APPLICATION_SAVEPOINT,
        CmfEndpoint.APPLICATION_SAVEPOINT_DELETE,
        CmfEndpoint.APPLICATION_SAVEPOINT_UPDATE,
        CmfEndpoint.APPLICATION_SAVEPOINTS_DELETE),
    STATEMENT(
        CmfEndpoint.STATEMENT_SAVEPOINTS,
        CmfEndpoint.STATEMENT_SAVEPOINT_CREATE,
        CmfEndpoint.STATEMENT_SAVEPOINT,
        CmfEndpoint.STATEMENT_SAVEPOINT_DELETE,
        CmfEndpoint.STATEMENT_SAVEPOINT_UPDATE,
        CmfEndpoint.STATEMENT_SAVEPOINTS_DELETE);

    private final CmfEndpoint list;
    private final CmfEndpoint create;
    private final CmfEndpoint get;
    private final CmfEndpoint delete;
    private final CmfEndpoint update;
    private final CmfEndpoint deleteMany;

    Owner(
        CmfEndpoint list,
        CmfEndpoint create,
        CmfEndpoint get,
        CmfEndpoint delete,
        CmfEndpoint update,
        CmfEndpoint deleteMany) {
      this.list = list;
      this.create = create;
      this.get = get;
      this.delete = delete;
      this.update = update;
      this.deleteMany = deleteMany;
    }
  }

  private final Calls calls;
  private final Owner owner;
  private final String environment;
  private final String name;

  CmfSavepoints(Calls calls, Owner owner, String environment, String name) {
    this.calls = calls;
    this.owner = owner;
    this.environment = environment;
    this.name = name;
  }

  /**
   * Lists savepoints, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException before 2.1, or if the query needs a later server
   */
  public CmfPages<CmfSavepoint> list(CmfQuery query) {
    return calls.list(owner.list, query, Calls.BY_NAME, CmfSavepoint::of, environment, name);
  }

  /**
   * Begins a savepoint. It is there when its state is COMPLETED. Sent once: after a lost answer
   * look for the name.
   *
   * @param savepoint what is wanted; with a name, so that it can be found again
   * @return the savepoint as CMF has it
   * @throws IllegalArgumentException if something is malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if the call fails
   */
  public CmfSavepoint create(CmfSavepoint savepoint) {
    if (savepoint.spec().containsKey("pinned")) {
      calls.require(CmfFeature.SAVEPOINT_PINNING, owner.create, environment, name);
    }
    @Nullable CmfSavepoint created =
        calls.write(owner.create, savepoint, CmfSavepoint::of, environment, name);
    if (created != null) {
      return created;
    }
    return savepoint.name().isEmpty() ? savepoint : get(savepoint.name());
  }

  /**
   * Returns a savepoint. Repeated when it fails retryably.
   *
   * @param savepoint its name
   * @return the savepoint
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfSavepoint get(String savepoint) {
    return calls.get(owner.get, CmfSavepoint::of, environment, name, savepoint);
  }

  /**
   * Deletes a savepoint. The data is removed by its Flink cluster, which must run: until then it is
   * {@link CmfSavepoint#isPendingDeletion() pending}. Repeated when it fails retryably.
   *
   * @param savepoint its name
   * @param force true to remove only what CMF knows of it: the files may stay
   * @return what CMF made of it
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String savepoint, boolean force) {
    List<Map.Entry<String, String>> query = force ? List.of(Map.entry("force", "true")) : List.of();
    return calls.deleteWith(owner.delete, query, environment, name, savepoint);
  }

  /**
   * Pins a savepoint, so that no clean-up takes it, or releases it; servers of 2.4 and later. Reads
   * it, then changes it; repeated when it fails retryably.
   *
   * @param savepoint its name
   * @param pinned true to pin it
   * @return the savepoint as CMF has it
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if a call fails
   */
  public CmfSavepoint pin(String savepoint, boolean pinned) {
    calls.require(CmfFeature.SAVEPOINT_PINNING, owner.update, environment, name, savepoint);
    CmfSavepoint wanted = get(savepoint).toBuilder().field(pinned, "spec", "pinned").build();
    CmfSavepoint updated =
        calls.write(owner.update, wanted, CmfSavepoint::of, environment, name, savepoint);
    return updated == null ? get(savepoint) : updated;
  }

  /**
   * Deletes the savepoints of one source that are old; servers of 2.4 and later. Pinned ones are
   * left alone. Sent once.
   *
   * @param source what made them
   * @param age how old they are at least; whole hours, at least one
   * @param force true to remove only what CMF knows of them: the files may stay
   * @return what became of it
   * @throws IllegalArgumentException if the age is no number of hours; nothing was sent
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfConflictException if none could be deleted, because the cluster is not ready
   * @throws CmfException if the call fails
   */
  public CmfBulkDeletion deleteOlderThan(CmfSavepointSource source, Duration age, boolean force) {
    if (age.toHours() < 1 || !age.equals(Duration.ofHours(age.toHours()))) {
      throw new IllegalArgumentException("age must be whole hours, at least one, got " + age);
    }
    List<Map.Entry<String, String>> query = new ArrayList<>();
    query.add(Map.entry("source", source.name()));
    query.add(Map.entry("olderThanHours", Long.toString(age.toHours())));
    if (force) {
      query.add(Map.entry("force", "true"));
    }
    return calls.get(owner.deleteMany, query, CmfSavepoints::report, environment, name);
  }

  private static CmfBulkDeletion report(Map<String, ?> json) {
    Map<String, String> failures = new LinkedHashMap<>();
    for (Object failure : Trees.list(json, "failures")) {
      failures.put(Trees.textOr("", failure, "name"), Trees.textOr("", failure, "reason"));
    }
    return new CmfBulkDeletion(
        Trees.number(json, "deletedCount").orElse(0L).intValue(),
        Trees.number(json, "failedCount").orElse(0L).intValue(),
        failures);
  }

  /**
   * Detaches a savepoint from its application, so that it outlives it: it is then one of {@link
   * CmfClient#detachedSavepoints()}. Sent once.
   *
   * @param savepoint its name
   * @return the savepoint as CMF answered it
   * @throws CmfUnsupportedException before 2.1
   * @throws UnsupportedOperationException for the savepoints of statements, which cannot be
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfSavepoint detach(String savepoint) {
    if (owner != Owner.APPLICATION) {
      throw new UnsupportedOperationException(
          "CMF cannot detach a savepoint of a statement: register its path as a detached one");
    }
    CmfEndpoint endpoint = CmfEndpoint.APPLICATION_SAVEPOINT_DETACH;
    Answer answer = calls.act(endpoint, List.of(), environment, name, savepoint);
    if (answer.text().isBlank()) {
      return new CmfDetachedSavepoints(calls).get(savepoint);
    }
    return CmfSavepoint.of(
        calls
            .http()
            .json(
                calls.request(endpoint, List.of(), null, List.of(), environment, name, savepoint),
                answer));
  }
}
