package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.FaultContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class CmfFaultContractTest extends FaultContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
