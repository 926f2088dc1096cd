package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.testkit.contract.DiagnosisContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

/** The platform in memory. */
class InMemoryDiagnosisContractTest extends DiagnosisContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return InMemoryFixture.of("2.3.0");
  }
}
