package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every operation of CMF's REST API that the client uses; nothing else builds a path. */
enum CmfEndpoint {
  ENVIRONMENTS(
      "getEnvironments",
      "GET",
      "/cmf/api/v1/environments",
      Option.FILTER,
      Option.SEARCH,
      Option.FIELDS,
      Option.RESOURCES),
  ENVIRONMENT_UPSERT("createOrUpdateEnvironment", "POST", "/cmf/api/v1/environments"),
  ENVIRONMENT("getEnvironment", "GET", Paths.ENVIRONMENT, Option.RESOURCES),
  ENVIRONMENT_DELETE("deleteEnvironment", "DELETE", Paths.ENVIRONMENT),

  APPLICATIONS(
      "getApplications",
      "GET",
      Paths.ENVIRONMENT + "/applications",
      Option.FILTER,
      Option.FIELDS,
      Option.RESOURCES),
  APPLICATION_UPSERT("createOrUpdateApplication", "POST", Paths.ENVIRONMENT + "/applications"),
  APPLICATION("getApplication", "GET", Paths.APPLICATION, Option.RESOURCES),
  APPLICATION_DELETE("deleteApplication", "DELETE", Paths.APPLICATION),
  APPLICATION_START("startApplication", "POST", Paths.APPLICATION + "/start"),
  APPLICATION_SUSPEND("suspendApplication", "POST", Paths.APPLICATION + "/suspend"),
  INSTANCES("getApplicationInstances", "GET", Paths.APPLICATION + "/instances"),
  INSTANCE("getApplicationInstance", "GET", Paths.APPLICATION + "/instances/{instName}"),
  EVENTS(
      "getApplicationEvents",
      "GET",
      "/cmf/api/v1alpha1/environments/{envName}/applications/{appName}/events",
      Option.FILTER,
      Option.SEARCH,
      Option.FIELDS),

  APPLICATION_SAVEPOINTS(
      "getSavepointsForFlinkApplication",
      CmfFeature.SAVEPOINTS,
      "GET",
      Paths.APPLICATION + "/savepoints",
      Option.FILTER,
      Option.FIELDS),
  APPLICATION_SAVEPOINT_CREATE(
      "createSavepointForFlinkApplication",
      CmfFeature.SAVEPOINTS,
      "POST",
      Paths.APPLICATION + "/savepoints"),
  APPLICATION_SAVEPOINT(
      "getSavepointForFlinkApplication",
      CmfFeature.SAVEPOINTS,
      "GET",
      Paths.APPLICATION + "/savepoints/{savepointName}"),
  APPLICATION_SAVEPOINT_DELETE(
      "deleteSavepointForFlinkApplication",
      CmfFeature.SAVEPOINTS,
      "DELETE",
      Paths.APPLICATION + "/savepoints/{savepointName}"),
  APPLICATION_SAVEPOINT_DETACH(
      "detachSavepointFromFlinkApplication",
      CmfFeature.SAVEPOINTS,
      "POST",
      Paths.APPLICATION + "/savepoints/{savepointName}/detach"),
  STATEMENT_SAVEPOINTS(
      "getSavepointsForFlinkStatement",
      CmfFeature.SAVEPOINTS,
      "GET",
      Paths.STATEMENT + "/savepoints",
      Option.FILTER,
      Option.FIELDS),
  STATEMENT_SAVEPOINT_CREATE(
      "createSavepointForFlinkStatement",
      CmfFeature.SAVEPOINTS,
      "POST",
      Paths.STATEMENT + "/savepoints"),
  STATEMENT_SAVEPOINT(
      "getSavepointForFlinkStatement",
      CmfFeature.SAVEPOINTS,
      "GET",
      Paths.STATEMENT + "/savepoints/{savepointName}"),
  STATEMENT_SAVEPOINT_DELETE(
      "deleteSavepointForFlinkStatement",
      CmfFeature.SAVEPOINTS,
      "DELETE",
      Paths.STATEMENT + "/savepoints/{savepointName}"),
  DETACHED_SAVEPOINTS(
      "listDetachedSavepoints",
      CmfFeature.SAVEPOINTS,
      "GET",
      "/cmf/api/v1/detached-savepoints",
      Option.FILTER,
      Option.FIELDS),
  DETACHED_SAVEPOINT_CREATE(
      "createDetachedSavepoint", CmfFeature.SAVEPOINTS, "POST", "/cmf/api/v1/detached-savepoints"),
  DETACHED_SAVEPOINT(
      "getDetachedSavepoint",
      CmfFeature.SAVEPOINTS,
      "GET",
      "/cmf/api/v1/detached-savepoints/{detachedSavepointName}"),
  DETACHED_SAVEPOINT_DELETE(
      "deleteDetachedSavepoint",
      CmfFeature.SAVEPOINTS,
      "DELETE",
      "/cmf/api/v1/detached-savepoints/{detachedSavepointName}"),

  SYSTEM_INFORMATION("getSystemInformation", "GET", "/cmf/api/v1/system-information");

  /** What a list or a get takes besides page, size and sort. */
  enum Option {
    FILTER,
    SEARCH,
    FIELDS,
    RESOURCES
  }

  private static final class Paths {
    private static final String ENVIRONMENT = "/cmf/api/v1/environments/{envName}";
    private static final String APPLICATION = ENVIRONMENT + "/applications/{appName}";
    private static final String STATEMENT = ENVIRONMENT + "/statements/{stmtName}";

    private Paths() {}
  }

  private final String operationId;
  private final @Nullable CmfFeature feature;
  private final String method;
  private final String template;

  /** One bit for each {@link Option}. */
  private final int options;

  CmfEndpoint(String operationId, String method, String template, Option... options) {
    this(operationId, null, method, template, options);
  }

  CmfEndpoint(
      String operationId,
      @Nullable CmfFeature feature,
      String method,
      String template,
      Option... options) {
    this.operationId = operationId;
    this.feature = feature;
    this.method = method;
    this.template = template;
    int bits = 0;
    for (Option option : options) {
      bits |= bit(option);
    }
    this.options = bits;
  }

  /** The id in the published description; empty for what it does not have. */
  String operationId() {
    return operationId;
  }

  /** What the server needs to have for it; null for nothing special. */
  @Nullable CmfFeature feature() {
    return feature;
  }

  String method() {
    return method;
  }

  String template() {
    return template;
  }

  boolean takes(Option option) {
    return (options & bit(option)) != 0;
  }

  private static int bit(Option option) {
    return 1 << option.ordinal();
  }

  /** Whether sending the same request twice does no more than sending it once. */
  boolean isRepeatable() {
    return !method.equals("POST");
  }

  /**
   * Returns the segments of the path, placeholders replaced by the arguments in order.
   *
   * @throws IllegalArgumentException if an argument could lead to another path
   */
  List<String> segments(String... args) {
    List<String> out = new ArrayList<>();
    int next = 0;
    for (String part : template.substring(1).split("/", -1)) {
      if (!part.startsWith("{")) {
        out.add(part);
        continue;
      }
      String arg = args[next++];
      // A proxy decodes and resolves what we encode, so neither dots nor slashes may pass.
      if (!Rules.isPathSegment(arg)) {
        throw new IllegalArgumentException(
            "Not usable as " + part.substring(1, part.length() - 1) + ": '" + arg + "'");
      }
      out.add(arg);
    }
    if (next != args.length) {
      throw new IllegalArgumentException(
          this + " takes " + next + " arguments, got " + Arrays.toString(args));
    }
    return out;
  }
}
