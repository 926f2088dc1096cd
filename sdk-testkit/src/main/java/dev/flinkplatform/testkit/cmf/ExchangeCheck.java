package dev.flinkplatform.testkit.cmf;

import java.util.List;
import java.util.Map;

/** Compares a request and its answer with a description of the API. */
interface ExchangeCheck {

  /** One request with its answer; texts are empty where there is no body. */
  record Exchange(
      String method,
      String path,
      Map<String, List<String>> query,
      Map<String, List<String>> requestHeaders,
      String requestBody,
      int status,
      String contentType,
      String responseBody) {}

  /** What does not fit. */
  List<String> faults(Exchange exchange);
}
