package dev.flinkplatform.internal.local;

import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Flink jars the build gathers, and a class loader to ask them. */
public final class FlinkJars {

  private FlinkJars() {}

  /** Returns the directory of a version's jars. */
  public static Path directory(FlinkVersion version) {
    String property = "flinkplatform.test.flink" + version.major() + version.minor();
    String value = System.getProperty(property);
    if (value == null || !Files.isDirectory(Path.of(value))) {
      throw new IllegalStateException(
          property + "='" + value + "' is no directory. Build flink-distributions first.");
    }
    return Path.of(value);
  }

  /** Returns a loader that sees Flink and the JDK, and nothing of the SDK. */
  public static URLClassLoader loader(FlinkVersion version) {
    try (Stream<Path> files = Files.list(directory(version))) {
      URL[] urls =
          files
              .filter(f -> f.toString().endsWith(".jar"))
              .sorted()
              .map(FlinkJars::url)
              .toArray(URL[]::new);
      return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<FlinkVersion> versions() {
    return List.of(FlinkVersion.of(1, 20), FlinkVersion.of(2, 3));
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
