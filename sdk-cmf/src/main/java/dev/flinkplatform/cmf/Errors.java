package dev.flinkplatform.cmf;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flinkplatform.Failure;
import dev.flinkplatform.spi.Failures;
import org.jspecify.annotations.Nullable;

/**
 * The {@code error} of a status: mostly JSON with a type, a message and causes, sometimes plain
 * text.
 */
final class Errors {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_EVIDENCE = 4000;

  private Errors() {}

  /** The message, followed by that of the innermost cause. */
  static String words(String error) {
    JsonNode json = read(error);
    if (json == null) {
      return error;
    }
    String message = json.path("message").asText("");
    JsonNode causes = json.path("throwableList");
    String root =
        causes.isArray() && !causes.isEmpty()
            ? causes.get(causes.size() - 1).path("message").asText("")
            : "";
    String reason = json.path("additionalMetadata").path("reason").asText("");
    return (message.isEmpty() ? json.path("type").asText(error) : message)
        + (root.isEmpty() || message.contains(root) ? "" : "; caused by: " + root)
        + (reason.isEmpty() ? "" : " (" + reason + ")");
  }

  static Failure failure(String error) {
    String evidence = error.length() > MAX_EVIDENCE ? error.substring(0, MAX_EVIDENCE) : error;
    return new Failure(Failures.kindOf(error), words(error), evidence);
  }

  private static @Nullable JsonNode read(String error) {
    if (!error.stripLeading().startsWith("{")) {
      return null;
    }
    try {
      JsonNode json = JSON.readTree(error);
      return json.isObject() ? json : null;
    } catch (JacksonException e) {
      return null;
    }
  }
}
