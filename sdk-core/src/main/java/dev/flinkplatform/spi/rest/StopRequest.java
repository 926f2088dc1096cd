package dev.flinkplatform.spi.rest;

import dev.flinkplatform.SavepointFormat;
import org.jspecify.annotations.Nullable;

/**
 * A request to stop a job with a savepoint.
 *
 * @param triggerId the id to find the result by; sent twice, it still makes one savepoint
 * @param targetDirectory the directory to write into, as JobManager and TaskManagers see it; null
 *     for the cluster's default
 * @param format the format, {@link SavepointFormat#CANONICAL} by default
 * @param drain true to end the stream for good (timers fire, windows close), false by default.
 *     Never drain for an upgrade
 */
public record StopRequest(
    TriggerId triggerId, @Nullable String targetDirectory, SavepointFormat format, boolean drain) {

  /**
   * Returns a request in canonical format that does not drain.
   *
   * @param triggerId the id to find the result by
   * @param targetDirectory the directory to write into; null for the cluster's default
   * @return the request
   */
  public static StopRequest of(TriggerId triggerId, @Nullable String targetDirectory) {
    return new StopRequest(triggerId, targetDirectory, SavepointFormat.CANONICAL, false);
  }
}
