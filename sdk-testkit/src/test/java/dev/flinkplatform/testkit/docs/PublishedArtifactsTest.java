package dev.flinkplatform.testkit.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What is published is in the bill of materials, and its binary compatibility is looked at. */
class PublishedArtifactsTest {

  @Test
  void bom_everyPublishedJar_isInIt() throws Exception {
    Set<String> published = new TreeSet<>();
    Set<String> comparing = new TreeSet<>();
    collect(root(), false, published, comparing);
    assertThat(published).contains("sdk-core", "sdk-testkit");

    Set<String> managed = new TreeSet<>();
    Element management =
        child(child(pom(root().resolve("sdk-bom")), "dependencyManagement"), "dependencies");
    for (Element dependency : children(management, "dependency")) {
      assertThat(text(dependency, "groupId")).isEqualTo("dev.flinkplatform");
      assertThat(text(dependency, "version")).isEqualTo("${project.version}");
      managed.add(text(dependency, "artifactId"));
    }

    assertThat(managed).isEqualTo(published);
    assertThat(comparing).as("modules with japicmp-maven-plugin").isEqualTo(published);
  }

  /** A module is published if its packaging is jar and neither it nor its parent says otherwise. */
  private static void collect(
      Path directory, boolean hidden, Set<String> published, Set<String> comparing)
      throws Exception {
    Element pom = pom(directory);
    boolean skipped = hidden || text(child(pom, "properties"), "maven.deploy.skip").equals("true");
    String packaging = text(pom, "packaging");
    if (!skipped && (packaging.isEmpty() || packaging.equals("jar"))) {
      published.add(text(pom, "artifactId"));
      for (Element plugin : children(child(child(pom, "build"), "plugins"), "plugin")) {
        if (text(plugin, "artifactId").equals("japicmp-maven-plugin")) {
          comparing.add(text(pom, "artifactId"));
        }
      }
    }
    for (Element module : children(child(pom, "modules"), "module")) {
      collect(directory.resolve(module.getTextContent().trim()), skipped, published, comparing);
    }
  }

  private static Element pom(Path directory) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(directory.resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  private static Iterable<Element> children(Element parent, String name) {
    NodeList nodes = parent.getChildNodes();
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(n -> n.getNodeType() == Node.ELEMENT_NODE && n.getNodeName().equals(name))
        .map(Element.class::cast)
        .toList();
  }

  /** The first child of that name, or an empty element. */
  private static Element child(Element parent, String name) {
    for (Element child : children(parent, name)) {
      return child;
    }
    return parent.getOwnerDocument().createElement(name);
  }

  private static String text(Element parent, String name) {
    return child(parent, name).getTextContent().trim();
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve(".mvn"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
