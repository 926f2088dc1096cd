package dev.flinkplatform.spi.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Flink answered 404: it does not know the job, jar, TaskManager or path that was named. */
public final class FlinkRestNotFoundException extends FlinkRestException {

  @Serial private static final long serialVersionUID = 1L;

  FlinkRestNotFoundException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
