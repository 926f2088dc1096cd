package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.testkit.contract.ErrorContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

/** The platform in memory. */
class InMemoryErrorContractTest extends ErrorContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return InMemoryFixture.of("2.3.0");
  }
}
