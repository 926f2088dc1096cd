package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.EventContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class CmfEventContractTest extends EventContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
