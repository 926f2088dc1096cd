package dev.flinkplatform.spi.rest;

import dev.flinkplatform.internal.http.Secrets;
import dev.flinkplatform.internal.http.Unproven;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The headers of each request. Values are secrets: they leave this class to the wire only. */
final class Credentials {

  private static final String AUTHORIZATION = "Authorization";

  private final List<Map.Entry<String, String>> headers;
  private final @Nullable String user;
  private final @Nullable Supplier<String> secret;
  private final @Nullable UnaryOperator<String> another;

  /**
   * Keeps what to send.
   *
   * @param headers names and values
   * @param user the user for basic authentication; null for a bearer token
   * @param secret gives the password or token anew for each request; null for none
   * @param another gives another token for one that was refused; null for never
   */
  Credentials(
      List<Map.Entry<String, String>> headers,
      @Nullable String user,
      @Nullable Supplier<String> secret,
      @Nullable UnaryOperator<String> another) {
    this.headers = List.copyOf(headers);
    this.user = user;
    this.secret = secret;
    this.another = another;
  }

  /** The headers of one request, and how to keep them out of a text. */
  static final class Resolved {

    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private final List<String> hidden = new ArrayList<>();
    private @Nullable String token;

    List<Map.Entry<String, String>> headers() {
      return headers;
    }

    private void add(String name, String value) {
      headers.add(Map.entry(name, value));
      hidden.add(value);
    }

    /** Returns the text with every secret of the request replaced, in case a server echoes one. */
    String redact(String text) {
      return Secrets.redact(text, hidden);
    }
  }

  /**
   * Asks the suppliers for the secrets of one request.
   *
   * @throws Unproven if a supplier fails or gives nothing usable; without the secret
   */
  Resolved resolve() {
    return resolve(secret);
  }

  /**
   * Asks for other secrets after the server refused some.
   *
   * @return the secrets; empty if there are no others
   * @throws Unproven if there is nothing usable; without the secret
   */
  Optional<Resolved> another(Resolved refused) {
    UnaryOperator<String> ask = another;
    String token = refused.token;
    if (ask == null || token == null) {
      return Optional.empty();
    }
    return Optional.of(resolve(() -> ask.apply(token))).filter(r -> !token.equals(r.token));
  }

  private Resolved resolve(@Nullable Supplier<String> secret) {
    Resolved out = new Resolved();
    headers.forEach(h -> out.add(h.getKey(), h.getValue()));
    if (secret == null) {
      return out;
    }
    if (user == null) {
      String token = Secrets.token(Secrets.ask(secret, "bearer token"));
      out.token = token;
      out.hidden.add(token);
      out.add(AUTHORIZATION, "Bearer " + token);
    } else {
      String password = Secrets.ask(secret, "password");
      String pair = Secrets.basic(user, password);
      out.hidden.addAll(List.of(password, pair));
      out.add(AUTHORIZATION, "Basic " + pair);
    }
    return out;
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
