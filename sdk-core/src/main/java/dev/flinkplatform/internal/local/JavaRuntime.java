package dev.flinkplatform.internal.local;

import dev.flinkplatform.spec.FlinkVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JVM that runs Flink, which need not be the SDK's own: Flink runs on fewer Java versions.
 *
 * <p>Immutable and thread-safe.
 */
public final class JavaRuntime {

  private static final Pattern VERSION = Pattern.compile("version \"?([0-9][^\"\\s]*)");
  private static final Pattern RELEASE = Pattern.compile("JAVA_VERSION=\"?([0-9][^\"\\s]*)\"?");
  private static final long PROBE_SECONDS = 20;

  /** Flink's own {@code env.java.opts.all} of 2.1 to 2.3. */
  private static final List<String> MODULE_FLAGS =
      List.of(
          "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
          "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
          "--add-exports=jdk.compiler/com.sun.tools.javac.api=ALL-UNNAMED",
          "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
          "--add-exports=jdk.compiler/com.sun.tools.javac.parser=ALL-UNNAMED",
          "--add-exports=jdk.compiler/com.sun.tools.javac.tree=ALL-UNNAMED",
          "--add-exports=jdk.compiler/com.sun.tools.javac.util=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.net=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.text=ALL-UNNAMED",
          "--add-opens=java.base/java.time=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

  private final Path home;
  private final Path javaBinary;
  private final String versionText;
  private final int featureVersion;
  private final String source;

  private JavaRuntime(Path home, Path javaBinary, String versionText, String source) {
    this.home = home;
    this.javaBinary = javaBinary;
    this.versionText = versionText;
    this.featureVersion = featureOf(versionText);
    this.source = source;
  }

  /**
   * Chooses the JVM: the configured one, else the one of {@code JAVA_HOME}, else the SDK's own.
   *
   * @param configuredHome the home of the JVM the user asked for
   * @param env the environment to look for {@code JAVA_HOME} in
   * @param flink the Flink version to run
   * @return a JVM that runs that Flink
   * @throws IllegalArgumentException if the first of them that is given is no JVM, or Flink does
   *     not run on it; another one is never taken silently
   */
  public static JavaRuntime choose(
      Optional<Path> configuredHome, Map<String, String> env, FlinkVersion flink) {
    String javaHome = env.getOrDefault("JAVA_HOME", "").trim();
    JavaRuntime runtime;
    if (configuredHome.isPresent()) {
      runtime = probe(configuredHome.get(), "option javaHome");
    } else if (!javaHome.isEmpty()) {
      runtime = probe(path(javaHome), "environment variable JAVA_HOME");
    } else {
      runtime =
          probe(
              Path.of(System.getProperty("java.home")),
              "the JVM the SDK runs on, as neither option javaHome nor JAVA_HOME is set");
    }
    List<Integer> accepted = accepted(flink);
    if (!accepted.contains(runtime.featureVersion)) {
      throw new IllegalArgumentException(
          "Flink "
              + flink
              + " does not run on Java "
              + runtime.featureVersion
              + ": home='"
              + runtime.home
              + "' (from: "
              + runtime.source
              + "), version='"
              + runtime.versionText
              + "', accepted="
              + accepted
              + ". Name a JVM that fits: LocalPlatform.builder().javaHome(path).");
    }
    return runtime;
  }

  /**
   * Returns the Java feature versions a Flink version runs on.
   *
   * @param flink the Flink version
   * @return for example 11, 17 and 21
   */
  public static List<Integer> accepted(FlinkVersion flink) {
    if (flink.isAtLeast(2, 0)) {
      return List.of(11, 17, 21);
    }
    return flink.isAtLeast(1, 19) ? List.of(8, 11, 17, 21) : List.of(8, 11, 17);
  }

  /** Returns the JVM's home directory. */
  public Path home() {
    return home;
  }

  /** Returns the {@code java} executable. */
  public Path javaBinary() {
    return javaBinary;
  }

  /** Returns for example 17. */
  public int featureVersion() {
    return featureVersion;
  }

  /** Returns where the choice came from, in words for a message. */
  public String source() {
    return source;
  }

  /**
   * Returns the JVM flags Flink needs on this JVM, whatever its memory: opened modules and the
   * like, as Flink's distribution sets them.
   *
   * @param flink the Flink version
   * @return the flags
   */
  public List<String> moduleFlags(FlinkVersion flink) {
    List<String> flags = new ArrayList<>();
    flags.add("-XX:+IgnoreUnrecognizedVMOptions");
    if (featureVersion >= 18 && featureVersion < 24) {
      flags.add("-Djava.security.manager=allow");
    }
    if (featureVersion >= 9) {
      if (!flink.isAtLeast(2, 1)) {
        flags.add("--add-exports=java.base/sun.net.util=ALL-UNNAMED");
      }
      flags.addAll(MODULE_FLAGS);
    }
    return List.copyOf(flags);
  }

  @Override
  public String toString() {
    return "JavaRuntime[home=" + home + ", version=" + versionText + ", source=" + source + "]";
  }

  static int featureOf(String version) {
    String[] parts = version.split("[^0-9]+", 3);
    int first = Integer.parseInt(parts[0]);
    return first == 1 && parts.length > 1 && !parts[1].isEmpty()
        ? Integer.parseInt(parts[1])
        : first;
  }

  private static JavaRuntime probe(Path given, String source) {
    Path home = given.toAbsolutePath().normalize();
    boolean windows =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    Path binary = home.resolve("bin").resolve(windows ? "java.exe" : "java");
    if (!Files.isExecutable(binary)) {
      throw unusable(home, source, "there is no executable '" + binary + "'");
    }
    String version =
        readRelease(home.resolve("release")).orElseGet(() -> ask(binary, home, source));
    return new JavaRuntime(home, binary, version, source);
  }

  private static Optional<String> readRelease(Path release) {
    try {
      Matcher m = RELEASE.matcher(Files.readString(release, StandardCharsets.ISO_8859_1));
      return m.find() ? Optional.of(m.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String ask(Path binary, Path home, String source) {
    Process process;
    try {
      process = new ProcessBuilder(binary.toString(), "-version").redirectErrorStream(true).start();
    } catch (IOException e) {
      throw unusable(home, source, "'" + binary + " -version' failed: " + e.getMessage());
    }
    boolean interrupted = false;
    try {
      process.getOutputStream().close();
      boolean ended = process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS);
      // What a JVM says about its version fits into the pipe, so it ends before anybody reads.
      if (!ended) {
        throw unusable(home, source, "'" + binary + " -version' did not end");
      }
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), Charset.defaultCharset()))) {
        String said = String.join("\n", reader.lines().limit(20).toList());
        Matcher m = VERSION.matcher(said);
        if (m.find()) {
          return m.group(1);
        }
        throw unusable(home, source, "'" + binary + " -version' said: " + said);
      }
    } catch (IOException e) {
      throw unusable(home, source, "'" + binary + " -version' failed: " + e.getMessage());
    } catch (InterruptedException e) {
      interrupted = true;
      throw unusable(home, source, "interrupted while asking it for its version");
    } finally {
      process.destroyForcibly();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "JAVA_HOME is no path: '" + text + "': " + e.getMessage() + ". Correct it or unset it.",
          e);
    }
  }

  private static IllegalArgumentException unusable(Path home, String source, String why) {
    return new IllegalArgumentException(
        "Not a usable JVM: home='"
            + home
            + "' (from: "
            + source
            + "): "
            + why
            + ". Name another one: LocalPlatform.builder().javaHome(path).");
  }
}
