package dev.flinkplatform.internal;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.Failure;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Plan;
import dev.flinkplatform.Progress;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.Verb;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.ApplicationState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operation as it is journalled: what was asked, which step is next, and what the steps so far
 * found out.
 */
@JsonAutoDetect(
    fieldVisibility = Visibility.ANY,
    getterVisibility = Visibility.NONE,
    isGetterVisibility = Visibility.NONE)
final class OperationRecord {

  private static final int MAX_PROGRESS = 100;
  private static final Duration MIN_UNDO = Duration.ofMinutes(2);

  String id = "";
  Verb verb = Verb.APPLY;
  String application = "";
  OperationState state = OperationState.RUNNING;
  @Nullable Step step;
  long startedAt;
  long deadline;

  /**
   * How long the caller gave it, in milliseconds; a roll-back has the same time again, at least two
   * minutes.
   */
  long timeout;

  @Nullable Long endedAt;

  /** The process that runs it; empty when nobody does. */
  String owner = "";

  @Nullable String key;

  /**
   * A digest of what was asked, so that an idempotency key cannot stand for two different requests.
   */
  String request = "";

  // What was asked.
  @Nullable JsonNode targetSpec;
  StateRestore.Kind restore = StateRestore.Kind.LATEST;
  @Nullable String restoreLocation;
  boolean allowNonRestoredState;
  StateRestore.ClaimMode claimMode = StateRestore.ClaimMode.NO_CLAIM;
  @Nullable String directory;
  SavepointFormat format = SavepointFormat.CANONICAL;
  int parallelism;
  boolean inPlaceOnly;
  boolean purge;

  /** How many TaskManagers a session cluster is scaled to. */
  int taskManagers;

  /** How many it had before. */
  int previousTaskManagers;

  /** The job of a burst. */
  @Nullable JsonNode burstJob;

  /** How an existing application is to be changed; for {@code apply} and {@code rescale}. */
  Plan.Kind plan = Plan.Kind.RESTART_WITH_STATE;

  // What the steps found out.
  /** Whether the job ran when it began: then a roll-back starts it again. */
  boolean wasRunning;

  /** Whether anything was changed yet: decides between REJECTED and FAILED. */
  boolean touched;

  /** The specification that a roll-back goes back to. */
  @Nullable JsonNode previousSpec;

  int previousParallelism;
  @Nullable String trigger;

  /** A checkpoint that only shortens a wait; not journalled. */
  transient @Nullable String nudge;

  /** When a checkpoint was first seen to be complete; not journalled. */
  transient long completedSeen;

  /** The savepoint this operation took, or the state it found. */
  @Nullable String savepoint;

  /** Why nobody can tell the state that was there when it took everything down. */
  @Nullable String stateUnknown;

  /** Where an operation that this one replaces may have left a savepoint unrecorded. */
  @Nullable String inheritedDirectory;

  /** When that savepoint was taken at the earliest; 0: it was the last thing that the job did. */
  long inheritedSince;

  int launches;

  /** The adaptive scheduler's bounds before an in-place rescale, by vertex: lower, upper. */
  Map<String, int[]> boundsBefore = new LinkedHashMap<>();

  /** The bounds that the rescale asks for. */
  Map<String, int[]> boundsAfter = new LinkedHashMap<>();

  // How it ended.
  @Nullable FailureRecord failure;
  boolean rolledBack;
  ApplicationState applicationState = ApplicationState.UNKNOWN;
  Map<String, String> details = new LinkedHashMap<>();
  List<ProgressRecord> progress = new ArrayList<>();

  /** A failure as it is journalled. */
  record FailureRecord(Failure.Kind kind, String message, String evidence) {}

  /** A line of progress as it is journalled. */
  record ProgressRecord(long at, String step, String message) {}

  ApplicationSpec target() {
    if (targetSpec == null) {
      throw new IllegalStateException("Operation " + id + " has no target specification");
    }
    return SpecCodec.read(targetSpec);
  }

  Optional<ApplicationSpec> previous() {
    return Optional.ofNullable(previousSpec).map(SpecCodec::read);
  }

  /** The id that Flink knows the work of the present step by. */
  String trigger() {
    return Objects.requireNonNull(trigger, "trigger");
  }

  /**
   * A directory of its own for each operation: so a savepoint can be told from all others, whoever
   * asks.
   */
  String savepointDirectory() {
    String parent = Objects.requireNonNull(directory, "directory");
    return (parent.endsWith("/") ? parent : parent + "/") + id;
  }

  void failure(Failure f) {
    failure = new FailureRecord(f.kind(), f.message(), f.evidence());
  }

  /** Why it failed, of one that did. */
  Failure failure() {
    FailureRecord f = Objects.requireNonNull(failure, "failure");
    return new Failure(f.kind(), f.message(), f.evidence());
  }

  /**
   * Notes why it fails, and the time that its undoing has. That brings the old version back: too
   * short a time for the new one must not stop it.
   */
  void turnBack(Failure f, Instant now) {
    failure(f);
    deadline = now.toEpochMilli() + Math.max(timeout, MIN_UNDO.toMillis());
  }

  void progress(Instant at, String message) {
    progress.add(new ProgressRecord(at.toEpochMilli(), step == null ? "" : step.name(), message));
    if (progress.size() > MAX_PROGRESS) {
      progress.remove(0);
    }
  }

  OperationStatus toStatus() {
    OperationStatus.Builder b =
        OperationStatus.builder(id, verb, application)
            .state(state)
            .step(step == null ? "" : step.name())
            .startedAt(Instant.ofEpochMilli(startedAt))
            .deadline(Instant.ofEpochMilli(deadline))
            .progress(progressList())
            .rolledBack(rolledBack)
            .applicationState(applicationState)
            .details(details);
    if (key != null) {
      b.idempotencyKey(key);
    }
    if (endedAt != null) {
      b.endedAt(Instant.ofEpochMilli(endedAt));
    }
    if (failure != null) {
      b.failure(failure());
    }
    return b.build();
  }

  List<Progress> progressList() {
    return progress.stream()
        .map(p -> new Progress(Instant.ofEpochMilli(p.at()), p.step(), p.message()))
        .toList();
  }
}
