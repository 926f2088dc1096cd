package dev.flinkplatform.internal;

import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Progress;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.error.WaitTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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
  private final Executor listenerThread;
  private final Consumer<OperationStatus> events;
  private final CompletableFuture<Object> end = new CompletableFuture<>();
  private final List<Consumer<? super Progress>> listeners = new ArrayList<>();
  private List<Progress> seen = List.of();
  private String lastSeen = "accepted";
  private int looks;

  OperationCell(
      String id,
      ResourceRef resource,
      Supplier<OperationStatus> read,
      Function<OperationStatus, Object> result,
      Executor listenerThread,
      Consumer<OperationStatus> events) {
    this.id = id;
    this.resource = resource;
    this.read = read;
    this.result = result;
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
    long begin = System.nanoTime();
    try {
      return end.get(nanos(timeout), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      synchronized (this) {
        throw new WaitTimeoutException(
            "the end of operation " + id,
            lastSeen,
            Duration.ofNanos(System.nanoTime() - begin),
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

  /** As nanoseconds, at most 292 years. */
  private static long nanos(Duration timeout) {
    return timeout.toSeconds() < Long.MAX_VALUE / 1_000_000_000
        ? timeout.toNanos()
        : Long.MAX_VALUE;
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

  void ended(OperationStatus status, Function<OperationStatus, FlinkPlatformException> failure) {
    journalled(status);
    if (status.state() == OperationState.SUCCEEDED) {
      end.complete(result.apply(status));
    } else {
      end.completeExceptionally(failure.apply(status));
    }
  }

  void abandoned(FlinkPlatformException why) {
    end.completeExceptionally(why);
  }

  private void tell(Consumer<? super Progress> listener, Progress progress) {
    listenerThread.execute(
        () -> {
          try {
            listener.accept(progress);
          } catch (RuntimeException e) {
            logger.debug("A progress listener of operation {} threw", id, e);
          }
        });
  }
}
