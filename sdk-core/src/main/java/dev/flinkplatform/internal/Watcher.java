package dev.flinkplatform.internal;

import dev.flinkplatform.JobId;
import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.Timing;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at applications again and again, and tells what became different. A look at a healthy
 * application costs two requests: the job, and how often it was restarted.
 */
final class Watcher implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Watcher.class);

  private final Backends backends;
  private final Journal journal;
  private final StatusReader statusReader;
  private final Timing timing;
  private final EventHub hub;

  /** Applications that are to be looked at out of turn. */
  private final Set<String> soon = ConcurrentHashMap.newKeySet();

  /** Made when it is needed first. */
  private Timing.@Nullable Worker worker;

  private boolean looking;
  private Duration interval = Duration.ZERO;

  /** Which series of looks is the present one: those of before end. */
  private int series;

  /** Used by the watcher's thread only, or while there is none. */
  private final Map<String, Seen> known = new ConcurrentHashMap<>();

  /** An application at the look before. */
  private static final class Seen {
    private @Nullable ApplicationState state;
    private @Nullable JobId job;
    private long restarts;
    private Set<Key> exceptions = new HashSet<>();

    /** Whether the present run was there before anybody subscribed. */
    private boolean old;
  }

  private record Key(Instant at, String cause) {}

  Watcher(
      Backends backends, Journal journal, StatusReader statusReader, Timing timing, EventHub hub) {
    this.backends = backends;
    this.journal = journal;
    this.statusReader = statusReader;
    this.timing = timing;
    this.hub = hub;
  }

  /** Notes what is there as old. */
  void remember() {
    known.clear();
    for (String name : journal.names()) {
      Optional<AppRecord> record = journal.load(name).map(e -> e.record);
      record.ifPresent(
          r -> {
            if (r.active != null) {
              hub.known(r.active.toStatus());
            }
            r.ended.forEach(o -> hub.known(o.toStatus()));
          });
      Seen seen = new Seen();
      if (record.filter(r -> !isGone(r)).isEmpty()) {
        seen.state = ApplicationState.ABSENT;
      } else {
        seen.old = true;
        record.map(r -> r.launch).ifPresent(l -> seen.job = l.job());
      }
      known.put(name, seen);
    }
  }

  private static boolean isGone(AppRecord record) {
    return record.isDeleted() && record.active == null;
  }

  /** Looks at all from now on, with such pauses. */
  synchronized void every(Duration pause) {
    if (looking && interval.equals(pause)) {
      return;
    }
    if (worker == null) {
      worker = timing.worker("flinkplatform-watcher", 1);
    }
    looking = true;
    interval = pause;
    int mine = ++series;
    worker.after(Duration.ZERO, () -> lookOn(mine));
  }

  synchronized void stop() {
    looking = false;
    series++;
  }

  private void lookOn(int mine) {
    synchronized (this) {
      if (mine != series) {
        return;
      }
    }
    lookAtAll();
    synchronized (this) {
      if (mine == series && worker != null) {
        worker.after(interval, () -> lookOn(mine));
      }
    }
  }

  /** Looks at one out of turn. */
  synchronized void soon(String application) {
    if (worker != null && looking && soon.add(application)) {
      worker.after(
          Duration.ZERO,
          () -> {
            soon.remove(application);
            look(application);
          });
    }
  }

  private void lookAtAll() {
    try {
      Set<String> names = new HashSet<>(known.keySet());
      names.addAll(journal.names());
      names.stream().sorted().filter(hub::wants).forEach(this::look);
    } catch (RuntimeException e) {
      logger.debug("The applications cannot be listed", e);
    }
  }

  private void look(String name) {
    try {
      Optional<AppRecord> record = journal.load(name).map(e -> e.record);
      record.ifPresent(this::operations);
      if (record.filter(r -> !isGone(r)).isPresent()) {
        look(record.get());
      } else {
        Seen seen = known.computeIfAbsent(name, n -> absent());
        state(name, seen, ApplicationState.ABSENT);
      }
    } catch (RuntimeException e) {
      // The next look may do; whoever asks for the status is told.
      logger.debug("'{}' cannot be looked at", name, e);
    }
  }

  private static Seen absent() {
    Seen seen = new Seen();
    seen.state = ApplicationState.ABSENT;
    return seen;
  }

  /** Operations of this and of other processes; each thing is told once. */
  private void operations(AppRecord record) {
    for (int i = record.ended.size() - 1; i >= 0; i--) {
      if (!hub.isEnded(record.ended.get(i).id)) {
        hub.operation(record.ended.get(i).toStatus());
      }
    }
    if (record.active != null) {
      hub.operation(record.active.toStatus());
    }
  }

  private void look(AppRecord record) {
    Seen seen = known.computeIfAbsent(record.name, n -> absent());
    Live live;
    try {
      live = Live.look(backends.of(record), record);
    } catch (BackendFault e) {
      state(record.name, seen, ApplicationState.UNKNOWN);
      return;
    }
    AppRecord.@Nullable LaunchRecord launch = record.launch;
    if (launch != null && live.jobControl().isPresent()) {
      try {
        failures(record.name, seen, live, live.jobControl().get(), launch.job());
      } catch (BackendFault e) {
        logger.debug("The failures of '{}' cannot be asked for", record.name, e);
      }
    }
    state(record.name, seen, statusReader.state(record, live));
  }

  private void state(String name, Seen seen, ApplicationState now) {
    @Nullable ApplicationState before = seen.state;
    seen.state = now;
    if (before != null && before != now) {
      hub.publish(new PlatformEvent.StateChanged(timing.clock().instant(), name, before, now));
    }
  }

  private void failures(String name, Seen seen, Live live, JobControl control, JobId job) {
    boolean first = !job.equals(seen.job) || seen.old;
    boolean silent = seen.old && job.equals(seen.job);
    if (first) {
      seen.job = job;
      seen.old = false;
      seen.restarts = 0;
      seen.exceptions = new HashSet<>();
    }
    // While the job does not run, Flink does not tell the number.
    long restarts =
        live.jobState() == JobState.RUNNING
            ? Math.max(seen.restarts, control.restarts(job))
            : seen.restarts;
    if (restarts != seen.restarts || !live.allRunning() || silent) {
      List<JobException> all = control.exceptions(job);
      Map<Key, JobException> now = new LinkedHashMap<>();
      for (int i = all.size() - 1; i >= 0; i--) { // the oldest first
        now.put(new Key(all.get(i).at(), all.get(i).rootCause()), all.get(i));
      }
      now.forEach(
          (key, e) -> {
            if (!silent && !seen.exceptions.contains(key)) {
              hub.publish(new PlatformEvent.JobFailed(name, job, e));
            }
          });
      seen.exceptions = new HashSet<>(now.keySet());
    }
    if (restarts > seen.restarts && !silent) {
      hub.publish(new PlatformEvent.JobRestarted(timing.clock().instant(), name, job, restarts));
    }
    seen.restarts = restarts;
  }

  @Override
  public void close() {
    Timing.@Nullable Worker ending;
    synchronized (this) {
      stop();
      ending = worker;
      worker = null;
    }
    if (ending != null) {
      try {
        // A look must not ask a backend that is closed; it is bounded by a request's timeout.
        if (!ending.stop(Duration.ofSeconds(30))) {
          logger.warn("A look at the applications did not end within 30 s");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
