package dev.flinkplatform.event;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber wants to hear, and how much may wait for it.
 *
 * <p>Immutable and thread-safe.
 */
public final class SubscribeOptions {

  private static final SubscribeOptions DEFAULTS = builder().build();

  private final int queueSize;
  private final Duration interval;
  private final @Nullable String application;

  private SubscribeOptions(Builder b) {
    this.queueSize = b.queueSize;
    this.interval = b.interval;
    this.application = b.application;
  }

  /**
   * Returns the defaults.
   *
   * @return the options
   */
  public static SubscribeOptions defaults() {
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
   * Returns how many events may wait for the listener.
   *
   * @return how many, 1 or more
   */
  public int queueSize() {
    return queueSize;
  }

  /**
   * Returns how often to look for changes of state, failures and restarts.
   *
   * @return the pause between two looks
   */
  public Duration interval() {
    return interval;
  }

  /**
   * Returns the one application that it is about.
   *
   * @return the name; empty for all
   */
  public Optional<String> application() {
    return Optional.ofNullable(application);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof SubscribeOptions that
        && queueSize == that.queueSize
        && Objects.equals(interval, that.interval)
        && Objects.equals(application, that.application);
  }

  @Override
  public int hashCode() {
    return Objects.hash(queueSize, interval, application);
  }

  /**
   * Returns the values.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "SubscribeOptions{queueSize="
        + queueSize
        + ", interval="
        + interval
        + ", application="
        + application
        + "}";
  }

  /** Builds {@link SubscribeOptions}. Not thread-safe. */
  public static final class Builder {

    private int queueSize = 1000;
    private Duration interval = Duration.ofSeconds(1);
    private @Nullable String application;

    private Builder() {}

    /**
     * Sets how many events may wait for the listener; beyond that the oldest are dropped. Default:
     * 1000.
     *
     * @param value how many, 1 or more
     * @return this builder
     */
    public Builder queueSize(int value) {
      this.queueSize = value;
      return this;
    }

    /**
     * Sets how often to look for changes of state, failures and restarts. Default: one second. Of
     * several subscribers the shortest pause counts. A look costs two requests per application that
     * runs.
     *
     * @param value the pause between two looks, one millisecond or more
     * @return this builder
     */
    public Builder interval(Duration value) {
      this.interval = Objects.requireNonNull(value, "interval");
      return this;
    }

    /**
     * Sets the one application that it is about. Default: all.
     *
     * @param value the name; need not exist yet
     * @return this builder
     */
    public Builder application(String value) {
      this.application = Objects.requireNonNull(value, "application");
      return this;
    }

    /**
     * Builds it.
     *
     * @return the options; immutable
     * @throws IllegalArgumentException if the queue is below 1, or the interval below a millisecond
     */
    public SubscribeOptions build() {
      if (queueSize < 1) {
        throw new IllegalArgumentException("queueSize must be 1 or more, got " + queueSize);
      }
      if (interval.compareTo(Duration.ofMillis(1)) < 0) {
        throw new IllegalArgumentException("interval must be 1 ms or more, got " + interval);
      }
      return new SubscribeOptions(this);
    }
  }
}
