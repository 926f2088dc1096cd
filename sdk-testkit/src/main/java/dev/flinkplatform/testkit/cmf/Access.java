package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Who may ask: with a token, or a user's name and password; nobody is asked unless configured. */
final class Access {

  static final String TOKEN_PATH = "/oauth/token";

  private final @Nullable String staticToken;
  private final @Nullable String clientId;
  private final @Nullable String clientSecret;
  private final Duration lifetime;
  private final @Nullable String basic;
  private final Map<String, Instant> tokens = new ConcurrentHashMap<>();
  private volatile boolean staticExpired;

  Access(
      @Nullable String staticToken,
      @Nullable String clientId,
      @Nullable String clientSecret,
      Duration lifetime,
      @Nullable String basic) {
    this.staticToken = staticToken;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.lifetime = lifetime;
    this.basic = basic;
  }

  boolean isOpen() {
    return staticToken == null && clientId == null && basic == null;
  }

  boolean hasTokens() {
    return clientId != null;
  }

  /** Returns the kinds of authentication there are, as a 401 names them (RFC 9110, 11.6.1). */
  List<String> challenges() {
    List<String> kinds = new ArrayList<>();
    if (staticToken != null || clientId != null) {
      kinds.add("Bearer");
    }
    if (basic != null) {
      kinds.add("Basic realm=\"CMF\"");
    }
    return kinds;
  }

  /** Why a request is refused, if it is. */
  Optional<String> refuse(@Nullable String authorization) {
    if (isOpen()) {
      return Optional.empty();
    }
    if (authorization == null) {
      return Optional.of("Authentication is required.");
    }
    if (authorization.startsWith("Bearer ")) {
      String token = authorization.substring("Bearer ".length()).trim();
      if (staticToken != null && same(token, staticToken)) {
        return staticExpired ? Optional.of("The token is expired.") : Optional.empty();
      }
      Instant until = tokens.get(token);
      if (until == null) {
        return Optional.of("The token is not valid.");
      }
      return until.isAfter(Instant.now()) ? Optional.empty() : Optional.of("The token is expired.");
    }
    if (basic != null && authorization.startsWith("Basic ")) {
      return same(userAndPassword(authorization), basic)
          ? Optional.empty()
          : Optional.of("Wrong user name or password.");
    }
    return Optional.of("This kind of authentication is not supported.");
  }

  /** What basic authentication gives; empty if it cannot be read, which is nobody's. */
  private static String userAndPassword(String authorization) {
    try {
      return new String(
          Base64.getDecoder().decode(authorization.substring("Basic ".length()).trim()),
          StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes all tokens invalid that were given so far. */
  void expire() {
    tokens.replaceAll((token, until) -> Instant.EPOCH);
    staticExpired = true;
  }

  String issue() {
    String token = "token-" + UUID.randomUUID();
    tokens.put(token, Instant.now().plus(lifetime));
    return token;
  }

  /** OAuth 2, client credentials: in the form or as basic authentication. */
  Reply token(@Nullable String authorization, String form) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : form.split("&", -1)) {
      int eq = pair.indexOf('=');
      if (eq > 0) {
        fields.put(decoded(pair.substring(0, eq)), decoded(pair.substring(eq + 1)));
      }
    }
    String id = fields.getOrDefault("client_id", "");
    String secret = fields.getOrDefault("client_secret", "");
    if (authorization != null && authorization.startsWith("Basic ")) {
      String given = userAndPassword(authorization);
      int colon = given.indexOf(':');
      id = decoded(given.substring(0, Math.max(colon, 0)));
      secret = decoded(given.substring(colon + 1));
    }
    if (!fields.getOrDefault("grant_type", "").equals("client_credentials")) {
      return new Reply(400, Json.object().put("error", "unsupported_grant_type"));
    }
    if (clientId == null
        || clientSecret == null
        || !same(id, clientId)
        || !same(secret, clientSecret)) {
      return new Reply(401, Json.object().put("error", "invalid_client"));
    }
    ObjectNode body =
        Json.object()
            .put("access_token", issue())
            .put("token_type", "Bearer")
            .put("expires_in", Math.max(lifetime.toSeconds(), 1));
    return Reply.ok(body);
  }
}
