package dev.flinkplatform.testkit.contract;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.Timing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
   * Kills the JobManager of an application, as an accident would. Default: does nothing.
   *
   * @param name the application's name
   * @return whether it was killed; false if this fixture cannot, then the test is skipped
   */
  default boolean killJobManager(String name) {
    return false;
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

  /** Removes what the fixture made. The suites have deleted all applications before. */
  @Override
  void close();
}
