package dev.flinkplatform.spi.rest;

import dev.flinkplatform.spec.FlinkVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Every path of Flink's REST API that the client uses; nothing else builds one. */
enum Endpoint {
  OVERVIEW("GET", "/overview"),
  CONFIG("GET", "/config"),
  CLUSTER_SHUTDOWN("DELETE", "/cluster"),
  JOBMANAGER_CONFIG("GET", "/jobmanager/config"),
  JOBMANAGER_METRICS("GET", "/jobmanager/metrics"),
  JOBMANAGER_LOGS("GET", "/jobmanager/logs"),
  JOBMANAGER_LOG("GET", "/jobmanager/logs/{file}", Published.HIDDEN),
  JOBMANAGER_THREAD_DUMP("GET", "/jobmanager/thread-dump"),
  TASKMANAGERS("GET", "/taskmanagers"),
  TASKMANAGER("GET", "/taskmanagers/{taskmanagerid}"),
  TASKMANAGER_METRICS("GET", "/taskmanagers/{taskmanagerid}/metrics"),
  TASKMANAGER_LOGS("GET", "/taskmanagers/{taskmanagerid}/logs"),
  TASKMANAGER_LOG("GET", "/taskmanagers/{taskmanagerid}/logs/{file}", Published.HIDDEN),
  TASKMANAGER_THREAD_DUMP("GET", "/taskmanagers/{taskmanagerid}/thread-dump"),
  JARS("GET", "/jars"),
  JAR_UPLOAD("POST", "/jars/upload"),
  JAR_DELETE("DELETE", "/jars/{jarid}"),
  JAR_PLAN("POST", "/jars/{jarid}/plan", Published.YES, Repeat.SAFE),
  JAR_RUN("POST", "/jars/{jarid}/run"),
  JAR_RUN_APPLICATION("POST", "/jars/{jarid}/run-application", Since.FLINK_2_3, Repeat.NO),
  APPLICATIONS("GET", "/applications/overview", Since.FLINK_2_3, Repeat.SAFE),
  APPLICATION("GET", "/applications/{applicationid}", Since.FLINK_2_3, Repeat.SAFE),
  APPLICATION_CANCEL("POST", "/applications/{applicationid}/cancel", Since.FLINK_2_3, Repeat.SAFE),
  JOBS("GET", "/jobs"),
  JOBS_OVERVIEW("GET", "/jobs/overview"),
  JOB("GET", "/jobs/{jobid}"),
  JOB_CANCEL("PATCH", "/jobs/{jobid}"),
  JOB_STATUS("GET", "/jobs/{jobid}/status"),
  JOB_EXECUTION_RESULT("GET", "/jobs/{jobid}/execution-result"),
  JOB_EXCEPTIONS("GET", "/jobs/{jobid}/exceptions"),
  JOB_METRICS("GET", "/jobs/{jobid}/metrics"),
  SUBTASK_METRICS("GET", "/jobs/{jobid}/vertices/{vertexid}/subtasks/metrics"),
  CHECKPOINTS("GET", "/jobs/{jobid}/checkpoints"),
  CHECKPOINT_CONFIG("GET", "/jobs/{jobid}/checkpoints/config"),
  CHECKPOINT_TRIGGER("POST", "/jobs/{jobid}/checkpoints", Published.YES, Repeat.SAFE),
  CHECKPOINT_RESULT("GET", "/jobs/{jobid}/checkpoints/{triggerid}"),
  SAVEPOINT_TRIGGER("POST", "/jobs/{jobid}/savepoints", Published.YES, Repeat.SAFE),
  SAVEPOINT_RESULT("GET", "/jobs/{jobid}/savepoints/{triggerid}"),
  STOP("POST", "/jobs/{jobid}/stop", Published.YES, Repeat.SAFE),
  SAVEPOINT_DISPOSAL("POST", "/savepoint-disposal"),
  SAVEPOINT_DISPOSAL_RESULT("GET", "/savepoint-disposal/{triggerid}"),
  REQUIREMENTS("GET", "/jobs/{jobid}/resource-requirements"),
  REQUIREMENTS_PUT("PUT", "/jobs/{jobid}/resource-requirements"),
  RESCALES("GET", "/jobs/{jobid}/rescales/history", Since.FLINK_2_3, Repeat.SAFE);

  /** Whether Flink's published description of the API has the path. */
  enum Published {
    YES,
    /** Registered by Flink's server without being described. */
    HIDDEN
  }

  /** Whether sending the same request twice does no more than sending it once. */
  enum Repeat {
    SAFE,
    NO
  }

  /** The first version that has the path, of those the client knows. */
  enum Since {
    ALWAYS,
    FLINK_2_3
  }

  private final String method;
  private final String template;
  private final Published published;
  private final Repeat repeat;
  private final Since since;

  Endpoint(String method, String template) {
    this(method, template, Published.YES);
  }

  Endpoint(String method, String template, Published published) {
    this(
        method,
        template,
        published,
        // A second DELETE is answered 400 or 404: harmless, and wrong to report as the outcome.
        method.equals("POST") || method.equals("DELETE") ? Repeat.NO : Repeat.SAFE);
  }

  Endpoint(String method, String template, Published published, Repeat repeat) {
    this.method = method;
    this.template = template;
    this.published = published;
    this.repeat = repeat;
    this.since = Since.ALWAYS;
  }

  Endpoint(String method, String template, Since since, Repeat repeat) {
    this.method = method;
    this.template = template;
    this.published = Published.YES;
    this.repeat = repeat;
    this.since = since;
  }

  String method() {
    return method;
  }

  String template() {
    return template;
  }

  boolean isPublished() {
    return published == Published.YES;
  }

  boolean isRepeatable() {
    return repeat == Repeat.SAFE;
  }

  FlinkVersion since() {
    return since == Since.ALWAYS ? FlinkVersion.of(1, 18) : FlinkVersion.of(2, 3);
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
      if (arg.isBlank()
          || arg.equals(".")
          || arg.equals("..")
          || arg.contains("/")
          || arg.contains("\\")) {
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
