package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.ErrorContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class CmfErrorContractTest extends ErrorContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
