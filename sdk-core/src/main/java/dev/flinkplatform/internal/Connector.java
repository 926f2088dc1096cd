package dev.flinkplatform.internal;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.PlatformProvider;
import dev.flinkplatform.spi.Platforms;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the one backend of a name; ServiceLoader is only the directory. */
public final class Connector {

  private Connector() {}

  /**
   * Connects.
   *
   * @param config the backend's name and options
   * @param loader where providers are looked for
   * @return the platform
   */
  public static FlinkPlatform connect(PlatformConfig config, ClassLoader loader) {
    List<PlatformProvider> all = new ArrayList<>();
    ServiceLoader.load(PlatformProvider.class, loader).forEach(all::add);
    List<PlatformProvider> named =
        all.stream().filter(p -> p.name().equals(config.backend())).toList();
    ResourceRef resource = new ResourceRef(config.backend(), "-", "");
    if (named.size() != 1) {
      throw new InvalidSpecException(
          "PlatformConfig",
          List.of(
              new Violation(
                  "backend",
                  (named.isEmpty() ? "no backend" : named.size() + " backends")
                      + " of the name '"
                      + config.backend()
                      + "' on the class path; found: "
                      + all.stream().map(Connector::describe).collect(Collectors.joining(", "))
                      + ". Add the backend's artifact once")),
          resource);
    }
    try {
      return Platforms.of(named.get(0).create(config));
    } catch (BackendFault e) {
      throw e.retryable()
          ? new BackendUnavailableException("Cannot connect: " + e.failure().message(), resource, e)
          : new BackendRejectedException(
              "Cannot connect: " + e.failure().message(), resource, 0, e);
    }
  }

  private static String describe(PlatformProvider provider) {
    @Nullable CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    return "'"
        + provider.name()
        + "' ("
        + provider.getClass().getName()
        + " in "
        + (source == null ? "an unknown place" : source.getLocation())
        + ")";
  }
}
