package dev.flinkplatform.testkit.cmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** The JDK's HTTP client, and nothing between it and the server. */
final class Wire {

  static final ObjectMapper MAPPER = new ObjectMapper();
  static final String V1 = "/cmf/api/v1";

  /** An answer; the body is a missing node if there is none. */
  record Answer(int status, JsonNode json, String text, HttpResponse<String> raw) {

    String at(String path) {
      return json.at("/" + path.replace('.', '/')).asText();
    }
  }

  private final HttpClient http;
  private final URI base;
  private final String authorization;

  Wire(URI base) {
    this(base, HttpClient.newHttpClient(), "");
  }

  Wire(URI base, HttpClient http, String authorization) {
    this.base = base;
    this.http = http;
    this.authorization = authorization;
  }

  /** The description of CMF's API; not committed, as Flink's are not. */
  static Path openApi() {
    Path file =
        Path.of(String.valueOf(System.getProperty("flinkplatform.test.shared")))
            .resolve("specs/cmf-2.3.1-openapi.yaml");
    if (System.getenv("CI") == null) {
      assumeThat(file).as("CMF's API description is not on this machine").exists();
    }
    assertThat(file).exists();
    return file;
  }

  Answer get(String path) {
    return send("GET", path, "");
  }

  Answer post(String path, String body) {
    return send("POST", path, body);
  }

  Answer put(String path, String body) {
    return send("PUT", path, body);
  }

  Answer delete(String path) {
    return send("DELETE", path, "");
  }

  Answer send(String method, String path, String body) {
    try {
      return trySend(method, path, body, "application/json", "application/json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Answer trySend(String method, String path, String body, String type, String accept)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(Duration.ofSeconds(60))
            .header("Accept", accept)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try {
      HttpResponse<String> reply = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      String text = reply.body();
      boolean json = reply.headers().firstValue("Content-Type").orElse("").contains("json");
      return new Answer(
          reply.statusCode(),
          json && !text.isBlank() ? MAPPER.readTree(text) : MAPPER.missingNode(),
          text,
          reply);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  // ---- documents ----

  static String environment(String name) {
    return "{'name':'%s','kubernetesNamespace':'flink'}".formatted(name).replace('\'', '"');
  }

  static String document(String kind, String name, String spec) {
    return """
    {"apiVersion":"cmf.confluent.io/v1","kind":"%s","metadata":{"name":"%s"},"spec":%s}\
    """
        .formatted(kind, name, spec.replace('\'', '"'));
  }

  /** An application that is suspended from the beginning, so that it needs no Flink. */
  static String suspended(String name) {
    return document(
        "FlinkApplication",
        name,
        """
        {'image':'confluentinc/cp-flink:1.19.3-cp2','flinkVersion':'v2_3','serviceAccount':'flink',
         'flinkConfiguration':{'taskmanager.numberOfTaskSlots':'2'},
         'jobManager':{'resource':{'memory':'1024m','cpu':1}},
         'taskManager':{'resource':{'memory':'1024m','cpu':1}},
         'job':{'jarURI':'local:///opt/job.jar','parallelism':2,'state':'suspended',
         'upgradeMode':'stateless'}}\
        """);
  }

  static String pool(String name) {
    return document(
        "ComputePool",
        name,
        "{'type':'DEDICATED','clusterSpec':{'flinkVersion':'v1_19','image':'cp-flink-sql:1.19-cp5'}}");
  }

  static String statement(String name, String sql) {
    return document(
        "Statement", name, "{'statement':'%s','computePoolName':'pool-1'}".formatted(sql));
  }

  /** One that writes needs checkpoints. */
  static String insert(String name) {
    return document(
        "Statement",
        name,
        "{'statement':'INSERT INTO sink SELECT n FROM numbers','computePoolName':'pool-1',"
            + "'flinkConfiguration':{'execution.checkpointing.interval':'2000'}}");
  }

  static String catalog(String name) {
    return document(
        "KafkaCatalog",
        name,
        "{'srInstance':{'connectionConfig':{'schema.registry.url':'http://sr:8081'}}}");
  }

  static String database(String name) {
    return document(
        "KafkaDatabase",
        name,
        "{'kafkaCluster':{'connectionConfig':{'bootstrap.servers':'kafka:9092'},"
            + "'connectionSecretId':'kafka-id'}}");
  }

  static String secret(String name) {
    return document("Secret", name, "{'data':{'sasl.jaas.config':'very secret'}}");
  }

  static String mapping(String name, String secret) {
    return document("EnvironmentSecretMapping", name, "{'secretName':'%s'}".formatted(secret));
  }

  static String savepoint(String name, String spec) {
    return document("Savepoint", name, spec);
  }
}
