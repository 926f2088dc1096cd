package dev.flinkplatform.spi.rest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads values from answers: what is missing, null or of another type never throws. */
final class Json {

  static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Json() {}

  static String text(JsonNode node, String field) {
    return node.path(field).asText("");
  }

  static @Nullable String textOrNull(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isMissingNode() || value.isNull() ? null : value.asText();
  }

  static int integer(JsonNode node, String field) {
    return node.path(field).asInt(0);
  }

  static @Nullable Integer integerOrNull(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isNumber() ? (Integer) value.asInt() : null;
  }

  static long number(JsonNode node, String field) {
    return node.path(field).asLong(0);
  }

  static @Nullable Long numberOrNull(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isNumber() ? (Long) value.asLong() : null;
  }

  static @Nullable Double doubleOrNull(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isNumber() ? (Double) value.asDouble() : null;
  }

  static boolean bool(JsonNode node, String field) {
    return node.path(field).asBoolean(false);
  }

  /** Flink writes -1 (or 0) for a time that has not come. */
  static @Nullable Instant instantOrNull(JsonNode node, String field) {
    long millis = node.path(field).asLong(-1);
    return millis <= 0 ? null : Instant.ofEpochMilli(millis);
  }

  static Instant instant(JsonNode node, String field) {
    return Instant.ofEpochMilli(Math.max(0, node.path(field).asLong(0)));
  }

  static Duration duration(JsonNode node, String field) {
    return Duration.ofMillis(Math.max(0, node.path(field).asLong(0)));
  }

  static <T> List<T> list(JsonNode array, Function<JsonNode, T> reader) {
    List<T> out = new ArrayList<>();
    for (JsonNode element : array) {
      out.add(reader.apply(element));
    }
    return out;
  }
}
