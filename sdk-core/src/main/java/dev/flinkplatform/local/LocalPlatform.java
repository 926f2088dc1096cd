package dev.flinkplatform.local;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.internal.local.LocalBackend;
import dev.flinkplatform.internal.local.LocalSettings;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.spi.StepListener;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The entry to the {@code local} backend: Flink as processes of this machine, which survive the JVM
 * that started them.
 */
public final class LocalPlatform {

  private LocalPlatform() {}

  /**
   * Starts a builder.
   *
   * @return a new builder; not thread-safe
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds a platform on this machine. Not thread-safe. */
  public static final class Builder {

    private static final List<String> LOG_LEVELS =
        List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private Path root = Path.of(System.getProperty("user.home"), ".flinkplatform");
    private final List<FlinkDistribution> distributions = new ArrayList<>();
    private @Nullable Path javaHome;
    private List<String> jvmArgs = List.of();
    private @Nullable Path secrets;
    private String logLevel = "INFO";
    private Supervision supervision = Supervision.defaults();
    private UnaryOperator<URI> restAddress = UnaryOperator.identity();
    private StepListener steps = (operation, verb, step, moment) -> {};

    private Builder() {}

    /**
     * Sets where clusters, journals and, by default, checkpoints and savepoints live. All who name
     * the same directory see the same applications. Default: {@code ~/.flinkplatform}.
     *
     * @param value a directory of this machine; made when it is not there, for its owner only
     * @return this builder
     */
    public Builder root(Path value) {
      this.root = Objects.requireNonNull(value, "root");
      return this;
    }

    /**
     * Adds a Flink distribution; one for each minor version that applications name. Default: none,
     * which is refused.
     *
     * @param value the distribution
     * @return this builder
     */
    public Builder flink(FlinkDistribution value) {
      this.distributions.add(Objects.requireNonNull(value, "flink"));
      return this;
    }

    /**
     * Sets the JVM that runs Flink. Default: {@code JAVA_HOME}, else the JVM that runs the SDK. A
     * JVM that this Flink cannot run on is refused.
     *
     * @param value the home directory of a JDK or JRE
     * @return this builder
     */
    public Builder javaHome(Path value) {
      this.javaHome = Objects.requireNonNull(value, "javaHome");
      return this;
    }

    /**
     * Sets further arguments of every Flink JVM. Default: none. For tests, {@code -XX:+UseSerialGC
     * -XX:TieredStopAtLevel=1} halves the time to start.
     *
     * @param value the arguments, one per element; no secrets, every user of this machine can see
     *     them
     * @return this builder
     */
    public Builder jvmArgs(List<String> value) {
      this.jvmArgs = List.copyOf(value);
      return this;
    }

    /**
     * Sets where Secrets are read from, for {@code secretEnvironment}: a directory per Secret, a
     * file per key, as Kubernetes mounts them. Default: none, then Secret references are refused.
     * Values are given to Flink's processes by their environment and written nowhere.
     *
     * @param value the directory
     * @return this builder
     */
    public Builder secrets(Path value) {
      this.secrets = Objects.requireNonNull(value, "secrets");
      return this;
    }

    /**
     * Sets the root level of Flink's own logs. Default: {@code INFO}.
     *
     * @param value TRACE, DEBUG, INFO, WARN, ERROR or OFF
     * @return this builder
     * @throws IllegalArgumentException if it is none of these
     */
    public Builder logLevel(String value) {
      if (!LOG_LEVELS.contains(Objects.requireNonNull(value, "logLevel"))) {
        throw new IllegalArgumentException(
            "logLevel must be one of " + LOG_LEVELS + ", got '" + value + "'");
      }
      this.logLevel = value;
      return this;
    }

    /**
     * Sets whether, and how persistently, this platform starts processes again that died, while it
     * is open. Default: {@link Supervision#defaults()}.
     *
     * @param value the policy
     * @return this builder
     */
    public Builder supervision(Supervision value) {
      this.supervision = Objects.requireNonNull(value, "supervision");
      return this;
    }

    /**
     * Sets at which address the SDK talks to a Flink REST API: for tests and proxies. Default: at
     * its own. Flink itself is not told of it.
     *
     * @param value maps {@code http://127.0.0.1:port} of a JobManager to the address to use; called
     *     once for each JobManager, by several threads
     * @return this builder
     */
    public Builder restAddress(UnaryOperator<URI> value) {
      this.restAddress = Objects.requireNonNull(value, "restAddress");
      return this;
    }

    /**
     * Sets who hears of every journalled step: for tests that kill the process there. Default:
     * nobody.
     *
     * @param value the listener
     * @return this builder
     */
    public Builder steps(StepListener value) {
      this.steps = Objects.requireNonNull(value, "steps");
      return this;
    }

    /**
     * Opens the platform. Makes the root directory; starts nothing.
     *
     * @return the platform; close it when done
     * @throws InvalidSpecException if there is no distribution, or Flink cannot run on the JVM, or
     *     the root cannot be used
     */
    public FlinkPlatform connect() {
      return Platforms.of(backend(), steps, supervision);
    }

    PlatformBackend backend() {
      ResourceRef resource = new ResourceRef(LocalBackend.NAME, root.toString(), "");
      if (distributions.isEmpty()) {
        throw new InvalidSpecException(
            "LocalPlatform",
            List.of(
                new Violation(
                    "flink",
                    "no Flink is given; use flink(FlinkDistribution.jars(directory)) or .home(directory)")),
            resource);
      }
      try {
        return new LocalBackend(
            new LocalSettings(
                root,
                distributions,
                Optional.ofNullable(javaHome),
                jvmArgs,
                Optional.ofNullable(secrets),
                logLevel,
                restAddress,
                supervision.isOn(),
                System.getenv()));
      } catch (IllegalArgumentException | UncheckedIOException | BackendFault e) {
        throw new InvalidSpecException(
            "LocalPlatform",
            List.of(new Violation("local", String.valueOf(e.getMessage()))),
            resource);
      }
    }
  }
}
