package dev.flinkplatform.samples.quickstart;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.error.FlinkPlatformException;
import org.jspecify.annotations.Nullable;

/**
 * Leaves nothing behind when the quickstart ends early: by Ctrl-C, by SIGTERM, or by a step that
 * failed. Flink's processes would go on, since they survive the JVM that started them.
 */
final class Goodbye {

  private final ThisMachine here;
  private final Console console;
  private final Thread hook = new Thread(this::sayGoodbye, "goodbye");
  private volatile @Nullable FlinkPlatform platform;
  private volatile boolean begun;

  private Goodbye(ThisMachine here, Console console) {
    this.here = here;
    this.console = console;
  }

  static Goodbye whenTheJvmEnds(ThisMachine here, Console console) {
    Goodbye goodbye = new Goodbye(here, console);
    Runtime.getRuntime().addShutdownHook(goodbye.hook);
    return goodbye;
  }

  /** Closes this platform first when the JVM ends. */
  FlinkPlatform watch(FlinkPlatform connected) {
    platform = connected;
    return connected;
  }

  /** Tells why a step failed; not when it is only this goodbye that took the platform from it. */
  void failed(RuntimeException why) {
    if (!begun) {
      console.say("");
      console.say("FAILED: " + why.getMessage());
    }
  }

  /** Ends the quickstart: with exit code 1, and nothing left behind, unless all went well. */
  void end(boolean allWell) {
    if (allWell && !begun) {
      closePlatform();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
        return;
      } catch (IllegalStateException e) {
        // The JVM is ending after all.
      }
    }
    // Runs the hook; if it runs already, waits here until the JVM is gone.
    System.exit(1);
  }

  private void sayGoodbye() {
    begun = true;
    console.say("");
    console.say("Goodbye: deleting the application, if there is one ...");
    try {
      // An operation that is under way stops at its next step, and stays journalled. It belongs to
      // nobody then: whoever connects next may finish it, or delete the application.
      closePlatform();
      try (FlinkPlatform again = here.connect()) {
        Quickstart.removeApplication(again);
      }
      console.say("Goodbye: " + here.flinkProcesses() + " Flink processes are left");
    } catch (FlinkPlatformException e) {
      console.say("Goodbye: " + e.getMessage());
      console.say("Run the quickstart again: it first removes what is left.");
    }
  }

  private void closePlatform() {
    FlinkPlatform connected = platform;
    if (connected != null) {
      connected.close();
    }
  }
}
