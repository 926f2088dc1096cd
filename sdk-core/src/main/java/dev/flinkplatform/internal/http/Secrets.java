package dev.flinkplatform.internal.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/** Asks for secrets, and keeps them out of texts. */
public final class Secrets {

  /** What is shorter would turn up by chance. */
  private static final int SHORTEST_HIDDEN = 3;

  private Secrets() {}

  /**
   * Asks for a secret.
   *
   * @param secret gives it
   * @param what what it is, for messages
   * @return the secret
   * @throws IllegalStateException if there is none; without the secret
   */
  public static String ask(Supplier<String> secret, String what) {
    String value;
    try {
      value = secret.get();
    } catch (RuntimeException e) {
      // The message may hold the secret; the type is enough to find the supplier.
      throw new IllegalStateException(
          "the supplier of the " + what + " failed with " + e.getClass().getName());
    }
    if (value == null || value.isBlank()) {
      throw new IllegalStateException("the supplier of the " + what + " gave nothing");
    }
    return value;
  }

  /**
   * Makes a bearer token fit for a header.
   *
   * @param raw the token as given
   * @return the token
   * @throws IllegalStateException if no header may have it; without the token
   */
  public static String token(String raw) {
    String token = raw.strip();
    if (!isHeaderValue(token)) {
      throw new IllegalStateException("the bearer token has characters no header may have");
    }
    return token;
  }

  /** User and password as basic authentication sends them (RFC 7617). */
  public static String basic(String user, String password) {
    return Base64.getEncoder()
        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** Checks the name of a user of basic authentication. */
  public static String user(String name) {
    if (name.isEmpty() || name.contains(":")) {
      throw new IllegalArgumentException("A user name is not empty and has no colon");
    }
    return name;
  }

  /** Whether a header may have that value. */
  public static boolean isHeaderValue(String value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c < 0x7f));
  }

  /** Returns the text with every secret replaced, in case a server echoes one. */
  public static String redact(String text, List<String> hidden) {
    String out = text;
    for (String value : hidden) {
      if (value.length() >= SHORTEST_HIDDEN) {
        out = out.replace(value, "***");
      }
    }
    return out;
  }
}
