package dev.flinkplatform.internal.logs;

import dev.flinkplatform.status.LogFile;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the log of one TaskManager tells of its way to the JobManager.
 *
 * @param process the process, as the backend names it
 * @param registered whether it registered, and nothing went wrong since
 * @param problem why it does not register, if the log says so
 * @param death why it died, if the log says so
 * @param age how long it has been writing this log, as far as it can be told
 */
public record TaskManagerLog(
    String process,
    boolean registered,
    Optional<Problem> problem,
    Optional<FailureDigest> death,
    Duration age) {

  /**
   * Why a TaskManager does not register.
   *
   * @param what in a few words
   * @param advice what to do
   * @param line the line of the log that says so
   */
  public record Problem(String what, String advice, String line) {}

  private static final int EXCERPT = 120;
  private static final String REGISTERED = "Successful registration at resource manager";
  private static final Pattern FATAL =
      Pattern.compile(
          "TaskManager initialization failed|Failed to start the TaskManagerRunner|Fatal error"
              + " occurred|Terminating TaskManagerRunner with exit code [1-9]|OutOfMemoryError");
  private static final Pattern TIME =
      Pattern.compile("^(\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}),\\d{3} ", Pattern.MULTILINE);
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final Pattern NUMBER = Pattern.compile("(\\d+)");

  private static final String ADDRESS_ADVICE =
      "Compare jobmanager.rpc.address and jobmanager.rpc.port of the TaskManager with those of the"
          + " JobManager";

  /** A sort of problem and the words that give it away; the first group is what it is about. */
  private enum Sort {
    UNKNOWN_HOST(
        "UnknownHostException: ([^\\s:\\]]+)",
        "the JobManager's host name '%s' cannot be resolved",
        ADDRESS_ADVICE + ", and the name service of that machine"),
    REFUSED(
        "Connection refused: (?:[^\\s/]*/)?([^\\s\\]]+)",
        "nothing listens at %s: the address or port of the JobManager is wrong, or it is not there",
        ADDRESS_ADVICE),
    UNREACHABLE(
        "(?:No route to host|Network is unreachable|[Cc]onnection timed out)[^:]*: (?:[^\\s/]*/)?([^\\s\\]]+)",
        "the JobManager's address %s cannot be reached from it",
        ADDRESS_ADVICE + "; then look for a firewall or network policy between them"),
    INCOMPATIBLE(
        "((?:InvalidClassException|StreamCorruptedException|local class incompatible|"
            + "NoSuchMethodException: [^ ]*registerTaskExecutor|Could not find rpc method)[^\\n]{0,200})",
        "it and the JobManager do not understand each other, as if of another version of Flink: %s",
        "Run JobManager and TaskManagers from the same distribution of Flink"),
    TLS(
        "(NotSslRecordException|SSLHandshakeException|SSLException)",
        "it cannot talk TLS with the JobManager (%s)",
        "Give both the same security.ssl.internal.* settings, keystore and truststore"),
    DECLINED(
        "([Rr]egistration at (?:the )?(?:resource manager|ResourceManager)[^\\n]*(?:declined|rejected|refused)[^\\n]{0,200})",
        "the JobManager refuses it: %s",
        "Look into the JobManager's log for the reason"),
    HUNG_UP(
        "Reason: \\[(Disassociated)\\]",
        "the JobManager breaks off when it registers, as if of another version of Flink (%s)",
        "Run JobManager and TaskManagers from the same distribution of Flink; if they are, see the"
            + " JobManager's log"),
    UNRESOLVED(
        "Could not resolve ResourceManager address (\\S+?),? ",
        "it cannot talk to the JobManager at %s",
        ADDRESS_ADVICE);

    private final Pattern pattern;
    private final String what;
    private final String advice;

    Sort(String pattern, String what, String advice) {
      this.pattern = Pattern.compile(pattern);
      this.what = what;
      this.advice = advice;
    }

    private Optional<Problem> in(String line) {
      Matcher m = pattern.matcher(line);
      return m.find()
          ? Optional.of(
              new Problem(
                  String.format(what, m.group(1)), advice, excerpt(line, m.start(), m.end())))
          : Optional.empty();
    }
  }

  /** When it was, and the words that count: lines of Flink's RPC are long. */
  private static String excerpt(String line, int from, int to) {
    int begin = Math.max(0, from - EXCERPT);
    String when = TIME.matcher(line).find() && begin > 24 ? line.substring(0, 24) + "... " : "";
    return when + line.substring(when.isEmpty() ? 0 : begin, Math.min(line.length(), to + EXCERPT));
  }

  /**
   * Reads the logs of all TaskManagers.
   *
   * @param files the ends of the logs of all processes
   * @return one per TaskManager, the latest started first
   */
  public static List<TaskManagerLog> read(List<LogFile> files) {
    Map<String, List<LogFile>> byProcess = new TreeMap<>();
    for (LogFile file : files) {
      if (file.process().contains("taskmanager")) {
        byProcess.computeIfAbsent(file.process(), p -> new ArrayList<>()).add(file);
      }
    }
    return byProcess.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, List<LogFile>> e) -> number(e.getKey()))
                .reversed())
        .map(e -> read(e.getKey(), e.getValue()))
        .toList();
  }

  private static long number(String process) {
    long last = 0;
    Matcher m = NUMBER.matcher(process);
    while (m.find()) {
      last = m.group(1).length() > 18 ? 0 : Long.parseLong(m.group(1));
    }
    return last;
  }

  private static TaskManagerLog read(String process, List<LogFile> files) {
    String log = text(files, ".log");
    String err = text(files, ".err");
    @Nullable Problem problem = null;
    boolean registered = false;
    for (String line : log.lines().toList()) {
      if (line.contains(REGISTERED)) {
        registered = true;
        problem = null;
        continue;
      }
      // Of one failed try several lines tell; the first sorts say more than the last.
      for (Sort sort : Sort.values()) {
        Optional<Problem> found = sort.in(line);
        if (found.isPresent()) {
          boolean better = problem == null || sort.compareTo(Sort.HUNG_UP) < 0;
          problem = better ? found.get() : problem;
          break;
        }
      }
    }
    boolean fatal = FATAL.matcher(log).find();
    Optional<FailureDigest> death = fatal ? FailureDigest.of(log, err) : FailureDigest.of("", err);
    return new TaskManagerLog(
        process,
        registered && problem == null,
        // What an old connection says after a registration is no reason any more.
        registered ? Optional.empty() : Optional.ofNullable(problem),
        death,
        age(log));
  }

  private static String text(List<LogFile> files, String suffix) {
    StringBuilder text = new StringBuilder();
    files.stream()
        .filter(f -> f.file().endsWith(suffix))
        .forEach(f -> text.append(f.text()).append('\n'));
    return text.toString();
  }

  private static Duration age(String log) {
    Matcher m = TIME.matcher(log);
    @Nullable LocalDateTime first = null;
    @Nullable LocalDateTime last = null;
    while (m.find()) {
      try {
        last = LocalDateTime.parse(m.group(1), FORMAT);
        first = first == null ? last : first;
      } catch (DateTimeParseException e) {
        // Not a time after all.
      }
    }
    return first == null || last == null ? Duration.ZERO : Duration.between(first, last);
  }
}
