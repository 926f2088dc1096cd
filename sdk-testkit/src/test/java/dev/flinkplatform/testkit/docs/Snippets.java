package dev.flinkplatform.testkit.docs;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;

import dev.flinkplatform.BurstResult;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.diagnosis.Finding;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.event.SubscribeOptions;
import dev.flinkplatform.event.Subscription;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.local.LocalZooKeeper;
import dev.flinkplatform.local.ReleaseOptions;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.Platforms;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.calls.CallFaults;
import dev.flinkplatform.testkit.calls.FaultyBackend;
import dev.flinkplatform.testkit.cmf.CmfServer;
import dev.flinkplatform.testkit.fault.Fault;
import dev.flinkplatform.testkit.fault.FaultOptions;
import dev.flinkplatform.testkit.fault.FaultProxy;
import dev.flinkplatform.testkit.fault.FaultSchedule;
import dev.flinkplatform.testkit.memory.InMemoryPlatform;
import dev.flinkplatform.testkit.memory.SimulatedJob;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import dev.flinkplatform.waiting.WaitOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The Java code of the documentation: it compiles here, and {@link DocumentationTest} compares the
 * pages with it.
 */
final class Snippets {

  private Snippets() {}

  static void readme() {
    // snippet: readme
    FlinkDistribution flink = FlinkDistribution.home(Path.of("/opt/flink-2.3.0"));
    JobSpec job = JobSpec.jar("/jobs/orders-1.jar").entryClass("com.acme.Orders").build();
    JobSpec fixed = job.toBuilder().jars(List.of("/jobs/orders-2.jar")).build();
    ApplicationSpec v1 = ApplicationSpec.builder("orders").flinkVersion("2.3").job(job).build();
    try (FlinkPlatform platform = LocalPlatform.builder().flink(flink).connect()) {
      FlinkApplication orders = platform.deploy(v1).await(ofMinutes(2)); // every vertex runs
      System.out.println(orders.savepoint().await(ofMinutes(5)).location());
      orders.rescale(2).await(ofMinutes(5)); // with its state
      ApplicationSpec v2 = orders.spec().toBuilder().job(fixed).build();
      orders.upgrade(v2, StateRestore.latest()).await(ofMinutes(10)); // v1 again if v2 fails
      orders.delete(StateRetention.KEEP).await(ofMinutes(2)); // checkpoints and savepoints stay
    }
    // end
  }

  static void session(FlinkPlatform platform, JobSpec job) {
    // snippet: session
    SessionClusterSpec spec =
        SessionClusterSpec.builder("nightly")
            .flinkVersion("2.3")
            .taskManager(TaskManagerSpec.builder().slots(2).replicas(2).build())
            .build();
    SessionCluster nightly = platform.deploySession(spec).await(ofMinutes(2));
    FlinkJob orders =
        nightly.submit("orders", job, SubmitOptions.parallelism(2)).await(ofMinutes(2));
    System.out.println(nightly.capacity()); // TaskManagers, slots, free slots
    Savepoint kept = orders.stop().await(ofMinutes(5)); // the cluster goes on
    orders.resume(StateRestore.from(kept)).await(ofMinutes(5)); // under a new job id
    orders.cancel().await(ofMinutes(2));
    // end
  }

  static BurstResult burst(SessionCluster nightly, JobSpec report) {
    // snippet: burst
    BurstResult result =
        nightly
            .burst(
                "report",
                report,
                SubmitOptions.parallelism(12),
                6, // TaskManagers, for as long as the job runs
                OperationOptions.within(ofHours(2)))
            .await(ofHours(2));
    // end
    return result;
  }

  static void connectByName() {
    // snippet: connect-by-name
    PlatformConfig config =
        PlatformConfig.builder("local")
            .put("root", "/var/lib/flinkplatform")
            .put("flink.home", "/opt/flink-1.20.0,/opt/flink-2.3.0")
            .build();
    try (FlinkPlatform platform = FlinkPlatform.connect(config)) {
      platform.applications().forEach(app -> System.out.println(app.status()));
    }
    // end
  }

  static void idempotent(FlinkApplication orders, String requestId) {
    // snippet: idempotency-key
    OperationOptions options =
        OperationOptions.builder()
            .deadline(Duration.ofMinutes(5))
            .idempotencyKey(requestId)
            .build();
    Operation<FlinkApplication> restart = orders.restart(options);
    // end
    restart.onProgress(p -> System.out.println(p.message()));
  }

  static void takeOver(FlinkPlatform platform) {
    // snippet: take-over
    for (OperationStatus status : platform.operations()) {
      if (!status.state().hasEnded()) {
        platform.operation(status.id()).onProgress(p -> System.out.println(p.message()));
      }
    }
    // end
  }

  static void await(FlinkApplication orders) {
    // snippet: wait
    Condition<ApplicationStatus> noRestarts =
        Condition.of(
            "runs without a restart",
            s ->
                s.restarts() > 0
                    ? Verdict.never(s.restarts() + " restarts")
                    : Condition.running().check(s));
    orders.await(
        noRestarts,
        WaitOptions.atMost(Duration.ofMinutes(5))
            .every(Duration.ofSeconds(1))
            .onLook(verdict -> System.out.println(verdict.reason())));
    // end
  }

  static void errors(FlinkPlatform platform, FlinkApplication orders, ApplicationSpec v2) {
    // snippet: errors
    Operation<FlinkApplication> upgrade;
    try {
      upgrade = orders.upgrade(v2, StateRestore.latest());
    } catch (InvalidSpecException e) {
      e.violations().forEach(System.err::println); // nothing was changed
      return;
    } catch (ConflictException e) {
      e.operationId().ifPresent(platform::operation); // wait for that one, or carry it on
      return;
    }
    try {
      upgrade.await(Duration.ofMinutes(10));
    } catch (WaitTimeoutException e) {
      System.err.println("still running: " + upgrade.id() + ", " + e.lastSeen());
    } catch (OperationFailedException e) {
      OperationStatus status = e.status();
      boolean unharmed = status.state() == OperationState.REJECTED || status.rolledBack();
      System.err.println(status.failure().orElseThrow() + ", unharmed: " + unharmed);
    }
    // end
  }

  static LocalPlatform.Builder local() {
    // snippet: local
    LocalPlatform.Builder local =
        LocalPlatform.builder()
            .root(Path.of("/var/lib/flinkplatform"))
            .flink(FlinkDistribution.home(Path.of("/opt/flink-2.3.0")))
            .flink(FlinkDistribution.jars(Path.of("/opt/flink-1.20-jars")))
            .javaHome(Path.of("/usr/lib/jvm/java-17-openjdk-amd64"))
            .secrets(Path.of("/run/secrets"))
            .logLevel("INFO");
    // end
    return local;
  }

  static List<FlinkDistribution> release() {
    // snippet: release
    FlinkDistribution current = FlinkDistribution.release("2.3.0");
    FlinkDistribution older =
        FlinkDistribution.release(
            "1.20.0",
            ReleaseOptions.builder()
                .baseUrl("https://mirror.acme.com/flink")
                .cache(Path.of("/var/cache/flink"))
                .onProgress(p -> System.out.println(p.stage() + " " + p.percent().orElse(0) + " %"))
                .build());
    // end
    return List.of(current, older);
  }

  static ApplicationSpec secrets(ApplicationSpec spec) {
    // snippet: secrets
    ApplicationSpec withSecret =
        spec.toBuilder()
            .putSecretEnvironment("KAFKA_PASSWORD", new SecretRef("kafka", "password"))
            .build();
    // end
    return withSecret;
  }

  static ApplicationSpec zooKeeper(ApplicationSpec spec) {
    // snippet: zookeeper
    LocalZooKeeper zooKeeper =
        LocalZooKeeper.start(
            FlinkDistribution.home(Path.of("/opt/flink-2.3.0")), Path.of("/var/lib/zookeeper"));
    ApplicationSpec highlyAvailable =
        spec.toBuilder()
            .highAvailability(
                new HighAvailability.ZooKeeper(
                    zooKeeper.quorum(), "file:///var/lib/flinkplatform-ha", 1))
            .build();
    // end
    return highlyAvailable;
  }

  static FlinkPlatform supervision(LocalPlatform.Builder local) {
    // snippet: supervision
    FlinkPlatform supervised =
        local
            .supervision(
                Supervision.defaults()
                    .withBackOff(Duration.ofSeconds(1), Duration.ofMinutes(1))
                    .withLimit(5, Duration.ofMinutes(10)))
            .connect();
    // end
    return supervised;
  }

  static boolean selfChecking(FlinkPlatform platform, Path directory) {
    // snippet: self-checking
    ApplicationSpec spec =
        ApplicationSpec.builder("checked")
            .flinkVersion("2.3")
            .job(
                JobSpec.jar(SelfCheckingJob.jar())
                    .entryClass(SelfCheckingJob.entryClass())
                    .args(SelfCheckingJob.args().keys(4).rate(500).ledger(directory).toList())
                    .build())
            .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
            .build();
    FlinkApplication app = platform.deploy(spec).await(Duration.ofMinutes(2));
    app.await(Condition.checkpointsCompleted(3), Duration.ofMinutes(1));
    app.restart().await(Duration.ofMinutes(2));
    boolean well = Ledger.read(directory).isExactlyOnce();
    // end
    return well;
  }

  static OperationStatus inMemory(ApplicationSpec v1) {
    // snippet: in-memory
    InMemoryPlatform place =
        InMemoryPlatform.builder()
            .jobs(spec -> SimulatedJob.endless().startsAfter(Duration.ofSeconds(20)))
            .build();
    FlinkPlatform platform = place.connect(); // give this one to your service
    FlinkApplication orders = platform.deploy(v1).await(Duration.ofMinutes(2));
    place.advance(Duration.ofHours(8)); // takes no time
    place.failTask("orders", "java.io.IOException: no route to broker");
    place.failNextSnapshot("orders", "disk full");
    OperationStatus suspend = ended(orders.suspend()); // FAILED, and the job goes on
    long kept = place.processed("orders"); // no more is lost than since the last checkpoint
    // end
    if (kept < 8 * 3_590_000) {
      throw new AssertionError("only " + kept);
    }
    return suspend;
  }

  private static OperationStatus ended(Operation<?> operation) {
    try {
      operation.await(Duration.ofMinutes(10));
    } catch (OperationFailedException e) {
      return e.status();
    }
    return operation.status();
  }

  static FlinkPlatform faults(InMemoryPlatform place) {
    // snippet: faults
    CallFaults faults = CallFaults.of(4711); // prints what it did with toString()
    FlinkPlatform shaky =
        place.connect(
            backend -> FaultyBackend.around(backend, faults, place.timing()),
            (operation, verb, step, moment) -> {});
    // end
    return shaky;
  }

  static FlinkPlatform ownBackend(PlatformBackend backend, List<String> seen) {
    // snippet: own-backend
    StepListener listener = (operation, verb, step, moment) -> seen.add(verb + " " + step);
    FlinkPlatform platform = Platforms.of(backend, listener);
    // end
    return platform;
  }

  static void faultProxy(FlinkDistribution flink) {
    // snippet: fault-proxy
    FaultOptions faults = FaultOptions.defaults().probability(0.3).maxInARow(2);
    try (FaultProxy proxy = FaultProxy.start(FaultSchedule.seeded(42, faults));
        FlinkPlatform platform =
            LocalPlatform.builder().flink(flink).restAddress(proxy::address).connect()) {
      platform.application("orders").savepoint().await(Duration.ofMinutes(5));
      System.out.println(proxy.schedule()); // [seed 42] 3=drop 7=status:503 …
      proxy.exchanges().forEach(System.out::println); // what was asked, and what was done to it
    }
    // end
  }

  static void diagnose(FlinkApplication app) {
    // snippet: diagnose
    Diagnosis diagnosis = app.diagnose();
    System.out.println(diagnosis); // every finding with its evidence and advice
    if (diagnosis.finding(Finding.Code.NO_FREE_SLOTS).isPresent()) {
      app.rescale(1).await(ofMinutes(5));
    }
    // end
  }

  static boolean diagnoseOptions(FlinkApplication app) {
    // snippet: diagnose-options
    DiagnosisOptions strict =
        DiagnosisOptions.builder().diskUsed(0.8).backPressure(0.2).restarts(0).build();
    boolean well = app.diagnose(strict).isHealthy();
    // end
    return well;
  }

  static void events(FlinkPlatform platform, ApplicationSpec spec) {
    // snippet: events
    Subscription subscription =
        platform.subscribe(
            event -> {
              if (event instanceof PlatformEvent.StateChanged changed) {
                System.out.println(changed.application() + ": " + changed.to());
              } else if (event instanceof PlatformEvent.JobFailed failed) {
                System.out.println(failed.application() + ": " + failed.exception().rootCause());
              }
            },
            SubscribeOptions.builder().queueSize(200).build());
    platform.deploy(spec).await(ofMinutes(2));
    subscription.close();
    // end
  }

  static void cmfServer() {
    // snippet: cmf-server
    FlinkDistribution flink = FlinkDistribution.home(Path.of("/opt/flink-2.3.0"));
    try (CmfServer server = CmfServer.builder().flink(flink).start()) {
      System.out.println(server.address()); // http://127.0.0.1:34567
    }
    // end
  }

  static CmfServer cmfServerSql() {
    // snippet: cmf-server-sql
    CmfServer server =
        CmfServer.builder()
            .sql(FlinkDistribution.home(Path.of("/opt/flink-2.3.0")), Path.of("/opt/connectors"))
            .start();
    // end
    return server;
  }

  static List<String> cmfServerTest(Path directory, FlinkDistribution flink) {
    // snippet: cmf-server-test
    CmfServer server =
        CmfServer.builder()
            .directory(directory) // documents and Flink's files
            .flink(flink)
            .mutualTls()
            .openApi(directory.resolve("cmf-openapi.yaml"))
            .start();
    Path[] client = {server.clientCertificate(), server.clientKey(), server.authorityCertificate()};
    server.onNext("POST", "/suspend", Fault.parse("lose-reply")); // acts, and never answers
    server.down(); // the server is gone, its applications are not
    server.up(); // and back at the same address
    List<String> wrong = server.violations();
    // end
    System.out.println(List.of(client));
    return wrong;
  }
}
