package dev.flinkplatform.spi.fko;

import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.MemorySize;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares a specification that was asked for with the one that holds: other hands, or defaults of
 * an environment, may have changed it. Pure and thread-safe.
 *
 * <p>What the other side added is no difference. Nor is what only says how the next change is made
 * (the operator starts nothing anew for it: its diff class {@code IGNORE}), and what its autoscaler
 * writes.
 */
public final class EffectiveSpec {

  /** Says how the next change is made, and is no property of the running job. */
  private static final Set<String> OF_THE_CHANGE =
      Set.of(
          "job.state",
          "job.upgradeMode",
          "job.initialSavepointPath",
          "job.allowNonRestoredState",
          "job.savepointRedeployNonce",
          "job.savepointTriggerNonce",
          "job.checkpointTriggerNonce",
          "job.autoscalerResetNonce");

  private EffectiveSpec() {}

  /**
   * Finds what is not as it was asked for.
   *
   * @param wanted what {@link DeploymentSpec#of} wrote
   * @param effective the specification that holds; {@code flinkConfiguration} may be flat or nested
   * @return the differences, sorted by path
   */
  public static List<Difference> differences(Map<String, ?> wanted, Map<String, ?> effective) {
    SortedMap<String, Object> asked = flat(wanted);
    SortedMap<String, Object> holds = flat(effective);
    List<Difference> out = new ArrayList<>();
    asked.forEach(
        (path, value) -> {
          Object there = holds.get(path);
          if (!OF_THE_CHANGE.contains(path) && !same(value, there)) {
            out.add(
                new Difference(
                    path, shown(path, value), there == null ? "(none)" : shown(path, there)));
          }
        });
    return out;
  }

  private static String shown(String path, Object value) {
    return path.startsWith("podTemplate.") && path.endsWith(".value")
        ? FlinkConfiguration.MASK
        : FlinkConfiguration.shown(path, String.valueOf(value));
  }

  /** {@code 1} and {@code 1.0}, {@code 1024m} and {@code 1Gi} are the same. */
  private static boolean same(Object a, @Nullable Object b) {
    if (b == null) {
      return false;
    }
    String x = String.valueOf(a).strip();
    String y = String.valueOf(b).strip();
    if (x.equals(y)) {
      return true;
    }
    try {
      return new BigDecimal(x).compareTo(new BigDecimal(y)) == 0;
    } catch (NumberFormatException notNumbers) {
      try {
        return MemorySize.parse(x).equals(MemorySize.parse(y));
      } catch (IllegalArgumentException notSizes) {
        return false;
      }
    }
  }

  private static SortedMap<String, Object> flat(Map<String, ?> document) {
    SortedMap<String, Object> out = new TreeMap<>();
    document.forEach(
        (key, value) -> {
          if (key.equals("flinkConfiguration") && value instanceof Map<?, ?> configuration) {
            configuration("", configuration, out);
          } else {
            flatten(key, value, out);
          }
        });
    return out;
  }

  /** Since operator 1.13 it may be nested; a list is one value, joined by {@code ;}. */
  private static void configuration(String prefix, Map<?, ?> map, Map<String, Object> out) {
    map.forEach(
        (k, v) -> {
          String key = prefix.isEmpty() ? String.valueOf(k) : prefix + "." + k;
          if (v instanceof Map<?, ?> nested) {
            configuration(key, nested, out);
          } else if (v instanceof List<?> list) {
            out.put(
                "flinkConfiguration[" + key + "]",
                String.join(";", list.stream().map(String::valueOf).toList()));
          } else if (v != null) {
            out.put("flinkConfiguration[" + key + "]", v);
          }
        });
  }

  private static void flatten(String path, @Nullable Object value, Map<String, Object> out) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((k, v) -> flatten(path + "." + k, v, out));
    } else if (value instanceof List<?> list) {
      named(path, list, out);
    } else if (value != null) {
      out.put(path, value);
    }
  }

  /** Containers, variables, volumes are known by their names, not by their place. */
  private static void named(String path, List<?> list, Map<String, Object> out) {
    for (int i = 0; i < list.size(); i++) {
      Object item = list.get(i);
      Object name = item instanceof Map<?, ?> map ? map.get("name") : null;
      flatten(path + "[" + (name == null ? i : name) + "]", item, out);
    }
    out.put(path + "[]", path.endsWith(".args") ? list.size() : "");
  }
}
