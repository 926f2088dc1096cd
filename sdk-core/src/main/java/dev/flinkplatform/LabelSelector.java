package dev.flinkplatform;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Chooses applications by their labels: every requirement must hold. Immutable and thread-safe.
 *
 * @param requirements what must hold; none chooses everything
 */
public record LabelSelector(List<Requirement> requirements) {

  /** What a requirement says of a label. */
  public enum Operator {
    /** The label has this value. */
    EQUALS,
    /** The label is absent or has another value. */
    NOT_EQUALS,
    /** The label is there. */
    EXISTS,
    /** The label is absent. */
    ABSENT
  }

  /**
   * One requirement.
   *
   * @param key the label's key
   * @param operator what must hold
   * @param value the value compared with; empty for {@link Operator#EXISTS} and {@link
   *     Operator#ABSENT}
   */
  public record Requirement(String key, Operator operator, String value) {}

  /**
   * Makes a selector of its requirements.
   *
   * @param requirements what must hold; none chooses everything
   */
  public LabelSelector {
    requirements = List.copyOf(requirements);
  }

  /**
   * Returns a selector that chooses everything.
   *
   * @return the selector
   */
  public static LabelSelector everything() {
    return new LabelSelector(List.of());
  }

  /**
   * Reads a selector in Kubernetes' equality form, for example {@code
   * team=etl,tier!=test,owner,!legacy}.
   *
   * @param text the requirements, separated by commas
   * @return the selector
   * @throws IllegalArgumentException if a requirement is empty
   */
  public static LabelSelector parse(String text) {
    if (text.isBlank()) {
      return everything();
    }
    List<Requirement> requirements = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String p = part.trim();
      int not = p.indexOf("!=");
      int equal = p.indexOf('=');
      Requirement requirement;
      if (not > 0) {
        requirement =
            new Requirement(
                p.substring(0, not).trim(), Operator.NOT_EQUALS, p.substring(not + 2).trim());
      } else if (equal > 0) {
        String value = p.substring(p.startsWith("==", equal) ? equal + 2 : equal + 1).trim();
        requirement = new Requirement(p.substring(0, equal).trim(), Operator.EQUALS, value);
      } else if (p.length() > 1 && p.charAt(0) == '!') {
        requirement = new Requirement(p.substring(1).trim(), Operator.ABSENT, "");
      } else if (!p.isEmpty() && equal != 0) {
        requirement = new Requirement(p, Operator.EXISTS, "");
      } else {
        throw notASelector(text);
      }
      if (requirement.key().isEmpty() || requirement.key().matches(".*[!=\\s].*")) {
        throw notASelector(text);
      }
      requirements.add(requirement);
    }
    return new LabelSelector(requirements);
  }

  private static IllegalArgumentException notASelector(String text) {
    return new IllegalArgumentException(
        "Not a label selector: '"
            + text
            + "'. Write for example 'team=etl,tier!=test,owner,!legacy'.");
  }

  /**
   * Tells whether labels fit.
   *
   * @param labels the labels of an application
   * @return true if every requirement holds
   */
  public boolean matches(Map<String, String> labels) {
    return requirements.stream()
        .allMatch(
            r ->
                switch (r.operator()) {
                  case EQUALS -> Objects.equals(labels.get(r.key()), r.value());
                  case NOT_EQUALS -> !Objects.equals(labels.get(r.key()), r.value());
                  case EXISTS -> labels.containsKey(r.key());
                  case ABSENT -> !labels.containsKey(r.key());
                });
  }
}
