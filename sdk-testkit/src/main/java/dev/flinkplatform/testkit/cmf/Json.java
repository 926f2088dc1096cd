package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Small help with trees. */
final class Json {

  static final ObjectMapper MAPPER =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  static JsonNode parse(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

  static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode fromYaml(String text) {
    @Nullable Object loaded = new Load(LoadSettings.builder().build()).loadFromString(text);
    return MAPPER.valueToTree(loaded);
  }

  static String toYaml(JsonNode node) {
    DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
    return new Dump(settings).dumpToString(MAPPER.convertValue(node, Object.class));
  }

  /** The text at a path of fields, if there is one and it is no object. */
  static Optional<String> at(JsonNode node, String... path) {
    JsonNode at = node;
    for (String field : path) {
      at = at.path(field);
    }
    return at.isValueNode() && !at.isNull() ? Optional.of(at.asText()) : Optional.empty();
  }

  /** The object below a field; made if it is not there. */
  static ObjectNode child(ObjectNode node, String field) {
    if (node.get(field) instanceof ObjectNode there) {
      return there;
    }
    return node.putObject(field);
  }

  /**
   * A copy in which the fields of {@code winner} win, object by object; arrays are whole values.
   */
  static ObjectNode merged(ObjectNode base, JsonNode winner) {
    ObjectNode out = base.deepCopy();
    mergeInto(out, winner);
    return out;
  }

  private static void mergeInto(ObjectNode out, JsonNode winner) {
    for (Map.Entry<String, JsonNode> field : winner.properties()) {
      if (field.getValue().isObject() && out.get(field.getKey()) instanceof ObjectNode there) {
        mergeInto(there, field.getValue());
      } else if (!field.getValue().isNull()) {
        out.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }

  /** A copy with these fields only. */
  static ObjectNode only(JsonNode node, String... fields) {
    ObjectNode out = object();
    for (String field : fields) {
      JsonNode value = node.get(field);
      if (value != null && !value.isNull()) {
        out.set(field, value.deepCopy());
      }
    }
    return out;
  }
}
