package dev.flinkplatform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/**
 * What an application takes on with sdk-core: the jars of Maven's runtime scope and sdk-core's own.
 *
 * <p>Maven writes the jars into {@code target/runtime-classpath.txt} before the tests. The SDK's
 * own jar is not built yet then: its class files and resources are compressed as the jar will be.
 */
class RuntimeClosureTest {

  private static final int MAX_JARS = 13;
  private static final long MAX_BYTES = 7_000_000;

  private static List<Path> dependencies() throws IOException {
    Path list =
        Path.of(System.getProperty("basedir", ""), "target", "runtime-classpath.txt")
            .toAbsolutePath();
    assertThat(list).as("written by 'mvn generate-test-resources'").isRegularFile();
    return Stream.of(Files.readString(list).trim().split(File.pathSeparator, -1))
        .map(Path::of)
        .toList();
  }

  private static long ownBytes() throws IOException {
    Path classes = Path.of(System.getProperty("basedir", ""), "target", "classes").toAbsolutePath();
    ByteArrayOutputStream jar = new ByteArrayOutputStream();
    try (Stream<Path> walk = Files.walk(classes);
        ZipOutputStream zip = new ZipOutputStream(jar)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, zip);
      }
    }
    return jar.size();
  }

  @Test
  void closure_withTheSdkItself_isAtMostThirteenJars() throws IOException {
    List<Path> jars = dependencies();

    assertThat(jars).allSatisfy(jar -> assertThat(jar).isRegularFile().hasExtension("jar"));
    assertThat(jars).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(MAX_JARS - 1);
  }

  @Test
  void closure_withTheSdkItself_isAtMostSevenMegabytes() throws IOException {
    long bytes = ownBytes();
    assertThat(bytes).as("the SDK's own classes").isGreaterThan(50_000);
    for (Path jar : dependencies()) {
      bytes += Files.size(jar);
    }

    assertThat(bytes).isLessThanOrEqualTo(MAX_BYTES);
  }

  @Test
  void closure_jars_holdNoFlinkNoLoggingBackendAndNoGuava() throws IOException {
    assertThat(dependencies())
        .extracting(jar -> jar.getFileName().toString())
        .anyMatch(name -> name.startsWith("okhttp"))
        .noneMatch(name -> name.matches("(flink|log4j|logback|slf4j-simple|guava|junit).*"));
  }
}
