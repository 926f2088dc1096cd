package dev.flinkplatform.spi.rest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The headers of each request. Values are secrets: they leave this class to the wire only. */
final class Credentials {

  private static final String AUTHORIZATION = "Authorization";
  private static final int SHORTEST_HIDDEN = 3;

  private final List<Map.Entry<String, String>> headers;
  private final @Nullable String user;
  private final @Nullable Supplier<String> secret;

  /**
   * Keeps what to send.
   *
   * @param headers names and values
   * @param user the user for basic authentication; null for a bearer token
   * @param secret gives the password or token anew for each request; null for none
   */
  Credentials(
      List<Map.Entry<String, String>> headers,
      @Nullable String user,
      @Nullable Supplier<String> secret) {
    this.headers = List.copyOf(headers);
    this.user = user;
    this.secret = secret;
  }

  /** The headers of one request, and how to keep them out of a text. */
  static final class Resolved {

    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private final List<String> hidden = new ArrayList<>();

    List<Map.Entry<String, String>> headers() {
      return headers;
    }

    private void add(String name, String value) {
      headers.add(Map.entry(name, value));
      hide(value);
    }

    private void hide(String value) {
      if (value.length() >= SHORTEST_HIDDEN) {
        hidden.add(value);
      }
    }

    /** Returns the text with every secret of the request replaced, in case a server echoes one. */
    String redact(String text) {
      String out = text;
      for (String value : hidden) {
        out = out.replace(value, "***");
      }
      return out;
    }
  }

  /**
   * Asks the suppliers for the secrets of one request.
   *
   * @throws IllegalStateException if a supplier fails or gives nothing usable; without the secret
   */
  Resolved resolve() {
    Resolved out = new Resolved();
    headers.forEach(h -> out.add(h.getKey(), h.getValue()));
    if (secret == null) {
      return out;
    }
    String what = user == null ? "bearer token" : "password";
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
    if (user == null) {
      String token = value.strip();
      if (!isHeaderValue(token)) {
        throw new IllegalStateException("the bearer token has characters no header may have");
      }
      out.hide(token);
      out.add(AUTHORIZATION, "Bearer " + token);
    } else {
      byte[] pair = (user + ":" + value).getBytes(StandardCharsets.UTF_8);
      String encoded = Base64.getEncoder().encodeToString(pair);
      out.hide(value);
      out.hide(encoded);
      out.add(AUTHORIZATION, "Basic " + encoded);
    }
    return out;
  }

  static boolean isHeaderValue(String value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c < 0x7f));
  }

  static boolean isHeaderName(String name) {
    return !name.isEmpty() && name.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != ':');
  }

  /** Returns the names only. */
  @Override
  public String toString() {
    String names = headers.stream().map(Map.Entry::getKey).collect(Collectors.joining(","));
    return names + (secret == null ? "" : names.isEmpty() ? AUTHORIZATION : "," + AUTHORIZATION);
  }
}
