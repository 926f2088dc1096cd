package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.DiagnosisContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class Local23DiagnosisContractTest extends DiagnosisContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("2.3.0");
  }
}
