package dev.flinkplatform.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretScanTest {

  @Test
  void of_secretsWhereTheyMustBe_findsNothing(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("journal.json"), SecretScan.PASSWORD + SecretScan.ENVIRONMENT);
    Files.writeString(root.resolve("config.yaml"), SecretScan.PASSWORD);
    Files.writeString(root.resolve("jobmanager.log"), "contract.password, ******");

    assertThat(SecretScan.of(root)).isEmpty();
  }

  @Test
  void of_secretsElsewhere_findsEach(@TempDir Path root) throws Exception {
    Path log = Files.createDirectories(root.resolve("runs/1/log")).resolve("jobmanager.log");
    Files.writeString(log, "contract.password, " + SecretScan.PASSWORD);
    Files.writeString(root.resolve("journal.json"), SecretScan.SECRET);
    Files.writeString(root.resolve("config.yaml"), SecretScan.ENVIRONMENT);

    assertThat(SecretScan.of(root))
        .containsExactlyInAnyOrder(
            log + " shows " + SecretScan.PASSWORD,
            root.resolve("journal.json") + " shows " + SecretScan.SECRET,
            root.resolve("config.yaml") + " shows " + SecretScan.ENVIRONMENT);
  }

  @Test
  void of_controlPlane_mayHoldSpecificationsAndNoToken(@TempDir Path root) throws Exception {
    Path documents = Files.createDirectories(root.resolve("documents"));
    Path application = documents.resolve("orders.json");
    Files.writeString(application, SecretScan.PASSWORD + SecretScan.ENVIRONMENT + SecretScan.TOKEN);

    assertThat(SecretScan.of(root, documents))
        .containsExactly(application + " shows " + SecretScan.TOKEN);
  }
}
