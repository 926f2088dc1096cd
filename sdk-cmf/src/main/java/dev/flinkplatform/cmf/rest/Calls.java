package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.cmf.rest.CmfException.Details;
import dev.flinkplatform.cmf.rest.CmfQuery.Sort;
import dev.flinkplatform.cmf.rest.HttpCalls.Answer;
import dev.flinkplatform.cmf.rest.HttpCalls.Req;
import dev.flinkplatform.internal.http.OneShotBody;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/** What all kinds of resources have in common when they are called for. */
final class Calls {

  /** The order of all lists but those named below. */
  static final List<Sort> BY_NAME = List.of(new Sort("name", false));

  static final List<Sort> BY_NAME_AND_UID =
      List.of(new Sort("name", false), new Sort("uid", false));

  static final List<Sort> NEWEST_FIRST =
      List.of(new Sort("creationTimestamp", true), new Sort("name", false));

  private final HttpCalls http;
  private final CmfVersion version;
  private final Duration timeout;
  private final Duration transferTimeout;

  Calls(HttpCalls http, CmfVersion version, Duration timeout, Duration transferTimeout) {
    this.http = http;
    this.version = version;
    this.timeout = timeout;
    this.transferTimeout = transferTimeout;
  }

  HttpCalls http() {
    return http;
  }

  CmfVersion version() {
    return version;
  }

  /** Refuses, before anything is sent, what the server does not have. */
  void require(CmfFeature feature, CmfEndpoint endpoint, String... args) {
    if (feature.isIn(version)) {
      return;
    }
    String summary = feature + " needs CMF " + feature.since() + " or later";
    throw new CmfUnsupportedException(
        new Details(
            summary + ", and " + http.base() + " runs " + version + ". Nothing was sent.",
            0,
            endpoint.method(),
            "/" + String.join("/", endpoint.segments(args)),
            List.of(summary),
            "",
            false,
            false,
            false),
        null);
  }

  Req request(
      CmfEndpoint endpoint,
      List<Map.Entry<String, String>> query,
      @Nullable Supplier<RequestBody> body,
      List<String> hidden,
      String... args) {
    CmfFeature feature = endpoint.feature();
    if (feature != null) {
      require(feature, endpoint, args);
    }
    return new Req(endpoint, endpoint.segments(args), query, body, timeout, hidden);
  }

  /** A request that moves a file. */
  Req transfer(
      CmfEndpoint endpoint,
      List<Map.Entry<String, String>> query,
      @Nullable Supplier<RequestBody> body,
      String... args) {
    Req req = request(endpoint, query, body, List.of(), args);
    return new Req(endpoint, req.segments(), query, body, transferTimeout, List.of());
  }

  /** Gets an object. */
  <T> T get(CmfEndpoint endpoint, Function<Map<String, ?>, T> reader, String... args) {
    return get(endpoint, List.of(), reader, args);
  }

  <T> T get(
      CmfEndpoint endpoint,
      List<Map.Entry<String, String>> query,
      Function<Map<String, ?>, T> reader,
      String... args) {
    Req req = request(endpoint, query, null, List.of(), args);
    return reader.apply(http.json(req, http.send(req)));
  }

  /** Gets an object with what it uses. */
  <T> T getWithResources(CmfEndpoint endpoint, Function<Map<String, ?>, T> reader, String... args) {
    require(CmfFeature.RESOURCE_INFORMATION, endpoint, args);
    return get(endpoint, List.of(Map.entry("include-resource-information", "true")), reader, args);
  }

  <T extends CmfResource> CmfPages<T> list(
      CmfEndpoint endpoint,
      CmfQuery query,
      List<Sort> standard,
      Function<Map<String, ?>, T> reader,
      String... args) {
    return list(endpoint, query, standard, List.of(), reader, args);
  }

  <T extends CmfResource> CmfPages<T> list(
      CmfEndpoint endpoint,
      CmfQuery query,
      List<Sort> standard,
      List<Map.Entry<String, String>> more,
      Function<Map<String, ?>, T> reader,
      String... args) {
    List<Map.Entry<String, String>> fixed = parameters(endpoint, query, standard, args);
    fixed.addAll(more);
    return new CmfPages<>(
        query.pageSize(),
        number -> {
          List<Map.Entry<String, String>> all = new ArrayList<>();
          all.add(Map.entry("page", Integer.toString(number)));
          all.add(Map.entry("size", Integer.toString(query.pageSize())));
          all.addAll(fixed);
          return get(endpoint, all, json -> page(json, number, reader), args);
        });
  }

  private List<Map.Entry<String, String>> parameters(
      CmfEndpoint endpoint, CmfQuery query, List<Sort> standard, String... args) {
    List<String> faults = new ArrayList<>();
    if (query.filter() != null && !endpoint.takes(CmfEndpoint.Option.FILTER)) {
      faults.add("it takes no filter");
    }
    if (query.search() != null && !endpoint.takes(CmfEndpoint.Option.SEARCH)) {
      faults.add("it takes no search");
    }
    if (!query.fields().isEmpty() && !endpoint.takes(CmfEndpoint.Option.FIELDS)) {
      faults.add("it takes no field projection");
    }
    if (query.resourceInformation() && !endpoint.takes(CmfEndpoint.Option.RESOURCES)) {
      faults.add("it has no resource information");
    }
    Rules.check(
        "The list " + endpoint.template().substring(endpoint.template().lastIndexOf('/')), faults);
    if (query.needsFilters()) {
      require(CmfFeature.FILTERS, endpoint, args);
    }
    if (query.resourceInformation()) {
      require(CmfFeature.RESOURCE_INFORMATION, endpoint, args);
    }
    List<Map.Entry<String, String>> out = new ArrayList<>();
    query.sorts(standard).forEach(s -> out.add(Map.entry("sort", s)));
    if (query.filter() != null) {
      out.add(Map.entry("filter", query.filter()));
    }
    if (query.search() != null) {
      out.add(Map.entry("search", query.search()));
      out.add(Map.entry("searchScope", String.join(",", query.searchScope())));
    }
    if (!query.fields().isEmpty()) {
      List<String> fields = new ArrayList<>(query.fields());
      // Without a name nobody knows what comes twice.
      String name = endpoint == CmfEndpoint.ENVIRONMENTS ? "name" : "metadata.name";
      if (!fields.contains(name) && !fields.contains("metadata")) {
        fields.add(name);
      }
      out.add(Map.entry("fields", String.join(",", fields)));
    }
    if (query.resourceInformation()) {
      out.add(Map.entry("include-resource-information", "true"));
    }
    return out;
  }

  @SuppressWarnings("unchecked") // What Trees has read has text keys only.
  private static <T extends CmfResource> CmfPage<T> page(
      Map<String, ?> json, int number, Function<Map<String, ?>, T> reader) {
    List<T> items = new ArrayList<>();
    for (Object item : Trees.list(json, "items")) {
      if (item instanceof Map<?, ?> map) {
        items.add(reader.apply((Map<String, ?>) map));
      }
    }
    return new CmfPage<>(
        number,
        Trees.number(json, "pageable", "size").orElse(0L).intValue(),
        Trees.number(json, "metadata", "size").orElse(0L),
        items);
  }

  /** Sends a resource, once or repeated as the endpoint allows; null if CMF answers no body. */
  <T> @Nullable T write(
      CmfEndpoint endpoint, CmfResource sent, Function<Map<String, ?>, T> reader, String... args) {
    sent.check();
    Req req = writing(endpoint, sent, args);
    return body(req, http.send(req), reader);
  }

  private Req writing(CmfEndpoint endpoint, CmfResource sent, String... args) {
    String json = Trees.write(sent.body());
    return request(endpoint, List.of(), () -> OneShotBody.json(json), sent.hidden(), args);
  }

  <T> @Nullable T body(Req req, Answer answer, Function<Map<String, ?>, T> reader) {
    return answer.text().isBlank() ? null : reader.apply(http.json(req, answer));
  }

  /**
   * Sends a resource once that CMF creates or replaces by its name. After a lost answer the
   * resource is looked at: CMF has no version check, so a blind repetition could undo what others
   * did since.
   *
   * @param look gets the resource as it is
   * @param sameAs tells whether that is what was sent
   */
  <T> T upsert(
      CmfEndpoint endpoint,
      CmfResource sent,
      Function<Map<String, ?>, T> reader,
      Supplier<T> look,
      Predicate<T> sameAs,
      String... args) {
    sent.check();
    Req req = writing(endpoint, sent, args);
    T written;
    try {
      written = body(req, http.send(req), reader);
    } catch (CmfUnavailableException e) {
      if (!e.mayHaveArrived()) {
        throw e;
      }
      return afterLostAnswer(req, e, look, sameAs);
    }
    return written == null ? look.get() : written;
  }

  private <T> T afterLostAnswer(
      Req req, CmfUnavailableException lost, Supplier<T> look, Predicate<T> sameAs) {
    String what;
    try {
      T found = look.get();
      if (sameAs.test(found)) {
        return found;
      }
      what =
          "CMF has it with other values: either the request did not arrive, or another one did"
              + " after it";
    } catch (CmfInterruptedException e) {
      throw e;
    } catch (CmfNotFoundException e) {
      what = "CMF does not have it so far";
    } catch (CmfException e) {
      lost.addSuppressed(e);
      what = "whether CMF has it could not be found out";
    }
    throw new CmfUnavailableException(
        HttpCalls.details(
            req,
            lost.httpStatus(),
            lost.getMessage() + " The answer was lost; " + what + ". Look before you repeat it.",
            lost.messages(),
            lost.bodyExcerpt(),
            true,
            true,
            lost.isFromCmf()),
        lost);
  }

  /** Sends a POST without body, once. */
  Answer act(CmfEndpoint endpoint, List<Map.Entry<String, String>> query, String... args) {
    return http.send(request(endpoint, query, OneShotBody::empty, List.of(), args));
  }

  CmfOutcome delete(CmfEndpoint endpoint, boolean force, String... args) {
    if (force) {
      require(CmfFeature.FORCED_DELETE, endpoint, args);
    }
    List<Map.Entry<String, String>> query = force ? List.of(Map.entry("force", "true")) : List.of();
    return deleteWith(endpoint, query, args);
  }

  CmfOutcome deleteWith(
      CmfEndpoint endpoint, List<Map.Entry<String, String>> query, String... args) {
    return http.send(request(endpoint, query, OneShotBody::empty, List.of(), args)).outcome();
  }

  /**
   * Creates; replaces if the name is taken. Of a conflict about something else the first is told.
   */
  static <T> T ensure(Supplier<T> create, Supplier<T> replace) {
    try {
      return create.get();
    } catch (CmfConflictException taken) {
      if (taken.retryable()) {
        throw taken;
      }
      try {
        return replace.get();
      } catch (CmfNotFoundException e) {
        taken.addSuppressed(e);
        throw taken;
      }
    }
  }
}
