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

  SECRET_MAPPINGS("getEnvironmentSecretMappings", "GET", Paths.ENVIRONMENT + "/secret-mappings"),
  SECRET_MAPPING_CREATE(
      "createEnvironmentSecretMapping", "POST", Paths.ENVIRONMENT + "/secret-mappings"),
  SECRET_MAPPING(
      "getEnvironmentSecretMapping", "GET", Paths.ENVIRONMENT + "/secret-mappings/{name}"),
  SECRET_MAPPING_UPDATE(
      "updateEnvironmentSecretMapping", "PUT", Paths.ENVIRONMENT + "/secret-mappings/{name}"),
  SECRET_MAPPING_DELETE(
      "deleteEnvironmentSecretMapping", "DELETE", Paths.ENVIRONMENT + "/secret-mappings/{name}"),
  SECRETS("getSecrets", "GET", "/cmf/api/v1/secrets", Option.FILTER, Option.SEARCH, Option.FIELDS),
  SECRET_CREATE("createSecret", "POST", "/cmf/api/v1/secrets"),
  SECRET("getSecret", "GET", "/cmf/api/v1/secrets/{secretName}"),
  SECRET_UPDATE("updateSecret", "PUT", "/cmf/api/v1/secrets/{secretName}"),
  SECRET_DELETE("deleteSecret", "DELETE", "/cmf/api/v1/secrets/{secretName}"),

  STATEMENTS(
      "getStatements",
      "GET",
      Paths.ENVIRONMENT + "/statements",
      Option.FILTER,
      Option.SEARCH,
      Option.FIELDS,
      Option.RESOURCES),
  STATEMENT_CREATE("createStatement", "POST", Paths.ENVIRONMENT + "/statements"),
  STATEMENT("getStatement", "GET", Paths.STATEMENT, Option.RESOURCES),
  STATEMENT_UPDATE("updateStatement", "PUT", Paths.STATEMENT),
  STATEMENT_DELETE("deleteStatement", "DELETE", Paths.STATEMENT),
  STATEMENT_RESULT("getStatementResult", "GET", Paths.STATEMENT + "/results"),
  STATEMENT_EXCEPTIONS("getStatementExceptions", "GET", Paths.STATEMENT + "/exceptions"),

  COMPUTE_POOLS(
      "getComputePools",
      "GET",
      Paths.ENVIRONMENT + "/compute-pools",
      Option.FILTER,
      Option.FIELDS,
      Option.RESOURCES),
  COMPUTE_POOL_CREATE("createComputePool", "POST", Paths.ENVIRONMENT + "/compute-pools"),
  COMPUTE_POOL("getComputePool", "GET", Paths.COMPUTE_POOL, Option.RESOURCES),
  COMPUTE_POOL_UPDATE(
      "updateComputePool", CmfFeature.COMPUTE_POOL_UPDATE, "PUT", Paths.COMPUTE_POOL),
  COMPUTE_POOL_DELETE("deleteComputePool", "DELETE", Paths.COMPUTE_POOL),

  CATALOGS("getKafkaCatalogs", "GET", "/cmf/api/v1/catalogs/kafka"),
  CATALOG_CREATE("createKafkaCatalog", "POST", "/cmf/api/v1/catalogs/kafka"),
  CATALOG("getKafkaCatalog", "GET", Paths.CATALOG),
  CATALOG_UPDATE("updateKafkaCatalog", CmfFeature.CATALOG_UPDATE, "PUT", Paths.CATALOG),
  CATALOG_DELETE("deleteKafkaCatalog", "DELETE", Paths.CATALOG),
  DATABASES("getKafkaDatabases", CmfFeature.KAFKA_DATABASES, "GET", Paths.CATALOG + "/databases"),
  DATABASE_CREATE(
      "createKafkaDatabase", CmfFeature.KAFKA_DATABASES, "POST", Paths.CATALOG + "/databases"),
  DATABASE(
      "getKafkaDatabase", CmfFeature.KAFKA_DATABASES, "GET", Paths.CATALOG + "/databases/{dbName}"),
  DATABASE_UPDATE(
      "updateKafkaDatabase",
      CmfFeature.CATALOG_UPDATE,
      "PUT",
      Paths.CATALOG + "/databases/{dbName}"),
  DATABASE_DELETE(
      "deleteKafkaDatabase",
      CmfFeature.KAFKA_DATABASES,
      "DELETE",
      Paths.CATALOG + "/databases/{dbName}"),

  KUBERNETES_CLUSTERS(
      "getKubernetesClusters",
      CmfFeature.KUBERNETES_CLUSTERS,
      "GET",
      "/cmf/api/v1/kubernetes-clusters",
      Option.FILTER,
      Option.FIELDS),
  KUBERNETES_CLUSTER(
      "getKubernetesCluster",
      CmfFeature.KUBERNETES_CLUSTERS,
      "GET",
      "/cmf/api/v1/kubernetes-clusters/{kubernetesClusterName}"),
  KUBERNETES_CLUSTER_UPDATE(
      "updateKubernetesCluster",
      CmfFeature.KUBERNETES_CLUSTERS,
      "PUT",
      "/cmf/api/v1/kubernetes-clusters/{kubernetesClusterName}"),

  SYSTEM_INFORMATION("getSystemInformation", "GET", "/cmf/api/v1/system-information"),
  RESOURCE_INFORMATION(
      "getResourceInformation",
      CmfFeature.RESOURCE_INFORMATION,
      "GET",
      "/cmf/api/v1/resource-information"),
  LICENSE("getC3LicenseInformation", CmfFeature.LICENSE, "GET", "/cmf/api/v1/c3/license"),

  // Of later servers: not in the published description of 2.3.1.
  ENVIRONMENT_CATALOG("", CmfFeature.ENVIRONMENT_CATALOG, "GET", Paths.ENVIRONMENT + "/catalog"),
  APPLICATION_SAVEPOINT_UPDATE(
      "", CmfFeature.SAVEPOINT_PINNING, "PUT", Paths.APPLICATION + "/savepoints/{savepointName}"),
  STATEMENT_SAVEPOINT_UPDATE(
      "", CmfFeature.SAVEPOINT_PINNING, "PUT", Paths.STATEMENT + "/savepoints/{savepointName}"),
  APPLICATION_SAVEPOINTS_DELETE(
      "", CmfFeature.SAVEPOINT_BULK_DELETE, "DELETE", Paths.APPLICATION + "/savepoints"),
  STATEMENT_SAVEPOINTS_DELETE(
      "", CmfFeature.SAVEPOINT_BULK_DELETE, "DELETE", Paths.STATEMENT + "/savepoints"),
  ARTIFACTS(
      "",
      CmfFeature.ARTIFACTS,
      "GET",
      Paths.ENVIRONMENT + "/artifacts",
      Option.FILTER,
      Option.FIELDS),
  ARTIFACT_CREATE("", CmfFeature.ARTIFACTS, "POST", Paths.ENVIRONMENT + "/artifacts"),
  ARTIFACT("", CmfFeature.ARTIFACTS, "GET", Paths.ARTIFACT),
  ARTIFACT_UPDATE("", CmfFeature.ARTIFACTS, "PUT", Paths.ARTIFACT),
  ARTIFACT_DELETE("", CmfFeature.ARTIFACTS, "DELETE", Paths.ARTIFACT),
  ARTIFACT_VERSIONS("", CmfFeature.ARTIFACTS, "GET", Paths.ARTIFACT + "/versions"),
  ARTIFACT_CONTENT("", CmfFeature.ARTIFACTS, "GET", Paths.ARTIFACT + "/content");

  /** What a list or a get takes besides page, size and sort. */
  enum Option {
    FILTER(1),
    SEARCH(2),
    FIELDS(4),
    RESOURCES(8);

    private final int bit;

    Option(int bit) {
      this.bit = bit;
    }
  }

  private static final class Paths {
    private static final String ENVIRONMENT = "/cmf/api/v1/environments/{envName}";
    private static final String APPLICATION = ENVIRONMENT + "/applications/{appName}";
    private static final String STATEMENT = ENVIRONMENT + "/statements/{stmtName}";
    private static final String COMPUTE_POOL = ENVIRONMENT + "/compute-pools/{computePoolName}";
    private static final String ARTIFACT = ENVIRONMENT + "/artifacts/{artifactName}";
    private static final String CATALOG = "/cmf/api/v1/catalogs/kafka/{catName}";

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
      bits |= option.bit;
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
    return (options & option.bit) != 0;
  }

  /** Whether sending the same request twice does no more than sending it once. */
  boolean isRepeatable() {
    return switch (this) {
      // Rows are handed out once, the report of a bulk deletion is about this one.
      case STATEMENT_RESULT, APPLICATION_SAVEPOINTS_DELETE, STATEMENT_SAVEPOINTS_DELETE -> false;
      default -> !method.equals("POST");
    };
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
