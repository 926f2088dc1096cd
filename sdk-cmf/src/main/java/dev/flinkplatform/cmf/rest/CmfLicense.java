package dev.flinkplatform.cmf.rest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The license of a server.
 *
 * @param status VALID, EXPIRED, INVALID or a later one; empty if CMF does not say
 * @param type for example ENTERPRISE, TRIAL or FREE_TIER; empty if CMF does not say
 * @param expiration when it ends; null if CMF does not say
 */
public record CmfLicense(String status, String type, @Nullable Instant expiration) {

  /**
   * Tells whether it holds.
   *
   * @return true if CMF says VALID
   */
  public boolean isValid() {
    return status.equalsIgnoreCase("VALID");
  }
}
