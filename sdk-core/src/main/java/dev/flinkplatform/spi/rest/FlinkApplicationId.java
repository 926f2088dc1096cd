package dev.flinkplatform.spi.rest;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The id Flink 2.3 gives one run of an application: 32 hexadecimal digits.
 *
 * <p>The caller chooses it, so a submission that is sent twice runs once. Not the name of an
 * application of the SDK. Immutable and thread-safe.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record FlinkApplicationId(String hex) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Makes an id of its digits.
   *
   * @param hex 32 lower-case hexadecimal digits
   * @throws IllegalArgumentException if it is not 32 lower-case hexadecimal digits
   */
  public FlinkApplicationId {
    if (!FORM.matcher(Objects.requireNonNull(hex, "hex")).matches()) {
      throw new IllegalArgumentException(
          "A Flink application id has 32 lower-case hexadecimal digits, got '" + hex + "'");
    }
  }

  /**
   * Returns an id nobody has used before.
   *
   * @return a random id
   */
  public static FlinkApplicationId random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new FlinkApplicationId(HexFormat.of().formatHex(bytes));
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
