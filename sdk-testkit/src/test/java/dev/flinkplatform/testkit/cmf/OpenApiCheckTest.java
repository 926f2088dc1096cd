package dev.flinkplatform.testkit.cmf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the comparison with the contract finds. */
class OpenApiCheckTest {

  private static final String ENV = Wire.V1 + "/environments/prod";
  private final ExchangeCheck check = OpenApiCheck.of(Wire.openApi(), false);

  private List<String> post(String path, String sent, String answered) {
    return faults("POST", path, sent, answered);
  }

  private List<String> faults(String method, String path, String sent, String answered) {
    return check.faults(
        new ExchangeCheck.Exchange(
            method,
            path,
            Map.of(),
            Map.of("Content-Type", List.of("application/json")),
            sent,
            200,
            "application/json",
            answered));
  }

  @Test
  void faults_whatFits_areNone() {
    String statement = Wire.statement("s-1", "SELECT 1");
    assertThat(post(ENV + "/statements", statement, statement)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"spec, paralelism", "metadata, lables", "startFromSavepoint, path"})
  void faults_requestWithAnUnknownField_nameIt(String object, String field) {
    String statement =
        Wire.statement("s-1", "SELECT 1")
            .replace("\"spec\":{", "\"spec\":{\"startFromSavepoint\":{},");
    String misspelt =
        statement
            .replace("\"" + object + "\":{", "\"" + object + "\":{\"" + field + "\":\"x\",")
            .replace(",}", "}");

    assertThat(post(ENV + "/statements", misspelt, statement))
        .singleElement()
        .asString()
        .contains("request", field);
  }

  @Test
  void faults_answerWithAnUnknownField_nameIt() {
    String statement = Wire.statement("s-1", "SELECT 1");
    String more = statement.replace("\"spec\":{", "\"spec\":{\"paralelism\":9,");

    assertThat(post(ENV + "/statements", statement, more))
        .singleElement()
        .asString()
        .contains("answer", "paralelism");
  }

  @ParameterizedTest
  @ValueSource(strings = {"newStatus", "exceptionString"})
  void faults_eventWithEitherKindOfData_areNone(String field) {
    assertThat(events(field)).isEmpty();
  }

  @Test
  void faults_eventWithOtherData_areFound() {
    assertThat(events("newState")).isNotEmpty();
  }

  private List<String> events(String field) {
    String events =
        """
        {"pageable":{"page":0,"size":20,"sort":{"sorted":false,"unsorted":true,"empty":true}},
         "metadata":{"size":1},"items":[{"apiVersion":"cmf.confluent.io/v1alpha1",
         "kind":"FlinkApplicationEvent","metadata":{"name":"e"},
         "status":{"type":"T","message":"m","data":{"%s":"x"}}}]}\
        """
            .formatted(field);
    return faults(
        "GET", "/cmf/api/v1alpha1/environments/prod/applications/orders/events", "", events);
  }
}
