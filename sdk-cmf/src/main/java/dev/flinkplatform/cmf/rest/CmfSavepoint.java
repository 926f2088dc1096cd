package dev.flinkplatform.cmf.rest;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A savepoint of CMF, of an application or a statement, or detached from both.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfSavepoint extends CmfResource {

  static final String KIND = "Savepoint";

  /** CMF's own default is -1: it tries for ever, and the savepoint never fails. */
  static final int BACKOFF_LIMIT = 3;

  private CmfSavepoint(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes a savepoint from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the savepoint
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfSavepoint of(Map<String, ?> json) {
    return new CmfSavepoint(json);
  }

  /**
   * Starts a savepoint that CMF gives a name. Prefer {@link #builder(String)}: after a lost answer
   * only the name tells whether it was begun.
   *
   * @return a builder, with 3 tries
   */
  public static Builder builder() {
    return builder("");
  }

  /**
   * Starts a savepoint.
   *
   * @param name 1 to 253 of a-z, 0-9, '-' and '.'; empty to let CMF choose one
   * @return a builder, with 3 tries
   */
  public static Builder builder(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name)).backoffLimit(BACKOFF_LIMIT);
  }

  /**
   * Starts a builder with all that this savepoint has.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Returns where it stands.
   *
   * @return the state; empty if there is none yet, {@link CmfSavepointState#UNKNOWN} for one this
   *     SDK does not know
   */
  public Optional<CmfSavepointState> state() {
    return Trees.text(json(), "status", "state").map(CmfSavepointState::of);
  }

  /**
   * Returns where it lies.
   *
   * @return the path once it is complete, else the one given for a detached one; empty if neither
   */
  public Optional<String> path() {
    return Trees.text(json(), "status", "path")
        .filter(p -> !p.isEmpty())
        .or(() -> Trees.text(json(), "spec", "path"));
  }

  /**
   * Returns the format.
   *
   * @return the format; CANONICAL if it is not said, UNKNOWN if this SDK does not know it
   */
  public CmfSavepointFormat format() {
    String raw = Trees.textOr("CANONICAL", json(), "spec", "formatType");
    return switch (raw.toUpperCase(Locale.ROOT)) {
      case "CANONICAL" -> CmfSavepointFormat.CANONICAL;
      case "NATIVE" -> CmfSavepointFormat.NATIVE;
      default -> CmfSavepointFormat.UNKNOWN;
    };
  }

  /**
   * Returns why it failed.
   *
   * @return the error; empty if there is none
   */
  public Optional<String> error() {
    return Trees.text(json(), "status", "error").filter(s -> !s.isEmpty());
  }

  /**
   * Returns how often it failed so far.
   *
   * @return the number of failures
   */
  public int failures() {
    return Trees.number(json(), "status", "failures").orElse(0L).intValue();
  }

  /**
   * Returns when Flink was asked.
   *
   * @return the time; empty before
   */
  public Optional<Instant> triggerTime() {
    return Trees.instant(json(), "status", "triggerTimestamp");
  }

  /**
   * Returns when it was complete or failed.
   *
   * @return the time; empty before
   */
  public Optional<Instant> resultTime() {
    return Trees.instant(json(), "status", "resultTimestamp");
  }

  /**
   * Tells whether it is being deleted, which may wait for its Flink cluster.
   *
   * @return true if so
   */
  public boolean isPendingDeletion() {
    return Trees.bool(json(), "status", "pendingDeletion");
  }

  /**
   * Tells whether clean-ups leave it alone, since 2.4.
   *
   * @return true if so
   */
  public boolean isPinned() {
    return Trees.bool(json(), "spec", "pinned");
  }

  /**
   * Returns CMF's warning that the status may be old.
   *
   * @return the warning; empty if there is none
   */
  public Optional<String> warning() {
    return Trees.text(json(), "status", "warning").filter(s -> !s.isEmpty());
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    if (!name().isEmpty()) {
      Rules.name(faults, "metadata.name", name(), 1);
    }
    Rules.object(faults, json(), "spec");
    Rules.wholeNumber(faults, json(), -1, Integer.MAX_VALUE, "spec", "backoffLimit");
    Rules.text(faults, json(), "spec", "formatType");
    Rules.bool(faults, json(), "spec", "pinned");
    return faults;
  }

  /** Collects a {@link CmfSavepoint}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfSavepoint, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfSavepoint create(Map<String, @Nullable Object> tree) {
      return new CmfSavepoint(tree);
    }

    /**
     * Sets where it lies: for a detached one that exists already, or where to write it.
     *
     * @param path a URI
     * @return this builder
     */
    public Builder path(String path) {
      return field(path, "spec", "path");
    }

    /**
     * Sets the format.
     *
     * @param format the format; CANONICAL by default, which is CMF's default
     * @return this builder
     */
    public Builder format(CmfSavepointFormat format) {
      return field(format.name(), "spec", "formatType");
    }

    /**
     * Sets how often CMF tries again.
     *
     * @param limit repetitions, 3 by default; -1 for ever, and then it never fails
     * @return this builder
     */
    public Builder backoffLimit(int limit) {
      return field(limit, "spec", "backoffLimit");
    }
  }
}
