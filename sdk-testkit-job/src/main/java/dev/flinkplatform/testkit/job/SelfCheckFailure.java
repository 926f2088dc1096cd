package dev.flinkplatform.testkit.job;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A record was lost or came twice.
 *
 * <p>Flink does not restart the job after it, whatever the restart strategy: a restart could heal
 * the damage, and a test would look at a running job.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class SelfCheckFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  SelfCheckFailure(String message) {
    super(message);
  }
}
