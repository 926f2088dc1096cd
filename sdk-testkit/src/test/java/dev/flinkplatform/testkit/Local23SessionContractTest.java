package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.SessionContract;
import java.io.IOException;

class Local23SessionContractTest extends SessionContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
