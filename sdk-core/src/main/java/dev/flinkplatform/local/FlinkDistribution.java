package dev.flinkplatform.local;

import dev.flinkplatform.error.FlinkReleaseException;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Flink that the {@code local} backend runs: a set of jars on this machine.
 *
 * <p>An official release that is fetched when it is not there, {@link #release(String)}, an
 * unpacked official distribution, {@link #home(Path)}, or a flat directory of jars gathered from
 * Maven Central, {@link #jars(Path)}. The SDK never loads these jars itself; it passes them to the
 * JVMs it starts, so one SDK process runs several Flink versions side by side.
 *
 * <p>The directory is read once, when the object is made. Two distributions are equal if they are
 * of the same kind and directory. Immutable and thread-safe.
 */
public final class FlinkDistribution {

  /** Modules of Flink itself, which all carry Flink's own version (connectors need not). */
  private static final Set<String> OWN_MODULES =
      Set.of(
          "flink-annotations",
          "flink-clients",
          "flink-container",
          "flink-core",
          "flink-core-api",
          "flink-dist",
          "flink-metrics-core",
          "flink-rpc-akka-loader",
          "flink-rpc-core",
          "flink-runtime",
          "flink-runtime-web",
          "flink-streaming-java");

  private static final Pattern JAR =
      Pattern.compile("(flink-[a-z-]*[a-z])(?:_2\\.1[0-9])?(?:-(\\d.*))?\\.jar");
  private static final Pattern VERSION_START =
      Pattern.compile("(\\d{1,3}\\.\\d{1,3}(?:\\.\\d{1,4})?)(?:[.-].*)?");

  private final Kind kind;
  private final Path directory;
  private final FlinkVersion version;
  private final List<Path> classpath;
  private final @Nullable Path plugins;
  private final boolean applicationMode;

  private FlinkDistribution(Kind kind, Path given) {
    this.kind = kind;
    this.directory = given.toAbsolutePath().normalize();
    Path lib = kind == Kind.HOME ? directory.resolve("lib") : directory;
    if (!Files.isDirectory(directory)) {
      throw refuse(
          Files.exists(directory) ? "it is not a directory" : "there is no such directory",
          kind.remedy());
    }
    if (!Files.isDirectory(lib)) {
      throw refuse(
          "it has no directory 'lib'",
          "Name the directory that holds bin/, conf/ and lib/; for a flat directory of jars use"
              + " FlinkDistribution.jars(path).");
    }
    List<Path> jars = list(lib);
    Map<String, Path> modules = new TreeMap<>();
    Map<String, TreeSet<String>> jarsByVersion = new TreeMap<>();
    for (Path jar : jars) {
      Matcher m = JAR.matcher(fileName(jar));
      if (m.matches() && OWN_MODULES.contains(m.group(1))) {
        modules.put(m.group(1), jar);
        jarsByVersion
            .computeIfAbsent(versionOf(jar, m.group(2)), v -> new TreeSet<>())
            .add(fileName(jar));
      }
    }
    boolean dist = modules.containsKey("flink-dist");
    if (!dist && !modules.containsKey("flink-runtime")) {
      throw refuse(
          "it has no flink-dist-*.jar and no flink-runtime-*.jar among its "
              + jars.size()
              + " jars in '"
              + lib
              + "'",
          kind.remedy());
    }
    if (jarsByVersion.size() > 1) {
      throw refuse(
          "it mixes Flink versions: " + jarsByVersion,
          "Keep the jars of one version, each version in its own directory.");
    }
    if (!dist) {
      List<String> missing =
          Stream.of("flink-clients", "flink-runtime-web")
              .filter(m -> !modules.containsKey(m))
              .toList();
      if (!missing.isEmpty()) {
        throw refuse(
            "these modules are missing: " + String.join(", ", missing),
            "Add them and their dependencies, of version "
                + jarsByVersion.keySet().iterator().next()
                + ", for example with 'mvn dependency:copy-dependencies'.");
      }
    }
    this.version = parse(jarsByVersion.keySet().iterator().next());
    this.applicationMode = dist || modules.containsKey("flink-container");
    this.classpath = order(jars);
    Path pluginsIfAny = directory.resolve("plugins");
    this.plugins = kind == Kind.HOME && Files.isDirectory(pluginsIfAny) ? pluginsIfAny : null;
  }

  /**
   * Uses an unpacked official distribution.
   *
   * @param home the directory that holds {@code lib}, {@code plugins} and so on: Flink's own {@code
   *     FLINK_HOME}
   * @return the distribution
   * @throws IllegalArgumentException if that is no such directory, or it mixes two Flink versions;
   *     the message says what was looked for and what to do
   */
  public static FlinkDistribution home(Path home) {
    return new FlinkDistribution(Kind.HOME, Objects.requireNonNull(home, "home"));
  }

  /**
   * Uses a flat directory of jars, such as {@code mvn dependency:copy-dependencies} makes.
   *
   * <p>It needs {@code flink-clients}, {@code flink-runtime-web}, a log4j 2 binding and what these
   * depend on; applications also need {@code flink-container}.
   *
   * @param directory the directory that holds the jars themselves
   * @return the distribution
   * @throws IllegalArgumentException if that is no such directory, modules are missing, or it mixes
   *     two Flink versions; the message says what was looked for and what to do
   */
  public static FlinkDistribution jars(Path directory) {
    return new FlinkDistribution(Kind.JARS, Objects.requireNonNull(directory, "directory"));
  }

  /**
   * Uses an official release, as {@link #release(String, ReleaseOptions)} does with {@linkplain
   * ReleaseOptions#defaults() default options}.
   *
   * @param version major, minor and patch number, for example {@code 2.3.0}
   * @return the distribution
   * @throws IllegalArgumentException if that is no such version
   * @throws FlinkReleaseException if it is not in the cache and could not be fetched
   * @throws WaitInterruptedException if the thread was interrupted; its flag is set again
   */
  public static FlinkDistribution release(String version) {
    return release(version, ReleaseOptions.defaults());
  }

  /**
   * Uses an official release: fetches Apache's binary archive, verifies its checksum, unpacks it to
   * a cache. What is in the cache already is used without asking anybody.
   *
   * <p>Blocks, for minutes if the network is slow. Safe to be called by any number of processes and
   * threads at once: one fetches, the others wait. A process that is killed leaves nothing that
   * would ever be used; the next one goes on with what has come so far if the server can tell that
   * it is still the same, and begins anew otherwise.
   *
   * @param version major, minor and patch number, for example {@code 2.3.0}
   * @param options from where, to where, and who hears of the progress
   * @return the distribution
   * @throws IllegalArgumentException if that is no such version
   * @throws FlinkReleaseException if it is not in the cache and could not be fetched; says why
   * @throws WaitInterruptedException if the thread was interrupted; its flag is set again
   */
  public static FlinkDistribution release(String version, ReleaseOptions options) {
    FlinkVersion parsed = FlinkVersion.parse(version);
    if (parsed.patch() < 0) {
      throw new IllegalArgumentException(
          "A release has a patch number, such as " + parsed + ".0, got '" + version + "'");
    }
    return options.fetch(parsed);
  }

  /**
   * Returns the Flink version, as the jars' names say it.
   *
   * @return the version, with its patch number
   */
  public FlinkVersion version() {
    return version;
  }

  /**
   * Returns the directory this distribution was made of.
   *
   * @return an absolute path
   */
  public Path directory() {
    return directory;
  }

  /**
   * Returns the class path of Flink's processes: connectors, libraries and log4j by name, then
   * Flink's own jars, as Flink's scripts order them.
   *
   * @return absolute paths of jars, always in the same order; unmodifiable
   */
  public List<Path> classpath() {
    return classpath;
  }

  /**
   * Returns where Flink looks for plugins, such as file systems.
   *
   * @return the directory, or empty if there is none
   */
  public Optional<Path> pluginsDirectory() {
    return Optional.ofNullable(plugins);
  }

  /**
   * Tells whether the jars can run an application, which needs {@code flink-container}; a session
   * cluster does not.
   *
   * @return true if applications can run
   */
  public boolean supportsApplications() {
    return applicationMode;
  }

  /**
   * Checks that the jars can run an application.
   *
   * @throws IllegalArgumentException if {@code flink-container} is missing; the message says what
   *     to do
   */
  public void requireApplications() {
    if (!applicationMode) {
      throw refuse(
          "flink-container is missing, which applications need (session clusters do not)",
          "Add flink-container-" + version + ".jar.");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FlinkDistribution that
        && kind == that.kind
        && directory.equals(that.directory);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, directory);
  }

  @Override
  public String toString() {
    return "FlinkDistribution[version=" + version + ", " + kind.label() + "=" + directory + "]";
  }

  private IllegalArgumentException refuse(String why, String remedy) {
    return new IllegalArgumentException(
        "Not a usable Flink distribution: "
            + kind.label()
            + "='"
            + directory
            + "', "
            + why
            + ". "
            + remedy);
  }

  private List<Path> list(Path lib) {
    try (Stream<Path> files = Files.list(lib)) {
      return files
          .filter(f -> fileName(f).endsWith(".jar") && Files.isRegularFile(f))
          .sorted(Comparator.comparing(FlinkDistribution::fileName))
          .toList();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot list the jars of Flink in '" + lib + "': " + e + ". Make it readable.", e);
    }
  }

  private String versionOf(Path jar, @Nullable String inName) {
    if (inName != null) {
      return inName;
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      String inManifest =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
      if (inManifest != null) {
        return inManifest;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("Cannot read the jar '" + jar + "': " + e, e);
    }
    throw refuse(
        "neither the name nor the manifest of '" + jar + "' says which Flink version it is",
        "Use the jar as it was published.");
  }

  private FlinkVersion parse(String text) {
    Matcher m = VERSION_START.matcher(text);
    if (!m.matches()) {
      throw refuse("its version '" + text + "' is no Flink version", kind.remedy());
    }
    return FlinkVersion.parse(m.group(1));
  }

  /** Like Flink's scripts: flink-dist comes last, so that what is beside it in lib can override. */
  private static List<Path> order(List<Path> sortedByName) {
    List<Path> first = new ArrayList<>();
    List<Path> last = new ArrayList<>();
    for (Path jar : sortedByName) {
      Matcher m = JAR.matcher(fileName(jar));
      (m.matches() && OWN_MODULES.contains(m.group(1)) ? last : first).add(jar);
    }
    first.addAll(last);
    return List.copyOf(first);
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }

  private enum Kind {
    HOME(
        "home",
        "Name the directory of an unpacked Flink distribution, which holds lib/flink-dist-*.jar."),
    JARS(
        "jars",
        "Name the directory that holds flink-runtime-*.jar, flink-clients-*.jar and"
            + " flink-runtime-web-*.jar; for an unpacked distribution use"
            + " FlinkDistribution.home(path).");

    private final String label;
    private final String remedy;

    Kind(String label, String remedy) {
      this.label = label;
      this.remedy = remedy;
    }

    String label() {
      return label;
    }

    String remedy() {
      return remedy;
    }
  }
}
