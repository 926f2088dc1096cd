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

/**
 * Makes the {@code local} backend of a configuration. Options: {@code root}, {@code flink.jars} and
 * {@code flink.home} (several directories separated by commas), {@code java.home}, {@code jvm.args}
 * (separated by blanks), {@code secrets}, {@code log.level}, {@code supervision} ({@code on} or
 * {@code off}).
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
                          "is no option of the local backend; known: root, flink.jars, flink.home, java.home, jvm.args,"
                              + " secrets, log.level, supervision"));
                }
              } catch (IllegalArgumentException e) {
                violations.add(new Violation(key, String.valueOf(e.getMessage())));
              }
            });
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

  private static List<Path> directories(String value) {
    List<Path> out = new ArrayList<>();
    for (String part : value.split(",", -1)) {
      out.add(Path.of(part.trim()));
    }
    return out;
  }
}
