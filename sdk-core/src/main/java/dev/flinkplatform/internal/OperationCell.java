package dev.flinkplatform.internal;

import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Progress;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.spi.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An operation as this process sees it, whether it runs here or elsewhere. Thread-safe. */
final class OperationCell implements Operation<Object> {

  private static final Logger logger = LoggerFactory.getLogger(OperationCell.class);

  private final String id;
  private final ResourceRef resource;
  private final Supplier<OperationStatus> read;
  private final Function<OperationStatus, Object> result;
  private final Timing timing;
  private final Timing.Worker worker;
  private final Timing.Worker listenerThread;
  private final Consumer<OperationStatus> events;
  private final CompletableFuture<Object> end = new CompletableFuture<>();
  private final List<Consumer<? super Progress>> listeners = new ArrayList<>();
  private List<Progress> seen = List.of();
  private String lastSeen = "accepted";
  private int looks;

  /** How many calls of listeners are still to come, and what is to be done after the last. */
  private int undelivered;

  private @Nullable Runnable afterDelivery;

  OperationCell(
      String id,
      ResourceRef resource,
      Supplier<OperationStatus> read,
      Function<OperationStatus, Object> result,
      Timing timing,
      Timing.Worker worker,
      Timing.Worker listenerThread,
      Consumer<OperationStatus> events) {
    this.id = id;
    this.resource = resource;
    this.read = read;
    this.result = result;
    this.timing = timing;
    this.worker = worker;
    this.listenerThread = listenerThread;
    this.events = events;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public OperationStatus status() {
    return read.get();
  }

  @Override
  public Object await(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be more than zero, got " + timeout);
    }
    long begin = timing.nanoTime();
    try {
      return timing.await(end, timeout);
    } catch (TimeoutException e) {
      synchronized (this) {
        throw new WaitTimeoutException(
            "the end of operation " + id,
            lastSeen,
            Duration.ofNanos(timing.nanoTime() - begin),
            looks,
            resource);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while waiting for operation " + id + "; it goes on", resource, e);
    } catch (ExecutionException | CancellationException e) {
      if (e.getCause() instanceof FlinkPlatformException cause) {
        cause.addSuppressed(new Awaited());
        throw cause;
      }
      throw new IllegalStateException("Operation " + id + " ended in a way it never should", e);
    }
  }

  /** Marks where a failure that happened on another thread was waited for. */
  private static final class Awaited extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Awaited() {
      super("awaited here");
    }
  }

  @Override
  public CompletableFuture<Object> toFuture() {
    return end.copy();
  }

  @Override
  public synchronized Operation<Object> onProgress(Consumer<? super Progress> listener) {
    Objects.requireNonNull(listener, "listener");
    listeners.add(listener);
    seen.forEach(p -> tell(listener, p));
    return this;
  }

  boolean isDone() {
    return end.isDone();
  }

  /** Notes what was seen at a look, for the message of a timeout. */
  synchronized void looked(String what) {
    lastSeen = what;
    looks++;
  }

  /** Tells listeners what is new in the journal. */
  synchronized void journalled(OperationStatus status) {
    events.accept(status);
    List<Progress> all = status.progress();
    @Nullable Progress last = seen.isEmpty() ? null : seen.get(seen.size() - 1);
    int from = last == null ? 0 : all.lastIndexOf(last) + 1;
    seen = all;
    for (Progress p : all.subList(from, all.size())) {
      listeners.forEach(l -> tell(l, p));
    }
    if (!all.isEmpty()) {
      lastSeen = all.get(all.size() - 1).message();
    }
  }

  /** Ends it, once every listener has heard of everything. */
  void ended(OperationStatus status, Function<OperationStatus, FlinkPlatformException> failure) {
    journalled(status);
    Runnable completion =
        () -> {
          if (status.state() == OperationState.SUCCEEDED) {
            end.complete(result.apply(status));
          } else {
            end.completeExceptionally(failure.apply(status));
          }
        };
    synchronized (this) {
      if (undelivered > 0) {
        afterDelivery = completion;
        return;
      }
    }
    completion.run();
  }

  void abandoned(FlinkPlatformException why) {
    end.completeExceptionally(why);
  }

  private synchronized void tell(Consumer<? super Progress> listener, Progress progress) {
    try {
      listenerThread.after(
          Duration.ZERO,
          () -> {
            try {
              listener.accept(progress);
            } catch (RuntimeException e) {
              logger.debug("A progress listener of operation {} threw", id, e);
            } finally {
              delivered();
            }
          });
      undelivered++;
    } catch (RejectedExecutionException e) {
      logger.debug("The platform is closed: operation {} tells nobody of {}", id, progress);
    }
  }

  private void delivered() {
    Runnable completion;
    synchronized (this) {
      undelivered--;
      if (undelivered > 0 || afterDelivery == null) {
        return;
      }
      completion = afterDelivery;
      afterDelivery = null;
    }
    try {
      // Not here: what hangs on the end may wait for other listeners.
      worker.after(Duration.ZERO, completion);
    } catch (RejectedExecutionException e) {
      completion.run();
    }
  }
}
