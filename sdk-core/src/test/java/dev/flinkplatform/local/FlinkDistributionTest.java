package dev.flinkplatform.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.internal.local.FlinkJars;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkDistributionTest {

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  @Test
  void jars_gatheredFromMavenCentral_areRecognised() {
    FlinkVersion version = FlinkVersion.of(2, 3);
    FlinkDistribution flink = FlinkDistribution.jars(FlinkJars.directory(version));

    assertThat(flink.version().isSameMinor(version)).isTrue();
    assertThat(flink.supportsApplications()).isTrue();
    assertThat(flink.pluginsDirectory()).isEmpty();
    assertThat(flink.classpath())
        .allMatch(Path::isAbsolute)
        .anyMatch(p -> p.getFileName().toString().startsWith("log4j-core-"))
        .doesNotHaveDuplicates();
    assertThat(flink.classpath().get(flink.classpath().size() - 1).getFileName().toString())
        .startsWith("flink-");
  }

  @Test
  void home_officialLayout_isRecognisedWithFlinkDistLast() throws IOException {
    touch("lib/flink-dist-1.20.3.jar", "lib/flink-cep-1.20.3.jar", "lib/log4j-core-2.24.3.jar");
    touch("lib/flink-connector-kafka-3.2.0-1.19.jar", "lib/flink-scala_2.12-1.20.3.jar");
    Files.createDirectories(directory.resolve("plugins/s3"));

    FlinkDistribution flink = FlinkDistribution.home(directory);

    assertThat(flink.version()).isEqualTo(new FlinkVersion(1, 20, 3));
    assertThat(flink.supportsApplications()).isTrue();
    assertThat(flink.pluginsDirectory()).contains(directory.resolve("plugins"));
    assertThat(flink.classpath())
        .extracting(p -> p.getFileName().toString())
        .containsExactly(
            "flink-cep-1.20.3.jar",
            "flink-connector-kafka-3.2.0-1.19.jar",
            "flink-scala_2.12-1.20.3.jar",
            "log4j-core-2.24.3.jar",
            "flink-dist-1.20.3.jar");
  }

  @Test
  void home_versionNotInTheName_isReadFromTheManifest() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "2.1.1-vendor-7");
    Files.createDirectories(directory.resolve("lib"));
    try (OutputStream out = Files.newOutputStream(directory.resolve("lib/flink-dist.jar"));
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.finish();
    }

    assertThat(FlinkDistribution.home(directory).version()).isEqualTo(new FlinkVersion(2, 1, 1));
  }

  @Test
  void jars_withoutContainer_runsSessionsOnly() throws IOException {
    touch("flink-runtime-2.3.0.jar", "flink-clients-2.3.0.jar", "flink-runtime-web-2.3.0.jar");

    FlinkDistribution flink = FlinkDistribution.jars(directory);

    assertThat(flink.supportsApplications()).isFalse();
    assertThatThrownBy(flink::requireApplications)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flink-container-2.3.0.jar")
        .hasMessageContaining(directory.toString());
  }

  @Test
  void jars_somethingIsWrong_saysWhatAndWhatToDo() throws IOException {
    Path absent = directory.resolve("absent");
    assertRefused(() -> FlinkDistribution.jars(absent), absent, "no such directory");
    Path file = Files.createFile(directory.resolve("file"));
    assertRefused(() -> FlinkDistribution.home(file), file, "not a directory");
    assertRefused(
        () -> FlinkDistribution.jars(directory), directory, "flink-runtime-*.jar", "Name the");
    assertRefused(
        () -> FlinkDistribution.home(directory), directory, "no directory 'lib'", "jars(path)");
    touch("flink-runtime-2.3.0.jar");
    assertRefused(
        () -> FlinkDistribution.jars(directory),
        directory,
        "flink-clients, flink-runtime-web",
        "2.3.0");
    touch("flink-clients-2.2.0.jar", "flink-runtime-web-2.3.0.jar");
    assertRefused(
        () -> FlinkDistribution.jars(directory), directory, "flink-clients-2.2.0.jar", "mixes");
  }

  @Test
  void equals_sameDirectoryAndKind_isEqual() throws IOException {
    touch("flink-dist-2.3.0.jar", "lib/flink-dist-2.3.0.jar");
    FlinkDistribution jars = FlinkDistribution.jars(directory);

    assertThat(jars)
        .isEqualTo(FlinkDistribution.jars(directory.resolve("lib/..")))
        .hasSameHashCodeAs(FlinkDistribution.jars(directory))
        .isNotEqualTo(FlinkDistribution.home(directory))
        .hasToString("FlinkDistribution[version=2.3.0, jars=" + directory + "]");
  }

  private static void assertRefused(Runnable call, Path path, String... parts) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + path + "'")
        .hasMessageContainingAll(parts);
  }

  private void touch(String... files) throws IOException {
    for (String file : files) {
      Path path = directory.resolve(file);
      Files.createDirectories(path.resolveSibling("."));
      Files.createFile(path);
    }
  }
}
