package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for was there and cannot be read again (410): rows of a statement are handed out
 * once.
 */
public final class CmfGoneException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfGoneException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
