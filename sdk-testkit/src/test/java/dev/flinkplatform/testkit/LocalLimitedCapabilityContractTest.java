package dev.flinkplatform.testkit;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.local.LocalProvider;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.testkit.contract.CapabilityContract;
import dev.flinkplatform.testkit.contract.CapabilityReport;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The local backend, stripped of all that is not in every backend: each verb must be refused. */
class LocalLimitedCapabilityContractTest extends CapabilityContract {

  @Override
  protected PlatformFixture createFixture() throws IOException {
    LocalFixture local = LocalFixture.of("2.3.0");
    return new PlatformFixture() {
      @Override
      public FlinkPlatform connect() {
        return Platforms.of(limited(new LocalProvider().create(local.config())));
      }

      @Override
      public FlinkVersion flinkVersion() {
        return local.flinkVersion();
      }

      @Override
      public ApplicationSpec.Builder baseSpec(String name) {
        return local.baseSpec(name);
      }

      @Override
      public Path ledger(String name) {
        return local.ledger(name);
      }

      @Override
      public String savepointDirectory(String name) {
        return local.savepointDirectory(name);
      }

      @Override
      public List<String> leftovers(String name) {
        return local.leftovers(name);
      }

      @Override
      public void seen(CapabilityReport report) {
        CapabilityRun.write("limited-local", report);
      }

      @Override
      public void close() {
        local.close();
      }
    };
  }

  private static PlatformBackend limited(PlatformBackend backend) {
    return (PlatformBackend)
        Proxy.newProxyInstance(
            PlatformBackend.class.getClassLoader(),
            new Class<?>[] {PlatformBackend.class},
            (proxy, method, args) -> {
              if (method.getName().equals("capabilities")) {
                // What a specification may say is the backend's own check, which is left alone.
                return Set.of(Capability.HA_ZOOKEEPER);
              }
              try {
                return method.invoke(backend, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
