package dev.flinkplatform.spi.rest;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A session cluster of plain JVM processes on free loopback ports; every process is ended on close.
 */
final class RealFlink implements AutoCloseable {

  /** A file in the log directory of each process whose content is known. */
  static final String EXTRA_LOG = "extra.log";

  static final String EXTRA_TEXT = "first line\na line in between\nlast line\n";

  private static final List<String> SMALL_JVM =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+IgnoreUnrecognizedVMOptions");
  private static final List<String> OPENS =
      Stream.of(
              "java.io",
              "java.lang",
              "java.lang.reflect",
              "java.net",
              "java.nio",
              "java.text",
              "java.time",
              "java.util",
              "java.util.concurrent",
              "java.util.concurrent.atomic",
              "java.util.concurrent.locks",
              "sun.nio.ch")
          .map(p -> "--add-opens=java.base/" + p + "=ALL-UNNAMED")
          .toList();

  private final Path jars;
  private final Path dir;
  private final int restPort;
  private final List<Process> processes = new ArrayList<>();

  private RealFlink(Path jars, Path dir, int restPort) {
    this.jars = jars;
    this.dir = dir;
    this.restPort = restPort;
  }

  static RealFlink start(Path jars, Path dir, Map<String, String> extraConfig) {
    try {
      int restPort = freePort();
      RealFlink flink = new RealFlink(jars, dir, restPort);
      flink.writeConfig(freePort(), extraConfig);
      flink.launch(
          "jobmanager",
          List.of("-Xmx256m", "-Xms64m"),
          List.of("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"));
      flink.launch(
          "taskmanager",
          List.of("-Xmx224m", "-Xms64m", "-XX:MaxDirectMemorySize=160m"),
          List.of(
              "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
              "-Dtaskmanager.cpu.cores=2",
              "-Dtaskmanager.memory.framework.heap.size=64m",
              "-Dtaskmanager.memory.framework.off-heap.size=64m",
              "-Dtaskmanager.memory.task.heap.size=128m",
              "-Dtaskmanager.memory.task.off-heap.size=0b",
              "-Dtaskmanager.memory.managed.size=32m",
              "-Dtaskmanager.memory.network.min=64m",
              "-Dtaskmanager.memory.network.max=64m",
              "-Dtaskmanager.memory.jvm-metaspace.size=128m",
              "-Dtaskmanager.memory.jvm-overhead.min=64m",
              "-Dtaskmanager.memory.jvm-overhead.max=64m",
              "-Dtaskmanager.numberOfTaskSlots=2"));
      return flink;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI rest() {
    return URI.create("http://127.0.0.1:" + restPort);
  }

  Process jobManager() {
    return processes.get(0);
  }

  private void writeConfig(int rpcPort, Map<String, String> extra) throws IOException {
    Path conf = Files.createDirectories(dir.resolve("conf"));
    Files.createDirectories(dir.resolve("tmp"));
    StringBuilder yaml = new StringBuilder();
    Map.of(
            "jobmanager.rpc.address",
            "127.0.0.1",
            "jobmanager.rpc.port",
            Integer.toString(rpcPort),
            "jobmanager.memory.process.size",
            "1g",
            "rest.address",
            "127.0.0.1",
            "rest.port",
            Integer.toString(restPort),
            "taskmanager.host",
            "127.0.0.1",
            "io.tmp.dirs",
            dir.resolve("tmp").toString(),
            "web.tmpdir",
            dir.resolve("tmp").toString())
        .forEach((k, v) -> yaml.append(k).append(": ").append(v).append('\n'));
    extra.forEach((k, v) -> yaml.append(k).append(": ").append(v).append('\n'));
    Files.writeString(conf.resolve("config.yaml"), yaml);
    Files.writeString(
        conf.resolve("log4j.properties"),
        """
        rootLogger.level = INFO
        rootLogger.appenderRef.file.ref = F
        appender.file.name = F
        appender.file.type = FILE
        appender.file.fileName = ${sys:log.file}
        appender.file.layout.type = PatternLayout
        appender.file.layout.pattern = %d %-5p %c - %m%n
        """);
  }

  private void launch(String name, List<String> jvm, List<String> mainAndArgs) throws IOException {
    Path logs = Files.createDirectories(dir.resolve(name));
    Files.writeString(logs.resolve(EXTRA_LOG), EXTRA_TEXT);
    List<String> command = new ArrayList<>();
    command.add(Path.of(property("flinkplatform.test.flinkJavaHome"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(SMALL_JVM);
    command.addAll(OPENS);
    command.add("-Dlog.file=" + logs.resolve(name + ".log"));
    command.add("-Dlog4j.configurationFile=" + dir.resolve("conf/log4j.properties"));
    command.add("-cp");
    command.add(jars + "/*");
    command.add(mainAndArgs.get(0));
    command.add("--configDir");
    command.add(dir.resolve("conf").toString());
    command.addAll(mainAndArgs.subList(1, mainAndArgs.size()));
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve(name + ".out").toFile())
            .start());
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    for (Process process : processes) {
      try {
        if (!process.waitFor(8, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  static String property(String name) {
    return Objects.requireNonNull(System.getProperty(name), name);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Compiles a job that never ends against Flink 1.20; it runs on 2.x too. */
  static Path buildJob(Path dir) throws IOException {
    Path source = Files.createDirectories(dir.resolve("src")).resolve("TinyJob.java");
    Files.writeString(
        source,
        """
        import org.apache.flink.api.common.functions.MapFunction;
        import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
        import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

        public class TinyJob {
          public static final class Slow implements MapFunction<Long, Long> {
            @Override
            public Long map(Long value) throws Exception {
              Thread.sleep(10);
              return value;
            }
          }

          public static void main(String[] args) throws Exception {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            if (args.length > 0 && args[0].equals("fail in main")) {
              throw new IllegalStateException("the main class failed on purpose");
            }
            env.fromSequence(0, Long.MAX_VALUE).map(new Slow()).sinkTo(new DiscardingSink<>());
            env.execute("tiny");
          }
        }
        """);
    Path classes = Files.createDirectories(dir.resolve("classes"));
    StringBuilder classPath = new StringBuilder();
    try (Stream<Path> files = Files.list(Path.of(property("flinkplatform.test.flink120")))) {
      files.forEach(f -> classPath.append(f).append(File.pathSeparator));
    }
    JavaCompiler javac = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    int code =
        javac.run(
            null,
            null,
            null,
            "--release",
            "11",
            "-proc:none",
            "-nowarn",
            "-cp",
            classPath.toString(),
            "-d",
            classes.toString(),
            source.toString());
    if (code != 0) {
      throw new IllegalStateException("the test job does not compile");
    }
    Path jar = dir.resolve("tiny job.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      out.putNextEntry(new JarEntry("META-INF/MANIFEST.MF"));
      out.write("Manifest-Version: 1.0\nMain-Class: TinyJob\n".getBytes(StandardCharsets.UTF_8));
      out.closeEntry();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    return jar;
  }
}
