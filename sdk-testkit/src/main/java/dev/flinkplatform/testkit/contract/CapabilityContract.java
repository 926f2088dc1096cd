package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.JobId;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRestore.ClaimMode;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.HighAvailability;
import dev.flinkplatform.spec.KubernetesSettings;
import dev.flinkplatform.spec.SecretRef;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What a platform does not advertise is refused, before any side effect; what a specification may
 * say, by what it does advertise, is taken. (That what it advertises works is what the other suites
 * test.)
 */
public abstract class CapabilityContract extends PlatformContract {

  /** For subclasses. */
  protected CapabilityContract() {}

  @Test
  void capabilities_askedAgain_areTheSameEverywhere() {
    Set<Capability> capabilities = platform().capabilities();

    assertThat(platform().capabilities()).isEqualTo(capabilities);
    assertThat(another().capabilities()).isEqualTo(capabilities);
  }

  @Test
  void verbs_notAdvertised_areRefused() {
    FlinkApplication app = shared();
    Savepoint savepoint =
        new Savepoint(
            app.name(),
            fixture().savepointDirectory(app.name()) + "/none",
            Instant.now(),
            SavepointFormat.CANONICAL,
            JobId.random());
    StateRestore claim = StateRestore.from(savepoint).claim(ClaimMode.CLAIM);

    refusedUnless(Capability.SAVEPOINT, app, List.of(app::savepoint));
    refusedUnless(Capability.CHECKPOINT, app, List.of(app::checkpoint));
    refusedUnless(Capability.DISPOSE_SAVEPOINT, app, List.of(() -> app.dispose(savepoint)));
    refusedUnless(Capability.RESCALE, app, List.of(() -> app.rescale(2)));
    if (can(Capability.RESCALE)) {
      refusedUnless(
          Capability.RESCALE_IN_PLACE,
          app,
          List.of(() -> app.rescale(2, RescaleOptions.inPlaceOnly(), within(timeout()))));
    }
    refusedUnless(
        Capability.UPGRADE, app, List.of(() -> app.upgrade(app.spec(), StateRestore.latest())));
    refusedUnless(
        Capability.SUSPEND, app, List.of(app::suspend, () -> app.resume(StateRestore.latest())));
    refusedUnless(Capability.RESTART, app, List.of(app::restart));
    refusedUnless(Capability.LOGS, app, List.of(() -> app.logs(1000)));
    SessionClusterSpec session =
        SessionClusterSpec.builder(app.name()).flinkVersion(app.spec().flinkVersion()).build();
    refusedUnless(Capability.SESSION, app, List.of(() -> platform().deploySession(session)));
    if (can(Capability.UPGRADE)) {
      refusedUnless(Capability.RESTORE_CLAIM, app, List.of(() -> app.upgrade(app.spec(), claim)));
    }
    if (can(Capability.SUSPEND)) {
      refusedUnless(Capability.RESTORE_CLAIM, app, List.of(() -> app.resume(claim)));
    }
    assertExactlyOnce(app);

    ApplicationSpec spec = newSpec("claiming");
    if (!can(Capability.RESTORE_CLAIM)) {
      refused(UnsupportedCapabilityException.class, spec.name(), () -> deploy(spec, claim));
      isRefused(Capability.RESTORE_CLAIM);
    }
    assertAbsent(spec.name());
  }

  private void refusedUnless(
      Capability capability, FlinkApplication app, List<ThrowingCallable> calls) {
    if (can(capability)) {
      return;
    }
    for (ThrowingCallable call : calls) {
      UnsupportedCapabilityException e =
          refused(UnsupportedCapabilityException.class, app.name(), call);
      assertThat(e.capability()).isEqualTo(capability);
      assertThat(e.retryable()).isFalse();
      assertThat(e).hasMessageContaining(capability.name());
    }
    isRefused(capability);
  }

  @Test
  void specification_notAdvertised_isRefusedByName() {
    specRefusedUnless(
        Capability.HA_ZOOKEEPER,
        "highAvailability",
        b -> b.highAvailability(HighAvailability.zooKeeper("zk:2181", "file:///ha")));
    specRefusedUnless(
        Capability.HA_KUBERNETES,
        "highAvailability",
        b -> b.highAvailability(HighAvailability.kubernetes("file:///ha")));
    specRefusedUnless(
        Capability.SECRET_ENVIRONMENT,
        "secretEnvironment[TOKEN]",
        b -> b.putSecretEnvironment("TOKEN", new SecretRef("my-secret", "token")));
    specRefusedUnless(Capability.CUSTOM_IMAGE, "image", b -> b.image("acme/flink:1"));
    specRefusedUnless(
        Capability.KUBERNETES_SETTINGS,
        "kubernetes.serviceAccount",
        b -> b.kubernetes(KubernetesSettings.builder().serviceAccount("flink").build()));
  }

  private void specRefusedUnless(
      Capability capability, String path, UnaryOperator<ApplicationSpec.Builder> change) {
    if (can(capability)) {
      return;
    }
    ApplicationSpec spec = change.apply(newSpec("special").toBuilder()).build();
    assertThat(platform().validate(spec))
        .as(capability.name())
        .singleElement()
        .matches(v -> v.path().equals(path));
    InvalidSpecException e =
        refused(InvalidSpecException.class, spec.name(), () -> platform().deploy(spec));
    assertThat(e.violations()).isEqualTo(platform().validate(spec));
    assertAbsent(spec.name());
    isRefused(capability);
  }

  @Test
  void specification_advertised_isTaken() {
    String storage = fixture().savepointDirectory("storage");
    specTakenIf(
        Capability.HA_ZOOKEEPER,
        b -> b.highAvailability(HighAvailability.zooKeeper("zk:2181", storage)));
    specTakenIf(
        Capability.HA_KUBERNETES, b -> b.highAvailability(HighAvailability.kubernetes(storage)));
    if (fixture().baseSpec(newName("secret")).build().secretEnvironment().isEmpty()) {
      SecretRef secret = new SecretRef("my-secret", "token");
      specTakenIf(
          Capability.SECRET_ENVIRONMENT, b -> b.putSecretEnvironment("TOKEN", secret), false);
    } else {
      // All the applications of the suites have one, and run.
      specTakenIf(Capability.SECRET_ENVIRONMENT, b -> b);
    }
    specTakenIf(Capability.CUSTOM_IMAGE, b -> b.image("acme/flink:1"));
    specTakenIf(
        Capability.KUBERNETES_SETTINGS,
        b -> b.kubernetes(KubernetesSettings.builder().serviceAccount("flink").build()));
  }

  private void specTakenIf(Capability capability, UnaryOperator<ApplicationSpec.Builder> change) {
    specTakenIf(capability, change, true);
  }

  /** Without {@code must}, the place may lack what the specification names. */
  private void specTakenIf(
      Capability capability, UnaryOperator<ApplicationSpec.Builder> change, boolean must) {
    if (!can(capability)) {
      return;
    }
    ApplicationSpec spec = change.apply(newSpec("special").toBuilder()).build();
    List<Violation> violations = platform().validate(spec);
    if (must) {
      assertThat(violations).as(capability.name()).isEmpty();
    }
    if (violations.isEmpty()) {
      assertThat(platform().render(spec)).isNotEmpty();
      works(capability);
    }
  }
}
