package dev.flinkplatform;

import java.time.Instant;
import java.util.Objects;

/**
 * A completed savepoint.
 *
 * @param application the application it was taken of
 * @param location where it is, as Flink wrote it; do not compare locations as text
 * @param takenAt when it was complete
 * @param format how it was written
 * @param jobId the run of the job it was taken of
 */
public record Savepoint(
    String application, String location, Instant takenAt, SavepointFormat format, JobId jobId) {

  /**
   * Makes a savepoint of its parts.
   *
   * @param application the application it was taken of
   * @param location where it is, as Flink wrote it; do not compare locations as text
   * @param takenAt when it was complete
   * @param format how it was written
   * @param jobId the run of the job it was taken of
   */
  public Savepoint {
    Objects.requireNonNull(application, "application");
    Objects.requireNonNull(location, "location");
    Objects.requireNonNull(takenAt, "takenAt");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(jobId, "jobId");
  }
}
