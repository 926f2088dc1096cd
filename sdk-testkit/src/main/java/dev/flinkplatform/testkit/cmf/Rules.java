package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Gathers what is wrong with a document, and refuses it with all of that at once. */
final class Rules {

  /** Names of everything but applications. */
  static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private final List<String> found = new ArrayList<>();

  void add(String message) {
    found.add(message);
  }

  void refuse(int status) {
    if (!found.isEmpty()) {
      throw new Refusal(status, found);
    }
  }

  void envelope(JsonNode document, String kind) {
    text(document, "", "apiVersion", true);
    String given = text(document, "", "kind", true);
    if (!given.isEmpty() && !given.equals(kind)) {
      add("kind: must be '" + kind + "', got '" + given + "'");
    }
  }

  /** The name in metadata. */
  String name(ObjectNode document, Pattern form, int min, int max) {
    return name(Json.at(document, "metadata", "name").orElse(""), form, min, max);
  }

  String name(String name, Pattern form, int min, int max) {
    if (name.isEmpty()) {
      add("metadata.name: must not be null");
    } else if (name.length() < min || name.length() > max) {
      add("name: size must be between " + min + " and " + max);
    } else if (!form.matcher(name).matches()) {
      add("name: must match \"" + form + "\", got '" + name + "'");
    }
    return name;
  }

  String text(JsonNode document, String where, String field, boolean required) {
    JsonNode value = document.path(field);
    String path = where.isEmpty() ? field : where + "." + field;
    if (value.isMissingNode() || value.isNull()) {
      if (required) {
        add(path + ": must not be null");
      }
      return "";
    }
    if (!value.isTextual()) {
      add(path + ": must be a string");
      return "";
    }
    if (required && value.asText().isBlank()) {
      add(path + ": must not be blank");
    }
    return value.asText();
  }

  JsonNode object(JsonNode document, String field, boolean required) {
    return object(document, "", field, required);
  }

  JsonNode object(JsonNode document, String where, String field, boolean required) {
    JsonNode value = document.path(field);
    String path = where.isEmpty() ? field : where + "." + field;
    if (value.isMissingNode() || value.isNull()) {
      if (required) {
        add(path + ": must not be null");
      }
    } else if (!value.isObject()) {
      add(path + ": must be an object");
    }
    return value;
  }

  /** A map of strings, if it is there. */
  void strings(JsonNode document, String where, String field) {
    JsonNode value = document.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return;
    }
    if (!value.isObject()) {
      add(where + "." + field + ": must be an object");
      return;
    }
    value
        .properties()
        .forEach(
            f -> {
              if (!f.getValue().isValueNode()) {
                add(where + "." + field + "." + f.getKey() + ": must be a string");
              }
            });
  }

  void oneOf(JsonNode document, String where, String field, boolean required, String... values) {
    String value = text(document, where, field, required);
    if (!value.isEmpty() && Stream.of(values).noneMatch(value::equals)) {
      add(where + "." + field + ": must be one of " + List.of(values) + ", got '" + value + "'");
    }
  }

  void integer(JsonNode document, String where, String field) {
    JsonNode value = document.path(field);
    if (!value.isMissingNode() && !value.isNull() && !value.isIntegralNumber()) {
      add(where + "." + field + ": must be a whole number");
    }
  }

  void bool(JsonNode document, String where, String field) {
    JsonNode value = document.path(field);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      add(where + "." + field + ": must be true or false");
    }
  }
}
