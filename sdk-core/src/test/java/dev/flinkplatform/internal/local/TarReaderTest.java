package dev.flinkplatform.internal.local;

import static dev.flinkplatform.internal.local.ReleaseArchives.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.internal.local.TarReader.BadArchiveException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {

  private static final String LONG = "d".repeat(90) + "/" + "e".repeat(90) + "/ü-" + "f".repeat(90);

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"gnu", "pax", "ustar", "v7"})
  void next_formatOfGnuTar_givesWhatWasPacked(String format) throws Exception {
    Path top = Files.createDirectories(directory.resolve("in/top"));
    String name =
        format.equals("v7") ? "short" : format.equals("ustar") ? LONG.substring(0, 181) : LONG;
    Path deep = top.resolve(name);
    Files.createDirectories(deep.getParent());
    Files.writeString(deep, "deep");
    Files.write(top.resolve("large"), new byte[100_001]);
    Files.writeString(top.resolve("empty"), "");
    Files.writeString(top.resolve("run"), "#!/bin/sh\n").toFile().setExecutable(true, false);
    Path archive =
        ReleaseArchives.pack(
            directory.resolve("in"), "top", directory.resolve("a.tgz"), "--format=" + format);

    Map<String, String> seen = new TreeMap<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(archive))) {
      TarReader tar = new TarReader(in);
      for (TarReader.Entry e = tar.next(); e != null; e = tar.next()) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[1000];
        for (int n = tar.read(buffer); n >= 0; n = tar.read(buffer)) {
          bytes.write(buffer, 0, n);
        }
        assertThat(bytes.size()).isEqualTo((int) e.size());
        seen.put(e.name(), e.directory() ? "/" : (e.executable() ? "x " : "") + bytes.size());
      }
    }

    assertThat(seen)
        .containsEntry("top", "/")
        .containsEntry("top/" + name, "4")
        .containsEntry("top/large", "100001")
        .containsEntry("top/empty", "0")
        .containsEntry("top/run", "x 10");
  }

  @Test
  void next_entryNotRead_isSkipped() throws IOException {
    TarReader tar = reader(entry("a", '0', "x".repeat(1000)), entry("b", '0', "y"), new byte[1024]);

    assertThat(tar.next()).isNotNull();
    assertThat(tar.next()).isEqualTo(new TarReader.Entry("b", false, 1, false));
    assertThat(tar.next()).isNull();
  }

  @ParameterizedTest
  @ValueSource(chars = {'1', '2', '3', '4', '6', 'K', 'S', 'V'})
  void next_neitherFileNorDirectory_isRefused(char type) {
    assertRefused("top/bad", entry("top/bad", type, "", "/etc/passwd"));
  }

  @Test
  void next_cutOff_isRefusedWhereverItEnds() {
    byte[] whole = entry("top/file", '0', "content");
    for (int length : new int[] {0, 100, 511, 512, 515, 600, 1023, 1024}) {
      assertRefused("cut off", Arrays.copyOf(whole, length));
    }
  }

  @Test
  void next_wrongChecksum_isRefused() {
    byte[] broken = entry("top/file", '0', "content");
    broken[3] ^= 1;
    assertRefused("wrong checksum", broken);
    assertRefused(
        "wrong checksum", "<html>not found</html>".repeat(50).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void next_brokenPaxRecord_isRefused() {
    for (String record :
        new String[] {"path=x\n", "99 path=x\n", "0 \n", "9 path=xy", "6 path\n"}) {
      assertRefused("", entry("pax", 'x', record), entry("f", '0', ""));
    }
  }

  @Test
  void next_hugeName_isRefusedUnread() {
    byte[] header = Arrays.copyOf(entry("long", 'L', "x".repeat(70_000)), 512);
    assertRefused("70000 bytes", header);
  }

  private static void assertRefused(String message, byte[]... blocks) {
    TarReader tar = reader(blocks);
    assertThatThrownBy(
            () -> {
              byte[] buffer = new byte[100];
              while (tar.next() != null) {
                while (tar.read(buffer) >= 0) {
                  // All of it.
                }
              }
            })
        .isInstanceOf(BadArchiveException.class)
        .hasMessageContaining(message);
  }

  private static TarReader reader(byte[]... blocks) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] block : blocks) {
      all.writeBytes(block);
    }
    return new TarReader(new ByteArrayInputStream(all.toByteArray()));
  }
}
