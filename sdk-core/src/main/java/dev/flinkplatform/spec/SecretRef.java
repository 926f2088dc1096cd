package dev.flinkplatform.spec;

import java.util.Objects;

/**
 * Points at one value in a Secret; it never holds the value.
 *
 * @param secret the Secret's name
 * @param key the key in it
 */
public record SecretRef(String secret, String key) {

  /**
   * Makes a reference of its parts.
   *
   * @param secret the Secret's name
   * @param key the key in it
   */
  public SecretRef {
    Objects.requireNonNull(secret, "secret");
    Objects.requireNonNull(key, "key");
  }
}
