package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What CMF's published description demands of a body; faults are collected, not thrown. */
final class Rules {

  private static final Pattern DNS =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final int LONGEST = 253;

  private Rules() {}

  /**
   * The rule of names: that of the description. Later servers take 45 characters only: they say.
   */
  static void name(List<String> faults, String what, String name, int shortest) {
    if (name.isEmpty()) {
      faults.add(what + " is missing");
    } else if (!DNS.matcher(name).matches()
        || name.length() < shortest
        || name.length() > LONGEST) {
      faults.add(
          what
              + " is '"
              + name
              + "': give "
              + shortest
              + " to "
              + LONGEST
              + " of a-z, 0-9, '-' and '.', with a letter or digit at both ends");
    }
  }

  /** Catalogs and databases are names in SQL as well: only what a path cannot hold is refused. */
  static void sqlName(List<String> faults, String what, String name) {
    if (name.isBlank()) {
      faults.add(what + " is missing");
    } else if (!isPathSegment(name) || name.length() > LONGEST) {
      faults.add(
          what + " is '" + name + "': it may not hold '/' or '\\', nor more than 253 characters");
    }
  }

  static boolean isPathSegment(String text) {
    return !text.isBlank()
        && !text.equals(".")
        && !text.equals("..")
        && !text.contains("/")
        && !text.contains("\\")
        && text.chars().noneMatch(c -> c < 0x20 || c == 0x7f);
  }

  static void required(List<String> faults, Map<String, ?> json, String... path) {
    Object value = Trees.get(json, path);
    if (value == null || (value instanceof String s && s.isBlank())) {
      faults.add(String.join(".", path) + " is missing");
    }
  }

  static void object(List<String> faults, Map<String, ?> json, String... path) {
    Object value = Trees.get(json, path);
    if (value == null) {
      faults.add(String.join(".", path) + " is missing");
    } else if (!(value instanceof Map)) {
      faults.add(String.join(".", path) + " must be an object");
    }
  }

  static void texts(List<String> faults, Map<String, ?> json, String... path) {
    Object value = Trees.get(json, path);
    String where = String.join(".", path);
    if (value == null) {
      return;
    }
    if (!(value instanceof Map<?, ?> map)) {
      faults.add(where + " must be an object of texts");
      return;
    }
    map.forEach(
        (k, v) -> {
          if (!(v instanceof String)) {
            faults.add(where + "." + k + " must be a text, for example \"4\" instead of 4");
          }
        });
  }

  /** Values that this SDK does not know are the server's to refuse. */
  static void text(List<String> faults, Map<String, ?> json, String... path) {
    Object value = Trees.get(json, path);
    if (value != null && !(value instanceof String)) {
      faults.add(String.join(".", path) + " must be a text");
    }
  }

  static void oneOf(
      List<String> faults, Map<String, ?> json, List<String> allowed, String... path) {
    Object value = Trees.get(json, path);
    if (value != null && !allowed.contains(String.valueOf(value))) {
      faults.add(
          String.join(".", path)
              + " is '"
              + value
              + "': give one of "
              + String.join(", ", allowed));
    }
  }

  static void wholeNumber(
      List<String> faults, Map<String, ?> json, long least, long most, String... path) {
    Object value = Trees.get(json, path);
    if (value == null) {
      return;
    }
    boolean whole =
        value instanceof Integer
            || value instanceof Long
            || value instanceof Short
            || value instanceof Byte;
    if (!whole || ((Number) value).longValue() < least || ((Number) value).longValue() > most) {
      faults.add(
          String.join(".", path)
              + " is '"
              + value
              + "': give a whole number of "
              + least
              + " to "
              + most);
    }
  }

  static void bool(List<String> faults, Map<String, ?> json, String... path) {
    Object value = Trees.get(json, path);
    if (value != null && !(value instanceof Boolean)) {
      faults.add(String.join(".", path) + " must be true or false");
    }
  }

  static void keys(List<String> faults, Map<String, ?> json, List<String> allowed, String... path) {
    @Nullable Object value = Trees.get(json, path);
    String where = String.join(".", path);
    if (value == null) {
      return;
    }
    if (!(value instanceof Map<?, ?> map)) {
      faults.add(where + " must be an object");
      return;
    }
    for (Object key : map.keySet()) {
      if (!allowed.contains(key)) {
        faults.add(
            where
                + " has '"
                + key
                + "', which CMF would ignore without a word: it takes "
                + String.join(", ", allowed));
      }
    }
  }

  static void check(String what, List<String> faults) {
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(what + " was not sent: " + String.join("; ", faults));
    }
  }
}
