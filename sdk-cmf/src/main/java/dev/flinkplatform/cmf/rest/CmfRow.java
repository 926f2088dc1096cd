package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a result, or a change of one.
 *
 * @param kind what the row means
 * @param values of the columns, in their order: texts, numbers, booleans, lists, maps and nulls as
 *     CMF wrote them; unmodifiable
 */
public record CmfRow(Kind kind, List<@Nullable Object> values) {

  /** What a row means. */
  public enum Kind {
    /** A new row. */
    INSERT,
    /** A row as it was before a change. */
    UPDATE_BEFORE,
    /** A row as it is after a change. */
    UPDATE_AFTER,
    /** A row that is gone. */
    DELETE,
    /** A meaning this SDK does not know. */
    UNKNOWN
  }

  /**
   * Copies.
   *
   * @param kind what the row means
   * @param values of the columns, in their order: texts, numbers, booleans, lists, maps and nulls
   *     as CMF wrote them; unmodifiable
   */
  public CmfRow {
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }

  static CmfRow read(@Nullable Object json) {
    int op = Trees.number(json, "op").orElse(0L).intValue();
    Kind[] kinds = Kind.values();
    return new CmfRow(
        op >= 0 && op < kinds.length ? kinds[op] : Kind.UNKNOWN, Trees.list(json, "row"));
  }
}
