package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.FaultContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class Local23FaultContractTest extends FaultContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
