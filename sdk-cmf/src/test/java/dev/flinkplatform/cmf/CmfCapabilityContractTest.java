package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.CapabilityContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class CmfCapabilityContractTest extends CapabilityContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
