package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flinkplatform.spec.FlinkVersion;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlinkConfigFileTest {

  private static final FlinkVersion V118 = FlinkVersion.of(1, 18);

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path directory;

  static List<FlinkVersion> versions() {
    return FlinkJars.versions();
  }

  private static List<String> nasty() {
    return List.of(
        "plain",
        "a#b",
        "a # b",
        "#",
        "key: value",
        "a:b",
        "a: ",
        ":",
        "*",
        "*alias",
        "&anchor",
        "{}",
        "{a: b}",
        "[]",
        "[a, b]",
        "\"quoted\"",
        "it's",
        "'single'",
        "true",
        "True",
        "false",
        "null",
        "Null",
        "~",
        "yes",
        "no",
        "1e3",
        "1E400",
        "0x1F",
        "0o17",
        "007",
        "1_000",
        "+5",
        "-5",
        "-",
        "--",
        "- a",
        "1.0",
        "1.50",
        ".5",
        ".inf",
        ".nan",
        "NaN",
        "Infinity",
        "12345678901234567890",
        "8081",
        "0",
        "1728m",
        "10 s",
        "30s",
        "10ms",
        "2026-11-20",
        "12:30:45",
        "C:\\temp\\new",
        "\\",
        "\\n",
        "a\\",
        "\"",
        "\"\\\"",
        "tab\there",
        "line\nbreak",
        "cr\rhere",
        "crlf\r\n",
        " leading",
        "trailing ",
        "  ",
        "",
        "a;b",
        "a,b;c",
        "a;b;\"c;d\"",
        "-Da=1 -Db=\"x y\"",
        "%d{HH:mm}",
        "@at",
        "`tick`",
        "!tag",
        "|",
        ">",
        "? q",
        "ü",
        "日本語",
        "😀",
        "\u0085",
        "\u2028",
        "\u00a0",
        "\ufeff",
        "\u0000",
        "\u007f",
        "$internal",
        "${ENV}",
        "s3://bucket/path",
        "file:///tmp/x",
        "x".repeat(5000),
        "... end",
        "---",
        "=",
        "<<");
  }

  @ParameterizedTest
  @MethodSource("versions")
  void write_nastyValues_flinkReadsThemBack(FlinkVersion version) throws Exception {
    Map<String, String> config = new LinkedHashMap<>();
    List<String> values = nasty();
    for (int i = 0; i < values.size(); i++) {
      config.put("test.key" + i, values.get(i));
    }
    config.put("state.backend", "hashmap");
    config.put("state.backend.type", "hashmap");
    config.put("$internal.application.main", "com.acme.Main");
    config.put("odd key: # \"'", "x");
    config.put("true", "x");

    assertThat(FlinkConfigFile.write(directory, config, version))
        .isEqualTo(directory.resolve("config.yaml"));

    assertThat(readByFlink(version)).containsExactlyInAnyOrderEntriesOf(config);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void write_lists_flinkReadsTheirElements(FlinkVersion version) throws Exception {
    FlinkConfigFile.write(
        directory,
        Map.of("old", "a;b", "yaml", "[a, 'b;c']", "single", "file:///x/y.jar"),
        version);

    try (URLClassLoader loader = FlinkJars.loader(version)) {
      Object configuration = load(loader);
      assertThat(list(loader, configuration, "old")).containsExactly("a", "b");
      assertThat(list(loader, configuration, "yaml")).containsExactly("a", "b;c");
      assertThat(list(loader, configuration, "single")).containsExactly("file:///x/y.jar");
    }
  }

  @Test
  void write_forFlink118_isReadBackByFlinksOldReader() throws Exception {
    Map<String, String> config =
        Map.of(
            "a.b",
            "key: value",
            "list",
            "a;b",
            "quotes",
            "\"x\" 'y'",
            "slash",
            "C:\\temp\\new",
            "number",
            "007",
            "flag",
            "true",
            "star",
            "*",
            "braces",
            "{}");

    assertThat(FlinkConfigFile.write(directory, config, V118))
        .isEqualTo(directory.resolve("flink-conf.yaml"));

    // The jars of 1.18 are not here, but 1.20 has the same reader for the same file.
    assertThat(readByFlink(FlinkVersion.of(1, 20))).containsExactlyInAnyOrderEntriesOf(config);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a#b", " a", "a ", "", "a\nb", "ü", "\u0000"})
  void render_forFlink118WhatItCannotRead_refusesNamingTheKeyOnly(String value) {
    assertThatThrownBy(() -> FlinkConfigFile.render(Map.of("my.secret.key", value), V118))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("my.secret.key")
        .hasMessageContaining("1.18");
  }

  @Test
  void write_fileOfTheOtherName_isRemoved() throws IOException {
    Files.writeString(directory.resolve("flink-conf.yaml"), "a: old\n");

    FlinkConfigFile.write(directory, Map.of("a", "new"), FlinkVersion.of(1, 20));

    assertThat(directory.resolve("flink-conf.yaml")).doesNotExist();
  }

  @Test
  void write_always_isTheOwnersOnlyAndSorted() throws IOException {
    Path file =
        FlinkConfigFile.write(
            directory.resolve("conf"), Map.of("b", "2", "a", "one two"), FlinkVersion.of(2, 3));

    assertThat(file).hasContent("a: \"one two\"\nb: 2\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  private Map<String, String> readByFlink(FlinkVersion version) throws Exception {
    try (URLClassLoader loader = FlinkJars.loader(version)) {
      Object configuration = load(loader);
      Map<String, String> read = new LinkedHashMap<>();
      for (Object key :
          (Iterable<?>) configuration.getClass().getMethod("keySet").invoke(configuration)) {
        read.put(
            key.toString(),
            (String)
                configuration
                    .getClass()
                    .getMethod("getString", String.class, String.class)
                    .invoke(configuration, key, "?"));
      }
      return read;
    }
  }

  private Object load(ClassLoader loader) throws ReflectiveOperationException {
    return loader
        .loadClass("org.apache.flink.configuration.GlobalConfiguration")
        .getMethod("loadConfiguration", String.class)
        .invoke(null, directory.toString());
  }

  private static List<String> list(ClassLoader loader, Object configuration, String key)
      throws ReflectiveOperationException {
    Class<?> option = loader.loadClass("org.apache.flink.configuration.ConfigOption");
    Object builder =
        loader
            .loadClass("org.apache.flink.configuration.ConfigOptions")
            .getMethod("key", String.class)
            .invoke(null, key);
    Object typed = builder.getClass().getMethod("stringType").invoke(builder);
    Object asList = typed.getClass().getMethod("asList").invoke(typed);
    Object listOption = asList.getClass().getMethod("noDefaultValue").invoke(asList);
    return ((List<?>)
            configuration.getClass().getMethod("get", option).invoke(configuration, listOption))
        .stream().map(Object::toString).toList();
  }
}
