package dev.flinkplatform.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.memory.InMemoryPlatform;
import dev.flinkplatform.waiting.Condition;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlinkPlatformMetricsTest {

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final InMemoryPlatform place = InMemoryPlatform.builder().build();
  private final MeterRegistry registry = new SimpleMeterRegistry();

  private static ApplicationSpec spec(String name, SelfCheckingJob.Args args) {
    return ApplicationSpec.builder(name)
        .job(
            JobSpec.jar("/jobs/job.jar")
                .entryClass(SelfCheckingJob.entryClass())
                .args(args.toList())
                .build())
        .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
        .build();
  }

  private double gauge(String name, String... tags) {
    return registry.get("flink.platform.application." + name).tags(tags).gauge().value();
  }

  @Test
  void bindTo_applicationComesAndGoes_metersFollow() throws InterruptedException {
    try (FlinkPlatform platform = place.connect();
        FlinkPlatformMetrics metrics =
            new FlinkPlatformMetrics(platform, Duration.ofDays(1), place.timing().clock())) {
      metrics.bindTo(registry);
      assertThat(registry.find("flink.platform.application.state").gauges()).isEmpty();

      FlinkApplication app = platform.deploy(spec("orders", SelfCheckingJob.args())).await(TIMEOUT);
      app.await(Condition.checkpointsCompleted(3), TIMEOUT);
      metrics.refresh();

      assertThat(gauge("state", "application", "orders", "state", "RUNNING")).isEqualTo(1);
      assertThat(gauge("vertices", "application", "orders")).isPositive();
      assertThat(gauge("vertices.running", "application", "orders"))
          .isEqualTo(gauge("vertices", "application", "orders"));
      assertThat(gauge("parallelism", "application", "orders")).isEqualTo(1);
      assertThat(gauge("restarts", "application", "orders")).isZero();
      assertThat(gauge("slots.total", "application", "orders")).isEqualTo(1);
      assertThat(gauge("slots.free", "application", "orders")).isZero();
      assertThat(gauge("taskmanagers", "application", "orders")).isEqualTo(1);
      assertThat(gauge("checkpoints.completed", "application", "orders")).isGreaterThanOrEqualTo(3);
      double age = gauge("checkpoint.age", "application", "orders");
      assertThat(age).isBetween(0.0, 60.0);
      place.timing().pause(Duration.ofSeconds(30));
      assertThat(gauge("checkpoint.age", "application", "orders")).isGreaterThan(age + 29);

      app.delete(StateRetention.PURGE).await(TIMEOUT);
      metrics.refresh();
      assertThat(registry.find("flink.platform.application.state").gauges()).isEmpty();
      assertThat(registry.find("flink.platform.application.slots.total").gauges()).isEmpty();
    }
  }

  private double ofJob(String name, String... tags) {
    return registry.get("flink.platform.session.job." + name).tags(tags).gauge().value();
  }

  private double ofSession(String name) {
    return registry.get("flink.platform.session." + name).tags("session", "shared").gauge().value();
  }

  @Test
  void bindTo_sessionAndItsJobsComeAndGo_metersFollow() throws InterruptedException {
    try (FlinkPlatform platform = place.connect();
        FlinkPlatformMetrics metrics =
            new FlinkPlatformMetrics(platform, Duration.ofDays(1), place.timing().clock())) {
      metrics.bindTo(registry);
      SessionCluster session =
          platform
              .deploySession(
                  SessionClusterSpec.builder("shared")
                      .taskManager(TaskManagerSpec.builder().slots(3).build())
                      .checkpointing(
                          Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
                      .build())
              .await(TIMEOUT);
      FlinkJob orders = submit(session, "orders", 2);
      submit(session, "billing", 1);
      orders.await(Condition.checkpointsCompleted(3), TIMEOUT);
      metrics.refresh();

      assertThat(ofSession("slots.total")).isEqualTo(3);
      assertThat(ofSession("slots.free")).isZero();
      assertThat(ofSession("taskmanagers")).isEqualTo(1);
      String[] tags = {"session", "shared", "job", "orders"};
      assertThat(ofJob("state", "session", "shared", "job", "orders", "state", "RUNNING"))
          .isEqualTo(1);
      assertThat(ofJob("state", "session", "shared", "job", "billing", "state", "RUNNING"))
          .isEqualTo(1);
      assertThat(ofJob("vertices.running", tags)).isEqualTo(ofJob("vertices", tags)).isPositive();
      assertThat(ofJob("parallelism", tags)).isEqualTo(2);
      assertThat(ofJob("restarts", tags)).isZero();
      assertThat(ofJob("checkpoints.completed", tags)).isGreaterThanOrEqualTo(3);
      assertThat(ofJob("checkpoint.size", tags)).isPositive();
      assertThat(ofJob("checkpoint.age", tags)).isBetween(0.0, 60.0);
      assertThat(registry.find("flink.platform.application.state").gauges()).isEmpty();

      place.failTask("shared/orders", "java.io.IOException: no route");
      place.timing().pause(Duration.ofSeconds(30)); // what is to be told is told
      metrics.refresh();
      assertThat(ofJob("restarts", tags)).isEqualTo(1);
      assertThat(registry.get("flink.platform.session.job.failures").tags(tags).counter().count())
          .isEqualTo(1);
      assertThat(registry.find("flink.platform.job.failures").counters()).isEmpty();

      orders.cancel().await(TIMEOUT);
      metrics.refresh();
      assertThat(registry.find("flink.platform.session.job.vertices").gauges()).hasSize(1);
      session.job("billing").cancel().await(TIMEOUT);
      session.delete(StateRetention.PURGE).await(TIMEOUT);
      metrics.refresh();
      assertThat(registry.find("flink.platform.session.state").gauges()).isEmpty();
      assertThat(registry.find("flink.platform.session.job.state").gauges()).isEmpty();
    }
  }

  private static FlinkJob submit(SessionCluster session, String name, int parallelism) {
    return session
        .submit(
            name, spec(name, SelfCheckingJob.args()).job(), SubmitOptions.parallelism(parallelism))
        .await(TIMEOUT);
  }

  @Test
  void bindTo_operations_areCountedAndTimed() throws InterruptedException {
    try (FlinkPlatform platform = place.connect();
        FlinkPlatformMetrics metrics =
            new FlinkPlatformMetrics(platform, Duration.ofDays(1), place.timing().clock())) {
      metrics.bindTo(registry);
      FlinkApplication app = platform.deploy(spec("good", SelfCheckingJob.args())).await(TIMEOUT);
      app.savepoint().await(TIMEOUT);
      app.savepoint().await(TIMEOUT);
      assertThatThrownBy(
              () ->
                  platform
                      .deploy(spec("bad", SelfCheckingJob.args().mainThrows("no")))
                      .await(TIMEOUT))
          .isInstanceOf(OperationFailedException.class);
      place.timing().pause(Duration.ofSeconds(5)); // what is to be told is told

      assertThat(
              registry
                  .get("flink.platform.operations.started")
                  .tag("verb", "savepoint")
                  .counter()
                  .count())
          .isEqualTo(2);
      assertThat(
              registry
                  .get("flink.platform.operations")
                  .tags("verb", "savepoint", "outcome", "succeeded")
                  .timer()
                  .count())
          .isEqualTo(2);
      assertThat(
              registry
                  .get("flink.platform.operations")
                  .tags("verb", "deploy", "outcome", "succeeded")
                  .timer()
                  .totalTime(TimeUnit.MILLISECONDS))
          .isPositive();
      assertThat(
              registry
                  .get("flink.platform.operations")
                  .tags("verb", "deploy", "outcome", "failed")
                  .timer()
                  .count())
          .isEqualTo(1);
    }
  }

  @Test
  void bindTo_closed_isRefused() {
    try (FlinkPlatform platform = place.connect()) {
      FlinkPlatformMetrics metrics = new FlinkPlatformMetrics(platform);
      metrics.close();
      assertThatThrownBy(() -> metrics.bindTo(registry)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> new FlinkPlatformMetrics(platform, Duration.ZERO))
          .hasMessageContaining("1 ms");
    }
  }
}
