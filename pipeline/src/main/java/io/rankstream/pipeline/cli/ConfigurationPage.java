package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.SettingTable;
import io.rankstream.pipeline.event.RejectionReason;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The configuration reference: {@code run --help-config} prints it, docs/configuration.md is it.
 */
final class ConfigurationPage {

  private static final String HEAD =
      """
      # Configuration

      Written by `./rankstream run --help-config > docs/configuration.md`. A test fails when this page and the program
      differ: change the texts in `JobOptions`, `ModelOptions` and `RejectionReason`, and write the page anew.

      ## How settings are given

      - Put `key = value` lines into a properties file and name it with `--config FILE`, or give `--key value` on the
        command line. The command line wins over the file.
      - All problems are reported together, each with its key, its value and the accepted values; the exit code is 2.
        `./rankstream run --dry-run` only checks the settings; `./rankstream doctor` also checks Kafka and the machine.
      - Keys that start with `kafka.` go to the Kafka clients without that prefix, such as `kafka.bootstrap.servers`
        (default `localhost:9092`) or `kafka.security.protocol`. Keep passwords out of the file:
        [operations, security](operations.md#security).
      - Flink's own keys are accepted too, such as `execution.checkpointing.interval`, `state.backend.type` or
        `parallelism.default`. The defaults that Rankstream changes are in [operations](operations.md#checkpoints).
      - A duration is a number with `ms`, `s`, `min`, `h` or `d`. A size is a number with `b`, `kb`, `mb` or `gb`. The
        members of a list are separated by `;`. A choice may be written in upper case and with `_`.

      ## Settings

      """;

  private static final String REASONS =
      """

      ## Reasons of dead letters

      Records that cannot be used go to `output.dead-letters-topic`, complete with key, value and headers, and with their
      origin; `detail` explains the reason in words. `./rankstream tail dead-letters --from-beginning` reads them. Everything
      that is wrong with a record is found when it is read, damaged pixels too. A part that is too large for a dead letter
      stays in the input topic, and the dead letter holds its size and SHA-256. `LAG_SHED`, `TOO_MANY_CLASSES` and
      `EMBEDDING_NOT_FINITE` are found later and concern good images: such a letter tells only where the record stands. So
      does `STREAM_UNKNOWN` for an image that waited while its stream was removed. The attributes of an image are never read.

      The Kafka record of a letter has the time of writing, whatever time its image had, and headers for tools that know the
      dead letters of Kafka Connect: `reason`, and `__connect.errors.` with `topic`, `partition`, `offset`,
      `exception.class.name` and `exception.message`.

      | Reason | Meaning | What to do |
      |---|---|---|
      """;

  private ConfigurationPage() {}

  /** The page in Markdown. */
  static String markdown() {
    return HEAD + SettingTable.markdown() + REASONS + reasons();
  }

  private static String reasons() {
    return Arrays.stream(RejectionReason.values())
        .map(reason -> "| `%s` | %s | %s |\n".formatted(reason, reason.meaning(), reason.remedy()))
        .collect(Collectors.joining());
  }
}
