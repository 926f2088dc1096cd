package dev.flinkplatform.internal.local;

import dev.flinkplatform.spi.RecordStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Documents as files: {@code <root>/<application>/journal.json}, its first line a comment with the
 * version; that of a job in a session cluster is {@code <root>/<cluster>/jobs/<job>/journal.json}.
 *
 * <p>Reading takes no lock: a document is replaced by renaming a finished file over it. Writing
 * compares and replaces under a lock on {@code <root>/.locks/<application>.lock}, which the system
 * releases when the writer dies. Files are the owner's only, as documents may hold secrets.
 *
 * <p>Several stores may use one root, in one JVM or in several. Thread-safe.
 */
public final class FileRecordStore implements RecordStore {

  static final String FILE = "journal.json";

  private static final String JOBS = "jobs";
  private static final Pattern HEADER = Pattern.compile("// version (\\d{1,18})-([0-9a-f]{16})");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path root;
  private final Path locks;
  private final Duration patience;

  /**
   * Opens a store, making its directory if there is none.
   *
   * @param root the directory
   * @throws UncheckedIOException if it cannot be made or read
   */
  public FileRecordStore(Path root) {
    this(root, Duration.ofSeconds(30));
  }

  FileRecordStore(Path root, Duration patience) {
    this.patience = patience;
    try {
      AtomicFiles.createDirectories(root);
      // One name per place, whatever links lead there: it names the lock within this JVM.
      this.root = root.toRealPath();
      this.locks = this.root.resolve(".locks");
      AtomicFiles.createDirectories(locks);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot use '" + root + "' to keep records: " + e + ". Make it a writable directory.", e);
    }
  }

  @Override
  public Optional<Versioned> read(String application) {
    Path file = file(application);
    try {
      return load(application, file);
    } catch (IOException e) {
      throw failed("read", application, file, e);
    }
  }

  @Override
  public Optional<Versioned> write(
      String application, Optional<String> expectedVersion, String text) {
    Path file = file(application);
    Objects.requireNonNull(text, "text");
    // An interrupt closes the channel a lock is held through. It waits until the write is over.
    boolean interrupted = Thread.interrupted();
    try {
      // A file lock belongs to the whole JVM, with two traps: a second lock on the same file fails
      // with OverlappingFileLockException instead of waiting, and (POSIX) closing any channel on
      // the file drops the JVM's lock, whoever took it. So within the JVM a monitor comes first,
      // and the lock file is opened and closed only inside of it. Interned text is one object for
      // the whole JVM: it also serves copies of this class in different class loaders.
      synchronized (("dev.flinkplatform.lock:" + lockFile(application)).intern()) {
        try (FileChannel channel = openLock(application);
            FileLock lock = acquire(channel, application)) {
          if (!lock.isValid()) {
            throw new IOException("the lock was lost");
          }
          return compareAndSet(application, expectedVersion, text, file);
        }
      }
    } catch (IOException e) {
      throw failed("write", application, file, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public List<String> applications() {
    try {
      List<String> names = new ArrayList<>();
      for (String name : documents(root)) {
        names.add(name);
        Path jobs = root.resolve(name).resolve(JOBS);
        if (Files.isDirectory(jobs)) {
          documents(jobs).forEach(job -> names.add(name + "/" + job));
        }
      }
      names.sort(null);
      return List.copyOf(names);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list the records in '" + root + "': " + e, e);
    }
  }

  private static List<String> documents(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(e -> Files.isRegularFile(e.resolve(FILE)))
          .map(e -> String.valueOf(e.getFileName()))
          .filter(RecordStore::isName)
          .toList();
    }
  }

  /** Returns the directory of an application, where the backend may keep other files too. */
  public Path directory(String application) {
    if (!RecordStore.isName(Objects.requireNonNull(application, "application"))) {
      throw new IllegalArgumentException(
          "Not the name of an application: '"
              + application
              + "'. Write 1 to 63 lower-case letters, digits and '-', a letter first, no '-' at the"
              + " end; a job in a session cluster: '<cluster>/<job>'.");
    }
    int slash = application.indexOf('/');
    return slash < 0
        ? root.resolve(application)
        : root.resolve(application.substring(0, slash))
            .resolve(JOBS)
            .resolve(application.substring(slash + 1));
  }

  private Path file(String application) {
    return directory(application).resolve(FILE);
  }

  private static Optional<Versioned> compareAndSet(
      String application, Optional<String> expectedVersion, String text, Path file)
      throws IOException {
    Optional<Versioned> current = load(application, file);
    if (!current.map(Versioned::version).equals(expectedVersion)) {
      return Optional.empty();
    }
    String version = nextVersion(current);
    AtomicFiles.createDirectories(Objects.requireNonNull(file.getParent()));
    // The lock makes the temporary name ours; what a killed writer left there is overwritten.
    AtomicFiles.replace(
        file, file.resolveSibling("." + FILE + ".tmp"), "// version " + version + "\n" + text);
    return Optional.of(new Versioned(application, version, text));
  }

  private static Optional<Versioned> load(String application, Path file) throws IOException {
    String content;
    try {
      content = Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    int end = content.indexOf('\n');
    Matcher header = HEADER.matcher(end < 0 ? content : content.substring(0, end));
    if (end < 0 || !header.matches()) {
      throw new IOException(
          "its first line is not '// version <n>-<id>': something else has written the file");
    }
    return Optional.of(
        new Versioned(
            application, header.group(1) + "-" + header.group(2), content.substring(end + 1)));
  }

  /** A number for people, and chance, so that no version returns after a delete. */
  private static String nextVersion(Optional<Versioned> current) {
    long number =
        current
            .map(v -> Long.parseLong(v.version().substring(0, v.version().indexOf('-'))))
            .orElse(0L);
    byte[] id = new byte[8];
    RANDOM.nextBytes(id);
    return (number + 1) + "-" + HexFormat.of().formatHex(id);
  }

  private Path lockFile(String application) {
    return locks.resolve(application.replace('/', '.') + ".lock");
  }

  private FileChannel openLock(String application) throws IOException {
    Path file = lockFile(application);
    AtomicFiles.createDirectories(locks);
    AtomicFiles.createEmpty(file);
    return FileChannel.open(file, StandardOpenOption.WRITE);
  }

  /** Tries again and again, as a stopped or hung holder must not hang us for ever. */
  private FileLock acquire(FileChannel channel, String application) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
        if (System.nanoTime() - deadline > 0) {
          throw new IOException(
              "another process has held its lock '"
                  + lockFile(application)
                  + "' for "
                  + patience.toSeconds()
                  + " s; see who with 'lslocks'");
        }
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(500_000, 5_000_000));
        interrupted |= Thread.interrupted();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static UncheckedIOException failed(
      String verb, String application, Path file, IOException cause) {
    return new UncheckedIOException(
        "Cannot "
            + verb
            + " the record of application='"
            + application
            + "' in '"
            + file
            + "': "
            + cause,
        cause);
  }
}
