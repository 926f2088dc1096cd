package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.LifecycleContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class CmfMutualTlsLifecycleContractTest extends LifecycleContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.mutualTls();
  }
}
