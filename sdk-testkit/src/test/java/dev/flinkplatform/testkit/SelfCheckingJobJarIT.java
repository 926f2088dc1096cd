package dev.flinkplatform.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

class SelfCheckingJobJarIT {

  @Test
  void jar_calledTwice_isOneFile() {
    Path jar = SelfCheckingJob.jar();

    assertThat(SelfCheckingJob.jar()).isSameAs(jar).isAbsolute().isRegularFile();
  }

  @Test
  void jar_embedded_isTheBuiltOneWithItsMainClassAndNothingElse() throws IOException {
    try (JarFile jar = new JarFile(SelfCheckingJob.jar().toFile())) {
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo(SelfCheckingJob.entryClass());
      assertThat(jar.stream().map(entry -> entry.getName()).filter(name -> name.endsWith(".class")))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(name).startsWith("dev/flinkplatform/testkit/job/"));
    }
    assertThat(SelfCheckingJob.class.getResource("self-checking-job.jar")).isNotNull();
  }
}
