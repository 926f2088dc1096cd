package dev.flinkplatform.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flinkplatform.cmf.rest.CmfApplication;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfQuery;
import dev.flinkplatform.testkit.cmf.CmfServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How many requests it takes to list 1,000 applications of one environment of Confluent Manager,
 * each exactly once, although the server keeps no order unless it is asked for one.
 */
final class ListingPart implements Part {

  private static final int APPLICATIONS = 1_000;
  private static final int REPETITIONS = 5;
  private static final List<Integer> PAGES = List.of(50, 100, 300);
  private static final String ENVIRONMENT = "listing";
  private static final String PATH =
      "/cmf/api/v1/environments/" + ENVIRONMENT + "/applications";

  @Override
  public List<Row> run(Setting setting) throws Exception {
    // Without Flink: the applications are suspended, and only listed.
    try (CmfServer server = CmfServer.builder().start();
        CmfClient cmf = CmfClient.builder(server.address()).connect()) {
      cmf.environments().upsert(CmfEnvironment.builder(ENVIRONMENT, "flink").build());
      Set<String> all = new TreeSet<>();
      for (int i = 0; i < APPLICATIONS; i++) {
        String name = String.format(Locale.ROOT, "app-%04d", i);
        cmf.applications(ENVIRONMENT).upsert(suspended(name));
        all.add(name);
      }
      List<Row> rows = new ArrayList<>();
      for (int page : PAGES) {
        rows.add(listed(server, cmf, page, all));
      }
      rows.add(unordered(server, all));
      return rows;
    }
  }

  private static Row listed(CmfServer server, CmfClient cmf, int page, Set<String> all) {
    int least = (APPLICATIONS + page - 1) / page;
    Samples requests = new Samples();
    Samples millis = new Samples();
    for (int i = 0; i < REPETITIONS; i++) {
      int before = server.requests().size();
      long began = System.nanoTime();
      List<String> names = new ArrayList<>();
      for (CmfApplication each :
          cmf.applications(ENVIRONMENT).list(CmfQuery.all().withPageSize(page))) {
        names.add(each.name());
      }
      millis.addSince(began);
      List<String> made = server.requests();
      // Of any kind: what is not a listing would be a request too many, too.
      requests.add(made.size() - (double) before);
      if (names.size() != all.size() || !new HashSet<>(names).equals(all)) {
        throw new IllegalStateException(
            "Of "
                + all.size()
                + " applications "
                + names.size()
                + " were listed, "
                + new HashSet<>(names).size()
                + " of them different ones");
      }
    }
    return new Row(
        "Requests to list 1,000 applications of CMF, " + page + " a page",
        requests.size(),
        requests.median("%.0f"),
        requests.spread("%.0f"),
        "≤ " + least + " + 1",
        Row.verdict(requests.max(), least + 1),
        "each application exactly once, each time; a listing took " + millis.median("%.0f ms"));
  }

  /** What a client gets that does not ask for an order: why the one above does. */
  private static Row unordered(CmfServer server, Set<String> all)
      throws IOException, InterruptedException {
    int page = 100;
    HttpClient http = HttpClient.newHttpClient();
    ObjectMapper mapper = new ObjectMapper();
    Samples different = new Samples();
    for (int i = 0; i < REPETITIONS; i++) {
      Set<String> seen = new LinkedHashSet<>();
      for (int n = 0; n < APPLICATIONS / page; n++) {
        HttpRequest request =
            HttpRequest.newBuilder(
                    server.address().resolve(PATH + "?page=" + n + "&size=" + page))
                .header("Accept", "application/json")
                .build();
        JsonNode items =
            mapper
                .readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .path("items");
        items.forEach(item -> seen.add(item.at("/metadata/name").asText()));
      }
      seen.retainAll(all);
      different.add(seen.size());
    }
    return Row.info(
        "Applications found without a sort, of 1,000",
        different,
        "%.0f",
        "ten pages of 100 of the same server: what is not found was on no page, as other things were"
            + " on two");
  }

  private static CmfApplication suspended(String name) {
    return CmfApplication.builder(name)
        .image("flink:2.3")
        .flinkVersion("v2_3")
        .serviceAccount("flink")
        .jobManagerResource(1, "1024m")
        .taskManagerResource(1, "1024m")
        .job(
            Map.of(
                "jarURI", "local:///job.jar",
                "parallelism", 1,
                "state", "suspended",
                "upgradeMode", "stateless"))
        .build();
  }
}
