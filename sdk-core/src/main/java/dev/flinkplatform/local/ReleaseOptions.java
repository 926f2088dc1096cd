package dev.flinkplatform.local;

import dev.flinkplatform.internal.local.ReleaseStore;
import dev.flinkplatform.spec.FlinkVersion;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a release of Flink comes from and where it is kept. Immutable and thread-safe, if the
 * listener is.
 */
public final class ReleaseOptions {

  /** The environment variable that names the base URLs, separated by commas. */
  public static final String BASE_URL_VARIABLE = "FLINKPLATFORM_RELEASES_URL";

  /** The environment variable that names the cache directory. */
  public static final String CACHE_VARIABLE = "FLINKPLATFORM_RELEASES_CACHE";

  /** Current releases are on the CDN, all that ever were are in the archive. */
  private static final List<URI> OFFICIAL =
      List.of(
          URI.create("https://dlcdn.apache.org/flink"),
          URI.create("https://archive.apache.org/dist/flink"));

  private final List<URI> baseUrls;
  private final Path cache;
  private final @Nullable String sha512;
  private final Duration timeout;
  private final Consumer<ReleaseProgress> listener;

  private ReleaseOptions(Builder b) {
    this.baseUrls = b.baseUrls.isEmpty() ? urls(b.environment) : List.copyOf(b.baseUrls);
    this.cache =
        Objects.requireNonNullElseGet(b.cache, () -> cache(b.environment))
            .toAbsolutePath()
            .normalize();
    this.sha512 = b.sha512;
    this.timeout = b.timeout;
    this.listener = b.listener;
  }

  private static List<URI> urls(Map<String, String> environment) {
    String value = environment.getOrDefault(BASE_URL_VARIABLE, "").trim();
    if (value.isEmpty()) {
      return OFFICIAL;
    }
    List<URI> urls = new ArrayList<>();
    for (String part : value.split(",", -1)) {
      urls.add(checked(BASE_URL_VARIABLE, part.trim()));
    }
    return List.copyOf(urls);
  }

  private static Path cache(Map<String, String> environment) {
    String own = environment.getOrDefault(CACHE_VARIABLE, "").trim();
    if (!own.isEmpty()) {
      return Path.of(own);
    }
    // As the XDG rules say: a relative path there is to be ignored.
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "").trim();
    Path caches =
        !xdg.isEmpty() && Path.of(xdg).isAbsolute()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    return caches.resolve("flinkplatform").resolve("flink");
  }

  private static URI checked(String what, String text) {
    try {
      URI uri = URI.create(text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https"))
          && uri.getHost() != null
          && uri.getQuery() == null
          && uri.getFragment() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below, without what may be a password.
    }
    throw new IllegalArgumentException(
        what
            + " must be an http or https address without query, such as"
            + " https://archive.apache.org/dist/flink, got '"
            + text.replaceFirst("//[^/@]*@", "//***@")
            + "'");
  }

  /**
   * Returns the options that the environment says.
   *
   * @return the options
   * @throws IllegalArgumentException if an environment variable holds no address
   */
  public static ReleaseOptions defaults() {
    return builder().build();
  }

  /**
   * Starts a builder.
   *
   * @return a new builder; not thread-safe
   */
  public static Builder builder() {
    return new Builder(System.getenv());
  }

  static Builder builder(Map<String, String> environment) {
    return new Builder(environment);
  }

  /**
   * Returns where releases are looked for.
   *
   * @return base URLs, in the order they are asked; unmodifiable
   */
  public List<URI> baseUrls() {
    return baseUrls;
  }

  /**
   * Returns where releases are kept.
   *
   * @return an absolute path
   */
  public Path cache() {
    return cache;
  }

  FlinkDistribution fetch(FlinkVersion version) {
    return FlinkDistribution.home(
        new ReleaseStore(
                cache,
                baseUrls,
                Optional.ofNullable(sha512),
                timeout,
                (stage, bytes, total) ->
                    listener.accept(
                        new ReleaseProgress(
                            version, ReleaseProgress.Stage.valueOf(stage.name()), bytes, total)))
            .home(version));
  }

  /** Leaves out what may be a password. */
  @Override
  public String toString() {
    return "ReleaseOptions[baseUrls="
        + baseUrls.stream().map(ReleaseStore::shown).toList()
        + ", cache="
        + cache
        + "]";
  }

  /** Builds options. Not thread-safe. */
  public static final class Builder {

    private final Map<String, String> environment;
    private final List<URI> baseUrls = new ArrayList<>();
    private @Nullable Path cache;
    private @Nullable String sha512;
    private Duration timeout = Duration.ofSeconds(30);
    private Consumer<ReleaseProgress> listener = p -> {};

    private Builder(Map<String, String> environment) {
      this.environment = environment;
    }

    /**
     * Adds a place to look for releases, before those added later. Below it there is {@code
     * flink-<version>/flink-<version>-bin-scala_2.12.tgz} with a {@code .sha512} beside it.
     * Default: the environment variable {@link #BASE_URL_VARIABLE}, else Apache's CDN and then
     * Apache's archive.
     *
     * @param value an http or https address; with {@code user:password@} it is asked with these,
     *     and they are shown nowhere
     * @return this builder
     * @throws IllegalArgumentException if it is no such address
     */
    public Builder baseUrl(String value) {
      baseUrls.add(checked("baseUrl", value));
      return this;
    }

    /**
     * Sets where releases are kept, half a gigabyte each. Any number of processes may share it.
     * Default: the environment variable {@link #CACHE_VARIABLE}, else {@code
     * $XDG_CACHE_HOME/flinkplatform/flink}, else {@code ~/.cache/flinkplatform/flink}.
     *
     * @param value a directory of this machine; made when it is not there
     * @return this builder
     */
    public Builder cache(Path value) {
      this.cache = Objects.requireNonNull(value, "cache");
      return this;
    }

    /**
     * Sets the checksum the archive must have. Default: what the {@code .sha512} beside it says.
     *
     * @param value 128 hexadecimal digits
     * @return this builder
     * @throws IllegalArgumentException if it is something else
     */
    public Builder sha512(String value) {
      String text = value.trim().toLowerCase(Locale.ROOT);
      if (!text.matches("[0-9a-f]{128}")) {
        throw new IllegalArgumentException(
            "sha512 must be 128 hexadecimal digits, got '" + value + "'");
      }
      this.sha512 = text;
      return this;
    }

    /**
     * Sets how long the server may say nothing; not how long all may take. Default: 30 s.
     *
     * @param value at least one millisecond, at most a day
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder timeout(Duration value) {
      if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("timeout must be 1 ms to 1 day, got " + value);
      }
      this.timeout = value;
      return this;
    }

    /**
     * Sets who hears of the progress, on the calling thread, a few times a second. What it throws
     * is ignored, except {@link Error}s. Default: nobody.
     *
     * @param value the listener
     * @return this builder
     */
    public Builder onProgress(Consumer<ReleaseProgress> value) {
      this.listener = Objects.requireNonNull(value, "onProgress");
      return this;
    }

    /**
     * Makes the options; asks nobody.
     *
     * @return the options
     * @throws IllegalArgumentException if an environment variable that is needed holds no address
     */
    public ReleaseOptions build() {
      return new ReleaseOptions(this);
    }
  }
}
