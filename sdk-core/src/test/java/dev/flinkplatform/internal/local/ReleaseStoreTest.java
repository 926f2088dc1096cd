package dev.flinkplatform.internal.local;

import static dev.flinkplatform.internal.local.ReleaseArchives.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.error.FlinkReleaseException;
import dev.flinkplatform.error.FlinkReleaseException.Reason;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.ReleaseOptions;
import dev.flinkplatform.local.ReleaseProgress;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseStoreTest {

  private static final String V = "9.8.7";

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  private final ReleaseServer server;
  private final List<ReleaseProgress> progress = new CopyOnWriteArrayList<>();

  ReleaseStoreTest() throws IOException {
    server = new ReleaseServer();
  }

  @BeforeEach
  void serve() throws Exception {
    server.serve(V, ReleaseArchives.small(directory, V));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private ReleaseOptions.Builder options() {
    return ReleaseOptions.builder()
        .baseUrl(server.url() + "/")
        .cache(cache())
        .onProgress(progress::add);
  }

  private FlinkDistribution fetch() {
    return FlinkDistribution.release(V, options().build());
  }

  /** The same without long pauses. */
  private ReleaseStore store(Optional<String> sha512, Duration timeout) {
    return store(URI.create(server.url()), sha512, timeout);
  }

  private ReleaseStore store(URI url, Optional<String> sha512, Duration timeout) {
    return new ReleaseStore(
        cache(), List.of(url), sha512, timeout, (s, b, t) -> {}, Duration.ofMillis(1));
  }

  private FlinkReleaseException failure() {
    return failure(store(Optional.empty(), Duration.ofSeconds(30)));
  }

  private FlinkReleaseException failure(ReleaseStore store) {
    FlinkReleaseException e =
        catchThrowableOfType(FlinkReleaseException.class, () -> store.home(FlinkVersion.parse(V)));
    assertThat(e).isNotNull();
    assertThat(cache().resolve("flink-" + V)).doesNotExist();
    return e;
  }

  /** All there is: the release, and nothing of the work but the empty lock. */
  private void assertWell() throws IOException {
    Path home = cache().resolve("flink-" + V);
    assertThat(FlinkDistribution.home(home).version()).hasToString(V);
    assertThat(home.resolve("bin/flink")).isExecutable();
    assertThat(home.resolve("conf/config.yaml")).isRegularFile();
    assertThat(home.resolve("conf/config.yaml").toFile().canExecute()).isFalse();
    assertThat(home.resolve("plugins/external-resource-gpu")).isDirectory();
    assertThat(home.resolve("log")).isEmptyDirectory();
    assertThat(home.resolve("opt/flink-something-" + V + ".jar"))
        .hasSameBinaryContentAs(
            directory.resolve("flink-" + V).resolve("opt/flink-something-" + V + ".jar"));
    try (Stream<Path> files = Files.list(cache().resolve(".work"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactly("flink-" + V + ".lock");
    }
  }

  @Test
  void release_notInTheCache_isFetchedOnceAndShowsItsProgress() throws IOException {
    FlinkDistribution flink = fetch();

    assertWell();
    assertThat(flink.directory()).isEqualTo(cache().resolve("flink-" + V));
    assertThat(flink.pluginsDirectory()).isPresent();
    assertThat(server.requests()).containsExactly("sha512", "tgz");
    assertThat(progress.stream().map(ReleaseProgress::stage).distinct())
        .containsExactly(
            ReleaseProgress.Stage.DOWNLOADING,
            ReleaseProgress.Stage.UNPACKING,
            ReleaseProgress.Stage.READY);
    assertThat(progress)
        .filteredOn(p -> p.stage() == ReleaseProgress.Stage.DOWNLOADING)
        .last()
        .satisfies(p -> assertThat(p.percent()).hasValue(100));

    assertThat(fetch()).isEqualTo(flink);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void release_bodyIsCutOff_goesOnWhereItEnded() throws IOException {
    server.cutOff(2);

    fetch();

    assertWell();
    assertThat(server.requests()).hasSize(4);
    assertThat(server.requests().get(1)).isEqualTo("tgz");
    assertThat(server.requests().subList(2, 4)).allMatch(r -> r.matches("tgz bytes=[1-9]\\d*-"));
  }

  @Test
  void release_serverKnowsNoRanges_beginsAnew() throws IOException {
    server.cutOff(1);
    server.withoutRanges();

    fetch();

    assertWell();
  }

  @Test
  void release_bodyIsCutOffForEver_saysUnreachableAndKeepsWhatCame() {
    server.cutOff(Integer.MAX_VALUE);

    FlinkReleaseException e = failure();

    assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(e.retryable()).isTrue();
    assertThat(e).hasMessageContaining(server.url()).hasMessageContaining("tried 5 times");
    assertThat(cache().resolve(".work/flink-" + V + ".tgz")).isNotEmptyFile();
  }

  @Test
  void release_archiveReplacedMeanwhile_isNotGluedTogether() throws Exception {
    server.cutOff(Integer.MAX_VALUE);
    failure();
    server.cutOff(0);
    Files.writeString(directory.resolve("flink-" + V + "/conf/other.yaml"), "x: 1\n");
    server.serve(V, ReleaseArchives.pack(directory, "flink-" + V, directory.resolve("again.tgz")));

    fetch();

    assertWell();
    assertThat(cache().resolve("flink-" + V + "/conf/other.yaml")).isRegularFile();
  }

  @Test
  void release_partIsDamagedOnTheDisk_isFetchedAgain() throws Exception {
    server.cutOff(Integer.MAX_VALUE);
    failure();
    server.cutOff(0);
    Path part = cache().resolve(".work/flink-" + V + ".tgz");
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] ^= 1;
    Files.write(part, bytes);

    fetch();

    assertWell();
  }

  @Test
  void release_allCameAndNobodyLooked_isNotFetchedAgain() throws Exception {
    server.cutOff(Integer.MAX_VALUE);
    failure();
    server.cutOff(0);
    Files.copy(
        directory.resolve(V + ".tgz"),
        cache().resolve(".work/flink-" + V + ".tgz"),
        StandardCopyOption.REPLACE_EXISTING);
    long before = server.downloads();

    fetch();

    assertWell();
    assertThat(server.downloads()).isEqualTo(before + 1); // which was answered with 416
  }

  @Test
  void release_wrongChecksum_isRefusedAfterASecondLook() {
    server.checksum(V, "ab".repeat(64) + "  flink-" + V + "-bin-scala_2.12.tgz\n");

    FlinkReleaseException e = failure();

    assertThat(e.reason()).isEqualTo(Reason.CHECKSUM_MISMATCH);
    assertThat(e.retryable()).isFalse();
    assertThat(e).hasMessageContaining("ab".repeat(64)).hasMessageContaining(server.url());
    assertThat(server.downloads()).isEqualTo(2);
    assertThat(cache().resolve(".work/flink-" + V + ".tgz")).doesNotExist();
  }

  @Test
  void release_pinnedChecksum_countsForTheServerAndForTheCache() throws IOException {
    FlinkReleaseException e = failure(store(Optional.of("cd".repeat(64)), Duration.ofSeconds(30)));

    assertThat(e.reason()).isEqualTo(Reason.CHECKSUM_MISMATCH);
    assertThat(server.requests()).doesNotContain("sha512");

    fetch();
    assertThatThrownBy(
            () -> FlinkDistribution.release(V, options().sha512("CD".repeat(64)).build()))
        .isInstanceOf(FlinkReleaseException.class)
        .hasMessageContaining("remove the directory");
    assertWell();
  }

  @Test
  void release_noSuchVersion_isSaidWithWhereItWasLookedFor() {
    assertThatThrownBy(() -> FlinkDistribution.release("9.9.9", options().build()))
        .isInstanceOfSatisfying(
            FlinkReleaseException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.NO_SUCH_VERSION);
              assertThat(e.retryable()).isFalse();
              assertThat(e.httpStatus()).hasValue(404);
              assertThat(e).hasMessageContaining(server.url() + "/flink-9.9.9/flink-9.9.9-bin");
            });
    assertThat(server.requests()).containsExactly("sha512");
  }

  @Test
  void release_firstServerDoesNotHaveIt_asksTheNext() throws Exception {
    try (ReleaseServer empty = new ReleaseServer()) {
      FlinkDistribution.release(
          V,
          ReleaseOptions.builder()
              .baseUrl(empty.url())
              .baseUrl(server.url())
              .cache(cache())
              .build());

      assertThat(empty.requests()).containsExactly("sha512");
    }
    assertWell();
  }

  @Test
  void release_serverIsBusyForAWhile_isAskedAgain() throws IOException {
    server.fail(2, 503);

    fetch();

    assertWell();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 500})
  void release_otherStatus_isSaid(int status) {
    server.fail(Integer.MAX_VALUE, status);

    FlinkReleaseException e = failure();

    assertThat(e.reason()).isEqualTo(Reason.REFUSED);
    assertThat(e.httpStatus()).hasValue(status);
    assertThat(e.retryable()).isEqualTo(status == 500);
  }

  @Test
  void release_nobodyListens_saysUnreachable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    FlinkReleaseException e =
        failure(
            store(URI.create("http://127.0.0.1:" + port), Optional.empty(), Duration.ofSeconds(5)));

    assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(e).hasMessageContaining("https.proxyHost").hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  void release_serverFallsSilent_isGivenUp() {
    server.closeGate();

    FlinkReleaseException e = failure(store(Optional.empty(), Duration.ofMillis(100)));

    assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE);
  }

  @Test
  void release_moreThanTheDiskHas_isRefusedBeforeAnythingIsWritten() {
    server.pretendLength(1L << 60);

    FlinkReleaseException e = failure();

    assertThat(e.reason()).isEqualTo(Reason.DISK);
    assertThat(e).hasMessageContaining("MB free").hasMessageContaining("cache(path)");
    assertThat(cache().resolve(".work/flink-" + V + ".tgz")).doesNotExist();
  }

  @Test
  void release_cacheIsAFile_saysDisk() throws IOException {
    Files.writeString(cache(), "");

    FlinkReleaseException e = catchThrowableOfType(FlinkReleaseException.class, this::fetch);

    assertThat(e.reason()).isEqualTo(Reason.DISK);
  }

  @Test
  void release_aDirectoryOfThatNameIsThere_isNotTouched() throws IOException {
    Path mine = Files.createDirectories(cache().resolve("flink-" + V));

    FlinkReleaseException e = catchThrowableOfType(FlinkReleaseException.class, this::fetch);

    assertThat(e.reason()).isEqualTo(Reason.DISK);
    assertThat(e).hasMessageContaining("not made by the SDK");
    assertThat(mine).isEmptyDirectory();
  }

  @Test
  void release_archiveThatLeadsOut_isRefused() throws Exception {
    List<byte[]> bad =
        List.of(
            entry("flink-" + V + "/../../evil", '0', "x"),
            entry("../evil", '0', "x"),
            entry("/tmp/evil", '0', "x"),
            entry("flink-" + V + "//evil", '0', "x"),
            entry("flink-" + V + "/./evil", '0', "x"),
            entry("flink-" + V + "/a\\..\\evil", '0', "x"),
            entry("evil", '0', "x"),
            entry("flink-" + V + "/link", '2', "", "/etc"),
            entry("flink-" + V + "/link", '1', "", "../../evil"));
    for (byte[] e : bad) {
      server.serve(V, ReleaseArchives.byHand(directory.resolve("bad.tgz"), e));

      assertThat(failure().reason()).isEqualTo(Reason.BAD_ARCHIVE);
      assertThat(directory.resolve("evil")).doesNotExist();
      assertThat(cache().resolve("evil")).doesNotExist();
      assertThat(cache().resolve(".work/evil")).doesNotExist();
      assertThat(cache().resolve(".work/flink-" + V + ".unpacking")).doesNotExist();
    }
  }

  @Test
  void release_noArchiveOfThisFlink_isRefused() throws Exception {
    Path zeros = Files.write(directory.resolve("zeros"), new byte[1000]);
    server.serve(V, zeros);
    assertThat(failure().reason()).isEqualTo(Reason.BAD_ARCHIVE);

    byte[] whole = Files.readAllBytes(directory.resolve(V + ".tgz"));
    server.serve(V, Files.write(directory.resolve("half"), Arrays.copyOf(whole, 100_000)));
    assertThat(failure().reason()).isEqualTo(Reason.BAD_ARCHIVE);

    byte[] twice = entry("flink-" + V + "/conf", '0', "x");
    server.serve(V, ReleaseArchives.byHand(directory.resolve("twice"), twice, twice));
    assertThat(failure()).hasMessageContaining("twice");

    byte[] noJar = entry("flink-" + V + "/README.txt", '0', "x");
    server.serve(V, ReleaseArchives.byHand(directory.resolve("no-jar"), noJar));
    assertThat(failure()).hasMessageContaining("no directory 'lib'");

    byte[] other = entry("flink-" + V + "/lib/flink-dist-1.2.3.jar", '0', "x");
    server.serve(V, ReleaseArchives.byHand(directory.resolve("other"), other));
    assertThat(failure()).hasMessageContaining("it is Flink 1.2.3");

    server.checksum(V, "<html>Please log in</html>");
    assertThat(failure()).hasMessageContaining("Please log in");
  }

  @Test
  void release_passwordInTheUrl_isSentAndShownNowhere() throws IOException {
    String url = server.url().replace("//", "//ann:s3cret@");
    ReleaseOptions options = ReleaseOptions.builder().baseUrl(url).cache(cache()).build();

    FlinkDistribution.release(V, options);

    assertWell();
    assertThat(server.requests()).allMatch(r -> r.endsWith("Basic YW5uOnMzY3JldA=="));
    assertThat(options.toString()).doesNotContain("s3cret");
    assertThatThrownBy(() -> FlinkDistribution.release("9.9.9", options))
        .isInstanceOf(FlinkReleaseException.class)
        .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
    assertThatThrownBy(() -> ReleaseOptions.builder().baseUrl("ftp://ann:s3cret@host/"))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
  }

  @Test
  void release_listenerThrows_isFetchedAllTheSame() throws IOException {
    FlinkDistribution.release(
        V,
        options()
            .onProgress(
                p -> {
                  throw new IllegalStateException();
                })
            .build());

    assertWell();
  }

  @Test
  void release_interrupted_goesOnNextTime() throws Exception {
    CountDownLatch gate = server.closeGate();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> interrupted =
          thread.submit(
              () -> {
                try {
                  fetch();
                  return false;
                } catch (WaitInterruptedException e) {
                  return Thread.currentThread().isInterrupted();
                }
              });
      Awaitility.await().until(() -> server.downloads() == 1);
      thread.shutdownNow();
      assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      gate.countDown();
      thread.shutdownNow();
    }

    fetch();
    assertWell();
  }

  @Test
  void release_severalThreads_fetchOnce() throws Exception {
    CountDownLatch gate = server.closeGate();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<FlinkDistribution>> all =
          Stream.generate(() -> threads.submit(this::fetch)).limit(4).toList();
      Awaitility.await()
          .until(
              () ->
                  progress.stream().filter(p -> p.stage() == ReleaseProgress.Stage.WAITING).count()
                      == 3);
      gate.countDown();
      for (Future<FlinkDistribution> one : all) {
        assertThat(one.get(30, TimeUnit.SECONDS).version()).hasToString(V);
      }
    } finally {
      gate.countDown();
      threads.shutdownNow();
    }
    assertWell();
    assertThat(server.downloads()).isEqualTo(1);
  }

  @Test
  void release_twoProcesses_fetchOnce() throws Exception {
    CountDownLatch gate = server.closeGate();
    Process one = fork();
    Process two = fork();
    try (BufferedReader first = Forks.output(one);
        BufferedReader second = Forks.output(two)) {
      boolean firstDownloads = first.readLine().startsWith("DOWNLOADING");
      assertThat(second.readLine()).startsWith(firstDownloads ? "WAITING" : "DOWNLOADING");
      gate.countDown();
      assertThat(first.lines().reduce((a, b) -> b)).hasValue("home " + cache() + "/flink-" + V);
      assertThat(second.lines().reduce((a, b) -> b)).hasValue("home " + cache() + "/flink-" + V);
      assertThat(one.waitFor()).isZero();
      assertThat(two.waitFor()).isZero();
    } finally {
      Forks.kill(one);
      Forks.kill(two);
    }
    assertWell();
    assertThat(server.downloads()).isEqualTo(1);
  }

  @Test
  void release_fetcherKilledInTheMiddle_theWaitingOneGoesOnWithWhatCame() throws Exception {
    CountDownLatch gate = server.closeGate();
    Process one = fork();
    Process two = null;
    try (BufferedReader first = Forks.output(one)) {
      assertThat(first.readLine()).startsWith("DOWNLOADING 0");
      Path part = cache().resolve(".work/flink-" + V + ".tgz");
      Awaitility.await().until(() -> Files.exists(part) && Files.size(part) > 100_000);
      two = fork();
      BufferedReader second = Forks.output(two);
      assertThat(second.readLine()).startsWith("WAITING");

      one.destroyForcibly().waitFor();
      gate.countDown();

      assertThat(second.lines().reduce((a, b) -> b)).hasValue("home " + cache() + "/flink-" + V);
    } finally {
      Forks.kill(one);
      if (two != null) {
        Forks.kill(two);
      }
    }
    assertWell();
    assertThat(server.requests().get(server.requests().size() - 1)).matches("tgz bytes=\\d{6}-");
  }

  @Test
  void release_killedWhileUnpacking_isUnpackedAgain() throws Exception {
    // As a killed process leaves it: some files, none of them whole.
    fetch();
    Path home = cache().resolve("flink-" + V);
    Path unpacking = cache().resolve(".work/flink-" + V + ".unpacking");
    Files.move(home, unpacking);
    Files.delete(unpacking.resolve(".flinkplatform-release"));
    Path jar = unpacking.resolve("opt/flink-something-" + V + ".jar");
    Files.write(jar, new byte[10], StandardOpenOption.TRUNCATE_EXISTING);
    Files.writeString(unpacking.resolve("stale"), "");

    fetch();

    assertWell();
    assertThat(home.resolve("stale")).doesNotExist();
  }

  @Test
  void release_fileSizeLimit_saysDiskAndGoesOnLater() throws Exception {
    // A limit of the system stands for a full disk: writing fails half way.
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -f 200; exec \"$@\"",
                "sh",
                Forks.JAVA.toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                Forks.classpath(),
                ReleaseFetcher.class.getName(),
                V,
                server.url(),
                cache().toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = Forks.output(process)) {
      assertThat(output.lines().reduce("", (a, b) -> a + "\n" + b))
          .contains("FlinkReleaseException: Cannot write to the cache of Flink releases")
          .doesNotContain("home ");
      assertThat(process.waitFor()).isNotZero();
    } finally {
      Forks.kill(process);
    }
    assertThat(cache().resolve("flink-" + V)).doesNotExist();

    fetch();

    assertWell();
    assertThat(server.requests().get(server.requests().size() - 1)).matches("tgz bytes=\\d{5,}-");
  }

  @Test
  void connect_byName_takesReleases() {
    PlatformConfig.Builder config =
        PlatformConfig.builder("local")
            .put("root", directory.resolve("root").toString())
            .put("java.home", System.getProperty("flinkplatform.test.flinkJavaHome"))
            .put("flink.release.url", server.url())
            .put("flink.release.cache", cache().toString());

    try (FlinkPlatform platform = FlinkPlatform.connect(config.put("flink.release", V).build())) {
      assertThat(platform.info().flinkVersions()).hasToString("[" + V + "]");
    }
    assertThatThrownBy(() -> FlinkPlatform.connect(config.put("flink.release", "2.3").build()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("patch number");
  }

  private Process fork() throws IOException {
    return Forks.start(ReleaseFetcher.class, List.of(V, server.url(), cache().toString()));
  }
}
