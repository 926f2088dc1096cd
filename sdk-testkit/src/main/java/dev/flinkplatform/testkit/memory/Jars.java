package dev.flinkplatform.testkit.memory;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;

/** The jars of a job, as far as there are any: simulated jobs need none. */
final class Jars {

  private Jars() {}

  /** Whether all jars are files that can be read, and none holds the class. */
  static boolean lack(List<String> jars, String className) {
    return !jars.isEmpty() && jars.stream().allMatch(jar -> lacks(jar, className));
  }

  private static boolean lacks(String jar, String className) {
    try {
      Path path = jar.startsWith("file:") ? Path.of(URI.create(jar)) : Path.of(jar);
      if (!Files.isRegularFile(path)) {
        return false;
      }
      try (ZipFile zip = new ZipFile(path.toFile())) {
        return zip.stream()
            .map(e -> e.getName().replace('/', '.').replace('$', '.'))
            .noneMatch((className.replace('$', '.') + ".class")::equals);
      }
    } catch (IOException | IllegalArgumentException e) {
      return false; // Nothing that could be looked into.
    }
  }
}
