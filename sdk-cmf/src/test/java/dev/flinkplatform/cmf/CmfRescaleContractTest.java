package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.RescaleContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class CmfRescaleContractTest extends RescaleContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
