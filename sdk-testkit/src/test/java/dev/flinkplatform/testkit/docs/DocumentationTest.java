package dev.flinkplatform.testkit.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.diagnosis.Finding;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalPlatform;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.testkit.memory.InMemoryPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages say what the code says: snippets, links, and the tables that list constants. */
class DocumentationTest {

  private static final Path ROOT = root();
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern MARK = Pattern.compile("<!-- snippet: ([a-z-]+) -->");
  private static final Pattern ROW = Pattern.compile("\\| `([A-Z_]+)` \\| ([A-Za-z]+)");

  @Test
  void everyPage_javaBlock_isASnippetThatCompiles() throws IOException {
    Map<String, List<String>> snippets = snippets();
    Set<String> used = new HashSet<>();
    for (Path page : pages()) {
      List<String> lines = Files.readAllLines(page);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).strip().equals("```java")) {
          Matcher mark = MARK.matcher(i == 0 ? "" : lines.get(i - 1));
          assertThat(mark.matches())
              .as("%s:%d: a snippet's name stands before a block of Java", page, i + 1)
              .isTrue();
          int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
          assertThat(lines.subList(i + 1, end))
              .as("%s, snippet %s", page, mark.group(1))
              .isEqualTo(snippets.get(mark.group(1)));
          used.add(mark.group(1));
        }
      }
    }
    assertThat(used).isEqualTo(snippets.keySet());
  }

  @Test
  void inMemorySnippets_run_doWhatThePageSays() {
    ApplicationSpec spec =
        ApplicationSpec.builder("orders")
            .flinkVersion("2.3")
            .job(JobSpec.jar("/jobs/orders-1.jar").build())
            .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(10)).build())
            .build();

    OperationStatus suspend = Snippets.inMemory(spec);

    assertThat(suspend.state()).isEqualTo(OperationState.FAILED);
    assertThat(suspend.failure().orElseThrow().message()).contains("disk full");
    InMemoryPlatform place = InMemoryPlatform.create();
    try (FlinkPlatform shaky = Snippets.faults(place)) {
      assertThat(shaky.info()).isEqualTo(place.connect().info());
    }
  }

  @Test
  void everyPage_relativeLink_leadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      Matcher m = LINK.matcher(withoutCode(Files.readString(page)));
      while (m.find()) {
        String link = m.group(1);
        if (!link.matches("[a-z]+:.*") && !leadsSomewhere(page, link)) {
          broken.add(ROOT.relativize(page) + " -> " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
    return Files.exists(target) && (hash < 0 || anchors(target).contains(link.substring(hash + 1)));
  }

  /** The anchors GitHub gives to headings. */
  private static List<String> anchors(Path page) throws IOException {
    return withoutCode(Files.readString(page))
        .lines()
        .filter(line -> line.matches("#{1,6} .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  @Test
  void errorsPage_namesEveryExceptionAndEveryKindOfFailure() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/errors.md"));
    try (Stream<Path> classes =
        Files.list(ROOT.resolve("sdk-core/src/main/java/dev/flinkplatform/error"))) {
      List<String> exceptions =
          classes
              .map(p -> p.getFileName().toString().replace(".java", ""))
              .filter(name -> name.endsWith("Exception"))
              .toList();
      assertThat(exceptions).isNotEmpty().allSatisfy(name -> assertThat(page).contains(name));
    }
    assertThat(rows(page).keySet()).isEqualTo(names(Arrays.stream(Failure.Kind.values())));
  }

  @Test
  void observabilityPage_namesEveryCodeOfAFinding() throws IOException {
    Map<String, String> rows = rows(Files.readString(ROOT.resolve("docs/observability.md")));
    assertThat(rows.keySet()).isEqualTo(names(Arrays.stream(Finding.Code.values())));
  }

  @Test
  void capabilitiesPage_tellsWhatTheLocalBackendTells(@TempDir Path root) throws IOException {
    Map<String, String> rows = rows(Files.readString(ROOT.resolve("docs/capabilities.md")));
    assertThat(rows.keySet()).isEqualTo(names(Arrays.stream(Capability.values())));

    Path jars = Path.of(System.getProperty("flinkplatform.test.flink23"));
    assumeThat(jars).as("the jars of Flink, gathered by the build").isDirectory();
    try (FlinkPlatform platform =
        LocalPlatform.builder()
            .root(root.resolve("platform"))
            .secrets(root)
            .flink(FlinkDistribution.jars(jars))
            .javaHome(Path.of(System.getProperty("flinkplatform.test.flinkJavaHome")))
            .connect()) {
      rows.forEach(
          (name, said) ->
              assertThat(platform.capabilities().contains(Capability.valueOf(name)))
                  .as(name)
                  .isEqualTo(said.equals("yes")));
    }
  }

  private static Set<String> names(Stream<? extends Enum<?>> constants) {
    return new HashSet<>(constants.map(Enum::name).toList());
  }

  private static Map<String, String> rows(String page) {
    Map<String, String> rows = new TreeMap<>();
    Matcher m = ROW.matcher(page);
    while (m.find()) {
      rows.put(m.group(1), m.group(2));
    }
    return rows;
  }

  private static Map<String, List<String>> snippets() throws IOException {
    Map<String, List<String>> snippets = new TreeMap<>();
    for (Path file : snippetFiles()) {
      Matcher m =
          Pattern.compile("// snippet: ([a-z-]+)\n(.*?)\n *// end", Pattern.DOTALL)
              .matcher(Files.readString(file));
      while (m.find()) {
        snippets.put(m.group(1), m.group(2).stripIndent().lines().toList());
      }
    }
    return snippets;
  }

  /** A module that this one cannot depend on has its own. */
  private static List<Path> snippetFiles() throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path tests : modules.map(m -> m.resolve("src/test/java")).sorted().toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            files.filter(f -> f.toString().endsWith("Snippets.java")).forEach(found::add);
          }
        }
      }
    }
    return found;
  }

  private static String withoutCode(String markdown) {
    return markdown.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "`code`");
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> top = Files.list(ROOT)) {
      return Stream.concat(docs, top).filter(p -> p.toString().endsWith(".md")).sorted().toList();
    }
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve(".mvn"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
