package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.CapabilityContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

/** A CMF whose proxy to Flink only lets looks through: no checkpoints on demand. */
class CmfLimitedCapabilityContractTest extends CapabilityContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.looksOnly();
  }
}
