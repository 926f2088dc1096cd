package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request of two parts, as an upload of an artifact is.
 *
 * @param document the part {@code artifact}, JSON
 * @param file the part {@code file}
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Multipart(@Nullable JsonNode document, byte @Nullable [] file) {

  private static final Pattern TYPE =
      Pattern.compile("multipart/form-data;.*boundary=\"?([^\";]+)\"?.*");
  private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");

  /** Reads a body; null if its type is another one. */
  static @Nullable Multipart read(String type, byte[] body) {
    Matcher boundary = TYPE.matcher(type);
    if (!boundary.matches()) {
      return null;
    }
    // One character for each byte: nothing is lost.
    String text = new String(body, StandardCharsets.ISO_8859_1);
    String mark = "--" + boundary.group(1);
    JsonNode document = null;
    byte[] file = null;
    int at = text.indexOf(mark);
    while (at >= 0) {
      int next = text.indexOf("\r\n" + mark, at + mark.length());
      int head = text.indexOf("\r\n\r\n", at);
      if (next < 0 || head < 0 || head > next) {
        break;
      }
      Matcher name = NAME.matcher(text.substring(at, head));
      String content = text.substring(head + 4, Math.max(head + 4, next));
      if (name.find() && name.group(1).equals("file")) {
        file = content.getBytes(StandardCharsets.ISO_8859_1);
      } else if (name.reset().find() && name.group(1).equals("artifact")) {
        document = json(content.getBytes(StandardCharsets.ISO_8859_1));
      }
      at = next + 2;
    }
    return new Multipart(document, file);
  }

  private static JsonNode json(byte[] part) {
    try {
      return Json.parse(new String(part, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw Refusal.badRequest("Part 'artifact' is no JSON: " + e.getOriginalMessage());
    }
  }
}
