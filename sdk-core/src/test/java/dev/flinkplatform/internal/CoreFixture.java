package dev.flinkplatform.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.spi.StepListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A fake world and the platforms that a test connects to it; closes them after the test. */
final class CoreFixture implements AfterEachCallback, AutoCloseable {

  /** How long to wait for what comes at once: only a broken test waits that long. */
  static final Duration SOON = Duration.ofSeconds(30);

  static final String APP = "orders";
  static final String SAVEPOINTS = "file:///savepoints";

  final FakeWorld world = new FakeWorld();
  private final List<FlinkPlatform> platforms = new ArrayList<>();

  /** Connects one more process. */
  FlinkPlatform connect(String process) {
    return connect(process, (operation, verb, step, moment) -> {});
  }

  FlinkPlatform connect(String process, StepListener listener) {
    FlinkPlatform platform =
        Platforms.of(world.process(process), listener, world.timing(), Supervision.defaults());
    platforms.add(platform);
    return platform;
  }

  /** A specification; its jar's version tells one from another. */
  static ApplicationSpec.Builder spec(String version) {
    return ApplicationSpec.builder(APP)
        .job(JobSpec.jar("/jobs/orders-" + version + ".jar").entryClass("com.acme.Orders").build())
        .parallelism(2)
        .savepointDirectory(SAVEPOINTS);
  }

  /** Deploys the specification of version 1 and lets the job do some work. */
  FlinkApplication deployed(FlinkPlatform platform) {
    FlinkApplication app = platform.deploy(spec("1").build()).await(SOON);
    world.work(APP, 100);
    return app;
  }

  /** Awaits the failure of an operation and returns how it ended. */
  static OperationStatus failure(Operation<?> operation) {
    OperationFailedException e =
        catchThrowableOfType(OperationFailedException.class, () -> operation.await(SOON));
    assertThat(e).as("operation %s should have failed", operation.id()).isNotNull();
    assertThat(e.status()).isEqualTo(operation.status());
    return e.status();
  }

  /** Checks what must hold whatever happened. */
  void verify() {
    assertThat(world.violations()).isEmpty();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
    verify();
  }

  @Override
  public void close() {
    platforms.forEach(FlinkPlatform::close);
  }
}
