package dev.flinkplatform.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskManagersTest {

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,2,1", "4,2,2", "5,2,3", "0,3,1", "2147483647,1,2147483647"})
  void neededFor_parallelismAndSlots_hasASlotForEverySubtask(
      int parallelism, int slots, int expected) {
    TaskManagerSpec spec = TaskManagerSpec.builder().slots(slots).build();

    assertThat(spec.neededFor(parallelism)).isEqualTo(expected);
  }

  @Test
  void taskManagers_replicasSaid_areThose() {
    assertThat(spec(TaskManagerSpec.builder().slots(2)).taskManagers()).isEqualTo(3);
    assertThat(spec(TaskManagerSpec.builder().slots(2).replicas(7)).taskManagers()).isEqualTo(7);
  }

  private static ApplicationSpec spec(TaskManagerSpec.Builder taskManager) {
    return ApplicationSpec.builder("orders")
        .flinkVersion("2.3")
        .job(JobSpec.jar("/jobs/orders.jar").build())
        .parallelism(6)
        .taskManager(taskManager.build())
        .build();
  }
}
