package dev.flinkplatform.cmf;

import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfOAuth;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.internal.http.ConnectionSettings;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.PlatformProvider;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@code cmf} backend of a configuration. Options: {@code url} and {@code environment};
 * {@code token}, or {@code user} and {@code password}, or {@code oauth.url}, {@code oauth.client}
 * and {@code oauth.secret}; {@code tls.ca}, {@code tls.certificate} and {@code tls.key} (PEM
 * files); {@code records}, {@code image}, {@code state.base}, {@code shared.files}, {@code
 * flink.writes}, {@code flink.versions} (separated by commas), {@code stop.timeout} (ISO 8601).
 * What is not given is taken from {@code CONFLUENT_CMF_URL}, {@code CONFLUENT_CMF_CLIENT_KEY_PATH},
 * {@code CONFLUENT_CMF_CLIENT_CERT_PATH} and {@code CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH}.
 */
public final class CmfProvider implements PlatformProvider {

  private static final Set<String> KNOWN =
      Set.of(
          "url",
          "environment",
          "token",
          "user",
          "password",
          "oauth.url",
          "oauth.client",
          "oauth.secret",
          "tls.ca",
          "tls.certificate",
          "tls.key",
          "records",
          "image",
          "state.base",
          "shared.files",
          "flink.writes",
          "flink.versions",
          "stop.timeout");

  private final Map<String, String> variables;

  /** Makes the provider; ServiceLoader does. */
  public CmfProvider() {
    this(System.getenv());
  }

  CmfProvider(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  @Override
  public String name() {
    return CmfBackend.NAME;
  }

  @Override
  public PlatformBackend create(PlatformConfig config) {
    Map<String, String> options = config.options();
    List<Violation> found = new ArrayList<>();
    for (String key : options.keySet()) {
      if (!KNOWN.contains(key)) {
        found.add(
            new Violation(
                key,
                "is no option of the cmf backend; known: "
                    + String.join(", ", new TreeSet<>(KNOWN))));
      }
    }
    String environment = options.getOrDefault("environment", "");
    if (environment.isBlank()) {
      found.add(new Violation("environment", "is needed: the environment of CMF"));
    }
    together(options, found, "user", "password");
    together(options, found, "oauth.url", "oauth.client", "oauth.secret");
    together(options, found, "tls.certificate", "tls.key");
    CmfPlatform.@Nullable Builder platform = null;
    try {
      platform = CmfPlatform.builder(client(options), environment);
    } catch (IllegalArgumentException e) {
      found.add(new Violation("url", String.valueOf(e.getMessage())));
    }
    CmfPlatform.Builder builder =
        platform == null
            ? CmfPlatform.builder(URI.create("http://localhost"), environment)
            : platform;
    options.forEach(
        (key, value) -> {
          try {
            set(builder, key, value);
          } catch (IllegalArgumentException | DateTimeParseException e) {
            found.add(new Violation(key, String.valueOf(e.getMessage())));
          }
        });
    if (!found.isEmpty()) {
      throw new InvalidSpecException(
          "PlatformConfig", found, new ResourceRef(CmfBackend.NAME, environment, ""));
    }
    return builder.backend();
  }

  private static void together(Map<String, String> options, List<Violation> found, String... keys) {
    long given = Stream.of(keys).filter(options::containsKey).count();
    if (given != 0 && given != keys.length) {
      found.add(new Violation(keys[0], "goes with " + String.join(", ", keys) + ": give all"));
    }
  }

  private CmfClient.Builder client(Map<String, String> options) {
    Map<String, String> all = new HashMap<>(variables);
    with(all, options, "url", "CONFLUENT_CMF_URL");
    with(all, options, "tls.key", "CONFLUENT_CMF_CLIENT_KEY_PATH");
    with(all, options, "tls.certificate", "CONFLUENT_CMF_CLIENT_CERT_PATH");
    with(all, options, "tls.ca", "CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH");
    CmfClient.Builder client = CmfClient.fromEnvironment(all);
    String token = options.get("token");
    if (token != null) {
      client.bearerToken(() -> token);
    }
    String user = options.get("user");
    String password = options.get("password");
    if (user != null && password != null) {
      client.basicAuth(user, () -> password);
    }
    String url = options.get("oauth.url");
    String id = options.get("oauth.client");
    String secret = options.get("oauth.secret");
    if (url != null && id != null && secret != null) {
      client.oauth(
          CmfOAuth.clientCredentials(ConnectionSettings.uri("oauth.url", url), id, () -> secret));
    }
    return client;
  }

  private static void with(
      Map<String, String> all, Map<String, String> options, String key, String variable) {
    String value = options.get(key);
    if (value != null) {
      all.put(variable, value);
    }
  }

  private static void set(CmfPlatform.Builder builder, String key, String value) {
    switch (key) {
      case "records" -> builder.records(Path.of(value));
      case "image" -> builder.image(value);
      case "state.base" -> builder.stateBase(value);
      case "shared.files" -> builder.sharedFiles(flag(value));
      case "flink.writes" -> builder.flinkWrites(flag(value));
      case "flink.versions" ->
          builder.flinkVersions(
              Stream.of(value.split(",", -1)).map(String::trim).map(FlinkVersion::parse).toList());
      case "stop.timeout" -> builder.stopTimeout(Duration.parse(value));
      default -> {
        // How CMF is reached, or unknown.
      }
    }
  }

  private static boolean flag(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException("must be 'true' or 'false', got '" + value + "'");
    };
  }
}
