package dev.flinkplatform.spi.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.spec.FlinkVersion;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every JSON body the client sends. From 1.20 Flink drops fields it does not know without a word,
 * before that it refuses the request: so each body is built here only, and tested against Flink's
 * description of each version.
 */
final class RequestBodies {

  private RequestBodies() {}

  static ObjectNode savepoint(SavepointRequest request) {
    ObjectNode body = object();
    if (request.targetDirectory() != null) {
      body.put("target-directory", request.targetDirectory());
    }
    body.put("cancel-job", request.cancelJob());
    body.put("formatType", request.format().name());
    body.put("triggerId", request.triggerId().hex());
    return body;
  }

  /** Other spelling of the directory than for a savepoint: that is Flink's. */
  static ObjectNode stop(StopRequest request) {
    ObjectNode body = object();
    if (request.targetDirectory() != null) {
      body.put("targetDirectory", request.targetDirectory());
    }
    body.put("drain", request.drain());
    body.put("formatType", request.format().name());
    body.put("triggerId", request.triggerId().hex());
    return body;
  }

  static ObjectNode checkpoint(CheckpointType type, TriggerId triggerId) {
    return object().put("checkpointType", type.name()).put("triggerId", triggerId.hex());
  }

  static ObjectNode disposal(String savepointPath) {
    return object().put("savepoint-path", savepointPath);
  }

  static ObjectNode plan(RunRequest request) {
    ObjectNode body = object();
    if (request.entryClass() != null) {
      body.put("entryClass", request.entryClass());
    }
    if (!request.programArgs().isEmpty()) {
      ArrayNode args = body.putArray("programArgsList");
      request.programArgs().forEach(args::add);
    }
    if (request.parallelism() != null) {
      body.put("parallelism", request.parallelism());
    }
    body.put("jobId", request.jobId().hex());
    if (!request.flinkConfiguration().isEmpty()) {
      ObjectNode configuration = body.putObject("flinkConfiguration");
      new TreeMap<>(request.flinkConfiguration()).forEach(configuration::put);
    }
    return body;
  }

  static ObjectNode run(RunRequest request, FlinkVersion version) {
    ObjectNode body = plan(request);
    if (request.allowNonRestoredState() != null) {
      body.put("allowNonRestoredState", request.allowNonRestoredState());
    }
    if (request.savepointPath() != null) {
      body.put("savepointPath", request.savepointPath());
    }
    if (request.claimMode() != null) {
      body.put(version.isAtLeast(1, 20) ? "claimMode" : "restoreMode", request.claimMode().name());
    }
    return body;
  }

  static ObjectNode runApplication(
      RunRequest request, FlinkApplicationId applicationId, FlinkVersion version) {
    return run(request, version).put("applicationId", applicationId.hex());
  }

  static ObjectNode requirements(Map<String, ParallelismBounds> bounds) {
    ObjectNode body = object();
    new TreeMap<>(bounds)
        .forEach(
            (vertex, b) ->
                body.putObject(vertex)
                    .putObject("parallelism")
                    .put("lowerBound", b.lower())
                    .put("upperBound", b.upper()));
    return body;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
