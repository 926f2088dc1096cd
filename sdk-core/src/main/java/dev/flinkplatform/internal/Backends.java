package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.internal.AppRecord.LaunchRecord;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Loss;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.status.CheckpointInfo;
import java.util.Optional;

/**
 * What carries a record: the backend, or, for a job in a session cluster, that cluster. So the
 * engine does for a job what it does for an application.
 */
final class Backends {

  private final PlatformBackend backend;
  private final Journal journal;

  Backends(PlatformBackend backend, Journal journal) {
    this.backend = backend;
    this.journal = journal;
  }

  PlatformBackend of(AppRecord r) {
    return r.isJob() ? new JobInSession(backend, () -> session(r), r) : backend;
  }

  /** Looks at what runs of it. */
  Live look(AppRecord r) {
    return Live.look(of(r), r);
  }

  /** The last start, as a backend is told of it. */
  Launch launchOf(AppRecord r) {
    return launchOf(r, of(r));
  }

  private static Launch launchOf(AppRecord r, PlatformBackend carrier) {
    LaunchRecord launch = r.started();
    return launch.toLaunch(carrier.complete(launch.specification()));
  }

  /** What of the last start has died by accident. */
  Optional<Loss> loss(AppRecord r) {
    PlatformBackend carrier = of(r);
    return carrier.loss(launchOf(r, carrier));
  }

  /**
   * The state that {@code latest} means, when nothing can make a newer one.
   *
   * @throws BackendFault permanently if nobody can tell
   */
  Optional<String> latestState(AppRecord r) {
    LaunchRecord launch = r.launch;
    if (r.desired != Desired.RUNNING || launch == null) {
      if (r.stateUnknown != null) {
        throw BackendFault.permanent(
            Failure.of(Failure.Kind.STATE_UNREADABLE, r.stateUnknown), null);
      }
      return Optional.ofNullable(r.resumeFrom);
    }
    PlatformBackend carrier = of(r);
    Optional<CheckpointInfo> checkpoint =
        carrier.latestCheckpoint(carrier.complete(launch.specification()), launch.job());
    Optional<AppRecord.SavepointRecord> savepoint =
        r.savepoints.stream()
            .filter(s -> s.jobId.equals(launch.jobId))
            .filter(s -> carrier.checkState(s.location).isEmpty())
            .max((a, b) -> Long.compare(a.takenAt, b.takenAt));
    if (checkpoint.isPresent() && savepoint.isPresent()) {
      boolean checkpointIsNewer =
          checkpoint.get().completedAt().toEpochMilli() > savepoint.get().takenAt;
      return Optional.of(
          checkpointIsNewer ? checkpoint.get().location() : savepoint.get().location);
    }
    return checkpoint
        .map(CheckpointInfo::location)
        .or(() -> savepoint.map(s -> s.location))
        .or(() -> Optional.ofNullable(launch.restoreFrom));
  }

  /** Of a job: the launch of its cluster that is there now. */
  Optional<String> clusterOf(AppRecord r) {
    return r.isJob() ? Optional.ofNullable(session(r).launch).map(l -> l.id) : Optional.empty();
  }

  /** The record of a job's cluster; one without a launch if there is none. */
  AppRecord session(AppRecord job) {
    String name = job.sessionName();
    return journal.load(name).orElseGet(() -> Journal.Entry.absent(name)).record;
  }
}
