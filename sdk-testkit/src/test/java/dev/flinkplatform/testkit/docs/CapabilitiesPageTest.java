package dev.flinkplatform.testkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.testkit.CapabilityRun;
import dev.flinkplatform.testkit.contract.CapabilityReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapabilitiesPageTest {

  private static final String OLD =
      """
      before
      <!-- begin: made by the build, see testing.md -->
      | `Capability` | `local` | `cmf` | `memory` | What it is for |
      |---|---|---|---|---|
      | `SAVEPOINT` | no | no | yes | to take them |
      <!-- end -->
      after
      """;
  private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);
  private static final Set<Capability> SAVEPOINT = Set.of(Capability.SAVEPOINT);
  private static final Set<Capability> OTHERS =
      EnumSet.complementOf(EnumSet.of(Capability.SAVEPOINT));

  @TempDir private Path directory;

  private CapabilitiesPage.Made made() throws IOException {
    return CapabilitiesPage.make(OLD, CapabilityRun.read(directory));
  }

  private void saw(
      String platform,
      String suite,
      Set<Capability> advertised,
      Set<Capability> worked,
      Set<Capability> refused) {
    CapabilityRun.write(
        directory,
        platform,
        new CapabilityReport(suite + "ContractTest", advertised, worked, refused));
  }

  private static String row(CapabilitiesPage.Made made, Capability capability) {
    return made.page()
        .lines()
        .filter(l -> l.startsWith("| `" + capability + "`"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void make_nothingRan_isThePageWithARowForEachCapability() throws IOException {
    CapabilitiesPage.Made made = made();

    assertThat(made.faults()).isEmpty();
    assertThat(row(made, Capability.SAVEPOINT))
        .isEqualTo("| `SAVEPOINT` | no | no | yes | to take them |");
    assertThat(row(made, Capability.LOGS)).isEqualTo("| `LOGS` | ? | ? | ? |  |");
    assertThat(made.page()).startsWith("before\n").endsWith("<!-- end -->\nafter\n");
    assertThat(CapabilitiesPage.make(made.page(), Map.of())).isEqualTo(made);
  }

  @Test
  void make_advertisedAndWorked_isYesAndNotAdvertisedAndRefusedIsNo() throws IOException {
    saw("local-2.3.0", "Local23Capability", SAVEPOINT, Set.of(), OTHERS);
    saw("local-2.3.0", "Local23Savepoint", SAVEPOINT, SAVEPOINT, Set.of());

    assertThat(made().faults()).isEmpty();
    assertThat(row(made(), Capability.SAVEPOINT))
        .isEqualTo("| `SAVEPOINT` | yes | no | yes | to take them |");
    assertThat(row(made(), Capability.LOGS)).isEqualTo("| `LOGS` | no | ? | ? |  |");
  }

  @Test
  void make_oneVersionOnly_isSaid() throws IOException {
    saw("local-1.20.0", "Local120Capability", Set.of(), Set.of(), ALL);
    saw("local-2.3.0", "Local23Capability", SAVEPOINT, SAVEPOINT, OTHERS);

    assertThat(row(made(), Capability.SAVEPOINT)).contains("| yes, with Flink 2.3.0 | no | yes |");
  }

  @Test
  void make_advertisedAndNotShown_staysInAPartOfARunAndIsAFaultInAWholeOne() throws IOException {
    saw("memory", "InMemoryCapability", SAVEPOINT, Set.of(), OTHERS);
    assertThat(made().faults()).isEmpty();
    assertThat(row(made(), Capability.SAVEPOINT)).contains("| no | no | yes |");

    for (String suite : List.of("Lifecycle", "Savepoint", "Rescale", "Upgrade", "Session")) {
      saw("memory", "InMemory" + suite, SAVEPOINT, Set.of(), Set.of());
    }
    assertThat(made().faults()).singleElement().asString().contains("memory", "SAVEPOINT");
  }

  @Test
  void make_notAdvertisedAndNotRefused_isAFault() throws IOException {
    saw("limited-local", "LocalLimitedCapability", Set.of(), Set.of(), Set.of());
    assertThat(made().faults()).isEmpty(); // no column

    saw("memory", "InMemoryCapability", Set.of(), Set.of(), OTHERS);
    assertThat(made().faults()).singleElement().asString().contains("SAVEPOINT", "refused");
  }
}
