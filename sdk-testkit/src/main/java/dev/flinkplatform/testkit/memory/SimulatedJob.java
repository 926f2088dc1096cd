package dev.flinkplatform.testkit.memory;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a job behaves in an {@link InMemoryPlatform}. Immutable and thread-safe.
 *
 * @param startsAfter how long its main method takes
 * @param runsAfter how long its tasks take to start
 * @param finishesAfter when it comes to its end, counted in time that it runs, over all its starts
 *     with state; empty: never
 * @param failsAfter after which time its tasks fail, each time they are started; empty: never
 * @param cause what they fail of, as the first line of a Java stack trace
 * @param mainThrows what its main method throws, as the first line of a stack trace; empty: nothing
 * @param stateOf what its state is called: it can be restored by a job of the same name only
 */
public record SimulatedJob(
    Duration startsAfter,
    Duration runsAfter,
    Optional<Duration> finishesAfter,
    Optional<Duration> failsAfter,
    String cause,
    String mainThrows,
    String stateOf) {

  /**
   * Makes a job of its parts.
   *
   * @param startsAfter how long its main method takes
   * @param runsAfter how long its tasks take to start
   * @param finishesAfter when it comes to its end; empty: never
   * @param failsAfter after which time its tasks fail; empty: never
   * @param cause what they fail of
   * @param mainThrows what its main method throws; empty: nothing
   * @param stateOf what its state is called
   */
  public SimulatedJob {
    Objects.requireNonNull(startsAfter, "startsAfter");
    Objects.requireNonNull(runsAfter, "runsAfter");
    Objects.requireNonNull(finishesAfter, "finishesAfter");
    Objects.requireNonNull(failsAfter, "failsAfter");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(mainThrows, "mainThrows");
    Objects.requireNonNull(stateOf, "stateOf");
  }

  /**
   * Returns a job that starts at once and runs for ever.
   *
   * @return the job
   */
  public static SimulatedJob endless() {
    return new SimulatedJob(
        Duration.ZERO, Duration.ZERO, Optional.empty(), Optional.empty(), "", "", "job");
  }

  /**
   * Returns the same job with a slow main method.
   *
   * @param delay how long it takes
   * @return the job
   */
  public SimulatedJob startsAfter(Duration delay) {
    return new SimulatedJob(
        delay, runsAfter, finishesAfter, failsAfter, cause, mainThrows, stateOf);
  }

  /**
   * Returns the same job with tasks that start slowly.
   *
   * @param delay how long they take
   * @return the job
   */
  public SimulatedJob runsAfter(Duration delay) {
    return new SimulatedJob(
        startsAfter, delay, finishesAfter, failsAfter, cause, mainThrows, stateOf);
  }

  /**
   * Returns the same job with an end.
   *
   * @param time how long it runs in all
   * @return the job
   */
  public SimulatedJob finishesAfter(Duration time) {
    return new SimulatedJob(
        startsAfter, runsAfter, Optional.of(time), failsAfter, cause, mainThrows, stateOf);
  }

  /**
   * Returns the same job with tasks that fail; Flink restarts it as its restart strategy says.
   *
   * @param time after which time, each time they are started
   * @param why what they fail of, for example {@code java.io.IOException: no route}
   * @return the job
   */
  public SimulatedJob failsAfter(Duration time, String why) {
    return new SimulatedJob(
        startsAfter, runsAfter, finishesAfter, Optional.of(time), why, mainThrows, stateOf);
  }

  /**
   * Returns the same job with a main method that throws.
   *
   * @param why what it throws, for example {@code java.lang.IllegalStateException: no topic}
   * @return the job
   */
  public SimulatedJob mainThrows(String why) {
    return new SimulatedJob(startsAfter, runsAfter, finishesAfter, failsAfter, cause, why, stateOf);
  }

  /**
   * Returns the same job with state of another name, which no job of the name before can restore.
   *
   * @param name the name, {@code job} if not set
   * @return the job
   */
  public SimulatedJob stateOf(String name) {
    return new SimulatedJob(
        startsAfter, runsAfter, finishesAfter, failsAfter, cause, mainThrows, name);
  }
}
