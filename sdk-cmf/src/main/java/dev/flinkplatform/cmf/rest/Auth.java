package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.internal.http.Secrets;
import dev.flinkplatform.internal.http.Unproven;
import dev.flinkplatform.spi.rest.FlinkRestClient;
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

    /** Shows nothing. */
    @Override
    public String toString() {
      return "Proof";
    }
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

  static Auth none() {
    return fixed(() -> Proof.NONE, b -> {});
  }

  static Auth bearer(Supplier<String> token) {
    return fixed(() -> bearerProof(Secrets.ask(token, "bearer token")), b -> b.bearerToken(token));
  }

  static Proof bearerProof(String raw) {
    String token = Secrets.token(raw);
    return new Proof("Bearer " + token, List.of(token));
  }

  static Auth basic(String user, Supplier<String> password) {
    return fixed(
        () -> {
          String value = Secrets.ask(password, "password");
          String pair = Secrets.basic(user, value);
          return new Proof("Basic " + pair, List.of(value, pair));
        },
        b -> b.basicAuth(user, password));
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
