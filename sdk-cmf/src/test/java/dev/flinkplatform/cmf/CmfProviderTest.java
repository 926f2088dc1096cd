package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.spec.Violation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The backend by its name, and what is said of bad options. */
class CmfProviderTest {

  @Test
  void create_everythingWrong_isToldAtOnce() {
    PlatformConfig config =
        PlatformConfig.builder("cmf")
            .put("url", "not an address")
            .put("colour", "blue")
            .put("user", "me")
            .put("oauth.url", "http://idp")
            .put("tls.key", "/key.pem")
            .put("shared.files", "maybe")
            .put("flink.versions", "2.3,soon")
            .put("stop.timeout", "a while")
            .build();

    InvalidSpecException e =
        catchThrowableOfType(
            InvalidSpecException.class, () -> new CmfProvider(Map.of()).create(config));

    assertThat(e.violations())
        .extracting(Violation::path)
        .contains(
            "colour",
            "environment",
            "user",
            "oauth.url",
            "tls.certificate",
            "url",
            "shared.files",
            "flink.versions",
            "stop.timeout");
  }

  @Test
  void create_noUrl_namesTheVariable() {
    PlatformConfig config = PlatformConfig.builder("cmf").put("environment", "prod").build();

    InvalidSpecException e =
        catchThrowableOfType(
            InvalidSpecException.class, () -> new CmfProvider(Map.of()).create(config));

    assertThat(e).hasMessageContaining("CONFLUENT_CMF_URL");
  }

  @Test
  void connect_byNameAndNobodyThere_isUnavailable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    PlatformConfig config =
        PlatformConfig.builder("cmf")
            .put("url", "http://localhost:" + port)
            .put("environment", "prod")
            .build();

    BackendUnavailableException e =
        catchThrowableOfType(
            BackendUnavailableException.class, () -> FlinkPlatform.connect(config));

    assertThat(e).hasMessageContaining("localhost:" + port);
    assertThat(e.retryable()).isTrue();
  }
}
