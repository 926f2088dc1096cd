package dev.flinkplatform.testkit;

import dev.flinkplatform.testkit.contract.DiagnosisContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;

class Local120DiagnosisContractTest extends DiagnosisContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.of("1.20.0");
  }
}
