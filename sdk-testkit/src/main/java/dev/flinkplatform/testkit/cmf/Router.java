package dev.flinkplatform.testkit.cmf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the handler of a request by method and path. */
final class Router {

  /** Answers a request; called with the store's lock held. */
  interface Handler {
    Reply handle(Call call);
  }

  record Match(Handler handler, Map<String, String> parameters) {}

  private record Route(String method, List<String> segments, Handler handler) {}

  private final List<Route> routes = new ArrayList<>();
  private final Version version;

  Router(Version version) {
    this.version = version;
  }

  Version version() {
    return version;
  }

  void on(String method, String path, Handler handler) {
    routes.add(new Route(method, List.of(path.split("/", -1)), handler));
  }

  /** A route that older servers do not have. */
  void since(int major, int minor, String method, String path, Handler handler) {
    if (version.isAtLeast(major, minor)) {
      on(method, path, handler);
    }
  }

  Optional<Match> find(String method, List<String> segments) {
    for (Route route : routes) {
      if (route.method().equals(method)) {
        Optional<Map<String, String>> parameters = match(route.segments(), segments);
        if (parameters.isPresent()) {
          return Optional.of(new Match(route.handler(), parameters.get()));
        }
      }
    }
    return Optional.empty();
  }

  boolean knows(List<String> segments) {
    return routes.stream().anyMatch(r -> match(r.segments(), segments).isPresent());
  }

  private static Optional<Map<String, String>> match(List<String> pattern, List<String> segments) {
    if (pattern.size() != segments.size()) {
      return Optional.empty();
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < pattern.size(); i++) {
      String p = pattern.get(i);
      if (p.startsWith("{")) {
        parameters.put(p.substring(1, p.length() - 1), segments.get(i));
      } else if (!p.equals(segments.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }
}
