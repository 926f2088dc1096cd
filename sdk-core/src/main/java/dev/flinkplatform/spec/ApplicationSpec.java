package dev.flinkplatform.spec;

import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.ResourceRef;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a Flink application needs, on every backend: the desired state.
 *
 * <p>An application is one Flink cluster that runs one job. Immutable and thread-safe; {@code
 * toString} shows no configuration or environment value that may be a secret.
 */
public final class ApplicationSpec {

  private final String name;
  private final FlinkVersion flinkVersion;
  private final @Nullable String image;
  private final JobSpec job;
  private final int parallelism;
  private final @Nullable Resources jobManager;
  private final TaskManagerSpec taskManager;
  private final Checkpointing checkpointing;
  private final @Nullable String savepointDirectory;
  private final @Nullable StateBackend stateBackend;
  private final @Nullable RestartStrategy restartStrategy;
  private final HighAvailability highAvailability;
  private final Map<String, String> flinkConfig;
  private final Map<String, String> labels;
  private final Map<String, String> environment;
  private final Map<String, SecretRef> secretEnvironment;
  private final @Nullable KubernetesSettings kubernetes;
  private final boolean sessionCluster;

  private ApplicationSpec(Builder b) {
    this.name = b.name;
    this.sessionCluster = b.sessionCluster;
    this.flinkVersion = b.flinkVersion;
    this.image = b.image;
    this.job = b.job;
    this.parallelism = b.parallelism;
    this.jobManager = b.jobManager;
    this.taskManager = b.taskManager;
    this.checkpointing = b.checkpointing;
    this.savepointDirectory = b.savepointDirectory;
    this.stateBackend = b.stateBackend;
    this.restartStrategy = b.restartStrategy;
    this.highAvailability = b.highAvailability;
    this.flinkConfig = Collections.unmodifiableMap(new LinkedHashMap<>(b.flinkConfig));
    this.labels = Collections.unmodifiableMap(new LinkedHashMap<>(b.labels));
    this.environment = Collections.unmodifiableMap(new LinkedHashMap<>(b.environment));
    this.secretEnvironment = Collections.unmodifiableMap(new LinkedHashMap<>(b.secretEnvironment));
    this.kubernetes = b.kubernetes;
  }

  /**
   * Starts a builder.
   *
   * @param name the name, a DNS-1035 label of at most 40 characters; it identifies the application
   * @return a new builder; not thread-safe
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Starts a builder that holds the same values.
   *
   * @return a new builder; not thread-safe
   */
  public Builder toBuilder() {
    Builder b = new Builder(name);
    b.sessionCluster = sessionCluster;
    b.flinkVersion = flinkVersion;
    b.image = image;
    b.job = job;
    b.parallelism = parallelism;
    b.jobManager = jobManager;
    b.taskManager = taskManager;
    b.checkpointing = checkpointing;
    b.savepointDirectory = savepointDirectory;
    b.stateBackend = stateBackend;
    b.restartStrategy = restartStrategy;
    b.highAvailability = highAvailability;
    b.flinkConfig.putAll(flinkConfig);
    b.labels.putAll(labels);
    b.environment.putAll(environment);
    b.secretEnvironment.putAll(secretEnvironment);
    b.kubernetes = kubernetes;
    return b;
  }

  /**
   * Returns the name, a DNS-1035 label of at most 40 characters; it identifies the application.
   *
   * @return the name, a DNS-1035 label of at most 40 characters; it identifies the application
   */
  public String name() {
    return name;
  }

  /**
   * Returns the Flink version.
   *
   * @return the Flink version
   */
  public FlinkVersion flinkVersion() {
    return flinkVersion;
  }

  /**
   * Returns the container image; without it the backend takes Flink's official one.
   *
   * @return the container image; without it the backend takes Flink's official one, or empty if it
   *     was not said
   */
  public Optional<String> image() {
    return Optional.ofNullable(image);
  }

  /**
   * Returns what to run.
   *
   * @return what to run
   */
  public JobSpec job() {
    return job;
  }

  /**
   * Returns the parallelism of operators that set none themselves, 1 or more.
   *
   * @return the parallelism of operators that set none themselves, 1 or more
   */
  public int parallelism() {
    return parallelism;
  }

  /**
   * Returns CPU and total memory of one JobManager (Flink's {@code
   * jobmanager.memory.process.size}); without it Flink's own default holds.
   *
   * @return CPU and total memory of one JobManager (Flink's {@code
   *     jobmanager.memory.process.size}); without it Flink's own default holds, or empty if it was
   *     not said
   */
  public Optional<Resources> jobManager() {
    return Optional.ofNullable(jobManager);
  }

  /**
   * Returns the TaskManagers.
   *
   * @return the TaskManagers
   */
  public TaskManagerSpec taskManager() {
    return taskManager;
  }

  /**
   * Returns how many TaskManagers this asks for.
   *
   * @return {@link TaskManagerSpec#replicas}, or else as many as the parallelism needs; 1 or more
   */
  public int taskManagers() {
    return taskManager.replicas().orElseGet(() -> taskManager.neededFor(parallelism));
  }

  /**
   * Returns when and where Flink takes checkpoints.
   *
   * @return when and where Flink takes checkpoints
   */
  public Checkpointing checkpointing() {
    return checkpointing;
  }

  /**
   * Returns the directory for savepoints, as a URI that JobManager and TaskManagers can both write.
   *
   * @return the directory for savepoints, as a URI that JobManager and TaskManagers can both write,
   *     or empty if it was not said
   */
  public Optional<String> savepointDirectory() {
    return Optional.ofNullable(savepointDirectory);
  }

  /**
   * Returns where operators keep their working state; without it Flink's own default holds.
   *
   * @return where operators keep their working state; without it Flink's own default holds, or
   *     empty if it was not said
   */
  public Optional<StateBackend> stateBackend() {
    return Optional.ofNullable(stateBackend);
  }

  /**
   * Returns how Flink restarts a failed job; without it Flink's own default holds.
   *
   * @return how Flink restarts a failed job; without it Flink's own default holds, or empty if it
   *     was not said
   */
  public Optional<RestartStrategy> restartStrategy() {
    return Optional.ofNullable(restartStrategy);
  }

  /**
   * Returns how the JobManager survives its own death.
   *
   * @return how the JobManager survives its own death
   */
  public HighAvailability highAvailability() {
    return highAvailability;
  }

  /**
   * Tells whether another JobManager takes over when the leader dies, and finds its jobs.
   *
   * @return true unless {@link #highAvailability} is {@link HighAvailability.None}
   */
  public boolean isHighlyAvailable() {
    return !(highAvailability instanceof HighAvailability.None);
  }

  /**
   * Returns free Flink configuration, by Flink's own keys.
   *
   * @return free Flink configuration, by Flink's own keys; unmodifiable
   */
  public Map<String, String> flinkConfig() {
    return flinkConfig;
  }

  /**
   * Returns labels for selecting applications.
   *
   * @return labels for selecting applications; unmodifiable
   */
  public Map<String, String> labels() {
    return labels;
  }

  /**
   * Returns environment variables of all processes; no secrets.
   *
   * @return environment variables of all processes; no secrets; unmodifiable
   */
  public Map<String, String> environment() {
    return environment;
  }

  /**
   * Returns environment variables of all processes whose values come from a Secret.
   *
   * @return environment variables of all processes whose values come from a Secret; unmodifiable
   */
  public Map<String, SecretRef> secretEnvironment() {
    return secretEnvironment;
  }

  /**
   * Returns what only makes sense on Kubernetes; other backends refuse it.
   *
   * @return what only makes sense on Kubernetes; other backends refuse it, or empty if it was not
   *     said
   */
  public Optional<KubernetesSettings> kubernetes() {
    return Optional.ofNullable(kubernetes);
  }

  /**
   * Tells whether this is the form that backends take a {@link SessionClusterSpec} in: then it has
   * no job.
   *
   * @return false for every application
   */
  public boolean isSessionCluster() {
    return sessionCluster;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof ApplicationSpec that
        && Objects.equals(name, that.name)
        && sessionCluster == that.sessionCluster
        && Objects.equals(flinkVersion, that.flinkVersion)
        && Objects.equals(image, that.image)
        && Objects.equals(job, that.job)
        && parallelism == that.parallelism
        && Objects.equals(jobManager, that.jobManager)
        && Objects.equals(taskManager, that.taskManager)
        && Objects.equals(checkpointing, that.checkpointing)
        && Objects.equals(savepointDirectory, that.savepointDirectory)
        && Objects.equals(stateBackend, that.stateBackend)
        && Objects.equals(restartStrategy, that.restartStrategy)
        && Objects.equals(highAvailability, that.highAvailability)
        && Objects.equals(flinkConfig, that.flinkConfig)
        && Objects.equals(labels, that.labels)
        && Objects.equals(environment, that.environment)
        && Objects.equals(secretEnvironment, that.secretEnvironment)
        && Objects.equals(kubernetes, that.kubernetes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        name,
        sessionCluster,
        flinkVersion,
        image,
        job,
        parallelism,
        jobManager,
        taskManager,
        checkpointing,
        savepointDirectory,
        stateBackend,
        restartStrategy,
        highAvailability,
        flinkConfig,
        labels,
        environment,
        secretEnvironment,
        kubernetes);
  }

  /**
   * Returns the specification without the values of configuration and environment.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "ApplicationSpec{name="
        + name
        + ", flinkVersion="
        + flinkVersion
        + ", image="
        + image
        + ", jars="
        + job.jars()
        + ", entryClass="
        + job.entryClass().orElse("-")
        + ", parallelism="
        + parallelism
        + ", taskManager="
        + taskManager
        + ", flinkConfigKeys="
        + flinkConfig.keySet()
        + ", labels="
        + labels
        + "}";
  }

  /** Builds a {@link ApplicationSpec}. Not thread-safe. */
  public static final class Builder {

    private final String name;
    private FlinkVersion flinkVersion = FlinkVersion.of(2, 3);
    private @Nullable String image;
    private JobSpec job = JobSpec.builder().build();
    private int parallelism = 1;
    private @Nullable Resources jobManager;
    private TaskManagerSpec taskManager = TaskManagerSpec.builder().build();
    private Checkpointing checkpointing = Checkpointing.builder().build();
    private @Nullable String savepointDirectory;
    private @Nullable StateBackend stateBackend;
    private @Nullable RestartStrategy restartStrategy;
    private HighAvailability highAvailability = HighAvailability.none();
    private final Map<String, String> flinkConfig = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, SecretRef> secretEnvironment = new LinkedHashMap<>();
    private @Nullable KubernetesSettings kubernetes;
    private boolean sessionCluster;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Sets the Flink version. Default: 2.3.
     *
     * @param value the Flink version
     * @return this builder
     */
    public Builder flinkVersion(FlinkVersion value) {
      this.flinkVersion = Objects.requireNonNull(value, "flinkVersion");
      return this;
    }

    /**
     * Sets the container image; without it the backend takes Flink's official one. Default: none.
     *
     * @param value the container image; without it the backend takes Flink's official one
     * @return this builder
     */
    public Builder image(String value) {
      this.image = Objects.requireNonNull(value, "image");
      return this;
    }

    /**
     * Sets what to run. Default: nothing, which is refused.
     *
     * @param value what to run
     * @return this builder
     */
    public Builder job(JobSpec value) {
      this.job = Objects.requireNonNull(value, "job");
      return this;
    }

    /**
     * Sets the parallelism of operators that set none themselves, 1 or more. Default: 1.
     *
     * @param value the parallelism of operators that set none themselves, 1 or more
     * @return this builder
     */
    public Builder parallelism(int value) {
      this.parallelism = value;
      return this;
    }

    /**
     * Sets CPU and total memory of one JobManager (Flink's {@code jobmanager.memory.process.size});
     * without it Flink's own default holds. Default: none.
     *
     * @param value CPU and total memory of one JobManager (Flink's {@code
     *     jobmanager.memory.process.size}); without it Flink's own default holds
     * @return this builder
     */
    public Builder jobManager(Resources value) {
      this.jobManager = Objects.requireNonNull(value, "jobManager");
      return this;
    }

    /**
     * Sets the TaskManagers. Default: one slot each, as many as the parallelism needs.
     *
     * @param value the TaskManagers
     * @return this builder
     */
    public Builder taskManager(TaskManagerSpec value) {
      this.taskManager = Objects.requireNonNull(value, "taskManager");
      return this;
    }

    /**
     * Sets when and where Flink takes checkpoints. Default: none by itself.
     *
     * @param value when and where Flink takes checkpoints
     * @return this builder
     */
    public Builder checkpointing(Checkpointing value) {
      this.checkpointing = Objects.requireNonNull(value, "checkpointing");
      return this;
    }

    /**
     * Sets the directory for savepoints, as a URI that JobManager and TaskManagers can both write.
     * Default: none.
     *
     * @param value the directory for savepoints, as a URI that JobManager and TaskManagers can both
     *     write
     * @return this builder
     */
    public Builder savepointDirectory(String value) {
      this.savepointDirectory = Objects.requireNonNull(value, "savepointDirectory");
      return this;
    }

    /**
     * Sets where operators keep their working state; without it Flink's own default holds. Default:
     * none.
     *
     * @param value where operators keep their working state; without it Flink's own default holds
     * @return this builder
     */
    public Builder stateBackend(StateBackend value) {
      this.stateBackend = Objects.requireNonNull(value, "stateBackend");
      return this;
    }

    /**
     * Sets how Flink restarts a failed job; without it Flink's own default holds. Default: none.
     *
     * @param value how Flink restarts a failed job; without it Flink's own default holds
     * @return this builder
     */
    public Builder restartStrategy(RestartStrategy value) {
      this.restartStrategy = Objects.requireNonNull(value, "restartStrategy");
      return this;
    }

    /**
     * Sets how the JobManager survives its own death. Default: none.
     *
     * @param value how the JobManager survives its own death
     * @return this builder
     */
    public Builder highAvailability(HighAvailability value) {
      this.highAvailability = Objects.requireNonNull(value, "highAvailability");
      return this;
    }

    /**
     * Replaces free Flink configuration, by Flink's own keys. Default: none.
     *
     * @param values free Flink configuration, by Flink's own keys; copied
     * @return this builder
     */
    public Builder flinkConfig(Map<String, String> values) {
      this.flinkConfig.clear();
      this.flinkConfig.putAll(values);
      return this;
    }

    /**
     * Puts one of free Flink configuration, by Flink's own keys.
     *
     * @param key the name
     * @param value the value
     * @return this builder
     */
    public Builder putFlinkConfig(String key, String value) {
      this.flinkConfig.put(
          Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Replaces labels for selecting applications. Default: none.
     *
     * @param values labels for selecting applications; copied
     * @return this builder
     */
    public Builder labels(Map<String, String> values) {
      this.labels.clear();
      this.labels.putAll(values);
      return this;
    }

    /**
     * Puts one of labels for selecting applications.
     *
     * @param key the name
     * @param value the value
     * @return this builder
     */
    public Builder putLabel(String key, String value) {
      this.labels.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Replaces environment variables of all processes; no secrets. Default: none.
     *
     * @param values environment variables of all processes; no secrets; copied
     * @return this builder
     */
    public Builder environment(Map<String, String> values) {
      this.environment.clear();
      this.environment.putAll(values);
      return this;
    }

    /**
     * Puts one of environment variables of all processes; no secrets.
     *
     * @param key the name
     * @param value the value
     * @return this builder
     */
    public Builder putEnvironment(String key, String value) {
      this.environment.put(
          Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Replaces environment variables of all processes whose values come from a Secret. Default:
     * none.
     *
     * @param values environment variables of all processes whose values come from a Secret; copied
     * @return this builder
     */
    public Builder secretEnvironment(Map<String, SecretRef> values) {
      this.secretEnvironment.clear();
      this.secretEnvironment.putAll(values);
      return this;
    }

    /**
     * Puts one of environment variables of all processes whose values come from a Secret.
     *
     * @param key the name
     * @param value the value
     * @return this builder
     */
    public Builder putSecretEnvironment(String key, SecretRef value) {
      this.secretEnvironment.put(
          Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Sets what only makes sense on Kubernetes; other backends refuse it. Default: none.
     *
     * @param value what only makes sense on Kubernetes; other backends refuse it
     * @return this builder
     */
    public Builder kubernetes(KubernetesSettings value) {
      this.kubernetes = Objects.requireNonNull(value, "kubernetes");
      return this;
    }

    /**
     * Makes it the form that backends take a session cluster in: without a job. Users take {@link
     * SessionClusterSpec#builder}.
     *
     * @return this builder
     */
    public Builder sessionCluster() {
      this.sessionCluster = true;
      return this;
    }

    /**
     * Reports everything that is wrong with what was said so far, without building.
     *
     * @return every violation with its path in the specification; empty if {@link #build()} would
     *     succeed
     */
    public List<Violation> validate() {
      return SpecRules.check(new ApplicationSpec(this));
    }

    /**
     * Builds the specification.
     *
     * @return the specification; immutable
     * @throws dev.flinkplatform.error.InvalidSpecException if anything is wrong, with every
     *     violation at once
     */
    public ApplicationSpec build() {
      List<Violation> violations = validate();
      if (!violations.isEmpty()) {
        throw new InvalidSpecException(
            sessionCluster ? "SessionClusterSpec" : "ApplicationSpec",
            violations,
            new ResourceRef("any", "-", name));
      }
      return new ApplicationSpec(this);
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
  }
}
