package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Plan;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A backend whose cluster gives jobs their ids. */
class GivenJobIdsTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  /** The id that the cluster gives the job of a launch. */
  private final Map<String, JobId> given = new ConcurrentHashMap<>();

  private volatile boolean tellsIds = true;

  private FlinkPlatform connect(String process) {
    PlatformBackend fake = world.process(process);
    PlatformBackend giving =
        (PlatformBackend)
            Proxy.newProxyInstance(
                PlatformBackend.class.getClassLoader(),
                new Class<?>[] {PlatformBackend.class},
                (proxy, method, args) -> {
                  try {
                    return switch (method.getName()) {
                      case "givesJobIds" -> true;
                      case "drift" -> List.of("image is b and not a as asked");
                      case "launch" -> {
                        fake.launch(named((Launch) args[0]));
                        yield null;
                      }
                      case "observe" -> told(fake.observe((String) args[0]));
                      default -> method.invoke(fake, args);
                    };
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return Platforms.of(
        giving, (operation, verb, step, moment) -> {}, world.timing(), Supervision.off());
  }

  private Launch named(Launch l) {
    JobId id = given.computeIfAbsent(l.id(), x -> JobId.random());
    return new Launch(
        l.id(),
        l.spec(),
        id,
        l.restoreFrom(),
        l.allowNonRestoredState(),
        l.claimMode(),
        l.attempt());
  }

  private Observation told(Observation o) {
    return new Observation(
        o.launchId(),
        o.somethingLeft(),
        o.jobManagers(),
        o.jobManagersWanted(),
        o.taskManagers(),
        o.taskManagersWanted(),
        o.control(),
        o.webUi(),
        o.failure(),
        o.retryable(),
        o.detail(),
        tellsIds ? o.launchId().map(given::get) : Optional.empty());
  }

  @Test
  void deploy_clusterGivesId_isAdoptedAndThePlaceholderIsNeverShown() {
    try (FlinkPlatform platform = connect("a")) {
      FlinkApplication app = platform.deploy(spec("1").build()).await(SOON);

      ApplicationStatus status = app.status();
      JobId id = world.running(APP).orElseThrow().jobId();
      assertThat(given).containsValue(id);
      assertThat(status.state()).isEqualTo(ApplicationState.RUNNING);
      assertThat(status.jobId()).contains(id);
      assertThat(status.jobIdHistory()).containsExactly(id);

      Savepoint savepoint = app.savepoint().await(SOON);
      assertThat(savepoint.jobId()).isEqualTo(id);
    }
  }

  @Test
  void status_idNotToldYet_hasNone() throws InterruptedException {
    tellsIds = false;
    try (FlinkPlatform platform = connect("a")) {
      var operation = platform.deploy(spec("1").build());
      // The job runs, and only its id is not known.
      while (world.running(APP).isEmpty()) {
        Thread.onSpinWait();
      }

      ApplicationStatus status = platform.application(APP).status();

      assertThat(status.state()).isEqualTo(ApplicationState.DEPLOYING);
      assertThat(status.jobId()).isEmpty();
      assertThat(status.jobIdHistory()).isEmpty();
      tellsIds = true;
      operation.await(SOON);
      assertThat(platform.application(APP).status().jobId()).isPresent();
    }
  }

  @Test
  void upgradeSuspendResume_eachStartHasItsId_andStateGoesOn() {
    try (FlinkPlatform platform = connect("a")) {
      FlinkApplication app = platform.deploy(spec("1").build()).await(SOON);
      world.work(APP, 100);
      app.upgrade(spec("2").build(), StateRestore.latest()).await(SOON);
      app.suspend().await(SOON);
      app.resume(StateRestore.latest()).await(SOON);

      assertThat(app.status().jobIdHistory())
          .hasSize(3)
          .containsExactlyInAnyOrderElementsOf(given.values());
      assertThat(app.status().jobId()).contains(world.running(APP).orElseThrow().jobId());
      try (FlinkPlatform other = connect("b")) {
        assertThat(other.application(APP).status().jobIdHistory())
            .isEqualTo(app.status().jobIdHistory());
      }
    }
  }

  @Test
  void plan_backendTellsDrift_isAReasonAndNoChange() {
    try (FlinkPlatform platform = connect("a")) {
      FlinkApplication unused = platform.deploy(spec("1").build()).await(SOON);

      Plan plan = platform.plan(spec("1").build());

      assertThat(plan.kind()).isEqualTo(Plan.Kind.NOTHING);
      assertThat(plan.reasons()).containsExactly("image is b and not a as asked");
    }
  }
}
