package dev.flinkplatform.cmf.rest;

import java.util.List;

/**
 * One page of a list, as CMF sent it.
 *
 * @param number of the page, from 0
 * @param size how many items CMF says a page has
 * @param total how many items CMF says there are; 0 if it does not say
 * @param items of this page; unmodifiable
 * @param <T> the kind
 */
public record CmfPage<T>(int number, int size, long total, List<T> items) {

  /**
   * Copies.
   *
   * @param number of the page, from 0
   * @param size how many items CMF says a page has
   * @param total how many items CMF says there are; 0 if it does not say
   * @param items of this page; unmodifiable
   */
  public CmfPage {
    items = List.copyOf(items);
  }
}
