package dev.flinkplatform.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.internal.fake.FakeWorld;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.PlatformProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectorTest {

  /** A provider that works. */
  public static final class Good implements PlatformProvider {
    @Override
    public String name() {
      return "good";
    }

    @Override
    public PlatformBackend create(PlatformConfig config) {
      return new FakeWorld().process("a");
    }
  }

  /** Another provider of the same name. */
  public static final class AlsoGood implements PlatformProvider {
    @Override
    public String name() {
      return "good";
    }

    @Override
    public PlatformBackend create(PlatformConfig config) {
      throw new AssertionError("must not be asked");
    }
  }

  /** A provider that cannot reach its backend. */
  public static final class Unreachable implements PlatformProvider {
    @Override
    public String name() {
      return "unreachable";
    }

    @Override
    public PlatformBackend create(PlatformConfig config) {
      throw BackendFault.unavailable("no route to https://cmf", null);
    }
  }

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  private ClassLoader listing(Class<?>... providers) {
    try {
      Path services = Files.createDirectories(directory.resolve("META-INF/services"));
      Files.write(
          services.resolve(PlatformProvider.class.getName()),
          List.of(providers).stream().map(Class::getName).toList());
      return new URLClassLoader(
          new URL[] {directory.toUri().toURL()}, ConnectorTest.class.getClassLoader());
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PlatformConfig config(String backend) {
    return PlatformConfig.builder(backend).put("token", "hunter2").build();
  }

  @Test
  void connect_oneOfTheName_isConnected() {
    try (FlinkPlatform platform =
        Connector.connect(config("good"), listing(Good.class, Unreachable.class))) {
      assertThat(platform.info().backend()).isEqualTo("fake");
    }
  }

  @Test
  void connect_noneOfTheName_listsAllWithTheirJars() {
    assertThatThrownBy(
            () -> Connector.connect(config("operator"), listing(Good.class, Unreachable.class)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("no backend of the name 'operator'")
        .hasMessageContaining("'local' (dev.flinkplatform.local.LocalProvider in file:")
        .hasMessageContaining("'good' (" + Good.class.getName() + " in file:")
        .hasMessageContaining("'unreachable'")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void connect_twoOfTheName_namesBoth() {
    assertThatThrownBy(() -> Connector.connect(config("good"), listing(Good.class, AlsoGood.class)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("2 backends of the name 'good'")
        .hasMessageContaining(Good.class.getName() + " in file:")
        .hasMessageContaining(AlsoGood.class.getName() + " in file:");
  }

  @Test
  void connect_backendUnreachable_isUnavailable() {
    assertThatThrownBy(() -> Connector.connect(config("unreachable"), listing(Unreachable.class)))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("no route to https://cmf")
        .hasMessageContaining("backend='unreachable'");
  }
}
