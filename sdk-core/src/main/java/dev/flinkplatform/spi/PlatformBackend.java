package dev.flinkplatform.spi;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One way to run Flink. It has small primitives and no loop of its own: core decides what to do,
 * when to try again, and when it is done.
 *
 * <p>Rules. Every primitive returns soon (bounded by request timeouts) and never waits for work to
 * be done. Those that change something are idempotent: core calls them again after a crash, when it
 * cannot know whether the first call worked. All throw {@link BackendFault} and nothing else.
 * Thread-safe; core never makes two changes to one application at a time. New methods come with a
 * default and a {@link Capability}.
 */
public interface PlatformBackend extends AutoCloseable {

  /** Whether the process that owns an operation is there. */
  enum Liveness {
    /** It is there. */
    ALIVE,
    /** It is gone, and cannot come back. */
    DEAD,
    /** It cannot be told from here. */
    UNKNOWN
  }

  /**
   * Tells what this is connected to.
   *
   * @return backend, scope and versions
   */
  PlatformInfo info();

  /**
   * Tells what this backend can do; probed when it was created.
   *
   * @return the capabilities
   */
  Set<Capability> capabilities();

  /**
   * Returns what only this backend has, under a type of its own. Default: nothing.
   *
   * @param <T> the type
   * @param type the type that is asked for
   * @return what there is of that type; good until this backend is closed
   */
  default <T> Optional<T> extension(Class<T> type) {
    return Optional.empty();
  }

  /**
   * Returns the store of core's documents.
   *
   * @return the store
   */
  RecordStore records();

  /**
   * Names this process, so that others can tell whether it is still there.
   *
   * @return an opaque token
   */
  String owner();

  /**
   * Tells whether the process of a token is still there.
   *
   * @param owner what {@link #owner()} returned, in this or another process
   * @return alive, dead, or unknown; core takes an operation over only from the dead
   */
  Liveness liveness(String owner);

  /**
   * Tells whether the cluster gives a job its id, as a control plane that starts jobs by itself
   * does. Then {@link Launch#jobId} is a placeholder, and core takes the id from {@link
   * Observation#jobId} when it first sees it. Default: false, the job gets the id that core chose.
   *
   * @return whether it does
   */
  default boolean givesJobIds() {
    return false;
  }

  /**
   * Fills in what this backend knows better than the user: default directories, above all. Pure.
   *
   * @param spec the specification as the user wrote it
   * @return the specification as it is deployed
   */
  ApplicationSpec complete(ApplicationSpec spec);

  /**
   * Reports what this backend cannot do with a specification, or what is not there. Changes
   * nothing.
   *
   * @param spec a completed specification
   * @return every violation
   */
  List<Violation> check(ApplicationSpec spec);

  /**
   * Tells whether a checkpoint or savepoint can be restored, as far as can be told from here.
   * Changes nothing.
   *
   * @param location where it is
   * @return why not, or empty if it can or nobody knows
   */
  Optional<Failure> checkState(String location);

  /**
   * Renders a specification. Pure.
   *
   * @param spec a completed specification
   * @return the documents
   */
  List<Document> render(ApplicationSpec spec);

  /**
   * Starts a cluster, or what is missing of it, TaskManagers included: for an application, or, if
   * the specification {@linkplain ApplicationSpec#isSessionCluster() says so}, one that waits for
   * jobs. A session cluster with high availability that is launched again, with the same id and the
   * next attempt, must find its jobs again. Idempotent by the launch's id; must refuse to start
   * beside a cluster of another launch of the same application.
   *
   * @param launch what to start
   */
  void launch(Launch launch);

  /**
   * Submits a job to a running session cluster, under the job id of the launch. Idempotent by that
   * id: a job that the cluster knows already is not submitted again. May block while Flink runs the
   * job's main method. Needs {@link Capability#SESSION}; by default it is refused.
   *
   * @param cluster the session cluster's name
   * @param job what to submit: the job's own specification, id and state
   * @throws BackendFault permanently if Flink refuses the job, with the cause
   */
  default void submit(String cluster, Launch job) {
    throw BackendFault.permanent(
        Failure.of(Failure.Kind.UNSUPPORTED, "This backend has no session clusters"), null);
  }

  /**
   * Looks at an application's cluster.
   *
   * @param application the application's name
   * @return what is seen
   */
  Observation observe(String application);

  /**
   * Returns how to ask what became of a savepoint or a disposal that was asked for, and how to ask
   * for a disposal. Default: as {@link #observe} says, so not while no JobManager can be asked. A
   * control plane that does these things itself answers for them at any time.
   *
   * @param application the application's name
   * @return the control; empty if what was asked for is lost
   */
  default Optional<JobControl> control(String application) {
    return observe(application).control();
  }

  /**
   * Tells what of a running launch is not as it was asked for, as others have a say in it: defaults
   * of an environment that win, or other hands. Plans tell it; no plan is made because of it, as
   * asking again would give the same. Changes nothing. Default: nothing.
   *
   * @param launch the launch that is running
   * @return one sentence for each, for people; no secrets
   */
  default List<String> drift(Launch launch) {
    return List.of();
  }

  /**
   * Makes the number of TaskManagers of the running cluster what is wanted. Idempotent.
   *
   * @param launch the launch that is running
   * @param count how many TaskManagers are wanted, 1 or more
   */
  void scaleTaskManagers(Launch launch, int count);

  /**
   * Tells whether core must look after processes that die, since nobody else starts them again.
   * Default: false.
   *
   * @return whether an open platform asks for {@link #loss} again and again
   */
  default boolean needsSupervision() {
    return false;
  }

  /**
   * Tells what died of a launch by accident. Nothing did if it was {@linkplain #halt halted}, or
   * its job came to its end, or it cannot be told from here whether its processes live. Default:
   * nothing ever does.
   *
   * @param launch the launch that should run
   * @return what died, or empty if nothing did
   */
  default Optional<Loss> loss(Launch launch) {
    return Optional.empty();
  }

  /**
   * Tells how a job is known to have ended, when no JobManager is there that could be asked.
   * Default: nothing is known.
   *
   * @param application the name of the application, or of the session cluster the job was in
   * @param job the job's id
   * @return a terminal state; empty if it has not ended, or nobody knows
   */
  default Optional<JobState> ended(String application, JobId job) {
    return Optional.empty();
  }

  /**
   * Starts again what died of a launch, unless the loss is {@linkplain Loss#beyondRepair beyond
   * repair}. Idempotent: what lives is left alone. Default: does nothing.
   *
   * @param launch the launch that should run
   * @return whether it could; false if it is seen only now that nobody knows the job any more, so
   *     that the cluster would start it from the beginning
   */
  default boolean revive(Launch launch) {
    return true;
  }

  /**
   * Takes down everything that runs of an application, of any launch; its state stays. Called until
   * it returns true.
   *
   * @param application the application's name
   * @return whether nothing is left
   */
  boolean halt(String application);

  /**
   * Removes what is left of an application after {@link #halt}. Idempotent.
   *
   * @param spec what was deployed
   * @param retention whether state is kept
   * @param runs the ids of all runs of the job that are remembered
   * @param savepoints the locations of all savepoints that are remembered
   * @return where state was left
   */
  List<String> discard(
      ApplicationSpec spec, StateRetention retention, List<JobId> runs, List<String> savepoints);

  /**
   * Deletes the state of a job in a session cluster, after it has come to its end. Idempotent. By
   * default its savepoints only, as far as they can be deleted from here.
   *
   * @param spec the job's completed specification
   * @param runs the ids of all runs of the job that are remembered
   * @param savepoints the locations of all savepoints that are remembered
   */
  default void discardState(ApplicationSpec spec, List<JobId> runs, List<String> savepoints) {
    savepoints.forEach(this::deleteSavepoint);
  }

  /**
   * Finds the newest completed checkpoint of a run, without asking Flink.
   *
   * @param spec what was deployed
   * @param run the id of the run
   * @return the checkpoint, or empty if there is none
   * @throws BackendFault permanently if it cannot be told from here whether there is one: taking
   *     older state for the newest would lose what came after it
   */
  Optional<CheckpointInfo> latestCheckpoint(ApplicationSpec spec, JobId run);

  /**
   * Tells when a checkpoint or savepoint was completed, without asking Flink. Changes nothing.
   *
   * @param location where it is
   * @return when, or empty if that cannot be told from here
   */
  Optional<Instant> completedAt(String location);

  /**
   * Finds a completed savepoint in a directory that core chose for it alone, without asking Flink.
   *
   * @param directory the directory
   * @return its location, or empty if there is none or it cannot be found from here
   */
  Optional<String> findSavepoint(String directory);

  /**
   * Deletes a savepoint without asking Flink.
   *
   * @param location where it is
   * @return whether it is gone; false if it cannot be deleted from here
   */
  boolean deleteSavepoint(String location);

  /**
   * Returns the ends of the logs of all processes of an application.
   *
   * @param application the application's name
   * @param maxBytesPerFile how much of each file at the most
   * @return the log files
   */
  List<LogFile> logs(String application, int maxBytesPerFile);

  /**
   * Tells how full the disks are that an application writes to: working directories, logs,
   * checkpoints, savepoints. Changes nothing. Default: cannot tell.
   *
   * @param spec what was deployed, completed
   * @return the disks, each once; empty if they cannot be told from here
   */
  default List<DiskSpace> disks(ApplicationSpec spec) {
    return List.of();
  }

  /** Releases what this process holds; what runs goes on. */
  @Override
  void close();
}
