package dev.flinkplatform.internal.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flinkplatform.JobId;
import dev.flinkplatform.status.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a JobManager writes down of a job that has ended, for Flink's history server: a file of the
 * job's id that holds replies of its REST API.
 */
final class JobArchive {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JobArchive() {}

  /** How a job has ended; empty if its end is not written down (yet). */
  static Optional<JobState> state(Path archive, JobId job) throws IOException {
    if (!Files.isDirectory(archive)) {
      return Optional.empty();
    }
    Optional<Path> file;
    // Flink 2.3 keeps it in a directory of the application.
    try (Stream<Path> files = Files.walk(archive)) {
      file = files.filter(f -> f.endsWith(job.hex()) && Files.isRegularFile(f)).findFirst();
    }
    return file.isPresent() ? read(file.get(), job) : Optional.empty();
  }

  private static Optional<JobState> read(Path file, JobId job) throws IOException {
    for (JsonNode reply : MAPPER.readTree(file.toFile()).path("archive")) {
      if (reply.path("path").asText().equals("/jobs/" + job.hex())) {
        return Optional.of(
            JobState.of(MAPPER.readTree(reply.path("json").asText()).path("state").asText()));
      }
    }
    return Optional.of(JobState.UNKNOWN);
  }
}
