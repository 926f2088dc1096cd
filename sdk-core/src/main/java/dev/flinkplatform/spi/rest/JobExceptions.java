package dev.flinkplatform.spi.rest;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The failures of a job, newest first.
 *
 * @param entries the failures; unmodifiable
 * @param truncated true if there were more than asked for, or more than Flink keeps
 */
public record JobExceptions(List<Entry> entries, boolean truncated) {

  /**
   * Makes it of its parts, and copies the collections.
   *
   * @param entries the failures; unmodifiable
   * @param truncated true if there were more than asked for, or more than Flink keeps
   */
  public JobExceptions {
    entries = List.copyOf(entries);
  }

  /**
   * One failure.
   *
   * @param exceptionName the class of the exception
   * @param stackTrace the stack trace as Flink printed it
   * @param timestamp when it happened
   * @param taskName the task that failed, null for a failure of the whole job
   * @param endpoint host and port of its TaskManager; null if not said
   * @param taskManagerId the id of its TaskManager; null if not said
   * @param failureLabels labels of the cluster's failure enrichers; empty without any; unmodifiable
   * @param concurrentExceptions failures of other tasks at the same time; unmodifiable
   */
  public record Entry(
      String exceptionName,
      String stackTrace,
      Instant timestamp,
      @Nullable String taskName,
      @Nullable String endpoint,
      @Nullable String taskManagerId,
      Map<String, String> failureLabels,
      List<Entry> concurrentExceptions) {

    /**
     * Makes it of its parts, and copies the collections.
     *
     * @param exceptionName the class of the exception
     * @param stackTrace the stack trace as Flink printed it
     * @param timestamp when it happened
     * @param taskName the task that failed, null for a failure of the whole job
     * @param endpoint host and port of its TaskManager; null if not said
     * @param taskManagerId the id of its TaskManager; null if not said
     * @param failureLabels labels of the cluster's failure enrichers; empty without any;
     *     unmodifiable
     * @param concurrentExceptions failures of other tasks at the same time; unmodifiable
     */
    public Entry {
      failureLabels = Map.copyOf(failureLabels);
      concurrentExceptions = List.copyOf(concurrentExceptions);
    }

    /**
     * Returns the line that says what went wrong first.
     *
     * @return class and message of the last 'Caused by', or of the exception itself
     */
    public String rootCause() {
      return StackTraces.rootCause(stackTrace, exceptionName);
    }
  }
}
