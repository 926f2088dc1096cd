package dev.flinkplatform.local;

import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.internal.local.LocalBackend;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.PlatformProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes the {@code local} backend of a configuration. Options: {@code root}, {@code flink.jars} and
 * {@code flink.home} (several directories separated by commas), {@code flink.release} (several
 * versions separated by commas, fetched when they are not there), {@code flink.release.url} (base
 * URLs) and {@code flink.release.cache} for these, {@code java.home}, {@code jvm.args} (separated
 * by blanks), {@code secrets}, {@code log.level}, {@code supervision} ({@code on} or {@code off}).
 */
public final class LocalProvider implements PlatformProvider {

  /** Makes the provider; ServiceLoader does. */
  public LocalProvider() {}

  @Override
  public String name() {
    return LocalBackend.NAME;
  }

  @Override
  public PlatformBackend create(PlatformConfig config) {
    List<Violation> violations = new ArrayList<>();
    LocalPlatform.Builder builder = LocalPlatform.builder();
    config
        .options()
        .forEach(
            (key, value) -> {
              try {
                if (!set(builder, key, value)) {
                  violations.add(
                      new Violation(
                          key,
                          "is no option of the local backend; known: root, flink.jars, flink.home,"
                              + " flink.release, flink.release.url, flink.release.cache,"
                              + " java.home, jvm.args, secrets, log.level, supervision"));
                }
              } catch (IllegalArgumentException e) {
                violations.add(new Violation(key, String.valueOf(e.getMessage())));
              }
            });
    // Last, so that nothing is fetched for a configuration that is wrong.
    String releases = config.options().get("flink.release");
    if (releases != null && violations.isEmpty()) {
      try {
        ReleaseOptions options = releaseOptions(config.options());
        for (String version : words(releases)) {
          builder.flink(FlinkDistribution.release(version, options));
        }
      } catch (IllegalArgumentException e) {
        violations.add(new Violation("flink.release", String.valueOf(e.getMessage())));
      }
    }
    if (!violations.isEmpty()) {
      throw new InvalidSpecException(
          "PlatformConfig",
          violations,
          new ResourceRef(LocalBackend.NAME, config.options().getOrDefault("root", "-"), ""));
    }
    return builder.backend();
  }

  private static boolean set(LocalPlatform.Builder builder, String key, String value) {
    switch (key) {
      case "root" -> builder.root(Path.of(value));
      case "flink.jars" ->
          directories(value).forEach(d -> builder.flink(FlinkDistribution.jars(d)));
      case "flink.home" ->
          directories(value).forEach(d -> builder.flink(FlinkDistribution.home(d)));
      case "flink.release", "flink.release.url", "flink.release.cache" -> {
        // Read together, below.
      }
      case "java.home" -> builder.javaHome(Path.of(value));
      case "jvm.args" ->
          builder.jvmArgs(value.isBlank() ? List.of() : List.of(value.trim().split("\\s+")));
      case "secrets" -> builder.secrets(Path.of(value));
      case "log.level" -> builder.logLevel(value);
      case "supervision" -> builder.supervision(supervision(value));
      default -> {
        return false;
      }
    }
    return true;
  }

  private static Supervision supervision(String value) {
    return switch (value) {
      case "on" -> Supervision.defaults();
      case "off" -> Supervision.off();
      default -> throw new IllegalArgumentException("must be 'on' or 'off', got '" + value + "'");
    };
  }

  private static ReleaseOptions releaseOptions(Map<String, String> options) {
    ReleaseOptions.Builder builder = ReleaseOptions.builder();
    String urls = options.get("flink.release.url");
    if (urls != null) {
      words(urls).forEach(builder::baseUrl);
    }
    String cache = options.get("flink.release.cache");
    if (cache != null) {
      builder.cache(Path.of(cache));
    }
    return builder.build();
  }

  private static List<Path> directories(String value) {
    return words(value).stream().map(Path::of).toList();
  }

  private static List<String> words(String value) {
    return Stream.of(value.split(",", -1)).map(String::trim).toList();
  }
}
