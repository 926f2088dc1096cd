package dev.flinkplatform;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From which state a job starts: a choice that is always made by the caller, since a wrong default
 * loses state or brings old state back. Immutable and thread-safe.
 */
public final class StateRestore {

  /** The three choices. */
  public enum Kind {
    /** Start without state. */
    FRESH,
    /** Start from the application's latest state; refused if there is none. */
    LATEST,
    /** Start from a given savepoint or retained checkpoint. */
    FROM
  }

  /** Who owns the savepoint after the restore. */
  public enum ClaimMode {
    /** The user: Flink never deletes it. */
    NO_CLAIM,
    /** Flink: it may be deleted once it is subsumed; needs {@link Capability#RESTORE_CLAIM}. */
    CLAIM
  }

  private static final StateRestore FRESH =
      new StateRestore(Kind.FRESH, null, false, ClaimMode.NO_CLAIM);
  private static final StateRestore LATEST =
      new StateRestore(Kind.LATEST, null, false, ClaimMode.NO_CLAIM);

  private final Kind kind;
  private final @Nullable String location;
  private final boolean allowNonRestoredState;
  private final ClaimMode claimMode;

  private StateRestore(
      Kind kind, @Nullable String location, boolean allowNonRestoredState, ClaimMode claimMode) {
    this.kind = kind;
    this.location = location;
    this.allowNonRestoredState = allowNonRestoredState;
    this.claimMode = claimMode;
  }

  /**
   * Starts without state.
   *
   * @return the choice
   */
  public static StateRestore fresh() {
    return FRESH;
  }

  /**
   * Starts from the application's latest state: the savepoint it was stopped with, else its newest
   * completed checkpoint or savepoint. Refused if there is none; it never falls back to a fresh
   * start.
   *
   * @return the choice
   */
  public static StateRestore latest() {
    return LATEST;
  }

  /**
   * Starts from a savepoint.
   *
   * @param savepoint the savepoint
   * @return the choice
   */
  public static StateRestore from(Savepoint savepoint) {
    return from(savepoint.location());
  }

  /**
   * Starts from a savepoint or retained checkpoint.
   *
   * @param location where it is, as Flink wrote it
   * @return the choice
   * @throws IllegalArgumentException if it is blank
   */
  public static StateRestore from(String location) {
    if (Objects.requireNonNull(location, "location").isBlank()) {
      throw new IllegalArgumentException("The location of a savepoint must not be blank");
    }
    return new StateRestore(Kind.FROM, location, false, ClaimMode.NO_CLAIM);
  }

  /**
   * Lets the job start although some of the state has no operator any more; that part of the state
   * is lost.
   *
   * @return the same choice, with non-restored state allowed
   */
  public StateRestore allowNonRestoredState() {
    return new StateRestore(kind, location, true, claimMode);
  }

  /**
   * Chooses who owns the savepoint after the restore. Default: {@link ClaimMode#NO_CLAIM}.
   *
   * @param mode who owns it
   * @return the same choice, with that mode
   */
  public StateRestore claim(ClaimMode mode) {
    return new StateRestore(
        kind, location, allowNonRestoredState, Objects.requireNonNull(mode, "mode"));
  }

  /**
   * Returns which of the three choices this is.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Returns the savepoint to start from.
   *
   * @return its location; empty unless the kind is {@link Kind#FROM}
   */
  public Optional<String> location() {
    return Optional.ofNullable(location);
  }

  /**
   * Tells whether state without an operator may be dropped.
   *
   * @return false by default
   */
  public boolean isNonRestoredStateAllowed() {
    return allowNonRestoredState;
  }

  /**
   * Returns who owns the savepoint after the restore.
   *
   * @return the mode
   */
  public ClaimMode claimMode() {
    return claimMode;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof StateRestore that
        && kind == that.kind
        && Objects.equals(location, that.location)
        && allowNonRestoredState == that.allowNonRestoredState
        && claimMode == that.claimMode;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, location, allowNonRestoredState, claimMode);
  }

  /**
   * Returns the choice in words.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return switch (kind) {
          case FRESH -> "fresh";
          case LATEST -> "latest";
          case FROM -> "from " + location;
        }
        + (allowNonRestoredState ? ", non-restored state allowed" : "")
        + (claimMode == ClaimMode.CLAIM ? ", CLAIM" : "");
  }
}
