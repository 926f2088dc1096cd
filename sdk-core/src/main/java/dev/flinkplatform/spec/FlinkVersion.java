package dev.flinkplatform.spec;

import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Flink version such as {@code 2.3} or {@code 1.20.0}: major, minor and, if it was said, patch.
 *
 * <p>Behaviour depends on major and minor only; the patch number is kept for messages and images.
 * Immutable and thread-safe.
 *
 * @param major the major version, for example 2
 * @param minor the minor version, for example 3
 * @param patch the patch version, or -1 when only major and minor were said
 */
public record FlinkVersion(int major, int minor, int patch) implements Comparable<FlinkVersion> {

  private static final Pattern FORM =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})(?:\\.(\\d{1,4}))?(?:-SNAPSHOT)?");

  /** Every Flink minor the SDK knows, oldest first. */
  private static final List<FlinkVersion> KNOWN =
      List.of(of(1, 18), of(1, 19), of(1, 20), of(2, 0), of(2, 1), of(2, 2), of(2, 3));

  /**
   * Makes a version of its parts.
   *
   * @param major the major version, for example 2
   * @param minor the minor version, for example 3
   * @param patch the patch version, or -1 when only major and minor were said
   * @throws IllegalArgumentException if major or minor is negative, or patch is below -1
   */
  public FlinkVersion {
    if (major < 0 || minor < 0 || patch < -1) {
      throw new IllegalArgumentException(
          "A Flink version has no negative parts, got major="
              + major
              + ", minor="
              + minor
              + ", patch="
              + patch);
    }
  }

  /**
   * Returns the version with these major and minor numbers and no patch number.
   *
   * @param major the major version
   * @param minor the minor version
   * @return the version
   */
  public static FlinkVersion of(int major, int minor) {
    return new FlinkVersion(major, minor, -1);
  }

  /**
   * Reads a version from text such as {@code 2.3}, {@code 2.3.0} or {@code 2.4-SNAPSHOT}.
   *
   * @param text the text
   * @return the version; it need not be one the SDK knows, see {@link #isKnown()}
   * @throws IllegalArgumentException if the text has another form
   */
  public static FlinkVersion parse(String text) {
    Matcher m = FORM.matcher(Objects.requireNonNull(text, "text").trim());
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "Not a Flink version: '"
              + text
              + "'. Write major.minor or major.minor.patch, for example '2.3' or '1.20.0'.");
    }
    return new FlinkVersion(
        Integer.parseInt(m.group(1)),
        Integer.parseInt(m.group(2)),
        m.group(3) == null ? -1 : Integer.parseInt(m.group(3)));
  }

  /**
   * Returns every Flink minor the SDK knows, oldest first.
   *
   * @return the known minors, without patch numbers; unmodifiable
   */
  public static List<FlinkVersion> known() {
    return KNOWN;
  }

  /**
   * Tells whether the SDK knows this major and minor.
   *
   * @return true if {@link #known()} holds it
   */
  public boolean isKnown() {
    return KNOWN.contains(minorVersion());
  }

  /**
   * Tells whether this is the given minor or a later one, whatever the patch.
   *
   * @param otherMajor the major version to compare with
   * @param otherMinor the minor version to compare with
   * @return true if this version is not older
   */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return major != otherMajor ? major > otherMajor : minor >= otherMinor;
  }

  /**
   * Tells whether two versions are of the same minor, whatever their patch.
   *
   * @param other the other version
   * @return true if major and minor are equal
   */
  public boolean isSameMinor(FlinkVersion other) {
    return major == other.major && minor == other.minor;
  }

  /**
   * Returns this version without its patch number.
   *
   * @return major and minor
   */
  public FlinkVersion minorVersion() {
    return patch < 0 ? this : of(major, minor);
  }

  @Override
  public int compareTo(FlinkVersion other) {
    int c = Integer.compare(major, other.major);
    c = c != 0 ? c : Integer.compare(minor, other.minor);
    return c != 0 ? c : Integer.compare(patch, other.patch);
  }

  /**
   * Returns the version as Flink writes it.
   *
   * @return for example {@code 2.3} or {@code 2.3.0}
   */
  @Override
  public String toString() {
    return major + "." + minor + (patch < 0 ? "" : "." + patch);
  }
}
