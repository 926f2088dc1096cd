package dev.flinkplatform.cmf;

import static java.util.Objects.requireNonNull;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfNotFoundException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.contract.CrashSite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The cmf backend on a CMF server that lives in the test's JVM, while the SDK's JVMs are killed.
 * Counts processes by what Linux says of their command lines.
 */
public final class CmfCrashSite implements CrashSite {

  private final Map<String, String> settings;
  private final Path root;

  /** Makes the site of its settings. */
  public CmfCrashSite(Map<String, String> settings) {
    this.settings = settings;
    this.root = Path.of(get("root"));
  }

  static Map<String, String> settings(Path root, TestServer server) {
    Map<String, String> settings = new HashMap<>(server.variables());
    settings.put("root", root.toString());
    settings.put("server", server.server().directory().toString());
    settings.put("version", TestServer.flinkVersion().toString());
    settings.put("job", SelfCheckingJob.jar().toString());
    return settings;
  }

  private String get(String setting) {
    return requireNonNull(settings.get(setting), setting);
  }

  @Override
  public FlinkPlatform connect(StepListener steps) {
    return CmfPlatform.builder(TestServer.client(settings), TestServer.ENVIRONMENT)
        .records(root.resolve("records"))
        .image("acme/flink:test")
        .stateBase(root.resolve("state").toUri().toString())
        .sharedFiles(true)
        .flinkWrites(true)
        .flinkVersions(List.of(FlinkVersion.parse(get("version"))))
        .steps(steps)
        .connect();
  }

  @Override
  public ApplicationSpec.Builder baseSpec(String name) {
    return ApplicationSpec.builder(name)
        .flinkVersion(get("version"))
        .job(JobSpec.jar(Path.of(get("job"))).entryClass(SelfCheckingJob.entryClass()).build())
        .checkpointing(Checkpointing.builder().interval(Duration.ofMillis(500)).build())
        .jobManager(Resources.of(1, "768m"))
        .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build());
  }

  @Override
  public Path ledger(String name) {
    return root.resolve("ledgers").resolve(name);
  }

  @Override
  public int liveClusters(String name) {
    return (int)
        running(name).values().stream().filter(line -> line.contains("/jobmanager")).count();
  }

  @Override
  public int processes(String name) {
    return running(name).size();
  }

  private Map<Long, String> running(String name) {
    return TestServer.processes(Path.of(get("server")), name);
  }

  @Override
  public int savepoints(String name) {
    Path directory =
        root.resolve("state").resolve(TestServer.ENVIRONMENT).resolve(name).resolve("savepoints");
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return (int) files.filter(f -> f.endsWith("_metadata")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Through CMF: it would start again what is only killed. */
  @Override
  public void destroy(String name) {
    try (CmfClient cmf = TestServer.client(settings).connect()) {
      Object unused = cmf.applications(TestServer.ENVIRONMENT).delete(name, false);
    } catch (CmfNotFoundException e) {
      return; // it is gone
    }
    Awaitility.await("no process of " + name)
        .atMost(timeout())
        .pollInterval(Duration.ofMillis(100))
        .until(() -> running(name).isEmpty());
  }
}
