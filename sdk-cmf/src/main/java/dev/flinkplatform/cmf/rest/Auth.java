package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.spi.rest.FlinkRestClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who asks. Values are secrets: they leave this class to the wire only. */
interface Auth {

  /**
   * What one request carries.
   *
   * @param header the value of the header Authorization; null for none
   * @param hidden what no message may show
   */
  record Proof(@Nullable String header, List<String> hidden) {
    static final Proof NONE = new Proof(null, List.of());

    String redact(String text) {
      return Auth.redact(text, hidden);
    }

    /** Shows nothing. */
    @Override
    public String toString() {
      return "Proof";
    }
  }

  int SHORTEST_HIDDEN = 3;

  static String redact(String text, List<String> hidden) {
    String out = text;
    for (String value : hidden) {
      if (value.length() >= SHORTEST_HIDDEN) {
        out = out.replace(value, "***");
      }
    }
    return out;
  }

  /**
   * Gets what the next request carries.
   *
   * @throws Unproven if there is nothing to be had; without the secret
   */
  Proof prove();

  /**
   * Gets another proof after the server refused one.
   *
   * @return the proof; null if there is no other
   * @throws Unproven if there is nothing to be had; without the secret
   */
  @Nullable Proof another(Proof refused);

  /** Lets a Flink REST client prove the same. */
  void applyTo(FlinkRestClient.Builder builder);

  /** There is no proof to be had. */
  final class Unproven extends RuntimeException {
    @java.io.Serial private static final long serialVersionUID = 1L;

    /** Whether a later try may do. */
    private final boolean retryable;

    Unproven(String message, boolean retryable) {
      super(message);
      this.retryable = retryable;
    }

    boolean retryable() {
      return retryable;
    }
  }

  static Auth none() {
    return fixed(() -> Proof.NONE, b -> {});
  }

  static Auth bearer(Supplier<String> token) {
    return fixed(() -> bearerProof(ask(token, "bearer token")), b -> b.bearerToken(token));
  }

  static Proof bearerProof(String raw) {
    String token = raw.strip();
    if (!isHeaderValue(token)) {
      throw new Unproven("the bearer token has characters no header may have", false);
    }
    return new Proof("Bearer " + token, List.of(token));
  }

  static Auth basic(String user, Supplier<String> password) {
    return fixed(
        () -> {
          String value = ask(password, "password");
          String pair = encoded(user, value);
          return new Proof("Basic " + pair, List.of(value, pair));
        },
        b -> b.basicAuth(user, password));
  }

  static String encoded(String user, String password) {
    return Base64.getEncoder()
        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  static String ask(Supplier<String> secret, String what) {
    String value;
    try {
      value = secret.get();
    } catch (RuntimeException e) {
      // The message may hold the secret; the type is enough to find the supplier.
      throw new Unproven(
          "the supplier of the " + what + " failed with " + e.getClass().getName(), false);
    }
    if (value == null || value.isBlank()) {
      throw new Unproven("the supplier of the " + what + " gave nothing", false);
    }
    return value;
  }

  private static boolean isHeaderValue(String value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c < 0x7f));
  }

  private static Auth fixed(Supplier<Proof> proof, Consumer<FlinkRestClient.Builder> other) {
    return new Auth() {
      @Override
      public Proof prove() {
        return proof.get();
      }

      @Override
      public @Nullable Proof another(Proof refused) {
        return null;
      }

      @Override
      public void applyTo(FlinkRestClient.Builder builder) {
        other.accept(builder);
      }
    };
  }
}
