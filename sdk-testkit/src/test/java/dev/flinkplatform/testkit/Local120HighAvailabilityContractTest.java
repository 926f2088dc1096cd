package dev.flinkplatform.testkit;

import dev.flinkplatform.Supervision;
import dev.flinkplatform.testkit.contract.HighAvailabilityContract;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** With every build on 2.3; on 1.20 nightly, for time. */
@Tag("nightly")
class Local120HighAvailabilityContractTest extends HighAvailabilityContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    return LocalFixture.supervised(
        "1.20.0",
        Supervision.defaults()
            .withBackOff(Duration.ofMillis(200), Duration.ofSeconds(1))
            .withLimit(4, Duration.ofMinutes(10)));
  }
}
