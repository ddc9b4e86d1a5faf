package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.Devices;
import io.rankstream.pipeline.Fixtures;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rule that is enforced is the rule that the message states, for every setting. */
class SettingRulesTest {

  /** Key, values just inside, values just outside, and the rule as the message states it. */
  private static final String BOUNDS =
      """
      input.max-record-bytes        | 1 b; 1 gb              | 0 b; 1025 mb         | 1 b to 1 gb
      input.max-id-length           | 1; 10000               | 0; 10001             | 1 to 10000
      input.max-label-length        | 1; 10000               | 0; 10001             | 1 to 10000
      output.max-dead-letter-bytes  | 64 kb; 1 gb            | 65535 b; 1025 mb     | 64 kb to 1 gb
      output.transaction-timeout    | 10 s; 24 d             | 9999 ms; 577 h       | 10 s to 24 d
      batch.classes                 | 2                      | 1                    | at least 2, or no anchor has a negative
      batch.images-per-class        | 2                      | 1                    | at least 2, or no anchor has a positive
      batch.train-every             | 1                      | 0                    | at least 1
      batch.fresh-classes           | 0                      | -1                   | at least 0
      batch.max-repeats             | 1; 1e6                 | 0.999; 1000001       | 1 to 1000000
      batch.min-images              | 0; 16                  | -1                   | at least 0
      batch.max-wait                | 1 ms                   | 999 micro            | at least 1 ms
      training.passes               | 0; 100000              | -1; 100001           | 0 to 100000
      training.quiet                | 1 ms                   | 0 s                  | at least 1 ms
      window.fresh-per-class        | 2                      | 1                    | at least 2
      window.reservoir-per-class    | 1                      | 0                    | at least 1
      window.max-bytes              | 1 mb                   | 1023 kb              | at least 1 mb
      window.class-ttl              | 0 s                    |                      | at least 0 s
      repeats.within                | 0 s                    |                      | at least 0 s
      repeats.remembered            | 1                      | 0                    | at least 1
      image.max-bytes               | 1 b; 1 gb              | 0 b; 1025 mb         | 1 b to 1 gb
      image.max-width               | 1                      | 0                    | at least 1
      image.max-height              | 1                      | 0                    | at least 1
      image.max-pixels              | 1                      | 0                    | at least 1
      trainer.batches-in-flight     | 1                      | 0                    | at least 1
      prequential.fading-factor     | 1e-9; 1                | 0; 1.000001          | above 0 and at most 1
      prequential.window            | 1; 100000              | 0; 100001            | 1 to 100000
      versions.every-steps          | 0                      | -1                   | at least 0
      versions.every                | 0 s                    |                      | at least 0 s
      versions.keep                 | 0                      | -1                   | at least 0
      training.replicas             | 1; 2; 4; 8; 16         | 0; 3; 32             | 1, 2, 4, 8 or 16
      training.steps-per-round      | 1; 100000              | 0; 100001            | 1 to 100000
      training.round-wait           | 1 ms                   | 0 s                  | at least 1 ms
      embed.parallelism             | 0; 32768               | -1; 32769            | 0 to 32768
      embed.batch-size              | 1                      | 0                    | at least 1
      embed.max-wait                | 1 ms                   | 999 micro            | at least 1 ms
      embed.every-steps             | 1                      | 0                    | at least 1
      embed.adopt-every             | 1                      | 0                    | at least 1
      embed.max-lag                 | 0 s                    |                      | at least 0 s
      embeddings.refresh            | 0; 100000              | -1; 100001           | 0 to 100000
      epochs.every                  | 0 s                    |                      | at least 0 s
      epochs.drift                  | 0                      | -0.1; 2.1            | 0 to 2
      epochs.max-rate               | 0; 1000000             | -1; 1000001          | 0 to 1000000
      drift.anchors                 | 0; 16; 1024          | -1; 1; 15; 1025      | 16 to 1024, or 0 for no measurement
      drift.every-steps             | 1                    | 0                    | at least 1
      augmentation.crop-padding     | 0                      | -1                   | at least 0
      augmentation.zoom             | 0; 0.99                | -1e-9; 1             | at least 0 and below 1
      augmentation.erase            | 0; 1                   | -1e-9; 1.000001      | 0 to 1
      model.channels                | 0; 1; 3                | -1; 2; 4             | 1 or 3, or 0 for the backbone's own
      model.height                  | 0; 8; 2048             | -1; 7; 2049          | 8 to 2048, or 0 for the backbone's own
      model.width                   | 0; 8; 2048             | -1; 7; 2049          | 8 to 2048, or 0 for the backbone's own
      model.embedding-dimension     | 2; 8192                | 1; 8193              | 2 to 8192
      model.max-classes             | 2; 1000000             | 1; 1000001           | 2 to 1000000
      model.average-decay           | 0; 0.999999            | -1e-9; 1             | at least 0 and below 1
      model.seed                    | -9223372036854775808; 9223372036854775807 |   | positive, negative or 0
      loss.temperature              | 0.01; 10               | 0; 0.0099; 10.01     | 0.01 to 10
      loss.logit-adjustment         | 0; 10                  | -1e-9; 10.000001     | 0 to 10
      loss.label-smoothing          | 0; 0.999999            | -1e-9; 1             | at least 0 and below 1
      loss.mixup                    | 0; 0.05; 4             | -1e-9; 0.049; 4.001  | 0.05 to 4, or 0 for no mixing
      loss.mixup-share              | 1e-9; 1                | 0; 1.000001          | above 0 and at most 1
      loss.center-rate              | 0; 1                   | -1e-9; 1.000001      | 0 to 1
      optimizer.learning-rate       | 1e-9; 10               | 0; 10.00001          | above 0 and at most 10
      optimizer.heads-factor        | 1e-9; 1e6              | 0; 1e7               | above 0 and at most 1000000
      optimizer.total-steps         | 1                      | 0                    | at least 1
      optimizer.power               | 1e-9; 100              | 0; 101               | above 0 and at most 100
      optimizer.warm-up-steps       | 0                      | -1                   | at least 0
      optimizer.momentum            | 0; 0.999999            | -1e-9; 1             | at least 0 and below 1
      optimizer.beta2               | 1e-9; 0.999999         | 0; 1                 | above 0 and below 1
      optimizer.weight-decay        | 0; 0.999999            | -1e-9; 1             | at least 0 and below 1
      optimizer.clip-norm           | 0; 9.9e29              | -1e-9; 1e30; 1e31    | at least 0 and below 1e30
      optimizer.accumulate          | 1                      | 0                    | at least 1
      guard.max-norm-factor         | 0; 1.000001; 9.9e29    | -1; 1; 1e30; 1e31    | above 1 and below 1e30, or 0 for any length
      guard.min-spread              | 0; 0.999999            | -1e-9; 1             | at least 0 and below 1
      guard.patience                | 1                      | 0                    | at least 1
      guard.keep-every              | 1                      | 0                    | at least 1
      guard.max-rollbacks           | 0                      | -1                   | at least 0
      """;

  private static final Set<ValueType> BOUNDED =
      EnumSet.of(
          ValueType.INTEGER, ValueType.LONG, ValueType.NUMBER, ValueType.DURATION, ValueType.SIZE);

  @ParameterizedTest
  @MethodSource("bounds")
  void takesValuesJustInsideInBothLayers(Bounds bounds) {
    for (String value : bounds.inside()) {
      assertThatCode(() -> withSmallBatches(bounds.key(), value))
          .as("%s = %s", bounds.key(), value)
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("bounds")
  void statesTheRuleForValuesJustOutside(Bounds bounds) {
    for (String value : bounds.outside()) {
      assertThatThrownBy(() -> withSmallBatches(bounds.key(), value))
          .isInstanceOfSatisfying(
              ConfigurationException.class,
              e ->
                  assertThat(e.problems())
                      .containsExactly(
                          "Invalid %s: %s (must be %s)"
                              .formatted(bounds.key(), value, bounds.accepted())));
    }
  }

  @Test
  void everyNumberDurationAndSizeIsInTheTable() {
    assertThat(bounds().map(Bounds::key))
        .containsExactlyElementsOf(
            JobOptions.all().stream()
                .filter(setting -> BOUNDED.contains(setting.type()))
                .map(Setting::key)
                .toList());
  }

  @Test
  void everyDefaultIsAccepted() {
    for (Setting<?> setting : JobOptions.all()) {
      assertThat(defaultProblem(setting)).as(setting.key()).isFalse();
    }
  }

  @Test
  void undefinedNumbersAreOutsideEveryRule() {
    for (Setting<?> setting : JobOptions.all()) {
      if (setting.type() == ValueType.NUMBER) {
        for (String value : List.of("NaN", "Infinity", "-Infinity")) {
          assertThatThrownBy(() -> Fixtures.config(setting.key(), value))
              .hasMessageContaining(
                  "Invalid %s: %s (must be %s)", setting.key(), value, setting.accepted());
        }
      }
    }
  }

  @Test
  void textsThatAreNoValueAreToldTheTypeToo() {
    assertUnreadable("batch.classes", "2.5", "a 32-bit integer: at least 2, or no anchor has a n");
    assertUnreadable("batch.train-every", "3000000000", "a 32-bit integer: at least 1");
    assertUnreadable("optimizer.total-steps", "many", "a 64-bit integer: at least 1");
    assertUnreadable("optimizer.power", "2,5", "a number: above 0 and at most 100");
    assertUnreadable("embed.max-lag", "-5 s", "a duration such as 1 min: at least 0 s");
    assertUnreadable("window.max-bytes", "much", "a size such as 512 mb: at least 1 mb");
    assertUnreadable("input.bounded", "maybe", "true or false");
    assertUnreadable("batch.sampler", "random", "one of pk, natural");
  }

  @Test
  void theBalanceIsANumberOrAWord() {
    assertThat(Fixtures.config("batch.balance", "0.5").batch().balance())
        .isEqualTo(new Balance(false, 0.5, 50));
    assertThat(
            Fixtures.config("batch.balance", "Auto", "batch.max-repeats", "20").batch().balance())
        .isEqualTo(new Balance(true, 0, 20));
    for (String value : List.of("-1e-9", "1.000001", "NaN", "automatic", "")) {
      assertThatThrownBy(() -> Fixtures.config("batch.balance", value))
          .hasMessageContaining(
              "Invalid batch.balance: %s (must be auto or a number of 0 to 1)", value);
    }
  }

  @Test
  void theDeviceIsOneThatTheModelKnows() {
    for (String name : List.of("auto", "cpu", "gpu", "gpu:0", "gpu:12")) {
      assertThat(Devices.isName(name)).isTrue();
      assertThat(Fixtures.config("model.device", name).device()).isEqualTo(name);
    }
    for (String name : List.of("", "GPU", "gpu:", "gpu:-1", "gpu:99999999999", "tpu")) {
      assertThat(Devices.isName(name)).isFalse();
      assertThatThrownBy(() -> Fixtures.config("model.device", name))
          .hasMessageContaining("Invalid model.device: %s (must be auto, cpu, gpu or gpu:N)", name);
    }
  }

  @Test
  void wordsAndNumbersOfTheLossAreChecked() {
    assertThat(Fixtures.config("loss.margin", "Soft").model().loss().margin().isSoft()).isTrue();
    for (String margin : List.of("-0.1", "NaN", "Infinity", "wide")) {
      assertThatThrownBy(() -> Fixtures.config("loss.margin", margin))
          .hasMessageContaining(
              "Invalid loss.margin: %s (must be soft or a number of at least 0)", margin);
    }
    for (String lambda : List.of("-0.1", "NaN", "1000.5", "soft")) {
      assertThatThrownBy(() -> Fixtures.config("loss.lambda", lambda))
          .hasMessageContaining(
              "Invalid loss.lambda: %s (must be auto or a number of 0 to 1000)", lambda);
    }
  }

  @Test
  void everySettingIsInTheTableOfThePageWithItsRule() {
    String page = SettingTable.markdown();

    assertThat(JobOptions.all()).hasSizeGreaterThan(40);
    for (Setting<?> setting : JobOptions.all()) {
      assertThat(page).contains("| `" + setting.key() + "` |");
      assertThat(page).contains("| %s | %s |".formatted(setting.accepted(), setting.meaning()));
    }
  }

  @Test
  void textsNameOnlySettingsThatExist() {
    Set<String> keys = JobOptions.all().stream().map(Setting::key).collect(Collectors.toSet());
    String groups =
        keys.stream()
            .map(key -> key.replaceFirst("[.].*", ""))
            .distinct()
            .collect(Collectors.joining("|"));
    Pattern named = Pattern.compile("\\b(?:%s)[.][a-z][a-z-]*[a-z]\\b".formatted(groups));

    for (Setting<?> setting : JobOptions.all()) {
      assertThat(named.matcher(setting.accepted() + " " + setting.meaning()).results())
          .as(setting.key())
          .allSatisfy(found -> assertThat(keys).contains(found.group()));
    }
  }

  private static void assertUnreadable(String key, String value, String rule) {
    assertThatThrownBy(() -> Fixtures.config(key, value))
        .hasMessageContaining("Invalid %s: %s (must be %s", key, value, rule);
  }

  private static <T> boolean defaultProblem(Setting<T> setting) {
    return setting.problem(setting.defaultValue()).isPresent();
  }

  /** Small batches and both sides of the input, so that no rule between two settings is broken. */
  private static JobConfig withSmallBatches(String key, String value) {
    Configuration configuration =
        new JobSettings()
            .with(JobOptions.BATCH_CLASSES, 2)
            .with(JobOptions.BATCH_IMAGES_PER_CLASS, 2)
            .configuration();
    if (key.equals("model.height") || key.equals("model.width")) {
      String other = value.equals("0") ? value : "28";
      configuration.setString("model.height", other);
      configuration.setString("model.width", other);
    }
    configuration.setString(key, value);
    return JobConfig.from(configuration);
  }

  private static Stream<Bounds> bounds() {
    return BOUNDS.lines().map(Bounds::parse);
  }

  private record Bounds(String key, List<String> inside, List<String> outside, String accepted) {

    static Bounds parse(String line) {
      List<String> cells = Arrays.stream(line.split("[|]", -1)).map(String::strip).toList();
      return new Bounds(cells.get(0), values(cells.get(1)), values(cells.get(2)), cells.get(3));
    }

    private static List<String> values(String cell) {
      return Arrays.stream(cell.split(";", -1))
          .map(String::strip)
          .filter(value -> !value.isEmpty())
          .collect(Collectors.toList());
    }
  }
}
