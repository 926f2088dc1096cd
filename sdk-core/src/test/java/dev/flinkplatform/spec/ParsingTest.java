package dev.flinkplatform.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from text: Flink versions and memory sizes. */
class ParsingTest {

  @ParameterizedTest
  @CsvSource({
    "2.3, 2, 3, -1, 2.3",
    "1.20.0, 1, 20, 0, 1.20.0",
    "' 1.18 ', 1, 18, -1, 1.18",
    "2.4-SNAPSHOT, 2, 4, -1, 2.4",
    "1.19.3-SNAPSHOT, 1, 19, 3, 1.19.3",
  })
  void flinkVersion_text_isRead(String text, int major, int minor, int patch, String shown) {
    FlinkVersion version = FlinkVersion.parse(text);

    assertThat(version).isEqualTo(new FlinkVersion(major, minor, patch));
    assertThat(version).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "2", "2.", "v2.3", "2.3.0.1", "2,3", "-1.2", "2.x", "1234.1", "latest"})
  void flinkVersion_otherText_isRefusedWithTheValue(String text) {
    assertThatThrownBy(() -> FlinkVersion.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void flinkVersion_order_isNumericNotAlphabetic() {
    assertThat(FlinkVersion.parse("1.9")).isLessThan(FlinkVersion.parse("1.18"));
    assertThat(FlinkVersion.known()).isSorted();
    assertThat(FlinkVersion.parse("1.20.1").isKnown()).isTrue();
    assertThat(FlinkVersion.parse("1.17.2").isKnown()).isFalse();
    assertThat(FlinkVersion.parse("2.0").isAtLeast(1, 20)).isTrue();
    assertThat(FlinkVersion.parse("1.19.9").isAtLeast(1, 20)).isFalse();
    assertThat(FlinkVersion.parse("1.20.1").isSameMinor(FlinkVersion.of(1, 20))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0b",
    "1, 1, 1b",
    "1024, 1024, 1k",
    "1k, 1024, 1k",
    "1kb, 1024, 1k",
    "1Ki, 1024, 1k",
    "1728m, 1811939328, 1728m",
    "512 mb, 536870912, 512m",
    "1Gi, 1073741824, 1g",
    "2G, 2147483648, 2g",
    "1 tebibytes, 1099511627776, 1t",
    "1536m, 1610612736, 1536m",
    "9223372036854775807, 9223372036854775807, 9223372036854775807b",
  })
  void memorySize_text_isReadAsFlinkDoes(String text, long bytes, String shown) {
    MemorySize size = MemorySize.parse(text);

    assertThat(size.bytes()).isEqualTo(bytes);
    assertThat(size).hasToString(shown);
    assertThat(MemorySize.parse(size.toString())).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "g",
        "-1m",
        "1.5g",
        "1 x",
        "1mm",
        "9223372036854775808",
        "9000000000t",
        "1 g b"
      })
  void memorySize_otherText_isRefusedWithTheValue(String text) {
    assertThatThrownBy(() -> MemorySize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void memorySize_negativeOrTooLarge_isRefused() {
    assertThatThrownBy(() -> new MemorySize(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemorySize.ofMebibytes(Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(MemorySize.ofMebibytes(3).mebibytes()).isEqualTo(3);
  }
}
