package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.SessionContract;
import java.io.IOException;

class Local120SessionContractTest extends SessionContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
