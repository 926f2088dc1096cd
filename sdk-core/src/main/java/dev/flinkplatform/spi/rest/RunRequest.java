package dev.flinkplatform.spi.rest;

import dev.flinkplatform.JobId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an uploaded jar is run.
 *
 * <p>The job id is the caller's: so a request whose reply was lost can be sent again and makes no
 * second job. Immutable and thread-safe; its builder is not thread-safe.
 */
public final class RunRequest {

  private final JobId jobId;
  private final @Nullable String entryClass;
  private final List<String> programArgs;
  private final @Nullable Integer parallelism;
  private final @Nullable Boolean allowNonRestoredState;
  private final @Nullable String savepointPath;
  private final @Nullable ClaimMode claimMode;
  private final Map<String, String> flinkConfiguration;

  private RunRequest(Builder b) {
    this.jobId = b.jobId;
    this.entryClass = b.entryClass;
    this.programArgs = List.copyOf(b.programArgs);
    this.parallelism = b.parallelism;
    this.allowNonRestoredState = b.allowNonRestoredState;
    this.savepointPath = b.savepointPath;
    this.claimMode = b.claimMode;
    this.flinkConfiguration = Map.copyOf(b.flinkConfiguration);
  }

  /**
   * Starts a request.
   *
   * @param jobId the id the job will have
   * @return a builder
   */
  public static Builder builder(JobId jobId) {
    return new Builder(jobId);
  }

  /**
   * Returns the id the job will have.
   *
   * @return the id
   */
  public JobId jobId() {
    return jobId;
  }

  /**
   * Returns the main class.
   *
   * @return the class name; null for the one the manifest of the jar names
   */
  public @Nullable String entryClass() {
    return entryClass;
  }

  /**
   * Returns the arguments of the program, one element each.
   *
   * @return the arguments; unmodifiable
   */
  public List<String> programArgs() {
    return programArgs;
  }

  /**
   * Returns the default parallelism of the job.
   *
   * @return the parallelism; null for the cluster's default
   */
  public @Nullable Integer parallelism() {
    return parallelism;
  }

  /**
   * Returns whether state that no operator takes may be dropped.
   *
   * @return true if it may; null for the cluster's default, which is false
   */
  public @Nullable Boolean allowNonRestoredState() {
    return allowNonRestoredState;
  }

  /**
   * Returns the savepoint or retained checkpoint to restore from.
   *
   * @return its path; null to start without state
   */
  public @Nullable String savepointPath() {
    return savepointPath;
  }

  /**
   * Returns who owns the files that are restored from.
   *
   * @return the mode; null for Flink's default, {@link ClaimMode#NO_CLAIM}
   */
  public @Nullable ClaimMode claimMode() {
    return claimMode;
  }

  /**
   * Returns Flink configuration for this job only.
   *
   * @return keys and values; unmodifiable
   */
  public Map<String, String> flinkConfiguration() {
    return flinkConfiguration;
  }

  /**
   * Returns what is asked for, without arguments and configuration values, which may hold secrets.
   *
   * @return the request in one line
   */
  @Override
  public String toString() {
    return "RunRequest[jobId="
        + jobId
        + ", entryClass="
        + entryClass
        + ", programArgs="
        + programArgs.size()
        + ", parallelism="
        + parallelism
        + ", savepointPath="
        + savepointPath
        + ", claimMode="
        + claimMode
        + ", allowNonRestoredState="
        + allowNonRestoredState
        + ", flinkConfiguration="
        + flinkConfiguration.keySet()
        + "]";
  }

  /** Collects the parts of a {@link RunRequest}. Not thread-safe. */
  public static final class Builder {

    private final JobId jobId;
    private @Nullable String entryClass;
    private final List<String> programArgs = new ArrayList<>();
    private @Nullable Integer parallelism;
    private @Nullable Boolean allowNonRestoredState;
    private @Nullable String savepointPath;
    private @Nullable ClaimMode claimMode;
    private final Map<String, String> flinkConfiguration = new LinkedHashMap<>();

    private Builder(JobId jobId) {
      this.jobId = Objects.requireNonNull(jobId, "jobId");
    }

    /**
     * Sets the main class.
     *
     * @param className the class name; by default the one the manifest of the jar names
     * @return this builder
     */
    public Builder entryClass(@Nullable String className) {
      this.entryClass = className;
      return this;
    }

    /**
     * Sets the arguments of the program, one element each: nothing is split or quoted.
     *
     * @param args the arguments; none by default
     * @return this builder
     */
    public Builder programArgs(List<String> args) {
      this.programArgs.clear();
      this.programArgs.addAll(args);
      return this;
    }

    /**
     * Sets the default parallelism.
     *
     * @param value at least 1; by default the cluster's ({@code parallelism.default})
     * @return this builder
     */
    public Builder parallelism(@Nullable Integer value) {
      this.parallelism = value;
      return this;
    }

    /**
     * Allows to drop state that no operator takes.
     *
     * @param value true to allow it; false by default
     * @return this builder
     */
    public Builder allowNonRestoredState(boolean value) {
      this.allowNonRestoredState = value;
      return this;
    }

    /**
     * Sets what to restore from.
     *
     * @param path a savepoint or retained checkpoint, as the JobManager sees it; none by default
     * @return this builder
     */
    public Builder savepointPath(@Nullable String path) {
      this.savepointPath = path;
      return this;
    }

    /**
     * Sets who owns the files that are restored from.
     *
     * @param mode the mode; by default Flink's, {@link ClaimMode#NO_CLAIM}
     * @return this builder
     */
    public Builder claimMode(@Nullable ClaimMode mode) {
      this.claimMode = mode;
      return this;
    }

    /**
     * Sets one key of the Flink configuration, for this job only.
     *
     * @param key a key of Flink's, for example {@code execution.checkpointing.interval}
     * @param value its value as Flink reads it
     * @return this builder
     */
    public Builder putFlinkConfiguration(String key, String value) {
      this.flinkConfiguration.put(
          Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Sets the Flink configuration for this job, in place of what was put before.
     *
     * @param configuration keys and values
     * @return this builder
     */
    public Builder flinkConfiguration(Map<String, String> configuration) {
      this.flinkConfiguration.clear();
      configuration.forEach(this::putFlinkConfiguration);
      return this;
    }

    /**
     * Makes the request.
     *
     * @return the request
     * @throws IllegalArgumentException if something is wrong; the message lists all of it
     */
    public RunRequest build() {
      List<String> faults = new ArrayList<>();
      if (parallelism != null && parallelism < 1) {
        faults.add("parallelism must be at least 1, got " + parallelism);
      }
      if (savepointPath == null && claimMode != null) {
        faults.add("claimMode " + claimMode + " needs a savepointPath");
      }
      if (savepointPath != null && savepointPath.isBlank()) {
        faults.add("savepointPath is blank: leave it out to start without state");
      }
      if (entryClass != null && entryClass.isBlank()) {
        faults.add("entryClass is blank: leave it out to take it from the manifest");
      }
      if (!faults.isEmpty()) {
        throw new IllegalArgumentException(
            "Run request of job " + jobId + ": " + String.join("; ", faults));
      }
      return new RunRequest(this);
    }
  }
}
