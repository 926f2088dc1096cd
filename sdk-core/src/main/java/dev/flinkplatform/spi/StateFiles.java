package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.internal.local.LocalState;
import dev.flinkplatform.status.CheckpointInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Checkpoints and savepoints in a file system that this machine has mounted at the same path as
 * Flink's processes, seen without Flink. For backends that were told so. Blocks for the disk;
 * stateless and thread-safe.
 */
public final class StateFiles {

  private StateFiles() {}

  /**
   * Tells whether a location is one that can be looked at.
   *
   * @param location an absolute path or a URI
   * @return whether it is a path or has the scheme {@code file}
   */
  public static boolean canSee(String location) {
    return LocalState.path(location).isPresent();
  }

  /**
   * Tells whether a checkpoint or savepoint can be restored.
   *
   * @param location where it is
   * @return why not; empty if it can, or if it is elsewhere
   */
  public static Optional<Failure> check(String location) {
    return LocalState.check(location);
  }

  /**
   * Finds the newest completed checkpoint of a run.
   *
   * @param directory the checkpoint directory, one that {@link #canSee} says yes to
   * @param run the id of the run
   * @return the checkpoint, or empty if there is none
   */
  public static Optional<CheckpointInfo> latestCheckpoint(String directory, JobId run) {
    return io(() -> LocalState.latestCheckpoint(directory, run));
  }

  /**
   * Tells when a checkpoint or savepoint was completed.
   *
   * @param location where it is
   * @return when, or empty if there is none there, or it is elsewhere
   */
  public static Optional<Instant> completedAt(String location) {
    return io(() -> LocalState.completedAt(location));
  }

  /**
   * Finds a completed savepoint right below a directory.
   *
   * @param directory the directory
   * @return its location, or empty if there is none, or it is elsewhere
   */
  public static Optional<String> findSavepoint(String directory) {
    return io(() -> LocalState.findSavepoint(directory));
  }

  /**
   * Deletes a savepoint, and the directory that was made for it if nothing else is in it.
   * Idempotent.
   *
   * @param location where it is
   * @return whether it is gone; false if it is elsewhere
   */
  public static boolean deleteSavepoint(String location) {
    return io(() -> LocalState.deleteSavepoint(location));
  }

  /**
   * Deletes all checkpoints of a run. Idempotent.
   *
   * @param directory the checkpoint directory
   * @param run the id of the run
   * @return whether they are gone; false if they are elsewhere
   */
  public static boolean deleteRun(String directory, JobId run) {
    Optional<Path> path = LocalState.path(directory);
    return io(
        () -> {
          if (path.isPresent()) {
            LocalState.deleteTree(path.get().resolve(run.hex()));
          }
          return path.isPresent();
        });
  }

  /**
   * Tells whether there is any checkpoint or savepoint below a directory.
   *
   * @param directory the directory
   * @return whether there is; also true if it is elsewhere, and may hold some
   */
  public static boolean mayHoldState(String directory) {
    Optional<Path> path = LocalState.path(directory);
    return io(() -> path.isEmpty() || LocalState.holdsState(path.get()));
  }

  private interface Io<T> {
    T call() throws IOException;
  }

  private static <T> T io(Io<T> call) {
    try {
      return call.call();
    } catch (IOException e) {
      throw BackendFault.unavailable("State could not be looked at: " + e, e);
    }
  }
}
