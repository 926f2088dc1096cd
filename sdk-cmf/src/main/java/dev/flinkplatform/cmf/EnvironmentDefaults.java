package dev.flinkplatform.cmf;

import dev.flinkplatform.spec.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an environment says of every application in it, and wins with. CMF takes any shape, and what
 * comes of a wrong one shows only in applications: refused by the operator, or not there at all.
 *
 * @param json {@code flinkApplicationDefaults}, as CMF has it
 */
record EnvironmentDefaults(Map<String, ?> json) {

  private static final Set<String> OBJECTS =
      Set.of("flinkConfiguration", "job", "jobManager", "taskManager", "podTemplate", "ingress");
  private static final Set<String> TEXTS =
      Set.of("image", "imagePullPolicy", "flinkVersion", "serviceAccount", "mode");
  private static final Set<String> OBJECTS_OF_PROCESSES = Set.of("resource", "podTemplate");

  /** The specification whose fields win; empty if there is none, or it is none. */
  Map<String, ?> spec() {
    return map(json.get("spec"));
  }

  @SuppressWarnings("unchecked") // JSON has no other keys
  private static Map<String, ?> map(@Nullable Object json) {
    return json instanceof Map<?, ?> map ? (Map<String, ?>) map : Map.of();
  }

  /** What is not as CMF's documentation says, all of it. */
  List<Violation> faults(String environment) {
    List<Violation> found = new ArrayList<>();
    Object spec = json.get("spec");
    if (spec != null && !(spec instanceof Map)) {
      found.add(fault(environment, "spec", "an object", spec));
    }
    new TreeMap<>(json)
        .forEach(
            (key, value) -> {
              if (OBJECTS.contains(key) || TEXTS.contains(key)) {
                found.add(
                    new Violation(
                        "environment." + key,
                        "has no effect in the defaults of environment '"
                            + environment
                            + "': it belongs below flinkApplicationDefaults.spec. Change the"
                            + " environment"));
              }
            });
    new TreeMap<>(spec())
        .forEach(
            (key, value) -> {
              if (value == null) {
                return; // as if it were not there
              }
              if (OBJECTS.contains(key) && !(value instanceof Map)) {
                found.add(fault(environment, key, "an object", value));
              }
              if (TEXTS.contains(key) && !(value instanceof String)) {
                found.add(fault(environment, key, "a text", value));
              }
              if (key.equals("jobManager") || key.equals("taskManager")) {
                new TreeMap<>(map(value))
                    .forEach(
                        (inner, of) -> {
                          if (OBJECTS_OF_PROCESSES.contains(inner)
                              && of != null
                              && !(of instanceof Map)) {
                            found.add(fault(environment, key + "." + inner, "an object", of));
                          }
                        });
              }
            });
    return found;
  }

  /** A default may hold a password where none is looked for: of an object only the kind is said. */
  private static Violation fault(String environment, String path, String wanted, Object is) {
    return new Violation(
        "environment." + path,
        "must be "
            + wanted
            + " in the defaults of environment '"
            + environment
            + "', which win over this application's values; got "
            + kind(is)
            + ". Change the environment");
  }

  private static String kind(Object is) {
    if (is instanceof Map) {
      return "an object";
    }
    if (is instanceof List) {
      return "a list";
    }
    return is instanceof String ? "a text" : String.valueOf(is);
  }
}
