package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The server's documents, in memory and as files, so that they survive the server. Everything is
 * read and written with {@link #lock} held.
 */
final class Store {

  /** What is kept. */
  enum Kind {
    ENVIRONMENT,
    APPLICATION,
    INSTANCE,
    EVENT,
    SAVEPOINT,
    STATEMENT,
    POOL,
    CATALOG,
    DATABASE,
    SECRET,
    MAPPING,
    CLUSTER,
    ARTIFACT,
    ORPHAN
  }

  /** Below this field of a document is what the server needs and does not show. */
  static final String INTERNAL = "_internal";

  /** Begins the name of a file whose key is inside; no encoded key begins so. */
  private static final String HASHED = "~";

  final ReentrantLock lock = new ReentrantLock();
  private final Path directory;
  private final Map<Kind, NavigableMap<String, ObjectNode>> documents = new TreeMap<>();

  Store(Path directory) {
    this.directory = directory;
    for (Kind kind : Kind.values()) {
      documents.put(kind, new TreeMap<>());
    }
    load();
  }

  private void load() {
    for (Kind kind : Kind.values()) {
      Path folder = folder(kind);
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
          String name = String.valueOf(file.getFileName());
          ObjectNode read = (ObjectNode) Json.parse(Files.readString(file));
          if (name.startsWith(HASHED)) {
            of(kind).put(read.path("key").asText(), (ObjectNode) read.path("document"));
          } else {
            String key =
                URLDecoder.decode(
                    name.substring(0, name.length() - ".json".length()), StandardCharsets.UTF_8);
            of(kind).put(key, read);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read the documents in " + folder, e);
      }
    }
  }

  private Path folder(Kind kind) {
    return directory.resolve(kind.name().toLowerCase(Locale.ROOT));
  }

  private Path file(Kind kind, String key) {
    return folder(kind).resolve(name(key) + ".json");
  }

  /** A file's name has 255 bytes at most, and its temporary one a few more than this. */
  private static String name(String key) {
    String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8);
    return encoded.length() <= 200 ? encoded : HASHED + hash(key);
  }

  /** A digest of a text: 64 hexadecimal digits. */
  static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  private NavigableMap<String, ObjectNode> of(Kind kind) {
    return Objects.requireNonNull(documents.get(kind));
  }

  static String key(String... parts) {
    return String.join("/", parts);
  }

  Optional<ObjectNode> find(Kind kind, String key) {
    return Optional.ofNullable(of(kind).get(key));
  }

  /** Writes a document, or writes it again after it was changed. */
  void put(Kind kind, String key, ObjectNode document) {
    Path file = file(kind, key);
    boolean hashed = String.valueOf(file.getFileName()).startsWith(HASHED);
    ObjectNode written =
        hashed ? Json.object().put("key", key).set("document", document) : document;
    Path beside = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.createDirectories(folder(kind));
      Files.writeString(beside, Json.text(written));
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
    of(kind).put(key, document);
  }

  void remove(Kind kind, String key) {
    try {
      Files.deleteIfExists(file(kind, key));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    of(kind).remove(key);
  }

  List<ObjectNode> all(Kind kind) {
    return new ArrayList<>(of(kind).values());
  }

  List<String> keys(Kind kind) {
    return new ArrayList<>(of(kind).keySet());
  }

  /** The documents whose key begins with these parts and has one more. */
  List<ObjectNode> below(Kind kind, String... parts) {
    return new ArrayList<>(range(kind, parts).values());
  }

  List<String> keysBelow(Kind kind, String... parts) {
    return new ArrayList<>(range(kind, parts).keySet());
  }

  private Map<String, ObjectNode> range(Kind kind, String... parts) {
    // '0' comes right after '/'.
    String prefix = key(parts);
    return of(kind).subMap(prefix + "/", prefix + "0");
  }

  void removeBelow(Kind kind, String... parts) {
    keysBelow(kind, parts).forEach(k -> remove(kind, k));
  }

  /** Notes that a document is to be removed: not before this time, so that it is seen to go. */
  static void removeLater(ObjectNode document, Duration after) {
    if (!isRemovedLater(document)) {
      Json.child(document, INTERNAL)
          .put("removableAt", System.currentTimeMillis() + after.toMillis());
    }
  }

  static boolean isRemovedLater(ObjectNode document) {
    return document.path(INTERNAL).has("removableAt");
  }

  static boolean isRemovable(ObjectNode document) {
    return isRemovedLater(document)
        && document.path(INTERNAL).path("removableAt").asLong() <= System.currentTimeMillis();
  }

  /** What is shown of a document. */
  static ObjectNode shown(ObjectNode document) {
    ObjectNode copy = document.deepCopy();
    copy.remove(INTERNAL);
    return copy;
  }
}
