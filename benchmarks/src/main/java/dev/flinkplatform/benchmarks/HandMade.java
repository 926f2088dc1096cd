package dev.flinkplatform.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The processes of a session cluster as somebody would start them by hand: the command lines, the
 * environment and the configuration of those that the SDK started, with directories and ports of
 * their own.
 */
final class HandMade {

  private static final String MARK = "-Ddev.flinkplatform.process=";
  private static final List<String> PORTS =
      List.of("rest.port", "rest.bind-port", "jobmanager.rpc.port", "blob.server.port");

  private final List<Original> originals;
  private final Path run;
  private final Map<String, String> conf = new TreeMap<>();

  /** A process that the SDK started. */
  private record Original(String role, List<String> command, Map<String, String> environment) {}

  private HandMade(List<Original> originals, Path run) {
    this.originals = originals;
    this.run = run;
  }

  /** Reads what runs for a session cluster at this moment; Linux only. */
  static HandMade of(Path root, String cluster) throws IOException {
    Map<String, Original> found = new TreeMap<>();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      for (ProcessHandle process : all.toList()) {
        List<String> command = words(process.pid(), "cmdline");
        for (String word : command) {
          if (word.startsWith(MARK)
              && word.contains("/" + cluster + "/")
              && command.stream().anyMatch(w -> w.contains(root + "/" + cluster + "/"))) {
            String role = word.substring(word.lastIndexOf('/') + 1);
            found.put(role, new Original(role, command, environment(process.pid())));
          }
        }
      }
    }
    if (found.size() != 2) {
      throw new IOException("A JobManager and a TaskManager should run, found " + found.keySet());
    }
    Original any = found.values().iterator().next();
    int at = any.command().indexOf("--configDir");
    Path conf = Path.of(any.command().get(at + 1));
    // The JobManager first, as its name comes first.
    HandMade made =
        new HandMade(List.copyOf(found.values()), Objects.requireNonNull(conf.getParent()));
    try (Stream<Path> files = Files.list(conf)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        made.conf.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    return made;
  }

  private static List<String> words(long pid, String file) {
    try {
      String text =
          Files.readString(Path.of("/proc/" + pid + "/" + file), StandardCharsets.ISO_8859_1);
      return text.isEmpty() ? List.of() : List.of(text.split("\0"));
    } catch (IOException e) {
      return List.of(); // It ended, or is not ours.
    }
  }

  private static Map<String, String> environment(long pid) {
    Map<String, String> environment = new HashMap<>();
    for (String word : words(pid, "environ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        environment.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return environment;
  }

  /** One cluster, ready to be started. */
  final class Cluster {

    private final List<ProcessBuilder> builders = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final URI rest;

    /** Writes files, starts nothing. */
    Cluster(Path directory) throws IOException {
      Map<String, Integer> ports = ports();
      rest = URI.create("http://127.0.0.1:" + ports.get("rest.port"));
      for (String made : List.of("conf", "flink", "tmp", "archive", "pids")) {
        Files.createDirectories(directory.resolve(made));
      }
      for (Map.Entry<String, String> file : conf.entrySet()) {
        String text = moved(file.getValue(), directory);
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
          text =
              text.replaceAll(
                  "(?m)^" + port.getKey().replace(".", "\\.") + ": .*$",
                  port.getKey() + ": " + port.getValue());
        }
        Files.writeString(directory.resolve("conf").resolve(file.getKey()), text);
      }
      for (Original original : originals) {
        Path log = Files.createDirectories(directory.resolve("log").resolve(original.role()));
        ProcessBuilder builder =
            new ProcessBuilder(
                    original.command().stream()
                        .filter(w -> !w.startsWith(MARK)) // The SDK must not take it for its own.
                        .map(w -> moved(w, directory))
                        .toList())
                .directory(directory.resolve("flink").toFile())
                .redirectOutput(log.resolve("out.txt").toFile())
                .redirectError(log.resolve("err.txt").toFile());
        builder.environment().clear();
        original.environment().forEach((k, v) -> builder.environment().put(k, moved(v, directory)));
        builders.add(builder);
      }
    }

    private String moved(String text, Path directory) {
      return text.replace(run.toString(), directory.toString());
    }

    /** Starts all processes in one go, and returns how long it took until a slot was there. */
    double startAndAwaitSlot() throws IOException, InterruptedException {
      Rest flink = new Rest(rest);
      long began = System.nanoTime();
      for (ProcessBuilder builder : builders) {
        processes.add(builder.start());
      }
      while (flink.get("/overview").path("slots-total").asInt() != 1) {
        if (System.nanoTime() - began > Setting.PATIENCE.toNanos()
            || !processes.stream().allMatch(Process::isAlive)) {
          throw new IOException("The processes started by hand do not come up: " + builders);
        }
        Thread.sleep(20);
      }
      return (System.nanoTime() - began) / 1e6;
    }

    /** Kills the processes, and waits for their end. */
    void stop() {
      processes.forEach(Process::destroyForcibly);
      for (Process process : processes) {
        try {
          process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** As in the original: the same port where the SDK wrote the same. */
  private static Map<String, Integer> ports() throws IOException {
    Map<String, Integer> ports = new TreeMap<>();
    try (ServerSocket rest = free();
        ServerSocket rpc = free();
        ServerSocket blob = free()) {
      ports.put(PORTS.get(0), rest.getLocalPort());
      ports.put(PORTS.get(1), rest.getLocalPort());
      ports.put(PORTS.get(2), rpc.getLocalPort());
      ports.put(PORTS.get(3), blob.getLocalPort());
    }
    return ports;
  }

  private static ServerSocket free() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }
}
