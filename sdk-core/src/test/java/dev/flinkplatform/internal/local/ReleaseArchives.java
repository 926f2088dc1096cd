package dev.flinkplatform.internal.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Makes archives: good ones with the system's {@code tar}, bad ones by hand. */
public final class ReleaseArchives {

  private ReleaseArchives() {}

  /** Packs a directory as an official archive is packed. */
  public static Path pack(Path parent, String top, Path archive, String... options)
      throws Exception {
    Process tar =
        new ProcessBuilder(
                Stream.concat(
                        Stream.concat(Stream.of("tar"), Stream.of(options)),
                        Stream.of("-czf", archive.toString(), "-C", parent.toString(), top))
                    .toList())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IllegalStateException("tar ended with " + tar.exitValue());
    }
    return archive;
  }

  /** An archive that looks like Flink's, of some hundred kilobytes that do not pack well. */
  static Path small(Path directory, String version) throws Exception {
    Path home = Files.createDirectories(directory.resolve("flink-" + version));
    for (String d : List.of("bin", "conf", "lib", "opt", "plugins/external-resource-gpu", "log")) {
      Files.createDirectories(home.resolve(d));
    }
    Path script = Files.writeString(home.resolve("bin/flink"), "#!/bin/sh\n");
    script.toFile().setExecutable(true, false);
    Files.writeString(home.resolve("conf/config.yaml"), "parallelism.default: 1\n");
    try (JarOutputStream jar =
        new JarOutputStream(
            Files.newOutputStream(home.resolve("lib/flink-dist-" + version + ".jar")))) {
      jar.setComment("empty");
    }
    byte[] bytes = new byte[400_000];
    new Random(7).nextBytes(bytes);
    Files.write(home.resolve("opt/flink-something-" + version + ".jar"), bytes);
    return pack(directory, "flink-" + version, directory.resolve(version + ".tgz"));
  }

  /** An archive of entries made by hand. */
  static Path byHand(Path archive, byte[]... entries) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
      for (byte[] entry : entries) {
        out.write(entry);
      }
      out.write(new byte[1024]);
    }
    return archive;
  }

  static byte[] entry(String name, char type, String content) {
    return entry(name, type, content, "");
  }

  static byte[] entry(String name, char type, String content, String link) {
    byte[] body = content.getBytes(StandardCharsets.UTF_8);
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 124, String.format("%011o", body.length));
    header[156] = (byte) type;
    put(header, 157, link);
    put(header, 257, "ustar");
    put(header, 263, "00");
    put(header, 148, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, String.format("%06o\0 ", sum));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    out.writeBytes(body);
    out.writeBytes(new byte[(512 - body.length % 512) % 512]);
    return out.toByteArray();
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }
}
