package dev.flinkplatform.internal.local;

import dev.flinkplatform.Failure;
import dev.flinkplatform.internal.logs.FailureDigest;
import java.nio.file.Path;
import java.util.Optional;

/** Why a process of Flink died, as far as what it wrote tells. Stateless. */
final class Deaths {

  private static final int LOG_TAIL = 64 * 1024;

  private Deaths() {}

  /** The failure of a dead process, with the end of its log. */
  static Failure failure(
      LocalRun run, String role, ProcessIdentity process, Optional<FailureDigest> digest) {
    return new Failure(
        digest.map(d -> kind(d.kind())).orElse(Failure.Kind.PROCESS_DIED),
        "the "
            + (LocalRun.isJobManager(role) ? "JobManager" : "TaskManager")
            + " (pid "
            + process.pid()
            + ") died"
            + digest
                .map(d -> ": " + d.summary())
                .orElse(" without a word; it may have been killed"),
        Logs.tail(run.log(role).resolve(role + ".log"), 4000));
  }

  /** What the last lines it wrote come to; empty if it died without a word. */
  static Optional<FailureDigest> digest(LocalRun run, String role) {
    Path log = run.log(role);
    return FailureDigest.of(
        Logs.tail(log.resolve(role + ".log"), LOG_TAIL),
        Logs.tail(log.resolve(role + ".err"), LOG_TAIL),
        Logs.tail(log.resolve(role + ".out"), LOG_TAIL));
  }

  private static Failure.Kind kind(FailureDigest.Kind kind) {
    return switch (kind) {
      case PORT_IN_USE -> Failure.Kind.PORT_TAKEN;
      case CLASS_NOT_FOUND -> Failure.Kind.CLASS_NOT_FOUND;
      case CONFIGURATION, JVM_START, NO_LOG -> Failure.Kind.INVALID_CONFIGURATION;
      case SAVEPOINT_NOT_FOUND -> Failure.Kind.STATE_UNREADABLE;
      case STATE_MISMATCH -> Failure.Kind.STATE_DOES_NOT_FIT;
      case PROGRAM -> Failure.Kind.JOB_FAILED;
      case OUT_OF_MEMORY, OTHER -> Failure.Kind.PROCESS_DIED;
    };
  }
}
