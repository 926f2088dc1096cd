package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lists documents as CMF does: filter, search, sort, page, projection. Without a sort there is no
 * order: each request sees another one, so that pages overlap and leave things out, as on a
 * database without ORDER BY.
 */
final class Listing {

  private static final int DEFAULT_SIZE = 20;
  private static final int MAX_SIZE = 2000;
  private static final Pattern TERM =
      Pattern.compile("(!?)([^\\s=!]+)\\s*(?:(!?=)\\s*(.*)|\\s(in|notin)\\s*\\((.*)\\))?");

  private final Random random = new Random(7);
  private final Version version;

  Version version() {
    return version;
  }

  Listing(Version version) {
    this.version = version;
  }

  /** How one kind of thing is listed. */
  record Shape(Map<String, String> sortable, Map<String, String> states, List<String> searchable) {

    static final Map<String, String> NAMED =
        Map.ofEntries(
            Map.entry("name", "metadata.name"),
            Map.entry("metadata.name", "metadata.name"),
            Map.entry("uid", "metadata.uid"),
            Map.entry("metadata.uid", "metadata.uid"),
            Map.entry("creationTimestamp", "metadata.creationTimestamp"),
            Map.entry("metadata.creationTimestamp", "metadata.creationTimestamp"),
            Map.entry("updateTimestamp", "metadata.updateTimestamp"),
            Map.entry("metadata.updateTimestamp", "metadata.updateTimestamp"));

    static Shape named() {
      return new Shape(NAMED, Map.of(), List.of());
    }

    Shape filterable(String term, String path) {
      return new Shape(sortable, Map.of(term, path), searchable);
    }

    Shape searchable(String... fields) {
      return new Shape(sortable, states, List.of(fields));
    }
  }

  Reply page(Call call, List<ObjectNode> documents, Shape shape) {
    return page(call, documents, shape, false);
  }

  private Reply page(Call call, List<ObjectNode> documents, Shape shape, boolean ordered) {
    int page = number(call, "page", 0, 0, Integer.MAX_VALUE);
    int size = number(call, "size", DEFAULT_SIZE, 1, MAX_SIZE);
    List<ObjectNode> found = new ArrayList<>(documents);
    if (version.isAtLeast(2, 3)) {
      call.query("filter").ifPresent(f -> found.removeIf(filter(f, shape).negate()));
      search(call, shape).ifPresent(s -> found.removeIf(s.negate()));
    }
    List<String> sorts = sorts(call);
    if (!ordered) {
      Collections.shuffle(found, random);
    }
    if (!ordered && !sorts.isEmpty()) {
      found.sort(order(sorts, shape));
    }
    ObjectNode body = Json.object();
    ObjectNode pageable = body.putObject("pageable").put("page", page).put("size", size);
    pageable
        .putObject("sort")
        .put("sorted", !sorts.isEmpty())
        .put("unsorted", sorts.isEmpty())
        .put("empty", sorts.isEmpty());
    body.putObject("metadata").put("size", (long) found.size());
    ArrayNode items = body.putArray("items");
    found.stream()
        .skip((long) page * size)
        .limit(size)
        .map(Store::shown)
        .map(d -> project(call, d))
        .forEach(items::add);
    return Reply.ok(body);
  }

  /** A page of what is in the right order already, the newest first, whatever is asked. */
  Reply newestFirst(Call call, List<ObjectNode> documents) {
    return page(call, documents, Shape.named(), true);
  }

  private static int number(Call call, String name, int otherwise, int min, int max) {
    if (call.query(name).isEmpty()) {
      return otherwise;
    }
    String text = call.query(name).orElse("");
    try {
      int value = Integer.parseInt(text);
      if (value >= min) {
        return Math.min(value, max);
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw Refusal.badRequest(
        "Parameter '" + name + "' must be a number of at least " + min + ", got '" + text + "'.");
  }

  private static List<String> sorts(Call call) {
    List<String> out = new ArrayList<>();
    for (String sort : call.query().getOrDefault("sort", List.of())) {
      if (sort.equalsIgnoreCase("asc") || sort.equalsIgnoreCase("desc")) {
        // What a client makes of "name,asc" that splits at commas.
        if (!out.isEmpty()) {
          out.set(out.size() - 1, out.get(out.size() - 1) + "," + sort);
        }
      } else if (!sort.isBlank()) {
        out.add(sort);
      }
    }
    return out;
  }

  private static Comparator<ObjectNode> order(List<String> sorts, Shape shape) {
    Comparator<ObjectNode> order = Comparator.comparing(d -> 0);
    for (String sort : sorts) {
      String[] parts = sort.split(",", -1);
      String path = shape.sortable().get(parts[0].trim());
      String direction = parts.length > 1 ? parts[1].trim().toLowerCase(Locale.ROOT) : "asc";
      if (path == null || parts.length > 2 || !List.of("asc", "desc").contains(direction)) {
        throw Refusal.badRequest(
            "Cannot sort by '"
                + sort
                + "'; known: "
                + shape.sortable().keySet().stream().sorted().toList());
      }
      Comparator<ObjectNode> by = Comparator.comparing(d -> value(d, path));
      order = order.thenComparing(direction.equals("asc") ? by : by.reversed());
    }
    return order;
  }

  static String value(JsonNode document, String path) {
    return Json.at(document, path.split("\\.", -1)).orElse("");
  }

  private static Optional<Predicate<ObjectNode>> search(Call call, Shape shape) {
    Optional<String> text = call.query("search");
    Optional<String> scope = call.query("searchScope");
    if (text.isPresent() != scope.isPresent()) {
      throw Refusal.badRequest("Parameters 'search' and 'searchScope' must be given together.");
    }
    if (text.isEmpty()) {
      return Optional.empty();
    }
    List<String> fields = Stream.of(scope.orElse("").split(",", -1)).map(String::trim).toList();
    for (String field : fields) {
      if (!shape.searchable().contains(field)) {
        throw Refusal.badRequest(
            "Unsupported field '"
                + field
                + "' in searchScope; supported: "
                + shape.searchable()
                + ".");
      }
    }
    String wanted = text.orElse("").toLowerCase(Locale.ROOT);
    return Optional.of(
        d ->
            fields.stream()
                .anyMatch(
                    f -> {
                      List<String> values = searched(d, f);
                      return f.equals("flinkApplicationInstance")
                          ? values.stream().anyMatch(v -> v.equalsIgnoreCase(wanted))
                          : values.stream()
                              .anyMatch(v -> v.toLowerCase(Locale.ROOT).contains(wanted));
                    }));
  }

  private static List<String> searched(ObjectNode d, String field) {
    return switch (field) {
      case "name" -> List.of(name(d));
      case "kubernetesNamespace" -> List.of(value(d, "kubernetesNamespace"));
      case "statement" -> List.of(value(d, "spec.statement"));
      case "message" -> List.of(value(d, "status.message"));
      case "flinkApplicationInstance" -> List.of(value(d, "metadata.flinkApplicationInstance"));
      case "environments" -> {
        List<String> out = new ArrayList<>();
        d.path("status").path("environments").forEach(e -> out.add(e.asText()));
        yield out;
      }
      default -> List.of();
    };
  }

  private static String name(JsonNode d) {
    return Json.at(d, "metadata", "name").or(() -> Json.at(d, "name")).orElse("");
  }

  static Predicate<ObjectNode> filter(String text, Shape shape) {
    Predicate<ObjectNode> all = d -> true;
    for (String term : terms(text)) {
      all = all.and(term(term.trim(), shape));
    }
    return all;
  }

  /** Splits at commas that are not within parentheses. */
  private static List<String> terms(String text) {
    List<String> out = new ArrayList<>();
    int depth = 0;
    StringBuilder term = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && depth == 0) {
        out.add(term.toString());
        term.setLength(0);
      } else {
        term.append(c);
      }
    }
    out.add(term.toString());
    return out;
  }

  private static Predicate<ObjectNode> term(String term, Shape shape) {
    Matcher m = TERM.matcher(term);
    if (!m.matches()) {
      throw Refusal.badRequest("Cannot read the filter '" + term + "'.");
    }
    boolean not = m.group(1).equals("!");
    String key = m.group(2);
    boolean comparison = m.group(3) != null;
    boolean set = m.group(5) != null;
    String equal = comparison ? m.group(4).trim() : "";
    List<String> values =
        set ? Stream.of(m.group(6).split(",", -1)).map(String::trim).toList() : List.of(equal);
    boolean negative =
        (comparison && m.group(3).equals("!=")) || (set && m.group(5).equals("notin"));
    if (key.startsWith("labels.")) {
      String label = key.substring("labels.".length());
      if (!comparison && !set) {
        return d -> labels(d).has(label) != not;
      }
      if (!not) {
        return d -> values.contains(labels(d).path(label).asText("\0")) != negative;
      }
    } else if (key.equals("name") && comparison && !not && !negative) {
      Pattern pattern =
          Pattern.compile(
              Stream.of(equal.split("\\*", -1))
                  .map(Pattern::quote)
                  .collect(Collectors.joining(".*")));
      return d -> pattern.matcher(name(d)).matches();
    } else if (shape.states().containsKey(key) && (comparison || set) && !not) {
      String path = shape.states().getOrDefault(key, "");
      return d -> values.contains(value(d, path)) != negative;
    }
    throw Refusal.badRequest("The filter '" + term + "' is not supported here.");
  }

  private static JsonNode labels(JsonNode d) {
    return d.path("metadata").path("labels");
  }

  private ObjectNode project(Call call, ObjectNode document) {
    String fields = call.query("fields").orElse("");
    if (fields.isBlank() || !version.isAtLeast(2, 3)) {
      return document;
    }
    ObjectNode out = Json.only(document, "apiVersion", "kind");
    for (String field : fields.split(",", -1)) {
      copy(document, out, field.trim().split("\\.", -1), 0);
    }
    return out;
  }

  private static void copy(JsonNode from, ObjectNode to, String[] path, int at) {
    JsonNode value = from.get(path[at]);
    if (value == null) {
      return;
    }
    if (at == path.length - 1) {
      to.set(path[at], value.deepCopy());
    } else if (value.isObject()) {
      copy(value, Json.child(to, path[at]), path, at + 1);
    }
  }
}
