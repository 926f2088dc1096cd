package dev.flinkplatform.testkit.cmf;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.LevelResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Compares exchanges with an OpenAPI file. A request that does not fit is a fault only if it was
 * not refused; an answer that does not fit always is.
 */
final class OpenApiCheck implements ExchangeCheck {

  /** Answers that the description leaves out although real servers give them. */
  private static final Set<Integer> NOT_DESCRIBED =
      Set.of(400, 401, 403, 404, 405, 409, 415, 422, 503);

  private final OpenApiInteractionValidator validator;

  private final boolean newer;

  private OpenApiCheck(Path file, boolean newer) {
    this.newer = newer;
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("Cannot read the OpenAPI file " + file);
    }
    this.validator =
        OpenApiInteractionValidator.createForSpecificationUrl(file.toUri().toString())
            // All schemas are made of others with allOf: each part by itself would refuse the
            // fields
            // of the other parts.
            .withResolveCombinators(true)
            .withLevelResolver(
                LevelResolver.create()
                    .withLevel("validation.request.security.missing", ValidationReport.Level.IGNORE)
                    .build())
            .build();
  }

  /**
   * Reads a description.
   *
   * @param newer whether the server is newer than it: what it does not describe is no fault
   */
  static ExchangeCheck of(Path file, boolean newer) {
    return new OpenApiCheck(file, newer);
  }

  @Override
  public List<String> faults(Exchange exchange) {
    List<String> out = new ArrayList<>();
    Request.Method method;
    try {
      method = Request.Method.valueOf(exchange.method().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return out;
    }
    if (exchange.status() < 400) {
      SimpleRequest.Builder request = new SimpleRequest.Builder(method, exchange.path());
      exchange.query().forEach(request::withQueryParam);
      exchange.requestHeaders().forEach(request::withHeader);
      if (!exchange.requestBody().isEmpty()) {
        request.withBody(exchange.requestBody());
      }
      report(out, exchange, "request", validator.validateRequest(request.build()));
    }
    SimpleResponse.Builder response = new SimpleResponse.Builder(exchange.status());
    if (exchange.query().containsKey("fields") && exchange.status() == 200) {
      // A projection lacks fields that the description requires: it was asked for.
      return out;
    }
    if (!exchange.responseBody().isEmpty()) {
      response.withContentType(exchange.contentType()).withBody(exchange.responseBody());
    }
    ValidationReport report = validator.validateResponse(exchange.path(), method, response.build());
    report(out, exchange, "answer", report);
    return out;
  }

  private void report(List<String> out, Exchange exchange, String what, ValidationReport report) {
    for (ValidationReport.Message message : report.getMessages()) {
      boolean gap =
          (newer || NOT_DESCRIBED.contains(exchange.status()))
              && Set.of(
                      "validation.response.status.unknown",
                      "validation.request.path.missing",
                      "validation.request.operation.notAllowed")
                  .contains(message.getKey());
      if (message.getLevel() == ValidationReport.Level.ERROR && !gap) {
        out.add(
            exchange.method()
                + " "
                + exchange.path()
                + " "
                + exchange.status()
                + ": "
                + what
                + ": "
                + message.getKey()
                + ": "
                + message.getMessage());
      }
    }
  }
}
