package dev.flinkplatform.cmf.rest;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What users see of the client is made of the JDK and the SDK. */
class ArchitectureTest {

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.flinkplatform.cmf.rest");

  @Test
  void publicSignatures_ofTheClient_areMadeOfTheJdkAndTheSdk() {
    classes()
        .that()
        .arePublic()
        .should(
            new ArchCondition<JavaClass>("show JDK and SDK only") {
              @Override
              public void check(JavaClass c, ConditionEvents events) {
                for (JavaCodeUnit unit : c.getCodeUnits()) {
                  if (unit.getModifiers().contains(JavaModifier.PUBLIC)) {
                    Set<JavaClass> seen =
                        new HashSet<>(unit.getReturnType().getAllInvolvedRawTypes());
                    unit.getParameterTypes().forEach(p -> seen.addAll(p.getAllInvolvedRawTypes()));
                    report(c, unit, seen, events);
                  }
                }
              }
            })
        .check(MAIN);
  }

  private static void report(
      JavaClass c, JavaCodeUnit unit, Set<JavaClass> seen, ConditionEvents events) {
    for (JavaClass type : seen) {
      String name = type.getBaseComponentType().getPackageName();
      boolean known =
          type.getBaseComponentType().isPrimitive()
              || List.of("java.", "javax.net.", "dev.flinkplatform.").stream()
                  .anyMatch((name + ".")::startsWith);
      if (!known) {
        events.add(SimpleConditionEvent.violated(c, unit.getFullName() + " shows " + type));
      }
    }
  }

  @Test
  void client_ofCmf_knowsOfCoreWhatRestClientsShareOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "dev.flinkplatform.internal..",
                    "dev.flinkplatform.spi",
                    "dev.flinkplatform.local..")
                .and(not(resideInAPackage("dev.flinkplatform.internal.http"))))
        .check(MAIN);
  }
}
