package dev.flinkplatform.internal;

import static dev.flinkplatform.internal.CoreFixture.APP;
import static dev.flinkplatform.internal.CoreFixture.SOON;
import static dev.flinkplatform.internal.CoreFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.Capability;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.internal.fake.FakeWorld;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A verb works if its capability is there, and refuses before any side effect if it is not. */
class CapabilityGuardTest {

  @RegisterExtension private final CoreFixture fixture = new CoreFixture();
  private final FakeWorld world = fixture.world;

  /** A verb, the situation it is for, and every capability it needs. */
  private record Guarded(
      String name,
      Set<Capability> needed,
      Consumer<CoreFixture> setUp,
      Function<FlinkPlatform, Object> call) {}

  private static Guarded guarded(
      String name, Set<Capability> needed, Function<FlinkApplication, Object> verb) {
    return new Guarded(
        name,
        needed,
        fixture -> fixture.deployed(fixture.connect("set-up")),
        platform -> verb.apply(platform.application(APP)));
  }

  static Stream<Arguments> verbs() {
    OperationOptions options = OperationOptions.defaults();
    StateRestore claimed = StateRestore.from("s3://b/sp").claim(StateRestore.ClaimMode.CLAIM);
    Consumer<CoreFixture> suspended =
        fixture -> fixture.deployed(fixture.connect("set-up")).suspend().await(SOON);
    return Stream.of(
            new Guarded(
                "deploy", Set.of(), fixture -> {}, p -> p.deploy(spec("1").build()).await(SOON)),
            new Guarded(
                "deploy with claim",
                Set.of(Capability.RESTORE_CLAIM),
                fixture -> fixture.world.putState("s3://b/sp", 1),
                p -> p.deploy(spec("1").build(), claimed, options).await(SOON)),
            new Guarded(
                "apply, creates",
                Set.of(),
                fixture -> {},
                p -> p.apply(spec("1").build()).await(SOON)),
            new Guarded(
                "apply, restarts",
                Set.of(Capability.UPGRADE),
                fixture -> fixture.deployed(fixture.connect("set-up")),
                p -> p.apply(spec("2").build()).await(SOON)),
            guarded("savepoint", Set.of(Capability.SAVEPOINT), a -> a.savepoint().await(SOON)),
            guarded("checkpoint", Set.of(Capability.CHECKPOINT), a -> a.checkpoint().await(SOON)),
            new Guarded(
                "dispose",
                Set.of(Capability.DISPOSE_SAVEPOINT),
                fixture -> {
                  fixture.deployed(fixture.connect("set-up")).savepoint().await(SOON);
                  fixture.world.checkpoint(APP, Instant.parse("2999-01-01T00:00:00Z"));
                },
                p -> {
                  FlinkApplication a = p.application(APP);
                  return a.dispose(a.savepoints().get(0)).await(SOON);
                }),
            guarded("rescale", Set.of(Capability.RESCALE), a -> a.rescale(4).await(SOON)),
            guarded(
                "rescale in place only",
                Set.of(Capability.RESCALE, Capability.RESCALE_IN_PLACE),
                a -> a.rescale(4, RescaleOptions.inPlaceOnly(), options).await(SOON)),
            guarded(
                "upgrade",
                Set.of(Capability.UPGRADE),
                a -> a.upgrade(spec("2").build(), StateRestore.latest()).await(SOON)),
            new Guarded(
                "upgrade with claim",
                Set.of(Capability.UPGRADE, Capability.RESTORE_CLAIM),
                fixture -> {
                  fixture.world.putState("s3://b/sp", 1);
                  fixture.deployed(fixture.connect("set-up"));
                },
                p -> p.application(APP).upgrade(spec("2").build(), claimed).await(SOON)),
            guarded("suspend", Set.of(Capability.SUSPEND), a -> a.suspend().await(SOON)),
            new Guarded(
                "resume",
                Set.of(Capability.SUSPEND),
                suspended,
                p -> p.application(APP).resume(StateRestore.latest()).await(SOON)),
            guarded("restart", Set.of(Capability.RESTART), a -> a.restart().await(SOON)),
            guarded("delete", Set.of(), a -> a.delete(StateRetention.KEEP).await(SOON)),
            guarded("logs", Set.of(Capability.LOGS), a -> a.logs(100)))
        .map(g -> Arguments.of(g.name(), g));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verbs")
  void verb_onlyWhatItNeedsIsThere_works(String name, Guarded guarded) {
    guarded.setUp().accept(fixture);
    world.capabilities = guarded.needed();

    assertThat(guarded.call().apply(fixture.connect("a"))).isNotNull();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verbs")
  void verb_somethingIsMissing_refusesBeforeAnySideEffect(String name, Guarded guarded) {
    guarded.setUp().accept(fixture);
    FlinkPlatform platform = fixture.connect("a");
    List<String> before = world.mutations();
    for (Capability missing : guarded.needed()) {
      EnumSet<Capability> rest = EnumSet.allOf(Capability.class);
      rest.remove(missing);
      world.capabilities = rest;

      assertThatThrownBy(() -> guarded.call().apply(platform))
          .isInstanceOfSatisfying(
              UnsupportedCapabilityException.class,
              e -> {
                assertThat(e.capability()).isEqualTo(missing);
                assertThat(e.retryable()).isFalse();
              })
          .hasMessageContaining("backend='fake'");
    }
    assertThat(world.mutations()).isEqualTo(before);
  }

  @Test
  void rescale_noRescaleInPlace_goesThroughASavepointThoughTheJobIsAdaptive() {
    FlinkApplication app = fixture.deployed(fixture.connect("a"));
    world.capabilities = Set.of(Capability.RESCALE);

    assertThat(app.rescale(4).await(SOON).mechanism()).isEqualTo(RescaleResult.Mechanism.SAVEPOINT);
    assertThat(world.count("requirements.put")).isZero();
  }

  @Test
  void apply_noRescaleInPlace_restartsThoughTheJobIsAdaptive() {
    FlinkPlatform platform = fixture.connect("a");
    fixture.deployed(platform);
    world.capabilities = Set.of(Capability.UPGRADE);

    platform.apply(spec("1").parallelism(4).build()).await(SOON);

    assertThat(world.count("requirements.put")).isZero();
    assertThat(world.launches()).hasSize(2);
  }
}
