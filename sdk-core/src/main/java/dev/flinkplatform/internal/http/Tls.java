package dev.flinkplatform.internal.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * An SSL context with its trust manager, made of PEM files or key stores, for clients of backends.
 *
 * @param context the context
 * @param trustManager the trust manager it uses
 */
public record Tls(SSLContext context, X509TrustManager trustManager) {

  private static final Pattern PEM_KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END");

  /** AlgorithmIdentifier of rsaEncryption, and the version before it. */
  private static final byte[] RSA_PKCS8_HEAD = {
    0x02,
    0x01,
    0x00,
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /**
   * Puts trust and key material together.
   *
   * @param trust the certificates to trust; null for those of the JVM
   * @param key the client's key and certificate; null for none
   * @param keyPassword the password of the key in the store
   * @return both
   * @throws GeneralSecurityException if the key cannot be read, or the JVM lacks an algorithm
   */
  public static Tls of(@Nullable KeyStore trust, @Nullable KeyStore key, char[] keyPassword)
      throws GeneralSecurityException {
    TrustManagerFactory trustFactory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustFactory.init(trust);
    KeyManager[] keyManagers = null;
    if (key != null) {
      KeyManagerFactory keyFactory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyFactory.init(key, keyPassword);
      keyManagers = keyFactory.getKeyManagers();
    }
    for (TrustManager manager : trustFactory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers, new TrustManager[] {x509}, null);
        return new Tls(context, x509);
      }
    }
    throw new GeneralSecurityException("this JVM has no X.509 trust manager");
  }

  /**
   * Reads certificates to trust.
   *
   * @param pem a file with one or more certificates
   * @return a store that holds them
   * @throws GeneralSecurityException if there is none in it, or one is malformed
   * @throws IOException if the file cannot be read
   */
  public static KeyStore trustOf(Path pem) throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    int i = 0;
    for (Certificate certificate : certificates(pem)) {
      store.setCertificateEntry("ca-" + i++, certificate);
    }
    return store;
  }

  /**
   * Reads a client certificate and its key.
   *
   * @param certPem the certificate, and those between it and the CA
   * @param keyPem its private key, PKCS #8 or PKCS #1, unencrypted
   * @return a store that holds them, the key without password
   * @throws GeneralSecurityException if there is none in a file, or one is malformed
   * @throws IOException if a file cannot be read
   */
  public static KeyStore keyOf(Path certPem, Path keyPem)
      throws GeneralSecurityException, IOException {
    Certificate[] chain = certificates(certPem).toArray(new Certificate[0]);
    KeyStore store = emptyStore();
    store.setKeyEntry(
        "client", privateKey(keyPem, chain[0].getPublicKey().getAlgorithm()), new char[0], chain);
    return store;
  }

  /**
   * Reads a key store.
   *
   * @param file a JKS or PKCS #12 store
   * @param password of the store
   * @return the store
   * @throws GeneralSecurityException if it is malformed
   * @throws IOException if the file cannot be read, or the password is wrong
   */
  public static KeyStore store(Path file, char[] password)
      throws GeneralSecurityException, IOException {
    return KeyStore.getInstance(file.toFile(), password);
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path pem)
      throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new GeneralSecurityException("no certificate in " + pem);
      }
      return found;
    }
  }

  private static PrivateKey privateKey(Path pem, String algorithm)
      throws GeneralSecurityException, IOException {
    String text = Files.readString(pem, StandardCharsets.US_ASCII);
    Matcher m = PEM_KEY.matcher(text);
    if (!m.find()) {
      throw new GeneralSecurityException(
          "no unencrypted private key in " + pem + ": expected -----BEGIN PRIVATE KEY-----");
    }
    byte[] der = Base64.getMimeDecoder().decode(m.group(2));
    byte[] pkcs8 =
        switch (m.group(1)) {
          case "PRIVATE KEY" -> der;
          case "RSA PRIVATE KEY" -> der(0x30, concat(RSA_PKCS8_HEAD, der(0x04, der)));
          default ->
              throw new GeneralSecurityException(
                  "the key in "
                      + pem
                      + " is a '"
                      + m.group(1)
                      + "', which the JDK cannot read. Convert it: openssl pkcs8 -topk8 -nocrypt");
        };
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  /** Wraps content in one DER element. */
  private static byte[] der(int tag, byte[] content) {
    int n = content.length;
    byte[] head =
        n < 0x80
            ? new byte[] {(byte) tag, (byte) n}
            : n < 0x100
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) n}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (n >> 8), (byte) n};
    return concat(head, content);
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }
}
