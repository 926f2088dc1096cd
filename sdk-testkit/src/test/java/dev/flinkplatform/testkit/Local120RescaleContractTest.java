package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.RescaleContract;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class Local120RescaleContractTest extends RescaleContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
