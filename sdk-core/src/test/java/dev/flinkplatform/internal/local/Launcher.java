package dev.flinkplatform.internal.local;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts a process the way the SDK does, says so, and waits to be killed. */
public final class Launcher {

  private Launcher() {}

  /**
   * Arguments: marker, java, directory, class path, number of JVM arguments, these, class, rest.
   */
  public static void main(String[] args) throws Exception {
    int jvm = Integer.parseInt(args[4]);
    List<String> rest = List.of(args).subList(5 + jvm, args.length);
    Path directory = Path.of(args[2]);
    Processes.start(
        new FlinkProcess.Launch(
            args[0],
            Path.of(args[1]),
            List.of(args).subList(5, 5 + jvm),
            List.of(args[3].split(File.pathSeparator, -1)).stream().map(Path::of).toList(),
            rest.get(0),
            rest.subList(1, rest.size()),
            Map.of(),
            directory,
            directory.resolve("out"),
            directory.resolve("err")));
    // No pid file: as if killed right after the start.
    System.out.println("started");
    while (System.in.read() >= 0) {
      // Waits for its killer.
    }
  }
}
