package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.testkit.contract.CapabilityContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import java.util.Set;

/** The platform in memory without any capability: each verb must be refused. */
class InMemoryLimitedCapabilityContractTest extends CapabilityContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return new InMemoryFixture(
        InMemoryPlatform.builder().flinkVersions("2.3.0").capabilities(Set.of()).build());
  }
}
