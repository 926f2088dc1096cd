package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.SessionContract;
import java.io.IOException;

/** The platform in memory. */
class InMemorySessionContractTest extends SessionContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return InMemoryFixture.of("2.3.0");
  }
}
