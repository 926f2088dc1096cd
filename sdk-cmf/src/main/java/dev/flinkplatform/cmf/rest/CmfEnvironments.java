package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environments of a CMF server. Thread-safe; every call blocks, at most for the request timeout
 * for each attempt.
 */
public final class CmfEnvironments {

  private final Calls calls;

  CmfEnvironments(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists environments, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list; secrets are left out of each
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfEnvironment> list(CmfQuery query) {
    return calls.list(CmfEndpoint.ENVIRONMENTS, query, Calls.BY_NAME, CmfEnvironment::read);
  }

  /**
   * Returns an environment. Repeated when it fails retryably.
   *
   * @param name of the environment
   * @return the environment
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfEnvironment get(String name) {
    return calls.get(CmfEndpoint.ENVIRONMENT, CmfEnvironment::read, name);
  }

  /**
   * Returns an environment with what its resources use, in its status. Repeated when it fails
   * retryably.
   *
   * @param name of the environment
   * @return the environment
   * @throws CmfUnsupportedException before 2.2
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfEnvironment getWithResources(String name) {
    return calls.getWithResources(CmfEndpoint.ENVIRONMENT, CmfEnvironment::read, name);
  }

  /**
   * Creates an environment, or changes the one of this name. Whether CMF keeps defaults that are
   * left out is not documented: read, change and write the whole.
   *
   * <p>Sent once. After a lost answer the environment is read, and returned if it is as sent; else
   * {@link CmfUnavailableException} says what was seen.
   *
   * @param environment as it is to be
   * @return the environment as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if the call fails
   */
  public CmfEnvironment upsert(CmfEnvironment environment) {
    if (environment.kubernetesClusterName().isPresent()) {
      // A server that ignored it would make the environment in another cluster, for good.
      calls.require(CmfFeature.KUBERNETES_CLUSTERS, CmfEndpoint.ENVIRONMENT_UPSERT);
    }
    for (String kind : List.of("detached", "interactive")) {
      if (Trees.get(environment.json(), "statementDefaults", kind, "savepointSchedule") != null) {
        calls.require(CmfFeature.SAVEPOINT_SCHEDULES, CmfEndpoint.ENVIRONMENT_UPSERT);
      }
    }
    return calls.upsert(
        CmfEndpoint.ENVIRONMENT_UPSERT,
        environment,
        CmfEnvironment::read,
        () -> get(environment.name()),
        found ->
            Trees.same(comparable(found, environment), comparable(environment, environment))
                && found.labels().equals(environment.labels())
                && found.annotations().equals(environment.annotations()));
  }

  /**
   * What was sent, of an environment: the server adds names and the cluster that is its default.
   */
  private static Map<String, @Nullable Object> comparable(CmfEnvironment of, CmfEnvironment sent) {
    Map<String, @Nullable Object> body = of.body();
    body.remove("metadata");
    body.put("name", of.name());
    if (sent.kubernetesClusterName().isEmpty()) {
      body.remove("kubernetesClusterName");
    }
    body.values().removeIf(v -> v == null || v.equals(Map.of()));
    return body;
  }

  /**
   * Deletes an environment. What lives in it is to be deleted before. Repeated when it fails
   * retryably.
   *
   * @param name of the environment
   * @param force true to remove only what CMF knows of it, without reaching Kubernetes: service
   *     account and secrets there may stay
   * @return what CMF made of it
   * @throws CmfUnsupportedException if forced, before 2.2; nothing was sent
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name, boolean force) {
    return calls.delete(CmfEndpoint.ENVIRONMENT_DELETE, force, name);
  }

  /**
   * Returns what SQL of an environment can see; servers of 2.4 and later. Repeated when it fails
   * retryably.
   *
   * @param name of the environment
   * @return its catalog
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfEnvironmentCatalog catalog(String name) {
    return calls.get(
        CmfEndpoint.ENVIRONMENT_CATALOG,
        json ->
            new CmfEnvironmentCatalog(
                Trees.textOr("", json, "name"),
                Trees.list(json, "databases").stream()
                    .map(d -> Trees.textOr("", d, "name"))
                    .toList()),
        name);
  }
}
