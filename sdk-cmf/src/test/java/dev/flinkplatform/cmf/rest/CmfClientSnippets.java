package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.spi.rest.ClusterOverview;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Java code of docs/cmf-client.md; a test compares the page with it. */
final class CmfClientSnippets {

  private CmfClientSnippets() {}

  static void connect(String secret) {
    // snippet: cmf-client-connect
    try (CmfClient cmf =
        CmfClient.builder(URI.create("https://cmf.example.com"))
            .certificateAuthority(Path.of("/etc/cmf/ca.pem"))
            .oauth(
                CmfOAuth.clientCredentials(
                    URI.create("https://idp.example.com/token"), "platform", () -> secret))
            .connect()) {
      System.out.println(cmf.version()); // for example 2.3.1
      for (CmfApplication app : cmf.applications("production").list(CmfQuery.all())) {
        System.out.println(app.name() + " " + app.jobState().orElse("no job"));
      }
    }
    // end
  }

  static void change(CmfClient cmf) {
    // snippet: cmf-client-change
    CmfApplications applications = cmf.applications("production");
    CmfApplication orders = applications.get("orders");
    applications.upsert(orders.toBuilder().field(8, "spec", "job", "parallelism").build());
    // end
  }

  static void create(CmfClient cmf) {
    // snippet: cmf-client-create
    cmf.applications("production")
        .upsert(
            CmfApplication.builder("orders")
                .label("team", "sales")
                .image("confluentinc/cp-flink:1.19.3-cp2")
                .flinkVersion("v1_19")
                .jobManagerResource(1, "1024m")
                .taskManagerResource(1, "2048m")
                .job(Map.of("jarURI", "local:///opt/orders.jar", "parallelism", 4))
                .build());
    // end
  }

  static void list(CmfClient cmf) {
    // snippet: cmf-client-list
    long failed =
        cmf
            .applications("production")
            .list(
                CmfQuery.all()
                    .filteredBy(CmfFilter.none().label("team", "sales"))
                    .fetching("status.lifecycleState"))
            .stream()
            .filter(a -> a.lifecycleState().equals(Optional.of(CmfLifecycleState.FAILED)))
            .count();
    // end
    System.out.println(failed);
  }

  static void rows(CmfClient cmf) throws InterruptedException {
    // snippet: cmf-client-rows
    CmfStatements statements = cmf.statements("production");
    statements.create(
        CmfStatement.builder("top-orders", "SELECT * FROM orders LIMIT 10", "pool")
            .catalog("shop")
            .build());
    // ... once its phase is RUNNING or COMPLETED:
    CmfResultPages pages = statements.results("top-orders");
    while (pages.hasNext()) {
      List<CmfRow> rows = pages.next().rows();
      rows.forEach(row -> System.out.println(row.kind() + " " + row.values()));
      if (rows.isEmpty()) {
        Thread.sleep(500); // the statement runs, and has nothing new
      }
    }
    // end
  }

  static void flink(CmfClient cmf) {
    // snippet: cmf-client-flink
    try (FlinkRestClient flink = cmf.flinkRest("production", "orders").build()) {
      ClusterOverview overview = flink.overview();
      System.out.println(overview.slotsTotal());
    }
    // end
  }
}
