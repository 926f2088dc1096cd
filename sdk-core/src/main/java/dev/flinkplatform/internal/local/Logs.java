package dev.flinkplatform.internal.local;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The log files of Flink's processes. */
public final class Logs {

  private static final String TEMPLATE =
      """
      # Written by FlinkPlatform. Changes are read every 30 seconds, and lost when the process is started anew.
      monitorInterval = 30
      rootLogger.level = @LEVEL@
      rootLogger.appenderRef.file.ref = FileAppender
      logger.pekko.name = org.apache.pekko
      logger.pekko.level = INFO
      logger.kafka.name = org.apache.kafka
      logger.kafka.level = INFO
      logger.hadoop.name = org.apache.hadoop
      logger.hadoop.level = INFO
      logger.zookeeper.name = org.apache.zookeeper
      logger.zookeeper.level = INFO
      logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
      logger.netty.level = OFF
      appender.file.name = FileAppender
      appender.file.type = RollingFile
      appender.file.append = true
      appender.file.fileName = ${sys:log.file}
      appender.file.filePattern = ${sys:log.file}.%i
      appender.file.layout.type = PatternLayout
      appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
      appender.file.policies.type = Policies
      appender.file.policies.size.type = SizeBasedTriggeringPolicy
      appender.file.policies.size.size = 10MB
      appender.file.strategy.type = DefaultRolloverStrategy
      appender.file.strategy.max = 3
      """;

  private static final int KEPT_EARLIER = 3;

  private Logs() {}

  /**
   * Returns the end of a file.
   *
   * <p>Reads no more than that, however large the file is.
   *
   * @param file the file
   * @param maxBytes how much at most
   * @return whole lines as far as there is more than one, or nothing if the file cannot be read
   */
  public static String tail(Path file, int maxBytes) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long length = in.length();
      int wanted = (int) Math.min(length, maxBytes);
      in.seek(length - wanted);
      byte[] bytes = new byte[wanted];
      int read = 0;
      while (read < wanted) {
        int n = in.read(bytes, read, wanted - read);
        if (n < 0) {
          break;
        }
        read += n;
      }
      String text = new String(bytes, 0, read, StandardCharsets.UTF_8);
      int firstEnd = text.indexOf('\n');
      // The first line is cut, perhaps within a character.
      return wanted < length && firstEnd >= 0 && firstEnd + 1 < text.length()
          ? text.substring(firstEnd + 1)
          : text;
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Puts a process's log directory aside for another process of the same role, as {@code <role>.1}
   * and so on, and drops all but the last three.
   */
  static void keepEarlier(Path log) throws IOException {
    Path all = log.getParent();
    if (all == null || !Files.isDirectory(log)) {
      return;
    }
    String prefix = log.getFileName() + ".";
    int last = 0;
    for (Path other : LocalState.list(all)) {
      String name = String.valueOf(other.getFileName());
      if (name.startsWith(prefix)) {
        last = Math.max(last, Integer.parseInt(name.substring(prefix.length())));
      }
    }
    Files.move(log, all.resolve(prefix + (last + 1)));
    LocalState.deleteTree(all.resolve(prefix + (last + 1 - KEPT_EARLIER)));
  }

  /**
   * Returns the last lines of a file.
   *
   * @param file the file
   * @param maxLines how many at most
   * @param maxBytes how much to read at most
   * @return the lines, oldest first; none if the file cannot be read
   */
  public static List<String> tailLines(Path file, int maxLines, int maxBytes) {
    List<String> lines = tail(file, maxBytes).lines().toList();
    return List.copyOf(lines.subList(Math.max(0, lines.size() - maxLines), lines.size()));
  }

  /**
   * Returns a log4j 2 configuration for a process of any Flink version: everything to the file that
   * system property {@code log.file} names, which never takes more than four times 10 MB.
   *
   * <p>Pass it as {@code -Dlog4j.configurationFile=file:...}. Give every process a directory of its
   * own: Flink's REST API shows all that is beside the log file.
   *
   * @param rootLevel for example {@code INFO}
   * @return the text of a properties file
   * @throws IllegalArgumentException if that is no level of log4j
   */
  public static String log4jProperties(String rootLevel) {
    String level = rootLevel.trim().toUpperCase(Locale.ROOT);
    if (!List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF").contains(level)) {
      throw new IllegalArgumentException(
          "Not a log level: '" + rootLevel + "'. Write TRACE, DEBUG, INFO, WARN, ERROR or OFF.");
    }
    return TEMPLATE.replace("@LEVEL@", level);
  }
}
