package dev.flinkplatform;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What holds for one operation, whatever the verb.
 *
 * <p>Immutable and thread-safe.
 */
public final class OperationOptions {

  private final Duration deadline;
  private final @Nullable String idempotencyKey;

  private OperationOptions(Builder b) {
    this.deadline = b.deadline;
    this.idempotencyKey = b.idempotencyKey;
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
    b.deadline = deadline;
    b.idempotencyKey = idempotencyKey;
    return b;
  }

  /**
   * Returns after which time the operation fails or is rolled back, counted from its acceptance; a
   * roll-back has the same time again, at least two minutes.
   *
   * @return after which time the operation fails or is rolled back, counted from its acceptance; a
   *     roll-back has the same time again, at least two minutes
   */
  public Duration deadline() {
    return deadline;
  }

  /**
   * Returns the caller's own key: the same verb on the same application with the same key gives the
   * operation that is there already, ended or not.
   *
   * @return the caller's own key: the same verb on the same application with the same key gives the
   *     operation that is there already, ended or not, or empty if it was not said
   */
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(idempotencyKey);
  }

  private static final OperationOptions DEFAULTS = builder().build();

  /**
   * Returns the defaults: 15 minutes, no key.
   *
   * @return the options
   */
  public static OperationOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns the defaults with another deadline.
   *
   * @param deadline after which time the operation fails or is rolled back
   * @return the options
   */
  public static OperationOptions within(Duration deadline) {
    return builder().deadline(deadline).build();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof OperationOptions that
        && Objects.equals(deadline, that.deadline)
        && Objects.equals(idempotencyKey, that.idempotencyKey);
  }

  @Override
  public int hashCode() {
    return Objects.hash(deadline, idempotencyKey);
  }

  /**
   * Returns the values, without any secret.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "OperationOptions{"
        + "deadline="
        + deadline
        + ", "
        + "idempotencyKey="
        + idempotencyKey
        + "}";
  }

  /** Builds a {@link OperationOptions}. Not thread-safe. */
  public static final class Builder {

    private Duration deadline = Duration.ofMinutes(15);
    private @Nullable String idempotencyKey;

    private Builder() {}

    /**
     * Sets after which time the operation fails or is rolled back, counted from its acceptance; a
     * roll-back has the same time again, at least two minutes. Default: 15 minutes.
     *
     * @param value after which time the operation fails or is rolled back, counted from its
     *     acceptance; a roll-back has the same time again, at least two minutes
     * @return this builder
     */
    public Builder deadline(Duration value) {
      this.deadline = Objects.requireNonNull(value, "deadline");
      return this;
    }

    /**
     * Sets the caller's own key: the same verb on the same application with the same key gives the
     * operation that is there already, ended or not. Default: none.
     *
     * @param value the caller's own key: the same verb on the same application with the same key
     *     gives the operation that is there already, ended or not
     * @return this builder
     */
    public Builder idempotencyKey(String value) {
      this.idempotencyKey = Objects.requireNonNull(value, "idempotencyKey");
      return this;
    }

    /**
     * Builds it.
     *
     * @return the options; immutable
     * @throws IllegalArgumentException if the deadline is not more than zero, or the key is blank
     */
    public OperationOptions build() {
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline must be more than zero, got " + deadline);
      }
      if (idempotencyKey != null && idempotencyKey.isBlank()) {
        throw new IllegalArgumentException("idempotencyKey must not be blank");
      }
      return new OperationOptions(this);
    }
  }
}
