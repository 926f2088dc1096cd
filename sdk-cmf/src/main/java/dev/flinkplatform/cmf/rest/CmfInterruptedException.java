package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The thread was interrupted while it waited for CMF; its interrupt flag is set. */
public final class CmfInterruptedException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfInterruptedException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
