package dev.flinkplatform.testkit.contract;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The SDK killed while it drives Flink 1.20.0 on this machine. */
@Tag("nightly")
class Local120CrashResumeContractTest extends CrashResumeContract {

  @SuppressWarnings("NullAway.Init") // JUnit sets it first.
  @TempDir
  static Path root;

  @AfterAll
  final void stop() {
    new LocalCrashSite(settings()).stop();
  }

  @Override
  protected Class<? extends CrashSite> site() {
    return LocalCrashSite.class;
  }

  @Override
  protected Map<String, String> settings() {
    return LocalCrashSite.settings(root, "1.20.0", "flinkplatform.test.flink120");
  }

  @Override
  protected Profile profile() {
    return Profile.REDUCED;
  }

  @Override
  protected Map<String, String> unreached() {
    return LocalCrashSite.UNREACHED;
  }
}
