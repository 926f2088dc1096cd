package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer: a status and, perhaps, a document or a file. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Reply(int status, @Nullable JsonNode body, byte @Nullable [] file) {

  Reply(int status, @Nullable JsonNode body) {
    this(status, body, null);
  }

  static Reply ok(JsonNode body) {
    return new Reply(200, body);
  }

  static Reply empty(int status) {
    return new Reply(status, null);
  }

  /** A file as it is. */
  static Reply file(byte[] content) {
    return new Reply(200, null, content);
  }

  static Reply error(int status, List<String> messages) {
    ObjectNode body = Json.object();
    ArrayNode errors = body.putArray("errors");
    messages.forEach(m -> errors.addObject().put("message", m));
    return new Reply(status, body);
  }
}
