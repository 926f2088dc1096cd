package dev.flinkplatform.testkit;

class SelfCheckingJobFlink120IT extends SelfCheckingJobCases {
  SelfCheckingJobFlink120IT() {
    super("flinkplatform.test.flink120");
  }
}
