package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.EventContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** With every build on 2.3; on 1.20 nightly, for time. */
@Tag("nightly")
class Local120EventContractTest extends EventContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
