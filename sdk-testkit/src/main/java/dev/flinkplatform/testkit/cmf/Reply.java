package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer: a status and, perhaps, a document. */
record Reply(int status, @Nullable JsonNode body) {

  static Reply ok(JsonNode body) {
    return new Reply(200, body);
  }

  static Reply empty(int status) {
    return new Reply(status, null);
  }

  static Reply error(int status, List<String> messages) {
    ObjectNode body = Json.object();
    ArrayNode errors = body.putArray("errors");
    messages.forEach(m -> errors.addObject().put("message", m));
    return new Reply(status, body);
  }
}
