package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.SavepointContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class CmfSavepointContractTest extends SavepointContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
