package dev.flinkplatform.internal.local;

import dev.flinkplatform.spec.FlinkVersion;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Flink's memory model: what its scripts ask {@code BashJavaUtils} for, computed here without
 * starting a JVM.
 *
 * <p>Follows {@code ProcessMemoryUtils}, {@code JobManagerFlinkMemoryUtils} and {@code
 * TaskExecutorFlinkMemoryUtils} of Flink 1.18 to 2.3 to the byte; a test compares them.
 */
public final class FlinkMemory {

  /** The sizes in the configuration file of Flink's distributions. */
  static final String DEFAULT_JOB_MANAGER_SIZE = "1600m";

  static final String DEFAULT_TASK_MANAGER_SIZE = "1728m";

  private static final long UNLIMITED = Long.MAX_VALUE;
  private static final long MIN_HEAP = 1L << 21;
  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*([a-z]*)");
  private static final Map<String, Integer> UNITS =
      Map.ofEntries(
          Map.entry("", 0),
          Map.entry("b", 0),
          Map.entry("bytes", 0),
          Map.entry("k", 10),
          Map.entry("kb", 10),
          Map.entry("kibibytes", 10),
          Map.entry("m", 20),
          Map.entry("mb", 20),
          Map.entry("mebibytes", 20),
          Map.entry("g", 30),
          Map.entry("gb", 30),
          Map.entry("gibibytes", 30),
          Map.entry("t", 40),
          Map.entry("tb", 40),
          Map.entry("tebibytes", 40));

  private FlinkMemory() {}

  /**
   * What is wrong with a configuration.
   *
   * @param key the key of Flink's configuration to change
   * @param message what is wrong with it
   */
  public record Violation(String key, String message) {}

  /**
   * What a process is started with; or, if there are violations, only these.
   *
   * @param jvmFlags {@code -Xmx} and the like
   * @param options Flink configuration the process needs, by key
   * @param violations why Flink refuses the configuration
   */
  public record Result(
      List<String> jvmFlags, Map<String, String> options, List<Violation> violations) {

    /** Makes a result. */
    public Result {
      jvmFlags = List.copyOf(jvmFlags);
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
      violations = List.copyOf(violations);
    }

    /** Tells whether Flink takes the configuration. */
    public boolean isValid() {
      return violations.isEmpty();
    }

    /** Returns the options as arguments of an entry point: {@code -D key=value} each. */
    public List<String> dynamicArguments() {
      List<String> arguments = new ArrayList<>();
      options.forEach(
          (key, value) -> {
            arguments.add("-D");
            arguments.add(key + "=" + value);
          });
      return arguments;
    }
  }

  /**
   * Computes a JobManager's memory.
   *
   * @param flinkConfig Flink's configuration; keys that have nothing to do with memory are ignored
   * @param version the Flink version
   * @return flags and options, or violations
   */
  public static Result jobManager(Map<String, String> flinkConfig, FlinkVersion version) {
    Config config = new Config("jobmanager.memory.", flinkConfig);
    if (!version.isAtLeast(2, 0)) {
      config.legacyHeap("jobmanager.", "heap.size");
    }
    if (!config.has("heap.size") && !config.has("flink.size") && !config.has("process.size")) {
      config.put("process.size", DEFAULT_JOB_MANAGER_SIZE);
    }
    try {
      return computeJobManager(config);
    } catch (Refused e) {
      config.violations.add(e.violation);
    } catch (ArithmeticException e) {
      config.violations.add(tooLarge(config));
    }
    return new Result(List.of(), Map.of(), config.violations);
  }

  /**
   * Computes a TaskManager's memory.
   *
   * @param flinkConfig Flink's configuration; keys that have nothing to do with memory, slots or
   *     cpu are ignored
   * @param version the Flink version
   * @return flags and options, or violations
   */
  public static Result taskManager(Map<String, String> flinkConfig, FlinkVersion version) {
    Config config = new Config("taskmanager.memory.", flinkConfig);
    config.alias("managed.size", "taskmanager.memory.size");
    config.alias("network.min", "taskmanager.network.memory.min");
    config.alias("network.max", "taskmanager.network.memory.max");
    config.alias("network.fraction", "taskmanager.network.memory.fraction");
    if (!version.isAtLeast(2, 0)) {
      config.legacyHeap("taskmanager.", "flink.size");
    }
    if (!(config.has("task.heap.size") && config.has("managed.size"))
        && !config.has("flink.size")
        && !config.has("process.size")) {
      config.put("process.size", DEFAULT_TASK_MANAGER_SIZE);
    }
    try {
      return computeTaskManager(config, version);
    } catch (Refused e) {
      config.violations.add(e.violation);
    } catch (ArithmeticException e) {
      config.violations.add(tooLarge(config));
    }
    return new Result(List.of(), Map.of(), config.violations);
  }

  private static Result computeJobManager(Config config) {
    Range overheadRange = config.range("jvm-overhead", "192m", "1g", 0.1f);
    long metaspace = config.size("jvm-metaspace.size", "256m");
    long offHeap = config.size("off-heap.size", "128m");
    boolean limitDirect = config.flag("enable-jvm-direct-memory-limit");
    long heap;
    long overhead;
    if (config.has("heap.size")) {
      heap = config.size("heap.size", "0");
      if (config.has("flink.size")) {
        long total = config.size("flink.size", "0");
        config.stopIfUnreadable();
        if (config.has("off-heap.size")) {
          config.require(
              heap + offHeap == total,
              "flink.size",
              "is %s, yet heap.size (%s) and off-heap.size (%s) add up to %s; leave one of them out",
              total,
              heap,
              offHeap,
              heap + offHeap);
        } else {
          config.require(
              total >= heap,
              "heap.size",
              "is %s, more than all of flink.size (%s); leave one of them out",
              heap,
              total);
          offHeap = total - heap;
        }
      }
      overhead = overheadFromFlink(config, Math.addExact(heap, offHeap), metaspace, overheadRange);
    } else if (config.has("flink.size")) {
      long total = config.size("flink.size", "0");
      config.stopIfUnreadable();
      config.check(
          total > offHeap,
          "flink.size",
          "is %s, which leaves no heap beside off-heap.size (%s)",
          total,
          offHeap);
      overhead = overheadFromFlink(config, total, metaspace, overheadRange);
      config.stopIfViolated();
      heap = total - offHeap;
    } else {
      long process = config.size("process.size", "0");
      config.stopIfUnreadable();
      overhead = overheadFromProcess(config, process, metaspace, overheadRange);
      long total = process - metaspace - overhead;
      config.require(
          total > offHeap,
          "process.size",
          "is %s, which leaves no heap: metaspace takes %s, JVM overhead %s, off-heap.size %s",
          process,
          metaspace,
          overhead,
          offHeap);
      heap = total - offHeap;
    }
    requireHeap(config, heap);
    config.stopIfViolated();
    List<String> flags = new ArrayList<>(List.of("-Xmx" + heap, "-Xms" + heap));
    if (limitDirect) {
      flags.add("-XX:MaxDirectMemorySize=" + offHeap);
    }
    flags.add("-XX:MaxMetaspaceSize=" + metaspace);
    Map<String, String> options = new TreeMap<>();
    options.put("jobmanager.memory.heap.size", heap + "b");
    options.put("jobmanager.memory.off-heap.size", offHeap + "b");
    options.put("jobmanager.memory.jvm-metaspace.size", metaspace + "b");
    options.put("jobmanager.memory.jvm-overhead.min", overhead + "b");
    options.put("jobmanager.memory.jvm-overhead.max", overhead + "b");
    return new Result(flags, options, List.of());
  }

  private static Result computeTaskManager(Config config, FlinkVersion version) {
    long slots = config.slots();
    double cpu = config.cpu(slots);
    Range overheadRange = config.range("jvm-overhead", "192m", "1g", 0.1f);
    long metaspace = config.size("jvm-metaspace.size", "256m");
    long frameworkHeap = config.size("framework.heap.size", "128m");
    long frameworkOffHeap = config.size("framework.off-heap.size", "128m");
    long taskOffHeap = config.size("task.off-heap.size", "0");
    Network network = Network.of(config, version);
    boolean explicit = config.has("task.heap.size") && config.has("managed.size");
    boolean flinkSize = config.has("flink.size");
    long total;
    long overhead;
    if (explicit && !flinkSize) {
      total = -1;
      overhead = -1;
    } else if (flinkSize) {
      total = config.size("flink.size", "0");
      config.stopIfUnreadable();
      overhead = overheadFromFlink(config, total, metaspace, overheadRange);
    } else {
      long process = config.size("process.size", "0");
      config.stopIfUnreadable();
      overhead = overheadFromProcess(config, process, metaspace, overheadRange);
      total = process - metaspace - overhead;
    }
    long fixed = Math.addExact(Math.addExact(frameworkHeap, frameworkOffHeap), taskOffHeap);
    long managed =
        config.has("managed.size")
            ? config.size("managed.size", "0")
            : new Range(0, UNLIMITED, config.fraction("managed.fraction", 0.4f)).of(total);
    long taskHeap;
    long net;
    if (config.has("task.heap.size")) {
      taskHeap = config.size("task.heap.size", "0");
      config.stopIfUnreadable();
      long used = Math.addExact(Math.addExact(fixed, taskHeap), managed);
      if (total < 0) {
        net = network.fromRest(used);
        overhead = overheadFromFlink(config, Math.addExact(used, net), metaspace, overheadRange);
      } else {
        config.require(
            used <= total,
            flinkSize ? "flink.size" : "process.size",
            "leaves %s for Flink's own memory, yet framework heap (%s), framework off-heap (%s),"
                + " task heap (%s), task off-heap (%s) and managed memory (%s) need more",
            total,
            frameworkHeap,
            frameworkOffHeap,
            taskHeap,
            taskOffHeap,
            managed);
        net = total - used;
        network.check(config, net);
      }
    } else {
      config.stopIfUnreadable();
      net = network.fromTotal(total);
      long used = Math.addExact(Math.addExact(fixed, managed), net);
      config.require(
          used <= total,
          flinkSize ? "flink.size" : "process.size",
          "leaves %s for Flink's own memory, yet framework heap (%s), framework off-heap (%s), task"
              + " off-heap (%s), managed memory (%s) and network memory (%s) need more",
          total,
          frameworkHeap,
          frameworkOffHeap,
          taskOffHeap,
          managed,
          net);
      taskHeap = total - used;
    }
    config.stopIfViolated();
    requireHeap(config, Math.addExact(frameworkHeap, taskHeap));
    config.stopIfViolated();
    long direct = Math.addExact(Math.addExact(frameworkOffHeap, taskOffHeap), net);
    long heap = frameworkHeap + taskHeap;
    Map<String, String> options = new TreeMap<>();
    if (!config.contains("external-resources")) {
      options.put("external-resources", "none");
    }
    options.put("taskmanager.cpu.cores", String.valueOf(cpu));
    options.put("taskmanager.numberOfTaskSlots", String.valueOf(slots));
    options.put("taskmanager.memory.framework.heap.size", frameworkHeap + "b");
    options.put("taskmanager.memory.framework.off-heap.size", frameworkOffHeap + "b");
    options.put("taskmanager.memory.task.heap.size", taskHeap + "b");
    options.put("taskmanager.memory.task.off-heap.size", taskOffHeap + "b");
    options.put("taskmanager.memory.network.min", net + "b");
    options.put("taskmanager.memory.network.max", net + "b");
    options.put("taskmanager.memory.managed.size", managed + "b");
    options.put("taskmanager.memory.jvm-metaspace.size", metaspace + "b");
    options.put("taskmanager.memory.jvm-overhead.min", overhead + "b");
    options.put("taskmanager.memory.jvm-overhead.max", overhead + "b");
    return new Result(
        List.of(
            "-Xmx" + heap,
            "-Xms" + heap,
            "-XX:MaxDirectMemorySize=" + direct,
            "-XX:MaxMetaspaceSize=" + metaspace),
        options,
        List.of());
  }

  private static long overheadFromProcess(
      Config config, long process, long metaspace, Range range) {
    long overhead = range.of(process);
    config.require(
        Math.addExact(metaspace, overhead) <= process,
        "process.size",
        "is %s, less than JVM metaspace (%s) and JVM overhead (%s) take",
        process,
        metaspace,
        overhead);
    return overhead;
  }

  private static long overheadFromFlink(Config config, long flink, long metaspace, Range range) {
    config.stopIfUnreadable();
    long base = Math.addExact(flink, metaspace);
    if (!config.has("process.size")) {
      return range.ofRest(base);
    }
    long process = config.size("process.size", "0");
    config.stopIfUnreadable();
    boolean fits =
        config.check(
            process >= base,
            "process.size",
            "is %s, less than Flink's own memory (%s) and JVM metaspace (%s) need; leave one of them"
                + " out",
            process,
            flink,
            metaspace);
    long overhead = process - base;
    if (fits) {
      config.check(
          overhead >= range.min && overhead <= range.max,
          "process.size",
          "is %s, which leaves %s for JVM overhead beside Flink's own memory (%s) and JVM metaspace"
              + " (%s); jvm-overhead.min is %s and jvm-overhead.max %s. Leave flink.size or"
              + " process.size out",
          process,
          overhead,
          flink,
          metaspace,
          range.min,
          range.max);
    }
    return overhead;
  }

  /** Flink computes such a heap without a word, and then the JVM does not start. */
  private static void requireHeap(Config config, long heap) {
    config.check(
        heap >= MIN_HEAP,
        config.has("heap.size")
            ? "heap.size"
            : config.has("flink.size") ? "flink.size" : "process.size",
        "leaves %s for the heap; no JVM starts with less than %s",
        heap,
        MIN_HEAP);
  }

  private static Violation tooLarge(Config config) {
    return new Violation(
        config.prefix + (config.has("process.size") ? "process.size" : "flink.size"),
        "sizes add up to more than fits into 63 bits");
  }

  private static long multiply(long bytes, double factor) {
    BigDecimal product = BigDecimal.valueOf(bytes).multiply(BigDecimal.valueOf(factor));
    if (product.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new ArithmeticException("long overflow");
    }
    return product.longValue();
  }

  /** A part given as a fraction of the whole, within limits. */
  private record Range(long min, long max, double fraction) {

    long of(long whole) {
      return Math.max(min, Math.min(max, multiply(whole, fraction)));
    }

    /** The part when only the rest of the whole is known. */
    long ofRest(long rest) {
      return Math.max(min, Math.min(max, multiply(rest, fraction / (1 - fraction))));
    }
  }

  /** Network memory: a range, or for Flink 1.x a number of buffers. */
  private record Network(Range range, long legacy) {

    static Network of(Config config, FlinkVersion version) {
      boolean legacy =
          !version.isAtLeast(2, 0)
              && config.contains("taskmanager.network.numberOfBuffers")
              && !config.has("network.min")
              && !config.has("network.max")
              && !config.has("network.fraction");
      if (!legacy) {
        return new Network(config.range("network", "64m", UNLIMITED + "b", 0.1f), -1);
      }
      long buffers = config.integer("taskmanager.network.numberOfBuffers", 2048);
      long page = config.size("segment-size", "32k");
      config.check(
          page >= 4096 && page <= Integer.MAX_VALUE && Long.bitCount(page) == 1,
          "segment-size",
          "is %s; it is a power of 2, at least 4096",
          page);
      return new Network(new Range(0, UNLIMITED, 0), Math.multiplyExact(buffers, page));
    }

    long fromTotal(long total) {
      return legacy >= 0 ? legacy : range.of(total);
    }

    long fromRest(long rest) {
      return legacy >= 0 ? legacy : range.ofRest(rest);
    }

    void check(Config config, long derived) {
      if (legacy >= 0) {
        config.check(
            derived == legacy,
            "network.min",
            "is unset: %s are left for network memory, yet numberOfBuffers asks for %s",
            derived,
            legacy);
      } else {
        config.check(
            derived >= range.min && derived <= range.max,
            derived < range.min ? "network.min" : "network.max",
            "does not allow the %s that are left for network memory when task heap is set: min %s,"
                + " max %s",
            derived,
            range.min,
            range.max);
      }
    }
  }

  /** A configuration being read, and what is wrong with it so far. */
  private static final class Config {

    private final String prefix;
    private final Map<String, String> values;
    private final List<Violation> violations = new ArrayList<>();

    Config(String prefix, Map<String, String> values) {
      this.prefix = prefix;
      this.values = new TreeMap<>(values);
    }

    boolean contains(String fullKey) {
      return values.containsKey(fullKey);
    }

    boolean has(String key) {
      return values.containsKey(prefix + key);
    }

    void put(String key, String value) {
      values.put(prefix + key, value);
    }

    /** Lets an old key stand for a new one that is not set. */
    void alias(String key, String oldKey) {
      String old = values.get(oldKey);
      if (old != null) {
        values.putIfAbsent(prefix + key, old);
      }
    }

    /** Flink 1.x: {@code heap.size}, or {@code heap.mb} without a unit, stands for a new key. */
    void legacyHeap(String component, String key) {
      String size = values.get(component + "heap.size");
      String megabytes = values.get(component + "heap.mb");
      if (size != null) {
        values.putIfAbsent(prefix + key, size);
      } else if (megabytes != null) {
        values.putIfAbsent(prefix + key, megabytes.trim() + "m");
      }
    }

    long size(String key, String otherwise) {
      String text = values.getOrDefault(prefix + key, otherwise);
      try {
        return parseSize(text);
      } catch (IllegalArgumentException e) {
        violations.add(
            new Violation(
                prefix + key, Objects.requireNonNullElse(e.getMessage(), "is unreadable")));
        return 0;
      }
    }

    double fraction(String key, float otherwise) {
      String text = values.get(prefix + key);
      // Flink keeps fractions as float and computes with double: 0.1 is 0.10000000149011612.
      float value = otherwise;
      if (text != null) {
        try {
          value = Float.parseFloat(text.trim());
        } catch (NumberFormatException e) {
          violations.add(
              new Violation(
                  prefix + key, "is not a number: '" + text + "'; write 0.1 or the like"));
        }
      }
      if (!(value >= 0 && value < 1)) {
        violations.add(
            new Violation(
                prefix + key, "is '" + text + "'; a fraction is at least 0 and less than 1"));
        value = otherwise;
      }
      return value;
    }

    Range range(String key, String min, String max, float fraction) {
      int before = violations.size();
      Range range =
          new Range(
              size(key + ".min", min),
              size(key + ".max", max),
              fraction(key + ".fraction", fraction));
      if (violations.size() == before && range.min > range.max) {
        String which = has(key + ".min") ? ".min" : ".max";
        violations.add(
            new Violation(
                prefix + key + which,
                key
                    + ".min ("
                    + text(range.min)
                    + ") exceeds "
                    + key
                    + ".max ("
                    + text(range.max)
                    + ")"));
      }
      return range;
    }

    boolean flag(String key) {
      String text = values.getOrDefault(prefix + key, "false").trim().toLowerCase(Locale.ROOT);
      if (!text.equals("true") && !text.equals("false")) {
        violations.add(new Violation(prefix + key, "is neither true nor false: '" + text + "'"));
      }
      return text.equals("true");
    }

    long integer(String fullKey, int otherwise) {
      String text = values.get(fullKey);
      if (text == null) {
        return otherwise;
      }
      try {
        return Integer.parseInt(text.trim());
      } catch (NumberFormatException e) {
        violations.add(new Violation(fullKey, "is not a whole number: '" + text + "'"));
        return otherwise;
      }
    }

    long slots() {
      String key = "taskmanager.numberOfTaskSlots";
      long slots = integer(key, 1);
      if (slots < 1) {
        violations.add(new Violation(key, "is " + slots + "; a TaskManager has at least one slot"));
      }
      return slots;
    }

    double cpu(long slots) {
      String key = "taskmanager.cpu.cores";
      String text = values.get(key);
      double cores = slots;
      if (text != null) {
        try {
          cores = Double.parseDouble(text.trim());
        } catch (NumberFormatException e) {
          cores = Double.NaN;
        }
        if (!(cores > 0 && cores < Double.POSITIVE_INFINITY)) {
          violations.add(new Violation(key, "is not a positive number: '" + text + "'"));
          return 1;
        }
      }
      return BigDecimal.valueOf(cores).setScale(8, RoundingMode.DOWN).doubleValue();
    }

    boolean check(boolean holds, String key, String message, long... sizes) {
      if (!holds) {
        violations.add(violation(key, message, sizes));
      }
      return holds;
    }

    void require(boolean holds, String key, String message, long... sizes) {
      if (!holds) {
        throw new Refused(violation(key, message, sizes));
      }
    }

    /** What is computed from values that could not be read would only mislead. */
    void stopIfUnreadable() {
      stopIfViolated();
    }

    void stopIfViolated() {
      if (!violations.isEmpty()) {
        throw new Refused(violations.remove(violations.size() - 1));
      }
    }

    private Violation violation(String key, String message, long... sizes) {
      Object[] texts = new Object[sizes.length];
      for (int i = 0; i < sizes.length; i++) {
        texts[i] = text(sizes[i]);
      }
      return new Violation(prefix + key, String.format(Locale.ROOT, message, texts));
    }

    private static String text(long bytes) {
      if (bytes == UNLIMITED) {
        return "unlimited";
      }
      if (bytes % (1 << 20) == 0) {
        return (bytes >> 20) + "m";
      }
      return Math.abs(bytes) < 1 << 20
          ? bytes + "b"
          : String.format(Locale.ROOT, "%.1fm", bytes / 1048576.0);
    }

    private static long parseSize(String text) {
      Matcher m = SIZE.matcher(text.trim().toLowerCase(Locale.ROOT));
      Integer shift = m.matches() ? UNITS.get(m.group(2)) : null;
      if (shift == null) {
        throw new IllegalArgumentException(
            "is not a memory size: '"
                + text
                + "'; write a whole number and a unit (b, k, m, g, t), for example '1728m'");
      }
      try {
        return Math.multiplyExact(Long.parseLong(m.group(1)), 1L << shift);
      } catch (ArithmeticException | NumberFormatException e) {
        throw new IllegalArgumentException("is too large: '" + text + "'", e);
      }
    }
  }

  /** Ends a computation that cannot go on. */
  private static final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Violation violation;

    Refused(Violation violation) {
      super(violation.message(), null, false, false);
      this.violation = violation;
    }
  }
}
