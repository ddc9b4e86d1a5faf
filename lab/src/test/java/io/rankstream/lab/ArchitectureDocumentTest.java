package io.rankstream.lab;

import static io.rankstream.lab.Documents.ROOT;
import static io.rankstream.lab.Documents.files;
import static io.rankstream.lab.Documents.section;
import static io.rankstream.lab.Documents.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the package tables of docs/architecture.md against the sources of all modules. */
class ArchitectureDocumentTest {

  private static final String PREFIX = "io.rankstream.";

  /** Package, what it is, what it may import. */
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z.]+)` \\| ([^|]+) \\|([^|]*)\\|$", Pattern.MULTILINE);

  private static final Pattern BACKTICKS = Pattern.compile("`([^`]+)`");

  /** A class of ours by its full name: in an import, in code or in the text of a constant. */
  private static final Pattern CLASS_NAME =
      Pattern.compile("\\bio\\.rankstream\\.((?:[a-z]+\\.)+)[A-Z]\\w*");

  /** A text constant, which stays, or a comment. */
  private static final Pattern TEXT_OR_COMMENT =
      Pattern.compile("(?s)(\"(?:\\\\.|[^\"\\\\\\n])*\")|/\\*.*?\\*/|//[^\\n]*");

  private static final Pattern SUMMARY =
      Pattern.compile("(?s)/\\*\\*[\\s*]*(.+?\\.)(?=\\s).*?\\*/");
  private static final Pattern NAMESPACE = Pattern.compile("\"namespace\": *\"([a-z.]+)\"");

  private record Row(String summary, Set<String> mayImport) {

    boolean allows(String name) {
      return mayImport.stream().anyMatch(allowed -> covers(allowed, name));
    }
  }

  @Test
  void everyPackageHasARowAndEveryRowAPackage() {
    assertThat(rows().keySet()).isEqualTo(packages());
  }

  @Test
  void everyPackageImportsOnlyWhatItsRowAllows() {
    Map<String, Row> rows = rows();
    List<String> problems = new ArrayList<>();
    imports()
        .forEach(
            (name, imported) ->
                imported.stream()
                    .filter(other -> rows.containsKey(name) && !rows.get(name).allows(other))
                    .forEach(other -> problems.add("%s may not import %s".formatted(name, other))));

    assertThat(problems).isEmpty();
  }

  @Test
  void rowsAllowOnlyPackagesThatExist() {
    Set<String> packages = packages();
    rows()
        .forEach(
            (name, row) ->
                assertThat(row.mayImport())
                    .as(name)
                    .allMatch(
                        allowed -> packages.stream().anyMatch(each -> covers(allowed, each))));
  }

  @Test
  void everyPackageSaysOfItselfWhatItsRowSays() {
    Map<String, String> inSources = new TreeMap<>();
    Map<String, String> inTable = new TreeMap<>();
    rows()
        .forEach(
            (name, row) -> {
              if (!name.equals("schemas")) { // generated: it has no package-info
                inTable.put(name, row.summary());
                inSources.put(name, summary(name));
              }
            });

    assertThat(inTable).isEqualTo(inSources);
  }

  @Test
  void everyClassThatTheTextNamesExists() {
    Set<String> names =
        Stream.of("docs/architecture.md", "CONTRIBUTING.md")
            .map(document -> text(ROOT.resolve(document)))
            .flatMap(text -> BACKTICKS.matcher(text).results())
            .map(found -> found.group(1))
            .filter(name -> name.matches("[A-Z][a-z]+[A-Z]\\w+"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(names).hasSizeGreaterThan(15);

    names.removeAll(classes());

    assertThat(names).as("classes that do not exist").isEmpty();
  }

  /** Whether a name is the allowed one; {@code a.*} allows a and everything below it. */
  private static boolean covers(String allowed, String name) {
    return allowed.endsWith(".*")
        ? (name + ".").startsWith(allowed.substring(0, allowed.length() - 1))
        : name.equals(allowed);
  }

  private static String withoutComments(String source) {
    return TEXT_OR_COMMENT
        .matcher(source)
        .replaceAll(
            found -> found.group(1) == null ? "" : Matcher.quoteReplacement(found.group(1)));
  }

  private static Map<String, Row> rows() {
    String page = text(ROOT.resolve("docs/architecture.md"));
    Map<String, Row> rows = new TreeMap<>();
    ROW.matcher(section(page, "Packages"))
        .results()
        .forEach(
            row ->
                assertThat(
                        rows.put(
                            row.group(1),
                            new Row(
                                row.group(2).strip(),
                                BACKTICKS
                                    .matcher(row.group(3))
                                    .results()
                                    .map(found -> found.group(1))
                                    .collect(Collectors.toCollection(TreeSet::new)))))
                    .as("a second row for " + row.group(1))
                    .isNull());
    return rows;
  }

  /** Packages of the modules without the common beginning of their names. */
  private static Set<String> packages() {
    Set<String> packages =
        sources()
            .map(ArchitectureDocumentTest::packageOf)
            .collect(Collectors.toCollection(TreeSet::new));
    files("schemas/src/main/avro", ".avsc")
        .map(file -> NAMESPACE.matcher(text(file)))
        .filter(Matcher::find)
        .forEach(namespace -> packages.add(namespace.group(1).substring(PREFIX.length())));
    return packages;
  }

  /** The packages that each package refers to, itself left out. */
  private static Map<String, Set<String>> imports() {
    Map<String, Set<String>> imports = new TreeMap<>();
    sources()
        .forEach(
            file -> {
              String name = packageOf(file);
              Set<String> imported = imports.computeIfAbsent(name, key -> new TreeSet<>());
              CLASS_NAME
                  .matcher(withoutComments(text(file)))
                  .results()
                  .map(found -> found.group(1).replaceAll("\\.$", ""))
                  .filter(other -> !other.equals(name))
                  .forEach(imported::add);
            });
    return imports;
  }

  /** The first sentence of a package's Javadoc on one line. */
  private static String summary(String name) {
    String folder = (PREFIX + name).replace('.', '/');
    return files(name.replaceAll("\\..*", "") + "/src/main/java/" + folder, "package-info.java")
        .filter(file -> packageOf(file).equals(name))
        .map(file -> SUMMARY.matcher(text(file)))
        .filter(Matcher::find)
        .map(found -> found.group(1).replaceAll("\\s*\\n \\*\\s*", " ").strip())
        .findFirst()
        .orElse("no package-info.java");
  }

  /** Simple names of the top-level classes of all modules, tests among them. */
  private static Set<String> classes() {
    Stream<Path> java =
        Stream.of("model", "pipeline", "lab").flatMap(module -> files(module + "/src", ".java"));
    Stream<Path> generated = files("schemas/src/main/avro", ".avsc");
    return Stream.concat(java, generated)
        .map(file -> file.getFileName().toString().replaceAll("\\..*", ""))
        .collect(Collectors.toSet());
  }

  private static Stream<Path> sources() {
    return Stream.of("model", "pipeline", "lab")
        .flatMap(module -> files(module + "/src/main/java", ".java"));
  }

  private static String packageOf(Path source) {
    Path module = ROOT.relativize(source);
    Path folder = module.subpath(4, module.getNameCount() - 1); // MODULE/src/main/java
    return folder.toString().replace('/', '.').substring(PREFIX.length());
  }
}
