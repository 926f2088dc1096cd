package dev.flinkplatform.internal;

import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Progress;
import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.event.SubscribeOptions;
import dev.flinkplatform.event.Subscription;
import dev.flinkplatform.spi.Timing;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives events to subscribers, to all in the same order. Costs nothing while there is none.
 * Thread-safe; publishing never blocks on a listener.
 */
final class EventHub implements AutoCloseable {

  /** How many operations are remembered, so that each of their events is told once. */
  private static final int MAX_OPERATIONS = 10_000;

  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final Timing timing;
  private final Watcher watcher;
  private final Map<String, Told> operations =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
          return size() > MAX_OPERATIONS;
        }
      };
  private boolean closed;

  /** What was told of an operation. */
  private static final class Told {
    private @Nullable Progress last;
    private boolean ended;
  }

  EventHub(Backends backends, Journal journal, StatusReader statusReader, Timing timing) {
    this.timing = timing;
    this.watcher = new Watcher(backends, journal, statusReader, timing, this);
  }

  /** Subscribes. The first subscriber blocks while the journal is read: what is in it is old. */
  synchronized Subscription subscribe(
      Consumer<? super PlatformEvent> listener, SubscribeOptions options) {
    Subscriber subscriber = new Subscriber(listener, options, timing, this::unsubscribe);
    if (subscribers.isEmpty()) {
      watcher.remember();
    }
    subscribers.add(subscriber);
    watch();
    return subscriber;
  }

  private synchronized void unsubscribe(Subscriber subscriber) {
    subscribers.remove(subscriber);
    watch();
  }

  private void watch() {
    if (subscribers.isEmpty() || closed) {
      watcher.stop();
      operations.clear();
    } else {
      watcher.every(
          subscribers.stream()
              .map(s -> s.options().interval())
              .min(Duration::compareTo)
              .orElseThrow());
    }
  }

  boolean wants(String application) {
    return subscribers.stream().anyMatch(s -> s.wants(application));
  }

  /** Tells all subscribers. */
  synchronized void publish(PlatformEvent event) {
    subscribers.forEach(s -> s.offer(event));
  }

  /** Tells what is new of an operation, and has its application looked at. */
  void operation(OperationStatus status) {
    if (!subscribers.isEmpty() && tell(status)) {
      watcher.soon(status.application());
    }
  }

  /** Returns whether anything was new. */
  private synchronized boolean tell(OperationStatus status) {
    if (closed) {
      return false; // a look that was under way: what was told is forgotten already
    }
    @Nullable Told told = operations.get(status.id());
    boolean isNew = told == null;
    if (told == null) {
      told = new Told();
      operations.put(status.id(), told);
      publish(
          new PlatformEvent.OperationStarted(
              status.startedAt(), status.application(), status.id(), status.verb()));
    }
    if (told.ended) {
      return false;
    }
    for (Progress p : news(status.progress(), told.last)) {
      publish(
          new PlatformEvent.OperationProgressed(
              status.application(), status.id(), status.verb(), p));
      told.last = p;
      isNew = true;
    }
    if (status.state().hasEnded()) {
      told.ended = true;
      publish(new PlatformEvent.OperationEnded(status));
      isNew = true;
    }
    return isNew;
  }

  /** What comes after the last one told; the list may be older than that, or begin after it. */
  private static List<Progress> news(List<Progress> all, @Nullable Progress last) {
    if (last == null) {
      return all;
    }
    int at = all.lastIndexOf(last);
    return at >= 0
        ? all.subList(at + 1, all.size())
        : all.stream().filter(p -> p.at().isAfter(last.at())).toList();
  }

  /** Notes an operation as old. */
  synchronized void known(OperationStatus status) {
    Told told = new Told();
    List<Progress> all = status.progress();
    told.last = all.isEmpty() ? null : all.get(all.size() - 1);
    told.ended = status.state().hasEnded();
    operations.put(status.id(), told);
  }

  /** Whether everything was told of an operation. */
  synchronized boolean isEnded(String operation) {
    @Nullable Told told = operations.get(operation);
    return told != null && told.ended;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      watch();
    }
    watcher.close();
    subscribers.forEach(Subscriber::finish);
    subscribers.clear();
  }
}
