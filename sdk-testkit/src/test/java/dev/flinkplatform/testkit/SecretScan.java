package dev.flinkplatform.testkit;

import dev.flinkplatform.spec.SecretRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Secrets that the contract tests use, and a search for them in everything that is written below a
 * root: journals, logs, configuration, archives, checkpoints. {@code .ci/run} looks for them in the
 * tests' reports.
 */
final class SecretScan {

  /** The value of a Secret: may stand in no file but its own. */
  static final String SECRET = "canary-of-the-secret-5e1f0a";

  /** An environment variable's value: the journal holds the specification, for its owner only. */
  static final String ENVIRONMENT = "canary-of-the-environment-5e1f0a";

  /** A password in Flink's configuration: Flink must find it in its configuration file. */
  static final String PASSWORD = "canary-of-the-configuration-5e1f0a";

  static final Set<String> ALL = Set.of(SECRET, ENVIRONMENT, PASSWORD);
  static final SecretRef REFERENCE = new SecretRef("contract", "token");

  /** The files that must hold a value, by name; everything else must not. */
  private static final Map<String, List<String>> ALLOWED =
      Map.of(
          ENVIRONMENT, List.of("journal.json"),
          PASSWORD, List.of("journal.json", "config.yaml", "flink-conf.yaml"));

  private SecretScan() {}

  /** Whether the tests use these secrets: {@code -Dflinkplatform.test.canaries=true}. */
  static boolean isOn() {
    return Boolean.getBoolean("flinkplatform.test.canaries");
  }

  /** Where the Secret is, below a directory; made if it is not there. */
  static Path directory(Path parent) {
    Path secrets = parent.resolve("secrets");
    Path file = secrets.resolve(REFERENCE.secret()).resolve(REFERENCE.key());
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, SECRET);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return secrets;
  }

  /** The files below a root that show a secret, in words. */
  static List<String> of(Path root) {
    List<String> found = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return found;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        look(file, found);
      }
    } catch (IOException | UncheckedIOException e) {
      // A directory went while it was walked through: processes run. The next test looks again.
    }
    return found;
  }

  private static void look(Path file, List<String> found) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return;
    }
    String name = String.valueOf(file.getFileName());
    for (String secret : ALL) {
      if (text.contains(secret) && !ALLOWED.getOrDefault(secret, List.of()).contains(name)) {
        found.add(file + " shows " + secret);
      }
    }
  }
}
