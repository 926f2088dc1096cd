package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** No answer came, or one that says to try again later (429, 502, 503, 504). */
public final class CmfUnavailableException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfUnavailableException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
