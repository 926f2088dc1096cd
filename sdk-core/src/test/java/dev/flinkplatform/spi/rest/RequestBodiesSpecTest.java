package dev.flinkplatform.spi.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every request body and path against Flink's own description of its API, strictly: Flink 1.20 and
 * later drops fields it does not know without a word, so only this test would notice a misspelt
 * one.
 */
class RequestBodiesSpecTest {

  private static final String VERTEX = "cbc357ccb763df2852fee8c4fc7d55f2";
  private static final TriggerId TRIGGER = new TriggerId("0123456789abcdef0123456789abcdef");
  private static final JobId JOB = new JobId("fedcba9876543210fedcba9876543210");

  private record Body(String schema, String what, JsonNode json) {}

  @ParameterizedTest
  @ValueSource(strings = {"1.18", "1.19", "1.20", "2.0", "2.2", "2.3"})
  void requestBodies_everyOne_fitsItsSchemaStrictly(String version) throws IOException {
    Spec spec = Spec.read(version);

    List<Body> bodies = bodies(FlinkVersion.parse(version));

    assertThat(bodies).hasSizeGreaterThan(20);
    for (Body body : bodies) {
      assertThat(spec.faults(body.schema(), body.json()))
          .as("%s for Flink %s: %s", body.what(), version, body.json())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.18", "1.19", "1.20", "2.0", "2.2", "2.3"})
  void requestBodies_misspeltFieldOrWrongType_isFound(String version) throws IOException {
    Spec spec = Spec.read(version);
    ObjectNode savepoint = RequestBodies.savepoint(SavepointRequest.of(TRIGGER, "file:///x"));
    ObjectNode run = RequestBodies.run(fullRun(ClaimMode.CLAIM), FlinkVersion.parse(version));

    assertThat(spec.faults("SavepointTriggerRequestBody", savepoint)).isEmpty();
    assertThat(
            spec.faults(
                "SavepointTriggerRequestBody", savepoint.deepCopy().put("targetDirectory", "x")))
        .anySatisfy(m -> assertThat(m.getMessage()).contains("targetDirectory"));
    assertThat(
            spec.faults(
                "SavepointTriggerRequestBody", savepoint.deepCopy().put("triggerId", "short")))
        .isNotEmpty();
    assertThat(
            spec.faults(
                "SavepointTriggerRequestBody", savepoint.deepCopy().put("formatType", "native")))
        .isNotEmpty();
    assertThat(spec.faults("JarRunRequestBody", run.deepCopy().put("parallelism", "4")))
        .isNotEmpty();
    assertThat(spec.faults("JarRunRequestBody", run.deepCopy().put("programArg", "x")))
        .isNotEmpty();
    ObjectNode bounds = RequestBodies.requirements(Map.of(VERTEX, new ParallelismBounds(1, 2)));
    ((ObjectNode) bounds.path(VERTEX).path("parallelism")).put("upperbound", 3);
    assertThat(spec.faults("JobResourceRequirementsBody", bounds)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.18", "1.19"})
  void requestBodies_fieldOfLaterFlink_isFound(String version) throws IOException {
    Spec spec = Spec.read(version);

    ObjectNode ofLater = RequestBodies.run(fullRun(ClaimMode.CLAIM), FlinkVersion.of(1, 20));

    assertThat(spec.faults("JarRunRequestBody", ofLater))
        .anySatisfy(m -> assertThat(m.getMessage()).contains("claimMode"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.18", "1.19", "1.20", "2.0", "2.2", "2.3"})
  void endpoints_everyOne_isDescribedForTheVersionsThatHaveIt(String version) throws IOException {
    Spec spec = Spec.read(version);
    FlinkVersion flink = FlinkVersion.parse(version);
    List<String> hidden = new ArrayList<>();
    for (Endpoint endpoint : Endpoint.values()) {
      String what = endpoint.method() + " " + endpoint.template();
      if (!endpoint.isPublished()) {
        hidden.add(what);
        continue;
      }
      boolean has = flink.isAtLeast(endpoint.since().major(), endpoint.since().minor());
      assertThat(spec.has(endpoint)).as("%s in Flink %s", what, version).isEqualTo(has);
    }
    assertThat(hidden)
        .as("registered by Flink without being described; the integration test calls them")
        .containsExactly(
            "GET /jobmanager/logs/{file}", "GET /taskmanagers/{taskmanagerid}/logs/{file}");
  }

  private static List<Body> bodies(FlinkVersion version) {
    List<Body> out = new ArrayList<>();
    for (SavepointFormat format : SavepointFormat.values()) {
      for (boolean flag : new boolean[] {true, false}) {
        for (String directory : new String[] {"s3://bucket/a b", null}) {
          out.add(
              new Body(
                  "SavepointTriggerRequestBody",
                  "savepoint",
                  RequestBodies.savepoint(new SavepointRequest(TRIGGER, directory, format, flag))));
          out.add(
              new Body(
                  "StopWithSavepointRequestBody",
                  "stop",
                  RequestBodies.stop(new StopRequest(TRIGGER, directory, format, flag))));
        }
      }
    }
    for (CheckpointType type : CheckpointType.values()) {
      out.add(
          new Body(
              "CheckpointTriggerRequestBody",
              "checkpoint",
              RequestBodies.checkpoint(type, TRIGGER)));
    }
    out.add(new Body("SavepointDisposalRequest", "disposal", RequestBodies.disposal("s3://b/x")));
    out.add(
        new Body(
            "JobResourceRequirementsBody",
            "requirements",
            RequestBodies.requirements(Map.of(VERTEX, new ParallelismBounds(1, 4)))));
    List<RunRequest> runs = new ArrayList<>();
    runs.add(RunRequest.builder(JOB).build());
    for (ClaimMode mode : ClaimMode.values()) {
      runs.add(fullRun(mode));
    }
    for (RunRequest run : runs) {
      out.add(new Body("JarPlanRequestBody", "plan", RequestBodies.plan(run)));
      out.add(new Body("JarRunRequestBody", "run", RequestBodies.run(run, version)));
      if (version.isAtLeast(2, 3)) {
        ObjectNode json =
            RequestBodies.runApplication(run, new FlinkApplicationId(JOB.hex()), version);
        out.add(new Body("JarRunApplicationRequestBody", "run-application", json));
      }
    }
    return out;
  }

  private static RunRequest fullRun(ClaimMode mode) {
    return RunRequest.builder(JOB)
        .entryClass("com.acme.Orders")
        .programArgs(List.of("--input", "a b"))
        .parallelism(4)
        .allowNonRestoredState(true)
        .savepointPath("s3://bucket/savepoint-1")
        .claimMode(mode)
        .putFlinkConfiguration("execution.checkpointing.interval", "30s")
        .build();
  }

  /** Flink's description of one version. */
  private record Spec(JsonNode root) {

    static Spec read(String version) throws IOException {
      Path dir =
          Path.of(String.valueOf(System.getProperty("flinkplatform.test.shared")))
              .resolve("specs/flink-rest");
      Path file = dir.resolve("rest-" + version + ".yml");
      if (System.getenv("CI") == null) {
        assumeThat(file).as("Flink's API descriptions are not on this machine").exists();
      }
      assertThat(file).exists();
      JsonNode root = new YAMLMapper().readTree(Files.readString(file));
      ObjectNode schemas = (ObjectNode) root.path("components").path("schemas");
      // Generated from the Java class; on the wire it is the text of 32 digits that JobID is.
      if (schemas.has("ApplicationID")) {
        schemas.set("ApplicationID", schemas.path("JobID").deepCopy());
      }
      schemas.properties().forEach(e -> close(e.getValue()));
      return new Spec(root);
    }

    /** Forbids properties that are not described, at every depth. */
    private static void close(JsonNode schema) {
      if (schema instanceof ObjectNode object) {
        if (object.path("properties").isObject() && !object.has("additionalProperties")) {
          object.put("additionalProperties", false);
        }
      }
      schema.forEach(Spec::close);
    }

    Set<ValidationMessage> faults(String schemaName, JsonNode body) {
      assertThat(root.path("components").path("schemas").has(schemaName)).as(schemaName).isTrue();
      ObjectNode wrapper = JsonNodeFactory.instance.objectNode();
      wrapper.set("components", root.path("components"));
      wrapper.put("$ref", "#/components/schemas/" + schemaName);
      JsonSchema schema =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
              .getSchema(wrapper, SchemaValidatorsConfig.builder().build());
      return schema.validate(body);
    }

    boolean has(Endpoint endpoint) {
      Set<String> paths =
          root.path("paths").properties().stream()
              .map(Map.Entry::getKey)
              .collect(Collectors.toSet());
      return paths.contains(endpoint.template())
          && root.path("paths")
              .path(endpoint.template())
              .has(endpoint.method().toLowerCase(Locale.ROOT));
    }
  }
}
