package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** What was to be made is there already, or what was to be removed is in use (409). */
public final class CmfConflictException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfConflictException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
