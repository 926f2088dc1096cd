package dev.flinkplatform.testkit.contract;

import dev.flinkplatform.Capability;
import java.util.Set;

/**
 * What a suite has seen of a platform's capabilities, for {@link
 * PlatformFixture#seen(CapabilityReport)}. Immutable.
 *
 * @param suite the simple name of the suite's class
 * @param advertised what the platform says it can do
 * @param worked what it can do by tests that passed, and for {@link CapabilityContract} what its
 *     specifications may say
 * @param refused what it refused, as it must since it does not advertise it
 */
public record CapabilityReport(
    String suite, Set<Capability> advertised, Set<Capability> worked, Set<Capability> refused) {

  /**
   * Makes a report of its parts.
   *
   * @param suite the simple name of the suite's class
   * @param advertised what the platform says it can do
   * @param worked what it can do by tests that passed
   * @param refused what it refused
   */
  public CapabilityReport {
    advertised = Set.copyOf(advertised);
    worked = Set.copyOf(worked);
    refused = Set.copyOf(refused);
  }
}
