package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.CapabilityContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class Local120CapabilityContractTest extends CapabilityContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
