package dev.flinkplatform.cmf.rest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An exception of a statement; a value, not something that is thrown.
 *
 * @param name of the exception
 * @param message what it says
 * @param time when it was; null if CMF does not say
 */
public record CmfStatementException(String name, String message, @Nullable Instant time) {

  static CmfStatementException read(@Nullable Object json) {
    return new CmfStatementException(
        Trees.textOr("", json, "name"),
        Trees.textOr("", json, "message"),
        Trees.instant(json, "timestamp").orElse(null));
  }
}
