package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.error.OperationNotFoundException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.spi.Timing;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs operations: does a step, journals what comes next, goes on. Waiting holds no thread.
 *
 * <p>An operation is run by the process that owns it, which is written in its record. Taking one
 * over from a dead process is a compare-and-set on the record, so of two that try exactly one goes
 * on.
 */
final class Engine implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Engine.class);
  private static final int THREADS = 8;
  private static final Duration FOLLOW = Duration.ofMillis(250);
  private static final Duration CLOSING = Duration.ofSeconds(30);

  private final PlatformBackend backend;
  private final Journal journal;
  private final Steps steps;
  private final StatusReader statusReader;
  private final Resources resources;
  private final StepListener listener;
  private final EventHub events;
  private final Clock clock;
  private final Timing timing;
  private final Timing.Worker worker;
  private final Timing.Worker listenerThread;
  private final Map<String, OperationCell> cells = new ConcurrentHashMap<>();
  private final Map<String, Journal.Entry> owned = new ConcurrentHashMap<>();

  /**
   * Operations whose record names this process, and that it may not run: the reply to a write of
   * the journal was lost.
   */
  private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  Engine(
      PlatformBackend backend,
      Journal journal,
      Steps steps,
      StatusReader statusReader,
      Resources resources,
      StepListener listener,
      EventHub events,
      Timing timing) {
    this.backend = backend;
    this.journal = journal;
    this.steps = steps;
    this.statusReader = statusReader;
    this.resources = resources;
    this.listener = listener;
    this.events = events;
    this.timing = timing;
    this.clock = timing.clock();
    this.worker = timing.worker("flinkplatform-operation", THREADS);
    this.listenerThread = timing.worker("flinkplatform-listener", 1);
  }

  /** Begins an operation that was just journalled, and is owned by this process. */
  OperationCell begin(Journal.Entry entry, Function<OperationStatus, Object> result) {
    OperationRecord operation = Objects.requireNonNull(entry.record.active);
    OperationCell cell = cell(operation, result);
    cell.journalled(operation.toStatus());
    run(operation.id, entry, cell);
    return cell;
  }

  /**
   * Finds an operation that is journalled; takes it over if its process is gone, else follows it.
   */
  OperationCell find(
      Journal.Entry entry, OperationRecord operation, Function<OperationStatus, Object> result) {
    boolean[] isNew = new boolean[1];
    OperationCell cell =
        cells.computeIfAbsent(
            operation.id,
            id -> {
              isNew[0] = true;
              return newCell(operation, result);
            });
    if (isNew[0] || cell.isDone()) {
      cell.journalled(operation.toStatus());
      if (operation.state.hasEnded()) {
        finish(cell, operation.toStatus());
      } else {
        follow(entry.record.name, operation.id, cell);
      }
    }
    return cell;
  }

  private OperationCell cell(OperationRecord operation, Function<OperationStatus, Object> result) {
    return cells.computeIfAbsent(operation.id, id -> newCell(operation, result));
  }

  private OperationCell newCell(
      OperationRecord operation, Function<OperationStatus, Object> result) {
    return new OperationCell(
        operation.id,
        resources.of(operation.application),
        () -> read(operation.application, operation.id),
        result,
        timing,
        worker,
        listenerThread,
        events::operation);
  }

  private OperationStatus read(String application, String id) {
    return resources.call(
        application,
        () ->
            journal
                .load(application)
                .flatMap(e -> e.record.operation(id))
                .map(OperationRecord::toStatus)
                .orElseThrow(() -> new OperationNotFoundException(id, resources.of(application))));
  }

  // ---- operations of other processes ----

  private void follow(String application, String id, OperationCell cell) {
    submit(id, cell, Duration.ZERO, () -> followOnce(application, id, cell));
  }

  private void followOnce(String application, String id, OperationCell cell) {
    if (closed) {
      return;
    }
    try {
      Optional<Journal.Entry> entry = journal.load(application);
      Optional<OperationRecord> operation = entry.flatMap(e -> e.record.operation(id));
      if (entry.isEmpty() || operation.isEmpty()) {
        drop(id);
        cell.abandoned(new OperationNotFoundException(id, resources.of(application)));
        return;
      }
      cell.journalled(operation.get().toStatus());
      if (operation.get().state.hasEnded()) {
        finish(cell, operation.get().toStatus());
        return;
      }
      if (isOrphan(operation.get()) && takeOver(entry.get(), operation.get())) {
        run(id, entry.get(), cell);
        return;
      }
      cell.looked("it runs in another process, at step " + operation.get().step);
    } catch (BackendFault e) {
      cell.looked("the journal cannot be read: " + e.failure().message());
    } catch (RuntimeException e) {
      logger.warn("Operation {} cannot be followed any more", id, e);
      drop(id);
      cell.abandoned(
          resources.translate(
              application,
              BackendFault.permanent(
                  Failure.of(Failure.Kind.OTHER, "Operation " + id + " cannot be read: " + e), e)));
      return;
    }
    submit(id, cell, FOLLOW, () -> followOnce(application, id, cell));
  }

  /** Whether nobody runs the operation any more. */
  boolean isOrphan(OperationRecord operation) {
    return operation.owner.isEmpty()
        || (operation.owner.equals(backend.owner()) && doubtful.contains(operation.id))
        || backend.liveness(operation.owner) == PlatformBackend.Liveness.DEAD;
  }

  private boolean takeOver(Journal.Entry entry, OperationRecord operation) {
    operation.owner = backend.owner();
    operation.progress(
        clock.instant(), "taken over from a process that is gone, at step " + operation.step);
    if (!Steps.isUntouched(operation)) {
      // The time it lay there does not count: what was begun gets half its time again.
      operation.deadline = Math.max(operation.deadline, clock.millis() + operation.timeout / 2);
    }
    boolean taken = false;
    try {
      taken = journal.save(entry);
      return taken;
    } finally {
      if (!taken) {
        doubt(operation.id); // It may be written all the same.
      }
    }
  }

  // ---- operations of this process ----

  /**
   * Notes that an operation may be journalled under this process's name without being run: the
   * write's reply was lost, or it was done twice on its way and the second time refused.
   */
  void doubt(String id) {
    doubtful.add(id);
  }

  private void run(String id, Journal.Entry entry, OperationCell cell) {
    doubtful.remove(id);
    owned.put(id, entry);
    OperationRecord operation = Objects.requireNonNull(entry.record.active);
    submit(id, cell, Duration.ZERO, () -> runOnce(id, entry, operation, cell));
  }

  private void runOnce(
      String id, Journal.Entry entry, OperationRecord operation, OperationCell cell) {
    guarded(id, entry, operation, cell, () -> doSteps(id, entry, operation, cell));
  }

  private void guarded(
      String id,
      Journal.Entry entry,
      OperationRecord operation,
      OperationCell cell,
      Runnable work) {
    MDC.put("fp.backend", backend.info().backend());
    MDC.put("fp.app", operation.application);
    MDC.put("fp.operation", id);
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      // Never leave an operation that looks alive and is not: give it back, somebody can take it
      // over.
      logger.warn("Operation {} stopped at step {} by a fault of the SDK", id, operation.step, e);
      release(id, entry);
      drop(id); // before the cell ends: whoever asks for the operation then gets a new one
      cell.abandoned(
          resources.translate(
              operation.application,
              BackendFault.permanent(
                  Failure.of(
                      Failure.Kind.OTHER,
                      "Operation "
                          + id
                          + " stopped by a fault of the SDK; FlinkPlatform.operation(id) goes on with it"),
                  e)));
    } finally {
      MDC.remove("fp.backend");
      MDC.remove("fp.app");
      MDC.remove("fp.operation");
    }
  }

  private void doSteps(
      String id, Journal.Entry entry, OperationRecord operation, OperationCell cell) {
    while (!closed) {
      Step step = Objects.requireNonNull(operation.step);
      listener.at(id, operation.verb, step.name(), StepListener.Moment.BEFORE);
      Next next = doStep(entry.record, operation);
      if (next instanceof Next.Again again) {
        cell.looked(again.reason());
        submit(id, cell, again.pause(), () -> runOnce(id, entry, operation, cell));
        return;
      }
      listener.at(id, operation.verb, step.name(), StepListener.Moment.AFTER);
      if (!applied(id, entry, operation, cell, next) || !persist(id, entry, operation, cell)) {
        return;
      }
      logger.debug("operation={} step={} next={}", id, step, operation.step);
    }
  }

  /**
   * Applies what a step came to; false if it is to be tried again. A step of a job cannot be
   * entered before its session cluster's record was read.
   */
  private boolean applied(
      String id, Journal.Entry entry, OperationRecord operation, OperationCell cell, Next next) {
    try {
      apply(entry.record, operation, next);
      return true;
    } catch (BackendFault e) {
      if (!e.retryable()) {
        throw e;
      }
      logger.warn("{} cannot go on, trying again: {}", id, e.getMessage());
      submit(
          id,
          cell,
          FOLLOW,
          () ->
              guarded(
                  id,
                  entry,
                  operation,
                  cell,
                  () -> {
                    if (applied(id, entry, operation, cell, next)
                        && persist(id, entry, operation, cell)) {
                      doSteps(id, entry, operation, cell);
                    }
                  }));
      return false;
    }
  }

  private Next doStep(AppRecord record, OperationRecord operation) {
    Step step = Objects.requireNonNull(operation.step);
    String late = "nothing was begun";
    try {
      if (Steps.isUntouched(operation) && clock.millis() > operation.deadline) {
        return steps.failed(record, operation, tooLate(operation, step, late));
      }
      Next next = steps.run(record, operation);
      if (!(next instanceof Next.Again again) || clock.millis() < limit(operation, step)) {
        return next;
      }
      late = again.reason();
    } catch (BackendFault e) {
      if (!e.retryable()) {
        return steps.failed(record, operation, e.failure());
      }
      if (clock.millis() < limit(operation, step)) {
        return Next.again(e.failure().message());
      }
      late = e.failure().message();
    }
    return steps.failed(record, operation, tooLate(operation, step, late));
  }

  private static Failure tooLate(OperationRecord operation, Step step, String lastSeen) {
    return Failure.of(
        Failure.Kind.DEADLINE_PASSED,
        "not done within "
            + Duration.ofMillis(operation.timeout)
            + " (step "
            + step
            + "); last seen: "
            + lastSeen);
  }

  /**
   * When a step that is not done fails: at the deadline, or for one that ends by itself, much
   * later.
   */
  private static long limit(OperationRecord operation, Step step) {
    return Steps.hasDeadline(step)
        ? operation.deadline
        : operation.deadline + Math.max(operation.timeout, Duration.ofMinutes(15).toMillis());
  }

  private void apply(AppRecord record, OperationRecord operation, Next next) {
    if (next instanceof Next.To to) {
      steps.enter(to.step(), record, operation); // first: it may have to be tried again
      operation.progress(clock.instant(), to.message());
    } else if (next instanceof Next.End end) {
      end.failure().ifPresent(operation::failure);
      operation.progress(
          clock.instant(), end.state() + end.failure().map(f -> ": " + f.message()).orElse(""));
      operation.state = end.state();
      operation.step = null;
      operation.owner = "";
      operation.endedAt = clock.millis();
      record.archive(operation);
      operation.applicationState = statusReader.state(record);
    }
  }

  /**
   * Writes the record and tells who waits. False when there is nothing to go on with now: it has
   * ended, or is no longer this process's, or the write is to be tried again.
   */
  private boolean persist(
      String id, Journal.Entry entry, OperationRecord operation, OperationCell cell) {
    try {
      if (!journal.save(entry)) {
        // Somebody else wrote, which is only possible if this process was taken for dead; or the
        // write of this process was done although its reply was lost, or done twice on its way.
        // Then the record still names this process, and it goes on from there.
        owned.remove(id);
        doubt(id);
        follow(entry.record.name, id, cell);
        return false;
      }
    } catch (BackendFault e) {
      if (!e.retryable()) {
        throw e;
      }
      logger.warn(
          "The journal of {} cannot be written, trying again: {}",
          entry.record.name,
          e.getMessage());
      submit(id, cell, FOLLOW, () -> persistAgain(id, entry, operation, cell));
      return false;
    }
    if (operation.state.hasEnded()) {
      owned.remove(id);
      finish(cell, operation.toStatus());
      return false;
    }
    cell.journalled(operation.toStatus());
    return true;
  }

  private void persistAgain(
      String id, Journal.Entry entry, OperationRecord operation, OperationCell cell) {
    guarded(
        id,
        entry,
        operation,
        cell,
        () -> {
          if (persist(id, entry, operation, cell)) {
            doSteps(id, entry, operation, cell);
          }
        });
  }

  private void release(String id, Journal.Entry entry) {
    if (owned.remove(id) == null) {
      return;
    }
    try {
      // What is in memory may be half a step: give back what was journalled last.
      Optional<Journal.Entry> fresh = journal.load(entry.record.name);
      OperationRecord active = fresh.map(e -> e.record.active).orElse(null);
      if (fresh.isPresent()
          && active != null
          && active.id.equals(id)
          && active.owner.equals(backend.owner())) {
        active.owner = "";
        journal.save(fresh.get());
      }
    } catch (RuntimeException e) {
      doubt(id);
      logger.debug(
          "Operation {} could not be given back; it is taken over once this process is gone",
          id,
          e);
    }
  }

  private void finish(OperationCell cell, OperationStatus status) {
    drop(status.id());
    cell.ended(status, this::failure);
  }

  private FlinkPlatformException failure(OperationStatus status) {
    return new OperationFailedException(status, resources.of(status.application()));
  }

  private void drop(String id) {
    cells.remove(id);
  }

  private void submit(String id, OperationCell cell, Duration pause, Runnable work) {
    try {
      worker.after(pause, work);
    } catch (RejectedExecutionException e) {
      // Closed while it was being accepted, after close() gave back what it knew of.
      Journal.Entry entry = owned.get(id);
      if (entry != null) {
        release(id, entry);
      }
      cell.abandoned(closedException(id));
    }
  }

  private PlatformClosedException closedException(String id) {
    return new PlatformClosedException(
        "The platform was closed while operation "
            + id
            + " ran; it is journalled: connect again and call operation(id)",
        resources.of(""),
        null);
  }

  boolean isClosed() {
    return closed;
  }

  /** The state of an operation that this one replaces. */
  static void supersede(OperationRecord operation, String by, long now) {
    operation.state = OperationState.SUPERSEDED;
    operation.failure(Failure.of(Failure.Kind.SUPERSEDED, "replaced by operation " + by));
    operation.step = null;
    operation.owner = "";
    operation.endedAt = now;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    try {
      if (!worker.stop(CLOSING)) {
        logger.warn("Some steps did not end within {} of closing the platform", CLOSING);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    owned.forEach(this::release);
    cells.forEach((id, cell) -> cell.abandoned(closedException(id)));
    try {
      boolean unused = listenerThread.stop(Duration.ZERO);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
