package dev.flinkplatform.spi;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Where core takes its time from: the clock, every wait, and every thread that works later.
 *
 * <p>{@link #system()} is what a platform has unless it is told otherwise. Another one lets a test
 * decide when time passes. Thread-safe.
 */
public interface Timing {

  /**
   * Returns the timing of this machine: its clock, and real threads.
   *
   * @return the timing; always the same
   */
  static Timing system() {
    return SystemTiming.INSTANCE;
  }

  /**
   * Returns the clock.
   *
   * @return what the time is
   */
  Clock clock();

  /**
   * Returns a reading to measure spans of time by.
   *
   * @return nanoseconds since a moment that never changes; never goes back
   */
  long nanoTime();

  /**
   * Waits. Blocks.
   *
   * @param pause for how long; nothing if it is not more than zero
   * @throws InterruptedException if the thread is interrupted before or meanwhile
   */
  void pause(Duration pause) throws InterruptedException;

  /**
   * Waits for a future. Blocks.
   *
   * @param <T> what it gives
   * @param future what to wait for
   * @param timeout for how long at the most
   * @return what it gives
   * @throws InterruptedException if the thread is interrupted before or meanwhile
   * @throws ExecutionException if the future ended with an exception
   * @throws TimeoutException if it did not end in time
   */
  <T> T await(CompletableFuture<T> future, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException;

  /**
   * Makes a worker. Does not block.
   *
   * @param name the name of its threads, for people who look at them
   * @param threads how many tasks it does at once, 1 or more; with 1 it does them in order
   * @return the worker
   */
  Worker worker(String name, int threads);

  /** Does tasks, now or later, on threads of its own. Thread-safe. */
  interface Worker {

    /**
     * Does a task after a while. Does not block.
     *
     * @param delay after which time; at once if it is not more than zero
     * @param task what to do; must catch what it throws
     * @throws RejectedExecutionException if the worker was stopped
     */
    void after(Duration delay, Runnable task);

    /**
     * Takes no more tasks, forgets those whose time has not come, and waits for the others. Blocks.
     *
     * @param patience how long to wait at the most; not at all if zero
     * @return whether all came to their end
     * @throws InterruptedException if the thread is interrupted meanwhile; the worker is stopped
     */
    boolean stop(Duration patience) throws InterruptedException;
  }
}
