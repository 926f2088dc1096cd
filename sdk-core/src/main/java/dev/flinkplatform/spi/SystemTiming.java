package dev.flinkplatform.spi;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The time of this machine. */
final class SystemTiming implements Timing {

  static final SystemTiming INSTANCE = new SystemTiming();

  private SystemTiming() {}

  @Override
  public Clock clock() {
    return Clock.systemUTC();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void pause(Duration pause) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanos(pause));
  }

  @Override
  public <T> T await(CompletableFuture<T> future, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(nanos(timeout), TimeUnit.NANOSECONDS);
  }

  /** As nanoseconds, at most 292 years. */
  private static long nanos(Duration duration) {
    return duration.toSeconds() < Long.MAX_VALUE / 1_000_000_000
        ? duration.toNanos()
        : Long.MAX_VALUE;
  }

  @Override
  public Worker worker(String name, int threads) {
    return new Pool(name, threads);
  }

  private static final class Pool implements Worker {

    private final ScheduledThreadPoolExecutor pool;

    Pool(String name, int threads) {
      pool =
          new ScheduledThreadPoolExecutor(
              threads,
              r -> {
                Thread thread = new Thread(r, name);
                thread.setDaemon(true);
                return thread;
              });
    }

    @Override
    public void after(Duration delay, Runnable task) {
      // What the task throws ends in its own catch, so nobody needs this future.
      ScheduledFuture<?> unused = pool.schedule(task, nanos(delay), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean stop(Duration patience) throws InterruptedException {
      pool.shutdown();
      for (Runnable task : List.copyOf(pool.getQueue())) {
        if (task instanceof Delayed d && d.getDelay(TimeUnit.NANOSECONDS) > 0) {
          // Not from the queue itself: threads that wait for it would never hear of it.
          boolean unused = pool.remove(task);
        }
      }
      return pool.awaitTermination(nanos(patience), TimeUnit.NANOSECONDS);
    }
  }
}
