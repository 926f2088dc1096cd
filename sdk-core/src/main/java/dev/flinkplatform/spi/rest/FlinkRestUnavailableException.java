package dev.flinkplatform.spi.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * No useful answer, for now: no connection, no answer in time, a leader election, or a proxy
 * without a server behind it (502, 503, 504). What was asked for may have been done nevertheless.
 */
public final class FlinkRestUnavailableException extends FlinkRestException {

  @Serial private static final long serialVersionUID = 1L;

  FlinkRestUnavailableException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
