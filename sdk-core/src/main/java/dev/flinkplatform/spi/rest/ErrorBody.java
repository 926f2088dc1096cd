package dev.flinkplatform.spi.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The body of an answer that is no success, in one line.
 *
 * @param summary what went wrong; never empty
 * @param text the body as text, whole
 * @param fromFlink true if it has Flink's form, so that Flink and no proxy answered
 */
record ErrorBody(String summary, String text, boolean fromFlink) {

  private static final Pattern TAGS = Pattern.compile("(?is)<(script|style).*?</\\1>|<[^>]*>");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  static ErrorBody parse(String text) {
    if (text.isBlank()) {
      return new ErrorBody("the answer has no body", "", false);
    }
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      JsonNode errors = json.path("errors");
      if (errors.isArray()) {
        // CMF, too, has errors in a list, but as objects.
        boolean fromFlink =
            StreamSupport.stream(errors.spliterator(), false).allMatch(JsonNode::isTextual);
        return new ErrorBody(summary(errors), text, fromFlink);
      }
      for (String field : new String[] {"message", "error", "detail"}) {
        if (json.path(field).isTextual() && !json.path(field).asText().isBlank()) {
          return new ErrorBody(StackTraces.firstLine(json.path(field).asText()), text, false);
        }
      }
    } catch (JsonProcessingException e) {
      // Not JSON: a proxy's page. Told below from its text.
    }
    String plain = BLANKS.matcher(TAGS.matcher(text).replaceAll(" ")).replaceAll(" ").strip();
    return new ErrorBody(
        plain.isEmpty() ? "the answer has no readable text" : StackTraces.cap(plain), text, false);
  }

  /**
   * Tells whether Flink means 404 although it says 500: so it does for the status of an unknown
   * job, and for an unknown application.
   */
  boolean isOfSomethingUnknown() {
    return fromFlink
        && (summary.contains("FlinkJobNotFoundException")
            || summary.contains("FlinkApplicationNotFoundException")
            || summary.contains("UnknownTaskExecutorException"));
  }

  private static String summary(JsonNode errors) {
    StringBuilder all = new StringBuilder();
    for (JsonNode error : errors) {
      all.append(words(error)).append('\n');
    }
    String first = StackTraces.firstLine(all.toString());
    if (first.isEmpty()) {
      return "no reason is given";
    }
    String root = StackTraces.rootCause(all.toString(), first);
    // "Internal server error." says nothing: the next element has the exception.
    if (errors.size() > 1 && root.equals(first)) {
      String second = StackTraces.firstLine(words(errors.get(1)));
      root = second.isEmpty() ? root : second;
    }
    return root.equals(first) || first.endsWith(root) ? first : first + " <- " + root;
  }

  private static String words(JsonNode error) {
    return error.isObject() ? error.path("message").asText("") : error.asText("");
  }
}
