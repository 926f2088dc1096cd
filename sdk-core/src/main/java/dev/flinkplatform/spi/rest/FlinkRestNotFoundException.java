package dev.flinkplatform.spi.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Flink does not know the job, application, jar, TaskManager or path that was named: 404, or 500
 * with an exception that means it.
 */
public final class FlinkRestNotFoundException extends FlinkRestException {

  @Serial private static final long serialVersionUID = 1L;

  FlinkRestNotFoundException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
