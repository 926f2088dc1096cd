package dev.flinkplatform;

import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.event.SubscribeOptions;
import dev.flinkplatform.event.Subscription;
import dev.flinkplatform.internal.Connector;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.Violation;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One place that runs Flink: this machine, a namespace of Kubernetes, an environment of Confluent
 * Manager.
 *
 * <p>Everything it knows is kept where the backend lives: another process that connects to the same
 * place sees the same applications and operations. Of one application at most one operation runs at
 * a time, across processes.
 *
 * <p>Thread-safe. Queries block for as long as the backend takes to answer (bounded by its request
 * timeouts); verbs that change something block until the change is journalled and then return an
 * {@link Operation} that goes on by itself. Every method throws {@link
 * dev.flinkplatform.error.PlatformClosedException} after {@link #close()} and {@link
 * dev.flinkplatform.error.BackendUnavailableException} when the backend cannot be asked; what else
 * a method throws is said with it.
 */
public interface FlinkPlatform extends AutoCloseable {

  /**
   * Connects to the backend that a configuration names. Blocks while the backend is probed; changes
   * nothing.
   *
   * @param config the backend's name and options
   * @return the platform; close it when done
   * @throws dev.flinkplatform.error.InvalidSpecException if no or more than one backend of that
   *     name is on the class path, or an option is unknown or wrong; every fault at once
   */
  static FlinkPlatform connect(PlatformConfig config) {
    return Connector.connect(config, Connector.class.getClassLoader());
  }

  /**
   * Tells what this is connected to. Does not block.
   *
   * @return backend, scope and versions
   */
  PlatformInfo info();

  /**
   * Tells what this backend can do. Does not block: probed once, at connect.
   *
   * @return the capabilities; what is not in it is refused before any side effect
   */
  Set<Capability> capabilities();

  /**
   * Returns what only this backend has, under a type of its own, for example {@code CmfAccess} of
   * the backend {@code cmf}. Code that uses it is bound to that backend. Does not block. Default:
   * nothing.
   *
   * @param <T> the type
   * @param type the type, from the backend's module
   * @return what there is; empty if this backend has nothing of that type
   * @throws dev.flinkplatform.error.PlatformClosedException if the platform is closed
   */
  default <T> Optional<T> extension(Class<T> type) {
    return Optional.empty();
  }

  /**
   * Reports everything that is wrong with a specification on this backend. Changes nothing.
   *
   * @param spec the specification
   * @return every violation with its path; empty if it can be deployed
   */
  List<Violation> validate(ApplicationSpec spec);

  /**
   * Renders what this backend would hand to the system it drives. Changes nothing.
   *
   * @param spec the specification
   * @return the documents as YAML; values that may be secret are masked
   * @throws dev.flinkplatform.error.InvalidSpecException if the specification is wrong
   */
  List<Document> render(ApplicationSpec spec);

  /**
   * Tells what {@link #apply} would change, and how. Changes nothing.
   *
   * @param spec the specification
   * @return nothing, create, in place, restart with state, or refused; with the changed fields
   */
  Plan plan(ApplicationSpec spec);

  /**
   * Deploys a new application, without state.
   *
   * @param spec the specification
   * @return the operation; it succeeds when every vertex of the job runs, or the job has already
   *     come to its end
   * @throws dev.flinkplatform.error.ApplicationExistsException if there is one of that name
   * @throws dev.flinkplatform.error.InvalidSpecException if the specification is wrong, with every
   *     fault at once
   * @throws dev.flinkplatform.error.ConflictException if another operation holds the name
   */
  default Operation<FlinkApplication> deploy(ApplicationSpec spec) {
    return deploy(spec, StateRestore.fresh(), OperationOptions.defaults());
  }

  /**
   * Deploys a new application. If it does not come to run before the deadline, whatever was started
   * is removed again.
   *
   * @param spec the specification
   * @param restore from which state; {@code latest} finds what a deletion with {@link
   *     StateRetention#KEEP} left
   * @param options deadline and idempotency key
   * @return the operation; it succeeds when every vertex of the job runs, or the job has already
   *     come to its end
   * @throws dev.flinkplatform.error.ApplicationExistsException if there is one of that name
   * @throws dev.flinkplatform.error.InvalidSpecException if the specification is wrong or there is
   *     no such state, with every fault at once
   * @throws dev.flinkplatform.error.ConflictException if another operation holds the name
   * @throws dev.flinkplatform.error.UnsupportedCapabilityException if the backend cannot restore
   *     that way
   */
  Operation<FlinkApplication> deploy(
      ApplicationSpec spec, StateRestore restore, OperationOptions options);

  /**
   * Creates an application, or makes an existing one as its specification says, with its state;
   * idempotent.
   *
   * @param spec the specification
   * @return the operation; see {@link #apply(ApplicationSpec, OperationOptions)}
   */
  default Operation<FlinkApplication> apply(ApplicationSpec spec) {
    return apply(spec, OperationOptions.defaults());
  }

  /**
   * Creates an application, or makes an existing one as its specification says, with its state;
   * idempotent.
   *
   * <p>A missing TaskManager is started again, a changed parallelism is changed in place where
   * Flink can, anything else goes as {@link FlinkApplication#upgrade} does, from the latest state;
   * a suspended or failed application is started from its latest state. A new application starts
   * without state.
   *
   * @param spec the specification
   * @param options deadline and idempotency key
   * @return the operation; it succeeds when every vertex of the job runs as specified
   * @throws dev.flinkplatform.error.InvalidSpecException if the specification is wrong, with every
   *     fault at once
   * @throws dev.flinkplatform.error.ConflictException if another operation holds the application
   */
  Operation<FlinkApplication> apply(ApplicationSpec spec, OperationOptions options);

  /**
   * Returns the handle of an application.
   *
   * @param name the application's name
   * @return its handle
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if there is none of that name
   */
  FlinkApplication application(String name);

  /**
   * Lists all applications.
   *
   * @return their handles, by name
   */
  default List<FlinkApplication> applications() {
    return applications(LabelSelector.everything());
  }

  /**
   * Lists the applications whose labels fit.
   *
   * @param selector what the labels must be
   * @return their handles, by name
   */
  List<FlinkApplication> applications(LabelSelector selector);

  /**
   * Reports everything that is wrong with a session cluster's specification on this backend.
   * Changes nothing.
   *
   * @param spec the specification
   * @return every violation with its path; empty if it can be deployed
   */
  List<Violation> validate(SessionClusterSpec spec);

  /**
   * Renders what this backend would hand to the system it drives. Changes nothing.
   *
   * @param spec the specification of a session cluster
   * @return the documents as YAML; values that may be secret are masked
   * @throws dev.flinkplatform.error.InvalidSpecException if the specification is wrong
   */
  List<Document> render(SessionClusterSpec spec);

  /**
   * Deploys a new session cluster.
   *
   * @param spec the specification
   * @return the operation; it succeeds when every wanted slot is there
   */
  default Operation<SessionCluster> deploySession(SessionClusterSpec spec) {
    return deploySession(spec, OperationOptions.defaults());
  }

  /**
   * Deploys a new session cluster. If it does not come to run before the deadline, whatever was
   * started is removed again.
   *
   * @param spec the specification
   * @param options deadline and idempotency key
   * @return the operation; it succeeds when every wanted slot is there
   * @throws dev.flinkplatform.error.ApplicationExistsException if there is an application or
   *     session cluster of that name
   * @throws dev.flinkplatform.error.InvalidSpecException if the specification is wrong, with every
   *     fault at once
   * @throws dev.flinkplatform.error.ConflictException if another operation holds the name
   * @throws dev.flinkplatform.error.UnsupportedCapabilityException if the backend has no session
   *     clusters
   */
  Operation<SessionCluster> deploySession(SessionClusterSpec spec, OperationOptions options);

  /**
   * Returns the handle of a session cluster.
   *
   * @param name the cluster's name
   * @return its handle
   * @throws dev.flinkplatform.error.ApplicationNotFoundException if there is none of that name
   */
  SessionCluster session(String name);

  /**
   * Lists all session clusters.
   *
   * @return their handles, by name
   */
  default List<SessionCluster> sessions() {
    return sessions(LabelSelector.everything());
  }

  /**
   * Lists the session clusters whose labels fit.
   *
   * @param selector what the labels must be
   * @return their handles, by name
   */
  List<SessionCluster> sessions(LabelSelector selector);

  /**
   * Lists the operations that are journalled: those that run, and for every application the last
   * ones that ended. Changes nothing; an operation whose process is gone stays as it is.
   *
   * @return their status, the latest first
   */
  List<OperationStatus> operations();

  /**
   * Finds an operation again. If it has not ended and the process that ran it is gone, this
   * platform goes on with it.
   *
   * @param id the operation's id
   * @return the operation
   * @throws dev.flinkplatform.error.OperationNotFoundException if none of that id is journalled
   */
  Operation<?> operation(String id);

  /**
   * Subscribes to what happens, with the default options: to all applications.
   *
   * @param listener hears of it
   * @return the subscription; close it to end it
   */
  default Subscription subscribe(Consumer<? super PlatformEvent> listener) {
    return subscribe(listener, SubscribeOptions.defaults());
  }

  /**
   * Subscribes to what happens from now on: operations, of this and of other processes, changes of
   * state, failures and restarts of jobs. Blocks while the journal is read. While there is a
   * subscriber, one thread looks at the applications again and again, see {@link
   * SubscribeOptions.Builder#interval}; nothing on the cluster is changed.
   *
   * <p>The listener is called on a thread of its own, with one event at a time, in the order they
   * happened. What it throws is logged, and it goes on. If it is too slow, the oldest events that
   * wait are dropped, and it is told how many; nothing else waits for it.
   *
   * @param listener hears of it
   * @param options which application, how many events may wait, how often to look
   * @return the subscription; it ends when it is closed, or the platform is; what waited when the
   *     platform was closed is still told
   */
  Subscription subscribe(Consumer<? super PlatformEvent> listener, SubscribeOptions options);

  /**
   * Closes the platform. Applications go on. Operations stop at their next step and stay
   * journalled: another platform can go on with them. Blocks until the steps under way are done.
   */
  @Override
  void close();
}
