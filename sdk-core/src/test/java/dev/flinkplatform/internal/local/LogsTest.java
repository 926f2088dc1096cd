package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  @Test
  void tail_largeFile_returnsWholeLinesOfItsEnd() throws Exception {
    Path file = directory.resolve("log");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(3L << 30);
      sparse.write("\nüüüüüüü\nfirst\nlast\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(Logs.tail(file, 18)).isEqualTo("first\nlast\n");
    assertThat(Logs.tailLines(file, 1, 1000)).containsExactly("last");
  }

  @Test
  void tail_smallAbsentOrOneLine_returnsWhatThereIs() throws Exception {
    Path file = Files.writeString(directory.resolve("log"), "one\ntwo");

    assertThat(Logs.tail(file, 100)).isEqualTo("one\ntwo");
    assertThat(Logs.tail(file, 2)).isEqualTo("wo");
    assertThat(Logs.tailLines(file, 5, 100)).containsExactly("one", "two");
    assertThat(Logs.tail(directory.resolve("absent"), 100)).isEmpty();
    assertThat(Logs.tailLines(directory, 5, 100)).isEmpty();
  }

  @Test
  void log4jProperties_level_isWrittenAndChecked() {
    assertThat(Logs.log4jProperties("debug"))
        .contains("rootLogger.level = DEBUG", "${sys:log.file}", "size = 10MB", "%m%n")
        .doesNotContain("@LEVEL@", "%%");
    assertThatThrownBy(() -> Logs.log4jProperties("loud"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
