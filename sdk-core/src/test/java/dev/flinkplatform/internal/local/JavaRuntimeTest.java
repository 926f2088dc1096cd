package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JavaRuntimeTest {

  private static final FlinkVersion V23 = FlinkVersion.of(2, 3);

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  @Test
  void choose_optionAndJavaHome_takesTheOption() throws IOException {
    Path option = jvm("option", "17.0.1");
    Path env = jvm("env", "11.0.2");

    JavaRuntime chosen =
        JavaRuntime.choose(Optional.of(option), Map.of("JAVA_HOME", env.toString()), V23);

    assertThat(chosen.home()).isEqualTo(option);
    assertThat(chosen.javaBinary()).isEqualTo(option.resolve("bin/java"));
    assertThat(chosen.featureVersion()).isEqualTo(17);
    assertThat(
            JavaRuntime.choose(Optional.empty(), Map.of("JAVA_HOME", env.toString()), V23).home())
        .isEqualTo(env);
  }

  @Test
  void choose_nothingConfigured_takesTheSdksOwn() {
    if (JavaRuntime.accepted(V23).contains(Runtime.version().feature())) {
      assertThat(JavaRuntime.choose(Optional.empty(), Map.of("JAVA_HOME", " "), V23).home())
          .isEqualTo(Path.of(System.getProperty("java.home")));
    } else {
      assertThatThrownBy(() -> JavaRuntime.choose(Optional.empty(), Map.of(), V23))
          .hasMessageContaining("the JVM the SDK runs on");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1.18, 8, true", "1.18, 21, false", "1.19, 21, true", "1.20, 8, true", "1.20, 25, false",
    "2.0, 8, false", "2.0, 11, true", "2.3, 17, true", "2.3, 21, true", "2.3, 24, false"
  })
  void choose_version_isRefusedUnlessFlinkRunsOnIt(String flink, int feature, boolean accepted)
      throws IOException {
    Path home = jvm("jvm", feature == 8 ? "1.8.0_392" : feature + ".0.1+9-LTS");
    FlinkVersion version = FlinkVersion.parse(flink);

    if (accepted) {
      assertThat(JavaRuntime.choose(Optional.of(home), Map.of(), version).featureVersion())
          .isEqualTo(feature);
    } else {
      assertThatThrownBy(() -> JavaRuntime.choose(Optional.of(home), Map.of(), version))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(
              flink,
              "Java " + feature,
              home.toString(),
              "option javaHome",
              JavaRuntime.accepted(version).toString(),
              "LocalPlatform.builder().javaHome(path)");
    }
  }

  @Test
  void choose_javaHomeDoesNotFit_isRefusedNotSkipped() throws IOException {
    Path home = jvm("jvm", "25");

    assertThatThrownBy(
            () -> JavaRuntime.choose(Optional.empty(), Map.of("JAVA_HOME", home.toString()), V23))
        .hasMessageContaining("JAVA_HOME");
    assertThatThrownBy(
            () ->
                JavaRuntime.choose(
                    Optional.empty(),
                    Map.of("JAVA_HOME", directory.resolve("absent").toString()),
                    V23))
        .hasMessageContainingAll("JAVA_HOME", "absent", "no executable");
  }

  @Test
  void choose_noReleaseFile_asksTheJvm() throws IOException {
    Path home = Files.createDirectories(directory.resolve("mute"));
    script(
        home, "#!/bin/sh\necho 'Picked up X' >&2\necho 'openjdk version \"11.0.22\" 2024' >&2\n");

    assertThat(JavaRuntime.choose(Optional.of(home), Map.of(), V23).featureVersion()).isEqualTo(11);

    script(home, "#!/bin/sh\necho broken\nexit 1\n");
    assertThatThrownBy(() -> JavaRuntime.choose(Optional.of(home), Map.of(), V23))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broken");
  }

  @Test
  void moduleFlags_perVersions_areThoseOfFlinksDistribution() throws IOException {
    Optional<Path> on17 = Optional.of(jvm("17", "17.0.1"));
    List<String> v23 = JavaRuntime.choose(on17, Map.of(), V23).moduleFlags(V23);
    FlinkVersion v20 = FlinkVersion.of(2, 0);
    List<String> old = JavaRuntime.choose(on17, Map.of(), v20).moduleFlags(v20);

    assertThat(v23).hasSize(20).startsWith("-XX:+IgnoreUnrecognizedVMOptions");
    assertThat(old)
        .hasSize(21)
        .containsAll(v23)
        .contains("--add-exports=java.base/sun.net.util=ALL-UNNAMED");
    Optional<Path> on21 = Optional.of(jvm("21", "21.0.1"));
    assertThat(JavaRuntime.choose(on21, Map.of(), V23).moduleFlags(V23))
        .contains("-Djava.security.manager=allow");
    FlinkVersion v120 = FlinkVersion.of(1, 20);
    Optional<Path> on8 = Optional.of(jvm("8", "1.8.0_392"));
    assertThat(JavaRuntime.choose(on8, Map.of(), v120).moduleFlags(v120))
        .containsExactly("-XX:+IgnoreUnrecognizedVMOptions");
  }

  private Path jvm(String name, String version) throws IOException {
    Path home = Files.createDirectories(directory.resolve(name));
    script(home, "#!/bin/sh\nexit 1\n");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void script(Path home, String text) throws IOException {
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, text);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
  }
}
