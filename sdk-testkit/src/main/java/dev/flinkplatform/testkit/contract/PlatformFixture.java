package dev.flinkplatform.testkit.contract;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Timing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a backend gives to join the contract suites. A suite makes one, uses it for all its tests,
 * one after the other, and closes it.
 *
 * <p>Used by several threads at once; must be thread-safe.
 */
public interface PlatformFixture extends AutoCloseable {

  /**
   * Connects to the place under test. Called several times: each call gives a new platform of the
   * same place, and several are open at once. The suites close them.
   *
   * @return a new platform
   */
  FlinkPlatform connect();

  /**
   * Connects to the place under test in such a way that all requests to Flink's REST API go to
   * another address, for {@link FaultContract}. Default: cannot, then that suite is skipped.
   *
   * @param restAddress maps the address of a REST API to the one to talk to it at
   * @return a new platform, or empty
   */
  default Optional<FlinkPlatform> connectThrough(UnaryOperator<URI> restAddress) {
    return Optional.empty();
  }

  /**
   * Connects to the place under test with something around its backend, for {@link FaultContract}.
   * Default: cannot, then those cases are skipped.
   *
   * @param around returns a backend that does the same as the one it is given, when it does
   * @return a new platform, or empty
   */
  default Optional<FlinkPlatform> connectAround(UnaryOperator<PlatformBackend> around) {
    return Optional.empty();
  }

  /**
   * Returns the Flink version under test.
   *
   * @return a version that the platform can run
   */
  FlinkVersion flinkVersion();

  /**
   * Returns a small application of the {@linkplain dev.flinkplatform.testkit.SelfCheckingJob
   * self-checking job}: with its jar, little memory, one slot per TaskManager, parallelism 1, and a
   * checkpoint every second. The suites set the program arguments.
   *
   * @param name the application's name, not used before
   * @return a builder that can be built as it is
   */
  ApplicationSpec.Builder baseSpec(String name);

  /**
   * Returns a directory for the ledger of an application, which Flink's tasks can write and this
   * process can read under the same path.
   *
   * @param name the application's name, or any other that was not used before
   * @return an absolute path; need not exist
   */
  Path ledger(String name);

  /**
   * Returns a directory for savepoints, other than the one an application has by default.
   *
   * @param name the application's name
   * @return its location, as Flink writes it
   */
  String savepointDirectory(String name);

  /**
   * Returns the directory in which the savepoint of every stop of an application lies, whatever
   * directory was asked for. Default: none, the caller chooses it.
   *
   * @param name the application's name
   * @return its location, as Flink writes it; empty if the caller chooses
   */
  default Optional<String> stopDirectory(String name) {
    return Optional.empty();
  }

  /**
   * Looks for completed savepoints, without the SDK. Default: in a directory of this machine.
   *
   * @param directory a directory, or a savepoint itself, as Flink writes it
   * @return their locations; empty if there is none
   */
  default List<String> savepointsBelow(String directory) {
    URI uri = URI.create(directory);
    Path path = Path.of(uri.getScheme() == null ? directory : uri.getPath());
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(path)) {
      return files
          .filter(f -> f.endsWith("_metadata"))
          .map(f -> String.valueOf(f.getParent()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Tells whether the platform itself sees what Flink writes: then state that is not there is
   * refused at once, and else a start from it fails and is taken back; and it removes what is
   * purged, and else says where that is. Default: it does.
   *
   * @return whether it looks at the files
   */
  default boolean seesState() {
    return true;
  }

  /**
   * Counts the clusters of an application that live now, that is its leading JobManagers, without
   * the SDK. Default: cannot tell.
   *
   * @param name the application's name
   * @return 0 or 1, if the SDK is right; empty if it cannot be told
   */
  default OptionalInt liveClusters(String name) {
    return OptionalInt.empty();
  }

  /**
   * Returns how long any single verb or condition may take. Default: two minutes.
   *
   * @return the timeout
   */
  default Duration timeout() {
    return Duration.ofMinutes(2);
  }

  /**
   * Returns the time that the platforms live in: suites wait by it. Default: that of this machine.
   *
   * @return the timing
   */
  default Timing timing() {
    return Timing.system();
  }

  /**
   * Kills one TaskManager of an application, as an accident would. Default: does nothing.
   *
   * @param name the application's name
   * @return whether one was killed; false if this fixture cannot, then the test is skipped
   */
  default boolean killTaskManager(String name) {
    return false;
  }

  /**
   * Returns what the platforms of {@link #connect} do about processes that die. Default: nothing.
   *
   * @return the policy; the tests of supervision are skipped if it is off
   */
  default Supervision supervision() {
    return Supervision.off();
  }

  /**
   * Returns high availability for an application. Default: none, then its tests are skipped.
   *
   * @param name the application's name
   * @param standbyJobManagers how many JobManagers wait besides the leader
   * @return the setting for its specification, or empty if this fixture has nothing to give
   */
  default Optional<HighAvailability> highAvailability(String name, int standbyJobManagers) {
    return Optional.empty();
  }

  /**
   * Kills the JobManager that leads an application, as an accident would. Default: does nothing.
   *
   * @param name the application's name
   * @return whether it was killed; false if this fixture cannot, then the test is skipped
   */
  default boolean killLeader(String name) {
    return false;
  }

  /**
   * Kills what leaders are elected with, as an accident would; it must come back by itself.
   * Default: does nothing.
   *
   * @return whether it was killed; false if this fixture cannot, then the test is skipped
   */
  default boolean killElection() {
    return false;
  }

  /**
   * Tells whether the end of a job would be known without its JobManager. Default: it always is.
   *
   * @param name the application's name
   * @param run the id of the run that ended
   * @return whether it is written down where the platform looks for it
   */
  default boolean isEndKnown(String name, JobId run) {
    return true;
  }

  /**
   * Looks for what high availability keeps of an application's starts, outside of its checkpoints.
   * Default: cannot tell, so nothing is found.
   *
   * @param name the application's name
   * @return what is there, in words
   */
  default List<String> highAvailabilityData(String name) {
    return List.of();
  }

  /**
   * Lets the JobManager of an application hang, or go on. Default: does nothing.
   *
   * @param name the application's name
   * @param frozen whether it hangs from now on
   * @return whether it does as told; false if this fixture cannot, then the test is skipped
   */
  default boolean freezeJobManager(String name, boolean frozen) {
    return false;
  }

  /**
   * Kills a TaskManager of an application and starts another in its place that is not as the SDK
   * would start it. Default: does nothing.
   *
   * @param name the application's name
   * @param config what is different in its configuration, by Flink's keys
   * @param otherFlink whether it is of another Flink version
   * @return whether it was started; false if this fixture cannot, then the test is skipped
   */
  default boolean replaceTaskManager(String name, Map<String, String> config, boolean otherFlink) {
    return false;
  }

  /**
   * Makes a directory unusable for Flink, and for good. Default: does nothing.
   *
   * @param location what {@link #savepointDirectory} returned
   * @return whether it was spoilt; false if this fixture cannot, then the test is skipped
   */
  default boolean spoil(String location) {
    return false;
  }

  /**
   * Looks for what a deleted application left: processes, pods, directories other than its state,
   * ports, locks. Called until it returns an empty list, for {@link #timeout()} at the most.
   *
   * @param name the application's name
   * @return what is left, in words; empty if nothing is
   */
  List<String> leftovers(String name);

  /**
   * Looks for checkpoints and savepoints of an application in its default directories. Default:
   * cannot tell, so nothing is found.
   *
   * @param name the application's name
   * @return their locations, in words; empty if there is none
   */
  default List<String> stateLeft(String name) {
    return List.of();
  }

  /**
   * Returns the values that {@link #baseSpec} uses as secrets: after every test they are looked for
   * in what the SDK says. Default: none.
   *
   * @return the values, each long and found nowhere else
   */
  default Set<String> secrets() {
    return Set.of();
  }

  /**
   * Looks for those values in everything that the backend has written, but where they must be.
   * Called after every test, before its applications are deleted. Default: cannot tell, so nothing
   * is found.
   *
   * @return the places, in words
   */
  default List<String> secretsShown() {
    return List.of();
  }

  /**
   * Hears what a suite has seen of the platform's capabilities, after its last test. Default: does
   * nothing.
   *
   * @param report what was advertised, what worked, what was refused
   */
  default void seen(CapabilityReport report) {}

  /** Removes what the fixture made. The suites have deleted all applications before. */
  @Override
  void close();
}
