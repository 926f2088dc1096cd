package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.UpgradeContract;
import java.io.IOException;

class Local23UpgradeContractTest extends UpgradeContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
