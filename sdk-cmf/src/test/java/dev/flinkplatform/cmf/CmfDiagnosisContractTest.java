package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.DiagnosisContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

@Tag("nightly")
class CmfDiagnosisContractTest extends DiagnosisContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return CmfFixture.plain();
  }
}
