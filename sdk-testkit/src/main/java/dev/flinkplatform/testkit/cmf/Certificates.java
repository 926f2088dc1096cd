package dev.flinkplatform.testkit.cmf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** Certificates of the server and of clients, made anew at each start, as PEM files. */
final class Certificates {

  private final Path directory;
  private final SSLContext context;

  Certificates(Path directory, boolean mutual) {
    this.directory = directory;
    HeldCertificate authority = authority("CMF test authority");
    HeldCertificate server =
        new HeldCertificate.Builder()
            .commonName("localhost")
            .addSubjectAlternativeName("localhost")
            .addSubjectAlternativeName("127.0.0.1")
            .signedBy(authority)
            .duration(7, TimeUnit.DAYS)
            .build();
    HeldCertificate client = client(authority);
    HeldCertificate stranger = client(authority("Some other authority"));
    try {
      Files.createDirectories(directory);
      write("ca.pem", authority.certificatePem());
      write("client.pem", client.certificatePem());
      write("client-key.pem", client.privateKeyPkcs8Pem());
      write("stranger.pem", stranger.certificatePem());
      write("stranger-key.pem", stranger.privateKeyPkcs8Pem());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write certificates to " + directory, e);
    }
    HandshakeCertificates.Builder handshake =
        new HandshakeCertificates.Builder().heldCertificate(server, authority.certificate());
    if (mutual) {
      handshake.addTrustedCertificate(authority.certificate());
    }
    this.context = handshake.build().sslContext();
  }

  private static HeldCertificate authority(String name) {
    return new HeldCertificate.Builder()
        .certificateAuthority(0)
        .commonName(name)
        .duration(7, TimeUnit.DAYS)
        .build();
  }

  private static HeldCertificate client(HeldCertificate authority) {
    return new HeldCertificate.Builder()
        .commonName("client")
        .signedBy(authority)
        .duration(7, TimeUnit.DAYS)
        .build();
  }

  private void write(String name, String text) throws IOException {
    Path file = file(name);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  SSLContext context() {
    return context;
  }
}
