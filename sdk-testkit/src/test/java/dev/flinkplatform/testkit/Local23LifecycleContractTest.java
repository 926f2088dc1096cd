package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.LifecycleContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class Local23LifecycleContractTest extends LifecycleContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
