package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Terms that all must hold for an item to be listed; servers of 2.3 and later. Immutable: each
 * method returns another filter.
 */
public final class CmfFilter {

  private static final Pattern LABEL =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*)");
  private static final Pattern VALUE = Pattern.compile("[-A-Za-z0-9_.]*");
  private static final Pattern NAME = Pattern.compile("[-A-Za-z0-9_.*]+");
  private static final CmfFilter NONE = new CmfFilter(List.of());

  private final List<String> terms;

  private CmfFilter(List<String> terms) {
    this.terms = List.copyOf(terms);
  }

  /**
   * Returns a filter that leaves everything in.
   *
   * @return the filter
   */
  public static CmfFilter none() {
    return NONE;
  }

  private CmfFilter and(String term) {
    List<String> all = new ArrayList<>(terms);
    all.add(term);
    return new CmfFilter(all);
  }

  /**
   * Wants a name.
   *
   * @param pattern the name; {@code *} stands for any text
   * @return another filter
   */
  public CmfFilter name(String pattern) {
    return and("name=" + checked(NAME, pattern, "name"));
  }

  /**
   * Wants a value of a label.
   *
   * @param key the label
   * @param value its value
   * @return another filter
   */
  public CmfFilter label(String key, String value) {
    return and("labels." + checked(LABEL, key, "label") + "=" + checked(VALUE, value, "value"));
  }

  /**
   * Wants another value of a label.
   *
   * @param key the label
   * @param value the value it may not have
   * @return another filter
   */
  public CmfFilter labelNot(String key, String value) {
    return and("labels." + checked(LABEL, key, "label") + "!=" + checked(VALUE, value, "value"));
  }

  /**
   * Wants one of some values of a label.
   *
   * @param key the label
   * @param values at least one
   * @return another filter
   */
  public CmfFilter labelIn(String key, Collection<String> values) {
    return and("labels." + checked(LABEL, key, "label") + " in " + list(values));
  }

  /**
   * Wants none of some values of a label.
   *
   * @param key the label
   * @param values at least one
   * @return another filter
   */
  public CmfFilter labelNotIn(String key, Collection<String> values) {
    return and("labels." + checked(LABEL, key, "label") + " notin " + list(values));
  }

  /**
   * Wants a label, whatever its value.
   *
   * @param key the label
   * @return another filter
   */
  public CmfFilter hasLabel(String key) {
    return and("labels." + checked(LABEL, key, "label"));
  }

  /**
   * Wants a label not to be there.
   *
   * @param key the label
   * @return another filter
   */
  public CmfFilter hasNoLabel(String key) {
    return and("!labels." + checked(LABEL, key, "label"));
  }

  /**
   * Wants one of some states of the job; applications only.
   *
   * @param states at least one, for example RUNNING; sent in upper case, as CMF wants them
   * @return another filter
   */
  public CmfFilter state(Collection<String> states) {
    return and("state in " + list(upper(states)));
  }

  /**
   * Wants one of some phases; statements and compute pools only.
   *
   * @param phases at least one, for example RUNNING; sent in upper case
   * @return another filter
   */
  public CmfFilter phase(Collection<String> phases) {
    return and("phase in " + list(upper(phases)));
  }

  /**
   * Wants one of some types; events only.
   *
   * @param types at least one, for example JOB_STATUS; sent in upper case
   * @return another filter
   */
  public CmfFilter type(Collection<String> types) {
    return and("type in " + list(upper(types)));
  }

  private static List<String> upper(Collection<String> values) {
    return values.stream().map(v -> v.toUpperCase(Locale.ROOT)).toList();
  }

  private static String list(Collection<String> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("A filter needs at least one value");
    }
    return "("
        + String.join(", ", values.stream().map(v -> checked(VALUE, v, "value")).toList())
        + ")";
  }

  /** What has commas or brackets would be other terms. */
  private static String checked(Pattern pattern, String text, String what) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException("Not usable as " + what + " in a filter: '" + text + "'");
    }
    return text;
  }

  String text() {
    return String.join(",", terms);
  }

  /** Returns the terms as they are sent. */
  @Override
  public String toString() {
    return text();
  }
}
