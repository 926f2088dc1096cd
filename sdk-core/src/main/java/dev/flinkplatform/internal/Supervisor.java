package dev.flinkplatform.internal;

import dev.flinkplatform.Supervision;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Timing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after processes that die while the platform is open, on a thread of its own. It only
 * decides when; the work is an operation like any other, so that of several platforms one does it,
 * and another one ends it.
 */
final class Supervisor implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Supervisor.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  /** At most this part of the time goes into looking, however many applications there are. */
  private static final int SHARE = 20;

  private final Supervision policy;
  private final PlatformBackend backend;
  private final Backends backends;
  private final Journal journal;
  private final Steps steps;
  private final Timing timing;
  private final Clock clock;
  private final Consumer<Journal.Entry> recover;
  private final Consumer<String> takeOver;
  private final Consumer<PlatformEvent> events;
  private final Map<String, Instant> noticed = new HashMap<>();
  private Timing.@Nullable Worker worker;

  /**
   * Makes a supervisor; does nothing before {@link #start}.
   *
   * @param recover starts the operation for an application, unless it changed since it was read
   * @param takeOver goes on with an operation whose process is gone
   * @param events hears of every restart
   */
  Supervisor(
      Supervision policy,
      PlatformBackend backend,
      Backends backends,
      Journal journal,
      Steps steps,
      Timing timing,
      Consumer<Journal.Entry> recover,
      Consumer<String> takeOver,
      Consumer<PlatformEvent> events) {
    this.policy = policy;
    this.backend = backend;
    this.backends = backends;
    this.journal = journal;
    this.steps = steps;
    this.timing = timing;
    this.clock = timing.clock();
    this.recover = recover;
    this.takeOver = takeOver;
    this.events = events;
  }

  void start() {
    if (policy.isOn() && backend.needsSupervision()) {
      worker = timing.worker("flinkplatform-supervisor", 1);
      schedule(LOOK);
    }
  }

  private void schedule(Duration pause) {
    try {
      Objects.requireNonNull(worker).after(pause, this::lookAtAll);
    } catch (RejectedExecutionException e) {
      // Closed.
    }
  }

  private void lookAtAll() {
    long begin = timing.nanoTime();
    try {
      List<String> names = journal.names();
      noticed.keySet().retainAll(new HashSet<>(names));
      for (String name : names) {
        lookAt(name);
      }
    } catch (BackendFault e) {
      logger.debug("The applications cannot be listed: {}", e.getMessage());
    } finally {
      Duration took = Duration.ofNanos(timing.nanoTime() - begin);
      schedule(Collections.max(List.of(LOOK, took.multipliedBy(SHARE))));
    }
  }

  private void lookAt(String name) {
    try {
      Optional<Journal.Entry> entry = journal.load(name);
      if (entry.isPresent()) {
        look(entry.get());
      }
    } catch (ConflictException e) {
      logger.debug("{} is being changed by somebody else", name);
    } catch (BackendFault | FlinkPlatformException e) {
      logger.debug("{} cannot be looked after now: {}", name, e.getMessage());
    } catch (RuntimeException e) {
      logger.warn("{} cannot be looked after", name, e);
    }
  }

  private void look(Journal.Entry entry) {
    AppRecord r = entry.record;
    if (r.active != null) {
      noticed.remove(r.name);
      if (r.active.verb == Verb.RECOVER) {
        takeOver.accept(r.active.id); // goes on with it only if its process is gone
      }
      return;
    }
    Optional<String> need = need(r);
    if (need.isEmpty()) {
      noticed.remove(r.name);
      return;
    }
    Instant now = clock.instant();
    Instant since = noticed.computeIfAbsent(r.name, n -> now);
    List<Instant> recent = recent(r, now);
    if (recent.size() >= policy.limit()) {
      giveUp(entry, recent.size(), need.get());
    } else if (!now.isBefore(due(since, recent))) {
      recover.accept(entry);
      logger.warn("{} is started again: {}", r.name, need.get());
      events.accept(new PlatformEvent.ProcessRestarted(now, r.name, recent.size() + 1, need.get()));
      noticed.remove(r.name);
    }
  }

  /** Why something must be started again; empty if nothing must. */
  private Optional<String> need(AppRecord r) {
    if (r.desired != Desired.RUNNING || r.spec == null || r.launch == null || r.gaveUp != null) {
      return Optional.empty();
    }
    Optional<Loss> loss = backends.loss(r);
    return loss.map(Loss::words)
        .or(
            () ->
                steps.isRecoveryAgain(r)
                    ? Optional.of("the restart before has failed")
                    : Optional.empty());
  }

  /** Whether what died of an application is about to be started again. */
  boolean recovers(AppRecord r) {
    return policy.isOn() && backend.needsSupervision() && need(r).isPresent();
  }

  private List<Instant> recent(AppRecord r, Instant now) {
    return r.recoveries.stream()
        .map(Instant::ofEpochMilli)
        .filter(at -> at.isAfter(now.minus(policy.window())))
        .toList();
  }

  private Instant due(Instant since, List<Instant> recent) {
    Duration pause = policy.initialBackOff();
    for (int i = 0; i < recent.size() && pause.compareTo(policy.maxBackOff()) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    Duration capped = Collections.min(List.of(pause, policy.maxBackOff()));
    return since.plus(capped);
  }

  private void giveUp(Journal.Entry entry, int restarts, String cause) {
    AppRecord r = entry.record;
    r.gaveUp =
        "crash loop: "
            + restarts
            + " restarts within "
            + policy.window()
            + ", and again "
            + cause
            + ". It is not started any more until you do: restart, upgrade or resume it";
    if (journal.save(entry)) {
      logger.error("{}: {}", r.name, r.gaveUp);
    }
  }

  @Override
  public void close() {
    if (worker == null) {
      return;
    }
    try {
      if (!worker.stop(Duration.ofSeconds(30))) {
        logger.warn("The supervision did not end within 30 s of closing the platform");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
