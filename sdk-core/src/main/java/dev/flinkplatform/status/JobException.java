package dev.flinkplatform.status;

import java.time.Instant;
import java.util.Optional;

/**
 * A failure in the history of a job.
 *
 * @param at when it happened
 * @param exception the exception's class name
 * @param rootCause the last cause, class and message, in one line
 * @param stackTrace the whole stack trace
 * @param task the task it happened in, if it was one
 * @param taskManager the TaskManager it happened on, if it was one
 */
public record JobException(
    Instant at,
    String exception,
    String rootCause,
    String stackTrace,
    Optional<String> task,
    Optional<String> taskManager) {}
