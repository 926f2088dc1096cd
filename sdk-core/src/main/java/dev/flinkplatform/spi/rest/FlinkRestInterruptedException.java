package dev.flinkplatform.spi.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The thread was interrupted while it waited for an answer; its interrupt flag is set again. What
 * was asked for may have been done nevertheless.
 */
public final class FlinkRestInterruptedException extends FlinkRestException {

  @Serial private static final long serialVersionUID = 1L;

  FlinkRestInterruptedException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
