package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.RescaleContract;
import java.io.IOException;

class Local23RescaleContractTest extends RescaleContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
