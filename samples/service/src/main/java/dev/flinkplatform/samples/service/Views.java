package dev.flinkplatform.samples.service;

import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.status.ApplicationStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What callers get to see: what they asked for and how it is, never the specification, whose
 * configuration and arguments may hold secrets, nor ends of logs, which may hold anything.
 */
final class Views {

  private Views() {}

  static Map<String, Object> application(ApplicationStatus s) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", s.name());
    view.put("state", s.state());
    view.put("reason", s.reason());
    view.put("job", s.jobState());
    view.put("jobId", s.jobId().map(Object::toString).orElse(""));
    view.put("parallelism", s.parallelism());
    view.put("taskManagers", s.taskManagers().size());
    view.put("restarts", s.restarts());
    view.put("completedCheckpoints", s.completedCheckpoints());
    view.put("operation", s.activeOperation().orElse(""));
    return view;
  }

  static Map<String, Object> operation(OperationStatus s) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("id", s.id());
    view.put("application", s.application());
    view.put("verb", s.verb());
    view.put("state", s.state());
    view.put("step", s.step());
    view.put("startedAt", s.startedAt().toString());
    s.endedAt().ifPresent(t -> view.put("endedAt", t.toString()));
    s.failure()
        .ifPresent(f -> view.put("failure", Map.of("kind", f.kind(), "message", f.message())));
    view.put("rolledBack", s.rolledBack());
    view.put("details", s.details());
    return view;
  }
}
