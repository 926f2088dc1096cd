package dev.flinkplatform.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultScheduleTest {

  private static final FaultOptions MANY = FaultOptions.defaults().probability(0.6);

  private static List<Fault> first(int count, FaultSchedule schedule) {
    return IntStream.rangeClosed(1, count).mapToObj(schedule::of).toList();
  }

  @Test
  void of_sameSeed_isTheSameSchedule() {
    List<Fault> one = first(500, FaultSchedule.seeded(42, MANY));
    FaultSchedule backwards = FaultSchedule.seeded(42, MANY);
    Fault last = backwards.of(500);

    assertThat(last).isEqualTo(one.get(499));
    assertThat(first(500, backwards)).isEqualTo(one);
    assertThat(first(500, FaultSchedule.seeded(43, MANY))).isNotEqualTo(one);
    assertThat(one).extracting(Fault::kind).contains(Fault.Kind.values());
    assertThat(one.stream().filter(f -> f.kind() == Fault.Kind.STATUS).map(Fault::amount))
        .contains(409, 429, 500, 503);
  }

  /** A seed that somebody wrote down must mean the same in a year. */
  @Test
  void toString_knownSeed_isAsItEverWas() {
    FaultSchedule schedule = FaultSchedule.seeded(7, FaultOptions.defaults().probability(0.5));
    first(12, schedule);

    assertThat(schedule).hasToString(KNOWN);
  }

  private static final String KNOWN =
      "[seed 7] 3=lose-reply 6=reset 7=lose-reply 8=duplicate 12=duplicate";

  @Test
  void replay_whatWasPrinted_isTheSame() {
    FaultSchedule schedule = FaultSchedule.seeded(3, MANY);
    List<Fault> faults = first(100, schedule);

    FaultSchedule again = FaultSchedule.replay(schedule.toString());

    assertThat(first(100, again)).isEqualTo(faults);
    assertThat(again.of(101)).isEqualTo(Fault.of(Fault.Kind.PASS));
    assertThat(first(3, FaultSchedule.replay("2=status:503 3=delay:20")))
        .hasToString("[pass, status:503, delay:20]");
    assertThat(FaultSchedule.replay("").of(1)).isEqualTo(FaultSchedule.none().of(1));
  }

  @Test
  void seeded_limits_areKept() {
    List<Fault> faults =
        first(2_000, FaultSchedule.seeded(1, FaultOptions.defaults().probability(1).maxInARow(2)));
    int row = 0;
    int most = 0;
    for (Fault fault : faults) {
      row = fault.kind().isHarmless() ? 0 : row + 1;
      most = Math.max(most, row);
    }
    assertThat(most).isEqualTo(2);

    assertThat(first(1_000, FaultSchedule.seeded(1, MANY.maxInAll(5))))
        .filteredOn(f -> f.kind() != Fault.Kind.PASS)
        .hasSize(5);
    FaultOptions slow = MANY.only(Fault.Kind.DELAY).maxDelay(Duration.ofMillis(30));
    assertThat(first(1_000, FaultSchedule.seeded(1, slow)))
        .filteredOn(f -> f.kind() != Fault.Kind.PASS)
        .hasSizeGreaterThan(500)
        .allSatisfy(f -> assertThat(f.amount()).isBetween(1, 30));
    assertThat(first(1_000, FaultSchedule.seeded(1, MANY.probability(0))))
        .containsOnly(Fault.of(Fault.Kind.PASS));
    assertThat(first(1_000, FaultSchedule.seeded(1, MANY.only(Fault.Kind.STATUS).statuses(502))))
        .contains(Fault.parse("status:502"))
        .doesNotContain(Fault.parse("status:503"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0=drop",
        "x=drop",
        "=drop",
        "drop",
        "1=",
        "1=gone",
        "1=delay",
        "1=delay:0",
        "1=status:200",
        "1=drop:5",
        "1=drop 1=drop",
        "-1=drop",
        "1=status:abc"
      })
  void replay_noSchedule_isRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> FaultSchedule.replay(text));
  }

  @Test
  void options_outOfRange_areRefused() {
    FaultOptions o = FaultOptions.defaults();
    assertThatIllegalArgumentException().isThrownBy(() -> o.probability(1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> o.probability(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> o.maxInARow(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> o.maxInAll(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> o.maxDelay(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> o.statuses(200));
    assertThatIllegalArgumentException().isThrownBy(() -> o.only(Fault.Kind.PASS));
    assertThatIllegalArgumentException().isThrownBy(o::only);
    assertThatIllegalArgumentException().isThrownBy(() -> FaultSchedule.none().of(0));
  }
}
