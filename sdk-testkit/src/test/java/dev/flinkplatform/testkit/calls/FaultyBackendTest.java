package dev.flinkplatform.testkit.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.JobId;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Timing;
import java.lang.reflect.Proxy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FaultyBackendTest {

  @Test
  void observe_clusterThatGivesJobIds_passesOnAllThatItTells() {
    Observation seen =
        new Observation(
            Optional.of("orders.deploy.1"),
            true,
            1,
            2,
            3,
            4,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            true,
            "all is well",
            Optional.of(JobId.random()));
    PlatformBackend backend =
        (PlatformBackend)
            Proxy.newProxyInstance(
                PlatformBackend.class.getClassLoader(),
                new Class<?>[] {PlatformBackend.class},
                (proxy, method, args) -> seen);

    PlatformBackend faulty =
        FaultyBackend.around(backend, (call, duplicable) -> CallFault.NONE, Timing.system());

    assertThat(faulty.observe("orders")).isEqualTo(seen);
  }
}
