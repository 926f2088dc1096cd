package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.ConcurrencyContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class CmfConcurrencyContractTest extends ConcurrencyContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
