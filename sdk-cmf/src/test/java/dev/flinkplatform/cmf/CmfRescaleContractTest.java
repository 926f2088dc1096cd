package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.PlatformFixture;
import dev.flinkplatform.testkit.contract.RescaleContract;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class CmfRescaleContractTest extends RescaleContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
