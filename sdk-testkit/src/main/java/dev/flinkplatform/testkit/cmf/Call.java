package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request, routed: its path parameters, query and body.
 *
 * @param body the document; of several parts, the one that is a document
 * @param content of several parts, the one that is a file
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Call(
    String method,
    String path,
    Map<String, String> parameters,
    Map<String, List<String>> query,
    @Nullable JsonNode body,
    byte @Nullable [] content) {

  String parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  Optional<String> query(String name) {
    List<String> values = query.getOrDefault(name, List.of());
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
  }

  boolean flag(String name) {
    String value = query(name).orElse("false");
    if (!value.equals("true") && !value.equals("false")) {
      throw Refusal.badRequest(
          "Parameter '" + name + "' must be true or false, got '" + value + "'.");
    }
    return value.equals("true");
  }

  Optional<byte[]> file() {
    return Optional.ofNullable(content);
  }

  /** The body, which must be there. */
  ObjectNode document() {
    if (body instanceof ObjectNode object) {
      return object;
    }
    throw Refusal.badRequest(
        body == null ? "Required request body is missing." : "The request body must be an object.");
  }
}
