package dev.flinkplatform.spi.rest;

import dev.flinkplatform.SavepointFormat;
import org.jspecify.annotations.Nullable;

/**
 * A request for a savepoint of a running job.
 *
 * @param triggerId the id to find the result by; sent twice, it still makes one savepoint
 * @param targetDirectory the directory to write into, as JobManager and TaskManagers see it; null
 *     for the cluster's default
 * @param format the format, {@link SavepointFormat#CANONICAL} by default
 * @param cancelJob true to cancel the job afterwards, false by default. Not atomic, records in
 *     between are processed twice: use {@link FlinkRestClient#stopWithSavepoint}
 */
public record SavepointRequest(
    TriggerId triggerId,
    @Nullable String targetDirectory,
    SavepointFormat format,
    boolean cancelJob) {

  /**
   * Returns a request in canonical format that leaves the job running.
   *
   * @param triggerId the id to find the result by
   * @param targetDirectory the directory to write into; null for the cluster's default
   * @return the request
   */
  public static SavepointRequest of(TriggerId triggerId, @Nullable String targetDirectory) {
    return new SavepointRequest(triggerId, targetDirectory, SavepointFormat.CANONICAL, false);
  }
}
