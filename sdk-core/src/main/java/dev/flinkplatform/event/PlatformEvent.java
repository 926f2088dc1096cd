package dev.flinkplatform.event;

import dev.flinkplatform.JobId;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Progress;
import dev.flinkplatform.Verb;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.JobException;
import java.time.Instant;

/**
 * Something that happened on a platform. Immutable and thread-safe. More sorts may come in a minor
 * release: keep a default branch.
 */
public sealed interface PlatformEvent {

  /**
   * Returns when it happened, or was seen.
   *
   * @return the time
   */
  Instant at();

  /**
   * Returns which application it is about.
   *
   * @return the name; empty for {@link EventsDropped}
   */
  String application();

  /**
   * An application is in another state than at the look before. States that last shorter than the
   * time between two looks may be missed.
   *
   * @param at when it was seen
   * @param application the application's name
   * @param from the state at the look before; ABSENT for a new application
   * @param to the state now; ABSENT when it was deleted
   */
  record StateChanged(Instant at, String application, ApplicationState from, ApplicationState to)
      implements PlatformEvent {}

  /**
   * An operation was journalled.
   *
   * @param at when it was begun
   * @param application the application's name
   * @param operation the operation's id
   * @param verb what it does
   */
  record OperationStarted(Instant at, String application, String operation, Verb verb)
      implements PlatformEvent {}

  /**
   * A step of an operation is done.
   *
   * @param application the application's name
   * @param operation the operation's id
   * @param verb what it does
   * @param progress when, which step, and what happened
   */
  record OperationProgressed(String application, String operation, Verb verb, Progress progress)
      implements PlatformEvent {

    @Override
    public Instant at() {
      return progress.at();
    }
  }

  /**
   * An operation came to its end, well or not.
   *
   * @param status how it ended
   */
  record OperationEnded(OperationStatus status) implements PlatformEvent {

    @Override
    public Instant at() {
      return status.endedAt().orElse(status.startedAt());
    }

    @Override
    public String application() {
      return status.application();
    }
  }

  /**
   * The job, or a task of it, failed. Flink may bring it back.
   *
   * @param application the application's name
   * @param job the run it happened in
   * @param exception when, where and why
   */
  record JobFailed(String application, JobId job, JobException exception) implements PlatformEvent {

    @Override
    public Instant at() {
      return exception.at();
    }
  }

  /**
   * Flink restarted the job, or part of it.
   *
   * @param at when it was seen
   * @param application the application's name
   * @param job the run
   * @param restarts how often Flink restarted this run up to now
   */
  record JobRestarted(Instant at, String application, JobId job, long restarts)
      implements PlatformEvent {}

  /**
   * Processes of an application died, and the supervision of this platform starts them again.
   *
   * @param at when
   * @param application the application's name
   * @param attempt which attempt within the window of the supervision, from 1
   * @param reason what died, and why as far as it is known
   */
  record ProcessRestarted(Instant at, String application, int attempt, String reason)
      implements PlatformEvent {}

  /**
   * A subscriber was too slow: the oldest events that waited for it were dropped. Comes where they
   * would have come.
   *
   * @param at when the first of them was dropped
   * @param number how many
   */
  record EventsDropped(Instant at, long number) implements PlatformEvent {

    @Override
    public String application() {
      return "";
    }
  }
}
