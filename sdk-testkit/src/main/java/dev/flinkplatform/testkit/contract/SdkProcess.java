package dev.flinkplatform.testkit.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link CrashMain} in its own JVM. Closing kills it, if it lives. */
final class SdkProcess implements AutoCloseable {

  private static final int SHOWN = 40;

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private SdkProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "output-of-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  static SdkProcess start(List<String> mainArguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                CrashMain.class.getName()));
    command.addAll(mainArguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("CLASSPATH", System.getProperty("java.class.path"));
    try {
      return new SdkProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start a JVM", e);
    }
  }

  /** Waits for a line that begins so, and returns what follows. */
  String await(String prefix, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (lines) {
      while (true) {
        String line = find(prefix);
        if (line != null) {
          return line.substring(prefix.length());
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (ended || left <= 0 || find(CrashMain.FAULT) != null) {
          throw new AssertionError(
              "The SDK's process "
                  + (ended ? "ended" : "went on")
                  + " without saying '"
                  + prefix.trim()
                  + "' within "
                  + timeout
                  + "; it said:\n"
                  + String.join(
                      "\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size())));
        }
        try {
          lines.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("Interrupted", e);
        }
      }
    }
  }

  /** What followed the prefix in all lines until now. */
  List<String> said(String prefix) {
    synchronized (lines) {
      return lines.stream()
          .filter(l -> l.startsWith(prefix))
          .map(l -> l.substring(prefix.length()))
          .toList();
    }
  }

  private @Nullable String find(String prefix) {
    return lines.stream().filter(l -> l.startsWith(prefix)).findFirst().orElse(null);
  }

  /** Sends SIGKILL, and waits until the process is gone. */
  void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError("Process " + process.pid() + " survived being killed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      add("(its output cannot be read: " + e + ")");
    } finally {
      synchronized (lines) {
        ended = true;
        lines.notifyAll();
      }
    }
  }

  private void add(String line) {
    synchronized (lines) {
      lines.add(line);
      lines.notifyAll();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
