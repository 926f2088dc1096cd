package dev.flinkplatform.cmf.rest;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * CMF, or a proxy in front of it, does not know who asks (401), or that one may not (403). CMF also
 * answers 401 when a role is missing.
 */
public final class CmfUnauthorizedException extends CmfException {

  @Serial private static final long serialVersionUID = 1L;

  CmfUnauthorizedException(Details details, @Nullable Throwable cause) {
    super(details, cause);
  }
}
