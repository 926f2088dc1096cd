package dev.flinkplatform.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {

  private static final UUID ONE = UUID.fromString("11111111-1111-1111-1111-111111111111");
  private static final UUID TWO = UUID.fromString("22222222-2222-2222-2222-222222222222");
  private static final UUID THREE = UUID.fromString("33333333-3333-3333-3333-333333333333");

  private final Path dir;

  LedgerTest(@TempDir Path dir) {
    this.dir = dir;
  }

  @Test
  void read_noDirectory_isEmpty() {
    Ledger ledger = Ledger.read(dir.resolve("absent"));

    assertThat(ledger.committed()).isZero();
    assertThat(ledger.isExactlyOnce()).isTrue();
    assertThat(ledger.starts()).isEmpty();
    assertThat(ledger.keys()).isEmpty();
    assertThat(ledger.highest(0)).isEmpty();
    assertThat(ledger.tornLines()).isZero();
  }

  @Test
  void read_emptyFile_isEmpty() throws IOException {
    Ledger ledger = read("");

    assertThat(ledger.committed()).isZero();
    assertThat(ledger.tornLines()).isZero();
  }

  @Test
  void read_adjacentRangesOfTwoKeys_areWhole() throws IOException {
    Ledger ledger =
        read("\n" + commit(ONE, 0, 0, 9) + commit(TWO, 0, 10, 10) + commit(THREE, 7, 0, 4));

    assertThat(ledger.committed()).isEqualTo(16);
    assertThat(ledger.lost()).isZero();
    assertThat(ledger.duplicated()).isZero();
    assertThat(ledger.isExactlyOnce()).isTrue();
    assertThat(ledger.keys()).containsExactly(0, 7);
    assertThat(ledger.highest(0)).hasValue(10);
    assertThat(ledger.highest(7)).hasValue(4);
    assertThat(ledger.highest(1)).isEmpty();
  }

  @Test
  void read_rangesInAnyOrder_areWhole() throws IOException {
    Ledger ledger = read(commit(TWO, 0, 5, 9) + commit(ONE, 0, 0, 4));

    assertThat(ledger.committed()).isEqualTo(10);
    assertThat(ledger.isExactlyOnce()).isTrue();
  }

  @Test
  void lost_gapBetweenRanges_isCounted() throws IOException {
    Ledger ledger = read(commit(ONE, 3, 0, 4) + commit(TWO, 3, 8, 9));

    assertThat(ledger.lost()).isEqualTo(3);
    assertThat(ledger.committed()).isEqualTo(7);
    assertThat(ledger.duplicated()).isZero();
    assertThat(ledger.isExactlyOnce()).isFalse();
    assertThat(ledger.toString()).contains("lost=3 (key 3: 5..7)");
  }

  @Test
  void lost_keyNotFromZero_isCounted() throws IOException {
    assertThat(read(commit(ONE, 0, 2, 4)).lost()).isEqualTo(2);
  }

  @Test
  void duplicated_overlapOfTwoTransactions_isCounted() throws IOException {
    Ledger ledger = read(commit(ONE, 1, 0, 9) + commit(TWO, 1, 5, 14));

    assertThat(ledger.duplicated()).isEqualTo(5);
    assertThat(ledger.committed()).isEqualTo(15);
    assertThat(ledger.lost()).isZero();
    assertThat(ledger.isExactlyOnce()).isFalse();
    assertThat(ledger.toString()).contains("duplicated=5 (key 1: 5..9)");
  }

  @Test
  void duplicated_oneRangeInsideAnother_isCounted() throws IOException {
    Ledger ledger = read(commit(ONE, 1, 0, 9) + commit(TWO, 1, 3, 4) + commit(THREE, 1, 8, 8));

    assertThat(ledger.duplicated()).isEqualTo(3);
    assertThat(ledger.committed()).isEqualTo(10);
  }

  @Test
  void duplicated_numberCommittedThreeTimes_countsOnce() throws IOException {
    Ledger ledger = read(commit(ONE, 1, 0, 9) + commit(TWO, 1, 0, 9) + commit(THREE, 1, 5, 9));

    assertThat(ledger.duplicated()).isEqualTo(10);
    assertThat(ledger.committed()).isEqualTo(10);
  }

  @Test
  void duplicated_sameNumbersOfTwoKeys_areNone() throws IOException {
    assertThat(read(commit(ONE, 0, 0, 9) + commit(TWO, 1, 0, 9)).duplicated()).isZero();
  }

  @Test
  void duplicated_sameTransactionCommittedAgain_isNone() throws IOException {
    Ledger ledger = read(commit(ONE, 0, 0, 9) + "\n" + commit(ONE, 0, 0, 9));

    assertThat(ledger.duplicated()).isZero();
    assertThat(ledger.committed()).isEqualTo(10);
  }

  @Test
  void read_sameTransactionWithOtherNumbers_isRefused() throws IOException {
    Files.writeString(dir.resolve("ledger.log"), commit(ONE, 0, 0, 9) + commit(ONE, 0, 0, 8));

    assertThatThrownBy(() -> Ledger.read(dir))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("line 2")
        .hasMessageContaining("this transaction was");
  }

  @Test
  void read_tornLastLine_isSkippedAtEachLength() throws IOException {
    String torn = commit(TWO, 0, 10, 12);
    for (int length = 1; length < torn.length() - 1; length++) {
      Ledger ledger = read(commit(ONE, 0, 0, 9) + torn.substring(0, length));

      assertThat(ledger.committed()).as(torn.substring(0, length)).isEqualTo(10);
      assertThat(ledger.tornLines()).isEqualTo(1);
    }
    assertThat(read(commit(ONE, 0, 0, 9) + torn.stripTrailing()).committed()).isEqualTo(13);
  }

  @Test
  void read_tornLineRepeatedAfterRestore_countsOnce() throws IOException {
    Ledger ledger = read(commit(ONE, 0, 0, 9).substring(0, 45) + "\n" + commit(ONE, 0, 0, 9));

    assertThat(ledger.committed()).isEqualTo(10);
    assertThat(ledger.isExactlyOnce()).isTrue();
    assertThat(ledger.tornLines()).isEqualTo(1);
  }

  @Test
  void read_unknownWholeLine_isRefusedWithItsNumber() throws IOException {
    Files.writeString(dir.resolve("ledger.log"), "\nabort " + ONE + " .\n");

    assertThatThrownBy(() -> Ledger.read(dir))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("line 2");
  }

  @Test
  void starts_freshAndRestored_areToldApart() throws IOException {
    Ledger ledger = read("start " + ONE + " - 1000 .\nstart " + TWO + " 17 2000 .\n");

    assertThat(ledger.starts())
        .containsExactly(
            new Ledger.Start(ONE, OptionalLong.empty(), Instant.ofEpochSecond(1)),
            new Ledger.Start(TWO, OptionalLong.of(17), Instant.ofEpochSecond(2)));
    assertThat(ledger.toString()).contains("starts=[fresh, restored]");
  }

  private Ledger read(String text) throws IOException {
    Files.writeString(dir.resolve("ledger.log"), text);
    return Ledger.read(dir);
  }

  private static String commit(UUID id, int key, long from, long to) {
    return "commit " + id + " " + key + " " + from + " " + to + " 5 .\n";
  }
}
