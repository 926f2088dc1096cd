package dev.flinkplatform.benchmarks;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.status.ApplicationState;
import java.nio.file.Path;

/** Connects and asks once, as a command-line tool would. Without arguments does nothing. */
final class ColdMain {

  private ColdMain() {}

  /**
   * Runs it.
   *
   * @param args Flink's jars, the platform's root, the application
   */
  public static void main(String[] args) {
    long began = System.nanoTime();
    if (args.length > 0) {
      FlinkPlatform platform =
          LocalPlatform.builder()
              .root(Path.of(args[1]))
              .flink(FlinkDistribution.jars(Path.of(args[0])))
              .connect();
      Jvm.tell("connected", (System.nanoTime() - began) / 1e6);
      ApplicationState state = platform.application(args[2]).status().state();
      Jvm.tell("answered", (System.nanoTime() - began) / 1e6);
      if (state != ApplicationState.RUNNING) {
        throw new IllegalStateException(args[2] + " is " + state);
      }
    }
    Jvm.done();
    // How long it takes to close is not what is asked.
    Runtime.getRuntime().halt(0);
  }
}
