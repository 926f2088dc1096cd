package dev.flinkplatform.internal;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.JobId;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.Verb;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spi.Launch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The document that is kept of an application: what is desired, what was started, and the journal
 * of its operations. One document, so that desired state and journal never disagree. Mutable and
 * confined to one thread; {@link Journal} reads and writes it.
 */
@JsonAutoDetect(
    fieldVisibility = Visibility.ANY,
    getterVisibility = Visibility.NONE,
    isGetterVisibility = Visibility.NONE)
final class AppRecord {

  /** What the user wants of the application. */
  enum Desired {
    RUNNING,
    SUSPENDED,
    DELETED
  }

  private static final int MAX_RUNS = 50;
  private static final int MAX_ENDED = 30;
  private static final int MAX_RECOVERIES = 100;

  /** The name; of a job in a session cluster {@code <cluster>/<job>}. */
  String name = "";

  /** Whether it is a session cluster. */
  boolean session;

  long generation;
  Desired desired = Desired.RUNNING;

  /**
   * The specification last deployed with success, as the user wrote it; null before the first
   * success.
   */
  @Nullable JsonNode spec;

  /** The last start, whether its cluster lives or not. */
  @Nullable LaunchRecord launch;

  /** The state that {@code latest} means while nothing runs on purpose. */
  @Nullable String resumeFrom;

  /** Why nobody can tell which state that is; null if {@code resumeFrom} tells. */
  @Nullable String stateUnknown;

  /** When processes that died were started again, since the user last started anything. */
  List<Long> recoveries = new ArrayList<>();

  /** Why processes that died are not started again any more. */
  @Nullable String gaveUp;

  List<String> runs = new ArrayList<>();
  List<SavepointRecord> savepoints = new ArrayList<>();
  @Nullable OperationRecord active;

  /** Operations that ended, the latest first. */
  List<OperationRecord> ended = new ArrayList<>();

  /** A start of a cluster. */
  @JsonAutoDetect(
      fieldVisibility = Visibility.ANY,
      getterVisibility = Visibility.NONE,
      isGetterVisibility = Visibility.NONE)
  static final class LaunchRecord {
    String id = "";
    JsonNode spec = Json.MAPPER.createObjectNode();
    String jobId = "";
    @Nullable String restoreFrom;
    boolean allowNonRestoredState;
    StateRestore.ClaimMode claimMode = StateRestore.ClaimMode.NO_CLAIM;
    int attempt = 1;

    /** Whether the cluster has told the job's id; until then {@code jobId} is a placeholder. */
    boolean jobIdSeen;

    /** Of a job in a session cluster: the launch of the cluster that it was submitted to. */
    @Nullable String cluster;

    JobId job() {
      return new JobId(jobId);
    }

    ApplicationSpec specification() {
      return SpecCodec.read(spec);
    }

    Launch toLaunch(ApplicationSpec completed) {
      return new Launch(
          id,
          completed,
          job(),
          Optional.ofNullable(restoreFrom),
          allowNonRestoredState,
          claimMode,
          attempt);
    }
  }

  /** A savepoint that was taken and not disposed of. */
  @JsonAutoDetect(
      fieldVisibility = Visibility.ANY,
      getterVisibility = Visibility.NONE,
      isGetterVisibility = Visibility.NONE)
  static final class SavepointRecord {
    String location = "";
    long takenAt;
    SavepointFormat format = SavepointFormat.CANONICAL;
    String jobId = "";

    Savepoint toSavepoint(String application) {
      return new Savepoint(
          application, location, Instant.ofEpochMilli(takenAt), format, new JobId(jobId));
    }
  }

  /** Whether it is a job in a session cluster. */
  boolean isJob() {
    return name.indexOf('/') > 0;
  }

  /** Of a job: the name of its cluster. */
  String sessionName() {
    return name.substring(0, name.indexOf('/'));
  }

  boolean isDeleted() {
    return desired == Desired.DELETED;
  }

  /** The last start, of what was started at all. */
  LaunchRecord started() {
    if (launch == null) {
      throw new IllegalStateException("Application " + name + " was never started");
    }
    return launch;
  }

  /** Makes what the operation was asked for the specification of the application. */
  void commit(OperationRecord o) {
    // Not the JSON nodes: one that was just written and the same read again differ in number types.
    if (o.targetSpec != null && !specification().equals(Optional.of(o.target()))) {
      spec = o.targetSpec;
      generation++;
    }
  }

  /** Whether the last start is to run; one that is being changed may not be desired yet. */
  boolean isToRun() {
    return desired == Desired.RUNNING || (active != null && active.touched);
  }

  Optional<ApplicationSpec> specification() {
    return Optional.ofNullable(spec).map(SpecCodec::read);
  }

  void addSavepoint(String location, Instant at, SavepointFormat format, JobId job) {
    if (savepoints.stream().noneMatch(s -> s.location.equals(location))) {
      SavepointRecord s = new SavepointRecord();
      s.location = location;
      s.takenAt = at.toEpochMilli();
      s.format = format;
      s.jobId = job.hex();
      savepoints.add(s);
    }
  }

  void addRun(JobId job) {
    runs.add(job.hex());
    if (runs.size() > MAX_RUNS) {
      runs.remove(0);
    }
  }

  /** Takes the id that the cluster gave the job of the present launch. */
  void adopt(JobId seen) {
    LaunchRecord l = launch;
    if (l == null || (l.jobIdSeen && l.jobId.equals(seen.hex()))) {
      return;
    }
    if (!l.jobIdSeen) {
      runs.remove(l.jobId);
    }
    l.jobId = seen.hex();
    l.jobIdSeen = true;
    runs.remove(l.jobId);
    addRun(seen);
  }

  void addRecovery(long at) {
    recoveries.add(at);
    if (recoveries.size() > MAX_RECOVERIES) {
      recoveries.remove(0);
    }
  }

  /** The user starts it, so what was before does not count any more. */
  void forgetRecoveries() {
    recoveries.clear();
    gaveUp = null;
  }

  /**
   * Nothing runs any more on purpose.
   *
   * @param state what {@code latest} means; null if there is none, or nobody knows
   * @param unknown why nobody knows
   */
  void keeps(@Nullable String state, @Nullable String unknown) {
    resumeFrom = state;
    stateUnknown = state == null ? unknown : null;
  }

  /** Whether processes were to be started again last, and that did not work. */
  boolean recoveryFailed() {
    return !ended.isEmpty()
        && ended.get(0).verb == Verb.RECOVER
        && ended.get(0).state != OperationState.SUCCEEDED;
  }

  List<JobId> jobIds() {
    return runs.stream().map(JobId::new).toList();
  }

  /** Finds an operation, running or ended. */
  Optional<OperationRecord> operation(String id) {
    if (active != null && active.id.equals(id)) {
      return Optional.of(active);
    }
    return ended.stream().filter(o -> o.id.equals(id)).findFirst();
  }

  Optional<OperationRecord> operationWithKey(String key) {
    if (active != null && key.equals(active.key)) {
      return Optional.of(active);
    }
    return ended.stream().filter(o -> key.equals(o.key)).findFirst();
  }

  /** Moves the active operation to the ended ones. */
  void archive(OperationRecord operation) {
    active = null;
    ended.add(0, operation);
    while (ended.size() > MAX_ENDED) {
      ended.remove(ended.size() - 1);
    }
  }
}
