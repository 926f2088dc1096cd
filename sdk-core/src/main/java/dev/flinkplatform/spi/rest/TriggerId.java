package dev.flinkplatform.spi.rest;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The id of one asynchronous request to Flink (a savepoint, a stop, a checkpoint): 32 hexadecimal
 * digits.
 *
 * <p>The caller chooses it, so a request that is sent twice is done once, and its result can be
 * found again by id. Immutable and thread-safe.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record TriggerId(String hex) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Makes an id of its digits.
   *
   * @param hex 32 lower-case hexadecimal digits
   * @throws IllegalArgumentException if it is not 32 lower-case hexadecimal digits
   */
  public TriggerId {
    if (!FORM.matcher(Objects.requireNonNull(hex, "hex")).matches()) {
      throw new IllegalArgumentException(
          "A Flink trigger id has 32 lower-case hexadecimal digits, got '" + hex + "'");
    }
  }

  /**
   * Returns an id nobody has used before.
   *
   * @return a random id
   */
  public static TriggerId random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new TriggerId(HexFormat.of().formatHex(bytes));
  }

  /**
   * Returns the digits, as Flink prints them.
   *
   * @return {@link #hex()}
   */
  @Override
  public String toString() {
    return hex;
  }
}
