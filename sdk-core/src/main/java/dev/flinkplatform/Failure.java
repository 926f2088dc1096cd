package dev.flinkplatform;

import java.util.Objects;

/**
 * Why something did not succeed.
 *
 * @param kind what sort of failure, for decisions
 * @param message what went wrong and what to do, for people
 * @param evidence what it was concluded from, for example the last lines of a log; may be empty
 */
public record Failure(Kind kind, String message, String evidence) {

  /** Sorts of failures. More constants may come in a minor release: keep a default branch. */
  public enum Kind {
    /** The job failed, or its {@code main} method did; the message holds the root cause. */
    JOB_FAILED,
    /** A class, the entry class above all, is not in the jars. */
    CLASS_NOT_FOUND,
    /** A jar is missing or unreadable. */
    JAR_UNREADABLE,
    /** The state to restore is missing or unreadable. */
    STATE_UNREADABLE,
    /** The state to restore does not fit the job. */
    STATE_DOES_NOT_FIT,
    /** There is no state to restore. */
    NO_STATE,
    /** A port is taken by another process. */
    PORT_TAKEN,
    /** A configuration is not valid. */
    INVALID_CONFIGURATION,
    /** There are fewer slots than the job needs. */
    NO_RESOURCES,
    /** A process of the cluster died. */
    PROCESS_DIED,
    /** A savepoint or checkpoint could not be taken. */
    SNAPSHOT_FAILED,
    /** The deadline passed. */
    DEADLINE_PASSED,
    /** The application is not in a state in which this can be done. */
    WRONG_STATE,
    /** The backend cannot do this. */
    UNSUPPORTED,
    /** Another operation replaced this one. */
    SUPERSEDED,
    /** Something else; see the message. */
    OTHER
  }

  /**
   * Makes a failure of its parts.
   *
   * @param kind what sort of failure, for decisions
   * @param message what went wrong and what to do, for people
   * @param evidence what it was concluded from, for example the last lines of a log; may be empty
   */
  public Failure {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(evidence, "evidence");
  }

  /**
   * Returns a failure without evidence.
   *
   * @param kind what sort of failure
   * @param message what went wrong and what to do
   * @return the failure
   */
  public static Failure of(Kind kind, String message) {
    return new Failure(kind, message, "");
  }

  /**
   * Returns kind and message.
   *
   * @return {@code KIND: message}
   */
  @Override
  public String toString() {
    return kind + ": " + message;
  }
}
