package dev.flinkplatform.spec;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When and where Flink takes checkpoints.
 *
 * <p>Immutable and thread-safe.
 */
public final class Checkpointing {

  private final @Nullable Duration interval;
  private final @Nullable String directory;
  private final CheckpointMode mode;
  private final CheckpointRetention retention;
  private final @Nullable Duration timeout;

  private Checkpointing(Builder b) {
    this.interval = b.interval;
    this.directory = b.directory;
    this.mode = b.mode;
    this.retention = b.retention;
    this.timeout = b.timeout;
  }

  /**
   * Starts a builder.
   *
   * @return a new builder; not thread-safe
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts a builder that holds the same values.
   *
   * @return a new builder; not thread-safe
   */
  public Builder toBuilder() {
    Builder b = new Builder();
    b.interval = interval;
    b.directory = directory;
    b.mode = mode;
    b.retention = retention;
    b.timeout = timeout;
    return b;
  }

  /**
   * Returns the time between two checkpoints, 10 ms or more; without it Flink takes none by itself.
   *
   * @return the time between two checkpoints, 10 ms or more; without it Flink takes none by itself,
   *     or empty if it was not said
   */
  public Optional<Duration> interval() {
    return Optional.ofNullable(interval);
  }

  /**
   * Returns the directory for checkpoints, as a URI that JobManager and TaskManagers can both
   * write.
   *
   * @return the directory for checkpoints, as a URI that JobManager and TaskManagers can both
   *     write, or empty if it was not said
   */
  public Optional<String> directory() {
    return Optional.ofNullable(directory);
  }

  /**
   * Returns what a recovery guarantees.
   *
   * @return what a recovery guarantees
   */
  public CheckpointMode mode() {
    return mode;
  }

  /**
   * Returns what becomes of the last checkpoint when the job ends; the SDK's default differs from
   * Flink's, so that state is not lost.
   *
   * @return what becomes of the last checkpoint when the job ends; the SDK's default differs from
   *     Flink's, so that state is not lost
   */
  public CheckpointRetention retention() {
    return retention;
  }

  /**
   * Returns after which time a checkpoint or savepoint is given up; without it Flink's default of
   * 10 minutes holds.
   *
   * @return after which time a checkpoint or savepoint is given up; without it Flink's default of
   *     10 minutes holds, or empty if it was not said
   */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Checkpointing that
        && Objects.equals(interval, that.interval)
        && Objects.equals(directory, that.directory)
        && Objects.equals(mode, that.mode)
        && Objects.equals(retention, that.retention)
        && Objects.equals(timeout, that.timeout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(interval, directory, mode, retention, timeout);
  }

  /**
   * Returns the values, without any secret.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "Checkpointing{"
        + "interval="
        + interval
        + ", "
        + "directory="
        + directory
        + ", "
        + "mode="
        + mode
        + ", "
        + "retention="
        + retention
        + ", "
        + "timeout="
        + timeout
        + "}";
  }

  /** Builds a {@link Checkpointing}. Not thread-safe. */
  public static final class Builder {

    private @Nullable Duration interval;
    private @Nullable String directory;
    private CheckpointMode mode = CheckpointMode.EXACTLY_ONCE;
    private CheckpointRetention retention = CheckpointRetention.RETAIN_ON_CANCELLATION;
    private @Nullable Duration timeout;

    private Builder() {}

    /**
     * Sets the time between two checkpoints, 10 ms or more; without it Flink takes none by itself.
     * Default: none.
     *
     * @param value the time between two checkpoints, 10 ms or more; without it Flink takes none by
     *     itself
     * @return this builder
     */
    public Builder interval(Duration value) {
      this.interval = Objects.requireNonNull(value, "interval");
      return this;
    }

    /**
     * Sets the directory for checkpoints, as a URI that JobManager and TaskManagers can both write.
     * Default: none.
     *
     * @param value the directory for checkpoints, as a URI that JobManager and TaskManagers can
     *     both write
     * @return this builder
     */
    public Builder directory(String value) {
      this.directory = Objects.requireNonNull(value, "directory");
      return this;
    }

    /**
     * Sets what a recovery guarantees. Default: exactly once.
     *
     * @param value what a recovery guarantees
     * @return this builder
     */
    public Builder mode(CheckpointMode value) {
      this.mode = Objects.requireNonNull(value, "mode");
      return this;
    }

    /**
     * Sets what becomes of the last checkpoint when the job ends; the SDK's default differs from
     * Flink's, so that state is not lost. Default: retain on cancellation.
     *
     * @param value what becomes of the last checkpoint when the job ends; the SDK's default differs
     *     from Flink's, so that state is not lost
     * @return this builder
     */
    public Builder retention(CheckpointRetention value) {
      this.retention = Objects.requireNonNull(value, "retention");
      return this;
    }

    /**
     * Sets after which time a checkpoint or savepoint is given up; without it Flink's default of 10
     * minutes holds. Default: none.
     *
     * @param value after which time a checkpoint or savepoint is given up; without it Flink's
     *     default of 10 minutes holds
     * @return this builder
     */
    public Builder timeout(Duration value) {
      this.timeout = Objects.requireNonNull(value, "timeout");
      return this;
    }

    /**
     * Builds it.
     *
     * @return the value; immutable
     */
    public Checkpointing build() {
      return new Checkpointing(this);
    }
  }
}
