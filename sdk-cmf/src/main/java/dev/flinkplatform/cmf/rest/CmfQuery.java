package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a list is to hold, and how it is fetched. Immutable: each method returns another query.
 *
 * <p>CMF has no order of its own, so a page without a sort may repeat and leave out items. This
 * client always sends one, and the name after those given here, so that the order is total.
 *
 * @param pageSize items for each request, 1 to 1,000
 * @param sort in this order; empty for the default of the list
 * @param filter see {@link CmfFilter}; null for none
 * @param search a text to look for; null for none
 * @param searchScope the fields to look in
 * @param fields what to return of each item; empty for all
 * @param resourceInformation whether CMF adds what the items use
 */
public record CmfQuery(
    int pageSize,
    List<Sort> sort,
    @Nullable String filter,
    @Nullable String search,
    List<String> searchScope,
    List<String> fields,
    boolean resourceInformation) {

  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;
  private static final CmfQuery ALL =
      new CmfQuery(PAGE, List.of(), null, null, List.of(), List.of(), false);

  /**
   * A property to sort by.
   *
   * @param property for example {@code name} or {@code creationTimestamp}
   * @param descending whether the greatest comes first
   */
  public record Sort(String property, boolean descending) {

    /**
     * Checks the property.
     *
     * @param property for example {@code name} or {@code creationTimestamp}
     * @param descending whether the greatest comes first
     */
    public Sort {
      if (property.isBlank() || property.contains(",")) {
        throw new IllegalArgumentException("Not a property to sort by: '" + property + "'");
      }
    }

    String parameter() {
      return property + (descending ? ",desc" : ",asc");
    }
  }

  /**
   * Checks and copies.
   *
   * @param pageSize items for each request, 1 to 1,000
   * @param sort in this order; empty for the default of the list
   * @param filter see {@link CmfFilter}; null for none
   * @param search a text to look for; null for none
   * @param searchScope the fields to look in
   * @param fields what to return of each item; empty for all
   * @param resourceInformation whether CMF adds what the items use
   */
  public CmfQuery {
    if (pageSize < 1 || pageSize > LARGEST_PAGE) {
      throw new IllegalArgumentException(
          "pageSize must be 1 to " + LARGEST_PAGE + ", got " + pageSize);
    }
    if ((search == null) != searchScope.isEmpty()) {
      throw new IllegalArgumentException(
          "search and searchScope must come together: CMF refuses one without the other");
    }
    sort = List.copyOf(sort);
    searchScope = List.copyOf(searchScope);
    fields = List.copyOf(fields);
  }

  /**
   * Returns a query for everything, in pages of 100, in the default order of the list: by name,
   * events newest first.
   *
   * @return the query
   */
  public static CmfQuery all() {
    return ALL;
  }

  /**
   * Sets how many items each request fetches.
   *
   * @param size 1 to 1,000; a server may send less
   * @return another query
   */
  public CmfQuery withPageSize(int size) {
    return new CmfQuery(size, sort, filter, search, searchScope, fields, resourceInformation);
  }

  /**
   * Adds a property to sort by.
   *
   * @param property what the kind can be sorted by; {@code name} and {@code creationTimestamp} are
   *     known to work
   * @param descending whether the greatest comes first
   * @return another query
   */
  public CmfQuery sortedBy(String property, boolean descending) {
    List<Sort> all = new ArrayList<>(sort);
    all.add(new Sort(property, descending));
    return new CmfQuery(pageSize, all, filter, search, searchScope, fields, resourceInformation);
  }

  /**
   * Leaves only some items in; servers of 2.3 and later.
   *
   * @param which the terms
   * @return another query
   */
  public CmfQuery filteredBy(CmfFilter which) {
    return filteredBy(which.text());
  }

  /**
   * Leaves only some items in; servers of 2.3 and later.
   *
   * @param terms in CMF's own words, for example {@code name=prod*,labels.team in (a, b)}
   * @return another query
   */
  public CmfQuery filteredBy(String terms) {
    Objects.requireNonNull(terms, "terms");
    return new CmfQuery(
        pageSize,
        sort,
        terms.isBlank() ? null : terms,
        search,
        searchScope,
        fields,
        resourceInformation);
  }

  /**
   * Leaves only items in that have a text; servers of 2.3 and later.
   *
   * @param text what to look for
   * @param scope the fields to look in, at least one: of environments {@code name}, {@code
   *     kubernetesNamespace}; of statements {@code name}, {@code statement}; of events {@code
   *     message}, {@code flinkApplicationInstance}; of secrets {@code name}, {@code environments}
   * @return another query
   */
  public CmfQuery searching(String text, String... scope) {
    return new CmfQuery(pageSize, sort, filter, text, List.of(scope), fields, resourceInformation);
  }

  /**
   * Fetches only some fields of each item; servers of 2.3 and later. Views of the other fields are
   * empty then: do not write such an item back.
   *
   * @param paths for example {@code metadata.name}, {@code status.lifecycleState}
   * @return another query
   */
  public CmfQuery fetching(String... paths) {
    return new CmfQuery(
        pageSize, sort, filter, search, searchScope, List.of(paths), resourceInformation);
  }

  /**
   * Lets CMF add what the items use; servers of 2.2 and later.
   *
   * @return another query
   */
  public CmfQuery withResourceInformation() {
    return new CmfQuery(pageSize, sort, filter, search, searchScope, fields, true);
  }

  boolean needsFilters() {
    return filter != null || search != null || !fields.isEmpty();
  }

  /** Returns the sorts to send: those asked for, and those that make the order total. */
  List<String> sorts(List<Sort> standard) {
    List<String> out = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    for (Sort s : sort) {
      out.add(s.parameter());
      seen.add(last(s.property()));
    }
    for (Sort s : standard) {
      if (!seen.contains(last(s.property()))) {
        out.add(s.parameter());
      }
    }
    return out;
  }

  private static String last(String property) {
    return property.substring(property.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
