package dev.flinkplatform.testkit.job;

import java.io.Serializable;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The program arguments, all optional, each {@code --name value}.
 *
 * <ul>
 *   <li>{@code --keys} (8): number of sequences
 *   <li>{@code --rate} (200): records per second, over all keys
 *   <li>{@code --records-per-key}: makes the job finite; endless if absent
 *   <li>{@code --ledger}: absolute directory for {@code ledger.log}, on the host that runs the
 *       ledger task; no ledger if absent
 *   <li>{@code --slow-start-ms}, {@code --slow-open-ms}: delay of main() and of each verify task
 *   <li>{@code --crash-at}: a verify task throws at its n-th record since it was started
 *   <li>{@code --crash-once-marker}: crash only if this file does not exist; it is made first
 *   <li>{@code --crash-always-on-open}: {@code true} lets each verify task throw in open
 *   <li>{@code --state-bytes} (0): further keyed state per key
 *   <li>{@code --grow-bytes} (0): further keyed state per record, never cleared
 *   <li>{@code --slow-sink-ms} (0): delay of the ledger task at each record
 *   <li>{@code --fail-unless-restored}, {@code --fail-if-restored}: {@code true} lets the ledger
 *       task throw if it got no state, or if it got some; a recovery after a crash counts as
 *       restored
 *   <li>{@code --uid-suffix}: added to each operator uid, so that older state does not fit
 *   <li>{@code --uid-suffix-operator}: only to the uid of {@code source}, {@code verify} or {@code
 *       ledger}
 *   <li>{@code --main-throws}: main() throws with this message
 *   <li>{@code --checkpoint-interval-ms}: the configuration decides if absent
 * </ul>
 */
final class JobOptions implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final List<String> KNOWN =
      List.of(
          "--keys",
          "--rate",
          "--records-per-key",
          "--ledger",
          "--slow-start-ms",
          "--slow-open-ms",
          "--crash-at",
          "--crash-once-marker",
          "--crash-always-on-open",
          "--state-bytes",
          "--grow-bytes",
          "--slow-sink-ms",
          "--fail-unless-restored",
          "--fail-if-restored",
          "--uid-suffix",
          "--uid-suffix-operator",
          "--main-throws",
          "--checkpoint-interval-ms");

  final int keys;
  final double rate;

  /** 0: endless. */
  final long recordsPerKey;

  /** Empty: none. */
  final String ledger;

  final long slowStartMillis;
  final long slowOpenMillis;

  /** 0: never. */
  final long crashAt;

  /** Empty: none. */
  final String crashOnceMarker;

  final boolean crashAlwaysOnOpen;
  final int stateBytes;
  final int growBytes;
  final long slowSinkMillis;
  final boolean failUnlessRestored;
  final boolean failIfRestored;
  final String uidSuffix;

  /** Empty: all. */
  final String uidSuffixOperator;

  /** Empty: it does not. */
  final String mainThrows;

  /** 0: as configured. */
  final long checkpointIntervalMillis;

  private JobOptions(Map<String, String> values) {
    keys = (int) number(values, "--keys", 8, 1, 1_000_000);
    rate = decimal(values, "--rate", 200);
    recordsPerKey = number(values, "--records-per-key", 0, 1, Long.MAX_VALUE);
    ledger = absolutePath(values, "--ledger");
    slowStartMillis = number(values, "--slow-start-ms", 0, 0, Long.MAX_VALUE);
    slowOpenMillis = number(values, "--slow-open-ms", 0, 0, Long.MAX_VALUE);
    crashAt = number(values, "--crash-at", 0, 1, Long.MAX_VALUE);
    crashOnceMarker = absolutePath(values, "--crash-once-marker");
    crashAlwaysOnOpen = flag(values, "--crash-always-on-open");
    stateBytes = (int) number(values, "--state-bytes", 0, 0, 1 << 30);
    growBytes = (int) number(values, "--grow-bytes", 0, 0, 1 << 30);
    slowSinkMillis = number(values, "--slow-sink-ms", 0, 0, Long.MAX_VALUE);
    failUnlessRestored = flag(values, "--fail-unless-restored");
    failIfRestored = flag(values, "--fail-if-restored");
    uidSuffix = values.getOrDefault("--uid-suffix", "");
    uidSuffixOperator = operator(values, "--uid-suffix-operator");
    mainThrows = values.getOrDefault("--main-throws", "");
    checkpointIntervalMillis = number(values, "--checkpoint-interval-ms", 0, 1, Long.MAX_VALUE);
  }

  static JobOptions parse(String... args) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i];
      if (!KNOWN.contains(name)) {
        throw new IllegalArgumentException(
            "Unknown argument '" + name + "'; known are " + String.join(", ", KNOWN));
      }
      if (i + 1 == args.length) {
        throw new IllegalArgumentException("Argument " + name + " has no value");
      }
      if (values.put(name, args[i + 1]) != null) {
        throw new IllegalArgumentException("Argument " + name + " was given twice");
      }
    }
    return new JobOptions(values);
  }

  private static long number(
      Map<String, String> values, String name, long absent, long lowest, long highest) {
    String text = values.get(name);
    if (text == null) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= lowest && value <= highest) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(name, text, "a whole number", e);
    }
    throw wrong(name, text, "between " + lowest + " and " + highest, null);
  }

  private static double decimal(Map<String, String> values, String name, double absent) {
    String text = values.get(name);
    if (text == null) {
      return absent;
    }
    try {
      double value = Double.parseDouble(text);
      if (value > 0 && value <= 1e9) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(name, text, "a number", e);
    }
    throw wrong(name, text, "above 0 and at most 1e9", null);
  }

  /** Returns the uid of an operator. */
  String uid(String operator) {
    boolean changed = uidSuffixOperator.isEmpty() || uidSuffixOperator.equals(operator);
    return changed ? operator + uidSuffix : operator;
  }

  private static String operator(Map<String, String> values, String name) {
    String text = values.getOrDefault(name, "");
    if (!List.of("", "source", "verify", "ledger").contains(text)) {
      throw wrong(name, text, "source, verify or ledger", null);
    }
    return text;
  }

  private static boolean flag(Map<String, String> values, String name) {
    String text = values.getOrDefault(name, "false");
    if (!text.equals("true") && !text.equals("false")) {
      throw wrong(name, text, "true or false", null);
    }
    return text.equals("true");
  }

  private static String absolutePath(Map<String, String> values, String name) {
    String text = values.get(name);
    if (text == null) {
      return "";
    }
    try {
      if (Path.of(text).isAbsolute()) {
        return text;
      }
    } catch (InvalidPathException e) {
      throw wrong(name, text, "a path", e);
    }
    throw wrong(name, text, "an absolute path", null);
  }

  private static IllegalArgumentException wrong(
      String name, String text, String expected, @Nullable Exception e) {
    return new IllegalArgumentException(
        "Argument " + name + " must be " + expected + ", got '" + text + "'", e);
  }
}
