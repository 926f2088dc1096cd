package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.cmf.rest.HttpCalls.Answer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Flink applications of one environment. Thread-safe; every call blocks, at most for the
 * request timeout for each attempt, and none waits for Flink.
 */
public final class CmfApplications {

  private final Calls calls;
  private final String environment;

  CmfApplications(Calls calls, String environment) {
    this.calls = calls;
    this.environment = environment;
  }

  /**
   * Lists applications, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfApplication> list(CmfQuery query) {
    return calls.list(
        CmfEndpoint.APPLICATIONS, query, Calls.BY_NAME, CmfApplication::of, environment);
  }

  /**
   * Returns an application. Repeated when it fails retryably.
   *
   * @param name of the application
   * @return the application
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfApplication get(String name) {
    return calls.get(CmfEndpoint.APPLICATION, CmfApplication::of, environment, name);
  }

  /**
   * Returns an application with what it uses. Repeated when it fails retryably.
   *
   * @param name of the application
   * @return the application
   * @throws CmfUnsupportedException before 2.2
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfApplication getWithResources(String name) {
    return calls.getWithResources(CmfEndpoint.APPLICATION, CmfApplication::of, environment, name);
  }

  /**
   * Creates an application, or replaces the spec of the one of this name. The job is then started,
   * changed or suspended as the spec says; this does not wait for it.
   *
   * <p>Sent once. After a lost answer the application is read, and returned if its spec is as sent;
   * else {@link CmfUnavailableException} says what was seen. There is no version check: of two who
   * write, the last one wins.
   *
   * @param application as it is to be, whole: what is left out of the spec is gone
   * @return the application as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfConflictException if another resource has the name in the Kubernetes namespace
   * @throws CmfException if the call fails
   */
  public CmfApplication upsert(CmfApplication application) {
    if (application.spec().get("savepointSchedule") != null) {
      calls.require(CmfFeature.SAVEPOINT_SCHEDULES, CmfEndpoint.APPLICATION_UPSERT, environment);
    }
    return calls.upsert(
        CmfEndpoint.APPLICATION_UPSERT,
        application,
        CmfApplication::of,
        () -> get(application.name()),
        found ->
            Trees.same(found.spec(), application.spec())
                && found.labels().equals(application.labels())
                && found.annotations().equals(application.annotations()),
        environment);
  }

  /**
   * Starts an application that is suspended. Sent once.
   *
   * @param name of the application
   * @return UNCHANGED if it was started already
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfTransition start(String name) {
    return transition(CmfEndpoint.APPLICATION_START, List.of(), name);
  }

  /**
   * Starts an application that is suspended from a savepoint. Sent once.
   *
   * @param name of the application
   * @param savepointUid the uid of a savepoint of this application, or of a detached one
   * @return UNCHANGED if it was started already; the savepoint was not used then
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfNotFoundException if CMF does not know the application, environment or savepoint
   * @throws CmfException if the call fails
   */
  public CmfTransition start(String name, String savepointUid) {
    if (savepointUid.isBlank()) {
      throw new IllegalArgumentException("The uid of a savepoint is not empty");
    }
    calls.require(CmfFeature.SAVEPOINTS, CmfEndpoint.APPLICATION_START, environment, name);
    return transition(
        CmfEndpoint.APPLICATION_START,
        List.of(Map.entry("startFromSavepointUid", savepointUid)),
        name);
  }

  /**
   * Suspends an application. Whether its state is kept is for {@code spec.job.upgradeMode} to say.
   * Sent once.
   *
   * @param name of the application
   * @return UNCHANGED if it was suspended already
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfTransition suspend(String name) {
    return transition(CmfEndpoint.APPLICATION_SUSPEND, List.of(), name);
  }

  private CmfTransition transition(
      CmfEndpoint endpoint, List<Map.Entry<String, String>> query, String name) {
    Answer answer = calls.act(endpoint, query, environment, name);
    @Nullable CmfApplication application =
        answer.text().isBlank()
            ? null
            : calls.body(
                calls.request(endpoint, query, null, List.of(), environment, name),
                answer,
                CmfApplication::of);
    return new CmfTransition(answer.outcome(), application);
  }

  /**
   * Deletes an application, its job and its Flink cluster. CMF does it later: it is gone when
   * {@link #get} throws {@link CmfNotFoundException}. Repeated when it fails retryably.
   *
   * @param name of the application
   * @param force true to remove only what CMF knows of it, without reaching Kubernetes: what runs
   *     there may stay
   * @return UNCHANGED if CMF had nothing to do
   * @throws CmfUnsupportedException if forced, before 2.2; nothing was sent
   * @throws CmfNotFoundException if CMF does not know it, or the environment
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name, boolean force) {
    return calls.delete(CmfEndpoint.APPLICATION_DELETE, force, environment, name);
  }

  /**
   * Lists the instances of an application, by default by name, which is a UUID: sort them by {@link
   * CmfResource#creationTime()}. Nothing is sent before it is read.
   *
   * @param name of the application
   * @param query how; without filter, search and projection
   * @return the list
   */
  public CmfPages<CmfApplicationInstance> instances(String name, CmfQuery query) {
    return calls.list(
        CmfEndpoint.INSTANCES,
        query,
        Calls.BY_NAME,
        CmfApplicationInstance::read,
        environment,
        name);
  }

  /**
   * Returns an instance of an application. Repeated when it fails retryably.
   *
   * @param name of the application
   * @param instance its name
   * @return the instance
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfApplicationInstance instance(String name, String instance) {
    return calls.get(
        CmfEndpoint.INSTANCE, CmfApplicationInstance::read, environment, name, instance);
  }

  /**
   * Lists the events of an application, by default newest first. Nothing is sent before it is read.
   *
   * @param name of the application
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfEvent> events(String name, CmfQuery query) {
    return calls.list(
        CmfEndpoint.EVENTS, query, Calls.NEWEST_FIRST, CmfEvent::read, environment, name);
  }
}
