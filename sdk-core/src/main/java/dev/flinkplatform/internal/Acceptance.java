package dev.flinkplatform.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Accepts operations: one at a time holds an application, the same request is the same operation,
 * and what is accepted is journalled before anything happens.
 */
final class Acceptance {

  private static final int MAX_RACES = 20;
  private static final Duration MAX_DEADLINE = Duration.ofDays(36_500);

  private static final SecureRandom RANDOM = new SecureRandom();

  private final CorePlatform platform;
  private final String owner;
  private final Journal journal;
  private final Engine engine;
  private final Steps steps;
  private final StatusReader statusReader;
  private final Results results;
  private final Resources resources;
  private final Clock clock;

  Acceptance(
      CorePlatform platform,
      String owner,
      Journal journal,
      Engine engine,
      Steps steps,
      StatusReader statusReader,
      Results results,
      Resources resources,
      Clock clock) {
    this.platform = platform;
    this.owner = owner;
    this.journal = journal;
    this.engine = engine;
    this.steps = steps;
    this.statusReader = statusReader;
    this.results = results;
    this.resources = resources;
    this.clock = clock;
  }

  /**
   * Checks what can be checked and fills in the operation; returns its first step, or null if
   * nothing is to be done.
   */
  interface Preparation {
    @Nullable Step prepare(Journal.Entry entry, OperationRecord operation);
  }

  <T> Operation<T> submit(
      String name, Verb verb, OperationOptions options, List<?> request, Preparation preparation) {
    String digest = digest(verb, request);
    return platform.ask(
        name,
        () -> {
          String tried = "";
          for (int race = 0; race < MAX_RACES; race++) {
            Journal.Entry entry = journal.load(name).orElseGet(() -> Journal.Entry.absent(name));
            Optional<OperationRecord> written = entry.record.operation(tried);
            if (written.isPresent()) {
              // It was accepted although the store said no: the write was done twice on its way.
              return typed(engine.find(entry, written.get(), results.of(entry)));
            }
            Optional<OperationCell> same = sameRequest(entry, options, digest);
            if (same.isPresent()) {
              return typed(same.get());
            }
            OperationRecord operation = newOperation(name, verb, options, digest);
            makeRoom(entry, operation);
            Step first;
            try {
              first = preparation.prepare(entry, operation);
            } catch (ConflictException e) {
              if (journal.isOutdated(entry)) {
                continue; // what was in the way may be what another began meanwhile: it has a name
              }
              throw e;
            }
            entry.record.active = operation;
            if (first == null) {
              operation.state = OperationState.SUCCEEDED;
              operation.endedAt = clock.millis();
              operation.applicationState = statusReader.state(entry.record);
              entry.record.archive(operation);
            } else {
              operation.progress(clock.instant(), "accepted");
              steps.enter(first, entry.record, operation);
            }
            if (save(entry, operation)) {
              return typed(
                  first == null
                      ? engine.find(entry, operation, results.of(entry))
                      : engine.begin(entry, results.of(entry)));
            }
            engine.doubt(operation.id);
            tried = operation.id;
          }
          throw new ConflictException(
              "Others changed the application " + MAX_RACES + " times in between; try again",
              resources.of(name),
              null);
        });
  }

  private boolean save(Journal.Entry entry, OperationRecord operation) {
    try {
      return journal.save(entry);
    } catch (BackendFault e) {
      // It may be written: then operation(id), or the same request with its key, goes on with it.
      engine.doubt(operation.id);
      throw e;
    }
  }

  private Optional<OperationCell> sameRequest(
      Journal.Entry entry, OperationOptions options, String digest) {
    Optional<OperationRecord> same =
        options.idempotencyKey().flatMap(entry.record::operationWithKey);
    if (same.isEmpty()) {
      return Optional.empty();
    }
    if (!same.get().request.equals(digest)) {
      platform.requireValid(
          "OperationOptions",
          entry.record.name,
          List.of(
              new Violation(
                  "idempotencyKey",
                  "stands for another request, operation "
                      + same.get().id
                      + "; use a new key for a new request")));
    }
    return Optional.of(engine.find(entry, same.get(), results.of(entry)));
  }

  /**
   * Refuses if another operation holds the application; a deletion replaces one whose process is
   * gone.
   */
  private void makeRoom(Journal.Entry entry, OperationRecord operation) {
    OperationRecord active = entry.record.active;
    if (active == null) {
      return;
    }
    boolean orphan = engine.isOrphan(active);
    if (orphan && operation.verb == Verb.DELETE) {
      Steps.inherit(active, operation);
      Engine.supersede(active, operation.id, clock.millis());
      entry.record.archive(active);
      return;
    }
    throw new ConflictException(
        "Operation "
            + active.id
            + " ("
            + active.verb
            + ", at step "
            + active.step
            + ") holds the application"
            + (orphan
                ? "; its process is gone: FlinkPlatform.operation(\""
                    + active.id
                    + "\") goes on with it"
                : "; wait for its end"),
        resources.of(entry.record.name),
        active.id);
  }

  private OperationRecord newOperation(
      String name, Verb verb, OperationOptions options, String digest) {
    OperationRecord o = new OperationRecord();
    o.id = name + "." + verb + "." + Long.toString(RANDOM.nextLong(1L << 50), 36);
    o.verb = verb;
    o.application = name;
    o.owner = owner;
    o.key = options.idempotencyKey().orElse(null);
    o.request = digest;
    o.startedAt = clock.millis();
    o.timeout = Collections.min(List.of(options.deadline(), MAX_DEADLINE)).toMillis();
    o.deadline = o.startedAt + o.timeout;
    return o;
  }

  private static String digest(Verb verb, List<?> request) {
    StringBuilder text = new StringBuilder(verb.name());
    for (Object part : request) {
      text.append('\n').append(part instanceof ObjectNode node ? Json.write(node) : part);
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  @SuppressWarnings("unchecked") // Results gives what the verb's method promises
  private static <T> Operation<T> typed(OperationCell cell) {
    return (Operation<T>) (Operation<?>) cell;
  }
}
