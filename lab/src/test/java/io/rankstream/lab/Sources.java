package io.rankstream.lab;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the sources of all modules print and measure, read from their text. */
public final class Sources {

  /** A comment, a character or a text block, which are skipped, or a text constant in group 1. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?s)//[^\\n]*|/\\*.*?\\*/|'(?:[^'\\\\\\n]|\\\\.)+'|\"\"\".*?\"\"\""
              + "|\"((?:[^\"\\\\\\n]|\\\\.)*)\"");

  /** A name given to a metric group, or to a method that registers with one. */
  private static final Pattern METRIC =
      Pattern.compile(
          "(?:\\.(?:counter|gauge|histogram|meter|addGroup)\\(|\\b\\w+\\((?:group|model|operator),)\\s*\"([A-Za-z]+)\"");

  private Sources() {}

  /**
   * The text constants of the programs. Constants that go on after a plus are one; so is each line
   * of the start script and of the configuration of the log.
   */
  public static List<String> texts() {
    Stream<String> constants = java().flatMap(Sources::constants);
    Stream<String> lines =
        Stream.of("rankstream", "pipeline/src/main/resources/log4j2.properties")
            .flatMap(file -> Documents.text(Documents.ROOT.resolve(file)).lines())
            .filter(line -> !line.startsWith("#"));
    return Stream.concat(constants, lines).toList();
  }

  /** The names that are registered with a metric group. */
  public static Set<String> metrics() {
    return java()
        .filter(source -> source.contains("MetricGroup"))
        .flatMap(source -> METRIC.matcher(source).results().map(found -> found.group(1)))
        .collect(Collectors.toSet());
  }

  static Stream<String> constants(String source) {
    return TOKEN
        .matcher(source.replaceAll("\"\\s*\\+\\s*\"", ""))
        .results()
        .map(Sources::constant)
        .filter(text -> !text.isEmpty());
  }

  private static String constant(MatchResult token) {
    return token.group(1) == null ? "" : token.group(1).replace("\\\"", "\"");
  }

  private static Stream<String> java() {
    return Stream.of("model", "pipeline", "lab")
        .flatMap(module -> Documents.files(module + "/src/main/java", ".java"))
        .map(Documents::text);
  }
}
