package dev.flinkplatform.internal;

import dev.flinkplatform.spi.PlatformBackend;
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
