package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.testkit.contract.EventContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

/** The platform in memory. */
class InMemoryEventContractTest extends EventContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return InMemoryFixture.of("2.3.0");
  }
}
