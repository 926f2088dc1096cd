package dev.flinkplatform.spi.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** This version of Flink cannot do what was asked for. Nothing was sent. */
public final class FlinkRestUnsupportedException extends FlinkRestException {

  @Serial private static final long serialVersionUID = 1L;

  FlinkRestUnsupportedException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
