package dev.flinkplatform.testkit.cmf;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of CMF; what it can do depends on major and minor. */
record Version(int major, int minor, String text) {

  private static final Pattern FORM = Pattern.compile("(\\d+)\\.(\\d+)(\\.\\d+)?");

  static Version parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "A version of CMF is for example 2.3.1, got '" + text + "'");
    }
    return new Version(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), text);
  }

  boolean isAtLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }
}
