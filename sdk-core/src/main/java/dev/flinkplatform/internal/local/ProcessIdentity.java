package dev.flinkplatform.internal.local;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Which process: a pid alone is not enough, as the system gives it again to others.
 *
 * @param pid the process id
 * @param fingerprint where and when it started: {@code linux/host/boot-id/pid-namespace/ticks} or
 *     {@code other/host/milliseconds}
 * @param marker what the process was started for; see {@link Processes#findByMarker}
 */
public record ProcessIdentity(long pid, String fingerprint, String marker) {

  private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9._:/@+=-]{1,400}");

  /**
   * Makes an identity.
   *
   * @throws IllegalArgumentException if the pid is not positive, or a text is empty, longer than
   *     400 or has characters other than letters, digits and {@code ._:/@+=-}
   */
  public ProcessIdentity {
    if (pid <= 0) {
      throw new IllegalArgumentException("A pid is positive, got " + pid);
    }
    requireText("fingerprint", fingerprint);
    requireText("marker", marker);
  }

  /** Returns the identity as one word, for {@link #parse}. */
  public String encode() {
    return pid + "|" + fingerprint + "|" + marker;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static ProcessIdentity parse(String token) {
    String[] parts = Objects.requireNonNull(token, "token").split("\\|", -1);
    try {
      if (parts.length == 3) {
        return new ProcessIdentity(Long.parseLong(parts[0]), parts[1], parts[2]);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Not the identity of a process: '" + token + "'", e);
    }
    throw new IllegalArgumentException("Not the identity of a process: '" + token + "'");
  }

  static void requireText(String what, String text) {
    if (!TEXT.matcher(Objects.requireNonNull(text, what)).matches()) {
      throw new IllegalArgumentException(
          "A " + what + " has 1 to 400 letters, digits or ._:/@+=-, got '" + text + "'");
    }
  }
}
