package dev.flinkplatform.benchmarks;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.memory.InMemoryPlatform;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Deploys applications in memory, and looks at what handles of them cost a second platform. */
final class HandlesMain {

  static final int COUNT = 1_000;

  private HandlesMain() {}

  public static void main(String[] args) throws InterruptedException {
    InMemoryPlatform place = InMemoryPlatform.create();
    List<String> names = deploy(place);
    settle();
    int threadsBefore = threads();
    try (FlinkPlatform platform = place.connect()) {
      // Classes are loaded and lazy parts made by handles that are not counted.
      handles(platform, names).clear();
      settle();
      int threadsOfPlatform = threads();
      long before = heap();

      List<FlinkApplication> handles = handles(platform, names);
      long with = heap();
      int threadsWith = threads();
      // Until here they are in use.
      if (!handles.stream().map(FlinkApplication::name).toList().equals(names)) {
        throw new IllegalStateException("Other applications: " + handles);
      }

      Jvm.tell("bytesPerHandle", (with - before) / (double) COUNT);
      Jvm.tell("threadsOfPlatform", threadsOfPlatform - threadsBefore);
      Jvm.tell("threadsOfHandles", threadsWith - threadsOfPlatform);
    }
    Jvm.done();
    System.exit(0);
  }

  /** A method of its own: a local variable would keep what the deployments leave. */
  private static List<String> deploy(InMemoryPlatform place) {
    List<String> names = new ArrayList<>();
    try (FlinkPlatform deploying = place.connect()) {
      JobSpec job =
          JobSpec.jar(Path.of("/no/such/file.jar"))
              .entryClass(SelfCheckingJob.entryClass())
              .build();
      // All at once: time is virtual, and each start would simulate those before it.
      List<Operation<FlinkApplication>> operations = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        String name = "app-" + i;
        names.add(name);
        operations.add(
            deploying.deploy(
                ApplicationSpec.builder(name).flinkVersion("2.3").job(job).build(),
                StateRestore.fresh(),
                OperationOptions.within(Duration.ofHours(1))));
      }
      operations.forEach(o -> o.await(Duration.ofHours(1)));
    }
    return names;
  }

  /** One for each, asked once. */
  private static List<FlinkApplication> handles(FlinkPlatform platform, List<String> names) {
    List<FlinkApplication> handles = new ArrayList<>(names.size());
    for (String name : names) {
      FlinkApplication application = platform.application(name);
      requireRunning(application);
      handles.add(application);
    }
    return handles;
  }

  private static void requireRunning(FlinkApplication application) {
    ApplicationState state = application.status().state();
    if (state != ApplicationState.RUNNING) {
      throw new IllegalStateException(application.name() + " is " + state);
    }
  }

  /** Lets threads end that have nothing to do any more. */
  private static void settle() throws InterruptedException {
    Thread.sleep(500);
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  /** Bytes in use when full collections free nothing more: what is weakly held goes late. */
  private static long heap() throws InterruptedException {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      System.gc();
      long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      if (Math.abs(used - now) < 1_000) {
        return now;
      }
      used = now;
      settle();
    }
    throw new IllegalStateException("The heap does not come to rest");
  }
}
