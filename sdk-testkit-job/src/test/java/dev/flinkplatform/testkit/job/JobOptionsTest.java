package dev.flinkplatform.testkit.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JobOptionsTest {

  @Test
  void parse_nothing_givesTheDefaults() {
    JobOptions options = JobOptions.parse();

    assertThat(options.keys).isEqualTo(8);
    assertThat(options.rate).isEqualTo(200);
    assertThat(options.recordsPerKey).isZero();
    assertThat(options.ledger).isEmpty();
    assertThat(options.crashAt).isZero();
    assertThat(options.checkpointIntervalMillis).isZero();
  }

  @Test
  void parse_values_areTaken() {
    JobOptions options =
        JobOptions.parse(
            "--keys",
            "3",
            "--rate",
            "0.5",
            "--ledger",
            "/l",
            "--fail-if-restored",
            "true",
            "--main-throws",
            "--keys");

    assertThat(options.keys).isEqualTo(3);
    assertThat(options.rate).isEqualTo(0.5);
    assertThat(options.ledger).isEqualTo("/l");
    assertThat(options.failIfRestored).isTrue();
    assertThat(options.mainThrows).isEqualTo("--keys");
  }

  @Test
  void parse_unknownName_isRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> JobOptions.parse("--key", "3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'--key'")
        .hasMessageContaining("--records-per-key")
        .hasMessageContaining("--checkpoint-interval-ms");
  }

  @Test
  void parse_noValueOrTwoValues_isRefused() {
    assertThatThrownBy(() -> JobOptions.parse("--keys"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no value");
    assertThatThrownBy(() -> JobOptions.parse("--keys", "1", "--keys", "2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("twice");
  }

  @Test
  void parse_impossibleValue_isRefusedWithWhatWasGiven() {
    for (String[] wrong :
        new String[][] {
          {"--keys", "0"},
          {"--keys", "many"},
          {"--rate", "0"},
          {"--rate", "NaN"},
          {"--ledger", "relative/dir"},
          {"--fail-if-restored", "yes"},
          {"--records-per-key", "-1"},
        }) {
      assertThatThrownBy(() -> JobOptions.parse(wrong))
          .as(wrong[0])
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong[0])
          .hasMessageContaining("got '" + wrong[1] + "'");
    }
  }
}
