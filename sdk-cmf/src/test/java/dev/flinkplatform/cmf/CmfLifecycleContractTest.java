package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.LifecycleContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class CmfLifecycleContractTest extends LifecycleContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
