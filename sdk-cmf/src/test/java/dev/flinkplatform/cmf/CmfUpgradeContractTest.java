package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.UpgradeContract;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class CmfUpgradeContractTest extends UpgradeContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
