package dev.flinkplatform.testkit;

import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.SecretRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that the contract tests use, and a search for them in everything that is written below a
 * root: journals, logs, configuration, archives, checkpoints. {@code .ci/run} looks for them in the
 * tests' reports.
 */
public final class SecretScan {

  /** The value of a Secret: may stand in no file but its own. */
  public static final String SECRET = "canary-of-the-secret-5e1f0a";

  /** An environment variable's value: the journal holds the specification, for its owner only. */
  public static final String ENVIRONMENT = "canary-of-the-environment-5e1f0a";

  /** A password in Flink's configuration: Flink must find it in its configuration file. */
  public static final String PASSWORD = "canary-of-the-configuration-5e1f0a";

  /** What a control plane is let in with: may stand nowhere. */
  public static final String TOKEN = "canary-of-the-token-5e1f0a";

  public static final Set<String> ALL = Set.of(SECRET, ENVIRONMENT, PASSWORD, TOKEN);
  private static final SecretRef REFERENCE = new SecretRef("contract", "token");

  private static final String JOURNAL = "journal.json";

  /**
   * The files that must hold a value, by how their names begin; everything else must not. The
   * journal holds specifications, which another process goes on with; Flink reads its configuration
   * from a file. Both are the owner's only. And Flink puts its configuration into the job that it
   * keeps in the storage of high availability, which nobody can keep it from.
   */
  private static final Map<String, List<String>> ALLOWED =
      Map.of(
          ENVIRONMENT, List.of(JOURNAL),
          PASSWORD,
              List.of(
                  JOURNAL,
                  "config.yaml",
                  "flink-conf.yaml",
                  "submittedExecutionPlan",
                  "submittedJobGraph"));

  private SecretScan() {}

  /** Whether the tests use these secrets; {@code -Dflinkplatform.test.canaries=false}: no. */
  public static boolean isOn() {
    return Boolean.parseBoolean(System.getProperty("flinkplatform.test.canaries", "true"));
  }

  /** Lets a specification use the secrets, if the tests do. */
  public static ApplicationSpec.Builder use(ApplicationSpec.Builder spec) {
    return isOn()
        ? spec.putSecretEnvironment("CONTRACT_TOKEN", REFERENCE)
            .putEnvironment("CONTRACT_ENVIRONMENT", ENVIRONMENT)
            .putFlinkConfig("contract.password", PASSWORD)
        : spec;
  }

  /** Where the Secret is, below a directory; made if it is not there. */
  public static Path directory(Path parent) {
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

  /**
   * The files below a directory that show a secret, in words.
   *
   * @param journals directories whose files hold specifications, as {@code journal.json} does
   */
  public static List<String> of(Path directory, Path... journals) {
    List<String> found = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      return found;
    }
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (attributes.isRegularFile()) {
                look(file, List.of(journals), found);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // It went meanwhile: processes run.
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static void look(Path file, List<Path> journals, List<String> found) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return;
    }
    if (file.endsWith(Path.of(REFERENCE.secret(), REFERENCE.key()))) {
      return; // where it comes from
    }
    boolean journal = journals.stream().anyMatch(file::startsWith);
    String name = journal ? JOURNAL : String.valueOf(file.getFileName());
    for (String secret : ALL) {
      boolean allowed = ALLOWED.getOrDefault(secret, List.of()).stream().anyMatch(name::startsWith);
      if (text.contains(secret) && !allowed) {
        found.add(file + " shows " + secret);
      }
    }
  }
}
