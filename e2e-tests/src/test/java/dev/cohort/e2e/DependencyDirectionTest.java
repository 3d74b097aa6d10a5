package dev.cohort.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Modules use each other in one direction; see {@link Modules#MAY_USE}. */
final class DependencyDirectionTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(Modules.ROOT);

  static Stream<String> modules() {
    return Modules.MAY_USE.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void usesOnlyWhatItMay(String module) {
    rule(module, Modules.MAY_USE.get(module)).allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void findsEveryClassOfTheSources() throws IOException {
    List<String> sources = Modules.sourceClasses();
    assertTrue(sources.size() > 50, "too few sources: " + sources);
    List<String> missing = sources.stream().filter(name -> !CLASSES.contain(name)).toList();
    assertEquals(
        List.of(), missing, "not on this module's class path; its pom.xml lacks a dependency");
  }

  @Test
  void knowsEveryModule() {
    Set<String> found =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(Modules.ROOT + "."))
            .map(name -> name.split("\\.")[2])
            .filter(module -> !module.equals("e2e"))
            .collect(Collectors.toCollection(TreeSet::new));
    found.removeAll(Modules.MAY_USE.keySet());
    assertEquals(Set.of(), found, "modules without an entry in Modules.MAY_USE");
  }

  /** Uses that exist: were these rules blind, they would pass. */
  @Test
  void seesForbiddenUses() {
    assertTrue(rule("cli", Set.of("packages", "protocol")).evaluate(CLASSES).hasViolation());
    assertTrue(rule("aggregator", Set.of("packages")).evaluate(CLASSES).hasViolation());
    assertTrue(rule("student", Set.of("protocol")).evaluate(CLASSES).hasViolation());
    assertFalse(rule("protocol", Set.of()).evaluate(CLASSES).hasViolation());
  }

  private static ArchRule rule(String module, Set<String> mayUse) {
    String[] forbidden =
        Stream.concat(modules(), Stream.of("e2e"))
            .filter(other -> !other.equals(module) && !mayUse.contains(other))
            .map(Modules::pattern)
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(Modules.pattern(module))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden);
  }
}
