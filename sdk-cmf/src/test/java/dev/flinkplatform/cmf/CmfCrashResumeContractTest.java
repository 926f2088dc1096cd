package dev.flinkplatform.cmf;

import dev.flinkplatform.testkit.contract.CrashResumeContract;
import dev.flinkplatform.testkit.contract.CrashSite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The SDK killed while it drives a CMF server, which lives on and runs real Flink. */
@Tag("nightly")
class CmfCrashResumeContractTest extends CrashResumeContract {

  @SuppressWarnings("NullAway.Init") // JUnit sets it first.
  @TempDir
  static Path root;

  @SuppressWarnings("NullAway.Init") // with the settings
  private static TestServer server;

  /** After the suite has destroyed what it made, which it does through the server. */
  @RegisterExtension static final AfterAllCallback END = context -> server.close();

  @Override
  protected Class<? extends CrashSite> site() {
    return CmfCrashSite.class;
  }

  @Override
  protected Map<String, String> settings() {
    try {
      Path real = root.toRealPath();
      server = TestServer.start(real.resolve("server"), TestServer.isMutualTlsAskedFor());
      return CmfCrashSite.settings(real, server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Some points of each verb, for time; -Dflinkplatform.crash.profile=NORMAL for more. */
  @Override
  protected Profile profile() {
    return Profile.REDUCED;
  }
}
