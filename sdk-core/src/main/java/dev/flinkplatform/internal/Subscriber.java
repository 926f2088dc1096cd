package dev.flinkplatform.internal;

import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.event.SubscribeOptions;
import dev.flinkplatform.event.Subscription;
import dev.flinkplatform.spi.Timing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber: its queue, and the thread that calls its listener. Whoever has an event puts it
 * there and goes on, however slow the listener is. Thread-safe.
 */
final class Subscriber implements Subscription {

  private static final Logger logger = LoggerFactory.getLogger(Subscriber.class);

  private final Consumer<? super PlatformEvent> listener;
  private final SubscribeOptions options;
  private final Consumer<Subscriber> onClose;
  private final Timing.Worker worker;

  private final Deque<PlatformEvent> queue = new ArrayDeque<>();
  private boolean calling;
  private boolean closed;
  private long dropped;

  /** What the listener is to be told of those that were dropped. */
  private PlatformEvent.@Nullable EventsDropped gap;

  Subscriber(
      Consumer<? super PlatformEvent> listener,
      SubscribeOptions options,
      Timing timing,
      Consumer<Subscriber> onClose) {
    this.listener = listener;
    this.options = options;
    this.worker = timing.worker("flinkplatform-events", 1);
    this.onClose = onClose;
  }

  SubscribeOptions options() {
    return options;
  }

  boolean wants(String application) {
    return options.application().map(application::equals).orElse(true);
  }

  /** Puts an event into the queue. Does not block. */
  synchronized void offer(PlatformEvent event) {
    if (closed || !wants(event.application())) {
      return;
    }
    if (queue.size() >= options.queueSize()) {
      PlatformEvent oldest = queue.removeFirst();
      dropped++;
      gap =
          gap == null
              ? new PlatformEvent.EventsDropped(oldest.at(), 1)
              : new PlatformEvent.EventsDropped(gap.at(), gap.number() + 1);
    }
    queue.addLast(event);
    if (!calling) {
      calling = true;
      worker.after(Duration.ZERO, this::call);
    }
  }

  private void call() {
    for (PlatformEvent event = next(); event != null; event = next()) {
      try {
        listener.accept(event);
      } catch (RuntimeException | Error e) {
        logger.warn("A listener threw at {}; it goes on with the next event", event, e);
      }
    }
  }

  private synchronized @Nullable PlatformEvent next() {
    if (!closed && gap != null) {
      PlatformEvent told = gap;
      gap = null;
      return told;
    }
    PlatformEvent event = closed ? null : queue.pollFirst();
    calling = event != null;
    return event;
  }

  @Override
  public synchronized long dropped() {
    return dropped;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      queue.clear();
    }
    finish();
    onClose.accept(this);
  }

  /** Takes no more; what waits is still told. */
  void finish() {
    try {
      boolean unused = worker.stop(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
