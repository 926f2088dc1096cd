package dev.flinkplatform.spec;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a session cluster is to be: JobManager and TaskManagers that jobs are submitted to.
 *
 * <p>Immutable and thread-safe. It shares the fields of {@link ApplicationSpec} that are no job's.
 */
public final class SessionClusterSpec {

  private final ApplicationSpec cluster;

  private SessionClusterSpec(ApplicationSpec cluster) {
    this.cluster = cluster;
  }

  /**
   * Starts a builder.
   *
   * @param name the name, a DNS-1035 label of at most 40 characters; applications and session
   *     clusters of a platform share one space of names
   * @return a new builder; not thread-safe
   */
  public static Builder builder(String name) {
    return new Builder(
        ApplicationSpec.builder(name).sessionCluster(),
        TaskManagerSpec.builder().replicas(1).build());
  }

  /**
   * Returns the session cluster of what {@link #cluster()} gave.
   *
   * @param cluster a session cluster as backends take it
   * @return the specification
   * @throws IllegalArgumentException if it is an application
   */
  public static SessionClusterSpec of(ApplicationSpec cluster) {
    if (!cluster.isSessionCluster()) {
      throw new IllegalArgumentException("'" + cluster.name() + "' is an application");
    }
    return new SessionClusterSpec(cluster);
  }

  /**
   * Starts a builder that holds the same values.
   *
   * @return a new builder; not thread-safe
   */
  public Builder toBuilder() {
    return new Builder(cluster.toBuilder(), taskManager());
  }

  /**
   * Returns it as backends take it: like an application without a job.
   *
   * @return the form for backends
   */
  public ApplicationSpec cluster() {
    return cluster;
  }

  /**
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return cluster.name();
  }

  /**
   * Returns what the TaskManagers get, and how many there are.
   *
   * @return slots, resources and number; the number is always said
   */
  public TaskManagerSpec taskManager() {
    return cluster.taskManager();
  }

  /**
   * Returns the Flink version.
   *
   * @return the value
   */
  public FlinkVersion flinkVersion() {
    return cluster.flinkVersion();
  }

  /**
   * Returns the container image; without it the backend takes Flink's official one.
   *
   * @return the value, or empty if it was not said
   */
  public Optional<String> image() {
    return cluster.image();
  }

  /**
   * Returns CPU and total memory of one JobManager (Flink's {@code
   * jobmanager.memory.process.size}); without it Flink's own default holds.
   *
   * @return the value, or empty if it was not said
   */
  public Optional<Resources> jobManager() {
    return cluster.jobManager();
  }

  /**
   * Returns how jobs are checkpointed that say nothing else.
   *
   * @return the value
   */
  public Checkpointing checkpointing() {
    return cluster.checkpointing();
  }

  /**
   * Returns where savepoints of its jobs go, as a URI that JobManager and TaskManagers can both
   * write.
   *
   * @return the value, or empty if it was not said
   */
  public Optional<String> savepointDirectory() {
    return cluster.savepointDirectory();
  }

  /**
   * Returns the state backend of jobs that name none.
   *
   * @return the value, or empty if it was not said
   */
  public Optional<StateBackend> stateBackend() {
    return cluster.stateBackend();
  }

  /**
   * Returns what Flink does when a task of a job fails, for jobs that say nothing else.
   *
   * @return the value, or empty if it was not said
   */
  public Optional<RestartStrategy> restartStrategy() {
    return cluster.restartStrategy();
  }

  /**
   * Returns how the cluster, and every job in it, survives the death of a JobManager.
   *
   * @return the value
   */
  public HighAvailability highAvailability() {
    return cluster.highAvailability();
  }

  /**
   * Returns further Flink configuration, by Flink's own keys.
   *
   * @return the value
   */
  public Map<String, String> flinkConfig() {
    return cluster.flinkConfig();
  }

  /**
   * Returns labels to find it by.
   *
   * @return the value
   */
  public Map<String, String> labels() {
    return cluster.labels();
  }

  /**
   * Returns environment variables of all processes.
   *
   * @return the value
   */
  public Map<String, String> environment() {
    return cluster.environment();
  }

  /**
   * Returns environment variables whose values come from a Secret.
   *
   * @return the value
   */
  public Map<String, SecretRef> secretEnvironment() {
    return cluster.secretEnvironment();
  }

  /**
   * Returns what only makes sense on Kubernetes.
   *
   * @return the value, or empty if it was not said
   */
  public Optional<KubernetesSettings> kubernetes() {
    return cluster.kubernetes();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof SessionClusterSpec that && cluster.equals(that.cluster);
  }

  @Override
  public int hashCode() {
    return cluster.hashCode();
  }

  /**
   * Returns the specification without the values of configuration and environment.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "SessionClusterSpec{name="
        + name()
        + ", flinkVersion="
        + flinkVersion()
        + ", taskManager="
        + taskManager()
        + ", flinkConfigKeys="
        + flinkConfig().keySet()
        + ", labels="
        + labels()
        + "}";
  }

  /** Builds a {@link SessionClusterSpec}. Not thread-safe. */
  public static final class Builder {

    private final ApplicationSpec.Builder cluster;
    private TaskManagerSpec taskManager;

    private Builder(ApplicationSpec.Builder cluster, TaskManagerSpec taskManager) {
      this.cluster = cluster;
      this.taskManager = taskManager;
    }

    /**
     * Sets what the TaskManagers get, and how many there are. Default: one with one slot.
     *
     * @param value slots, resources and number; a number that is not said is 1
     * @return this builder
     */
    public Builder taskManager(TaskManagerSpec value) {
      Objects.requireNonNull(value, "taskManager");
      this.taskManager =
          value.replicas().isPresent() ? value : value.toBuilder().replicas(1).build();
      return this;
    }

    /**
     * Sets the Flink version. Default: 2.3.
     *
     * @param value the value
     * @return this builder
     */
    public Builder flinkVersion(FlinkVersion value) {
      cluster.flinkVersion(value);
      return this;
    }

    /**
     * Sets the container image; without it the backend takes Flink's official one. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder image(String value) {
      cluster.image(value);
      return this;
    }

    /**
     * Sets CPU and total memory of one JobManager (Flink's {@code jobmanager.memory.process.size});
     * without it Flink's own default holds. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder jobManager(Resources value) {
      cluster.jobManager(value);
      return this;
    }

    /**
     * Sets how jobs are checkpointed that say nothing else. Default: no checkpoints.
     *
     * @param value the value
     * @return this builder
     */
    public Builder checkpointing(Checkpointing value) {
      cluster.checkpointing(value);
      return this;
    }

    /**
     * Sets where savepoints of its jobs go, as a URI that JobManager and TaskManagers can both
     * write. Default: none; the backend may have one.
     *
     * @param value the value
     * @return this builder
     */
    public Builder savepointDirectory(String value) {
      cluster.savepointDirectory(value);
      return this;
    }

    /**
     * Sets the state backend of jobs that name none. Default: none: Flink's own.
     *
     * @param value the value
     * @return this builder
     */
    public Builder stateBackend(StateBackend value) {
      cluster.stateBackend(value);
      return this;
    }

    /**
     * Sets what Flink does when a task of a job fails, for jobs that say nothing else. Default:
     * none: Flink's own.
     *
     * @param value the value
     * @return this builder
     */
    public Builder restartStrategy(RestartStrategy value) {
      cluster.restartStrategy(value);
      return this;
    }

    /**
     * Sets how the cluster, and every job in it, survives the death of a JobManager. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder highAvailability(HighAvailability value) {
      cluster.highAvailability(value);
      return this;
    }

    /**
     * Sets further Flink configuration, by Flink's own keys. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder flinkConfig(Map<String, String> value) {
      cluster.flinkConfig(value);
      return this;
    }

    /**
     * Sets labels to find it by. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder labels(Map<String, String> value) {
      cluster.labels(value);
      return this;
    }

    /**
     * Sets environment variables of all processes. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder environment(Map<String, String> value) {
      cluster.environment(value);
      return this;
    }

    /**
     * Sets environment variables whose values come from a Secret. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder secretEnvironment(Map<String, SecretRef> value) {
      cluster.secretEnvironment(value);
      return this;
    }

    /**
     * Sets what only makes sense on Kubernetes. Default: none.
     *
     * @param value the value
     * @return this builder
     */
    public Builder kubernetes(KubernetesSettings value) {
      cluster.kubernetes(value);
      return this;
    }

    /**
     * Sets the Flink version from text such as {@code 2.3}. Default: {@code 2.3}.
     *
     * @param version the version
     * @return this builder
     * @throws IllegalArgumentException if the text is no version
     */
    public Builder flinkVersion(String version) {
      return flinkVersion(FlinkVersion.parse(version));
    }

    /**
     * Adds one key of Flink configuration.
     *
     * @param key Flink's key
     * @param value its value
     * @return this builder
     */
    public Builder putFlinkConfig(String key, String value) {
      cluster.putFlinkConfig(key, value);
      return this;
    }

    /**
     * Adds a label.
     *
     * @param key its key
     * @param value its value
     * @return this builder
     */
    public Builder putLabel(String key, String value) {
      cluster.putLabel(key, value);
      return this;
    }

    /**
     * Reports everything that is wrong with what was said so far, without building.
     *
     * @return every violation with its path; empty if {@link #build()} would succeed
     */
    public List<Violation> validate() {
      return cluster.taskManager(taskManager).validate();
    }

    /**
     * Builds the specification.
     *
     * @return the specification; immutable
     * @throws dev.flinkplatform.error.InvalidSpecException if anything is wrong, with every
     *     violation at once
     */
    public SessionClusterSpec build() {
      return new SessionClusterSpec(cluster.taskManager(taskManager).build());
    }
  }
}
