package dev.flinkplatform.cmf.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The published description of CMF 2.3.1, which is not in this repository. */
final class CmfSpec {

  static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode root;

  private CmfSpec(JsonNode root) {
    this.root = root;
  }

  static CmfSpec read() {
    Path file =
        Path.of(String.valueOf(System.getProperty("flinkplatform.test.shared")))
            .resolve("specs/cmf-2.3.1-openapi.yaml");
    if (System.getenv("CI") == null) {
      assumeThat(file).as("CMF's API description is not on this machine").exists();
    }
    assertThat(file).exists();
    try {
      return new CmfSpec(new YAMLMapper().readTree(Files.readString(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One operation of the description. */
  record Operation(String id, String method, String path, JsonNode node) {

    String requestSchema() {
      String ref = node.at("/requestBody/content/application~1json/schema/$ref").asText("");
      return ref.substring(ref.lastIndexOf('/') + 1);
    }

    boolean declares(String queryParameter) {
      for (JsonNode p : node.path("parameters")) {
        if (p.path("in").asText().equals("query")
            && p.path("name").asText().equals(queryParameter)) {
          return true;
        }
      }
      return false;
    }

    boolean matches(String requestMethod, String requestPath) {
      return method.equals(requestMethod)
          && requestPath.matches(path.replaceAll("\\{[^}]+}", "[^/]+"));
    }
  }

  /** All operations, by id. */
  Map<String, Operation> operations() {
    Map<String, Operation> out = new TreeMap<>();
    root.path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        op -> {
                          String id = op.getValue().path("operationId").asText();
                          out.put(
                              id,
                              new Operation(
                                  id,
                                  op.getKey().toUpperCase(Locale.ROOT),
                                  path.getKey(),
                                  op.getValue()));
                        }));
    return out;
  }

  /** One example: of a request, or of an answer with a status. */
  record Example(String operationId, String status, String name, JsonNode value) {

    String key() {
      return operationId + (status.isEmpty() ? "" : " " + status) + " " + name;
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> tree() {
      return JSON.convertValue(value, Map.class);
    }
  }

  /** All examples of request bodies, JSON and YAML. */
  List<Example> requestExamples() {
    List<Example> out = new ArrayList<>();
    operations()
        .values()
        .forEach(op -> collect(out, op.id(), "", op.node().at("/requestBody/content")));
    return out;
  }

  /** All examples of answers. */
  List<Example> responseExamples() {
    List<Example> out = new ArrayList<>();
    operations()
        .values()
        .forEach(
            op ->
                op.node()
                    .path("responses")
                    .properties()
                    .forEach(r -> collect(out, op.id(), r.getKey(), r.getValue().path("content"))));
    return out;
  }

  private static void collect(
      List<Example> out, String operationId, String status, JsonNode content) {
    content
        .properties()
        .forEach(
            type -> {
              type.getValue()
                  .path("examples")
                  .properties()
                  .forEach(
                      e ->
                          out.add(
                              new Example(
                                  operationId, status, e.getKey(), e.getValue().path("value"))));
              if (type.getValue().has("example")) {
                out.add(
                    new Example(operationId, status, "example", type.getValue().path("example")));
              }
            });
  }

  /** What is wrong with a body by the schema of this name. */
  Set<ValidationMessage> faults(String schema, JsonNode body) {
    assertThat(root.path("components").path("schemas").has(schema)).as(schema).isTrue();
    ObjectNode wrapper = JsonNodeFactory.instance.objectNode();
    wrapper.set("components", root.path("components"));
    wrapper.put("$ref", "#/components/schemas/" + schema);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(wrapper, SchemaValidatorsConfig.builder().build())
        .validate(body);
  }
}
