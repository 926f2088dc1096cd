package dev.flinkplatform;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The id Flink gives one run of a job: 32 hexadecimal digits.
 *
 * <p>An application keeps its name, its job id changes whenever it is deployed again: an id is an
 * attribute with history, never an identity. Immutable and thread-safe.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record JobId(String hex) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Makes an id of its digits.
   *
   * @param hex 32 lower-case hexadecimal digits
   * @throws IllegalArgumentException if it is not 32 lower-case hexadecimal digits
   */
  public JobId {
    if (!FORM.matcher(Objects.requireNonNull(hex, "hex")).matches()) {
      throw new IllegalArgumentException(
          "A Flink job id has 32 lower-case hexadecimal digits, got '" + hex + "'");
    }
  }

  /**
   * Returns an id nobody has used before.
   *
   * @return a random id
   */
  public static JobId random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new JobId(HexFormat.of().formatHex(bytes));
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
