package dev.flinkplatform.internal.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a Flink process died, as far as its log and output tell.
 *
 * @param kind the sort of failure
 * @param exception the simple name of the root cause's class, or what else stands for it
 * @param message the root cause's message, shortened to one readable paragraph
 */
public record FailureDigest(Kind kind, String exception, String message) {

  private static final int MAX_MESSAGE = 600;

  private static final Pattern THROWABLE =
      Pattern.compile(
          "^\\s*(?:Caused by: |Exception in thread \"[^\"]*\" )?"
              + "((?:[a-z_][\\w$]*\\.)+[A-Z][\\w$]*(?:Exception|Error|Failure|Throwable))"
              + "(?::\\s?(.*))?$");
  private static final Pattern LOGGED =
      Pattern.compile(
          "^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2},\\d{3} (TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\\b");
  private static final Pattern JVM_ERROR =
      Pattern.compile(
          "^(?:Error: (?!A JNI error|A fatal exception|Could not create the Java Virtual"
              + " Machine)|Invalid (?:initial|maximum) heap size|Unrecognized (?:option|VM option)|"
              + "Error occurred during initialization of VM).*");

  /** How Flink's entry points start their last words. */
  private static final List<String> FATAL =
      List.of(
          "Could not start cluster entrypoint",
          "Fatal error occurred in the cluster entrypoint",
          "Fatal error occurred while executing the TaskManager",
          "TaskManager initialization failed",
          "Could not create application program",
          "Could not parse command line arguments",
          "Application failed unexpectedly");

  /** The sort of a failure. */
  public enum Kind {
    /** A port is taken: another start may do. */
    PORT_IN_USE,
    /** The process ran out of some memory. */
    OUT_OF_MEMORY,
    /** A class, or the main method, is missing or does not fit this Flink. */
    CLASS_NOT_FOUND,
    /** Flink refuses its configuration. */
    CONFIGURATION,
    /** There is no savepoint or checkpoint where one was named. */
    SAVEPOINT_NOT_FOUND,
    /** The savepoint does not fit the program. */
    STATE_MISMATCH,
    /** The JVM itself refused to start. */
    JVM_START,
    /** The user's program failed. */
    PROGRAM,
    /** Flink's jars cannot write a log, so nothing tells. */
    NO_LOG,
    /** Something else. */
    OTHER
  }

  /** Makes a digest. */
  public FailureDigest {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(exception, "exception");
    message = shorten(message);
  }

  /**
   * Looks for the reason of a death.
   *
   * @param texts the ends of the log, standard error and standard output, the best source first
   * @return the reason, or empty if no text tells of a failure
   */
  public static Optional<FailureDigest> of(String... texts) {
    List<FailureDigest> found = new ArrayList<>();
    for (String text : texts) {
      digest(text).ifPresent(found::add);
    }
    return found.stream()
        .filter(d -> d.kind != Kind.OTHER && d.kind != Kind.PROGRAM)
        .findFirst()
        .or(() -> found.stream().findFirst())
        .or(() -> noLog(texts));
  }

  /** Without a log there is no reason to find, but there is one why the log is missing. */
  private static Optional<FailureDigest> noLog(String... texts) {
    for (String text : texts) {
      if (text.contains("No SLF4J providers were found")
          || text.contains("Failed to load class \"org.slf4j.impl.StaticLoggerBinder\"")) {
        return Optional.of(
            new FailureDigest(
                Kind.NO_LOG,
                "SLF4J",
                "Flink writes no log, as its slf4j-api.jar and log4j binding do not fit: keep"
                    + " slf4j-api 1.7.x with log4j-slf4j-impl, or 2.x with log4j-slf4j2-impl"));
      }
    }
    return Optional.empty();
  }

  /** Returns cause and message in one line. */
  public String summary() {
    return message.isEmpty() ? exception : exception + ": " + message;
  }

  private static Optional<FailureDigest> digest(String text) {
    List<Chain> chains = new ArrayList<>();
    Chain current = new Chain(1);
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (JVM_ERROR.matcher(line).matches()) {
        return Optional.of(jvmError(line.trim(), i + 1 < lines.size() ? lines.get(i + 1) : ""));
      }
      Matcher logged = LOGGED.matcher(line);
      Matcher thrown = THROWABLE.matcher(line);
      if (logged.find()) {
        current = new Chain(weight(logged.group(1), line));
        chains.add(current);
      } else if (thrown.matches()) {
        if (line.startsWith("Exception in thread")) {
          current = new Chain(1);
        }
        if (!chains.contains(current)) {
          chains.add(current);
        }
        current.causes.add(cause(thrown, lines, i));
      }
    }
    Chain best = null;
    for (Chain chain : chains) {
      // Of equals the last: it is what the process died of.
      if (!chain.causes.isEmpty()
          && chain.weight > 0
          && (best == null || chain.weight() >= best.weight())) {
        best = chain;
      }
    }
    return Optional.ofNullable(best).map(Chain::digest);
  }

  private static FailureDigest jvmError(String line, String next) {
    return new FailureDigest(
        line.contains("Could not find or load main class") ? Kind.CLASS_NOT_FOUND : Kind.JVM_START,
        "JVM",
        line.startsWith("Error occurred") ? line + ": " + next : line);
  }

  /** How likely what is logged is why the process dies. */
  private static int weight(String level, String line) {
    if (FATAL.stream().anyMatch(line::contains)) {
      return 3;
    }
    return switch (level) {
      case "ERROR", "FATAL" -> 2;
      // What a process warns of it survives.
      default -> 0;
    };
  }

  private static Cause cause(Matcher m, List<String> lines, int at) {
    StringBuilder message = new StringBuilder(m.group(2) == null ? "" : m.group(2));
    // A message may go on for some lines, up to the stack trace.
    for (int i = at + 1; i < lines.size() && i < at + 12; i++) {
      String line = lines.get(i);
      String start = line.stripLeading();
      if (start.startsWith("at ")
          || start.startsWith("... ")
          || start.startsWith("Caused by: ")
          || start.startsWith("Suppressed: ")
          || LOGGED.matcher(line).find()
          || THROWABLE.matcher(line).matches()) {
        break;
      }
      message.append(' ').append(start);
    }
    String name = m.group(1);
    return new Cause(name, name.substring(name.lastIndexOf('.') + 1), message.toString().trim());
  }

  private static String shorten(String message) {
    String line = message.replaceAll("\\s+", " ").trim();
    return line.length() <= MAX_MESSAGE ? line : line.substring(0, MAX_MESSAGE) + "...";
  }

  private record Cause(String className, String simpleName, String message) {

    Kind kind() {
      String text = message;
      if (simpleName.equals("BindException")
          || text.contains("Address already in use")
          || text.contains("Could not bind to any port")
          || text.contains("Unable to open BLOB Server in specified port range")
          || text.contains("Could not start rest endpoint on any port")) {
        return Kind.PORT_IN_USE;
      }
      if (simpleName.equals("OutOfMemoryError")) {
        return Kind.OUT_OF_MEMORY;
      }
      if (text.contains("Cannot map checkpoint/savepoint state")
          || text.contains("to the new program")
          || simpleName.equals("StateMigrationException")) {
        return Kind.STATE_MISMATCH;
      }
      if (text.contains("Cannot find checkpoint or savepoint")
          || text.contains("Cannot find meta data file")
          || text.contains("_metadata")) {
        return Kind.SAVEPOINT_NOT_FOUND;
      }
      if (simpleName.equals("ClassNotFoundException")
          || simpleName.equals("NoClassDefFoundError")
          || simpleName.equals("NoSuchMethodException")
          || simpleName.equals("NoSuchMethodError")
          || simpleName.equals("UnsupportedClassVersionError")
          || text.contains("has no main")
          || text.contains("does not contain a main method")
          || text.contains("does not have a main")
          || text.contains("doesn't have a main method")) {
        return Kind.CLASS_NOT_FOUND;
      }
      if (simpleName.equals("IllegalConfigurationException")
          || simpleName.equals("FlinkParseException")
          || text.contains("Could not parse value")) {
        return Kind.CONFIGURATION;
      }
      return Kind.OTHER;
    }

    /** Some causes say less than what they caused. */
    boolean isWordless() {
      return message.isEmpty()
          || className.equals("java.util.concurrent.TimeoutException")
          || className.endsWith(".ExecutionException")
          || className.endsWith(".CompletionException");
    }
  }

  private static final class Chain {

    private final int weight;
    private final List<Cause> causes = new ArrayList<>();

    Chain(int weight) {
      this.weight = weight;
    }

    /** Flink closes the class loader of its RPC system while threads of it still run. */
    int weight() {
      Cause root = causes.get(causes.size() - 1);
      boolean aftermath =
          root.kind() == Kind.CLASS_NOT_FOUND
              && (root.message().startsWith("scala.")
                  || root.message().startsWith("scala/")
                  || root.message().startsWith("org.apache.pekko.")
                  || root.message().startsWith("org/apache/pekko/")
                  || root.message().startsWith("akka"));
      return aftermath ? -1 : weight;
    }

    FailureDigest digest() {
      for (int i = causes.size() - 1; i >= 0; i--) {
        Cause cause = causes.get(i);
        if (cause.kind() != Kind.OTHER) {
          return new FailureDigest(cause.kind(), cause.simpleName(), cause.message());
        }
      }
      Cause root = causes.get(causes.size() - 1);
      for (int i = causes.size() - 1; i >= 0 && root.isWordless(); i--) {
        if (!causes.get(i).isWordless()) {
          root = causes.get(i);
        }
      }
      boolean program =
          causes.stream().anyMatch(c -> c.simpleName().equals("ProgramInvocationException"));
      return new FailureDigest(
          program ? Kind.PROGRAM : Kind.OTHER, root.simpleName(), root.message());
    }
  }
}
