package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.internal.fake.FakeWorld.Snapshot;
import dev.flinkplatform.internal.fake.FakeWorld.Start;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A process dies at every step of every verb, before and after the step did its work, and another
 * one goes on: it must end as if nothing had happened.
 */
class TakeOverTest {

  private static final String SESSION = "nightly";
  private static final JobSpec LOAD =
      JobSpec.jar("/jobs/load-1.jar").entryClass("com.acme.Load").build();

  /** Thrown where a process dies; whatever it still tries has no effect. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A verb in a situation; {@code ends} is what must come out, with and without a death. */
  private record Scenario(
      String name,
      Consumer<CoreFixture> setUp,
      Consumer<FakeWorld> script,
      Function<FlinkPlatform, Operation<?>> verb,
      String ends) {

    Scenario(String name, Function<FlinkPlatform, Operation<?>> verb, String ends) {
      this(name, TakeOverTest::deploy, world -> {}, verb, ends);
    }

    Scenario scripted(Consumer<FakeWorld> how) {
      return new Scenario(name, setUp, how, verb, ends);
    }

    Scenario after(Consumer<CoreFixture> how) {
      return new Scenario(name, how, script, verb, ends);
    }
  }

  private static void deploy(CoreFixture fixture) {
    fixture.deployed(fixture.connect("set-up"));
  }

  private static Function<FlinkPlatform, Operation<?>> app(
      Function<FlinkApplication, Operation<?>> verb) {
    return platform -> verb.apply(platform.application(APP));
  }

  /** As the supervision does. */
  private static Function<FlinkPlatform, Operation<?>> recover(String name) {
    return platform -> {
      CorePlatform core = (CorePlatform) platform;
      return core.recover(core.journal.load(name).orElseThrow());
    };
  }

  private static Start secondVersionFails(Launch launch) {
    return launch.spec().job().jars().get(0).contains("-2.")
        ? Start.jobFails("v2 is broken")
        : Start.runs(0);
  }

  private static List<Scenario> scenarios() {
    Failure port = Failure.of(Failure.Kind.PORT_TAKEN, "port 8081");
    return List.of(
        new Scenario(
                "deploy", p -> p.deploy(spec("1").build()), "SUCCEEDED RUNNING v1 2,2,1 progress 0")
            .after(f -> {}),
        new Scenario(
                "deploy, job fails", p -> p.deploy(spec("1").build()), "FAILED rolled back ABSENT")
            .after(f -> {})
            .scripted(w -> w.starts = launch -> Start.jobFails("boom")),
        new Scenario(
                "deploy, port lost once",
                p -> p.deploy(spec("1").build()),
                "SUCCEEDED RUNNING v1 2,2,1 progress 0")
            .after(f -> {})
            .scripted(
                w ->
                    w.starts =
                        l -> l.attempt() < 2 ? Start.clusterFails(port, true) : Start.runs(0)),
        new Scenario(
                "apply, creates",
                p -> p.apply(spec("1").build()),
                "SUCCEEDED RUNNING v1 2,2,1 progress 0")
            .after(f -> {}),
        new Scenario(
            "apply, restarts",
            p -> p.apply(spec("2").build()),
            "SUCCEEDED RUNNING v2 2,2,1 progress 100 savepoints 1"),
        new Scenario(
            "apply, in place",
            p -> p.apply(spec("1").parallelism(4).build()),
            "SUCCEEDED RUNNING v1 4,4,1 progress 100"),
        new Scenario(
                "apply, labels",
                p -> p.apply(spec("1").putLabel("team", "etl").build()),
                "SUCCEEDED RUNNING v1 2,2,1 progress 100")
            .scripted(w -> w.adaptive = false),
        new Scenario(
            "savepoint",
            app(a -> a.savepoint()),
            "SUCCEEDED RUNNING v1 2,2,1 progress 100 savepoints 1"),
        new Scenario(
            "checkpoint", app(a -> a.checkpoint()), "SUCCEEDED RUNNING v1 2,2,1 progress 100"),
        new Scenario(
                "dispose", disposeFirst(), "SUCCEEDED RUNNING v1 2,2,1 progress 100 savepoints 1")
            .after(TakeOverTest::twoSavepoints),
        new Scenario(
                "dispose by Flink",
                disposeFirst(),
                "SUCCEEDED RUNNING v1 2,2,1 progress 100 savepoints 1")
            .after(TakeOverTest::twoSavepoints)
            .scripted(w -> w.seesFiles = false),
        new Scenario(
            "rescale up in place",
            app(a -> a.rescale(4)),
            "SUCCEEDED RUNNING v1 4,4,1 progress 100"),
        new Scenario(
            "rescale down in place",
            app(a -> a.rescale(1)),
            "SUCCEEDED RUNNING v1 1,1,1 progress 100"),
        new Scenario(
                "rescale in place, refused",
                app(a -> a.rescale(4)),
                "FAILED rolled back RUNNING v1 2,2,1 progress 100")
            .scripted(w -> w.refuses = bound -> bound == 4),
        new Scenario(
                "rescale through a savepoint",
                app(a -> a.rescale(4)),
                "SUCCEEDED RUNNING v1 4,4,1 progress 100 savepoints 1")
            .scripted(w -> w.adaptive = false),
        new Scenario(
            "upgrade",
            app(a -> a.upgrade(spec("2").build(), StateRestore.latest())),
            "SUCCEEDED RUNNING v2 2,2,1 progress 100 savepoints 1"),
        new Scenario(
                "upgrade, rolled back",
                app(a -> a.upgrade(spec("2").build(), StateRestore.latest())),
                "FAILED rolled back RUNNING v1 2,2,1 progress 100 savepoints 1")
            .scripted(w -> w.starts = TakeOverTest::secondVersionFails),
        new Scenario(
                "upgrade, rolled back, port lost once",
                app(a -> a.upgrade(spec("2").build(), StateRestore.latest())),
                "FAILED rolled back RUNNING v1 2,2,1 progress 100 savepoints 1")
            .scripted(
                w ->
                    w.starts =
                        l ->
                            l.spec().job().jars().get(0).contains("-1.") && l.attempt() < 2
                                ? Start.clusterFails(port, true)
                                : secondVersionFails(l)),
        new Scenario(
                "upgrade, job had failed",
                app(a -> a.upgrade(spec("2").build(), StateRestore.latest())),
                "SUCCEEDED RUNNING v2 2,2,1 progress 100")
            .after(
                f -> {
                  deploy(f);
                  f.world.checkpoint(APP, Instant.EPOCH);
                  f.world.failJob(APP, "boom");
                }),
        new Scenario(
                "upgrade, stop forgotten",
                app(a -> a.upgrade(spec("2").build(), StateRestore.latest())),
                "SUCCEEDED RUNNING v2 2,2,1 progress 100 savepoints 1")
            .scripted(w -> w.snapshots.add(Snapshot.COMPLETES_AND_IS_FORGOTTEN)),
        new Scenario(
                "upgrade, stop takes long",
                app(a -> a.upgrade(spec("2").build(), StateRestore.latest())),
                "SUCCEEDED RUNNING v2 2,2,1 progress 100 savepoints 1")
            .scripted(w -> w.snapshotLooks = 4),
        new Scenario(
                "savepoint, takes long",
                app(a -> a.savepoint()),
                "SUCCEEDED RUNNING v1 2,2,1 progress 100 savepoints 1")
            .scripted(w -> w.snapshotLooks = 4),
        new Scenario("suspend", app(a -> a.suspend()), "SUCCEEDED SUSPENDED savepoints 1"),
        new Scenario(
                "resume",
                app(a -> a.resume(StateRestore.latest())),
                "SUCCEEDED RUNNING v1 2,2,1 progress 100 savepoints 1")
            .after(TakeOverTest::suspended),
        new Scenario(
                "resume, job fails",
                app(a -> a.resume(StateRestore.latest())),
                "FAILED SUSPENDED savepoints 1")
            .after(TakeOverTest::suspended)
            .scripted(w -> w.starts = launch -> Start.jobFails("boom")),
        new Scenario(
            "restart",
            app(a -> a.restart()),
            "SUCCEEDED RUNNING v1 2,2,1 progress 100 savepoints 1"),
        new Scenario(
                "deploy, session cluster",
                p -> p.deploySession(session().build()),
                "SUCCEEDED RUNNING session 1 jobs []")
            .after(f -> {}),
        new Scenario(
                "scale, up",
                p -> p.session(SESSION).scaleTaskManagers(3),
                "SUCCEEDED RUNNING session 3 jobs []")
            .after(TakeOverTest::sessionDeployed),
        new Scenario(
                "scale, no room",
                p -> p.session(SESSION).scaleTaskManagers(3),
                "FAILED rolled back RUNNING session 1 jobs []")
            .after(TakeOverTest::sessionDeployed)
            .scripted(w -> w.maxTaskManagers = 2),
        new Scenario(
                "suspend, session cluster",
                p -> p.session(SESSION).suspend(),
                "SUCCEEDED SUSPENDED session 0 jobs []")
            .after(TakeOverTest::sessionDeployed),
        new Scenario(
                "resume, session cluster",
                p -> p.session(SESSION).resume(),
                "SUCCEEDED RUNNING session 1 jobs []")
            .after(
                f -> {
                  sessionDeployed(f);
                  f.connect("suspends").session(SESSION).suspend().await(SOON);
                }),
        new Scenario(
                "submit",
                p -> p.session(SESSION).submit("load", LOAD),
                "SUCCEEDED RUNNING session 1 jobs [load RUNNING 1]")
            .after(TakeOverTest::sessionDeployed),
        new Scenario(
                "submit, job fails",
                p -> p.session(SESSION).submit("load", LOAD),
                "FAILED rolled back ABSENT session 1 jobs []")
            .after(TakeOverTest::sessionDeployed)
            .scripted(w -> w.starts = launch -> Start.jobFails("boom")),
        new Scenario(
                "rescale, job in a session cluster",
                p -> p.session(SESSION).job("load").rescale(2),
                "SUCCEEDED RUNNING session 1 jobs [load RUNNING 2]")
            .after(TakeOverTest::jobSubmitted)
            .scripted(w -> w.adaptive = false),
        new Scenario(
                "delete, job in a session cluster",
                p -> p.session(SESSION).job("load").cancel(),
                "SUCCEEDED ABSENT session 1 jobs []")
            .after(TakeOverTest::jobSubmitted),
        new Scenario(
                "burst",
                p -> p.session(SESSION).burst("load", LOAD, SubmitOptions.defaults(), 3),
                "SUCCEEDED RUNNING session 1 jobs [load FINISHED 1]")
            .after(TakeOverTest::sessionDeployed)
            .scripted(w -> w.starts = launch -> Start.finishes()),
        new Scenario(
                "burst, job fails",
                p -> p.session(SESSION).burst("load", LOAD, SubmitOptions.defaults(), 3),
                "FAILED RUNNING session 1 jobs []")
            .after(TakeOverTest::sessionDeployed)
            .scripted(w -> w.starts = launch -> Start.jobFails("boom")),
        new Scenario(
                "burst, its job does not come to its end",
                p -> p.session(SESSION).burst("load", LOAD, SubmitOptions.defaults(), 3),
                "FAILED RUNNING session 1 jobs [load CANCELED 1]")
            .after(TakeOverTest::sessionDeployed)
            .scripted(w -> w.looksPerDay = 3),
        new Scenario(
                "delete, session cluster",
                p -> p.session(SESSION).delete(StateRetention.PURGE),
                "SUCCEEDED ABSENT")
            .after(TakeOverTest::sessionDeployed),
        new Scenario(
                "recover, session cluster's TaskManager died",
                recover(SESSION),
                "SUCCEEDED RUNNING session 1 jobs [load RUNNING 1]")
            .after(
                f -> {
                  jobSubmitted(f);
                  f.world.loseTaskManager(SESSION);
                }),
        new Scenario(
                "recover, session cluster's JobManager died",
                recover(SESSION),
                "SUCCEEDED RUNNING session 1 jobs [load FAILED 0]")
            .after(
                f -> {
                  jobSubmitted(f);
                  f.world.killJobManager(SESSION);
                }),
        new Scenario(
                "recover, job whose session cluster was started anew",
                recover(SESSION + "/load"),
                "SUCCEEDED RUNNING session 1 jobs [load RUNNING 1]")
            .after(
                f -> {
                  jobSubmitted(f);
                  f.world.checkpoint(SESSION + "/load", Instant.EPOCH);
                  f.world.killJobManager(SESSION);
                  recover(SESSION).apply(f.connect("recovers")).await(SOON);
                }),
        new Scenario(
                "recover, TaskManager died",
                recover(APP),
                "SUCCEEDED RUNNING v1 2,2,1 progress 100")
            .after(
                f -> {
                  deploy(f);
                  f.world.loseTaskManager(APP);
                }),
        new Scenario(
                "recover, JobManager died", recover(APP), "SUCCEEDED RUNNING v1 2,2,1 progress 100")
            .after(
                f -> {
                  checkpointed(f);
                  f.world.killJobManager(APP);
                }),
        new Scenario(
                "recover, pointers are gone",
                recover(APP),
                "SUCCEEDED RUNNING v1 2,2,1 progress 100")
            .after(
                f -> {
                  checkpointed(f);
                  f.world.loseTaskManager(APP);
                  f.world.pointersLost = true;
                }),
        new Scenario("recover, no state", recover(APP), "REJECTED FAILED v1 2,2,1 progress 100")
            .after(
                f -> {
                  deploy(f);
                  f.world.killJobManager(APP);
                }),
        new Scenario(
                "delete, state kept",
                app(a -> a.delete(StateRetention.KEEP)),
                "SUCCEEDED ABSENT kept 1")
            .after(TakeOverTest::checkpointed),
        new Scenario(
                "delete, state purged",
                app(a -> a.delete(StateRetention.PURGE)),
                "SUCCEEDED ABSENT")
            .after(TakeOverTest::checkpointed));
  }

  private static SessionClusterSpec.Builder session() {
    return SessionClusterSpec.builder(SESSION)
        .taskManager(TaskManagerSpec.builder().slots(2).build())
        .savepointDirectory(CoreFixture.SAVEPOINTS);
  }

  private static void sessionDeployed(CoreFixture fixture) {
    fixture.connect("set-up").deploySession(session().build()).await(SOON);
  }

  private static void jobSubmitted(CoreFixture fixture) {
    sessionDeployed(fixture);
    fixture.connect("submits").session(SESSION).submit("load", LOAD).await(SOON);
  }

  private static void twoSavepoints(CoreFixture fixture) {
    FlinkApplication app = fixture.deployed(fixture.connect("set-up"));
    app.savepoint().await(SOON);
    Savepoint first = app.savepoints().get(0);
    await().until(() -> Instant.now().isAfter(first.takenAt().plusMillis(1)));
    app.savepoint().await(SOON);
  }

  private static Function<FlinkPlatform, Operation<?>> disposeFirst() {
    return app(a -> a.dispose(a.savepoints().get(1)));
  }

  private static void suspended(CoreFixture fixture) {
    fixture.deployed(fixture.connect("set-up")).suspend().await(SOON);
  }

  private static void checkpointed(CoreFixture fixture) {
    deploy(fixture);
    fixture.world.checkpoint(APP, Instant.EPOCH);
  }

  /** A place where a process dies: the n-th time that a step is at a moment. */
  private record Place(String step, int time, StepListener.Moment moment) {}

  private static final class Places implements StepListener {
    final List<Place> seen = new ArrayList<>();
    private final Map<String, Integer> times = new HashMap<>();

    @Override
    public void at(String operation, Verb verb, String step, Moment moment) {
      next(step, moment);
    }

    Place next(String step, Moment moment) {
      Place place = new Place(step, times.merge(step + moment, 1, Integer::sum), moment);
      seen.add(place);
      return place;
    }
  }

  /** Runs a scenario to its end without a death, and tells through which places it came. */
  private static Places run(Scenario scenario) {
    try (CoreFixture fixture = new CoreFixture()) {
      scenario.setUp().accept(fixture);
      scenario.script().accept(fixture.world);
      Places places = new Places();
      FlinkPlatform platform = fixture.connect("only", places);
      Operation<?> operation = scenario.verb().apply(platform);
      end(operation);
      assertThat(outcome(fixture, platform, operation)).isEqualTo(scenario.ends());
      fixture.verify();
      return places;
    }
  }

  private static void end(Operation<?> operation) {
    try {
      operation.await(SOON);
    } catch (OperationFailedException e) {
      assertThat(e.status().state().hasEnded()).isTrue();
    }
  }

  /** Everything that must be the same whoever did it. */
  private static String outcome(
      CoreFixture fixture, FlinkPlatform platform, Operation<?> operation) {
    FakeWorld world = fixture.world;
    OperationStatus status = operation.status();
    StringBuilder out = new StringBuilder(status.state().name());
    if (status.rolledBack()) {
      out.append(" rolled back");
    }
    out.append(' ').append(status.applicationState());
    assertThat(platform.operations()).noneMatch(o -> !o.state().hasEnded());
    if (!platform.sessions().isEmpty()) {
      SessionCluster cluster = platform.session(SESSION);
      out.append(" session ").append(world.taskManagers(SESSION)).append(" jobs ");
      out.append(
          cluster.jobs().stream()
              .map(j -> j.name() + " " + j.status().state() + " " + j.status().parallelism())
              .toList());
      // However often a submission was tried, there is one run of it.
      assertThat(world.launches().stream().map(Launch::jobId).distinct().count())
          .isEqualTo(world.launches().stream().map(Launch::id).distinct().count());
      return out.toString();
    }
    boolean there = status.applicationState() != ApplicationState.ABSENT;
    assertThat(platform.applications()).hasSize(there ? 1 : 0);
    if (there) {
      ApplicationStatus now = platform.application(APP).status();
      assertThat(now.state()).isEqualTo(status.applicationState());
      assertThat(now.activeOperation()).isEmpty();
    }
    if (world.running(APP).isPresent()) {
      Launch launch = world.running(APP).orElseThrow();
      ApplicationSpec spec = platform.application(APP).spec();
      assertThat(spec.job()).isEqualTo(launch.spec().job());
      int parallelism = world.parallelism(APP).stream().mapToInt(p -> p).max().orElse(0);
      assertThat(spec.parallelism()).isEqualTo(parallelism);
      assertThat(world.taskManagers(APP)).isEqualTo(parallelism);
      out.append(launch.spec().job().jars().get(0).contains("-1.") ? " v1 " : " v2 ")
          .append(String.join(",", world.parallelism(APP).stream().map(String::valueOf).toList()))
          .append(" progress ")
          .append(world.progress(APP));
    }
    if (there && !platform.application(APP).savepoints().isEmpty()) {
      out.append(" savepoints ").append(platform.application(APP).savepoints().size());
      assertThat(world.states().keySet())
          .containsAll(
              platform.application(APP).savepoints().stream().map(Savepoint::location).toList());
    }
    if (!there && !world.states().isEmpty()) {
      out.append(" kept ").append(world.states().size());
    }
    return out.toString();
  }

  @TestFactory
  Stream<DynamicTest> verb_processDiesAnywhere_anotherOneEndsItTheSameWay() {
    return scenarios().stream()
        .flatMap(
            scenario ->
                run(scenario).seen.stream()
                    .map(
                        place ->
                            DynamicTest.dynamicTest(
                                scenario.name() + ": " + place, () -> dies(scenario, place))));
  }

  private static void dies(Scenario scenario, Place where) throws InterruptedException {
    try (CoreFixture fixture = new CoreFixture()) {
      scenario.setUp().accept(fixture);
      scenario.script().accept(fixture.world);
      CountDownLatch settled = new CountDownLatch(1);
      AtomicBoolean died = new AtomicBoolean();
      Places places = new Places();
      FlinkPlatform first =
          fixture.connect(
              "first",
              (operation, verb, step, moment) -> {
                if (places.next(step, moment).equals(where)) {
                  fixture.world.kill("first");
                  died.set(true);
                  settled.countDown();
                  throw new Death();
                }
              });
      Operation<?> begun = scenario.verb().apply(first);
      CompletableFuture<?> unused =
          begun.toFuture().whenComplete((result, e) -> settled.countDown());
      String id = begun.id();
      assertThat(settled.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      if (!died.get()) {
        // A burst and the submission it starts run side by side: how often it looks again differs.
        assertThat(where.time()).as("%s was not reached", where).isGreaterThan(1);
      }

      FlinkPlatform second = fixture.connect("second");
      Operation<?> operation = second.operation(id);
      end(operation);

      assertThat(outcome(fixture, second, operation)).isEqualTo(scenario.ends());
      fixture.verify();
    }
  }

  @TestFactory
  Stream<DynamicTest> verb_everyProcessDiesAfterOneStep_comesToTheSameEnd() {
    return scenarios().stream().map(s -> DynamicTest.dynamicTest(s.name(), () -> everybodyDies(s)));
  }

  private static void everybodyDies(Scenario scenario) throws InterruptedException {
    try (CoreFixture fixture = new CoreFixture()) {
      scenario.setUp().accept(fixture);
      scenario.script().accept(fixture.world);
      String id = "";
      for (int process = 0; process < 60; process++) {
        String name = "process-" + process;
        CountDownLatch step = new CountDownLatch(1);
        AtomicInteger moments = new AtomicInteger();
        FlinkPlatform platform =
            fixture.connect(
                name,
                (operation, verb, s, moment) -> {
                  // One whole step, and the work of the next one without its record.
                  if (moments.incrementAndGet() == 4) {
                    fixture.world.kill(name);
                    step.countDown();
                    throw new Death();
                  }
                });
        Operation<?> operation =
            id.isEmpty() ? scenario.verb().apply(platform) : platform.operation(id);
        id = operation.id();
        CompletableFuture<?> unused =
            operation.toFuture().whenComplete((result, failure) -> step.countDown());
        assertThat(step.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        platform.close();
      }
      FlinkPlatform last = fixture.connect("last");
      Operation<?> operation = last.operation(id);
      end(operation);
      assertThat(outcome(fixture, last, operation)).isEqualTo(scenario.ends());
      fixture.verify();
    }
  }

  @Test
  void scenarios_together_visitEveryStep() {
    EnumSet<Step> visited = EnumSet.noneOf(Step.class);
    EnumSet<Verb> verbs = EnumSet.noneOf(Verb.class);
    for (Scenario scenario : scenarios()) {
      run(scenario).seen.forEach(place -> visited.add(Step.valueOf(place.step())));
      verbs.add(Verb.valueOf(scenario.name().split("[, ]", 2)[0].toUpperCase(Locale.ROOT)));
    }
    assertThat(visited).containsExactlyElementsOf(EnumSet.allOf(Step.class));
    assertThat(verbs).containsExactlyElementsOf(EnumSet.allOf(Verb.class));
  }
}
