package dev.flinkplatform.cmf;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.cmf.rest.CmfClient;
import java.net.URI;
import java.nio.file.Path;

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
}
