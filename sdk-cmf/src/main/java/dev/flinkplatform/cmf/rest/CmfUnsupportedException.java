package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** This server's version does not have what was asked for. Nothing was sent. */
public final class CmfUnsupportedException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfUnsupportedException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
