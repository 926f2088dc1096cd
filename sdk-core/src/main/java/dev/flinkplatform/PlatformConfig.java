package dev.flinkplatform;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which backend to connect to, and its options as text.
 *
 * <p>Immutable and thread-safe. {@code toString} shows no option value.
 */
public final class PlatformConfig {

  private final String backend;
  private final Map<String, String> options;

  private PlatformConfig(Builder b) {
    this.backend = b.backend;
    this.options = Collections.unmodifiableMap(new LinkedHashMap<>(b.options));
  }

  /**
   * Starts a builder.
   *
   * @param backend the backend's name: {@code local}, {@code kubernetes-standalone}, {@code
   *     kubernetes-native}, {@code operator} or {@code cmf}
   * @return a new builder; not thread-safe
   */
  public static Builder builder(String backend) {
    return new Builder(backend);
  }

  /**
   * Starts a builder that holds the same values.
   *
   * @return a new builder; not thread-safe
   */
  public Builder toBuilder() {
    Builder b = new Builder(backend);
    b.options.putAll(options);
    return b;
  }

  /**
   * Returns the backend's name: {@code local}, {@code kubernetes-standalone}, {@code
   * kubernetes-native}, {@code operator} or {@code cmf}.
   *
   * @return the backend's name: {@code local}, {@code kubernetes-standalone}, {@code
   *     kubernetes-native}, {@code operator} or {@code cmf}
   */
  public String backend() {
    return backend;
  }

  /**
   * Returns the backend's options by name; an option that the backend does not know is refused.
   *
   * @return the backend's options by name; an option that the backend does not know is refused;
   *     unmodifiable
   */
  public Map<String, String> options() {
    return options;
  }

  private static final String PREFIX = "FLINKPLATFORM_";

  /**
   * Reads the configuration from the environment: {@code FLINKPLATFORM_BACKEND} names the backend
   * (default {@code local}); every other {@code FLINKPLATFORM_X_Y} is the option {@code x.y}.
   *
   * @return the configuration
   */
  public static PlatformConfig fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  static PlatformConfig fromEnvironment(Map<String, String> environment) {
    Builder builder = builder(environment.getOrDefault(PREFIX + "BACKEND", "local"));
    new TreeMap<>(environment)
        .forEach(
            (key, value) -> {
              if (key.startsWith(PREFIX) && !key.equals(PREFIX + "BACKEND")) {
                builder.put(
                    key.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.'),
                    value);
              }
            });
    return builder.build();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof PlatformConfig that
        && Objects.equals(backend, that.backend)
        && Objects.equals(options, that.options);
  }

  @Override
  public int hashCode() {
    return Objects.hash(backend, options);
  }

  /**
   * Returns the backend and the names of the options.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "PlatformConfig{backend=" + backend + ", options=" + options.keySet() + "}";
  }

  /** Builds a {@link PlatformConfig}. Not thread-safe. */
  public static final class Builder {

    private final String backend;
    private final Map<String, String> options = new LinkedHashMap<>();

    private Builder(String backend) {
      this.backend = Objects.requireNonNull(backend, "backend");
    }

    /**
     * Replaces the backend's options by name; an option that the backend does not know is refused.
     * Default: none.
     *
     * @param values the backend's options by name; an option that the backend does not know is
     *     refused; copied
     * @return this builder
     */
    public Builder options(Map<String, String> values) {
      this.options.clear();
      this.options.putAll(values);
      return this;
    }

    /**
     * Puts one of the backend's options by name; an option that the backend does not know is
     * refused.
     *
     * @param key the name
     * @param value the value
     * @return this builder
     */
    public Builder put(String key, String value) {
      this.options.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Builds it.
     *
     * @return the value; immutable
     */
    public PlatformConfig build() {
      return new PlatformConfig(this);
    }
  }
}
