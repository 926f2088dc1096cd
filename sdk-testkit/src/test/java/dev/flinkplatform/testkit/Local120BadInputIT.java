package dev.flinkplatform.testkit;

class Local120BadInputIT extends LocalBadInputCases {

  @Override
  String flinkVersion() {
    return "1.20.0";
  }
}
