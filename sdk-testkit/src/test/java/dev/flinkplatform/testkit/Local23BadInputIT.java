package dev.flinkplatform.testkit;

class Local23BadInputIT extends LocalBadInputCases {

  @Override
  String flinkVersion() {
    return "2.3.0";
  }
}
