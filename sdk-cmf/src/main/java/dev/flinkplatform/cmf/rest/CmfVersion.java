package dev.flinkplatform.cmf.rest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a CMF server.
 *
 * @param major for example 2; 0 if the server did not say a number
 * @param minor for example 3
 * @param text what the server said
 */
public record CmfVersion(int major, int minor, String text) {

  private static final Pattern NUMBER = Pattern.compile("v?(\\d{1,4})\\.(\\d{1,4})(?:[.+_-].*)?");

  /**
   * Reads a version. Vendors append to the number: only its start counts.
   *
   * @param text for example {@code 2.3.1} or {@code v2.4.0-SNAPSHOT}
   * @return the version; {@link #isKnown()} is false for a text without number
   */
  public static CmfVersion parse(String text) {
    Matcher m = NUMBER.matcher(text.strip());
    return m.matches()
        ? new CmfVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), text.strip())
        : new CmfVersion(0, 0, text.strip());
  }

  /**
   * Makes a version.
   *
   * @param major for example 2
   * @param minor for example 3
   * @return the version
   */
  public static CmfVersion of(int major, int minor) {
    return new CmfVersion(major, minor, major + "." + minor);
  }

  /** Of a server that cannot say its version: that came with 2.2. */
  static CmfVersion beforeSystemInformation() {
    return new CmfVersion(2, 1, "older than 2.2");
  }

  /**
   * Tells whether the server said a number.
   *
   * @return false if features cannot be told from the version: then none is refused
   */
  public boolean isKnown() {
    return major > 0;
  }

  /**
   * Tells whether this is a version or a later one.
   *
   * @param otherMajor for example 2
   * @param otherMinor for example 4
   * @return true if so, and true if the version is not known
   */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return !isKnown() || major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }

  /** Returns what the server said. */
  @Override
  public String toString() {
    return text;
  }
}
