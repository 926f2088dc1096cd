package dev.flinkplatform.testkit;

class SelfCheckingJobFlink23IT extends SelfCheckingJobCases {
  SelfCheckingJobFlink23IT() {
    super("flinkplatform.test.flink23");
  }
}
