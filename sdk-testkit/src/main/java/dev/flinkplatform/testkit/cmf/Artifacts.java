package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files that applications run, with their versions; since CMF 2.4. */
final class Artifacts {

  private static final String PATH = "/cmf/api/v1/environments/{env}/artifacts";
  private static final String ONE = PATH + "/{artifact}";
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*\\.[A-Za-z0-9]+");
  private static final Pattern ADDRESS =
      Pattern.compile("cmf://([a-z0-9.-]+)/(" + NAME.pattern() + ")(?:\\?version=(\\d{1,9}))?");

  private final Store store;
  private final Listing listing;
  private final Path directory;

  Artifacts(Store store, Listing listing, Path directory) {
    this.store = store;
    this.listing = listing;
    this.directory = directory;
  }

  void register(Router router) {
    router.since(
        2,
        4,
        "GET",
        PATH,
        c -> {
          Environments.require(store, c.parameter("env"));
          List<ObjectNode> all = store.below(Store.Kind.ARTIFACT, c.parameter("env"));
          all.replaceAll(a -> at(a, newest(a)));
          return listing.page(c, all, Listing.Shape.named());
        });
    router.since(2, 4, "POST", PATH, this::create);
    router.since(2, 4, "GET", ONE, c -> Reply.ok(Store.shown(at(find(c), version(c)))));
    router.since(2, 4, "PUT", ONE, this::update);
    router.since(2, 4, "DELETE", ONE, this::delete);
    router.since(
        2,
        4,
        "GET",
        ONE + "/versions",
        c -> {
          ObjectNode artifact = find(c);
          List<ObjectNode> all = new ArrayList<>();
          versions(artifact).forEach(v -> all.add(0, at(artifact, v)));
          return listing.newestFirst(c, all);
        });
    router.since(2, 4, "GET", ONE + "/content", this::content);
  }

  // ---- versions: [{version, path, size, checksum, creationTimestamp, ...}], the oldest first ----

  private static ArrayNode versions(ObjectNode artifact) {
    return (ArrayNode) artifact.path(Store.INTERNAL).path("versions");
  }

  private static JsonNode newest(ObjectNode artifact) {
    ArrayNode all = versions(artifact);
    return all.get(all.size() - 1);
  }

  /** The artifact as it is shown, with one of its versions. */
  private static ObjectNode at(ObjectNode artifact, JsonNode version) {
    ObjectNode out = artifact.deepCopy();
    out.set("status", version.deepCopy());
    return out;
  }

  private static JsonNode version(Call call, ObjectNode artifact) {
    Optional<String> asked = call.query("version");
    if (asked.isEmpty()) {
      return newest(artifact);
    }
    for (JsonNode version : versions(artifact)) {
      if (version.path("version").asText().equals(asked.get())) {
        return version;
      }
    }
    throw Refusal.notFound("Artifact version", call.parameter("artifact") + "?" + asked.get());
  }

  private JsonNode version(Call call) {
    return version(call, find(call));
  }

  private ObjectNode find(Call call) {
    Environments.require(store, call.parameter("env"));
    return store
        .find(Store.Kind.ARTIFACT, key(call))
        .orElseThrow(() -> Refusal.notFound("Artifact", call.parameter("artifact")));
  }

  private static String key(Call call) {
    return Store.key(call.parameter("env"), call.parameter("artifact"));
  }

  private Path folder(String env, String name) {
    return directory.resolve(env).resolve(name);
  }

  // ---- writing ----

  private static String check(ObjectNode sent) {
    Rules rules = new Rules();
    rules.envelope(sent, "Artifact");
    JsonNode metadata = rules.object(sent, "metadata", true);
    rules.object(sent, "spec", false);
    rules.strings(metadata, "metadata", "labels");
    rules.strings(metadata, "metadata", "annotations");
    String name = metadata.isObject() ? rules.name(sent, NAME, 3, 45) : "";
    rules.refuse(400);
    return name;
  }

  private Reply create(Call call) {
    String env = call.parameter("env");
    Environments.require(store, env);
    ObjectNode sent = call.document();
    String name = check(sent);
    byte[] file =
        call.file().orElseThrow(() -> Refusal.badRequest("Required part 'file' is not present."));
    String key = Store.key(env, name);
    if (store.find(Store.Kind.ARTIFACT, key).isPresent()) {
      throw Refusal.conflict("Artifact '" + name + "' already exists.");
    }
    String now = Instant.now().toString();
    ObjectNode artifact =
        Json.object().put("apiVersion", sent.path("apiVersion").asText()).put("kind", "Artifact");
    artifact
        .putObject("metadata")
        .put("name", name)
        .put("uid", UUID.randomUUID().toString())
        .put("creationTimestamp", now)
        .put("updateTimestamp", now)
        .setAll(Json.only(sent.path("metadata"), "labels", "annotations"));
    artifact.putObject("spec");
    artifact.putObject(Store.INTERNAL).putArray("versions");
    add(artifact, env, name, file);
    store.put(Store.Kind.ARTIFACT, key, artifact);
    return new Reply(201, Store.shown(at(artifact, newest(artifact))));
  }

  private Reply update(Call call) {
    ObjectNode artifact = find(call).deepCopy();
    ObjectNode sent = call.document();
    String name = check(sent);
    if (!name.equals(call.parameter("artifact"))) {
      throw Refusal.badRequest(
          "metadata.name: '" + name + "' is not '" + call.parameter("artifact") + "' of the path");
    }
    ObjectNode metadata = Json.child(artifact, "metadata");
    // Left out: as they were; empty: none.
    for (String field : List.of("labels", "annotations")) {
      if (sent.path("metadata").hasNonNull(field)) {
        metadata.set(field, sent.path("metadata").path(field));
      }
    }
    metadata.put("updateTimestamp", Instant.now().toString());
    Optional<byte[]> file = call.file();
    if (file.isPresent()
        && !newest(artifact).path("checksum").asText().equals(checksum(file.get()))) {
      add(artifact, call.parameter("env"), name, file.get());
    }
    store.put(Store.Kind.ARTIFACT, key(call), artifact);
    return Reply.ok(Store.shown(at(artifact, newest(artifact))));
  }

  private void add(ObjectNode artifact, String env, String name, byte[] file) {
    ObjectNode internal = Json.child(artifact, Store.INTERNAL);
    int version = internal.path("last").asInt(0) + 1; // never given twice
    internal.put("last", version);
    Path folder = folder(env, name);
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve(Integer.toString(version)), file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep the artifact " + name, e);
    }
    versions(artifact)
        .addObject()
        .put("version", version)
        .put("path", env + "/" + name + "/" + version)
        .put("size", (long) file.length)
        .put("checksum", checksum(file))
        .put("phase", "READY")
        .put("creationTimestamp", Instant.now().toString());
  }

  private static String checksum(byte[] file) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Reply delete(Call call) {
    ObjectNode artifact = find(call).deepCopy();
    String asked = call.query("version").orElse("all");
    Path folder = folder(call.parameter("env"), call.parameter("artifact"));
    try {
      if (!asked.equals("all")) {
        JsonNode version = version(call, artifact);
        Files.deleteIfExists(folder.resolve(asked));
        ArrayNode all = versions(artifact);
        for (int i = all.size() - 1; i >= 0; i--) {
          if (all.get(i).equals(version)) {
            all.remove(i);
          }
        }
        if (!all.isEmpty()) {
          store.put(Store.Kind.ARTIFACT, key(call), artifact);
          return Reply.empty(204);
        }
      }
      for (JsonNode version : versions(artifact)) {
        Files.deleteIfExists(folder.resolve(version.path("version").asText()));
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + folder, e);
    }
    store.remove(Store.Kind.ARTIFACT, key(call));
    return Reply.empty(204);
  }

  // ---- reading ----

  private Reply content(Call call) {
    JsonNode version = version(call);
    Path file =
        folder(call.parameter("env"), call.parameter("artifact"))
            .resolve(version.path("version").asText());
    try {
      return Reply.file(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  /**
   * Finds the file of an address like {@code cmf://env/orders.jar?version=2}.
   *
   * @return the file, newest version if none is said; empty if the address is another one
   */
  static Optional<URI> locate(Path directory, String address) {
    Matcher m = ADDRESS.matcher(address);
    if (!m.matches() || m.group(1).startsWith(".")) {
      return Optional.empty();
    }
    Path folder = directory.resolve(m.group(1)).resolve(m.group(2));
    String version = m.group(3);
    try (var files = Files.list(folder)) {
      return files
          .map(f -> String.valueOf(f.getFileName()))
          .filter(v -> version == null || version.equals(v))
          .max(Comparator.comparingInt(Integer::parseInt))
          .map(v -> folder.resolve(v).toUri());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
