package io.rankstream.pipeline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.GlobalConfiguration;

/**
 * Keeps passwords out of settings and messages.
 *
 * <p>A Kafka setting may refer to its secret instead of holding it: {@code ${env:NAME}}, {@code
 * ${file:PATH:KEY}} (a key of a properties file) or {@code ${dir:PATH:FILE}} (a whole file).
 * Kafka's own config providers resolve these in each client; the job graph holds only the names.
 */
public final class Secrets {

  private static final String HIDDEN = "(hidden)";
  private static final String PROVIDERS = "config.providers";
  private static final Map<String, String> CLASSES =
      Map.of(
          "env", "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
          "file", "org.apache.kafka.common.config.provider.FileConfigProvider",
          "dir", "org.apache.kafka.common.config.provider.DirectoryConfigProvider");

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file|dir):([^}]*)}");
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?i)((?:password|passwd|secret|token|credential|api[._-]?key)[\\w.-]*\\s*=\\s*)(?:\"(?:\\\\.|[^\"\\\\])*\"|'[^']*'|[^\\s;]+)");

  private Secrets() {}

  /**
   * Turns on Kafka's config providers when a setting refers to a secret and the user has not chosen
   * providers.
   *
   * @param kafka settings of Kafka clients; changed in place
   */
  public static void turnOnProviders(Map<? super String, ? super String> kafka) {
    boolean refers = kafka.values().stream().anyMatch(value -> refers(value.toString()));
    if (refers && !kafka.containsKey(PROVIDERS)) {
      kafka.put(PROVIDERS, "env,file,dir");
      CLASSES.forEach((name, type) -> kafka.put(PROVIDERS + "." + name + ".class", type));
    }
  }

  /** Whether a value refers to a secret instead of holding it. */
  static boolean refers(String value) {
    return REFERENCE.matcher(value).find();
  }

  /**
   * One sentence for each environment variable that a setting refers to and that is not set.
   *
   * @param kafka settings by Kafka's own keys
   * @param prefix what the user writes before a key
   */
  public static List<String> missing(Map<String, String> kafka, String prefix) {
    List<String> problems = new ArrayList<>();
    kafka.forEach(
        (key, value) -> {
          Matcher matcher = REFERENCE.matcher(value);
          while (matcher.find()) {
            if (matcher.group(1).equals("env") && System.getenv(matcher.group(2)) == null) {
              problems.add(
                  "The environment variable %s that %s%s names is not set"
                      .formatted(matcher.group(2), prefix, key));
            }
          }
        });
    return problems;
  }

  /**
   * Arguments of a command, with the values of passwords and secrets replaced; one that refers to
   * its secret stays.
   *
   * @param arguments words of a command line, such as {@code --key}, {@code value}
   */
  public static List<String> hide(List<String> arguments) {
    List<String> shown = new ArrayList<>();
    boolean isSecret = false; // whether this word is the value of the key before it
    for (String argument : arguments) {
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      if (isSecret) {
        shown.add(hiddenUnlessRefers(argument));
      } else if (equals > 0 && isSecretKey(argument.substring(0, equals))) {
        shown.add(
            argument.substring(0, equals + 1) + hiddenUnlessRefers(argument.substring(equals + 1)));
      } else {
        shown.add(hide(argument));
      }
      isSecret = !isSecret && equals < 0 && isSecretKey(argument);
    }

    return shown;
  }

  private static boolean isSecretKey(String word) {
    return word.startsWith("--") && GlobalConfiguration.isSensitive(word);
  }

  private static String hiddenUnlessRefers(String value) {
    return refers(value) ? hide(value) : HIDDEN;
  }

  /** The text with the values of passwords and secrets replaced. */
  public static String hide(String text) {
    return ASSIGNMENT.matcher(text).replaceAll("$1" + HIDDEN);
  }
}
