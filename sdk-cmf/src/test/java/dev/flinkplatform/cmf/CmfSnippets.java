package dev.flinkplatform.cmf;

import static java.time.Duration.ofMinutes;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfKafkaCatalog;
import dev.flinkplatform.cmf.rest.CmfKafkaDatabase;
import dev.flinkplatform.cmf.rest.CmfSecret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** The Java code of docs/backends/cmf.md; a test compares the page with it. */
final class CmfSnippets {

  private CmfSnippets() {}

  static void connect() {
    // snippet: cmf-connect
    CmfClient.Builder cmf =
        CmfClient.builder(URI.create("https://cmf.example.com"))
            .certificateAuthority(Path.of("/etc/cmf/ca.pem"))
            .clientCertificate(Path.of("/etc/cmf/client.pem"), Path.of("/etc/cmf/client-key.pem"));
    try (FlinkPlatform platform =
        CmfPlatform.builder(cmf, "production")
            .image("registry.example.com/flink:1.20")
            .stateBase("s3://bucket/flink")
            .connect()) {
      platform.applications().forEach(app -> System.out.println(app.status()));
    }
    // end
  }

  static void setup(CmfClient client, String password) {
    // snippet: cmf-setup
    CmfSetup sales =
        CmfSetup.of(CmfEnvironment.builder("sales", "flink-sales").build())
            .secret(CmfSecret.builder("kafka").value("sasl.jaas.config", password).build())
            .mapping("kafka-id", "kafka")
            .catalog(
                CmfKafkaCatalog.builder("orders")
                    .schemaRegistry(Map.of("schema.registry.url", "http://sr"), "kafka-id")
                    .build())
            .database(
                "orders",
                CmfKafkaDatabase.builder("main")
                    .kafkaCluster(Map.of("bootstrap.servers", "kafka:9092"), "kafka-id")
                    .build())
            .build();
    sales.ensure(client); // again and again: it is as it should be then
    sales.tearDown(client, ofMinutes(2)); // in reverse
    // end
  }
}
