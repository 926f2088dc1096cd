package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** CMF refuses what was sent (400, 422); {@link #messages()} has each fault it names. */
public final class CmfInvalidException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfInvalidException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
