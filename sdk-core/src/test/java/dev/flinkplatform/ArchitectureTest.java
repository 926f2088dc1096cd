package dev.flinkplatform;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/** What the house rules say of packages, and a compiler does not check. */
class ArchitectureTest {

  private static final JavaClasses MAIN = in(FlinkPlatform.class);
  private static final JavaClasses TESTS = in(ArchitectureTest.class);

  private static final DescribedPredicate<JavaClass> EXPOSED =
      DescribedPredicate.describe("are public and not internal", ArchitectureTest::isExposed);

  private static JavaClasses in(Class<?> one) {
    try {
      return new ClassFileImporter()
          .importPath(Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isInternal(JavaClass c) {
    return c.getPackageName().contains(".internal");
  }

  private static boolean isExposed(JavaClass c) {
    return !isInternal(c)
        && c.getModifiers().contains(JavaModifier.PUBLIC)
        && c.getEnclosingClass().map(ArchitectureTest::isExposed).orElse(true);
  }

  private static boolean isVisible(JavaMember m) {
    return m.getModifiers().contains(JavaModifier.PUBLIC)
        || (m.getModifiers().contains(JavaModifier.PROTECTED)
            && !m.getOwner().getModifiers().contains(JavaModifier.FINAL));
  }

  /** Forbids types in what a user of a class can see of it: members, type parameters, parents. */
  private static ArchCondition<JavaClass> notExpose(String what, Predicate<JavaClass> forbidden) {
    return new ArchCondition<>("not expose " + what) {
      @Override
      public void check(JavaClass c, ConditionEvents events) {
        Set<JavaClass> seen = new HashSet<>();
        c.getSuperclass().ifPresent(t -> seen.addAll(t.getAllInvolvedRawTypes()));
        c.getInterfaces().forEach(t -> seen.addAll(t.getAllInvolvedRawTypes()));
        c.getTypeParameters().forEach(t -> seen.addAll(t.getAllInvolvedRawTypes()));
        report(c, c.getName(), seen, events);
        c.getFields().stream()
            .filter(ArchitectureTest::isVisible)
            .forEach(f -> field(c, f, events));
        c.getCodeUnits().stream()
            .filter(ArchitectureTest::isVisible)
            .forEach(u -> unit(c, u, events));
      }

      private void field(JavaClass c, JavaField f, ConditionEvents events) {
        report(c, f.getFullName(), f.getType().getAllInvolvedRawTypes(), events);
      }

      private void unit(JavaClass c, JavaCodeUnit u, ConditionEvents events) {
        Set<JavaClass> seen = new HashSet<>(u.getReturnType().getAllInvolvedRawTypes());
        for (JavaType parameter : u.getParameterTypes()) {
          seen.addAll(parameter.getAllInvolvedRawTypes());
        }
        u.getTypeParameters().forEach(t -> seen.addAll(t.getAllInvolvedRawTypes()));
        u.getThrowsClause().forEach(t -> seen.add(t.getRawType()));
        report(c, u.getFullName(), seen, events);
      }

      private void report(JavaClass c, String where, Set<JavaClass> seen, ConditionEvents events) {
        seen.stream()
            .map(JavaClass::getBaseComponentType)
            .filter(forbidden)
            .forEach(
                t -> events.add(SimpleConditionEvent.violated(c, where + " shows " + t.getName())));
      }
    };
  }

  private static boolean isOf(JavaClass c, String... packages) {
    for (String p : packages) {
      if (c.getPackageName().equals(p) || c.getPackageName().startsWith(p + ".")) {
        return true;
      }
    }
    return false;
  }

  @Test
  void publicSignatures_ofPublicPackages_showNothingInternal() {
    classes()
        .that(EXPOSED)
        .should(notExpose("internal types", ArchitectureTest::isInternal))
        .check(MAIN);
  }

  @Test
  void publicSignatures_ofPublicPackages_showNoLibrary() {
    classes()
        .that(EXPOSED)
        .should(
            notExpose(
                "types of libraries",
                c ->
                    isOf(
                        c,
                        "okhttp3",
                        "okio",
                        "kotlin",
                        "com.fasterxml.jackson",
                        "io.github.resilience4j",
                        "io.fabric8",
                        "org.apache.flink",
                        "org.snakeyaml",
                        "org.slf4j")))
        .check(MAIN);
  }

  @Test
  void publicSignatures_ofPublicPackages_areMadeOfTheJdkAndTheSdk() {
    classes()
        .that(EXPOSED)
        .should(
            notExpose(
                "anything but JDK, SDK and jspecify",
                c ->
                    !c.isPrimitive()
                        && !isOf(c, "java", "javax.net", "dev.flinkplatform", "org.jspecify")))
        .check(MAIN);
  }

  @Test
  void values_ofPublicPackages_doNotDependOnInternal() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.flinkplatform.spec",
            "dev.flinkplatform.status",
            "dev.flinkplatform.waiting",
            "dev.flinkplatform.error")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..internal..")
        .check(MAIN);
  }

  /** What REST clients have in common shows okhttp, so it cannot be API. */
  @Test
  void restClient_ofFlink_usesOfInternalOnlyWhatClientsShare() {
    noClasses()
        .that()
        .resideInAPackage("dev.flinkplatform.spi.rest")
        .should()
        .dependOnClassesThat(
            resideInAPackage("..internal..")
                .and(not(resideInAPackage("dev.flinkplatform.internal.http"))))
        .check(MAIN);
  }

  @Test
  void http_ofInternal_knowsNoOtherPackageOfTheSdk() {
    noClasses()
        .that()
        .resideInAPackage("dev.flinkplatform.internal.http")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.flinkplatform..")
                .and(not(resideInAPackage("dev.flinkplatform.internal.http"))))
        .check(MAIN);
  }

  @Test
  void spiAndEntry_ofPublicPackages_reachInternalOnlyThroughTheirEntryPoints() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.flinkplatform", "dev.flinkplatform.spi")
        .and()
        .doNotHaveFullyQualifiedName("dev.flinkplatform.FlinkPlatform")
        .and()
        .doNotHaveFullyQualifiedName("dev.flinkplatform.spi.Platforms")
        // What the local backend has, and a backend whose control plane lacks it may use.
        .and()
        .haveNameNotMatching("dev\\.flinkplatform\\.spi\\.(LocalRecords|StateFiles)(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..internal..")
        .check(MAIN);
  }

  @Test
  void core_internal_knowsNoBackend() {
    noClasses()
        .that()
        .resideInAPackage("dev.flinkplatform.internal")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.flinkplatform.internal.local..", "dev.flinkplatform.local..")
        .check(MAIN);
  }

  @Test
  void backend_local_doesNotKnowTheEngine() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.flinkplatform.internal.local..", "dev.flinkplatform.local..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.flinkplatform.internal")
        .check(MAIN);
  }

  @Test
  void packages_all_areNullMarked() {
    Set<String> unmarked = new HashSet<>();
    packages(MAIN.getPackage("dev.flinkplatform"), unmarked);

    assertThat(unmarked).isEmpty();
  }

  private static void packages(JavaPackage p, Set<String> unmarked) {
    if (!p.getClasses().isEmpty() && !p.isAnnotatedWith(NullMarked.class)) {
      unmarked.add(p.getName());
    }
    p.getSubpackages().forEach(sub -> packages(sub, unmarked));
  }

  @Test
  void main_anywhere_writesToNoStandardStream() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(MAIN);
    noClasses().should(callMethod(Throwable.class, "printStackTrace")).check(MAIN);
  }

  @Test
  void main_anywhere_usesNoOldTime() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Date")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Calendar")
        .check(MAIN);
  }

  @Test
  void main_anywhere_throwsNoGenericException() {
    GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(MAIN);
  }

  @Test
  void testMethods_all_areNamedMethodConditionExpectation() {
    methods()
        .that()
        .areAnnotatedWith(Test.class)
        .or()
        .areAnnotatedWith(ParameterizedTest.class)
        .or()
        .areAnnotatedWith(TestFactory.class)
        .should(
            new ArchCondition<JavaMethod>("be named method_condition_expectation") {
              @Override
              public void check(JavaMethod m, ConditionEvents events) {
                if (!m.getName().matches("[a-z]\\w*_[A-Za-z0-9]+_[A-Za-z0-9]+")) {
                  events.add(SimpleConditionEvent.violated(m, m.getFullName()));
                }
              }
            })
        .andShould(
            new ArchCondition<JavaMethod>("be in a class named ...Test or ...IT") {
              @Override
              public void check(JavaMethod m, ConditionEvents events) {
                JavaClass c = m.getOwner();
                while (c.getEnclosingClass().isPresent()) {
                  c = c.getEnclosingClass().get();
                }
                if (!c.getSimpleName().matches("\\w+(Test|IT)")) {
                  events.add(SimpleConditionEvent.violated(m, m.getFullName()));
                }
              }
            })
        .check(TESTS);
  }
}
