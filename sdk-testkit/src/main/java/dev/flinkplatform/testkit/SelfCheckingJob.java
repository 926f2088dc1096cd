package dev.flinkplatform.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Flink job that finds out by itself whether a record was lost or processed twice: one jar for
 * Flink 1.20 to 2.3, embedded in the testkit, with knobs for all that can go wrong.
 *
 * <p>It counts up numbers for some keys and compares each with the one its state expects. The first
 * gap or duplicate fails the job for good, with a message that begins with {@code gap:} or {@code
 * duplicate:}. What such state can't see (a start without state, a restore of too old a snapshot,
 * two clusters at once) shows in the {@link Ledger}. Flink's metrics {@code selfcheck.verified},
 * {@code selfcheck.gaps} and {@code selfcheck.duplicates} of the operator {@code verify} count
 * since the task's last start.
 *
 * <p>Its operators, in this order, have the names and uids {@code source}, {@code verify} and
 * {@code ledger}; only {@code ledger} has a parallelism of its own, 1.
 *
 * <p>Thread-safe; the {@link Args} are not.
 */
public final class SelfCheckingJob {

  private static final String ENTRY_CLASS = "dev.flinkplatform.testkit.job.SelfCheckingJob";
  private static final String EMBEDDED = "/dev/flinkplatform/testkit/self-checking-job.jar";
  private static final String JAR_PROPERTY = "flinkplatform.testkit.job";

  private static @Nullable Path jar;

  private SelfCheckingJob() {}

  /**
   * Returns the job's jar, as a file of its own.
   *
   * <p>Copied to a temporary directory at the first call in a JVM, and deleted when the JVM ends.
   * The bytes are those of the build. In the SDK's own build, before the jar is embedded, the
   * system property {@code flinkplatform.testkit.job} or the class path is asked for it instead.
   *
   * @return an absolute path
   * @throws IllegalStateException if the job is neither embedded nor found
   * @throws UncheckedIOException if it can't be copied
   */
  public static synchronized Path jar() {
    Path known = jar;
    if (known == null || !Files.exists(known)) {
      try {
        known = extract();
      } catch (IOException e) {
        throw new UncheckedIOException("The self-checking job's jar can't be copied", e);
      }
      jar = known;
    }
    return known;
  }

  private static Path extract() throws IOException {
    Path dir = Files.createTempDirectory("flinkplatform-testkit-");
    Path file = dir.resolve("self-checking-job.jar");
    // Deleted in reverse order: first the file, then its directory.
    dir.toFile().deleteOnExit();
    file.toFile().deleteOnExit();
    try (InputStream embedded = SelfCheckingJob.class.getResourceAsStream(EMBEDDED)) {
      if (embedded != null) {
        Files.copy(embedded, file);
      } else {
        Files.copy(unembedded(), file, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return file.toAbsolutePath();
  }

  private static Path unembedded() throws IOException {
    String property = System.getProperty(JAR_PROPERTY);
    if (property != null) {
      return Path.of(property);
    }
    String name = "/" + ENTRY_CLASS.replace('.', '/') + ".class";
    URL entry = SelfCheckingJob.class.getResource(name);
    if (entry != null && entry.openConnection() instanceof JarURLConnection inJar) {
      inJar.setUseCaches(false);
      try (var file = inJar.getJarFile()) {
        return Path.of(file.getName());
      }
    }
    throw new IllegalStateException(
        "The self-checking job is neither embedded at "
            + EMBEDDED
            + " nor on the class path as a jar (found: "
            + entry
            + "); build sdk-testkit up to phase package, or set the system property "
            + JAR_PROPERTY);
  }

  /**
   * Returns the class whose main method builds the job; the jar's manifest names it as well.
   *
   * @return the fully qualified name
   */
  public static String entryClass() {
    return ENTRY_CLASS;
  }

  /**
   * Returns a builder of program arguments; nothing set means an endless job with 8 keys, 200
   * records per second, no ledger and no mishaps.
   *
   * @return a new builder
   */
  public static Args args() {
    return new Args();
  }

  /** Builds the program arguments of the job. Each knob may be set again; the last wins. */
  public static final class Args {

    private final Map<String, String> values = new LinkedHashMap<>();

    private Args() {}

    /**
     * Sets the number of sequences.
     *
     * @param keys how many, 8 if not set; more than before a restore adds keys, fewer removes none
     * @return this
     * @throws IllegalArgumentException if below 1
     */
    public Args keys(int keys) {
      return put("--keys", atLeast(1, keys));
    }

    /**
     * Sets how many records there are per second, over all keys.
     *
     * @param recordsPerSecond the rate, 200 if not set; may be a fraction
     * @return this
     * @throws IllegalArgumentException if not above 0
     */
    public Args rate(double recordsPerSecond) {
      if (!(recordsPerSecond > 0)) {
        throw new IllegalArgumentException("The rate must be above 0, got " + recordsPerSecond);
      }
      return put("--rate", recordsPerSecond);
    }

    /**
     * Lets the job finish; it is endless if not set.
     *
     * @param recordsPerKey how many records each key has
     * @return this
     * @throws IllegalArgumentException if below 1
     */
    public Args finite(long recordsPerKey) {
      return put("--records-per-key", atLeast(1, recordsPerKey));
    }

    /**
     * Lets the job write a ledger; without checkpointing each record is committed at once.
     *
     * @param dir the directory, on the host that runs the tasks; made if it does not exist
     * @return this
     */
    public Args ledger(Path dir) {
      return put("--ledger", dir.toAbsolutePath());
    }

    /**
     * Delays the main method.
     *
     * @param delay for how long
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Args slowStart(Duration delay) {
      return put("--slow-start-ms", atLeast(0, delay.toMillis()));
    }

    /**
     * Delays the start of each verifying task: it stays INITIALIZING.
     *
     * @param delay for how long
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Args slowOpen(Duration delay) {
      return put("--slow-open-ms", atLeast(0, delay.toMillis()));
    }

    /**
     * Lets a verifying task throw at its n-th record since it was started, each time it is started.
     *
     * @param record which record, from 1
     * @return this
     * @throws IllegalArgumentException if below 1
     */
    public Args crashAt(long record) {
      return put("--crash-at", atLeast(1, record));
    }

    /**
     * Lets one verifying task throw at its n-th record, once in all.
     *
     * @param record which record, from 1
     * @param marker a file that must not exist; the task that crashes makes it
     * @return this
     * @throws IllegalArgumentException if below 1
     */
    public Args crashOnceAt(long record, Path marker) {
      return crashAt(record).put("--crash-once-marker", marker.toAbsolutePath());
    }

    /**
     * Lets each verifying task throw whenever it is started.
     *
     * @return this
     */
    public Args crashAlwaysOnOpen() {
      return put("--crash-always-on-open", true);
    }

    /**
     * Makes snapshots larger.
     *
     * @param bytesPerKey further state of each key, incompressible; 0 if not set
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Args stateBytes(int bytesPerKey) {
      return put("--state-bytes", atLeast(0, bytesPerKey));
    }

    /**
     * Lets state grow with every record, and never shrink.
     *
     * @param bytesPerRecord further state for each record; 0 if not set
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Args growBytes(int bytesPerRecord) {
      return put("--grow-bytes", atLeast(0, bytesPerRecord));
    }

    /**
     * Delays the last task at each record: with a high {@link #rate}, those before it are held up.
     *
     * @param delay for how long; none if not set
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Args slowSink(Duration delay) {
      return put("--slow-sink-ms", atLeast(0, delay.toMillis()));
    }

    /**
     * Lets the job fail when it starts without state.
     *
     * @return this
     */
    public Args failUnlessRestored() {
      return put("--fail-unless-restored", true);
    }

    /**
     * Lets the job fail when it starts with state, also with that of a checkpoint after a crash.
     *
     * @return this
     */
    public Args failIfRestored() {
      return put("--fail-if-restored", true);
    }

    /**
     * Gives each operator another uid, so that state of a job with another suffix does not fit.
     *
     * @param suffix what to append
     * @return this
     */
    public Args uidSuffix(String suffix) {
      return put("--uid-suffix", suffix);
    }

    /**
     * Gives one operator another uid, so that only its state does not fit: restored with "allow
     * non-restored state", the job finds a duplicate (source) or a gap (verify).
     *
     * @param suffix what to append
     * @param operator {@code source}, {@code verify} or {@code ledger}
     * @return this
     */
    public Args uidSuffix(String suffix, String operator) {
      return uidSuffix(suffix).put("--uid-suffix-operator", operator);
    }

    /**
     * Lets the main method throw an {@link IllegalStateException}, after {@link #slowStart}.
     *
     * @param message the message; an empty one throws nothing
     * @return this
     */
    public Args mainThrows(String message) {
      return put("--main-throws", message);
    }

    /**
     * Sets the checkpoint interval in code; the configuration decides if not set.
     *
     * @param interval the interval
     * @return this
     * @throws IllegalArgumentException if below one millisecond
     */
    public Args checkpointInterval(Duration interval) {
      return put("--checkpoint-interval-ms", atLeast(1, interval.toMillis()));
    }

    /**
     * Returns the arguments as the job reads them.
     *
     * @return an immutable list: name, value, name, value
     */
    public List<String> toList() {
      List<String> list = new ArrayList<>();
      values.forEach(
          (name, value) -> {
            list.add(name);
            list.add(value);
          });
      return List.copyOf(list);
    }

    private Args put(String name, Object value) {
      values.put(name, Objects.requireNonNull(value, name).toString());
      return this;
    }

    private static long atLeast(long lowest, long value) {
      if (value < lowest) {
        throw new IllegalArgumentException("Must be at least " + lowest + ", got " + value);
      }
      return value;
    }
  }
}
