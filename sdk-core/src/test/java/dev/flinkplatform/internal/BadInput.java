package dev.flinkplatform.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * One bad input: what is called, and what must come of it.
 *
 * @param words the paths of all violations, or what the message of another exception says
 */
record BadInput(
    String name, ThrowingCallable call, Class<? extends Throwable> type, List<String> words) {

  static BadInput invalid(String name, ThrowingCallable call, List<String> paths) {
    return new BadInput(name, call, InvalidSpecException.class, paths);
  }

  static BadInput nothing(String name, ThrowingCallable call) {
    return wrong("null: " + name, call, NullPointerException.class);
  }

  static BadInput wrong(
      String name, ThrowingCallable call, Class<? extends Throwable> type, String... words) {
    return new BadInput(name, call, type, List.of(words));
  }

  /** Makes the call; fails unless it is refused as it must be, with no effect on the files. */
  void check(Path directory) {
    SortedMap<String, String> before = files(directory);

    Throwable seen = catchThrowable(call);

    assertThat(seen).as(name).isInstanceOf(type);
    if (seen instanceof InvalidSpecException e && !e.violations().isEmpty()) {
      assertThat(e.violations()).extracting(Violation::path).containsAll(words);
      assertThat(e.violations()).allSatisfy(v -> assertThat(v.message()).isNotBlank());
      assertThat(e.retryable()).isFalse();
    } else if (seen instanceof FlinkPlatformException e) {
      assertThat(e.resource().backend()).isNotBlank();
      assertThat(e).hasMessageContaining(e.resource().name());
    } else {
      assertThat(words).allSatisfy(w -> assertThat(seen).hasMessageContaining(w));
    }
    assertThat(files(directory)).isEqualTo(before);
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  /** All files and what they hold. */
  private static SortedMap<String, String> files(Path directory) {
    SortedMap<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path f : files.toList()) {
        found.put(
            f.toString(),
            Files.isRegularFile(f) ? Files.readString(f, StandardCharsets.ISO_8859_1) : "");
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A jar whose only class is {@code com.acme.Orders}, as far as its name goes. */
  static Path jar(Path directory) throws IOException {
    Path jar = directory.resolve("job.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("com/acme/Orders.class"));
      out.closeEntry();
    }
    return jar;
  }

  /** A savepoint that is none. */
  static Path garbage(Path directory) throws IOException {
    Path garbage = Files.createDirectories(directory.resolve("garbage"));
    Files.writeString(garbage.resolve("_metadata"), "this is no metadata at all");
    return garbage;
  }
}
