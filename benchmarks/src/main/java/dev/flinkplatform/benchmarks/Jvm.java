package dev.flinkplatform.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Another JVM with the class path of this one, run to its end. */
final class Jvm {

  private static final String WORD = "result ";

  private Jvm() {}

  /**
   * What it said.
   *
   * @param millis from the request to start the process until it had said {@code done}
   * @param results what it printed with {@link #tell}
   */
  record Outcome(double millis, Map<String, Double> results) {}

  /** In the other JVM: tells a result. */
  static void tell(String name, double value) {
    System.out.println(WORD + name + " " + value);
  }

  /** In the other JVM: tells that what is measured has come to its end. */
  static void done() {
    System.out.println("done");
    System.out.flush();
  }

  /** The class path of this JVM without directories: each is packed into a jar in the one given. */
  static String jars(Path into) throws IOException {
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      jars.add(
          Files.isDirectory(path)
              ? jar(path, into.resolve("classes-" + jars.size() + ".jar")).toString()
              : entry);
    }
    return String.join(File.pathSeparator, jars);
  }

  private static Path jar(Path classes, Path jar) throws IOException {
    try (Stream<Path> files = Files.walk(classes);
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  static Outcome run(List<String> flags, Class<?> main, String... args)
      throws IOException, InterruptedException {
    return run(System.getProperty("java.class.path"), flags, main, args);
  }

  static Outcome run(String classPath, List<String> flags, Class<?> main, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-classpath", classPath, main.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    long began = System.nanoTime();
    Process process = builder.start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      process.getOutputStream().close();
      Map<String, Double> results = new HashMap<>();
      double millis = -1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("done")) {
          millis = (System.nanoTime() - began) / 1e6;
        } else if (line.startsWith(WORD)) {
          String[] words = line.split(" ", 3);
          results.put(words[1], Double.valueOf(words[2]));
        }
      }
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0 || millis < 0) {
        throw new IOException(main.getSimpleName() + " did not come to a good end");
      }
      return new Outcome(millis, results);
    } finally {
      process.destroyForcibly();
    }
  }
}
