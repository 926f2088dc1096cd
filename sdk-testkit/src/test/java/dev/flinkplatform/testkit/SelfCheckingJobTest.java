package dev.flinkplatform.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfCheckingJobTest {

  @Test
  void args_nothingSet_isEmpty() {
    assertThat(SelfCheckingJob.args().toList()).isEmpty();
  }

  @Test
  void args_everythingSet_isListedInOrder() {
    assertThat(
            SelfCheckingJob.args()
                .keys(4)
                .rate(2.5)
                .finite(1000)
                .ledger(Path.of("/tmp/l"))
                .slowStart(Duration.ofSeconds(1))
                .slowOpen(Duration.ofSeconds(2))
                .crashOnceAt(7, Path.of("/tmp/m"))
                .crashAlwaysOnOpen()
                .stateBytes(10)
                .failUnlessRestored()
                .failIfRestored()
                .uidSuffix("-b")
                .mainThrows("no")
                .checkpointInterval(Duration.ofMillis(300))
                .toList())
        .isEqualTo(
            List.of(
                ("--keys 4 --rate 2.5 --records-per-key 1000 --ledger /tmp/l --slow-start-ms 1000"
                        + " --slow-open-ms 2000 --crash-at 7 --crash-once-marker /tmp/m"
                        + " --crash-always-on-open true --state-bytes 10"
                        + " --fail-unless-restored true --fail-if-restored true --uid-suffix -b"
                        + " --main-throws no --checkpoint-interval-ms 300")
                    .split(" ")));
  }

  @Test
  void args_sameKnobTwice_lastWins() {
    assertThat(SelfCheckingJob.args().keys(4).keys(5).toList()).containsExactly("--keys", "5");
  }

  @Test
  void args_impossibleValue_isRefused() {
    assertThatThrownBy(() -> SelfCheckingJob.args().keys(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 0");
    assertThatThrownBy(() -> SelfCheckingJob.args().rate(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
