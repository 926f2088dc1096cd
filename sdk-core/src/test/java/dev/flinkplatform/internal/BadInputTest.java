package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.BadInput.invalid;
import static dev.flinkplatform.internal.BadInput.nothing;
import static dev.flinkplatform.internal.BadInput.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.LabelSelector;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.Plan;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.ApplicationNotFoundException;
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
import dev.flinkplatform.spec.MemorySize;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.RestartStrategy;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.StateBackend;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.WaitOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * Bad input to every field of every specification and to every verb, on the local backend and
 * without a Flink: a typed error that names what is wrong, all of it at once, and nothing is
 * started, written or journalled. One application is there, suspended, so that verbs come as far as
 * their arguments.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {

  private static final String NAME = "orders";
  private static final Duration ENDLESS = Duration.ofSeconds(Long.MAX_VALUE);
  private static final OperationOptions OPTIONS = OperationOptions.defaults();

  @SuppressWarnings("NullAway.Init") // JUnit sets it first.
  @TempDir
  static Path directory;

  private Path root;
  private Path jar;
  private Path file;
  private LocalPlatform.Builder builder;
  private FlinkPlatform platform;
  private FlinkApplication app;
  private ApplicationSpec good;

  /** A mistake in a specification: what is done to it, and the paths that must be named. */
  private record Mistake(
      String name, Consumer<ApplicationSpec.Builder> made, boolean atBuild, List<String> paths) {}

  @BeforeAll
  void open() throws IOException {
    root = directory.resolve("root");
    file = Files.writeString(directory.resolve("file"), "in the way");
    jar = BadInput.jar(directory);
    FlinkDistribution flink =
        FlinkDistribution.jars(
            Path.of(Objects.requireNonNull(System.getProperty("flinkplatform.test.flink23"))));
    Path java = Path.of(System.getProperty("flinkplatform.test.flinkJavaHome"));
    Path secrets = Files.createDirectories(directory.resolve("secrets"));
    builder =
        LocalPlatform.builder()
            .root(root)
            .flink(flink)
            .javaHome(java)
            .secrets(secrets)
            .steps(
                (operation, verb, step, moment) -> {
                  // Should something bad be accepted, then nothing of it is done.
                  throw new AssertionError("accepted: " + operation);
                });
    good = spec(b -> b);
    try (LocalBackend backend =
        new LocalBackend(
            new LocalSettings(
                root,
                List.of(flink),
                Optional.of(java),
                List.of(),
                Optional.of(secrets),
                "INFO",
                UnaryOperator.identity(),
                false,
                Map.of()))) {
      Journal.Entry entry = Journal.Entry.absent(NAME);
      entry.record.spec = SpecCodec.write(good);
      entry.record.generation = 1;
      entry.record.desired = Desired.SUSPENDED;
      assertThat(new Journal(backend.records()).save(entry)).isTrue();
    }
    platform = builder.connect();
    app = platform.application(NAME);
  }

  @AfterAll
  void close() {
    platform.close();
  }

  private ApplicationSpec spec(UnaryOperator<ApplicationSpec.Builder> change) {
    return change
        .apply(
            ApplicationSpec.builder(NAME)
                .flinkVersion("2.3")
                .job(JobSpec.jar(jar).entryClass("com.acme.Orders").build()))
        .build();
  }

  // ---- the table: specifications ----

  private static Mistake bad(String name, Consumer<ApplicationSpec.Builder> made, String... paths) {
    return new Mistake(name, made, true, List.of(paths));
  }

  /** What only the backend knows to be wrong. */
  private static Mistake refused(
      String name, Consumer<ApplicationSpec.Builder> made, String... paths) {
    return new Mistake(name, made, false, List.of(paths));
  }

  private JobSpec job(Consumer<JobSpec.Builder> change) {
    JobSpec.Builder b = JobSpec.jar(jar).entryClass("com.acme.Orders");
    change.accept(b);
    return b.build();
  }

  private JobSpec jars(String... jars) {
    return JobSpec.builder().jars(List.of(jars)).build();
  }

  private static Checkpointing checkpointing(Consumer<Checkpointing.Builder> change) {
    Checkpointing.Builder b = Checkpointing.builder();
    change.accept(b);
    return b.build();
  }

  private static TaskManagerSpec taskManager(Consumer<TaskManagerSpec.Builder> change) {
    TaskManagerSpec.Builder b = TaskManagerSpec.builder();
    change.accept(b);
    return b.build();
  }

  private List<Mistake> mistakes() throws IOException {
    Path empty = Files.write(directory.resolve("empty.jar"), new byte[0]);
    Path text = Files.writeString(directory.resolve("text.jar"), "no zip at all");
    Path folder = Files.createDirectories(directory.resolve("folder.jar"));
    Path hollow = directory.resolve("hollow.jar");
    Files.write(
        hollow, new byte[] {'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    Duration second = Duration.ofSeconds(1);
    Duration negative = Duration.ofSeconds(-1);
    List<Mistake> m = new ArrayList<>();
    // flinkVersion, image
    m.add(bad("version too old", b -> b.flinkVersion("1.17"), "flinkVersion"));
    m.add(bad("version unknown", b -> b.flinkVersion(FlinkVersion.of(99, 9)), "flinkVersion"));
    m.add(refused("version not there", b -> b.flinkVersion("1.20"), "flinkVersion"));
    m.add(refused("patch not there", b -> b.flinkVersion("2.3.99"), "flinkVersion"));
    m.add(bad("image blank", b -> b.image(" "), "image"));
    m.add(refused("image", b -> b.image("flink:2.3"), "image"));
    // job
    m.add(bad("no jar", b -> b.job(JobSpec.builder().build()), "job.jars"));
    for (String bad : List.of("", " ", "x.zip", "ftp://h/x.jar", "x.jar/", "/x.JAR")) {
      m.add(bad("jar '" + bad + "'", b -> b.job(jars(bad)), "job.jars[0]"));
    }
    m.add(bad("second jar", b -> b.job(jars(jar.toString(), "x.war")), "job.jars[1]"));
    m.add(bad("jar with NUL", b -> b.job(jars("/a\0b.jar")), "job.jars[0]"));
    for (Path bad : List.of(empty, text, folder, hollow, directory.resolve("none.jar"))) {
      m.add(refused("jar " + bad.getFileName(), b -> b.job(jars(bad.toString())), "job.jars[0]"));
    }
    m.add(refused("jar ../x", b -> b.job(jars("../../../nowhere/x.jar")), "job.jars[0]"));
    m.add(refused("jar file:x", b -> b.job(jars("file:x.jar")), "job.jars[0]"));
    m.add(refused("jar local:", b -> b.job(jars("local:///none/x.jar")), "job.jars[0]"));
    m.add(refused("jar in s3", b -> b.job(jars("s3://b/x.jar")), "job.jars[0]"));
    for (String bad : List.of("", " ", "com.acme.", ".Orders", "1a", "a-b", "a b", "a..b", "a/b")) {
      m.add(bad("class '" + bad + "'", b -> b.job(job(j -> j.entryClass(bad))), "job.entryClass"));
    }
    m.add(
        refused(
            "class not there",
            b -> b.job(job(j -> j.entryClass("com.acme.No"))),
            "job.entryClass"));
    m.add(bad("args NUL", b -> b.job(job(j -> j.args(List.of("a", "b\0")))), "job.args[1]"));
    // parallelism, resources
    for (int bad : new int[] {0, -1, Integer.MIN_VALUE, 32_769, Integer.MAX_VALUE}) {
      m.add(bad("parallelism " + bad, b -> b.parallelism(bad), "parallelism"));
    }
    m.add(refused("parallelism of a data centre", b -> b.parallelism(32_768), "parallelism"));
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      m.add(bad("cpu " + bad, b -> b.jobManager(Resources.of(bad, "1g")), "jobManager.cpu"));
      m.add(
          bad(
              "tm cpu " + bad,
              b -> b.taskManager(taskManager(t -> t.resources(Resources.of(bad, "1g")))),
              "taskManager.resources.cpu"));
    }
    m.add(bad("memory 0", b -> b.jobManager(Resources.of(1, "0")), "jobManager.memory"));
    m.add(
        bad(
            "tm memory 0",
            b -> b.taskManager(taskManager(t -> t.resources(Resources.of(1, "0")))),
            "taskManager.resources.memory"));
    m.add(refused("memory 1k", b -> b.jobManager(Resources.of(1, "1k")), "jobManager.memory"));
    m.add(
        refused(
            "tm memory 100m",
            b -> b.taskManager(taskManager(t -> t.resources(Resources.of(1, "100m")))),
            "taskManager.resources.memory"));
    for (int bad : new int[] {0, -1, Integer.MIN_VALUE, 32_769, Integer.MAX_VALUE}) {
      m.add(
          bad(
              "slots " + bad,
              b -> b.taskManager(taskManager(t -> t.slots(bad))),
              "taskManager.slots"));
    }
    for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
      m.add(
          bad(
              "replicas " + bad,
              b -> b.taskManager(taskManager(t -> t.replicas(bad))),
              "taskManager.replicas"));
    }
    m.add(
        refused(
            "replicas of a data centre",
            b -> b.taskManager(taskManager(t -> t.replicas(Integer.MAX_VALUE))),
            "taskManager.replicas"));
    m.add(
        bad(
            "too few slots",
            b -> b.parallelism(9).taskManager(taskManager(t -> t.slots(2).replicas(4))),
            "taskManager.replicas"));
    // checkpoints and savepoints
    for (Duration bad : List.of(Duration.ZERO, negative, Duration.ofMillis(9), ENDLESS)) {
      m.add(
          bad(
              "interval " + bad,
              b -> b.checkpointing(checkpointing(c -> c.interval(bad))),
              "checkpointing.interval"));
      m.add(
          bad(
              "timeout " + bad,
              b -> b.checkpointing(checkpointing(c -> c.timeout(bad))),
              "checkpointing.timeout"));
    }
    for (String bad :
        List.of(
            "",
            " ",
            "/data",
            "relative",
            "http://h/x",
            "https://h/x",
            "://",
            "file:///a\0b",
            "file:///a%00b")) {
      m.add(
          bad(
              "checkpoints '" + bad + "'",
              b -> b.checkpointing(checkpointing(c -> c.directory(bad))),
              "checkpointing.directory"));
      m.add(bad("savepoints '" + bad + "'", b -> b.savepointDirectory(bad), "savepointDirectory"));
    }
    m.add(
        refused(
            "savepoints below a file",
            b -> b.savepointDirectory(file.toUri() + "/x"),
            "savepointDirectory"));
    m.add(
        refused(
            "checkpoints below a file",
            b -> b.checkpointing(checkpointing(c -> c.directory(file.toUri() + "/x"))),
            "checkpointing.directory"));
    m.add(
        bad("forst", b -> b.flinkVersion("1.20").stateBackend(StateBackend.FORST), "stateBackend"));
    // restart strategy
    m.add(
        bad(
            "attempts",
            b -> b.restartStrategy(RestartStrategy.fixedDelay(-1, second)),
            "restartStrategy.attempts"));
    for (Duration bad : List.of(negative, ENDLESS)) {
      m.add(
          bad(
              "delay " + bad,
              b -> b.restartStrategy(RestartStrategy.fixedDelay(1, bad)),
              "restartStrategy.delay"));
      m.add(
          bad(
              "rate's delay " + bad,
              b -> b.restartStrategy(RestartStrategy.failureRate(1, second, bad)),
              "restartStrategy.delay"));
      m.add(
          bad(
              "interval of failures " + bad,
              b -> b.restartStrategy(RestartStrategy.failureRate(1, bad, second)),
              "restartStrategy.interval"));
    }
    m.add(
        bad(
            "max failures",
            b -> b.restartStrategy(RestartStrategy.failureRate(0, second, second)),
            "restartStrategy.maxFailures"));
    m.add(
        bad(
            "first pause",
            b -> b.restartStrategy(RestartStrategy.exponentialDelay(Duration.ZERO, second)),
            "restartStrategy.initial"));
    for (Duration bad : List.of(second, ENDLESS)) {
      m.add(
          bad(
              "longest pause " + bad,
              b -> b.restartStrategy(RestartStrategy.exponentialDelay(second, bad)),
              "restartStrategy.max"));
    }
    // high availability
    m.add(
        bad(
            "ha directory",
            b -> b.highAvailability(HighAvailability.kubernetes("/x")),
            "highAvailability.storageDirectory"));
    m.add(
        bad(
            "quorum",
            b -> b.highAvailability(HighAvailability.zooKeeper(" ", "file:///x")),
            "highAvailability.quorum"));
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
    // maps
    for (String bad : List.of("", " ", "a b", "a:b", "a\tb", "a\nb")) {
      m.add(bad("config key '" + bad + "'", b -> b.putFlinkConfig(bad, "x"), "flinkConfig"));
    }
    for (String bad : List.of("a\nb", "a\rb", "a\0b")) {
      m.add(
          bad(
              "config value " + (int) bad.charAt(1),
              b -> b.putFlinkConfig("a.b", bad),
              "flinkConfig[a.b]"));
    }
    m.add(
        bad(
            "parallelism twice",
            b -> b.putFlinkConfig("parallelism.default", "3"),
            "flinkConfig[parallelism.default]"));
    for (String owned :
        List.of(
            "rest.address",
            "io.tmp.dirs",
            "taskmanager.resource-id",
            "pipeline.jars",
            "execution.target",
            "jobmanager.bind-host",
            "taskmanager.host")) {
      m.add(refused(owned, b -> b.putFlinkConfig(owned, "x"), "flinkConfig[" + owned + "]"));
    }
    for (String port :
        List.of("rest.port", "rest.bind-port", "jobmanager.rpc.port", "blob.server.port")) {
      for (String bad : List.of("0", "-1", "65536", "many", "", "8081-8090")) {
        m.add(
            refused(
                port + "=" + bad, b -> b.putFlinkConfig(port, bad), "flinkConfig[" + port + "]"));
      }
    }
    m.add(
        bad(
            "create-subdir",
            b -> b.putFlinkConfig("execution.checkpointing.create-subdir", "FALSE"),
            "flinkConfig[execution.checkpointing.create-subdir]"));
    for (String bad : List.of("", " ", "no key!", "/x", "x/", "a/b/c", "-x", "k".repeat(64))) {
      m.add(bad("label '" + bad + "'", b -> b.putLabel(bad, "x"), "labels"));
    }
    for (String bad : List.of(" ", "a b", "-", "v".repeat(64), "ä")) {
      m.add(bad("label's value '" + bad + "'", b -> b.putLabel("k", bad), "labels[k]"));
    }
    for (String bad : List.of("", " ", "1A", "A-B", "A=B", "A\0")) {
      m.add(bad("variable '" + bad + "'", b -> b.putEnvironment(bad, "x"), "environment"));
      m.add(
          bad(
              "secret variable '" + bad + "'",
              b -> b.putSecretEnvironment(bad, new SecretRef("s", "k")),
              "secretEnvironment"));
    }
    m.add(bad("variable's value", b -> b.putEnvironment("A", "x\0y"), "environment[A]"));
    for (String owned : List.of("FLINK_CONF_DIR", "FLINK_LIB_DIR", "FLINK_LOG_DIR")) {
      m.add(refused(owned, b -> b.putEnvironment(owned, "/x"), "environment[" + owned + "]"));
    }
    for (String bad : List.of("", " ", "..", "../../etc", "/etc", "a/b", "a\0")) {
      m.add(
          bad(
              "Secret '" + bad + "'",
              b -> b.putSecretEnvironment("A", new SecretRef(bad, "k")),
              "secretEnvironment[A]"));
      m.add(
          bad(
              "key of a Secret '" + bad + "'",
              b -> b.putSecretEnvironment("A", new SecretRef("s", bad)),
              "secretEnvironment[A]"));
    }
    m.add(
        refused(
            "no such Secret",
            b -> b.putSecretEnvironment("A", new SecretRef("s", "k")),
            "secretEnvironment[A]"));
    m.add(
        bad(
            "variable twice",
            b -> b.putEnvironment("A", "x").putSecretEnvironment("A", new SecretRef("s", "k")),
            "secretEnvironment[A]"));
    // Kubernetes
    m.add(
        bad(
            "mount path",
            b ->
                b.kubernetes(KubernetesSettings.builder().volumes(List.of(volume("data"))).build()),
            "kubernetes.volumes[0].mountPath"));
    m.add(
        refused(
            "volumes",
            b ->
                b.kubernetes(
                    KubernetesSettings.builder().volumes(List.of(volume("/data"))).build()),
            "kubernetes.volumes"));
    m.add(
        refused(
            "pod template",
            b -> b.kubernetes(KubernetesSettings.builder().podTemplate("kind: Pod").build()),
            "kubernetes.podTemplate"));
    m.add(
        refused(
            "node selector",
            b -> b.kubernetes(KubernetesSettings.builder().putNodeSelector("a", "b").build()),
            "kubernetes.nodeSelector"));
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

  private List<BadInput> specifications() throws IOException {
    List<BadInput> cases = new ArrayList<>();
    List<Mistake> all = mistakes();
    List<Mistake> atBuild = all.stream().filter(Mistake::atBuild).toList();
    for (Mistake m : atBuild) {
      cases.add(invalid("build: " + m.name, () -> broken(NAME, m), m.paths));
    }
    for (Mistake m : all.stream().filter(x -> !x.atBuild).toList()) {
      ApplicationSpec wrong = broken("other", m);
      ApplicationSpec wrongHere = broken(NAME, m);
      cases.add(invalid("deploy: " + m.name, () -> platform.deploy(wrong), m.paths));
      cases.add(invalid("apply: " + m.name, () -> platform.apply(wrongHere), m.paths));
      cases.add(invalid("render: " + m.name, () -> platform.render(wrong), m.paths));
      cases.add(
          invalid(
              "upgrade: " + m.name, () -> app.upgrade(wrongHere, StateRestore.fresh()), m.paths));
      cases.add(
          invalid(
              "validate, plan: " + m.name,
              () -> {
                Plan plan = platform.plan(wrong);
                assertThat(plan.kind()).isEqualTo(Plan.Kind.REFUSED);
                assertThat(plan.reasons()).hasSameSizeAs(platform.validate(wrong));
                throw new InvalidSpecException(
                    "validate", platform.validate(wrong), new ResourceRef("local", "-", "other"));
              },
              m.paths));
    }
    // Several faults at once: each mistake with the next one that is about something else.
    for (int i = 0; i < atBuild.size(); i++) {
      Mistake one = atBuild.get(i);
      Mistake two = atBuild.get((i + atBuild.size() / 2) % atBuild.size());
      if (!field(one).equals(field(two))) {
        List<String> both = new ArrayList<>(one.paths);
        both.addAll(two.paths);
        cases.add(
            invalid("both: " + one.name + ", " + two.name, () -> broken(NAME, one, two), both));
      }
    }
    for (String name :
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
            "..",
            "../x",
            "a\0",
            "ä",
            "a b",
            "a".repeat(41),
            "/etc",
            "con:")) {
      cases.add(invalid("name '" + name + "'", () -> broken(name), List.of("name")));
    }
    return cases;
  }

  /** The field that a mistake is about: what two mistakes must not share. */
  private static String field(Mistake m) {
    return m.paths.get(0).replaceAll("[.\\[].*", "");
  }

  private ApplicationSpec broken(String name, Mistake... mistakes) {
    ApplicationSpec.Builder b =
        ApplicationSpec.builder(name)
            .flinkVersion("2.3")
            .job(JobSpec.jar(jar).entryClass("com.acme.Orders").build());
    Stream.of(mistakes).forEach(m -> m.made.accept(b));
    return b.build();
  }

  // ---- the table: verbs and their arguments ----

  private static BadInput argument(String name, ThrowingCallable call, String... words) {
    return wrong(name, call, IllegalArgumentException.class, words);
  }

  @SuppressWarnings({"DataFlowIssue", "NullAway", "ReturnValueIgnored"})
  private List<BadInput> verbs() throws IOException {
    List<BadInput> c = new ArrayList<>();
    Path garbage = BadInput.garbage(directory);
    Path empty = Files.createDirectories(directory.resolve("empty"));
    // names
    for (String name :
        List.of(
            "",
            " ",
            "..",
            "../x",
            "../root/orders",
            ".",
            "/etc",
            "a/b",
            "A",
            "a\0b",
            "none",
            "x".repeat(300))) {
      c.add(
          wrong(
              "application '" + name + "'",
              () -> platform.application(name),
              ApplicationNotFoundException.class));
    }
    for (String id :
        List.of(
            "",
            ".",
            "..",
            "none",
            "none.deploy.1",
            "orders.",
            "orders.deploy.1",
            "../orders.deploy.1",
            "orders/..\0",
            "/.x")) {
      c.add(
          wrong(
              "operation '" + id + "'",
              () -> platform.operation(id),
              OperationNotFoundException.class));
    }
    for (String text : List.of("=", "=x", "a,,b", "!", ",")) {
      c.add(argument("selector '" + text + "'", () -> LabelSelector.parse(text)));
    }
    // options
    for (Duration d :
        List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
      c.add(
          argument(
              "deadline " + d,
              () -> app.savepoint(SavepointOptions.defaults(), OperationOptions.within(d)),
              "deadline"));
      c.add(argument("await " + d, () -> app.await(Condition.running(), d), "timeout"));
      c.add(
          argument(
              "look every " + d,
              () -> WaitOptions.atMost(Duration.ofSeconds(1)).every(d),
              "interval"));
    }
    for (String key : List.of("", " ", "\t")) {
      c.add(
          argument(
              "key '" + key + "'",
              () -> OperationOptions.builder().idempotencyKey(key).build(),
              "idempotencyKey"));
    }
    // savepoint, suspend
    for (String to :
        List.of(
            "",
            " ",
            "/data",
            "relative",
            "../x",
            "http://h/x",
            "file:///a\0b",
            file.toUri() + "/x")) {
      c.add(
          invalid(
              "savepoint to '" + to + "'",
              () -> app.savepoint(SavepointOptions.to(to), OPTIONS),
              List.of("savepointDirectory")));
      c.add(
          invalid(
              "suspend to '" + to + "'",
              () -> app.suspend(SavepointOptions.to(to), OPTIONS),
              List.of("savepointDirectory")));
    }
    // rescale
    for (int n : new int[] {0, -1, Integer.MIN_VALUE, 32_769, Integer.MAX_VALUE, 32_768}) {
      c.add(invalid("rescale " + n, () -> app.rescale(n), List.of("parallelism")));
      c.add(
          invalid(
              "rescale in place " + n,
              () -> app.rescale(n, RescaleOptions.inPlaceOnly(), OPTIONS),
              List.of("parallelism")));
    }
    // restore
    for (String from :
        List.of(
            "not a location",
            "relative/x",
            garbage.toString(),
            garbage.toUri().toString(),
            empty.toString(),
            directory.resolve("none").toUri().toString(),
            file.toString(),
            "file:///a%00b")) {
      StateRestore restore = StateRestore.from(from);
      ApplicationSpec other = broken("other");
      c.add(
          invalid(
              "deploy from '" + from + "'",
              () -> platform.deploy(other, restore, OPTIONS),
              List.of("restore")));
      c.add(
          invalid(
              "upgrade from '" + from + "'",
              () -> app.upgrade(good, restore, OPTIONS),
              List.of("restore")));
      c.add(
          invalid(
              "resume from '" + from + "'",
              () -> app.resume(restore, OPTIONS),
              List.of("restore")));
    }
    c.add(argument("from blank", () -> StateRestore.from(" ")));
    c.add(
        invalid(
            "deploy latest",
            () -> platform.deploy(broken("other"), StateRestore.latest(), OPTIONS),
            List.of("restore")));
    c.add(
        invalid(
            "resume latest", () -> app.resume(StateRestore.latest(), OPTIONS), List.of("restore")));
    StateRestore claim = StateRestore.from(garbage.toString()).claim(StateRestore.ClaimMode.CLAIM);
    c.add(
        wrong(
            "deploy claim",
            () -> platform.deploy(broken("other"), claim, OPTIONS),
            UnsupportedCapabilityException.class));
    c.add(
        wrong(
            "upgrade claim",
            () -> app.upgrade(good, claim, OPTIONS),
            UnsupportedCapabilityException.class));
    c.add(
        wrong(
            "resume claim",
            () -> app.resume(claim, OPTIONS),
            UnsupportedCapabilityException.class));
    c.add(
        invalid(
            "upgrade to another name",
            () -> app.upgrade(broken("other"), StateRestore.fresh()),
            List.of("name")));
    // dispose
    for (String at :
        List.of(
            "", " ", "..", "/", "/etc", root.toString(), "file:///", garbage.toUri().toString())) {
      c.add(
          invalid(
              "dispose '" + at + "'",
              () -> app.dispose(savepoint(at), OPTIONS),
              List.of("savepoint")));
    }
    for (int bytes : new int[] {0, -1, Integer.MIN_VALUE}) {
      c.add(argument("logs " + bytes, () -> app.logs(bytes), "maxBytesPerFile"));
    }
    // values
    for (String text : List.of("", "1", "x", "1.2.3.4", "1.-2", "2.x", "-1.2", "99999999999.1")) {
      c.add(argument("version '" + text + "'", () -> FlinkVersion.parse(text), text));
    }
    for (String text :
        List.of("", "x", "-1", "1 x", "1.5.5g", "99999999999999999999", "9999999999999t")) {
      c.add(argument("memory '" + text + "'", () -> MemorySize.parse(text), text));
    }
    for (String hex :
        List.of("", "x", "0".repeat(31), "0".repeat(33), "G".repeat(32), "../" + "0".repeat(29))) {
      c.add(argument("job id '" + hex + "'", () -> new JobId(hex), hex));
    }
    // connecting
    c.add(
        wrong(
            "no Flink",
            () -> LocalPlatform.builder().root(root).connect(),
            InvalidSpecException.class,
            "flink"));
    for (Map.Entry<String, String> e :
        new LinkedHashMap<>(
                Map.of(
                    "flink.jars", directory.resolve("none").toString(),
                    "flink.home", directory.toString(),
                    "rooot", "/x",
                    "java.home", directory.toString(),
                    "log.level", "LOUD",
                    "root", file.toString()))
            .entrySet()) {
      c.add(
          wrong(
              "config " + e.getKey(),
              () -> FlinkPlatform.connect(config().put(e.getKey(), e.getValue()).build()).close(),
              InvalidSpecException.class));
    }
    c.add(
        wrong(
            "two faults of a config",
            () -> FlinkPlatform.connect(config().put("a", "1").put("b", "2").build()),
            InvalidSpecException.class,
            "a",
            "b"));
    c.add(
        wrong(
            "no such backend",
            () -> FlinkPlatform.connect(PlatformConfig.builder("mainframe").build()),
            InvalidSpecException.class));
    // null
    c.add(nothing("deploy", () -> platform.deploy(null)));
    c.add(nothing("deploy's restore", () -> platform.deploy(good, null, OPTIONS)));
    c.add(
        nothing(
            "deploy's options",
            () -> platform.deploy(broken("other"), StateRestore.fresh(), null)));
    c.add(nothing("apply", () -> platform.apply(null)));
    c.add(nothing("apply's options", () -> platform.apply(good, null)));
    c.add(nothing("plan", () -> platform.plan(null)));
    c.add(nothing("render", () -> platform.render((ApplicationSpec) null)));
    c.add(nothing("validate", () -> platform.validate((ApplicationSpec) null)));
    c.add(nothing("application", () -> platform.application(null)));
    c.add(nothing("applications", () -> platform.applications(null)));
    c.add(nothing("operation", () -> platform.operation(null)));
    c.add(nothing("savepoint's options", () -> app.savepoint(null, OPTIONS)));
    c.add(nothing("savepoint's deadline", () -> app.savepoint(SavepointOptions.defaults(), null)));
    c.add(nothing("checkpoint", () -> app.checkpoint(null)));
    c.add(nothing("dispose", () -> app.dispose(null, OPTIONS)));
    c.add(nothing("rescale's options", () -> app.rescale(2, null, OPTIONS)));
    c.add(nothing("rescale's deadline", () -> app.rescale(2, RescaleOptions.defaults(), null)));
    c.add(nothing("upgrade", () -> app.upgrade(null, StateRestore.fresh())));
    c.add(nothing("upgrade's restore", () -> app.upgrade(good, null)));
    c.add(nothing("suspend", () -> app.suspend(null, OPTIONS)));
    c.add(nothing("resume", () -> app.resume(null, OPTIONS)));
    c.add(nothing("restart", () -> app.restart(null)));
    c.add(nothing("delete's retention", () -> app.delete(null)));
    c.add(nothing("delete's options", () -> app.delete(StateRetention.KEEP, null)));
    c.add(nothing("metrics", () -> app.metrics(null)));
    c.add(nothing("a metric", () -> app.metrics(Collections.singletonList(null))));
    c.add(nothing("condition", () -> app.await(null, Duration.ofSeconds(1))));
    c.add(nothing("await", () -> app.await(Condition.running(), (Duration) null)));
    for (String field : List.of("args", "jars")) {
      List<String> holed = Arrays.asList("a", null);
      c.add(
          nothing(
              field,
              () ->
                  job(
                      j -> {
                        if (field.equals("args")) {
                          j.args(holed);
                        } else {
                          j.jars(holed);
                        }
                      })));
    }
    c.add(nothing("config value", () -> ApplicationSpec.builder("a").putFlinkConfig("k", null)));
    c.add(nothing("label", () -> ApplicationSpec.builder("a").putLabel(null, "v")));
    c.add(nothing("variable", () -> ApplicationSpec.builder("a").putEnvironment("A", null)));
    c.add(nothing("Secret", () -> new SecretRef(null, "k")));
    c.add(nothing("name", () -> ApplicationSpec.builder(null)));
    return c;
  }

  private PlatformConfig.Builder config() {
    return PlatformConfig.builder("local")
        .put("root", root.toString())
        .put(
            "flink.jars", Objects.requireNonNull(System.getProperty("flinkplatform.test.flink23")));
  }

  private static Savepoint savepoint(String location) {
    return new Savepoint(
        NAME, location, Instant.EPOCH, SavepointFormat.CANONICAL, new JobId("0".repeat(32)));
  }

  // ---- the tests ----

  private List<BadInput> cases() throws IOException {
    List<BadInput> all = new ArrayList<>(specifications());
    all.addAll(verbs());
    return all;
  }

  @Test
  void cases_counted_areTwoHundredOrMore() throws IOException {
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(200);
    assertThat(cases().stream().map(BadInput::name)).doesNotHaveDuplicates();
    System.out.println(cases().size() + " bad inputs");
  }

  @TestFactory
  Stream<DynamicTest> badInput_anyFieldOrVerb_isRefusedWithoutEffect() throws IOException {
    return cases().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
  }

  private void check(BadInput c) {
    c.check(directory);

    assertThat(platform.operations()).isEmpty();
  }
}
