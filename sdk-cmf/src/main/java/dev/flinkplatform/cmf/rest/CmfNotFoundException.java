package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * CMF does not know what was asked for (404). A proxy may have answered: see {@link #isFromCmf()}.
 */
public final class CmfNotFoundException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfNotFoundException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
