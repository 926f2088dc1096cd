package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.UpgradeContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class CmfUpgradeContractTest extends UpgradeContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
