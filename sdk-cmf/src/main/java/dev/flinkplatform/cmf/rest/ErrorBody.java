package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.internal.http.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer that is no success.
 *
 * @param messages what went wrong; never empty
 * @param text the body as text, whole but for secrets
 * @param fromCmf true if it has the form of CMF's errors, so that CMF and no proxy answered
 */
record ErrorBody(List<String> messages, String text, boolean fromCmf) {

  private static final Pattern TAGS = Pattern.compile("(?is)<(script|style).*?</\\1>|<[^>]*>");
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final int LONGEST = 1_000;

  /**
   * Reads a body.
   *
   * @param text the body
   * @param hidden secrets that it may hold, and that nothing of the result shows
   */
  static ErrorBody parse(String text, List<String> hidden) {
    if (text.isBlank()) {
      return new ErrorBody(List.of("the answer has no body"), "", false);
    }
    Map<String, @Nullable Object> json = null;
    try {
      json = Trees.parse(text);
    } catch (IllegalArgumentException e) {
      // Not JSON: plain text, or a proxy's page. Told below from its text.
    }
    String shown = Secrets.redact(text, hidden);
    if (json != null) {
      if (json.get("errors") instanceof List<?> errors) {
        List<String> messages = new ArrayList<>();
        for (Object error : errors) {
          Trees.text(error, "message").map(m -> line(m, hidden)).ifPresent(messages::add);
        }
        if (messages.isEmpty()) {
          messages.add("CMF gave no reason");
        }
        return new ErrorBody(List.copyOf(messages), shown, true);
      }
      // What Spring and proxies write.
      for (String field : new String[] {"message", "detail", "error_description", "error"}) {
        String said = Trees.textOr("", json, field);
        if (!said.isBlank()) {
          return new ErrorBody(List.of(line(said, hidden)), shown, false);
        }
      }
    }
    String plain = line(TAGS.matcher(shown).replaceAll(" "));
    return new ErrorBody(
        List.of(plain.isEmpty() ? "the answer has no readable text" : plain), shown, false);
  }

  /** Without the secrets; they are looked for before blanks of theirs are changed. */
  private static String line(String text, List<String> hidden) {
    return line(Secrets.redact(text, hidden));
  }

  static String line(String text) {
    String line = BLANKS.matcher(text).replaceAll(" ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  String summary() {
    return String.join("; ", messages);
  }
}
