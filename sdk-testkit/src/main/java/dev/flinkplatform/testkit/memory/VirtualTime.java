package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.spi.Timing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A time that stands still until somebody waits. It has no thread: whoever waits does what is due
 * meanwhile, one thing after the other in the order of time, and jumps over the rest.
 *
 * <p>If several threads wait, one of them works for all. Thread-safe.
 */
final class VirtualTime implements Timing {

  private static final Logger logger = LoggerFactory.getLogger(VirtualTime.class);

  /** Fair: who was woken goes before the one that would let time pass on. */
  private final ReentrantLock lock = new ReentrantLock(true);

  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Instant start;
  private long now;
  private long counter;

  /** The thread that does an event right now. */
  private @Nullable Thread driver;

  VirtualTime(Instant start) {
    this.start = start;
  }

  private record Event(long at, long number, @Nullable VirtualWorker worker, Runnable task)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event o) {
      return at == o.at ? Long.compare(number, o.number) : Long.compare(at, o.at);
    }
  }

  Instant instant() {
    lock.lock();
    try {
      return start.plusNanos(now);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("the virtual clock is in UTC");
      }

      @Override
      public Instant instant() {
        return VirtualTime.this.instant();
      }
    };
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void pause(Duration pause) throws InterruptedException {
    boolean unused = pass(() -> false, pause);
  }

  @Override
  public <T> T await(CompletableFuture<T> future, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    // It may end by a thread that does not work here, for example one that closes the platform.
    CompletableFuture<T> unused = future.whenComplete((value, e) -> wake());
    if (!pass(future::isDone, timeout)) {
      throw new TimeoutException();
    }
    return future.get();
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets time pass until something is so, and does what is due meanwhile.
   *
   * @return whether it is so; false if the span passed first
   */
  boolean pass(BooleanSupplier done, Duration span) throws InterruptedException {
    lock.lockInterruptibly();
    Event end = new Event(later(span), ++counter, null, () -> {});
    try {
      long until = end.at;
      if (until < Long.MAX_VALUE) {
        events.add(end); // Time stops there, whoever lets it pass.
        changed.signalAll();
      }
      while (true) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (done.getAsBoolean()) {
          return true;
        }
        Event next = events.peek();
        if (now >= until && (next == null || next.at > now)) {
          return false;
        }
        if (isBusyElsewhere()) {
          changed.await();
        } else if (next != null) {
          Event due = events.remove();
          now = Math.max(now, due.at);
          work(due);
        } else {
          changed.await(); // For ever, and nothing will ever happen by itself.
        }
      }
    } finally {
      events.remove(end);
      lock.unlock();
    }
  }

  private boolean isBusyElsewhere() {
    return driver != null && driver != Thread.currentThread();
  }

  /** Does an event, without the lock. */
  private void work(Event event) {
    Thread before = driver;
    driver = Thread.currentThread();
    VirtualWorker worker = event.worker;
    if (worker != null) {
      worker.underWay++;
    }
    lock.unlock();
    try {
      event.task.run();
    } catch (RuntimeException | Error e) {
      logger.error("A task threw", e);
    } finally {
      lock.lock();
      driver = before;
      if (worker != null) {
        worker.underWay--;
      }
      changed.signalAll();
    }
  }

  private long later(Duration span) {
    if (span.isNegative() || span.isZero()) {
      return now;
    }
    if (span.toSeconds() > (Long.MAX_VALUE - now) / 1_000_000_000 - 1) {
      return Long.MAX_VALUE;
    }
    return now + span.toNanos();
  }

  private void add(long at, @Nullable VirtualWorker worker, Runnable task) {
    events.add(new Event(at, ++counter, worker, task));
    changed.signalAll();
  }

  /** Does something after a while. */
  void after(Duration delay, Runnable task) {
    lock.lock();
    try {
      add(later(delay), null, task);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public VirtualWorker worker(String name, int threads) {
    return new VirtualWorker();
  }

  final class VirtualWorker implements Worker {

    private boolean stopped;
    private int underWay;

    @Override
    public void after(Duration delay, Runnable task) {
      lock.lock();
      try {
        if (stopped) {
          throw new RejectedExecutionException("the worker was stopped");
        }
        add(later(delay), this, task);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean stop(Duration patience) throws InterruptedException {
      lock.lock();
      try {
        stopped = true;
        events.removeIf(e -> e.worker == this && e.at > now);
        List<Event> due = new ArrayList<>(events.stream().filter(e -> e.worker == this).toList());
        due.sort(null);
        for (Event event : due) {
          while (isBusyElsewhere()) {
            changed.await();
          }
          if (events.remove(event)) {
            work(event);
          }
        }
        // A real wait for another thread; what this thread does itself cannot end before this.
        long left = patience.toNanos();
        while (underWay > 0 && isBusyElsewhere() && left > 0) {
          left = changed.awaitNanos(left);
        }
        return underWay == 0;
      } finally {
        lock.unlock();
      }
    }

    /** Forgets everything, as the end of its process would. */
    void kill() {
      lock.lock();
      try {
        stopped = true;
        events.removeIf(e -> e.worker == this);
      } finally {
        lock.unlock();
      }
    }
  }
}
