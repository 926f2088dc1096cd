package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.BadInput.nothing;
import static dev.flinkplatform.internal.BadInput.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationNotFoundException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.internal.local.LocalBackend;
import dev.flinkplatform.internal.local.LocalSettings;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.StateBackend;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.waiting.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@link BadInputTest} is for applications, for session clusters and their jobs: bad input to
 * every field of their specifications and to every verb.
 *
 * <p>On the local backend, without a Flink, there is a suspended cluster with a stopped job:
 * nothing may be started, written or journalled. On a fake there is a cluster that runs with a job
 * that runs: nothing that changes anything may be called.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionBadInputTest {

  private static final String SESSION = "shared";
  private static final String JOB = "orders";
  private static final String APP = "billing";
  private static final OperationOptions OPTIONS = OperationOptions.defaults();
  private static final List<String> NO_NAMES =
      List.of(
          "",
          " ",
          "A",
          "Orders",
          "1a",
          "-a",
          "a-",
          "a_b",
          "a.b",
          "a/b",
          ".",
          "..",
          "../x",
          "/etc",
          "../root/shared",
          "a\0b",
          "ä",
          "a b",
          "x".repeat(300),
          "shared/orders",
          "orders/..");

  @SuppressWarnings("NullAway.Init") // JUnit sets it first.
  @TempDir
  static Path directory;

  private final CoreFixture fake = new CoreFixture();
  private Path jar;
  private Path file;
  private Path garbage;
  private FlinkPlatform local;
  private FlinkPlatform running;

  /** A mistake in a specification: what is done to it, and the path that must be named. */
  private record Mistake(
      String name, Consumer<SessionClusterSpec.Builder> made, boolean atBuild, String path) {}

  /** A mistake in a job; {@code how} is what it is submitted with. */
  private record JobMistake(
      String name, JobSpec job, SubmitOptions how, boolean onlyLocal, String path) {}

  @BeforeAll
  void open() throws IOException {
    Path root = directory.resolve("root");
    file = Files.writeString(directory.resolve("file"), "in the way");
    garbage = BadInput.garbage(directory);
    jar = BadInput.jar(directory);
    FlinkDistribution flink =
        FlinkDistribution.jars(
            Path.of(Objects.requireNonNull(System.getProperty("flinkplatform.test.flink23"))));
    Path java = Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"));
    try (LocalBackend backend =
        new LocalBackend(
            new LocalSettings(
                root,
                List.of(flink),
                Optional.of(java),
                List.of(),
                Optional.empty(),
                "INFO",
                UnaryOperator.identity(),
                false,
                Map.of()))) {
      Journal journal = new Journal(backend.records());
      record(journal, SESSION, spec(b -> {}).cluster(), Desired.SUSPENDED);
      record(journal, SESSION + "/" + JOB, application(JOB), Desired.SUSPENDED);
      record(journal, SESSION + "/gone", application("gone"), Desired.DELETED);
      record(journal, APP, application(APP), Desired.SUSPENDED);
      record(journal, "former", spec("former", b -> {}).cluster(), Desired.DELETED);
    }
    local =
        LocalPlatform.builder()
            .root(root)
            .flink(flink)
            .javaHome(java)
            .steps(
                (operation, verb, step, moment) -> {
                  // Should something bad be accepted, then nothing of it is done.
                  throw new AssertionError("accepted: " + operation);
                })
            .connect();
    fake.world.capabilities = EnumSet.complementOf(EnumSet.of(Capability.RESTORE_CLAIM));
    running = fake.connect("test");
    running.deploySession(spec(b -> {})).await(CoreFixture.SOON);
    running.session(SESSION).submit(JOB, job(b -> {})).await(CoreFixture.SOON);
    running
        .session(SESSION)
        .submit(
            "keyed",
            job(b -> {}),
            SubmitOptions.defaults(),
            StateRestore.fresh(),
            OperationOptions.builder().idempotencyKey("key").build())
        .await(CoreFixture.SOON);
    running.deploy(application(APP)).await(CoreFixture.SOON);
  }

  @AfterAll
  void close() {
    local.close();
    fake.close();
    fake.verify();
  }

  private static void record(Journal journal, String name, ApplicationSpec spec, Desired desired) {
    Journal.Entry entry = Journal.Entry.absent(name);
    entry.record.spec = SpecCodec.write(spec);
    entry.record.session = spec.isSessionCluster();
    entry.record.generation = 1;
    entry.record.desired = desired;
    if (name.indexOf('/') > 0) {
      // It was started once, and is stopped with its state.
      AppRecord.LaunchRecord launch = new AppRecord.LaunchRecord();
      launch.id = "l1";
      launch.spec = SpecCodec.write(spec);
      launch.jobId = "0".repeat(32);
      launch.cluster = "c1";
      entry.record.launch = launch;
    }
    assertThat(journal.save(entry)).isTrue();
  }

  private ApplicationSpec application(String name) {
    return ApplicationSpec.builder(name).flinkVersion("2.3").job(job(b -> {})).build();
  }

  private JobSpec job(Consumer<JobSpec.Builder> change) {
    JobSpec.Builder b = JobSpec.jar(jar).entryClass("com.acme.Orders");
    change.accept(b);
    return b.build();
  }

  private static JobSpec jars(String... jars) {
    return JobSpec.builder().jars(List.of(jars)).build();
  }

  private static SessionClusterSpec spec(Consumer<SessionClusterSpec.Builder> change) {
    return spec(SESSION, change);
  }

  private static SessionClusterSpec spec(String name, Consumer<SessionClusterSpec.Builder> change) {
    SessionClusterSpec.Builder b = SessionClusterSpec.builder(name).flinkVersion("2.3");
    change.accept(b);
    return b.build();
  }

  // ---- the table: specifications of session clusters ----

  private static Mistake bad(String name, Consumer<SessionClusterSpec.Builder> made, String path) {
    return new Mistake(name, made, true, path);
  }

  /** What only the backend knows to be wrong. */
  private static Mistake refused(
      String name, Consumer<SessionClusterSpec.Builder> made, String path) {
    return new Mistake(name, made, false, path);
  }

  private static TaskManagerSpec taskManager(Consumer<TaskManagerSpec.Builder> change) {
    TaskManagerSpec.Builder b = TaskManagerSpec.builder();
    change.accept(b);
    return b.build();
  }

  private List<Mistake> mistakes() {
    Duration second = Duration.ofSeconds(1);
    List<Mistake> m = new ArrayList<>();
    m.add(bad("version too old", b -> b.flinkVersion("1.17"), "flinkVersion"));
    m.add(bad("version unknown", b -> b.flinkVersion(FlinkVersion.of(99, 9)), "flinkVersion"));
    m.add(refused("version not there", b -> b.flinkVersion("1.20"), "flinkVersion"));
    m.add(bad("image blank", b -> b.image(" "), "image"));
    m.add(refused("image", b -> b.image("flink:2.3"), "image"));
    for (int n : new int[] {0, -1, Integer.MIN_VALUE}) {
      m.add(
          bad("slots " + n, b -> b.taskManager(taskManager(t -> t.slots(n))), "taskManager.slots"));
      m.add(
          bad(
              "TaskManagers " + n,
              b -> b.taskManager(taskManager(t -> t.replicas(n))),
              "taskManager.replicas"));
    }
    m.add(
        bad(
            "slots of a data centre",
            b -> b.taskManager(taskManager(t -> t.slots(32_769))),
            "taskManager.slots"));
    for (int n : new int[] {257, 10_001, Integer.MAX_VALUE}) {
      m.add(
          refused(
              "TaskManagers " + n,
              b -> b.taskManager(taskManager(t -> t.replicas(n))),
              "taskManager.replicas"));
    }
    for (double cpu : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      m.add(bad("cpu " + cpu, b -> b.jobManager(Resources.of(cpu, "1g")), "jobManager.cpu"));
      m.add(
          bad(
              "cpu of a TaskManager " + cpu,
              b -> b.taskManager(taskManager(t -> t.resources(Resources.of(cpu, "1g")))),
              "taskManager.resources.cpu"));
    }
    m.add(bad("memory 0", b -> b.jobManager(Resources.of(1, "0")), "jobManager.memory"));
    m.add(refused("memory 1k", b -> b.jobManager(Resources.of(1, "1k")), "jobManager.memory"));
    m.add(
        refused(
            "memory of a TaskManager 100m",
            b -> b.taskManager(taskManager(t -> t.resources(Resources.of(1, "100m")))),
            "taskManager.resources.memory"));
    for (Duration d : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(99_999))) {
      m.add(
          bad(
              "interval " + d,
              b -> b.checkpointing(Checkpointing.builder().interval(d).build()),
              "checkpointing.interval"));
      m.add(
          bad(
              "timeout " + d,
              b -> b.checkpointing(Checkpointing.builder().timeout(d).build()),
              "checkpointing.timeout"));
    }
    for (String at : List.of("", " ", "/data", "relative", "http://h/x", "file:///a%00b")) {
      m.add(
          bad(
              "checkpoints '" + at + "'",
              b -> b.checkpointing(Checkpointing.builder().directory(at).build()),
              "checkpointing.directory"));
      m.add(bad("savepoints '" + at + "'", b -> b.savepointDirectory(at), "savepointDirectory"));
    }
    m.add(
        refused(
            "checkpoints below a file",
            b -> b.checkpointing(Checkpointing.builder().directory(file.toUri() + "/x").build()),
            "checkpointing.directory"));
    m.add(
        refused(
            "savepoints below a file",
            b -> b.savepointDirectory(file.toUri() + "/x"),
            "savepointDirectory"));
    m.add(
        bad("forst", b -> b.flinkVersion("1.20").stateBackend(StateBackend.FORST), "stateBackend"));
    m.add(
        bad(
            "attempts",
            b -> b.restartStrategy(RestartStrategy.fixedDelay(-1, second)),
            "restartStrategy.attempts"));
    m.add(
        bad(
            "longest pause",
            b -> b.restartStrategy(RestartStrategy.exponentialDelay(second, second)),
            "restartStrategy.max"));
    m.add(
        bad(
            "max failures",
            b -> b.restartStrategy(RestartStrategy.failureRate(0, second, second)),
            "restartStrategy.maxFailures"));
    m.add(
        bad(
            "quorum blank",
            b -> b.highAvailability(HighAvailability.zooKeeper(" ", "file:///x")),
            "highAvailability.quorum"));
    m.add(
        bad(
            "ha directory",
            b -> b.highAvailability(HighAvailability.zooKeeper("h:1", "/x")),
            "highAvailability.storageDirectory"));
    m.add(
        bad(
            "standby",
            b -> b.highAvailability(new HighAvailability.ZooKeeper("h:1", "file:///x", -1)),
            "highAvailability.standbyJobManagers"));
    m.add(
        refused(
            "ha of Kubernetes",
            b -> b.highAvailability(HighAvailability.kubernetes("file:///x")),
            "highAvailability"));
    m.add(
        refused(
            "quorum without port",
            b -> b.highAvailability(HighAvailability.zooKeeper("host", directory.toUri() + "ha")),
            "highAvailability.quorum"));
    for (String key : List.of("", " ", "a b", "a:b", "a\nb")) {
      m.add(bad("config key '" + key + "'", b -> b.putFlinkConfig(key, "x"), "flinkConfig"));
    }
    for (String value : List.of("a\nb", "a\rb", "a\0b")) {
      m.add(
          bad(
              "config value " + (int) value.charAt(1),
              b -> b.putFlinkConfig("a.b", value),
              "flinkConfig[a.b]"));
    }
    m.add(
        bad(
            "slots twice",
            b -> b.putFlinkConfig("taskmanager.numberOfTaskSlots", "3"),
            "flinkConfig[taskmanager.numberOfTaskSlots]"));
    for (String owned :
        List.of("rest.address", "io.tmp.dirs", "jobmanager.bind-host", "high-availability.type")) {
      m.add(refused(owned, b -> b.putFlinkConfig(owned, "x"), "flinkConfig[" + owned + "]"));
    }
    for (String port : List.of("0", "65536", "many", "", "8081-8090")) {
      m.add(
          refused(
              "port '" + port + "'",
              b -> b.putFlinkConfig("rest.port", port),
              "flinkConfig[rest.port]"));
    }
    for (String key : List.of("", " ", "no key!", "a/b/c", "k".repeat(64))) {
      m.add(bad("label '" + key + "'", b -> b.putLabel(key, "x"), "labels"));
    }
    for (String value : List.of(" ", "a b", "v".repeat(64), "ä")) {
      m.add(bad("label's value '" + value + "'", b -> b.putLabel("k", value), "labels[k]"));
    }
    for (String name : List.of("", " ", "1A", "A-B", "A=B", "A\0")) {
      m.add(bad("variable '" + name + "'", b -> b.environment(Map.of(name, "x")), "environment"));
      m.add(
          bad(
              "secret variable '" + name + "'",
              b -> b.secretEnvironment(Map.of(name, new SecretRef("s", "k"))),
              "secretEnvironment"));
    }
    m.add(bad("variable's value", b -> b.environment(Map.of("A", "x\0y")), "environment[A]"));
    m.add(
        refused(
            "a variable of the SDK's own",
            b -> b.environment(Map.of("FLINK_CONF_DIR", "/x")),
            "environment[FLINK_CONF_DIR]"));
    for (String name : List.of("", " ", "..", "../../etc", "/etc", "a/b", "a\0")) {
      m.add(
          bad(
              "Secret '" + name + "'",
              b -> b.secretEnvironment(Map.of("A", new SecretRef(name, "k"))),
              "secretEnvironment[A]"));
      m.add(
          bad(
              "key of a Secret '" + name + "'",
              b -> b.secretEnvironment(Map.of("A", new SecretRef("s", name))),
              "secretEnvironment[A]"));
    }
    m.add(
        refused(
            "a Secret where there are none",
            b -> b.secretEnvironment(Map.of("A", new SecretRef("s", "k"))),
            "secretEnvironment[A]"));
    m.add(
        bad(
            "mount path",
            b -> b.kubernetes(KubernetesSettings.builder().volumes(List.of(volume("x"))).build()),
            "kubernetes.volumes[0].mountPath"));
    m.add(
        refused(
            "volumes",
            b -> b.kubernetes(KubernetesSettings.builder().volumes(List.of(volume("/x"))).build()),
            "kubernetes.volumes"));
    m.add(
        refused(
            "service account",
            b -> b.kubernetes(KubernetesSettings.builder().serviceAccount("a").build()),
            "kubernetes.serviceAccount"));
    return m;
  }

  private static KubernetesSettings.Volume volume(String path) {
    return new KubernetesSettings.Volume(
        "v", path, KubernetesSettings.VolumeKind.PERSISTENT_VOLUME_CLAIM, "claim");
  }

  private List<BadInput> specifications() {
    List<BadInput> c = new ArrayList<>();
    List<Mistake> all = mistakes();
    List<Mistake> atBuild = all.stream().filter(Mistake::atBuild).toList();
    List<Mistake> later = all.stream().filter(m -> !m.atBuild).toList();
    for (Mistake m : atBuild) {
      c.add(invalid("build: " + m.name, () -> spec(m.made), m.path));
    }
    for (Mistake m : later) {
      SessionClusterSpec wrong = spec("other", m.made);
      c.add(invalid("deploy: " + m.name, () -> local.deploySession(wrong), m.path));
      c.add(invalid("render: " + m.name, () -> local.render(wrong), m.path));
      c.add(invalid("validate: " + m.name, () -> throwing(local.validate(wrong)), m.path));
    }
    // Several faults at once: each mistake with one that is about something else.
    both(c, atBuild, "build", (one, two) -> spec("Other", one.made.andThen(two.made)), "name");
    both(
        c,
        later,
        "deploy",
        (one, two) -> local.deploySession(spec("other", one.made.andThen(two.made))));
    for (String name : NO_NAMES) {
      c.add(invalid("name of a cluster '" + name + "'", () -> spec(name, b -> {}), "name"));
    }
    c.add(invalid("name too long", () -> spec("a".repeat(41), b -> {}), "name"));
    c.add(
        wrong(
            "an application as a cluster",
            () -> SessionClusterSpec.of(application("a")),
            IllegalArgumentException.class,
            "'a'"));
    return c;
  }

  private interface Both {
    void call(Mistake one, Mistake two);
  }

  private static void both(
      List<BadInput> cases, List<Mistake> all, String what, Both call, String... more) {
    for (int i = 0; i < all.size(); i++) {
      Mistake one = all.get(i);
      Mistake two = all.get((i + all.size() / 2) % all.size());
      if (!one.path.replaceAll("[.\\[].*", "").equals(two.path.replaceAll("[.\\[].*", ""))) {
        List<String> paths = new ArrayList<>(List.of(more));
        paths.addAll(List.of(one.path, two.path));
        cases.add(
            new BadInput(
                "both, " + what + ": " + one.name + ", " + two.name,
                () -> call.call(one, two),
                InvalidSpecException.class,
                paths));
      }
    }
  }

  private static void throwing(List<Violation> violations) {
    throw new InvalidSpecException("validate", violations, new ResourceRef("local", "-", SESSION));
  }

  // ---- the table: jobs ----

  private List<JobMistake> jobMistakes() throws IOException {
    Path text = Files.writeString(directory.resolve("text.jar"), "no zip at all");
    List<JobMistake> m = new ArrayList<>();
    m.add(mistake("no jar", JobSpec.builder().build(), "job.jars"));
    for (String at : List.of("", " ", "x.zip", "ftp://h/x.jar", "x.jar/", "/a\0b.jar")) {
      m.add(mistake("jar '" + at + "'", jars(at), "job.jars[0]"));
    }
    m.add(mistake("two jars", jars(jar.toString(), jar.toString()), "job.jars"));
    for (String name : List.of("", " ", "com.acme.", "1a", "a-b", "a..b")) {
      m.add(mistake("class '" + name + "'", job(j -> j.entryClass(name)), "job.entryClass"));
    }
    m.add(mistake("args NUL", job(j -> j.args(List.of("a\0"))), "job.args[0]"));
    for (int n : new int[] {0, -1, Integer.MIN_VALUE, 32_769, Integer.MAX_VALUE}) {
      m.add(mistake("parallelism " + n, SubmitOptions.parallelism(n), "parallelism"));
    }
    for (String key : List.of("", " ", "a b", "a:b", "a\nb")) {
      m.add(mistake("config key '" + key + "'", with(key, "x"), "flinkConfig"));
    }
    for (String value : List.of("a\nb", "a\rb", "a\0b")) {
      m.add(mistake("config " + (int) value.charAt(1), with("a.b", value), "flinkConfig[a.b]"));
    }
    for (String key :
        List.of(
            "rest.port",
            "jobmanager.memory.process.size",
            "taskmanager.numberOfTaskSlots",
            "high-availability.type",
            "cluster.id",
            "heartbeat.timeout",
            "state.savepoints.dir",
            "execution.checkpointing.dir",
            "io.tmp.dirs",
            "env.java.opts.all")) {
      m.add(mistake(key, with(key, "1"), "flinkConfig[" + key + "]"));
    }
    m.add(
        mistake(
            "parallelism twice",
            with("parallelism.default", "2"),
            "flinkConfig[parallelism.default]"));
    for (String at :
        List.of(text.toString(), directory.resolve("none.jar").toString(), "s3://b/x.jar")) {
      m.add(new JobMistake("jar " + at, jars(at), SubmitOptions.defaults(), true, "job.jars[0]"));
    }
    m.add(
        new JobMistake(
            "class not there",
            job(j -> j.entryClass("com.acme.No")),
            SubmitOptions.defaults(),
            true,
            "job.entryClass"));
    m.add(
        new JobMistake(
            "parallelism of a data centre",
            job(j -> {}),
            SubmitOptions.parallelism(32_768),
            true,
            "parallelism"));
    return m;
  }

  private static SubmitOptions with(String key, String value) {
    return SubmitOptions.defaults().withFlinkConfig(key, value);
  }

  private JobMistake mistake(String name, JobSpec job, String path) {
    return new JobMistake(name, job, SubmitOptions.defaults(), false, path);
  }

  private JobMistake mistake(String name, SubmitOptions how, String path) {
    return new JobMistake(name, job(j -> {}), how, false, path);
  }

  private List<BadInput> jobs() throws IOException {
    List<BadInput> c = new ArrayList<>();
    for (JobMistake m : jobMistakes()) {
      jobs(c, "suspended", local.session(SESSION), m);
      if (!m.onlyLocal) {
        jobs(c, "running", running.session(SESSION), m);
      }
    }
    for (SessionCluster cluster : List.of(local.session(SESSION), running.session(SESSION))) {
      String where = cluster.toString() + ": ";
      for (String name : NO_NAMES) {
        c.add(
            wrong(
                where + "job '" + name + "'",
                () -> cluster.job(name),
                ApplicationNotFoundException.class));
        c.add(invalid(where + "submit '" + name + "'", () -> submit(cluster, name), "name"));
        c.add(
            invalid(
                where + "burst '" + name + "'",
                () -> cluster.burst(name, job(j -> {}), SubmitOptions.defaults(), 2),
                "name"));
      }
      // Everything at once, whatever finds it.
      StateRestore from = StateRestore.from(directory.resolve("none").toUri().toString());
      c.add(
          new BadInput(
              where + "submit, all at once",
              () ->
                  cluster.submit(
                      "No",
                      jars("x.zip", "y.jar"),
                      SubmitOptions.parallelism(0).withFlinkConfig("rest.port", "1"),
                      from,
                      OPTIONS),
              InvalidSpecException.class,
              List.of(
                  "name",
                  "job.jars[0]",
                  "job.jars",
                  "parallelism",
                  "flinkConfig[rest.port]",
                  "restore")));
      c.add(
          new BadInput(
              where + "submit, what is seen later at once",
              () ->
                  cluster.submit(
                      "new", jars("y.jar", "y.jar"), with("rest.port", "1"), from, OPTIONS),
              InvalidSpecException.class,
              List.of("job.jars", "flinkConfig[rest.port]", "restore")));
      c.add(
          new BadInput(
              where + "burst, all at once",
              () ->
                  cluster.burst(
                      "No",
                      jars("x.zip", "y.jar"),
                      SubmitOptions.parallelism(0).withFlinkConfig("rest.port", "1"),
                      0),
              InvalidSpecException.class,
              List.of(
                  "name",
                  "job.jars[0]",
                  "job.jars",
                  "parallelism",
                  "flinkConfig[rest.port]",
                  "taskManagers")));
      c.add(
          new BadInput(
              where + "burst, what is seen later at once",
              () -> cluster.burst("new", jars("y.jar", "y.jar"), with("rest.port", "1"), -1),
              InvalidSpecException.class,
              List.of("job.jars", "flinkConfig[rest.port]", "taskManagers")));
      for (int n : new int[] {0, -1, Integer.MIN_VALUE, 10_001, Integer.MAX_VALUE}) {
        c.add(invalid(where + "scale " + n, () -> cluster.scaleTaskManagers(n), "taskManagers"));
        c.add(
            invalid(
                where + "burst " + n,
                () -> cluster.burst("new", job(j -> {}), SubmitOptions.defaults(), n),
                "taskManagers"));
      }
      c.add(
          invalid(
              where + "submit latest",
              () -> submit(cluster, "new", StateRestore.latest()),
              "restore"));
      c.add(
          wrong(
              where + "submit claim",
              () -> submit(cluster, "new", from.claim(StateRestore.ClaimMode.CLAIM)),
              UnsupportedCapabilityException.class));
      for (String at :
          List.of("not a location", "relative/x", garbage.toString(), "file:///a%00b")) {
        c.add(
            invalid(
                where + "submit from '" + at + "'",
                () -> submit(cluster, "new", StateRestore.from(at)),
                "restore"));
      }
      c.add(
          wrong(
              where + "submit a name that is taken",
              () -> submit(cluster, JOB),
              ApplicationExistsException.class));
      c.add(
          wrong(
              where + "burst a name that is taken",
              () -> cluster.burst(JOB, job(j -> {}), SubmitOptions.defaults(), 2),
              ApplicationExistsException.class));
    }
    for (int n : new int[] {257, 10_000}) {
      SessionCluster cluster = local.session(SESSION);
      c.add(invalid("scale " + n, () -> cluster.scaleTaskManagers(n), "taskManagers"));
      c.add(
          invalid(
              "burst " + n,
              () -> cluster.burst("new", job(j -> {}), SubmitOptions.defaults(), n),
              "taskManagers"));
    }
    return c;
  }

  private void jobs(List<BadInput> cases, String where, SessionCluster cluster, JobMistake m) {
    cases.add(
        invalid(where + ", submit: " + m.name, () -> cluster.submit("new", m.job, m.how), m.path));
    cases.add(
        invalid(where + ", burst: " + m.name, () -> cluster.burst("new", m.job, m.how, 2), m.path));
  }

  private void submit(SessionCluster cluster, String name) {
    submit(cluster, name, StateRestore.fresh());
  }

  private void submit(SessionCluster cluster, String name, StateRestore restore) {
    cluster.submit(name, job(j -> {}), SubmitOptions.defaults(), restore, OPTIONS);
  }

  // ---- the table: verbs, names and states ----

  private List<BadInput> verbs() {
    List<BadInput> c = new ArrayList<>();
    for (FlinkPlatform platform : List.of(local, running)) {
      String where = platform.info().backend() + ": ";
      List<String> names = new ArrayList<>(NO_NAMES);
      names.addAll(List.of("none", APP, "former", SESSION + "/" + JOB));
      for (String name : Set.copyOf(names)) {
        c.add(
            wrong(
                where + "session '" + name + "'",
                () -> platform.session(name),
                ApplicationNotFoundException.class));
      }
      for (String name : List.of(SESSION, SESSION + "/" + JOB, SESSION + "/gone")) {
        c.add(
            wrong(
                where + "application '" + name + "'",
                () -> platform.application(name),
                ApplicationNotFoundException.class));
      }
      for (String id :
          List.of(
              SESSION + ".scale.1",
              SESSION + "/" + JOB + ".submit.1",
              SESSION + "/..submit.1",
              SESSION + "/../x.submit.1",
              "../x.deploy.1")) {
        c.add(
            wrong(
                where + "operation '" + id + "'",
                () -> platform.operation(id),
                OperationNotFoundException.class));
      }
      for (String name : List.of("gone", "none", SESSION, APP)) {
        c.add(
            wrong(
                where + "job '" + name + "'",
                () -> platform.session(SESSION).job(name),
                ApplicationNotFoundException.class));
      }
      for (String name : List.of(SESSION, APP)) {
        c.add(
            wrong(
                where + "deploySession '" + name + "', which is there",
                () -> platform.deploySession(spec(name, b -> {})),
                ApplicationExistsException.class));
        c.add(
            wrong(
                where + "deploy '" + name + "', which is there",
                () -> platform.deploy(application(name)),
                ApplicationExistsException.class));
      }
      c.add(
          wrong(
              where + "apply to a session cluster",
              () -> platform.apply(application(SESSION)),
              ApplicationExistsException.class));
      nulls(c, where, platform);
      options(c, where, platform);
      jobVerbs(c, where, platform.session(SESSION).job(JOB));
    }
    suspended(c);
    running(c);
    for (int n : new int[] {0, -1, Integer.MIN_VALUE}) {
      c.add(
          wrong(
              "logs " + n,
              () -> local.session(SESSION).logs(n),
              IllegalArgumentException.class,
              "maxBytesPerFile"));
    }
    return c;
  }

  /** What a cluster that does not run cannot do is said at once. */
  private void suspended(List<BadInput> c) {
    SessionCluster cluster = local.session(SESSION);
    c.add(conflict("suspended: submit", () -> submit(cluster, "new")));
    c.add(
        conflict(
            "suspended: burst",
            () -> cluster.burst("new", job(j -> {}), SubmitOptions.defaults(), 2)));
    c.add(conflict("suspended: scale", () -> cluster.scaleTaskManagers(2)));
    c.add(
        conflict(
            "suspended: resume a job",
            () -> cluster.job(JOB).resume(StateRestore.fresh(), OPTIONS)));
  }

  /** And what one that runs cannot. */
  private void running(List<BadInput> c) {
    SessionCluster cluster = running.session(SESSION);
    FlinkJob job = cluster.job(JOB);
    c.add(conflict("running: resume", cluster::resume));
    c.add(conflict("running: suspend with jobs", cluster::suspend));
    c.add(conflict("running: delete with jobs", () -> cluster.delete(StateRetention.KEEP)));
    c.add(conflict("running: purge with jobs", () -> cluster.delete(StateRetention.PURGE)));
    c.add(conflict("running: resume a job", () -> job.resume(StateRestore.fresh())));
    c.add(conflict("running: resume a job, latest", () -> job.resume(StateRestore.latest())));
    OperationOptions key = OperationOptions.builder().idempotencyKey("key").build();
    c.add(
        invalid(
            "running: a key that stands for something else",
            () ->
                cluster.submit(
                    "keyed", job(j -> {}), SubmitOptions.parallelism(2), StateRestore.fresh(), key),
            "idempotencyKey"));
  }

  private void jobVerbs(List<BadInput> c, String where, FlinkJob job) {
    for (String to : List.of("", " ", "/data", "relative", "http://h/x", "file:///a\0b")) {
      SavepointOptions there = SavepointOptions.to(to);
      c.add(
          invalid(
              where + "savepoint to '" + to + "'",
              () -> job.savepoint(there, OPTIONS),
              "savepointDirectory"));
      c.add(
          invalid(
              where + "stop to '" + to + "'",
              () -> job.stop(there, OPTIONS),
              "savepointDirectory"));
    }
    for (int n : new int[] {0, -1, Integer.MIN_VALUE, 32_769, Integer.MAX_VALUE}) {
      c.add(invalid(where + "rescale " + n, () -> job.rescale(n), "parallelism"));
      c.add(
          invalid(
              where + "rescale in place " + n,
              () -> job.rescale(n, RescaleOptions.inPlaceOnly(), OPTIONS),
              "parallelism"));
    }
    for (String at : List.of("", " ", "..", "/", "file:///", garbage.toUri().toString())) {
      c.add(
          invalid(
              where + "dispose '" + at + "'",
              () -> job.dispose(savepoint(at), OPTIONS),
              "savepoint"));
    }
    c.add(
        wrong(
            where + "resume claim",
            () -> job.resume(StateRestore.from("x").claim(StateRestore.ClaimMode.CLAIM)),
            UnsupportedCapabilityException.class));
  }

  private static Savepoint savepoint(String location) {
    return new Savepoint(
        SESSION + "/" + JOB,
        location,
        Instant.EPOCH,
        SavepointFormat.CANONICAL,
        new JobId("0".repeat(32)));
  }

  private void options(List<BadInput> c, String where, FlinkPlatform platform) {
    SessionCluster cluster = platform.session(SESSION);
    for (Duration d : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
      c.add(
          wrong(
              where + "deadline " + d,
              () -> cluster.scaleTaskManagers(2, OperationOptions.within(d)),
              IllegalArgumentException.class,
              "deadline"));
      c.add(
          wrong(
              where + "await " + d,
              () -> cluster.await(Condition.running(), d),
              IllegalArgumentException.class,
              "timeout"));
      c.add(
          wrong(
              where + "await a job " + d,
              () -> cluster.job(JOB).await(Condition.running(), d),
              IllegalArgumentException.class,
              "timeout"));
    }
  }

  @SuppressWarnings({"DataFlowIssue", "NullAway", "ReturnValueIgnored"})
  private void nulls(List<BadInput> c, String where, FlinkPlatform platform) {
    SessionCluster cluster = platform.session(SESSION);
    FlinkJob job = cluster.job(JOB);
    JobSpec good = job(j -> {});
    SubmitOptions how = SubmitOptions.defaults();
    StateRestore fresh = StateRestore.fresh();
    List<BadInput> n = new ArrayList<>();
    n.add(nothing("deploySession", () -> platform.deploySession(null)));
    n.add(
        nothing(
            "deploySession's options", () -> platform.deploySession(spec("other", b -> {}), null)));
    n.add(nothing("session", () -> platform.session(null)));
    n.add(nothing("sessions", () -> platform.sessions(null)));
    n.add(nothing("render", () -> platform.render((SessionClusterSpec) null)));
    n.add(nothing("validate", () -> platform.validate((SessionClusterSpec) null)));
    n.add(nothing("scale's options", () -> cluster.scaleTaskManagers(2, null)));
    n.add(nothing("submit's name", () -> cluster.submit(null, good)));
    n.add(nothing("submit's job", () -> cluster.submit("new", null)));
    n.add(nothing("submit's how", () -> cluster.submit("new", good, null)));
    n.add(nothing("submit's restore", () -> cluster.submit("new", good, how, null, OPTIONS)));
    n.add(nothing("submit's options", () -> cluster.submit("new", good, how, fresh, null)));
    n.add(nothing("burst's name", () -> cluster.burst(null, good, how, 2)));
    n.add(nothing("burst's job", () -> cluster.burst("new", null, how, 2)));
    n.add(nothing("burst's how", () -> cluster.burst("new", good, null, 2)));
    n.add(nothing("burst's options", () -> cluster.burst("new", good, how, 2, null)));
    n.add(nothing("suspend", () -> cluster.suspend(null)));
    n.add(nothing("resume", () -> cluster.resume(null)));
    n.add(nothing("delete's retention", () -> cluster.delete(null)));
    n.add(nothing("delete's options", () -> cluster.delete(StateRetention.KEEP, null)));
    n.add(nothing("job", () -> cluster.job(null)));
    n.add(nothing("condition", () -> cluster.await(null, Duration.ofSeconds(1))));
    n.add(nothing("await", () -> cluster.await(Condition.running(), (Duration) null)));
    n.add(nothing("diagnose", () -> cluster.diagnose(null)));
    n.add(nothing("job: savepoint's options", () -> job.savepoint(null, OPTIONS)));
    n.add(nothing("job: savepoint", () -> job.savepoint(SavepointOptions.defaults(), null)));
    n.add(nothing("job: checkpoint", () -> job.checkpoint(null)));
    n.add(nothing("job: dispose", () -> job.dispose(null, OPTIONS)));
    n.add(nothing("job: rescale's options", () -> job.rescale(2, null, OPTIONS)));
    n.add(nothing("job: rescale", () -> job.rescale(2, RescaleOptions.defaults(), null)));
    n.add(nothing("job: stop's options", () -> job.stop(null, OPTIONS)));
    n.add(nothing("job: stop", () -> job.stop(SavepointOptions.defaults(), null)));
    n.add(nothing("job: resume's restore", () -> job.resume(null)));
    n.add(nothing("job: resume", () -> job.resume(fresh, null)));
    n.add(nothing("job: cancel's retention", () -> job.cancel(null, OPTIONS)));
    n.add(nothing("job: cancel", () -> job.cancel(StateRetention.KEEP, null)));
    n.add(nothing("job: metrics", () -> job.metrics(null)));
    n.add(nothing("job: a metric", () -> job.metrics(Collections.singletonList(null))));
    n.add(nothing("job: diagnose", () -> job.diagnose(null)));
    n.add(nothing("config key", () -> how.withFlinkConfig(null, "x")));
    n.add(nothing("config value", () -> how.withFlinkConfig("k", null)));
    n.add(nothing("TaskManagers", () -> SessionClusterSpec.builder("a").taskManager(null)));
    n.add(nothing("name of a cluster", () -> SessionClusterSpec.builder(null)));
    n.forEach(x -> c.add(new BadInput(where + x.name(), x.call(), x.type(), x.words())));
  }

  private static BadInput invalid(String name, ThrowingCallable call, String path) {
    return BadInput.invalid(name, call, List.of(path));
  }

  private static BadInput conflict(String name, ThrowingCallable call) {
    return wrong(name, call, ConflictException.class);
  }

  // ---- the tests ----

  private List<BadInput> cases() throws IOException {
    List<BadInput> all = new ArrayList<>(specifications());
    all.addAll(jobs());
    all.addAll(verbs());
    return all;
  }

  @Test
  void cases_counted_areTwoHundredOrMore() throws IOException {
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(200);
    assertThat(cases().stream().map(BadInput::name)).doesNotHaveDuplicates();
    System.out.println(cases().size() + " bad inputs to session clusters");
  }

  @TestFactory
  Stream<DynamicTest> badInput_anyFieldOrVerb_isRefusedWithoutEffect() throws IOException {
    return cases().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
  }

  private void check(BadInput c) {
    List<String> mutations = fake.world.mutations();
    Object operations = running.operations();

    c.check(directory);

    assertThat(fake.world.mutations()).isEqualTo(mutations);
    assertThat(running.operations()).isEqualTo(operations);
    assertThat(local.operations()).isEmpty();
  }
}
