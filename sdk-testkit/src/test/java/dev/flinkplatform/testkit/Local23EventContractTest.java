package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.EventContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class Local23EventContractTest extends EventContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
