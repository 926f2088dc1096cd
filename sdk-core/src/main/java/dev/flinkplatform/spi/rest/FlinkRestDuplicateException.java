package dev.flinkplatform.spi.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Flink refused a job or application because it already has one of this id, running or ended, that
 * this call did not start.
 */
public final class FlinkRestDuplicateException extends FlinkRestException {

  @Serial private static final long serialVersionUID = 1L;

  FlinkRestDuplicateException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
