package dev.flinkplatform.cmf.rest;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a statement's result, each fetched when it is asked for. Rows are handed out once: a
 * second walk finds {@link CmfGoneException}, or only what came later. A page can be empty while
 * the statement runs: pause before the next one then.
 *
 * <p>{@link #next} blocks for one request, and throws {@link CmfException}; it is not repeated by
 * itself, because an answer that is lost takes its rows with it. Not thread-safe.
 */
public final class CmfResultPages implements Iterator<CmfStatementResult> {

  private final Function<@Nullable String, CmfStatementResult> fetch;
  private @Nullable String token;
  private boolean last;

  CmfResultPages(Function<@Nullable String, CmfStatementResult> fetch) {
    this.fetch = fetch;
  }

  /** Tells whether there is another page, without asking for it. */
  @Override
  public boolean hasNext() {
    return !last;
  }

  /**
   * Fetches the next page.
   *
   * @return the page
   * @throws NoSuchElementException if there is none
   * @throws CmfGoneException if its rows were read before
   * @throws CmfException if the call fails; {@code next} may be called again
   */
  @Override
  public CmfStatementResult next() {
    if (last) {
      throw new NoSuchElementException();
    }
    CmfStatementResult page = fetch.apply(token);
    token = page.nextPageToken().orElse(null);
    last = token == null;
    return page;
  }
}
