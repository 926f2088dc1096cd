package dev.flinkplatform.cmf;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfException;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.spi.StepListener;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entry to the {@code cmf} backend: Flink as applications of an environment of Confluent
 * Manager for Apache Flink (2.1 and later for everything that keeps state).
 */
public final class CmfPlatform {

  private CmfPlatform() {}

  /**
   * Starts a builder.
   *
   * @param client how CMF is reached: address, credentials, TLS; for example {@link
   *     CmfClient#fromEnvironment()}
   * @param environment the environment that the applications are in; it must be there
   * @return a new builder; not thread-safe
   */
  public static Builder builder(CmfClient.Builder client, String environment) {
    return new Builder(client, environment);
  }

  /**
   * Starts a builder for a CMF that asks for no credentials.
   *
   * @param url the address of CMF, for example {@code http://cmf-service}
   * @param environment the environment that the applications are in; it must be there
   * @return a new builder; not thread-safe
   * @throws IllegalArgumentException if the address is none
   */
  public static Builder builder(URI url, String environment) {
    return builder(CmfClient.builder(url), environment);
  }

  /** Builds a platform on CMF. Not thread-safe. */
  public static final class Builder {

    private static final Pattern LOCATION = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:/.*|/.*");

    private final CmfClient.Builder client;
    private final String environment;
    private @Nullable Path records;
    private @Nullable String image;
    private @Nullable String stateBase;
    private boolean sharedFiles;
    private boolean flinkWrites;
    private List<FlinkVersion> flinkVersions = FlinkVersion.known();
    private Duration stopTimeout = Duration.ofMinutes(15);
    private StepListener steps = (operation, verb, step, moment) -> {};

    private Builder(CmfClient.Builder client, String environment) {
      this.client = Objects.requireNonNull(client, "client");
      this.environment = Objects.requireNonNull(environment, "environment");
    }

    /**
     * Sets where the journal of operations is kept: CMF has no compare-and-set, so it cannot. All
     * processes that change the same applications must share the directory, with its file locks.
     * Default: a directory per address and environment below {@code ~/.flinkplatform/cmf}.
     *
     * @param value a directory; made when it is not there, for its owner only
     * @return this builder
     */
    public Builder records(Path value) {
      this.records = Objects.requireNonNull(value, "records");
      return this;
    }

    /**
     * Sets the image of applications that name none. Default: none, then they must, or the
     * environment's defaults.
     *
     * @param value for example {@code confluentinc/cp-flink:1.20.2-cp1}
     * @return this builder
     */
    public Builder image(String value) {
      this.image = Objects.requireNonNull(value, "image");
      return this;
    }

    /**
     * Sets below which location checkpoints and savepoints of applications go that name none, each
     * in {@code <base>/<environment>/<application>}. Default: none, then they must.
     *
     * @param value a URI that all of Flink's pods can write, for example {@code s3://bucket/flink}
     * @return this builder
     */
    public Builder stateBase(String value) {
      this.stateBase = Objects.requireNonNull(value, "stateBase");
      return this;
    }

    /**
     * Sets whether {@code file:} locations mean the same files here as for Flink's processes: then
     * the SDK finds checkpoints, and removes state, by itself. Default: false.
     *
     * @param value true only if the same file system is mounted at the same path
     * @return this builder
     */
    public Builder sharedFiles(boolean value) {
      this.sharedFiles = value;
      return this;
    }

    /**
     * Sets whether CMF's proxy to Flink's REST API lets requests through that trigger checkpoints:
     * then {@link dev.flinkplatform.Capability#CHECKPOINT} is there. Confluent does not document
     * it. Default: false.
     *
     * @param value whether it does
     * @return this builder
     */
    public Builder flinkWrites(boolean value) {
      this.flinkWrites = value;
      return this;
    }

    /**
     * Sets the Flink versions that CMF has images for; others are refused at once. Default: all
     * that the SDK knows.
     *
     * @param values one or more
     * @return this builder
     */
    public Builder flinkVersions(Collection<FlinkVersion> values) {
      this.flinkVersions = List.copyOf(values);
      return this;
    }

    /**
     * Sets how long CMF's operator may take to stop a job with a savepoint, since it would try for
     * ever: then the wish is withdrawn, and the operation fails. Default: 15 minutes.
     *
     * @param value more than zero
     * @return this builder
     */
    public Builder stopTimeout(Duration value) {
      this.stopTimeout = Objects.requireNonNull(value, "stopTimeout");
      return this;
    }

    /**
     * Sets what hears of every journalled step; for tests. Default: nothing.
     *
     * @param value the listener
     * @return this builder
     */
    public Builder steps(StepListener value) {
      this.steps = Objects.requireNonNull(value, "steps");
      return this;
    }

    /**
     * Connects. Asks CMF for its version and the environment; changes nothing there. Blocks for
     * some requests.
     *
     * @return the platform; close it
     * @throws InvalidSpecException if a setting is wrong, with every fault at once
     * @throws BackendUnavailableException if CMF cannot be reached
     * @throws BackendRejectedException if CMF refuses, or has no such environment
     */
    public FlinkPlatform connect() {
      try {
        return Platforms.of(backend(), steps, Supervision.off());
      } catch (BackendFault e) {
        ResourceRef resource = new ResourceRef(CmfBackend.NAME, environment, "");
        throw e.retryable()
            ? new BackendUnavailableException(
                "Cannot connect: " + e.failure().message(), resource, e)
            : new BackendRejectedException(
                "Cannot connect: " + e.failure().message(), resource, 0, e);
      }
    }

    PlatformBackend backend() {
      List<Violation> found = new ArrayList<>();
      if (environment.isBlank()) {
        found.add(new Violation("environment", "is needed"));
      }
      if (stateBase != null && !LOCATION.matcher(stateBase).matches()) {
        found.add(
            new Violation(
                "state.base", "must be a URI or an absolute path, got '" + stateBase + "'"));
      }
      if (flinkVersions.isEmpty()) {
        found.add(new Violation("flink.versions", "needs at least one"));
      }
      if (stopTimeout.isNegative() || stopTimeout.isZero()) {
        found.add(new Violation("stop.timeout", "must be more than zero, got " + stopTimeout));
      }
      if (!found.isEmpty()) {
        throw new InvalidSpecException(
            "CmfPlatform", found, new ResourceRef(CmfBackend.NAME, environment, ""));
      }
      CmfClient connected;
      try {
        connected = client.connect();
      } catch (IllegalArgumentException e) {
        throw new InvalidSpecException(
            "CmfPlatform",
            List.of(new Violation("client", String.valueOf(e.getMessage()))),
            new ResourceRef(CmfBackend.NAME, environment, ""));
      } catch (CmfException e) {
        throw e.retryable()
            ? BackendFault.unavailable(String.valueOf(e.getMessage()), e)
            : BackendFault.permanent(
                Failure.of(Failure.Kind.OTHER, String.valueOf(e.getMessage())), e);
      }
      Applications applications = new Applications(connected, environment);
      try {
        Object unused = applications.environmentDefaults(); // it must be there
        return new CmfBackend(settings(connected), applications);
      } catch (RuntimeException | Error e) {
        applications.close();
        throw e;
      }
    }

    private CmfSettings settings(CmfClient connected) {
      Path place =
          records != null
              ? records
              : Path.of(System.getProperty("user.home"), ".flinkplatform", "cmf")
                  .resolve(directoryName(connected.base()))
                  .resolve(environment);
      return new CmfSettings(
          connected.base(),
          environment,
          place,
          Optional.ofNullable(image),
          Optional.ofNullable(stateBase).map(b -> b.replaceAll("/+$", "")),
          sharedFiles,
          flinkWrites,
          flinkVersions,
          stopTimeout);
    }

    private static String directoryName(URI url) {
      return url.toString()
          .toLowerCase(Locale.ROOT)
          .replaceFirst("^https?://", "")
          .replaceAll("/+$", "")
          .replaceAll("[^a-z0-9.-]", "_");
    }
  }
}
