package dev.flinkplatform.internal.local;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.status.CheckpointInfo;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checkpoints and savepoints on this machine's disk, seen without Flink. Stateless. */
public final class LocalState {

  private static final String METADATA = "_metadata";
  private static final String CHECKPOINT = "chk-";

  /** How Flink's {@code Checkpoints.HEADER_MAGIC_NUMBER} begins every metadata file. */
  private static final int MAGIC = 0x4960672d;

  private LocalState() {}

  /** The path of a location on this machine; empty if it is elsewhere. */
  public static Optional<Path> path(String location) {
    if (location.startsWith("/")) {
      return Optional.of(Path.of(location));
    }
    try {
      URI uri = new URI(location.replace(" ", "%20"));
      return "file".equals(uri.getScheme()) && uri.getPath() != null
          ? Optional.of(Path.of(uri.getPath()))
          : Optional.empty();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The path itself if it exists, or else the nearest directory above it that does. */
  static Optional<Path> nearestExisting(Path path) {
    for (Path p = path; p != null; p = p.getParent()) {
      if (Files.exists(p)) {
        return Optional.of(p);
      }
    }
    return Optional.empty();
  }

  /** Why a checkpoint or savepoint cannot be restored; empty if it can, or if it is elsewhere. */
  public static Optional<Failure> check(String location) {
    Optional<Path> path = path(location);
    if (path.isEmpty()) {
      return location.contains(":/") && !location.startsWith("file:")
          ? Optional.empty()
          : Optional.of(
              Failure.of(
                  Failure.Kind.STATE_UNREADABLE,
                  "not a location: '" + location + "'. Give an absolute path or a URI"));
    }
    Path metadata = path.get().endsWith(METADATA) ? path.get() : path.get().resolve(METADATA);
    try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
      return in.readInt() == MAGIC
          ? Optional.empty()
          : Optional.of(unreadable(location, "its _metadata file was not written by Flink"));
    } catch (NoSuchFileException e) {
      return Optional.of(
          unreadable(
              location,
              Files.exists(path.get())
                  ? "it holds no _metadata file"
                  : "there is no such directory"));
    } catch (IOException e) {
      return Optional.of(unreadable(location, "its _metadata file cannot be read (" + e + ")"));
    }
  }

  private static Failure unreadable(String location, String why) {
    return Failure.of(
        Failure.Kind.STATE_UNREADABLE,
        "no checkpoint or savepoint can be read at '" + location + "': " + why);
  }

  /** The newest completed checkpoint of a run below the checkpoint directory. */
  public static Optional<CheckpointInfo> latestCheckpoint(String directory, JobId run)
      throws IOException {
    Optional<Path> base = path(directory).map(p -> p.resolve(run.hex()));
    if (base.isEmpty() || !Files.isDirectory(base.get())) {
      return Optional.empty();
    }
    List<CheckpointInfo> found = new ArrayList<>();
    for (Path p : list(base.get())) {
      String name = String.valueOf(p.getFileName());
      if (name.startsWith(CHECKPOINT) && check(p.toString()).isEmpty()) {
        try {
          found.add(
              new CheckpointInfo(
                  Long.parseLong(name.substring(CHECKPOINT.length())),
                  p.toUri().toString().replaceAll("/$", ""),
                  Files.getLastModifiedTime(p.resolve(METADATA)).toInstant(),
                  0));
        } catch (NumberFormatException e) {
          // Not Flink's.
        }
      }
    }
    return found.stream().max(Comparator.comparingLong(CheckpointInfo::id));
  }

  /** When a checkpoint or savepoint was completed: its metadata is what Flink writes last. */
  public static Optional<Instant> completedAt(String location) throws IOException {
    Optional<Path> metadata =
        path(location).map(p -> p.endsWith(METADATA) ? p : p.resolve(METADATA));
    return metadata.isPresent() && Files.isRegularFile(metadata.get())
        ? Optional.of(Files.getLastModifiedTime(metadata.get()).toInstant())
        : Optional.empty();
  }

  /** A completed savepoint right below a directory. */
  public static Optional<String> findSavepoint(String directory) throws IOException {
    Optional<Path> base = path(directory);
    if (base.isEmpty() || !Files.isDirectory(base.get())) {
      return Optional.empty();
    }
    return list(base.get()).stream()
        .filter(p -> check(p.toString()).isEmpty())
        .map(p -> p.toUri().toString().replaceAll("/$", ""))
        .findFirst();
  }

  /** Deletes a savepoint and the directory that was made for it; false if it is elsewhere. */
  public static boolean deleteSavepoint(String location) throws IOException {
    Optional<Path> path = path(location);
    if (path.isEmpty()) {
      return false;
    }
    Path savepoint = path.get();
    if (!Files.exists(savepoint)) {
      return true;
    }
    if (check(location).isPresent()) {
      throw new IOException("'" + savepoint + "' is no savepoint: nothing was deleted");
    }
    deleteTree(savepoint);
    Path parent = savepoint.getParent();
    if (parent != null) {
      deleteIfEmpty(parent);
    }
    return true;
  }

  public static boolean holdsState(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.anyMatch(f -> f.endsWith(METADATA));
    }
  }

  static void deleteIfEmpty(Path directory) throws IOException {
    if (Files.isDirectory(directory) && list(directory).isEmpty()) {
      Files.deleteIfExists(directory);
    }
  }

  /** Deletes a directory and all in it; does not follow links. */
  public static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // a process that is dying deletes its files too
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path d, @Nullable IOException e)
              throws IOException {
            Files.deleteIfExists(d);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }
}
