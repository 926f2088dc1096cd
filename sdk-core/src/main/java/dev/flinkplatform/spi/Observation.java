package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import java.net.URI;
import java.util.Optional;

/**
 * What a backend sees of an application's cluster, without asking Flink. (A control plane may
 * answer by {@code control} for a job it has stopped, too: then {@code launchId} is empty.)
 *
 * @param launchId the start whose cluster is there; empty if nothing is there
 * @param somethingLeft whether any process or resource of any start is still there
 * @param jobManagers how many JobManagers live
 * @param jobManagersWanted how many JobManagers should live: more than one with standbys
 * @param taskManagers how many TaskManagers live
 * @param taskManagersWanted how many TaskManagers should live
 * @param control how to talk to the job; empty if there is no JobManager to talk to
 * @param webUi the address of Flink's web UI
 * @param failure why the cluster cannot come up or is gone, if it is known
 * @param retryable whether launching again, with the next attempt, may help (a lost race for a
 *     port)
 * @param detail the backend's own words, for people
 * @param jobId the id of the job of that start, where the cluster gives it one ({@link
 *     PlatformBackend#givesJobIds}); empty otherwise, or while there is none
 */
public record Observation(
    Optional<String> launchId,
    boolean somethingLeft,
    int jobManagers,
    int jobManagersWanted,
    int taskManagers,
    int taskManagersWanted,
    Optional<JobControl> control,
    Optional<URI> webUi,
    Optional<Failure> failure,
    boolean retryable,
    String detail,
    Optional<JobId> jobId) {

  /**
   * Makes the observation of a cluster that has one JobManager and no standby, and whose job has
   * the id that core chose.
   *
   * @param launchId the start whose cluster is there; empty if nothing is there
   * @param somethingLeft whether any process or resource of any start is still there
   * @param jobManagers how many JobManagers live
   * @param taskManagers how many TaskManagers live
   * @param taskManagersWanted how many TaskManagers should live
   * @param control how to talk to the job; empty if there is no JobManager to talk to
   * @param webUi the address of Flink's web UI
   * @param failure why the cluster cannot come up or is gone, if it is known
   * @param retryable whether launching again, with the next attempt, may help
   * @param detail the backend's own words, for people
   */
  public Observation(
      Optional<String> launchId,
      boolean somethingLeft,
      int jobManagers,
      int taskManagers,
      int taskManagersWanted,
      Optional<JobControl> control,
      Optional<URI> webUi,
      Optional<Failure> failure,
      boolean retryable,
      String detail) {
    this(
        launchId,
        somethingLeft,
        jobManagers,
        1,
        taskManagers,
        taskManagersWanted,
        control,
        webUi,
        failure,
        retryable,
        detail,
        Optional.empty());
  }

  /**
   * Returns the observation that nothing is there.
   *
   * @return the observation
   */
  public static Observation nothing() {
    return new Observation(
        Optional.empty(),
        false,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        "nothing runs");
  }
}
