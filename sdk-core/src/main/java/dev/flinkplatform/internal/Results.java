package dev.flinkplatform.internal;

import dev.flinkplatform.BurstResult;
import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.JobId;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Verb;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

/** What the operations of each verb give, made of what their steps found out. */
final class Results {

  private final CorePlatform platform;
  private final Sessions sessions;

  Results(CorePlatform platform, Sessions sessions) {
    this.platform = platform;
    this.sessions = sessions;
  }

  /** What an operation gives, by its verb. */
  Function<OperationStatus, Object> of(Journal.Entry entry) {
    boolean session = entry.record.session;
    return status -> of(status, session);
  }

  private Object of(OperationStatus status, boolean session) {
    String app = status.application();
    Map<String, String> d = status.details();
    if (session && status.verb() == Verb.SUSPEND) {
      return handle(app, true);
    }
    return switch (status.verb()) {
      case DEPLOY, APPLY, UPGRADE, RESUME, RESTART, RECOVER, SUBMIT, SCALE -> handle(app, session);
      case BURST ->
          new BurstResult(
              d.getOrDefault("job", ""),
              new JobId(d.getOrDefault("jobId", "0".repeat(32))),
              Integer.parseInt(d.getOrDefault("from", "0")),
              Integer.parseInt(d.getOrDefault("to", "0")));
      case SAVEPOINT, SUSPEND, DISPOSE ->
          new Savepoint(
              app,
              d.getOrDefault("savepoint", d.getOrDefault("latestState", "")),
              Instant.ofEpochMilli(Long.parseLong(d.getOrDefault("takenAt", "0"))),
              SavepointFormat.valueOf(d.getOrDefault("format", SavepointFormat.CANONICAL.name())),
              new JobId(d.getOrDefault("jobId", "0".repeat(32))));
      case CHECKPOINT ->
          new Checkpoint(
              app,
              Long.parseLong(d.getOrDefault("checkpoint", "0")),
              d.getOrDefault("location", ""),
              new JobId(d.getOrDefault("jobId", "0".repeat(32))));
      case RESCALE ->
          new RescaleResult(
              Integer.parseInt(d.getOrDefault("from", "0")),
              Integer.parseInt(d.getOrDefault("to", "0")),
              RescaleResult.Mechanism.valueOf(
                  d.getOrDefault("mechanism", RescaleResult.Mechanism.NONE.name())));
      case DELETE ->
          new DeleteResult(
              StateRetention.valueOf(d.getOrDefault("retention", StateRetention.KEEP.name())),
              d.getOrDefault("kept", "").lines().toList());
    };
  }

  private Object handle(String name, boolean session) {
    if (session) {
      return new CoreSession(sessions, name);
    }
    return name.indexOf('/') < 0
        ? new CoreApplication(platform, name)
        : new CoreJob(platform, name);
  }
}
