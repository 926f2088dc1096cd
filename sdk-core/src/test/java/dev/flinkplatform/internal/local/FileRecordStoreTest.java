package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.spi.RecordStore.Versioned;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileRecordStoreTest {

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path root;

  private FileRecordStore store;

  @BeforeEach
  void open() {
    store = new FileRecordStore(root);
  }

  @Test
  void write_new_isReadBackWithItsVersion() {
    String text = "{\"a\": \"ü\\n\"}\nsecond line\n";

    Versioned written = store.write("orders", Optional.empty(), text).orElseThrow();

    assertThat(store.read("orders")).contains(written);
    assertThat(written.text()).isEqualTo(text);
    assertThat(written.application()).isEqualTo("orders");
    assertThat(new FileRecordStore(root).read("orders")).contains(written);
  }

  @Test
  void write_otherVersionExpected_changesNothing() {
    Versioned first = store.write("orders", Optional.empty(), "1").orElseThrow();
    Versioned second = store.write("orders", Optional.of(first.version()), "2").orElseThrow();

    assertThat(second.version()).isNotEqualTo(first.version());
    assertThat(store.write("orders", Optional.empty(), "x")).isEmpty();
    assertThat(store.write("orders", Optional.of(first.version()), "x")).isEmpty();
    assertThat(store.write("absent", Optional.of(first.version()), "x")).isEmpty();
    assertThat(store.read("orders")).contains(second);
    assertThat(store.read("absent")).isEmpty();
  }

  @Test
  void write_deletedAndMadeAgain_versionNeverReturns() throws Exception {
    Versioned first = store.write("orders", Optional.empty(), "1").orElseThrow();
    Files.delete(root.resolve("orders/journal.json"));
    Versioned again = store.write("orders", Optional.empty(), "1").orElseThrow();

    assertThat(again.version()).isNotEqualTo(first.version());
  }

  @Test
  void applications_several_areListedSorted() throws Exception {
    store.write("b", Optional.empty(), "");
    store.write("a-1", Optional.empty(), "");
    Files.createDirectory(root.resolve("no-record"));
    Files.writeString(root.resolve("stray"), "x");

    assertThat(store.applications()).containsExactly("a-1", "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "..", "../x", "a/b/c", "a/", "/b", "a/..", "A", "1a", "a-", "-a", ".locks", "a.b", "a\n"
      })
  void anyVerb_noDnsLabel_isRefused(String name) {
    assertThatThrownBy(() -> store.read(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.write(name, Optional.empty(), ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.directory("a".repeat(64)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void applications_jobsOfASessionCluster_areListedAfterIt() {
    store.write("nightly", Optional.empty(), "cluster");
    store.write("nightly/load", Optional.empty(), "job");
    store.write("nightly-2", Optional.empty(), "other");

    assertThat(store.applications()).containsExactly("nightly", "nightly-2", "nightly/load");
    assertThat(store.read("nightly/load").orElseThrow().text()).isEqualTo("job");
    assertThat(store.read("nightly").orElseThrow().text()).isEqualTo("cluster");
    assertThat(store.read("nightly-2/load")).isEmpty();
  }

  @Test
  void write_onPosix_filesAreTheOwnersOnly() throws Exception {
    FileRecordStore fresh = new FileRecordStore(root.resolve("deep/store"));
    fresh.write("orders", Optional.empty(), "secret");

    for (String path : List.of("deep", "deep/store", "deep/store/orders", "deep/store/.locks")) {
      assertThat(mode(path)).as(path).isEqualTo("rwx------");
    }
    for (String path : List.of("deep/store/orders/journal.json", "deep/store/.locks/orders.lock")) {
      assertThat(mode(path)).as(path).isEqualTo("rw-------");
    }
  }

  @Test
  void read_somethingElseInTheFile_isTrouble() throws Exception {
    Files.createDirectories(root.resolve("orders"));
    Files.writeString(root.resolve("orders/journal.json"), "{}");

    assertThatThrownBy(() -> store.read("orders"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("orders")
        .hasMessageContaining("journal.json");
  }

  @Test
  void open_rootIsAFile_saysSo() throws Exception {
    Path file = Files.createFile(root.resolve("file"));

    assertThatThrownBy(() -> new FileRecordStore(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void write_threadInterrupted_writesAndKeepsTheInterrupt() {
    Thread.currentThread().interrupt();
    Optional<Versioned> written = store.write("orders", Optional.empty(), "1");
    Optional<Versioned> read = store.read("orders");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(written).isPresent().isEqualTo(read);
  }

  @Test
  void write_lockHeldByAnotherProcess_givesUpInTheEnd() throws Exception {
    store.write("orders", Optional.empty(), "1");
    Path lock = root.resolve(".locks/orders.lock");
    Process holder = Forks.start(LockHolder.class, List.of(lock.toString()));
    try (BufferedReader out = Forks.output(holder)) {
      assertThat(out.readLine()).isEqualTo("locked");

      assertThatThrownBy(
              () ->
                  new FileRecordStore(root, Duration.ofMillis(200))
                      .write("orders", Optional.empty(), "2"))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("another process has held its lock");
      assertThat(store.write("others", Optional.empty(), "not affected")).isPresent();
      assertThat(store.read("orders")).isPresent();
    } finally {
      Forks.kill(holder);
    }
    assertThat(store.write("orders", store.read("orders").map(Versioned::version), "2"))
        .isPresent();
  }

  @Test
  void write_threadsAndProcessesAtOnce_countsEachIncrementOnce() throws Exception {
    int threads = 8;
    int perThread = 25;
    int processes = 3;
    int perProcess = 60;
    Path link = root.resolveSibling(root.getFileName() + "-link");
    Files.createSymbolicLink(link, root);
    List<Process> forks = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int i = 0; i < processes; i++) {
        forks.add(
            Forks.start(
                CasWriter.class,
                List.of(root.toString(), "count", String.valueOf(perProcess), "2000")));
      }
      FileRecordStore other = new FileRecordStore(link);
      List<Future<?>> work = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        FileRecordStore mine = t % 2 == 0 ? store : other;
        work.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < perThread; i++) {
                    CasWriter.increment(mine, "count", "y".repeat(3000));
                  }
                }));
      }
      for (Future<?> w : work) {
        w.get(120, TimeUnit.SECONDS);
      }
      for (Process fork : forks) {
        assertThat(fork.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(fork.exitValue()).isZero();
      }
    } finally {
      pool.shutdownNow();
      for (Process fork : forks) {
        Forks.kill(fork);
      }
      Files.delete(link);
    }

    assertThat(store.read("count").map(CasWriter::count))
        .contains(threads * perThread + processes * perProcess);
  }

  @Test
  void write_writersKilledInALoop_documentStaysWhole() throws Exception {
    int last = 0;
    for (int round = 0; round < 8; round++) {
      Process writer =
          Forks.start(CasWriter.class, List.of(root.toString(), "killed", "0", "300000"));
      try (BufferedReader out = Forks.output(writer)) {
        assertThat(out.readLine()).isEqualTo("started");
        int before = last;
        // Reads while the other writes: never half a document, and the count only grows.
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100 + round * 37L);
        while (System.nanoTime() < until || last <= before) {
          int now = store.read("killed").map(CasWriter::count).orElse(0);
          assertThat(now).isGreaterThanOrEqualTo(last);
          last = now;
        }
      } finally {
        Forks.kill(writer);
      }
      assertThat(store.read("killed").map(CasWriter::count).orElse(0)).isGreaterThanOrEqualTo(last);
      // The lock went with its holder.
      CasWriter.increment(store, "killed", "z");
    }
    try (var files = Files.list(root.resolve("killed"))) {
      assertThat(files.map(f -> f.getFileName().toString()).toList())
          .as("nothing is left of the killed")
          .contains("journal.json")
          .hasSizeLessThanOrEqualTo(2);
    }
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(path)));
  }

  /** Holds a lock until it is killed. */
  static final class LockHolder {

    private LockHolder() {}

    public static void main(String[] args) throws Exception {
      try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        System.out.println(lock.isValid() ? "locked" : "?");
        while (System.in.read() >= 0) {
          // Waits for its killer.
        }
      }
    }
  }
}
