package dev.flinkplatform.internal.local;

import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Flink's configuration file: one {@code key: value} per line, sorted.
 *
 * <p>From 1.19 on it is {@code config.yaml} and real YAML; in 1.18 it is {@code flink-conf.yaml},
 * which looks like YAML but knows no quotes, so some values cannot be written at all.
 */
public final class FlinkConfigFile {

  private static final String YAML = "config.yaml";
  private static final String LEGACY = "flink-conf.yaml";

  /** Text that YAML reads as that very text. */
  private static final Pattern PLAIN_TEXT = Pattern.compile("[A-Za-z$/][A-Za-z0-9_$./-]*");

  private static final Pattern PLAIN_NUMBER = Pattern.compile("0|[1-9][0-9]{0,8}");
  private static final Pattern PLAIN_SIZE =
      Pattern.compile("[1-9][0-9]{0,8}(b|k|kb|m|mb|g|gb|ms|s|min|h|d)");
  private static final Set<String> NOT_TEXT =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private FlinkConfigFile() {}

  /**
   * Returns the name Flink looks for.
   *
   * @param version the Flink version
   * @return {@code config.yaml} or {@code flink-conf.yaml}
   */
  public static String fileName(FlinkVersion version) {
    return version.isAtLeast(1, 19) ? YAML : LEGACY;
  }

  /**
   * Writes the file, for its owner only, and atomically.
   *
   * <p>A file of the other name is removed: Flink 1.19 and 1.20 would prefer it.
   *
   * @param directory the directory that Flink gets as {@code --configDir}; made if there is none
   * @param config the configuration
   * @param version the Flink version
   * @return the file
   * @throws IllegalArgumentException if a key or value cannot be written for that version
   * @throws UncheckedIOException if the file cannot be written
   */
  public static Path write(Path directory, Map<String, String> config, FlinkVersion version) {
    String text = render(config, version);
    Path file = directory.resolve(fileName(version));
    try {
      AtomicFiles.createDirectories(directory);
      AtomicFiles.replace(file, directory.resolve("." + fileName(version) + ".tmp"), text);
      Files.deleteIfExists(directory.resolve(fileName(version).equals(YAML) ? LEGACY : YAML));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write Flink's configuration '" + file + "': " + e, e);
    }
  }

  /**
   * Returns the text of the file.
   *
   * @param config the configuration
   * @param version the Flink version
   * @return the text
   * @throws IllegalArgumentException if a key or value cannot be written for that version; the
   *     message names the key, never the value
   */
  public static String render(Map<String, String> config, FlinkVersion version) {
    boolean yaml = version.isAtLeast(1, 19);
    StringBuilder text = new StringBuilder();
    new TreeMap<>(config)
        .forEach(
            (key, value) -> {
              if (key.isBlank()) {
                throw new IllegalArgumentException("A configuration key is blank");
              }
              if (yaml) {
                text.append(isText(key) ? key : quoted(key, key))
                    .append(": ")
                    .append(isPlain(value) ? value : quoted(key, value));
              } else {
                checkLegacy(key, key, "key", version);
                checkLegacy(key, value, "value", version);
                if (key.contains(": ") || key.endsWith(":")) {
                  throw cannot(key, "the key", "': '", version);
                }
                text.append(key).append(": ").append(value);
              }
              text.append('\n');
            });
    return text.toString();
  }

  /** Tells whether YAML reads it as that very text. A key must be: Flink casts it. */
  private static boolean isText(String text) {
    return PLAIN_TEXT.matcher(text).matches() && !NOT_TEXT.contains(text.toLowerCase(Locale.ROOT));
  }

  /** Tells whether YAML reads it as something that Flink prints as that very text. */
  private static boolean isPlain(String text) {
    return isText(text)
        || text.equals("true")
        || text.equals("false")
        || PLAIN_NUMBER.matcher(text).matches()
        || PLAIN_SIZE.matcher(text).matches();
  }

  private static String quoted(String key, String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
              } else if (c >= ' ' && c <= '~') {
                quoted.appendCodePoint(c);
              } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(
                    "The configuration of '" + key + "' holds half a character (a lone surrogate)");
              } else if (c < 0x100) {
                quoted.append(String.format(Locale.ROOT, "\\x%02x", c));
              } else if (c < 0x10000) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                quoted.append(String.format(Locale.ROOT, "\\U%08x", c));
              }
            });
    return quoted.append('"').toString();
  }

  /** What Flink 1.18's reader would change: it trims, cuts at '#', and reads lines. */
  private static void checkLegacy(String key, String text, String what, FlinkVersion version) {
    if (text.isEmpty()) {
      throw cannot(key, "an empty " + what, "no text", version);
    }
    if (!text.equals(text.trim())) {
      throw cannot(key, "the " + what, "blanks at an end", version);
    }
    if (text.indexOf('#') >= 0) {
      throw cannot(key, "the " + what, "'#'", version);
    }
    if (text.chars().anyMatch(c -> c < ' ' || c > '~')) {
      throw cannot(key, "the " + what, "line breaks or characters other than ASCII", version);
    }
  }

  private static IllegalArgumentException cannot(
      String key, String what, String holding, FlinkVersion version) {
    return new IllegalArgumentException(
        "Flink "
            + version
            + " cannot be configured with "
            + what
            + " of '"
            + key
            + "': its flink-conf.yaml has no way to write "
            + holding
            + ". Use another value, or Flink 1.19 or later.");
  }
}
