package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.ErrorContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class Local120ErrorContractTest extends ErrorContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
