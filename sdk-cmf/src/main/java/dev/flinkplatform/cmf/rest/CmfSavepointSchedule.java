package dev.flinkplatform.cmf.rest;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When CMF makes savepoints by itself, and how many it keeps; servers of 2.4 and later.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfSavepointSchedule {

  private static final int FIELDS = 6;

  private final Map<String, @Nullable Object> json;

  private CmfSavepointSchedule(Map<String, ?> json) {
    this.json = Trees.copy(json);
  }

  /**
   * Takes a schedule from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the schedule
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfSavepointSchedule of(Map<String, ?> json) {
    return new CmfSavepointSchedule(json);
  }

  /**
   * Starts a schedule.
   *
   * @param cronExpression six fields, seconds first, for example {@code 0 0 3 * * *}; CMF wants at
   *     least 5 minutes between two savepoints
   * @return a builder
   */
  public static Builder builder(String cronExpression) {
    return new Builder(cronExpression);
  }

  /**
   * Returns the JSON of the schedule.
   *
   * @return the object; unmodifiable
   */
  public Map<String, @Nullable Object> json() {
    return json;
  }

  /** Adds what is wrong with the schedule at a path; nothing if there is none. */
  static void faults(List<String> faults, Map<String, ?> json, String... path) {
    Object value = Trees.get(json, path);
    if (value == null) {
      return;
    }
    String where = String.join(".", path);
    if (!(value instanceof Map)) {
      faults.add(where + " must be an object");
      return;
    }
    List<String> inside = new ArrayList<>();
    Map<String, @Nullable Object> at = Trees.map(value);
    cron(inside, at, "cronExpression");
    zone(inside, at, "timezone");
    Rules.bool(inside, at, "paused");
    Rules.bool(inside, at, "catchUpOnRestart");
    Rules.wholeNumber(inside, at, 0, Integer.MAX_VALUE, "jitterSeconds");
    Rules.wholeNumber(inside, at, 1, Integer.MAX_VALUE, "freshnessThresholdHours");
    Rules.text(inside, at, "formatType");
    for (String kept :
        List.of("keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly")) {
      Rules.wholeNumber(inside, at, 0, Integer.MAX_VALUE, "retention", kept);
    }
    int i = 0;
    for (Object window : Trees.list(at, "blackoutWindows")) {
      String which = "blackoutWindows[" + i++ + "].";
      List<String> deeper = new ArrayList<>();
      Map<String, @Nullable Object> w = Trees.map(window);
      Rules.required(deeper, w, "cronExpression");
      cron(deeper, w, "cronExpression");
      zone(deeper, w, "timezone");
      Rules.wholeNumber(deeper, w, 1, Integer.MAX_VALUE, "durationMinutes");
      deeper.forEach(f -> inside.add(which + f));
    }
    inside.forEach(f -> faults.add(where + "." + f));
  }

  private static void cron(List<String> faults, Map<String, ?> json, String field) {
    String text = Trees.textOr("", json, field).strip();
    if (!text.isEmpty() && text.split("\\s+").length != FIELDS) {
      faults.add(
          field + " is '" + text + "': give six fields, seconds first, for example 0 0 3 * * *");
    }
  }

  private static void zone(List<String> faults, Map<String, ?> json, String field) {
    String text = Trees.textOr("", json, field);
    if (!text.isEmpty()) {
      try {
        ZoneId.of(text);
      } catch (DateTimeException e) {
        faults.add(field + " is '" + text + "': give a time zone, for example Europe/Berlin");
      }
    }
  }

  /** Same JSON. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CmfSavepointSchedule that && Trees.same(json, that.json);
  }

  @Override
  public int hashCode() {
    return Trees.hash(json);
  }

  /** Returns the JSON. */
  @Override
  public String toString() {
    return "CmfSavepointSchedule" + json;
  }

  /** Collects a {@link CmfSavepointSchedule}. Not thread-safe. */
  public static final class Builder {

    private final Map<String, @Nullable Object> json = new LinkedHashMap<>();

    private Builder(String cronExpression) {
      json.put("cronExpression", cronExpression);
    }

    /**
     * Sets the time zone of the cron expression.
     *
     * @param zone by default that of the server
     * @return this builder
     */
    public Builder timezone(ZoneId zone) {
      json.put("timezone", zone.getId());
      return this;
    }

    /**
     * Sets whether the schedule rests.
     *
     * @param paused false by default
     * @return this builder
     */
    public Builder paused(boolean paused) {
      json.put("paused", paused);
      return this;
    }

    /**
     * Sets whether a savepoint that was missed while CMF was down is made when it is up again.
     *
     * @param catchUp whether it is
     * @return this builder
     */
    public Builder catchUpOnRestart(boolean catchUp) {
      json.put("catchUpOnRestart", catchUp);
      return this;
    }

    /**
     * Spreads the savepoints of many schedules.
     *
     * @param jitter up to how long after its time a savepoint begins, in whole seconds
     * @return this builder
     */
    public Builder jitter(Duration jitter) {
      json.put("jitterSeconds", jitter.toSeconds());
      return this;
    }

    /**
     * Sets how old the last savepoint may be before CMF warns.
     *
     * @param threshold in whole hours
     * @return this builder
     */
    public Builder freshnessThreshold(Duration threshold) {
      json.put("freshnessThresholdHours", threshold.toHours());
      return this;
    }

    /**
     * Sets the format.
     *
     * @param format CANONICAL or NATIVE
     * @return this builder
     */
    public Builder format(CmfSavepointFormat format) {
      json.put("formatType", format.name());
      return this;
    }

    /**
     * Adds a time without savepoints.
     *
     * @param cronExpression when it begins; six fields, seconds first
     * @param duration how long it is, in whole minutes
     * @return this builder
     */
    public Builder addBlackoutWindow(String cronExpression, Duration duration) {
      List<@Nullable Object> all = new ArrayList<>(Trees.list(json, "blackoutWindows"));
      all.add(Map.of("cronExpression", cronExpression, "durationMinutes", duration.toMinutes()));
      json.put("blackoutWindows", all);
      return this;
    }

    /**
     * Keeps the last savepoints.
     *
     * @param count how many
     * @return this builder
     */
    public Builder keepLast(int count) {
      return retention("keepLast", count);
    }

    /**
     * Keeps the savepoints of a time.
     *
     * @param age how old they may be
     * @return this builder
     */
    public Builder keepWithin(Duration age) {
      return retention("keepWithin", age.toString());
    }

    /**
     * Keeps one savepoint of each of the last days.
     *
     * @param days how many
     * @return this builder
     */
    public Builder keepDaily(int days) {
      return retention("keepDaily", days);
    }

    /**
     * Keeps savepoints by another rule of CMF.
     *
     * @param rule for example {@code keepHourly}, {@code keepWeekly}, {@code keepMonthly}, {@code
     *     keepYearly}
     * @param value of the rule
     * @return this builder
     */
    public Builder retention(String rule, Object value) {
      Trees.make(json, "retention").put(rule, value);
      return this;
    }

    /**
     * Makes the schedule.
     *
     * @return the schedule
     * @throws IllegalArgumentException if something is malformed; names all of it
     */
    public CmfSavepointSchedule build() {
      List<String> faults = new ArrayList<>();
      Map<String, Object> in = new LinkedHashMap<>();
      in.put("savepointSchedule", json);
      if (Trees.textOr("", json, "cronExpression").isBlank()) {
        faults.add("savepointSchedule.cronExpression is missing");
      }
      faults(faults, in, "savepointSchedule");
      if (!faults.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", faults));
      }
      return new CmfSavepointSchedule(json);
    }
  }
}
