package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.OptionTable;
import io.rankstream.pipeline.event.RejectionReason;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The configuration reference that {@code run --help-config} prints; docs/configuration.md is it.
 */
final class ConfigurationPage {

  private static final String HEAD =
      """
      # Configuration

      Written by `./rankstream run --help-config > docs/configuration.md`. A test fails when this page and the program
      differ: change the descriptions in `JobOptions` and `RejectionReason`, and write the page anew.

      ## How settings are given

      - Lines `key = value` in a properties file, `--config FILE`, and `--key value` on the command line, which wins.
      - All problems are reported at once, each with its key, its value and what would be accepted; exit code 2.
        `./rankstream run --dry-run` checks the settings and stops, `./rankstream doctor` looks at Kafka and the machine too.
      - Keys that start with `kafka.` go to the Kafka clients without that prefix: `kafka.bootstrap.servers` (without it
        `localhost:9092`), `kafka.security.protocol`, and so on. Passwords stand better outside the file:
        [operations, security](operations.md#security).
      - Flink's own keys are accepted beside these, such as `execution.checkpointing.interval`, `state.backend.type` or
        `parallelism.default`. What Rankstream sets of them unless you do is in [operations](operations.md#checkpoints).
      - A duration is a number with `ms`, `s`, `min`, `h` or `d`, a size one with `b`, `kb`, `mb` or `gb`; members of a list
        are separated by `;`.

      ## Settings

      """;

  private static final String REASONS =
      """

      ## Reasons of dead letters

      Records that cannot be used go to `output.dead-letters-topic`, whole and with their origin; `detail` says more for
      people. `./rankstream tail dead-letters --from-beginning` reads them. An image whose header is good and whose pixels
      are not is found when its batch is decoded; its dead letter comes then, once. A record that is too large for a dead
      letter stays in the input topic, and its letter says where it is, with its size and SHA-256. Attributes of an image
      are not read, however many there are.

      | Reason | Meaning | What to do |
      |---|---|---|
      """;

  private ConfigurationPage() {}

  /** The page in Markdown. */
  static String markdown() {
    return HEAD + OptionTable.markdown() + REASONS + reasons();
  }

  private static String reasons() {
    return Arrays.stream(RejectionReason.values())
        .map(reason -> "| `%s` | %s | %s |\n".formatted(reason, reason.meaning(), reason.remedy()))
        .collect(Collectors.joining());
  }
}
