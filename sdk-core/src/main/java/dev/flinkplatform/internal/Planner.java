package dev.flinkplatform.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.Plan;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds what differs between two specifications, and how the difference can be made. Pure. */
final class Planner {

  private Planner() {}

  /** What differs, field by field; secrets are masked. */
  static List<Plan.Change> changes(ApplicationSpec from, ApplicationSpec to) {
    SortedMap<String, String> a = flat(from);
    SortedMap<String, String> b = flat(to);
    List<Plan.Change> changes = new ArrayList<>();
    TreeSet<String> paths = new TreeSet<>(a.keySet());
    paths.addAll(b.keySet());
    for (String path : paths) {
      String x = a.getOrDefault(path, "");
      String y = b.getOrDefault(path, "");
      if (!x.equals(y)) {
        boolean masked = path.startsWith("environment.") || FlinkConfiguration.isSensitive(path);
        changes.add(
            masked
                ? new Plan.Change(path, FlinkConfiguration.MASK, FlinkConfiguration.MASK)
                : new Plan.Change(path, x, y));
      }
    }
    return changes;
  }

  /**
   * How the changes can be made.
   *
   * @param rescalesInPlace whether the job's scheduler changes the parallelism of the running job
   */
  static Plan plan(List<Plan.Change> changes, boolean rescalesInPlace, List<String> drift) {
    List<String> reasons = new ArrayList<>(drift);
    boolean restart = false;
    for (Plan.Change c : changes) {
      boolean inPlace =
          c.path().startsWith("labels.")
              || c.path().equals("taskManager.replicas")
              || (c.path().equals("parallelism") && rescalesInPlace);
      if (!inPlace) {
        restart = true;
        reasons.add("a change of " + c.path() + " needs a restart");
      }
    }
    Plan.Kind kind =
        restart
            ? Plan.Kind.RESTART_WITH_STATE
            : changes.isEmpty() && drift.isEmpty() ? Plan.Kind.NOTHING : Plan.Kind.IN_PLACE;
    return new Plan(kind, changes, reasons);
  }

  private static SortedMap<String, String> flat(ApplicationSpec spec) {
    SortedMap<String, String> out = new TreeMap<>();
    flatten("", SpecCodec.write(spec), out);
    return out;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> out) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              e ->
                  flatten(
                      path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue(), out));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "[" + i + "]", node.get(i), out);
      }
    } else {
      out.put(path, node.asText());
    }
  }
}
