package dev.flinkplatform.cmf;

import dev.flinkplatform.Failure;
import dev.flinkplatform.cmf.rest.CmfApplication;
import dev.flinkplatform.cmf.rest.CmfApplicationInstance;
import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfConflictException;
import dev.flinkplatform.cmf.rest.CmfException;
import dev.flinkplatform.cmf.rest.CmfFeature;
import dev.flinkplatform.cmf.rest.CmfInvalidException;
import dev.flinkplatform.cmf.rest.CmfNotFoundException;
import dev.flinkplatform.cmf.rest.CmfQuery;
import dev.flinkplatform.cmf.rest.CmfSavepoint;
import dev.flinkplatform.cmf.rest.CmfSavepointState;
import dev.flinkplatform.cmf.rest.CmfUnauthorizedException;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The requests that this backend makes to CMF, for one environment. What goes wrong is given to
 * core as a fault: retryable if nothing is known. Thread-safe.
 */
final class Applications implements AutoCloseable {

  /**
   * Refused, so nothing was done. A name that is taken stays taken; what is in the way of CMF's own
   * work with the same thing is not, a moment later: so a conflict is believed the third time.
   */
  private static final Retry CONFLICTS =
      Retry.of(
          "cmf-conflict",
          RetryConfig.custom()
              .maxAttempts(3)
              .intervalFunction(IntervalFunction.ofExponentialBackoff(100, 2))
              .retryOnException(
                  e -> e instanceof BackendFault && e.getCause() instanceof CmfConflictException)
              .build());

  private final CmfClient client;
  private final String environment;

  Applications(CmfClient client, String environment) {
    this.client = client;
    this.environment = environment;
  }

  CmfAccess access() {
    return new CmfAccess(client, environment);
  }

  String version() {
    return client.version().toString();
  }

  boolean hasSavepoints() {
    return client.supports(CmfFeature.SAVEPOINTS);
  }

  /** What wins over the fields of every application. */
  EnvironmentDefaults environmentDefaults() {
    return call(
        () ->
            new EnvironmentDefaults(
                client.environments().get(environment).flinkApplicationDefaults()));
  }

  // ---- applications ----

  Optional<Marks> find(String name) {
    return ifKnown(() -> new Marks(client.applications(environment).get(name)));
  }

  /** Writes a whole application. Of a lost reply the client looks whether it is as it was sent. */
  void upsert(CmfApplication application) {
    CmfApplication unused = call(() -> client.applications(environment).upsert(application));
  }

  void start(String name, Optional<String> savepointUid) {
    Object unused =
        call(
            () ->
                savepointUid.isPresent()
                    ? client.applications(environment).start(name, savepointUid.get())
                    : client.applications(environment).start(name));
  }

  /** Deletes an application; returns whether it is gone. */
  boolean delete(String name) {
    return ifKnown(
            () -> {
              Object unused = client.applications(environment).delete(name, false);
              return client.applications(environment).get(name);
            })
        .isEmpty();
  }

  Optional<CmfApplicationInstance> instance(String name, String instance) {
    return ifKnown(() -> client.applications(environment).instance(name, instance));
  }

  // ---- savepoints ----

  Optional<CmfSavepoint> savepoint(String application, String name) {
    return ifKnown(() -> client.applicationSavepoints(environment, application).get(name));
  }

  /** The savepoints of an application; none of one that is not there, or not any more. */
  List<CmfSavepoint> savepoints(String application) {
    if (!hasSavepoints()) {
      return List.of();
    }
    return ifKnown(
            () ->
                client
                    .applicationSavepoints(environment, application)
                    .list(CmfQuery.all())
                    .toList())
        .orElse(List.of());
  }

  /**
   * Triggers a savepoint of a name of its own; one that is there already is that very savepoint.
   */
  void createSavepoint(String application, CmfSavepoint savepoint) {
    if (savepoint(application, savepoint.name()).isPresent()) {
      return;
    }
    Object unused =
        call(
            () -> {
              try {
                return client.applicationSavepoints(environment, application).create(savepoint);
              } catch (CmfConflictException | CmfInvalidException e) {
                // Created by a request whose reply was lost, a moment ago.
                return savepoint(application, savepoint.name()).orElseThrow(() -> e);
              }
            });
  }

  /** One that is gone is as wanted. */
  void deleteSavepoint(String application, String name, boolean force) {
    Object unused =
        ifKnown(() -> client.applicationSavepoints(environment, application).delete(name, force));
  }

  /** Lets a savepoint outlive its application. One that is gone was detached: a lost reply. */
  void detach(String application, String name) {
    Object unused =
        ifKnown(() -> client.applicationSavepoints(environment, application).detach(name));
  }

  /**
   * The id of the savepoint resource of a location: one of the application's own, or a detached
   * one, which is made if there is none. Its name is made of the location, so it is made once.
   */
  String savepointUid(String application, String location) {
    Optional<String> attached =
        savepoints(application).stream()
            .filter(s -> s.state().filter(x -> x == CmfSavepointState.COMPLETED).isPresent())
            .filter(s -> !s.isPendingDeletion() && s.path().filter(location::equals).isPresent())
            .flatMap(s -> s.uid().stream())
            .findFirst();
    if (attached.isPresent()) {
      return attached.get();
    }
    String name = "fp-" + digest(location);
    return uid(
        ifKnown(() -> client.detachedSavepoints().get(name))
            .orElseGet(() -> call(() -> registered(name, location))));
  }

  private CmfSavepoint registered(String name, String location) {
    try {
      CmfSavepoint created =
          client.detachedSavepoints().create(CmfSavepoint.builder(name).path(location).build());
      return created.uid().isPresent() ? created : client.detachedSavepoints().get(name);
    } catch (CmfConflictException | CmfInvalidException e) {
      // Somebody else may just have made it.
      return ifKnown(() -> client.detachedSavepoints().get(name)).orElseThrow(() -> e);
    }
  }

  private static String uid(CmfSavepoint savepoint) {
    return savepoint
        .uid()
        .orElseThrow(
            () ->
                BackendFault.permanent(
                    Failure.of(
                        Failure.Kind.OTHER, "CMF gave the savepoint " + savepoint + " no uid"),
                    null));
  }

  static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  // ---- Flink ----

  URI flinkWebUi(String application) {
    return client.flinkRestAddress(environment, application);
  }

  FlinkRestClient flink(String application) {
    return client.flinkRest(environment, application).build();
  }

  @Override
  public void close() {
    client.close();
  }

  // ---- faults ----

  private <T> T call(Supplier<T> call) {
    return CONFLICTS.executeSupplier(() -> once(call));
  }

  /** Empty if CMF says that it does not know it. */
  private <T> Optional<T> ifKnown(Supplier<T> call) {
    return call(
        () -> {
          try {
            return Optional.of(call.get());
          } catch (CmfNotFoundException e) {
            if (e.isFromCmf()) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private <T> T once(Supplier<T> call) {
    try {
      return call.get();
    } catch (CmfUnauthorizedException e) {
      // A token expires and is renewed, a role is granted late: nothing is known until then.
      throw BackendFault.unavailable(
          "CMF does not let us in, see credentials and role bindings: " + e.getMessage(), e);
    } catch (CmfNotFoundException e) {
      if (!e.isFromCmf()) {
        throw BackendFault.unavailable(
            "404, but not in the words of CMF: a proxy answers so while CMF starts. "
                + e.getMessage(),
            e);
      }
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "CMF does not know it; is there an environment '"
                  + environment
                  + "'? "
                  + e.getMessage()),
          e);
    } catch (CmfConflictException e) {
      throw BackendFault.permanent(
          Failure.of(Failure.Kind.WRONG_STATE, String.valueOf(e.getMessage())), e);
    } catch (CmfInvalidException e) {
      throw BackendFault.permanent(
          Failure.of(Failure.Kind.INVALID_CONFIGURATION, String.valueOf(e.getMessage())), e);
    } catch (CmfException e) {
      boolean unknown = e.retryable() || e.mayHaveArrived() || e.httpStatus() >= 500;
      throw unknown
          ? BackendFault.unavailable(String.valueOf(e.getMessage()), e)
          : BackendFault.permanent(
              Failure.of(Failure.Kind.OTHER, String.valueOf(e.getMessage())), e);
    } catch (IllegalStateException e) {
      throw BackendFault.unavailable("The client of CMF was closed: " + e.getMessage(), e);
    }
  }
}
