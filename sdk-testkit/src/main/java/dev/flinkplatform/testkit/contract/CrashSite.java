package dev.flinkplatform.testkit.contract;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spi.StepListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The place whose SDK processes {@link CrashResumeContract} kills: how each of them connects to it,
 * and what is seen there without the SDK.
 *
 * <p>An implementation is a public class with a public constructor that takes one {@code
 * Map<String, String>}: the suite's {@link CrashResumeContract#settings()}. It is made in the
 * test's JVM and again in every JVM that the suite forks, so the settings must say all that is
 * needed to find the same place. Its methods are called by several threads.
 */
public interface CrashSite {

  /**
   * Connects to the place.
   *
   * @param steps to be told of every journalled step, as the platform's builder takes it
   * @return a platform that sees what all others see that were connected with the same settings
   */
  FlinkPlatform connect(StepListener steps);

  /**
   * Connects to a place apart, which is there for one application only: so nothing else is looked
   * after by the supervision that the suite has there. The other methods find the application by
   * its name.
   *
   * @param name the application's name
   * @param supervision as the platform's builder takes it
   * @param steps as for {@link #connect}
   * @return a platform that sees what all others see that were connected for the same name; empty,
   *     which is the default, if nothing is supervised here: then {@link
   *     dev.flinkplatform.Verb#RECOVER} is not tested
   */
  default Optional<FlinkPlatform> apart(String name, Supervision supervision, StepListener steps) {
    return Optional.empty();
  }

  /**
   * Returns how clusters of this place can be highly available. Only the test's JVM asks.
   *
   * @return always the same; empty, which is the default, if they cannot: then no kill meets a
   *     session cluster that is suspended with its jobs
   */
  default Optional<HighAvailability> highAvailability() {
    return Optional.empty();
  }

  /**
   * Kills the leading JobManager of an application as a crash would; blocks until it is gone.
   *
   * @param name the application's name
   * @throws IllegalStateException if there is none, or if it cannot be killed here
   */
  default void killJobManager(String name) {
    throw new IllegalStateException("Nothing can be killed here");
  }

  /**
   * Kills one TaskManager of an application as a crash would; blocks until it is gone.
   *
   * @param name the application's name
   * @throws IllegalStateException if there is none, or if it cannot be killed here
   */
  default void killTaskManager(String name) {
    throw new IllegalStateException("Nothing can be killed here");
  }

  /**
   * Returns a small application of the {@linkplain dev.flinkplatform.testkit.SelfCheckingJob
   * self-checking job}: with its jar, little memory, one slot per TaskManager, parallelism 1, and a
   * checkpoint every second or more often. The suite sets the program arguments.
   *
   * @param name the application's name
   * @return a builder of equal values for equal names, whichever JVM asks
   */
  ApplicationSpec.Builder baseSpec(String name);

  /**
   * Returns where a job writes its ledger.
   *
   * @param name the name of the application, or of the job in a session cluster
   * @return a directory that the job can write and the test's JVM can read
   */
  Path ledger(String name);

  /**
   * Counts the clusters of an application that live now: that is, its leading JobManagers. Asks the
   * machine or its scheduler, never the SDK. Called every few milliseconds.
   *
   * @param name the name of the application or session cluster
   * @return 0 or 1, if the SDK is right
   */
  int liveClusters(String name);

  /**
   * Counts the processes of an application that live now, JobManagers and TaskManagers. Asks the
   * machine or its scheduler, never the SDK.
   *
   * @param name the name of the application or session cluster
   * @return how many
   */
  int processes(String name);

  /**
   * Counts the completed savepoints there are of an application where they are kept, whether the
   * SDK knows of them or not.
   *
   * @param name the application's name
   * @return how many
   */
  int savepoints(String name);

  /**
   * Kills whatever runs of an application, without the SDK; blocks until it is gone. Does nothing
   * if nothing runs.
   *
   * @param name the name of the application or session cluster
   */
  void destroy(String name);

  /**
   * Returns how long any one operation may take, a crash and a roll-back included.
   *
   * @return default: two minutes
   */
  default Duration timeout() {
    return Duration.ofMinutes(2);
  }
}
