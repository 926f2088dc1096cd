package dev.flinkplatform.testkit.contract;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Counts an application's clusters all the time, and remembers the most it ever saw at once. */
final class ClusterWatch implements AutoCloseable {

  private static final long MILLIS = 20;

  private final CrashSite site;
  private final String application;
  private final ScheduledExecutorService thread;
  private final ScheduledFuture<?> looking;
  private int most;
  private int looks;
  private @Nullable RuntimeException fault;

  ClusterWatch(CrashSite site, String application) {
    this.site = site;
    this.application = application;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            r -> {
              Thread t = new Thread(r, "cluster-watch");
              t.setDaemon(true);
              return t;
            });
    this.looking = thread.scheduleWithFixedDelay(this::look, 0, MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      int now = site.liveClusters(application);
      synchronized (this) {
        most = Math.max(most, now);
        looks++;
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        fault = e;
      }
    }
  }

  /** Fails if there ever were two clusters, or if nobody could tell. */
  synchronized void requireNeverTwo() {
    if (fault != null) {
      throw new AssertionError("The clusters of " + application + " could not be counted", fault);
    }
    if (looks == 0 || most > 1) {
      throw new AssertionError(
          most + " clusters of " + application + " lived at once (" + looks + " looks)");
    }
  }

  @Override
  public void close() {
    looking.cancel(false);
    thread.shutdownNow();
  }
}
