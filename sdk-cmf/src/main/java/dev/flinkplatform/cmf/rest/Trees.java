package dev.flinkplatform.cmf.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON as maps, lists, strings, numbers and booleans; what is missing, null or of another type
 * never throws when it is read.
 */
final class Trees {

  /** Numbers keep every digit. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final TypeReference<Map<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  private Trees() {}

  /**
   * Reads an object.
   *
   * @throws IllegalArgumentException if the text is no JSON object; without the text
   */
  static Map<String, @Nullable Object> parse(String text) {
    try {
      Map<String, @Nullable Object> read = MAPPER.readValue(text, OBJECT);
      if (read == null) {
        throw new IllegalArgumentException("the answer is JSON null, not an object");
      }
      return copy(read);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the answer is not a JSON object", e);
    }
  }

  static String write(Map<String, ?> tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON", e);
    }
  }

  /**
   * Copies a tree, so that nobody can change it.
   *
   * @throws IllegalArgumentException if it holds what JSON has not; says where, not what
   */
  static Map<String, @Nullable Object> copy(Map<?, ?> in) {
    return Collections.unmodifiableMap(object(in, "", false));
  }

  /** Copies a tree to be changed. */
  static Map<String, @Nullable Object> editable(Map<?, ?> in) {
    return object(in, "", true);
  }

  static @Nullable Object editableValue(@Nullable Object in, String where) {
    return value(in, where, true);
  }

  private static Map<String, @Nullable Object> object(Map<?, ?> in, String where, boolean open) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    in.forEach(
        (k, v) -> {
          if (!(k instanceof String key)) {
            throw new IllegalArgumentException("A key below '" + where + "' is no text");
          }
          out.put(key, value(v, where.isEmpty() ? key : where + "." + key, open));
        });
    return out;
  }

  private static @Nullable Object value(@Nullable Object v, String where, boolean open) {
    if (v == null || v instanceof String || v instanceof Boolean) {
      return v;
    }
    if ((v instanceof Double d && (d.isNaN() || d.isInfinite()))
        || (v instanceof Float f && (f.isNaN() || f.isInfinite()))) {
      throw new IllegalArgumentException("'" + where + "' is no number of JSON");
    }
    if (v instanceof Number) {
      return v;
    }
    if (v instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = object(map, where, open);
      return open ? copy : Collections.unmodifiableMap(copy);
    }
    if (v instanceof Collection<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      int i = 0;
      for (Object element : list) {
        copy.add(value(element, where + "[" + i++ + "]", open));
      }
      return open ? copy : Collections.unmodifiableList(copy);
    }
    throw new IllegalArgumentException(
        "'"
            + where
            + "' is a "
            + v.getClass().getName()
            + ": give maps, collections, texts, numbers, booleans or null");
  }

  static @Nullable Object get(@Nullable Object tree, String... path) {
    Object at = tree;
    for (String key : path) {
      if (!(at instanceof Map<?, ?> map)) {
        return null;
      }
      at = map.get(key);
    }
    return at;
  }

  static Optional<String> text(@Nullable Object tree, String... path) {
    Object v = get(tree, path);
    return v == null || v instanceof Map || v instanceof Collection
        ? Optional.empty()
        : Optional.of(v.toString());
  }

  static String textOr(String fallback, @Nullable Object tree, String... path) {
    return text(tree, path).orElse(fallback);
  }

  static Optional<Long> number(@Nullable Object tree, String... path) {
    Object v = get(tree, path);
    return v instanceof Number n ? Optional.of(n.longValue()) : Optional.empty();
  }

  static boolean bool(@Nullable Object tree, String... path) {
    return Boolean.TRUE.equals(get(tree, path));
  }

  static Optional<Instant> instant(@Nullable Object tree, String... path) {
    return text(tree, path).flatMap(Trees::instantOf);
  }

  private static Optional<Instant> instantOf(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  @SuppressWarnings("unchecked") // Every map of a tree was copied with keys looked at.
  static Map<String, @Nullable Object> map(@Nullable Object tree, String... path) {
    return get(tree, path) instanceof Map<?, ?> map
        ? (Map<String, @Nullable Object>) map
        : Map.of();
  }

  static Map<String, String> texts(@Nullable Object tree, String... path) {
    Map<String, String> out = new LinkedHashMap<>();
    map(tree, path)
        .forEach(
            (k, v) -> {
              if (v != null) {
                out.put(k, v.toString());
              }
            });
    return Collections.unmodifiableMap(out);
  }

  static List<@Nullable Object> list(@Nullable Object tree, String... path) {
    return get(tree, path) instanceof List<?> list
        ? Collections.unmodifiableList(new ArrayList<>(list))
        : List.of();
  }

  static List<String> textList(@Nullable Object tree, String... path) {
    return list(tree, path).stream().map(String::valueOf).toList();
  }

  /** Returns the object at a path, made if it is not there. */
  @SuppressWarnings("unchecked") // Trees to be changed are made by editable.
  static Map<String, @Nullable Object> make(Map<String, @Nullable Object> tree, String... path) {
    Map<String, @Nullable Object> at = tree;
    for (String key : path) {
      if (!(at.get(key) instanceof Map)) {
        at.put(key, new LinkedHashMap<String, @Nullable Object>());
      }
      at = (Map<String, @Nullable Object>) at.get(key);
      if (at == null) {
        throw new IllegalStateException(key);
      }
    }
    return at;
  }

  /** Tells whether two trees say the same; 1 and 1.0 do. */
  static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Map<?, ?> m && b instanceof Map<?, ?> n) {
      return m.keySet().equals(n.keySet())
          && m.entrySet().stream().allMatch(e -> same(e.getValue(), n.get(e.getKey())));
    }
    return sameLeaf(a, b);
  }

  private static boolean sameLeaf(@Nullable Object a, @Nullable Object b) {
    if (a instanceof List<?> m && b instanceof List<?> n) {
      if (m.size() != n.size()) {
        return false;
      }
      for (int i = 0; i < m.size(); i++) {
        if (!same(m.get(i), n.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (a instanceof Number m && b instanceof Number n) {
      return decimal(m).compareTo(decimal(n)) == 0;
    }
    return a == null ? b == null : a.equals(b);
  }

  /** A hash that agrees with {@link #same}. */
  static int hash(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      int sum = 1;
      for (Map.Entry<?, ?> e : map.entrySet()) {
        sum += e.getKey().hashCode() ^ hash(e.getValue());
      }
      return sum;
    }
    if (tree instanceof List<?> list) {
      int hash = 1;
      for (Object element : list) {
        hash = 31 * hash + hash(element);
      }
      return hash;
    }
    if (tree instanceof Number n) {
      return decimal(n).stripTrailingZeros().hashCode();
    }
    return tree == null ? 0 : tree.hashCode();
  }

  private static BigDecimal decimal(Number n) {
    if (n instanceof BigDecimal d) {
      return d;
    }
    if (n instanceof BigInteger i) {
      return new BigDecimal(i);
    }
    return new BigDecimal(n.toString());
  }
}
