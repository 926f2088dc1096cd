package dev.flinkplatform.spec;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the TaskManagers of a deployment get.
 *
 * <p>Immutable and thread-safe.
 */
public final class TaskManagerSpec {

  private final @Nullable Resources resources;
  private final int slots;
  private final @Nullable Integer replicas;

  private TaskManagerSpec(Builder b) {
    this.resources = b.resources;
    this.slots = b.slots;
    this.replicas = b.replicas;
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
    b.resources = resources;
    b.slots = slots;
    b.replicas = replicas;
    return b;
  }

  /**
   * Returns CPU and total memory of one TaskManager (Flink's {@code
   * taskmanager.memory.process.size}); without it Flink's own default holds.
   *
   * @return CPU and total memory of one TaskManager (Flink's {@code
   *     taskmanager.memory.process.size}); without it Flink's own default holds, or empty if it was
   *     not said
   */
  public Optional<Resources> resources() {
    return Optional.ofNullable(resources);
  }

  /**
   * Returns how many task slots one TaskManager offers, 1 or more.
   *
   * @return how many task slots one TaskManager offers, 1 or more
   */
  public int slots() {
    return slots;
  }

  /**
   * Returns how many TaskManagers run, 1 or more; without it as many as the parallelism needs.
   *
   * @return how many TaskManagers run, 1 or more; without it as many as the parallelism needs, or
   *     empty if it was not said
   */
  public Optional<Integer> replicas() {
    return Optional.ofNullable(replicas);
  }

  /**
   * Returns how many TaskManagers it takes until there is a slot for every subtask, whatever {@link
   * #replicas} says.
   *
   * @param parallelism the parallelism of the job; less than 1 counts as 1
   * @return the number, 1 or more
   * @throws ArithmeticException if there are 0 {@link #slots}, which no specification that was
   *     built has
   */
  public int neededFor(int parallelism) {
    return (Math.max(1, parallelism) - 1) / slots + 1;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof TaskManagerSpec that
        && Objects.equals(resources, that.resources)
        && slots == that.slots
        && Objects.equals(replicas, that.replicas);
  }

  @Override
  public int hashCode() {
    return Objects.hash(resources, slots, replicas);
  }

  /**
   * Returns the values, without any secret.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "TaskManagerSpec{"
        + "resources="
        + resources
        + ", "
        + "slots="
        + slots
        + ", "
        + "replicas="
        + replicas
        + "}";
  }

  /** Builds a {@link TaskManagerSpec}. Not thread-safe. */
  public static final class Builder {

    private @Nullable Resources resources;
    private int slots = 1;
    private @Nullable Integer replicas;

    private Builder() {}

    /**
     * Sets CPU and total memory of one TaskManager (Flink's {@code
     * taskmanager.memory.process.size}); without it Flink's own default holds. Default: none.
     *
     * @param value CPU and total memory of one TaskManager (Flink's {@code
     *     taskmanager.memory.process.size}); without it Flink's own default holds
     * @return this builder
     */
    public Builder resources(Resources value) {
      this.resources = Objects.requireNonNull(value, "resources");
      return this;
    }

    /**
     * Sets how many task slots one TaskManager offers, 1 or more. Default: 1.
     *
     * @param value how many task slots one TaskManager offers, 1 or more
     * @return this builder
     */
    public Builder slots(int value) {
      this.slots = value;
      return this;
    }

    /**
     * Sets how many TaskManagers run, 1 or more; without it as many as the parallelism needs.
     * Default: none.
     *
     * @param value how many TaskManagers run, 1 or more; without it as many as the parallelism
     *     needs
     * @return this builder
     */
    public Builder replicas(Integer value) {
      this.replicas = Objects.requireNonNull(value, "replicas");
      return this;
    }

    /**
     * Builds it.
     *
     * @return the value; immutable
     */
    public TaskManagerSpec build() {
      return new TaskManagerSpec(this);
    }
  }
}
