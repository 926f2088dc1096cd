package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.SavepointContract;
import java.io.IOException;

class Local120SavepointContractTest extends SavepointContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
