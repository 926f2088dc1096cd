package dev.flinkplatform.internal;

import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.status.ApplicationState;
import java.time.Clock;
import java.util.List;

/**
 * Finds out what is wrong with an application: from the journalled record, what the backend sees,
 * what Flink says, and the logs. Changes nothing.
 */
final class Doctor {

  private final Backends backends;
  private final StatusReader statusReader;
  private final Clock clock;

  Doctor(Backends backends, StatusReader statusReader, Clock clock) {
    this.backends = backends;
    this.statusReader = statusReader;
    this.clock = clock;
  }

  Diagnosis examine(AppRecord record, DiagnosisOptions options) {
    return new Examination(backends, statusReader, record, options, clock.instant()).run();
  }

  /** When not even the journal can be read. */
  Diagnosis unknown(String application, BackendFault fault) {
    return new Diagnosis(
        application,
        ApplicationState.UNKNOWN,
        clock.instant(),
        List.of(Examination.couldNotAsk("the journal", fault)));
  }
}
