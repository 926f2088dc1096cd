package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;
import dev.flinkplatform.internal.local.FileRecordStore;
import dev.flinkplatform.internal.local.ProcessIdentity;
import dev.flinkplatform.internal.local.Processes;
import dev.flinkplatform.spi.PlatformBackend.Liveness;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Core's documents in a directory of this machine, for a backend whose control plane can keep text
 * but has no compare-and-set, and the token by which the processes that use the directory know each
 * other.
 *
 * <p>Safe between processes that see the same directory and honour its file locks. The files are
 * their owner's only. Thread-safe.
 */
public final class LocalRecords implements RecordStore {

  private final FileRecordStore files;
  private final String owner = Processes.selfIdentity().encode() + "#" + UUID.randomUUID();

  private LocalRecords(FileRecordStore files) {
    this.files = files;
  }

  /**
   * Opens a directory, making it if there is none.
   *
   * @param directory where the documents are
   * @return the store
   * @throws BackendFault permanently, if the directory cannot be made or read
   */
  public static LocalRecords in(Path directory) {
    try {
      return new LocalRecords(new FileRecordStore(directory));
    } catch (UncheckedIOException e) {
      throw BackendFault.permanent(
          Failure.of(Failure.Kind.INVALID_CONFIGURATION, String.valueOf(e.getMessage())), e);
    }
  }

  @Override
  public Optional<Versioned> read(String application) {
    try {
      return files.read(application);
    } catch (UncheckedIOException e) {
      throw unavailable(e);
    }
  }

  @Override
  public Optional<Versioned> write(
      String application, Optional<String> expectedVersion, String text) {
    try {
      return files.write(application, expectedVersion, text);
    } catch (UncheckedIOException e) {
      throw unavailable(e);
    }
  }

  @Override
  public List<String> applications() {
    try {
      return files.applications();
    } catch (UncheckedIOException e) {
      throw unavailable(e);
    }
  }

  /**
   * Names this process, as {@link PlatformBackend#owner} does.
   *
   * @return an opaque token; another one for each store
   */
  public String owner() {
    return owner;
  }

  /**
   * Tells whether the process of a token is still there, as {@link PlatformBackend#liveness} does.
   *
   * @param token what {@link #owner} returned, in this or another process
   * @return unknown also of a process in another container or on another machine
   */
  public Liveness liveness(String token) {
    int hash = token.lastIndexOf('#');
    try {
      return switch (Processes.liveness(
          ProcessIdentity.parse(token.substring(0, Math.max(0, hash))))) {
        case ALIVE -> Liveness.ALIVE;
        case DEAD -> Liveness.DEAD;
        case UNKNOWN -> Liveness.UNKNOWN;
      };
    } catch (IllegalArgumentException e) {
      return Liveness.UNKNOWN;
    }
  }

  private static BackendFault unavailable(UncheckedIOException e) {
    return BackendFault.unavailable(String.valueOf(e.getMessage()), e);
  }
}
