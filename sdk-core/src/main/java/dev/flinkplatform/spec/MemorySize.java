package dev.flinkplatform.spec;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory in bytes, written the way Flink writes it.
 *
 * <p>Units are powers of 1024, as in Flink ({@code org.apache.flink.configuration.MemorySize}):
 * {@code 1g} is 1024 {@code m}. Immutable and thread-safe.
 *
 * @param bytes the size in bytes, zero or more
 */
public record MemorySize(long bytes) implements Comparable<MemorySize> {

  private static final Pattern FORM = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");
  private static final Map<String, Integer> SHIFTS =
      Map.ofEntries(
          Map.entry("", 0),
          Map.entry("b", 0),
          Map.entry("bytes", 0),
          Map.entry("k", 10),
          Map.entry("kb", 10),
          Map.entry("kibibytes", 10),
          Map.entry("ki", 10),
          Map.entry("m", 20),
          Map.entry("mb", 20),
          Map.entry("mebibytes", 20),
          Map.entry("mi", 20),
          Map.entry("g", 30),
          Map.entry("gb", 30),
          Map.entry("gibibytes", 30),
          Map.entry("gi", 30),
          Map.entry("t", 40),
          Map.entry("tb", 40),
          Map.entry("tebibytes", 40),
          Map.entry("ti", 40));

  /**
   * Makes a size of a number of bytes.
   *
   * @param bytes the size in bytes, zero or more
   * @throws IllegalArgumentException if it is negative
   */
  public MemorySize {
    if (bytes < 0) {
      throw new IllegalArgumentException("A memory size is zero or more bytes, got " + bytes);
    }
  }

  /**
   * Reads a size such as {@code 1728m}, {@code 2g}, {@code 512 mb} or {@code 1Gi}; a bare number is
   * bytes.
   *
   * @param text the text
   * @return the size
   * @throws IllegalArgumentException if the text is no size, or too large for 63 bits
   */
  public static MemorySize parse(String text) {
    Matcher m = FORM.matcher(Objects.requireNonNull(text, "text").trim());
    Integer shift = m.matches() ? SHIFTS.get(m.group(2).toLowerCase(Locale.ROOT)) : null;
    if (shift == null) {
      throw new IllegalArgumentException(
          "Not a memory size: '"
              + text
              + "'. Write a whole number and a unit (b, k, m, g, t), for example '1728m'.");
    }
    try {
      return new MemorySize(Math.multiplyExact(Long.parseLong(m.group(1)), 1L << shift));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("Memory size too large: '" + text + "'", e);
    }
  }

  /**
   * Returns a size in mebibytes.
   *
   * @param mebibytes the number of 1024 * 1024 bytes, zero or more
   * @return the size
   * @throws IllegalArgumentException if it is negative or too large for 63 bits
   */
  public static MemorySize ofMebibytes(long mebibytes) {
    if (mebibytes > Long.MAX_VALUE >> 20) {
      throw new IllegalArgumentException("Memory size too large: " + mebibytes + "m");
    }
    return new MemorySize(mebibytes << 20);
  }

  /**
   * Returns the size in whole mebibytes, rounded down.
   *
   * @return the number of 1024 * 1024 bytes
   */
  public long mebibytes() {
    return bytes >> 20;
  }

  @Override
  public int compareTo(MemorySize other) {
    return Long.compare(bytes, other.bytes);
  }

  /**
   * Returns the size as Flink configuration takes it, in the largest unit that needs no fraction.
   *
   * @return for example {@code 1728m}
   */
  @Override
  public String toString() {
    String[] units = {"b", "k", "m", "g", "t"};
    int unit = 0;
    long rest = bytes;
    while (unit < 4 && rest != 0 && (rest & 1023) == 0) {
      rest >>= 10;
      unit++;
    }
    return rest + units[unit];
  }
}
