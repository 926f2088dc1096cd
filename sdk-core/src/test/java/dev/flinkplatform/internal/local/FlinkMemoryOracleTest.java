package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares {@link FlinkMemory} with what Flink's scripts ask: BashJavaUtils of the same version.
 */
class FlinkMemoryOracleTest {

  private static final Map<FlinkVersion, URLClassLoader> LOADERS = new HashMap<>();

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  @BeforeAll
  static void openLoaders() {
    for (FlinkVersion version : FlinkJars.versions()) {
      LOADERS.put(version, FlinkJars.loader(version));
    }
  }

  @AfterAll
  static void closeLoaders() throws IOException {
    for (URLClassLoader loader : LOADERS.values()) {
      loader.close();
    }
    LOADERS.clear();
  }

  static Stream<Arguments> jobManagers() {
    return each(
        "",
        "process.size=1600m",
        "process.size=900m,jvm-metaspace.size=128m",
        "process.size=20g",
        "process.size=1g,jvm-overhead.fraction=0.3",
        "process.size=1234567890",
        "process.size=2g,off-heap.size=512mb,enable-jvm-direct-memory-limit=true",
        "flink.size=1g",
        "flink.size=1 g,process.size=1600m",
        "flink.size=1280m,process.size=1728m",
        "flink.size=777777777b,jvm-overhead.fraction=0.37",
        "heap.size=512m",
        "heap.size=512m,off-heap.size=64m,jvm-overhead.min=10m",
        "heap.size=512m,flink.size=1g",
        "heap.size=896m,flink.size=1g,off-heap.size=128m",
        "heap.size=512m,process.size=1088m",
        // Refused.
        "process.size=400m",
        "process.size=500m",
        "flink.size=128m",
        "flink.size=100m",
        "flink.size=2g,process.size=2g",
        "flink.size=1g,process.size=10g",
        "heap.size=2g,flink.size=1g",
        "heap.size=512m,flink.size=1g,off-heap.size=128m",
        "heap.size=512m,process.size=700m",
        "process.size=lots",
        "process.size=1600 mib",
        "process.size=1600m,jvm-overhead.fraction=1",
        "process.size=1600m,jvm-overhead.fraction=x",
        "process.size=1600m,jvm-overhead.min=2g",
        "process.size=1600m,enable-jvm-direct-memory-limit=maybe",
        "process.size=99999999999999999999");
  }

  static Stream<Arguments> taskManagers() {
    return each(
        "",
        "process.size=1728m",
        "process.size=1728m,SLOTS=4",
        "process.size=1728m,CPU=1.5",
        "process.size=1728m,CPU=0.123456789012",
        "process.size=900m,jvm-metaspace.size=128m",
        "process.size=32g,network.max=1g",
        "process.size=1234567891,managed.fraction=0.33,network.fraction=0.21",
        "flink.size=1280m",
        "flink.size=1280m,process.size=1728m",
        "flink.size=2g,managed.size=0",
        "flink.size=2g,task.heap.size=512m",
        "flink.size=2g,task.heap.size=512m,network.max=1g",
        "process.size=4g,task.heap.size=1g,managed.size=512m,network.max=4g,jvm-overhead.max=4g",
        "process.size=4g,task.heap.size=1g,managed.size=1g,jvm-overhead.max=4g",
        "task.heap.size=512m,managed.size=128m",
        "task.heap.size=512m,managed.size=128m,flink.size=1g",
        "task.heap.size=512m,managed.size=128m,flink.size=1280m,network.fraction=0.2",
        "process.size=2g,task.off-heap.size=100m,framework.heap.size=64m,framework.off-heap.size=64m",
        "process.size=1728m,managed.size=512m,managed.fraction=nonsense",
        "process.size=1728m,FULL.taskmanager.network.memory.max=70m",
        "process.size=1728m,FULL.taskmanager.memory.size=100m",
        // Flink 1.x only: without effect in 2.x.
        "process.size=1728m,FULL.taskmanager.network.numberOfBuffers=4096",
        "process.size=1728m,FULL.taskmanager.heap.size=1280m",
        // Refused.
        "process.size=500m",
        "process.size=400m",
        "flink.size=300m",
        "flink.size=1g,process.size=1g",
        "flink.size=1280m,process.size=9g",
        "flink.size=1g,task.heap.size=900m",
        "flink.size=2g,task.heap.size=512m,network.max=64m",
        "task.heap.size=2g,managed.size=1g,flink.size=2g",
        "task.heap.size=512m,managed.size=128m,flink.size=1g,network.max=64m",
        "process.size=1728m,network.min=2g,network.max=1g",
        "process.size=1728m,network.fraction=1.1",
        "process.size=1728m,network.fraction=-0.1",
        "process.size=1728m,managed.fraction=1",
        "process.size=1728m,managed.size=some",
        "process.size=1728m,CPU=0",
        "process.size=1728m,CPU=-1",
        "process.size=1728m,SLOTS=0",
        "process.size=1728m,SLOTS=two",
        "process.size=-5m");
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("jobManagers")
  void jobManager_sameConfig_saysWhatFlinkSays(FlinkVersion version, String spec) {
    assertSame(version, "jobmanager", spec);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("taskManagers")
  void taskManager_sameConfig_saysWhatFlinkSays(FlinkVersion version, String spec) {
    assertSame(version, "taskmanager", spec);
  }

  @Test
  void taskManager_randomConfigs_saysWhatFlinkSays() {
    String[] sizes = {
      "process.size", "flink.size", "task.heap.size", "managed.size", "framework.heap.size",
      "network.min", "network.max", "jvm-metaspace.size", "jvm-overhead.max", "task.off-heap.size"
    };
    int accepted = 0;
    Random random = new Random(20261120);
    for (int i = 0; i < 300; i++) {
      StringBuilder spec =
          new StringBuilder(random.nextBoolean() ? "process.size=1728m" : "flink.size=1280m");
      for (String key : sizes) {
        if (random.nextInt(5) == 0) {
          spec.append(',').append(key).append('=').append(random.nextInt(2_000_000)).append('k');
        }
      }
      if (random.nextInt(3) == 0) {
        spec.append(",managed.fraction=").append(random.nextFloat());
      }
      if (random.nextInt(3) == 0) {
        spec.append(",network.fraction=").append(random.nextFloat() / 2);
      }
      for (FlinkVersion version : FlinkJars.versions()) {
        accepted += assertSame(version, "taskmanager", spec.toString()) ? 1 : 0;
      }
    }
    assertThat(accepted).as("configurations Flink takes").isBetween(50, 550);
  }

  private boolean assertSame(FlinkVersion version, String component, String spec) {
    Map<String, String> config = config(component, spec);
    FlinkMemory.Result ours =
        component.equals("jobmanager")
            ? FlinkMemory.jobManager(config, version)
            : FlinkMemory.taskManager(config, version);
    Map<String, String> complete = new TreeMap<>(config);
    if (spec.isEmpty()) {
      // What the configuration file of Flink's distribution says.
      complete.put(
          component + ".memory.process.size", component.equals("jobmanager") ? "1600m" : "1728m");
    }
    String[] theirs;
    try {
      theirs = ask(version, component, complete);
    } catch (InvocationTargetException e) {
      assertThat(ours.violations())
          .as("Flink %s refuses %s: %s", version, spec, e.getCause())
          .isNotEmpty()
          .allSatisfy(
              v -> {
                assertThat(v.key()).startsWith(component + ".");
                assertThat(v.message()).isNotBlank();
              });
      return false;
    }
    if (!ours.isValid() && heap(theirs[0]) < (2 << 20)) {
      // Flink computes it, but no JVM starts with it.
      return false;
    }
    assertThat(ours.violations()).as("Flink %s takes %s", version, spec).isEmpty();
    assertThat(String.join(" ", ours.jvmFlags())).as("flags for %s", spec).isEqualTo(theirs[0]);
    assertThat(ours.options()).as("options for %s", spec).isEqualTo(options(theirs[1]));
    return true;
  }

  private String[] ask(FlinkVersion version, String component, Map<String, String> config)
      throws InvocationTargetException {
    FlinkConfigFile.write(directory, config, version);
    ClassLoader loader = Objects.requireNonNull(LOADERS.get(version));
    try {
      Object configuration =
          loader
              .loadClass("org.apache.flink.configuration.GlobalConfiguration")
              .getMethod("loadConfiguration", String.class)
              .invoke(null, directory.toString());
      Method method =
          loader
              .loadClass("org.apache.flink.runtime.util.bash.BashJavaUtils")
              .getDeclaredMethod(
                  component.equals("jobmanager") ? "getJmResourceParams" : "getTmResourceParams",
                  configuration.getClass());
      method.setAccessible(true);
      return ((List<?>) method.invoke(null, configuration))
          .stream().map(Object::toString).toArray(String[]::new);
    } catch (InvocationTargetException e) {
      throw e;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(String.valueOf(e.getMessage()), e);
    }
  }

  private static Stream<Arguments> each(String... specs) {
    return Arrays.stream(specs)
        .flatMap(spec -> FlinkJars.versions().stream().map(v -> Arguments.of(v, spec)));
  }

  private static Map<String, String> config(String component, String spec) {
    Map<String, String> config = new TreeMap<>();
    for (String entry : spec.isEmpty() ? new String[0] : spec.split(",", -1)) {
      int at = entry.indexOf('=');
      String key = entry.substring(0, at);
      String full =
          key.equals("SLOTS")
              ? "taskmanager.numberOfTaskSlots"
              : key.equals("CPU")
                  ? "taskmanager.cpu.cores"
                  : key.startsWith("FULL.")
                      ? key.substring("FULL.".length())
                      : component + ".memory." + key;
      config.put(full, entry.substring(at + 1));
    }
    return config;
  }

  private static long heap(String flags) {
    return Long.parseLong(flags.substring("-Xmx".length(), flags.indexOf(' ')));
  }

  private static Map<String, String> options(String line) {
    Map<String, String> options = new TreeMap<>();
    for (String part : line.split(" ", -1)) {
      int at = part.indexOf('=');
      if (at > 0) {
        options.put(part.substring(0, at), part.substring(at + 1));
      }
    }
    return options;
  }
}
