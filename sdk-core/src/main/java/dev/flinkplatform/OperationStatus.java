package dev.flinkplatform;

import dev.flinkplatform.status.ApplicationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an operation: how far it is, and how it ended.
 *
 * <p>Immutable and thread-safe. Read from the journal, so it is the same in every process.
 */
public final class OperationStatus {

  private final String id;
  private final Verb verb;
  private final String application;
  private final OperationState state;
  private final String step;
  private final List<Progress> progress;
  private final @Nullable String idempotencyKey;
  private final Instant startedAt;
  private final Instant deadline;
  private final @Nullable Instant endedAt;
  private final @Nullable Failure failure;
  private final boolean rolledBack;
  private final ApplicationState applicationState;
  private final Map<String, String> details;

  private OperationStatus(Builder b) {
    this.id = b.id;
    this.verb = b.verb;
    this.application = b.application;
    this.state = b.state;
    this.step = b.step;
    this.progress = List.copyOf(b.progress);
    this.idempotencyKey = b.idempotencyKey;
    this.startedAt = b.startedAt;
    this.deadline = b.deadline;
    this.endedAt = b.endedAt;
    this.failure = b.failure;
    this.rolledBack = b.rolledBack;
    this.applicationState = b.applicationState;
    this.details = Collections.unmodifiableMap(new LinkedHashMap<>(b.details));
  }

  /**
   * Starts a builder.
   *
   * @param id the operation's id
   * @param verb what the operation does
   * @param application the name of the application it changes
   * @return a new builder; not thread-safe
   */
  public static Builder builder(String id, Verb verb, String application) {
    return new Builder(id, verb, application);
  }

  /**
   * Starts a builder that holds the same values.
   *
   * @return a new builder; not thread-safe
   */
  public Builder toBuilder() {
    Builder b = new Builder(id, verb, application);
    b.state = state;
    b.step = step;
    b.progress.addAll(progress);
    b.idempotencyKey = idempotencyKey;
    b.startedAt = startedAt;
    b.deadline = deadline;
    b.endedAt = endedAt;
    b.failure = failure;
    b.rolledBack = rolledBack;
    b.applicationState = applicationState;
    b.details.putAll(details);
    return b;
  }

  /**
   * Returns the operation's id.
   *
   * @return the operation's id
   */
  public String id() {
    return id;
  }

  /**
   * Returns what the operation does.
   *
   * @return what the operation does
   */
  public Verb verb() {
    return verb;
  }

  /**
   * Returns the name of the application it changes.
   *
   * @return the name of the application it changes
   */
  public String application() {
    return application;
  }

  /**
   * Returns whether it runs, or how it ended.
   *
   * @return whether it runs, or how it ended
   */
  public OperationState state() {
    return state;
  }

  /**
   * Returns the step that is journalled as the next to be done; empty once it ended.
   *
   * @return the step that is journalled as the next to be done; empty once it ended
   */
  public String step() {
    return step;
  }

  /**
   * Returns what happened so far, oldest first.
   *
   * @return what happened so far, oldest first; unmodifiable
   */
  public List<Progress> progress() {
    return progress;
  }

  /**
   * Returns the caller's idempotency key.
   *
   * @return the caller's idempotency key, or empty if it was not said
   */
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(idempotencyKey);
  }

  /**
   * Returns when it was accepted.
   *
   * @return when it was accepted
   */
  public Instant startedAt() {
    return startedAt;
  }

  /**
   * Returns when it fails, or is rolled back, if it has not come to its end.
   *
   * @return when it fails, or is rolled back, if it has not come to its end
   */
  public Instant deadline() {
    return deadline;
  }

  /**
   * Returns when it ended.
   *
   * @return when it ended, or empty if it was not said
   */
  public Optional<Instant> endedAt() {
    return Optional.ofNullable(endedAt);
  }

  /**
   * Returns why it did not succeed.
   *
   * @return why it did not succeed, or empty if it was not said
   */
  public Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * Returns whether the work was undone: the application runs as before.
   *
   * @return whether the work was undone: the application runs as before
   */
  public boolean rolledBack() {
    return rolledBack;
  }

  /**
   * Returns the state in which the application was left.
   *
   * @return the state in which the application was left
   */
  public ApplicationState applicationState() {
    return applicationState;
  }

  /**
   * Returns facts about how it was done, for example {@code mechanism}, {@code savepoint}, {@code
   * restoredFrom}.
   *
   * @return facts about how it was done, for example {@code mechanism}, {@code savepoint}, {@code
   *     restoredFrom}; unmodifiable
   */
  public Map<String, String> details() {
    return details;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof OperationStatus that
        && Objects.equals(id, that.id)
        && Objects.equals(verb, that.verb)
        && Objects.equals(application, that.application)
        && Objects.equals(state, that.state)
        && Objects.equals(step, that.step)
        && Objects.equals(progress, that.progress)
        && Objects.equals(idempotencyKey, that.idempotencyKey)
        && Objects.equals(startedAt, that.startedAt)
        && Objects.equals(deadline, that.deadline)
        && Objects.equals(endedAt, that.endedAt)
        && Objects.equals(failure, that.failure)
        && rolledBack == that.rolledBack
        && Objects.equals(applicationState, that.applicationState)
        && Objects.equals(details, that.details);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        id,
        verb,
        application,
        state,
        step,
        progress,
        idempotencyKey,
        startedAt,
        deadline,
        endedAt,
        failure,
        rolledBack,
        applicationState,
        details);
  }

  /**
   * Returns the values, without any secret.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "OperationStatus{"
        + "id="
        + id
        + ", "
        + "verb="
        + verb
        + ", "
        + "application="
        + application
        + ", "
        + "state="
        + state
        + ", "
        + "step="
        + step
        + ", "
        + "progress="
        + progress
        + ", "
        + "idempotencyKey="
        + idempotencyKey
        + ", "
        + "startedAt="
        + startedAt
        + ", "
        + "deadline="
        + deadline
        + ", "
        + "endedAt="
        + endedAt
        + ", "
        + "failure="
        + failure
        + ", "
        + "rolledBack="
        + rolledBack
        + ", "
        + "applicationState="
        + applicationState
        + ", "
        + "details="
        + details
        + "}";
  }

  /** Builds a {@link OperationStatus}. Not thread-safe. */
  public static final class Builder {

    private final String id;
    private final Verb verb;
    private final String application;
    private OperationState state = OperationState.RUNNING;
    private String step = "";
    private final List<Progress> progress = new ArrayList<>();
    private @Nullable String idempotencyKey;
    private Instant startedAt = Instant.EPOCH;
    private Instant deadline = Instant.MAX;
    private @Nullable Instant endedAt;
    private @Nullable Failure failure;
    private boolean rolledBack = false;
    private ApplicationState applicationState = ApplicationState.UNKNOWN;
    private final Map<String, String> details = new LinkedHashMap<>();

    private Builder(String id, Verb verb, String application) {
      this.id = Objects.requireNonNull(id, "id");
      this.verb = Objects.requireNonNull(verb, "verb");
      this.application = Objects.requireNonNull(application, "application");
    }

    /**
     * Sets whether it runs, or how it ended. Default: running.
     *
     * @param value whether it runs, or how it ended
     * @return this builder
     */
    public Builder state(OperationState value) {
      this.state = Objects.requireNonNull(value, "state");
      return this;
    }

    /**
     * Sets the step that is journalled as the next to be done; empty once it ended. Default: empty.
     *
     * @param value the step that is journalled as the next to be done; empty once it ended
     * @return this builder
     */
    public Builder step(String value) {
      this.step = Objects.requireNonNull(value, "step");
      return this;
    }

    /**
     * Replaces what happened so far, oldest first. Default: none.
     *
     * @param values what happened so far, oldest first; copied
     * @return this builder
     */
    public Builder progress(Collection<? extends Progress> values) {
      this.progress.clear();
      this.progress.addAll(values);
      return this;
    }

    /**
     * Sets the caller's idempotency key. Default: none.
     *
     * @param value the caller's idempotency key
     * @return this builder
     */
    public Builder idempotencyKey(String value) {
      this.idempotencyKey = Objects.requireNonNull(value, "idempotencyKey");
      return this;
    }

    /**
     * Sets when it was accepted. Default: the epoch.
     *
     * @param value when it was accepted
     * @return this builder
     */
    public Builder startedAt(Instant value) {
      this.startedAt = Objects.requireNonNull(value, "startedAt");
      return this;
    }

    /**
     * Sets when it fails, or is rolled back, if it has not come to its end. Default: never.
     *
     * @param value when it fails, or is rolled back, if it has not come to its end
     * @return this builder
     */
    public Builder deadline(Instant value) {
      this.deadline = Objects.requireNonNull(value, "deadline");
      return this;
    }

    /**
     * Sets when it ended. Default: none.
     *
     * @param value when it ended
     * @return this builder
     */
    public Builder endedAt(Instant value) {
      this.endedAt = Objects.requireNonNull(value, "endedAt");
      return this;
    }

    /**
     * Sets why it did not succeed. Default: none.
     *
     * @param value why it did not succeed
     * @return this builder
     */
    public Builder failure(Failure value) {
      this.failure = Objects.requireNonNull(value, "failure");
      return this;
    }

    /**
     * Sets whether the work was undone: the application runs as before. Default: false.
     *
     * @param value whether the work was undone: the application runs as before
     * @return this builder
     */
    public Builder rolledBack(boolean value) {
      this.rolledBack = value;
      return this;
    }

    /**
     * Sets the state in which the application was left. Default: unknown.
     *
     * @param value the state in which the application was left
     * @return this builder
     */
    public Builder applicationState(ApplicationState value) {
      this.applicationState = Objects.requireNonNull(value, "applicationState");
      return this;
    }

    /**
     * Replaces facts about how it was done, for example {@code mechanism}, {@code savepoint},
     * {@code restoredFrom}. Default: none.
     *
     * @param values facts about how it was done, for example {@code mechanism}, {@code savepoint},
     *     {@code restoredFrom}; copied
     * @return this builder
     */
    public Builder details(Map<String, String> values) {
      this.details.clear();
      this.details.putAll(values);
      return this;
    }

    /**
     * Builds it.
     *
     * @return the value; immutable
     */
    public OperationStatus build() {
      return new OperationStatus(this);
    }
  }
}
