package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One page of the result of a statement.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfStatementResult extends CmfResource {

  private CmfStatementResult(Map<String, ?> json) {
    super(json);
  }

  static CmfStatementResult read(Map<String, ?> json) {
    return new CmfStatementResult(json);
  }

  /**
   * Returns the rows of this page.
   *
   * @return the rows, maybe none; unmodifiable
   */
  public List<CmfRow> rows() {
    return Trees.list(json(), "results", "data").stream().map(CmfRow::read).toList();
  }

  /**
   * Returns what to ask the next page with.
   *
   * @return the token; empty if this is the last page
   */
  public Optional<String> nextPageToken() {
    return Trees.text(json(), "metadata", "annotations", "nextPageToken").filter(t -> !t.isEmpty());
  }
}
