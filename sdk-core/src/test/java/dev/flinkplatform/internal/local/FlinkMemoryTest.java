package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.spec.FlinkVersion;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlinkMemoryTest {

  private static final FlinkVersion V23 = FlinkVersion.of(2, 3);

  @Test
  void taskManager_nothingConfigured_takesTheSizesOfFlinksDistribution() {
    FlinkMemory.Result result = FlinkMemory.taskManager(Map.of(), V23);

    assertThat(result.jvmFlags())
        .containsExactly(
            "-Xmx536870902",
            "-Xms536870902",
            "-XX:MaxDirectMemorySize=268435458",
            "-XX:MaxMetaspaceSize=268435456");
    assertThat(result.dynamicArguments())
        .startsWith("-D", "external-resources=none", "-D", "taskmanager.cpu.cores=1.0");
  }

  @Test
  void taskManager_severalUnreadable_namesAllAtOnce() {
    FlinkMemory.Result result =
        FlinkMemory.taskManager(
            Map.of(
                "taskmanager.memory.process.size", "big",
                "taskmanager.memory.jvm-overhead.fraction", "2",
                "taskmanager.memory.network.min", "2g",
                "taskmanager.memory.network.max", "1g",
                "taskmanager.numberOfTaskSlots", "many",
                "taskmanager.cpu.cores", "-3"),
            V23);

    assertThat(result.isValid()).isFalse();
    assertThat(result.jvmFlags()).isEmpty();
    assertThat(result.violations())
        .extracting(FlinkMemory.Violation::key)
        .containsExactlyInAnyOrder(
            "taskmanager.memory.process.size",
            "taskmanager.memory.jvm-overhead.fraction",
            "taskmanager.memory.network.min",
            "taskmanager.numberOfTaskSlots",
            "taskmanager.cpu.cores");
  }

  @Test
  void jobManager_tooSmall_saysWhatTakesTheMemory() {
    FlinkMemory.Result result =
        FlinkMemory.jobManager(Map.of("jobmanager.memory.process.size", "500m"), V23);

    assertThat(result.violations())
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.key()).isEqualTo("jobmanager.memory.process.size");
              assertThat(v.message()).contains("500m", "256m", "192m", "128m");
            });
  }

  @Test
  void jobManager_heapNoJvmStartsWith_isRefusedThoughFlinkComputesIt() {
    FlinkMemory.Result result =
        FlinkMemory.jobManager(Map.of("jobmanager.memory.heap.size", "1m"), V23);

    assertThat(result.violations())
        .extracting(FlinkMemory.Violation::key)
        .containsExactly("jobmanager.memory.heap.size");
  }

  @Test
  void taskManager_externalResourcesConfigured_areLeftAlone() {
    assertThat(FlinkMemory.taskManager(Map.of("external-resources", "gpu"), V23).options())
        .doesNotContainKey("external-resources");
  }
}
