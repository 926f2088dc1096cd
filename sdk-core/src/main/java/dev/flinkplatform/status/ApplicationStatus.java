package dev.flinkplatform.status;

import dev.flinkplatform.JobId;
import dev.flinkplatform.spec.FlinkVersion;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of an application, and when.
 *
 * <p>Immutable and thread-safe. A status is a look at one moment: {@link #observedAt()} tells
 * which.
 */
public final class ApplicationStatus {

  private final String name;
  private final ApplicationState state;
  private final String reason;
  private final String backendState;
  private final long generation;
  private final @Nullable FlinkVersion flinkVersion;
  private final @Nullable JobId jobId;
  private final List<JobId> jobIdHistory;
  private final JobState jobState;
  private final int parallelism;
  private final List<VertexStatus> vertices;
  private final List<TaskManagerStatus> taskManagers;
  private final int slotsTotal;
  private final int slotsFree;
  private final long restarts;
  private final @Nullable CheckpointInfo latestCheckpoint;
  private final long completedCheckpoints;
  private final @Nullable String restoredFrom;
  private final @Nullable URI webUi;
  private final @Nullable String activeOperation;
  private final Instant observedAt;

  private ApplicationStatus(Builder b) {
    this.name = b.name;
    this.state = b.state;
    this.reason = b.reason;
    this.backendState = b.backendState;
    this.generation = b.generation;
    this.flinkVersion = b.flinkVersion;
    this.jobId = b.jobId;
    this.jobIdHistory = List.copyOf(b.jobIdHistory);
    this.jobState = b.jobState;
    this.parallelism = b.parallelism;
    this.vertices = List.copyOf(b.vertices);
    this.taskManagers = List.copyOf(b.taskManagers);
    this.slotsTotal = b.slotsTotal;
    this.slotsFree = b.slotsFree;
    this.restarts = b.restarts;
    this.latestCheckpoint = b.latestCheckpoint;
    this.completedCheckpoints = b.completedCheckpoints;
    this.restoredFrom = b.restoredFrom;
    this.webUi = b.webUi;
    this.activeOperation = b.activeOperation;
    this.observedAt = b.observedAt;
  }

  /**
   * Starts a builder.
   *
   * @param name the application's name
   * @param state the state, for decisions
   * @return a new builder; not thread-safe
   */
  public static Builder builder(String name, ApplicationState state) {
    return new Builder(name, state);
  }

  /**
   * Starts a builder that holds the same values.
   *
   * @return a new builder; not thread-safe
   */
  public Builder toBuilder() {
    Builder b = new Builder(name, state);
    b.reason = reason;
    b.backendState = backendState;
    b.generation = generation;
    b.flinkVersion = flinkVersion;
    b.jobId = jobId;
    b.jobIdHistory.addAll(jobIdHistory);
    b.jobState = jobState;
    b.parallelism = parallelism;
    b.vertices.addAll(vertices);
    b.taskManagers.addAll(taskManagers);
    b.slotsTotal = slotsTotal;
    b.slotsFree = slotsFree;
    b.restarts = restarts;
    b.latestCheckpoint = latestCheckpoint;
    b.completedCheckpoints = completedCheckpoints;
    b.restoredFrom = restoredFrom;
    b.webUi = webUi;
    b.activeOperation = activeOperation;
    b.observedAt = observedAt;
    return b;
  }

  /**
   * Returns the application's name.
   *
   * @return the application's name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the state, for decisions.
   *
   * @return the state, for decisions
   */
  public ApplicationState state() {
    return state;
  }

  /**
   * Returns why it is in that state, for people; empty when there is nothing to say.
   *
   * @return why it is in that state, for people; empty when there is nothing to say
   */
  public String reason() {
    return reason;
  }

  /**
   * Returns the backend's and Flink's own words for the state, for example {@code JOB=RUNNING
   * JM=1/1 TM=2/2}.
   *
   * @return the backend's and Flink's own words for the state, for example {@code JOB=RUNNING
   *     JM=1/1 TM=2/2}
   */
  public String backendState() {
    return backendState;
  }

  /**
   * Returns the generation of the specification that is deployed; it grows with every change.
   *
   * @return the generation of the specification that is deployed; it grows with every change
   */
  public long generation() {
    return generation;
  }

  /**
   * Returns the Flink version that is deployed.
   *
   * @return the Flink version that is deployed, or empty if it was not said
   */
  public Optional<FlinkVersion> flinkVersion() {
    return Optional.ofNullable(flinkVersion);
  }

  /**
   * Returns the id of the present run of the job; it changes on redeploy.
   *
   * @return the id of the present run of the job; it changes on redeploy, or empty if it was not
   *     said
   */
  public Optional<JobId> jobId() {
    return Optional.ofNullable(jobId);
  }

  /**
   * Returns the ids of the last 50 runs, oldest first.
   *
   * @return the ids of the last 50 runs, the present one included, oldest first; unmodifiable
   */
  public List<JobId> jobIdHistory() {
    return jobIdHistory;
  }

  /**
   * Returns Flink's state of the job.
   *
   * @return Flink's state of the job; {@link JobState#UNKNOWN} if Flink was not asked or does not
   *     know it, and while the application is suspended
   */
  public JobState jobState() {
    return jobState;
  }

  /**
   * Returns the parallelism of the present run: the highest of any vertex; 0 when nothing runs.
   *
   * @return the parallelism of the present run: the highest of any vertex; 0 when nothing runs
   */
  public int parallelism() {
    return parallelism;
  }

  /**
   * Returns the job's vertices.
   *
   * @return the job's vertices; unmodifiable
   */
  public List<VertexStatus> vertices() {
    return vertices;
  }

  /**
   * Returns the TaskManagers that registered with the JobManager.
   *
   * @return the TaskManagers that registered with the JobManager; unmodifiable
   */
  public List<TaskManagerStatus> taskManagers() {
    return taskManagers;
  }

  /**
   * Returns how many slots there are.
   *
   * @return how many slots there are
   */
  public int slotsTotal() {
    return slotsTotal;
  }

  /**
   * Returns how many slots are free.
   *
   * @return how many slots are free
   */
  public int slotsFree() {
    return slotsFree;
  }

  /**
   * Returns how often Flink restarted the present run.
   *
   * @return how often Flink restarted the present run
   */
  public long restarts() {
    return restarts;
  }

  /**
   * Returns the latest completed checkpoint of the present run.
   *
   * @return the latest completed checkpoint of the present run, or empty if it was not said
   */
  public Optional<CheckpointInfo> latestCheckpoint() {
    return Optional.ofNullable(latestCheckpoint);
  }

  /**
   * Returns how many checkpoints the present run completed.
   *
   * @return how many checkpoints the present run completed
   */
  public long completedCheckpoints() {
    return completedCheckpoints;
  }

  /**
   * Returns the checkpoint or savepoint that the present run was last restored from.
   *
   * @return the checkpoint or savepoint that the present run was last restored from, or empty if it
   *     was not said
   */
  public Optional<String> restoredFrom() {
    return Optional.ofNullable(restoredFrom);
  }

  /**
   * Returns the address of Flink's web UI.
   *
   * @return the address of Flink's web UI, or empty if it was not said
   */
  public Optional<URI> webUi() {
    return Optional.ofNullable(webUi);
  }

  /**
   * Returns the id of the operation that is changing the application.
   *
   * @return the id of the operation that is changing the application, or empty if it was not said
   */
  public Optional<String> activeOperation() {
    return Optional.ofNullable(activeOperation);
  }

  /**
   * Returns when this was seen.
   *
   * @return when this was seen
   */
  public Instant observedAt() {
    return observedAt;
  }

  /**
   * Tells whether every vertex of the job runs with all its tasks, which Flink's own RUNNING does
   * not say.
   *
   * @return true if the job is RUNNING and has vertices and all tasks of each are RUNNING or
   *     FINISHED
   */
  public boolean allVerticesRunning() {
    return jobState == JobState.RUNNING
        && !vertices.isEmpty()
        && vertices.stream().allMatch(VertexStatus::isRunning);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof ApplicationStatus that
        && Objects.equals(name, that.name)
        && Objects.equals(state, that.state)
        && Objects.equals(reason, that.reason)
        && Objects.equals(backendState, that.backendState)
        && generation == that.generation
        && Objects.equals(flinkVersion, that.flinkVersion)
        && Objects.equals(jobId, that.jobId)
        && Objects.equals(jobIdHistory, that.jobIdHistory)
        && Objects.equals(jobState, that.jobState)
        && parallelism == that.parallelism
        && Objects.equals(vertices, that.vertices)
        && Objects.equals(taskManagers, that.taskManagers)
        && slotsTotal == that.slotsTotal
        && slotsFree == that.slotsFree
        && restarts == that.restarts
        && Objects.equals(latestCheckpoint, that.latestCheckpoint)
        && completedCheckpoints == that.completedCheckpoints
        && Objects.equals(restoredFrom, that.restoredFrom)
        && Objects.equals(webUi, that.webUi)
        && Objects.equals(activeOperation, that.activeOperation)
        && Objects.equals(observedAt, that.observedAt);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        name,
        state,
        reason,
        backendState,
        generation,
        flinkVersion,
        jobId,
        jobIdHistory,
        jobState,
        parallelism,
        vertices,
        taskManagers,
        slotsTotal,
        slotsFree,
        restarts,
        latestCheckpoint,
        completedCheckpoints,
        restoredFrom,
        webUi,
        activeOperation,
        observedAt);
  }

  /**
   * Returns the values, without any secret.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "ApplicationStatus{"
        + "name="
        + name
        + ", "
        + "state="
        + state
        + ", "
        + "reason="
        + reason
        + ", "
        + "backendState="
        + backendState
        + ", "
        + "generation="
        + generation
        + ", "
        + "flinkVersion="
        + flinkVersion
        + ", "
        + "jobId="
        + jobId
        + ", "
        + "jobIdHistory="
        + jobIdHistory
        + ", "
        + "jobState="
        + jobState
        + ", "
        + "parallelism="
        + parallelism
        + ", "
        + "vertices="
        + vertices
        + ", "
        + "taskManagers="
        + taskManagers
        + ", "
        + "slotsTotal="
        + slotsTotal
        + ", "
        + "slotsFree="
        + slotsFree
        + ", "
        + "restarts="
        + restarts
        + ", "
        + "latestCheckpoint="
        + latestCheckpoint
        + ", "
        + "completedCheckpoints="
        + completedCheckpoints
        + ", "
        + "restoredFrom="
        + restoredFrom
        + ", "
        + "webUi="
        + webUi
        + ", "
        + "activeOperation="
        + activeOperation
        + ", "
        + "observedAt="
        + observedAt
        + "}";
  }

  /** Builds a {@link ApplicationStatus}. Not thread-safe. */
  public static final class Builder {

    private final String name;
    private final ApplicationState state;
    private String reason = "";
    private String backendState = "";
    private long generation = 0L;
    private @Nullable FlinkVersion flinkVersion;
    private @Nullable JobId jobId;
    private final List<JobId> jobIdHistory = new ArrayList<>();
    private JobState jobState = JobState.UNKNOWN;
    private int parallelism = 0;
    private final List<VertexStatus> vertices = new ArrayList<>();
    private final List<TaskManagerStatus> taskManagers = new ArrayList<>();
    private int slotsTotal = 0;
    private int slotsFree = 0;
    private long restarts = 0L;
    private @Nullable CheckpointInfo latestCheckpoint;
    private long completedCheckpoints = 0L;
    private @Nullable String restoredFrom;
    private @Nullable URI webUi;
    private @Nullable String activeOperation;
    private Instant observedAt = Instant.EPOCH;

    private Builder(String name, ApplicationState state) {
      this.name = Objects.requireNonNull(name, "name");
      this.state = Objects.requireNonNull(state, "state");
    }

    /**
     * Sets why it is in that state, for people; empty when there is nothing to say. Default: empty.
     *
     * @param value why it is in that state, for people; empty when there is nothing to say
     * @return this builder
     */
    public Builder reason(String value) {
      this.reason = Objects.requireNonNull(value, "reason");
      return this;
    }

    /**
     * Sets the backend's and Flink's own words for the state, for example {@code JOB=RUNNING JM=1/1
     * TM=2/2}. Default: empty.
     *
     * @param value the backend's and Flink's own words for the state, for example {@code
     *     JOB=RUNNING JM=1/1 TM=2/2}
     * @return this builder
     */
    public Builder backendState(String value) {
      this.backendState = Objects.requireNonNull(value, "backendState");
      return this;
    }

    /**
     * Sets the generation of the specification that is deployed; it grows with every change.
     * Default: 0.
     *
     * @param value the generation of the specification that is deployed; it grows with every change
     * @return this builder
     */
    public Builder generation(long value) {
      this.generation = value;
      return this;
    }

    /**
     * Sets the Flink version that is deployed. Default: none.
     *
     * @param value the Flink version that is deployed
     * @return this builder
     */
    public Builder flinkVersion(FlinkVersion value) {
      this.flinkVersion = Objects.requireNonNull(value, "flinkVersion");
      return this;
    }

    /**
     * Sets the id of the present run of the job; it changes on redeploy. Default: none.
     *
     * @param value the id of the present run of the job; it changes on redeploy
     * @return this builder
     */
    public Builder jobId(JobId value) {
      this.jobId = Objects.requireNonNull(value, "jobId");
      return this;
    }

    /**
     * Replaces the ids of all runs that are remembered, oldest first. Default: none.
     *
     * @param values the ids of all runs that are remembered, oldest first; copied
     * @return this builder
     */
    public Builder jobIdHistory(Collection<? extends JobId> values) {
      this.jobIdHistory.clear();
      this.jobIdHistory.addAll(values);
      return this;
    }

    /**
     * Sets Flink's state of the job. Default: unknown.
     *
     * @param value Flink's state of the job
     * @return this builder
     */
    public Builder jobState(JobState value) {
      this.jobState = Objects.requireNonNull(value, "jobState");
      return this;
    }

    /**
     * Sets the parallelism of the present run: the highest of any vertex; 0 when nothing runs.
     * Default: 0.
     *
     * @param value the parallelism of the present run: the highest of any vertex; 0 when nothing
     *     runs
     * @return this builder
     */
    public Builder parallelism(int value) {
      this.parallelism = value;
      return this;
    }

    /**
     * Replaces the job's vertices. Default: none.
     *
     * @param values the job's vertices; copied
     * @return this builder
     */
    public Builder vertices(Collection<? extends VertexStatus> values) {
      this.vertices.clear();
      this.vertices.addAll(values);
      return this;
    }

    /**
     * Replaces the TaskManagers that registered with the JobManager. Default: none.
     *
     * @param values the TaskManagers that registered with the JobManager; copied
     * @return this builder
     */
    public Builder taskManagers(Collection<? extends TaskManagerStatus> values) {
      this.taskManagers.clear();
      this.taskManagers.addAll(values);
      return this;
    }

    /**
     * Sets how many slots there are. Default: 0.
     *
     * @param value how many slots there are
     * @return this builder
     */
    public Builder slotsTotal(int value) {
      this.slotsTotal = value;
      return this;
    }

    /**
     * Sets how many slots are free. Default: 0.
     *
     * @param value how many slots are free
     * @return this builder
     */
    public Builder slotsFree(int value) {
      this.slotsFree = value;
      return this;
    }

    /**
     * Sets how often Flink restarted the present run. Default: 0.
     *
     * @param value how often Flink restarted the present run
     * @return this builder
     */
    public Builder restarts(long value) {
      this.restarts = value;
      return this;
    }

    /**
     * Sets the latest completed checkpoint of the present run. Default: none.
     *
     * @param value the latest completed checkpoint of the present run
     * @return this builder
     */
    public Builder latestCheckpoint(CheckpointInfo value) {
      this.latestCheckpoint = Objects.requireNonNull(value, "latestCheckpoint");
      return this;
    }

    /**
     * Sets how many checkpoints the present run completed. Default: 0.
     *
     * @param value how many checkpoints the present run completed
     * @return this builder
     */
    public Builder completedCheckpoints(long value) {
      this.completedCheckpoints = value;
      return this;
    }

    /**
     * Sets the checkpoint or savepoint that the present run was last restored from. Default: none.
     *
     * @param value the checkpoint or savepoint that the present run was last restored from
     * @return this builder
     */
    public Builder restoredFrom(String value) {
      this.restoredFrom = Objects.requireNonNull(value, "restoredFrom");
      return this;
    }

    /**
     * Sets the address of Flink's web UI. Default: none.
     *
     * @param value the address of Flink's web UI
     * @return this builder
     */
    public Builder webUi(URI value) {
      this.webUi = Objects.requireNonNull(value, "webUi");
      return this;
    }

    /**
     * Sets the id of the operation that is changing the application. Default: none.
     *
     * @param value the id of the operation that is changing the application
     * @return this builder
     */
    public Builder activeOperation(String value) {
      this.activeOperation = Objects.requireNonNull(value, "activeOperation");
      return this;
    }

    /**
     * Sets when this was seen. Default: the epoch.
     *
     * @param value when this was seen
     * @return this builder
     */
    public Builder observedAt(Instant value) {
      this.observedAt = Objects.requireNonNull(value, "observedAt");
      return this;
    }

    /**
     * Builds it.
     *
     * @return the value; immutable
     */
    public ApplicationStatus build() {
      return new ApplicationStatus(this);
    }
  }
}
