package dev.flinkplatform.diagnosis;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * From where on something counts as a finding.
 *
 * <p>Immutable and thread-safe.
 */
public final class DiagnosisOptions {

  private static final DiagnosisOptions DEFAULTS = builder().build();

  private final double diskUsed;
  private final double backPressure;
  private final double checkpointGrowth;
  private final int restarts;

  private DiagnosisOptions(Builder b) {
    this.diskUsed = b.diskUsed;
    this.backPressure = b.backPressure;
    this.checkpointGrowth = b.checkpointGrowth;
    this.restarts = b.restarts;
  }

  /**
   * Returns the defaults.
   *
   * @return the options
   */
  public static DiagnosisOptions defaults() {
    return DEFAULTS;
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
   * Returns how much of a disk may be used.
   *
   * @return a part of its size, from 0 to 1
   */
  public double diskUsed() {
    return diskUsed;
  }

  /**
   * Returns how much of its time a task may be held up by those after it.
   *
   * @return a part of the time, from 0 to 1
   */
  public double backPressure() {
    return backPressure;
  }

  /**
   * Returns how many times as large, or slow, the latest checkpoints may be as the earliest that
   * Flink remembers.
   *
   * @return a factor, above 1
   */
  public double checkpointGrowth() {
    return checkpointGrowth;
  }

  /**
   * Returns how often a job may fail in ten minutes.
   *
   * @return how often, 0 or more
   */
  public int restarts() {
    return restarts;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof DiagnosisOptions that
        && diskUsed == that.diskUsed
        && backPressure == that.backPressure
        && checkpointGrowth == that.checkpointGrowth
        && restarts == that.restarts;
  }

  @Override
  public int hashCode() {
    return Objects.hash(diskUsed, backPressure, checkpointGrowth, restarts);
  }

  /**
   * Returns the values.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "DiagnosisOptions{diskUsed="
        + diskUsed
        + ", backPressure="
        + backPressure
        + ", checkpointGrowth="
        + checkpointGrowth
        + ", restarts="
        + restarts
        + "}";
  }

  /** Builds {@link DiagnosisOptions}. Not thread-safe. */
  public static final class Builder {

    private double diskUsed = 0.95;
    private double backPressure = 0.5;
    private double checkpointGrowth = 2;
    private int restarts = 2;

    private Builder() {}

    /**
     * Sets how much of a disk may be used. Default: 0.95.
     *
     * @param value a part of its size, from 0 to 1
     * @return this builder
     */
    public Builder diskUsed(double value) {
      this.diskUsed = value;
      return this;
    }

    /**
     * Sets how much of its time a task may be held up by those after it. Default: 0.5, where
     * Flink's web UI begins to say "high".
     *
     * @param value a part of the time, from 0 to 1
     * @return this builder
     */
    public Builder backPressure(double value) {
      this.backPressure = value;
      return this;
    }

    /**
     * Sets how many times as large, or slow, the latest checkpoints may be as the earliest that
     * Flink remembers (ten, unless {@code web.checkpoints.history} says otherwise). Default: 2.
     * Growth of less than 1 MiB, and checkpoints of less than 5 seconds, never count.
     *
     * @param value a factor, above 1
     * @return this builder
     */
    public Builder checkpointGrowth(double value) {
      this.checkpointGrowth = value;
      return this;
    }

    /**
     * Sets how often a job may fail in ten minutes. Default: 2.
     *
     * @param value how often, 0 or more
     * @return this builder
     */
    public Builder restarts(int value) {
      this.restarts = value;
      return this;
    }

    /**
     * Builds it.
     *
     * @return the options; immutable
     * @throws IllegalArgumentException if a value is out of its range
     */
    public DiagnosisOptions build() {
      require(diskUsed >= 0 && diskUsed <= 1, "diskUsed must be from 0 to 1", diskUsed);
      require(
          backPressure >= 0 && backPressure <= 1, "backPressure must be from 0 to 1", backPressure);
      require(checkpointGrowth > 1, "checkpointGrowth must be above 1", checkpointGrowth);
      require(restarts >= 0, "restarts must be 0 or more", restarts);
      return new DiagnosisOptions(this);
    }

    private static void require(boolean holds, String rule, Number value) {
      if (!holds) {
        throw new IllegalArgumentException(rule + ", got " + value);
      }
    }
  }
}
