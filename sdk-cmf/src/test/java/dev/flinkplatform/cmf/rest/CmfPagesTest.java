package dev.flinkplatform.cmf.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists: order, laziness, number of requests, and servers that count differently. */
@Timeout(60)
class CmfPagesTest {

  private final MockWebServer server = new MockWebServer();
  private final Pages pages = new Pages();

  @BeforeEach
  void start() throws Exception {
    server.setDispatcher(pages);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A server without an order of its own: what it answers without a sort is shuffled. */
  private static final class Pages extends Dispatcher {

    private final List<String> names = new ArrayList<>();
    private final Random random = new Random(7);
    private boolean countsTotal = true;
    private boolean ignoresPage;
    private int largestPage = Integer.MAX_VALUE;
    private boolean saysSize = true;
    private @Nullable Runnable afterFirst;
    private int failing = -1;

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      int page = parameter(request, "page");
      if (page == failing) {
        failing = -1;
        return new MockResponse.Builder().code(503).build();
      }
      int size = Math.min(parameter(request, "size"), largestPage);
      List<String> ordered = new ArrayList<>(names);
      List<String> sort = request.getUrl().queryParameterValues("sort");
      if (sort.contains("name,asc")) {
        Collections.sort(ordered);
      } else {
        Collections.shuffle(ordered, random);
      }
      int from = ignoresPage ? 0 : Math.min(page * size, ordered.size());
      List<Map<String, Object>> items = new ArrayList<>();
      for (String name : ordered.subList(from, Math.min(from + size, ordered.size()))) {
        items.add(Map.of("metadata", Map.of("name", name)));
      }
      Map<String, Object> body = new LinkedHashMap<>();
      if (saysSize) {
        body.put("pageable", Map.of("page", page, "size", size));
      }
      body.put("metadata", Map.of("size", countsTotal ? names.size() : items.size()));
      body.put("items", items);
      Runnable change = afterFirst;
      afterFirst = null;
      if (change != null) {
        change.run();
      }
      return new MockResponse.Builder().code(200).body(Trees.write(body)).build();
    }

    private static int parameter(RecordedRequest request, String name) {
      return Integer.parseInt(String.valueOf(request.getUrl().queryParameter(name)));
    }
  }

  private List<String> list(int pageSize) {
    try (CmfClient client = client()) {
      return client.applications("e").list(CmfQuery.all().withPageSize(pageSize)).stream()
          .map(CmfApplication::name)
          .toList();
    }
  }

  private CmfClient client() {
    return CmfClient.builder(URI.create(server.url("/").toString()))
        .serverVersion(CmfVersion.of(2, 4))
        .retry(1, Duration.ofMillis(1), Duration.ofMillis(1))
        .connect();
  }

  private List<String> fill(int count) {
    IntStream.range(0, count).forEach(i -> pages.names.add(String.format("app-%05d", i)));
    List<String> sorted = List.copyOf(pages.names);
    Collections.shuffle(pages.names, new Random(1));
    return sorted;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 100, 1",
    "1, 100, 1",
    "99, 100, 1",
    "100, 100, 2",
    "1000, 100, 11",
    "1001, 100, 11"
  })
  void list_anyNumber_givesEachOnceWithFewRequests(int count, int pageSize, int requests) {
    List<String> all = fill(count);
    assertThat(list(pageSize)).isEqualTo(all);
    assertThat(server.getRequestCount()).isEqualTo(requests);
    assertThat(requests).isLessThanOrEqualTo((count + pageSize - 1) / pageSize + 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void list_totalIsThatOfThePage_losesNothing(boolean saysSize) {
    List<String> all = fill(250);
    pages.countsTotal = false;
    pages.saysSize = saysSize;
    assertThat(list(100)).isEqualTo(all);
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void list_serverGivesSmallerPages_losesNothing(boolean saysSize) {
    List<String> all = fill(95);
    pages.largestPage = 20;
    pages.saysSize = saysSize;
    assertThat(list(100)).isEqualTo(all);
    assertThat(server.getRequestCount()).isEqualTo(5);
  }

  @Test
  void list_serverIgnoresThePage_ends() {
    List<String> all = fill(10);
    pages.ignoresPage = true;
    assertThat(list(10)).isEqualTo(all);
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void list_oneIsAddedMeanwhile_givesNoneTwice() {
    fill(200);
    pages.afterFirst = () -> pages.names.add("aaa");
    assertThat(list(100)).doesNotHaveDuplicates().hasSizeBetween(200, 201);
  }

  @Test
  void list_aWholePageIsAddedInFrontMeanwhile_losesNothing() {
    List<String> all = fill(200);
    pages.afterFirst =
        () -> IntStream.range(0, 100).forEach(i -> pages.names.add(String.format("aaa-%03d", i)));
    assertThat(list(100)).doesNotHaveDuplicates().containsAll(all);
  }

  @Test
  void list_pageFails_goesOnWithThatPage() {
    List<String> all = fill(250);
    pages.failing = 1;
    List<String> read = new ArrayList<>();
    try (CmfClient client = client()) {
      Iterator<CmfApplication> items =
          client.applications("e").list(CmfQuery.all().withPageSize(100)).iterator();
      IntStream.range(0, 100).forEach(i -> read.add(items.next().name()));
      assertThatExceptionOfType(CmfUnavailableException.class).isThrownBy(items::next);
      items.forEachRemaining(app -> read.add(app.name()));
    }
    assertThat(read).isEqualTo(all);
  }

  @Test
  void versions_withoutNumbersThisSdkKnows_areAllThere() {
    fill(3);
    try (CmfClient client = client()) {
      CmfPages<CmfArtifact> versions = client.artifacts("e").versions("a.jar", CmfQuery.all());
      assertThat(server.getRequestCount()).isZero();
      assertThat(versions.toList()).hasSize(3);
    }
  }

  @Test
  void list_notRead_sendsNothingAndPagesComeOnDemand() {
    fill(250);
    try (CmfClient client = client()) {
      CmfPages<CmfApplication> list = client.applications("e").list(CmfQuery.all());
      Iterator<CmfApplication> iterator = list.iterator();
      assertThat(server.getRequestCount()).isZero();
      for (int i = 0; i < 100; i++) {
        iterator.next();
      }
      assertThat(server.getRequestCount()).isEqualTo(1);
      assertThat(iterator.hasNext()).isTrue();
      assertThat(server.getRequestCount()).isEqualTo(2);
      assertThat(list.stream().limit(3)).hasSize(3);
      assertThat(server.getRequestCount()).isEqualTo(3);
      assertThat(list.page(2).items()).hasSize(50);
      assertThat(list.page(2).total()).isEqualTo(250);
    }
  }

  @Test
  void sort_ofEachList_makesTheOrderTotal() throws Exception {
    try (CmfClient client = client()) {
      client.environments().list(CmfQuery.all()).toList();
      client.secretMappings("e").list(CmfQuery.all()).toList();
      client.applications("e").events("a", CmfQuery.all()).toList();
      client
          .applications("e")
          .list(CmfQuery.all().sortedBy("metadata.updateTimestamp", true))
          .toList();
      client.applications("e").list(CmfQuery.all().sortedBy("metadata.name", true)).toList();
    }
    assertThat(sorts()).containsExactly("name,asc");
    assertThat(sorts()).containsExactly("name,asc", "uid,asc");
    assertThat(sorts()).containsExactly("creationTimestamp,desc", "name,asc");
    assertThat(sorts()).containsExactly("metadata.updateTimestamp,desc", "name,asc");
    assertThat(sorts()).containsExactly("metadata.name,desc");
  }

  @Test
  void fields_projected_holdTheNameAsWell() throws Exception {
    try (CmfClient client = client()) {
      client.applications("e").list(CmfQuery.all().fetching("status.lifecycleState")).toList();
    }
    assertThat(server.takeRequest().getUrl().queryParameter("fields"))
        .isEqualTo("status.lifecycleState,metadata.name");
  }

  private List<@Nullable String> sorts() throws InterruptedException {
    return server.takeRequest().getUrl().queryParameterValues("sort");
  }
}
