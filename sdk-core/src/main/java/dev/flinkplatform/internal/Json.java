package dev.flinkplatform.internal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of core's own documents: tolerant on read, since an older SDK may meet a newer one's
 * document.
 */
final class Json {

  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private Json() {}

  static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "Cannot write " + value.getClass().getSimpleName() + " as JSON", e);
    }
  }

  /**
   * Reads a document. A failure tells where, and nothing of what is there: it may be a secret, and
   * Jackson's own message quotes it.
   */
  static <T> T read(String text, Class<T> type) {
    try {
      @Nullable T value = MAPPER.readValue(text, type);
      if (value == null) {
        throw new IllegalStateException("not a " + type.getSimpleName() + ": null");
      }
      return value;
    } catch (JsonProcessingException e) {
      @Nullable JsonLocation at = e.getLocation();
      throw new IllegalStateException(
          "not a "
              + type.getSimpleName()
              + ": "
              + e.getClass().getSimpleName()
              + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
    }
  }

  static JsonNode tree(String text) {
    return read(text, JsonNode.class);
  }
}
