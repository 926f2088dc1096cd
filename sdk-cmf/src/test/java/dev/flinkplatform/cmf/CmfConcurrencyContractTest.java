package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.ConcurrencyContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class CmfConcurrencyContractTest extends ConcurrencyContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
