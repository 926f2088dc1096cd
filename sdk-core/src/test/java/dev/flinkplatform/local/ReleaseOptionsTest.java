package dev.flinkplatform.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReleaseOptionsTest {

  @Test
  void build_nothingSaid_takesApachesServersAndTheCacheOfTheUser() {
    ReleaseOptions options = ReleaseOptions.builder(Map.of()).build();

    assertThat(options.baseUrls())
        .containsExactly(
            URI.create("https://dlcdn.apache.org/flink"),
            URI.create("https://archive.apache.org/dist/flink"));
    assertThat(options.cache())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/flinkplatform/flink"));
  }

  @Test
  void build_environment_isTakenUnlessSaidOtherwise() {
    Map<String, String> environment =
        Map.of(
            "FLINKPLATFORM_RELEASES_URL", "https://one/flink, http://two:8080",
            "FLINKPLATFORM_RELEASES_CACHE", "/var/cache/flink",
            "XDG_CACHE_HOME", "/xdg");

    ReleaseOptions options = ReleaseOptions.builder(environment).build();
    assertThat(options.baseUrls())
        .containsExactly(URI.create("https://one/flink"), URI.create("http://two:8080"));
    assertThat(options.cache()).isEqualTo(Path.of("/var/cache/flink"));

    options =
        ReleaseOptions.builder(environment).baseUrl("https://three").cache(Path.of("/c")).build();
    assertThat(options.baseUrls()).containsExactly(URI.create("https://three"));
    assertThat(options.cache()).isEqualTo(Path.of("/c"));

    assertThat(ReleaseOptions.builder(Map.of("XDG_CACHE_HOME", "/xdg")).build().cache())
        .isEqualTo(Path.of("/xdg/flinkplatform/flink"));
    assertThat(ReleaseOptions.builder(Map.of("XDG_CACHE_HOME", "relative")).build().cache())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/flinkplatform/flink"));
  }

  @Test
  void build_badValues_areRefused() {
    for (String url :
        new String[] {"", "flink", "ftp://x/", "https:///x", "https://x/?a=b", "a b"}) {
      assertThatThrownBy(() -> ReleaseOptions.builder().baseUrl(url))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("https://archive.apache.org/dist/flink");
    }
    assertThatThrownBy(
            () -> ReleaseOptions.builder(Map.of("FLINKPLATFORM_RELEASES_URL", "x")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("FLINKPLATFORM_RELEASES_URL");
    assertThatThrownBy(() -> ReleaseOptions.builder().sha512("12"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ReleaseOptions.builder().timeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FlinkDistribution.release("2.3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2.3.0");
    assertThatThrownBy(() -> FlinkDistribution.release("../2.3.0"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
