package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.ErrorContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class Local23ErrorContractTest extends ErrorContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
