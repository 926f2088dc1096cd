package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A list that is fetched page by page while it is read.
 *
 * <p>Nothing is sent before the first item is asked for; each iterator and stream starts anew.
 * Reading all n items takes ⌈n/page⌉ requests, and one more if the last page is full. Each item
 * comes once, also when others are added meanwhile; one that is deleted meanwhile can push another
 * one before a page border, which is then missed.
 *
 * <p>Asking for the next item may block and throw {@link CmfException}. Thread-safe; its iterators
 * and streams are not.
 *
 * @param <T> the kind
 */
public final class CmfPages<T extends CmfResource> implements Iterable<T> {

  private final int pageSize;
  private final IntFunction<CmfPage<T>> fetch;
  private final Function<T, String> keyOf;

  CmfPages(int pageSize, IntFunction<CmfPage<T>> fetch) {
    this(pageSize, fetch, item -> item.uid().orElse(item.name()));
  }

  private CmfPages(int pageSize, IntFunction<CmfPage<T>> fetch, Function<T, String> keyOf) {
    this.pageSize = pageSize;
    this.fetch = fetch;
    this.keyOf = keyOf;
  }

  /** The same list, where two items are one if they have the same key; the empty one is none. */
  CmfPages<T> keyedBy(Function<T, String> key) {
    return new CmfPages<>(pageSize, fetch, key);
  }

  /**
   * Fetches one page. Blocks; repeated when it fails retryably.
   *
   * @param number from 0
   * @return the page; empty behind the last
   * @throws CmfException if the call fails
   */
  public CmfPage<T> page(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("A page number is not below 0, got " + number);
    }
    return fetch.apply(number);
  }

  /** Returns an iterator that fetches pages when it needs them. */
  @Override
  public Iterator<T> iterator() {
    return new Walk();
  }

  /**
   * Returns a stream that fetches pages when it needs them.
   *
   * @return the stream; sequential
   */
  public Stream<T> stream() {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  /**
   * Fetches all items. Blocks.
   *
   * @return the items; unmodifiable
   * @throws CmfException if a call fails
   */
  public List<T> toList() {
    List<T> out = new ArrayList<>();
    forEach(out::add);
    return List.copyOf(out);
  }

  private final class Walk implements Iterator<T> {

    private final Set<String> seen = new HashSet<>();
    private Iterator<T> page = List.<T>of().iterator();
    private int next;
    private long fetched;
    private boolean last;

    @Override
    public boolean hasNext() {
      while (!page.hasNext() && !last) {
        load();
      }
      return page.hasNext();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.next();
    }

    private void load() {
      CmfPage<T> loaded = fetch.apply(next);
      next++; // not before the page is here: who goes on after a failure misses nothing
      List<T> fresh = new ArrayList<>();
      boolean anonymous = false;
      for (T item : loaded.items()) {
        String key = keyOf.apply(item);
        anonymous |= key.isEmpty();
        if (key.isEmpty() || seen.add(key)) {
          fresh.add(item);
        }
      }
      fetched += loaded.items().size();
      // A server may give smaller pages than asked for; then its own size says what is short.
      int full = loaded.size() > 0 ? Math.min(loaded.size(), pageSize) : pageSize;
      boolean isShort = loaded.items().size() < full;
      // The total alone does not end it: it is the number of this page with some servers. A page
      // of known items does not either: others may have been added in front of them meanwhile.
      last =
          loaded.items().isEmpty()
              || (fetched >= loaded.total() && (isShort || (fresh.isEmpty() && !anonymous)));
      page = fresh.iterator();
    }
  }
}
