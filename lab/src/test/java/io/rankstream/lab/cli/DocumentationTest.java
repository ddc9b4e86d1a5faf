package io.rankstream.lab.cli;

import static io.rankstream.lab.Documents.ROOT;
import static io.rankstream.lab.Documents.section;
import static io.rankstream.lab.Documents.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.Documents;
import io.rankstream.lab.Sources;
import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.Setting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Holds what the documents say against the program. */
class DocumentationTest {

  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

  /** A command between backticks, or on a line of its own in a block. */
  private static final Pattern INLINE = Pattern.compile("`(\\./rankstream [^`]+)`");

  /** A key between backticks, with a value or without. */
  private static final Pattern KEY =
      Pattern.compile("`([a-z]+\\.[a-z]+[a-z.-]*)(?: ?[=:] ?([^`]+))?`");

  /** A line of a properties file in a block. */
  private static final Pattern PROPERTY =
      Pattern.compile("^    ([a-z]+(?:\\.[a-z-]+)+) = (.+)$", Pattern.MULTILINE);

  /** The name of a metric in the first cell of a row. */
  private static final Pattern METRIC =
      Pattern.compile("^\\| `([A-Za-z.]+)` \\|", Pattern.MULTILINE);

  /** A message in the first cell of a row; what changes in it is written as an ellipsis. */
  private static final Pattern MESSAGE = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);

  private record Line(Path document, String text) {}

  @Test
  void theConfigurationPageIsTheOneThatTheProgramPrints() {
    assertThat(text(ROOT.resolve("docs/configuration.md"))).isEqualTo(run("run", "--help-config"));
  }

  @Test
  void everyCommandLineCanBeParsed() {
    List<Line> commands = commands();
    assertThat(commands).hasSizeGreaterThan(30);
    List<String> problems = new ArrayList<>();
    for (Line command : commands) {
      String[] words = words(command.text());
      if (words.length > 0 && words[0].equals("COMMAND")) {
        words[0] = "run"; // stands for any
      }
      problem(words).ifPresent(problem -> problems.add("%s: %s".formatted(command, problem)));
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void everyCommandExplainsItselfAndIsInTheReadme() {
    String readme = text(ROOT.resolve("README.md"));
    Lab.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (!command.getCommandSpec().usageMessage().hidden()) {
                assertThat(run(name, "--help")).contains("Example");
                assertThat(readme).contains("./rankstream " + name);
              }
            });
    assertThat(run("--help")).contains("Start here:");
    assertThat(run("--version")).startsWith("rankstream ");
  }

  @Test
  void everySettingInTheTextExists() {
    Set<String> groups =
        JobOptions.all().stream()
            .map(option -> option.key().substring(0, option.key().indexOf('.')))
            .collect(Collectors.toSet());
    Set<String> keys = JobOptions.all().stream().map(Setting::key).collect(Collectors.toSet());
    List<String> problems = new ArrayList<>();
    for (Path document : Documents.all()) {
      String text = text(document);
      KEY.matcher(text)
          .results()
          .filter(found -> groups.contains(found.group(1).replaceAll("\\..*", "")))
          .filter(found -> !found.group(1).matches(".*\\.(safetensors|v)"))
          .filter(found -> !isPackageOfTheModel(found.group(1)))
          .forEach(
              found -> {
                if (!keys.contains(found.group(1))) {
                  problems.add("%s: no key %s".formatted(document, found.group(1)));
                } else if (found.group(2) != null) {
                  problem(found.group(1), found.group(2)).ifPresent(problems::add);
                }
              });
      PROPERTY
          .matcher(text)
          .results()
          .forEach(found -> problem(found.group(1), found.group(2)).ifPresent(problems::add));
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void everyLinkPointsAtAFileAndAHeading() {
    List<String> problems = new ArrayList<>();
    for (Path document : Documents.all()) {
      String prose = text(document).replaceAll("(?s)```.*?```", "");
      LINK.matcher(prose)
          .results()
          .map(found -> found.group(1))
          .filter(link -> !link.matches("https?:.*"))
          .forEach(
              link -> {
                String[] parts = link.split("#", 2);
                Path target =
                    parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
                if (!Files.exists(target)) {
                  problems.add("%s: no file %s".formatted(document, link));
                } else if (parts.length == 2
                    && text(target)
                        .lines()
                        .filter(line -> line.startsWith("#"))
                        .map(line -> anchor(line.replaceFirst("^#+ ", "")))
                        .noneMatch(parts[1]::equals)) {
                  problems.add("%s: no heading %s".formatted(document, link));
                }
              });
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void everyMetricInTheOperationsGuideIsRegistered() {
    Set<String> registered = Sources.metrics();
    List<String> metrics = firstCells(METRIC, "Monitoring");

    assertThat(metrics).hasSizeGreaterThan(20);
    for (String metric : metrics) {
      assertThat(registered).as(metric).contains(metric.split("\\.", -1)); // group by group
    }
  }

  @Test
  void everyErrorInTheOperationsGuideIsOneThatTheProgramPrints() {
    List<String> texts = Sources.texts();
    List<String> messages = firstCells(MESSAGE, "Errors by their text");

    assertThat(messages).hasSizeGreaterThan(20);
    for (String message : messages) {
      assertThat(texts.stream().anyMatch(oneText(message).asPredicate())).as(message).isTrue();
    }
  }

  @Test
  void theReadmeLinksEveryGuide() {
    Path readme = ROOT.resolve("README.md");
    for (Path document : Documents.all()) {
      if (!document.equals(readme)) {
        assertThat(text(readme)).contains("(" + ROOT.relativize(document) + ")");
      }
    }
  }

  /** Every command line of the documents, whole where it goes on after a backslash. */
  private static List<Line> commands() {
    List<Line> commands = new ArrayList<>();
    for (Path document : Documents.all()) {
      String joined = text(document).replaceAll("\\\\\\n\\s*", " ");
      Stream.concat(
              joined.lines().map(String::strip).filter(line -> line.startsWith("./rankstream ")),
              INLINE
                  .matcher(joined.replaceAll("\\n *(?=\\S)", " ")) // prose breaks anywhere
                  .results()
                  .map(found -> found.group(1)))
          .forEach(command -> commands.add(new Line(document, command)));
    }
    return commands;
  }

  /** The words of a command as a shell takes them apart, up to a pipe, a redirection or the end. */
  private static String[] words(String command) {
    String bare = command.replaceAll("\\s{3,}.*", ""); // what the command does stands beside it
    Matcher word = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)").matcher(bare);
    List<String> words = new ArrayList<>();
    while (word.find()) {
      if (word.group(3) != null && word.group(3).matches("[|>&].*|\\.\\.\\.|…")) {
        break;
      }
      words.add(
          Stream.of(1, 2, 3).map(word::group).filter(each -> each != null).findFirst().orElse(""));
    }
    return words.subList(1, words.size()).toArray(String[]::new);
  }

  /** What is wrong with a command, which is parsed and not run. */
  private static Optional<String> problem(String... words) {
    if (words.length == 1 && Lab.commandLine().getSubcommands().containsKey(words[0])) {
      return Optional.empty(); // the command as such
    }

    try {
      CommandLine.ParseResult parsed = Lab.commandLine().parseArgs(words);
      List<String> settings =
          parsed.hasSubcommand() ? parsed.subcommand().unmatched() : parsed.unmatched();
      JobConfig.from(JobSettings.read(null, settings));
      return Optional.empty();
    } catch (CommandLine.ParameterException | ConfigurationException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Optional<String> problem(String key, String value) {
    Configuration settings = new Configuration();
    settings.setString(key, value);
    try {
      JobConfig.from(settings);
      return Optional.empty();
    } catch (ConfigurationException e) {
      return e.problems().stream()
          .filter(
              problem ->
                  problem.matches("(?:Invalid|Unknown key) %s\\b.*".formatted(Pattern.quote(key))))
          .findFirst();
    }
  }

  private static boolean isPackageOfTheModel(String name) {
    return Files.isDirectory(
        ROOT.resolve("model/src/main/java/io/rankstream").resolve(name.replace('.', '/')));
  }

  /** What the rows of a section of the operations guide are about. */
  private static List<String> firstCells(Pattern row, String heading) {
    return row.matcher(section(text(ROOT.resolve("docs/operations.md")), heading))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** Finds a message in one text constant; an ellipsis stands for anything. */
  private static Pattern oneText(String message) {
    return Pattern.compile(
        Stream.of(message.split("…", -1))
            .map(part -> Pattern.quote(part.strip()))
            .collect(Collectors.joining(".*?")));
  }

  /** The address that GitHub gives to a heading. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  private static String run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    assertThat(line.execute(arguments)).as(String.join(" ", arguments)).isZero();
    return out.toString();
  }
}
