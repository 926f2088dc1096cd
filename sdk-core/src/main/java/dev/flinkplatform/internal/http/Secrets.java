package dev.flinkplatform.internal.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

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
   * @throws Unproven if there is none; without the secret
   */
  public static String ask(Supplier<String> secret, String what) {
    String value;
    try {
      value = secret.get();
    } catch (Unproven e) {
      throw e;
    } catch (RuntimeException e) {
      // The message may hold the secret; the type is enough to find the supplier.
      throw new Unproven(
          "the supplier of the " + what + " failed with " + e.getClass().getName(), false);
    }
    if (value == null || value.isBlank()) {
      throw new Unproven("the supplier of the " + what + " gave nothing", false);
    }
    return value;
  }

  /**
   * Makes a bearer token fit for a header.
   *
   * @param raw the token as given
   * @return the token
   * @throws Unproven if no header may have it; without the token
   */
  public static String token(String raw) {
    String token = raw.strip();
    if (!isHeaderValue(token)) {
      throw new Unproven("the bearer token has characters no header may have", false);
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

  /**
   * Returns the text with every secret replaced, in case a server echoes one, also where the text
   * is JSON and the secret escaped in it.
   */
  public static String redact(String text, List<String> hidden) {
    String out = text;
    // The longest first: of one that holds another one, nothing may be left.
    for (String value :
        hidden.stream().sorted(Comparator.comparing(String::length).reversed()).toList()) {
      if (value.length() >= SHORTEST_HIDDEN) {
        out = everyForm(value).matcher(out).replaceAll("***");
      }
    }
    return out;
  }

  /** As it is, and in JSON, which may be text within JSON again. */
  private static Pattern everyForm(String secret) {
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < secret.length(); i++) {
      char c = secret.charAt(i);
      String itself = Pattern.quote(String.valueOf(c));
      pattern
          .append("(?:")
          .append(
              switch (c) {
                case '\n' -> itself + "|\\\\+n";
                case '\r' -> itself + "|\\\\+r";
                case '\t' -> itself + "|\\\\+t";
                case '\\' -> "\\\\+";
                case '"', '\'', '/' -> "\\\\*" + itself;
                default -> itself;
              })
          .append("|\\\\+u(?i:")
          .append(HexFormat.of().toHexDigits(c))
          .append("))");
    }
    return Pattern.compile(pattern.toString());
  }
}
