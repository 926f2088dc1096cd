package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column of SQL.
 *
 * @param type its name, for example {@code VARCHAR}, {@code ARRAY} or {@code ROW}
 * @param nullable whether values may be null
 * @param length of texts and bytes; null if the type has none
 * @param precision of numbers and times; null if the type has none
 * @param scale of numbers; null if the type has none
 * @param keyType of maps; null for others
 * @param valueType of maps; null for others
 * @param elementType of arrays and multisets; null for others
 * @param fields of rows; empty for others
 */
public record CmfDataType(
    String type,
    boolean nullable,
    @Nullable Integer length,
    @Nullable Integer precision,
    @Nullable Integer scale,
    @Nullable CmfDataType keyType,
    @Nullable CmfDataType valueType,
    @Nullable CmfDataType elementType,
    List<CmfColumn> fields) {

  /** A server that nests deeper is wrong, or means harm. */
  private static final int DEEPEST = 100;

  /**
   * Copies.
   *
   * @param type its name, for example {@code VARCHAR}, {@code ARRAY} or {@code ROW}
   * @param nullable whether values may be null
   * @param length of texts and bytes; null if the type has none
   * @param precision of numbers and times; null if the type has none
   * @param scale of numbers; null if the type has none
   * @param keyType of maps; null for others
   * @param valueType of maps; null for others
   * @param elementType of arrays and multisets; null for others
   * @param fields of rows; empty for others
   */
  public CmfDataType {
    fields = List.copyOf(fields);
  }

  static CmfDataType read(@Nullable Object json) {
    return read(json, 0);
  }

  private static CmfDataType read(@Nullable Object json, int depth) {
    List<CmfColumn> fields = new ArrayList<>();
    if (depth < DEEPEST) {
      for (Object field : Trees.list(json, "fields")) {
        fields.add(
            new CmfColumn(
                Trees.textOr("", field, "name"), read(Trees.get(field, "fieldType"), depth + 1)));
      }
    }
    return new CmfDataType(
        Trees.textOr("", json, "type"),
        !Boolean.FALSE.equals(Trees.get(json, "nullable")),
        number(json, "length"),
        number(json, "precision"),
        number(json, "scale"),
        nested(json, "keyType", depth),
        nested(json, "valueType", depth),
        nested(json, "elementType", depth),
        fields);
  }

  private static @Nullable CmfDataType nested(@Nullable Object json, String field, int depth) {
    Object value = Trees.get(json, field);
    return value == null || depth >= DEEPEST ? null : read(value, depth + 1);
  }

  private static @Nullable Integer number(@Nullable Object json, String field) {
    Optional<Long> value = Trees.number(json, field);
    return value.isPresent() ? (Integer) value.get().intValue() : null;
  }
}
