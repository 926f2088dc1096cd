package dev.flinkplatform.cmf.rest;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * OAuth 2 client credentials: how to get tokens for CMF. Immutable and thread-safe; {@code
 * toString} shows no secret.
 */
public final class CmfOAuth {

  private final URI tokenEndpoint;
  private final String clientId;
  private final Supplier<String> clientSecret;
  private final Map<String, String> parameters;
  private final boolean secretInBody;

  private CmfOAuth(
      URI tokenEndpoint,
      String clientId,
      Supplier<String> clientSecret,
      Map<String, String> parameters,
      boolean secretInBody) {
    this.tokenEndpoint = tokenEndpoint;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.parameters = Map.copyOf(parameters);
    this.secretInBody = secretInBody;
  }

  /**
   * Describes where tokens come from.
   *
   * @param tokenEndpoint the address of the token endpoint, http or https; TLS settings of the CMF
   *     client hold for it, too
   * @param clientId who asks
   * @param clientSecret asked anew for each token, from any thread
   * @return the description; id and secret go as basic authentication
   * @throws IllegalArgumentException if address or id cannot be
   */
  public static CmfOAuth clientCredentials(
      URI tokenEndpoint, String clientId, Supplier<String> clientSecret) {
    String scheme = tokenEndpoint.getScheme();
    if (!("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
        || tokenEndpoint.getHost() == null
        || tokenEndpoint.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "A token endpoint is an http(s) address without credentials");
    }
    if (clientId.isBlank()) {
      throw new IllegalArgumentException("A client id is not empty");
    }
    return new CmfOAuth(
        tokenEndpoint,
        clientId,
        Objects.requireNonNull(clientSecret, "clientSecret"),
        Map.of(),
        false);
  }

  /**
   * Asks for a scope.
   *
   * @param scope one or more, with spaces between
   * @return another description
   */
  public CmfOAuth withScope(String scope) {
    return withParameter("scope", scope);
  }

  /**
   * Adds a parameter to the request for a token.
   *
   * @param name for example {@code audience}
   * @param value its value
   * @return another description
   * @throws IllegalArgumentException for the parameters this client sets itself
   */
  public CmfOAuth withParameter(String name, String value) {
    if (name.equals("grant_type") || name.equals("client_id") || name.equals("client_secret")) {
      throw new IllegalArgumentException("'" + name + "' is set by the client itself");
    }
    Map<String, String> all = new LinkedHashMap<>(parameters);
    all.put(name, value);
    return new CmfOAuth(tokenEndpoint, clientId, clientSecret, all, secretInBody);
  }

  /**
   * Sends id and secret in the body, for servers that take no basic authentication.
   *
   * @return another description
   */
  public CmfOAuth withSecretInBody() {
    return new CmfOAuth(tokenEndpoint, clientId, clientSecret, parameters, true);
  }

  URI tokenEndpoint() {
    return tokenEndpoint;
  }

  String clientId() {
    return clientId;
  }

  Supplier<String> clientSecret() {
    return clientSecret;
  }

  Map<String, String> parameters() {
    return parameters;
  }

  boolean secretInBody() {
    return secretInBody;
  }

  /** Returns address and id. */
  @Override
  public String toString() {
    return "CmfOAuth[tokenEndpoint=" + tokenEndpoint + ", clientId=" + clientId + "]";
  }
}
