package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.FaultContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class Local120FaultContractTest extends FaultContract {

  /** Fewer: what differs between versions is little. */
  @Override
  protected int schedules() {
    return 18;
  }

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
