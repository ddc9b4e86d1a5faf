package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.redrive.LetterSelection;
import io.rankstream.pipeline.tools.redrive.Redrive;
import io.rankstream.pipeline.tools.redrive.RedriveReport;
import io.rankstream.pipeline.tools.redrive.RedriveTally;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends dead letters to the input topic again. */
@Command(
    name = "redrive",
    description = {
      "Send the records of dead letters to the input topic again, each once, and stop at the end.",
      "Without --reason it takes the letters whose record can be accepted as it is, now that the cause is gone;",
      "records that are bad themselves only when their reason is named. The header rankstream.redriven of a",
      "record says how often it came back. What was sent is remembered in consumer groups: a redrive that is",
      "run again, or was killed, sends no letter twice."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream redrive --dry-run                        count the letters by reason",
      "  rankstream redrive --reason lag-shed --rate 50      send those again that the job had no time for",
      "  rankstream redrive --reason schema-unknown --since 2026-03-01T00:00:00Z"
    })
final class RedriveCommand implements Callable<Integer> {

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  @Mixin KafkaOptions kafka;
  @Mixin RegistryOptions registry;
  @Spec CommandSpec spec;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "Topic of the dead letters (default: ${DEFAULT-VALUE}).")
  String topic = TopicNames.defaults().deadLetters();

  @Option(
      names = "--to",
      paramLabel = "TOPIC",
      description = "Topic to send to (default: the one that each record came from).")
  String to;

  @Option(
      names = "--reason",
      split = ",",
      paramLabel = "REASON",
      description = "Reasons to take, separated by commas, such as lag-shed,too-many-classes.")
  Set<RejectionReason> reasons = EnumSet.noneOf(RejectionReason.class);

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only letters that were written then or later, such as 2026-03-01T12:00:00Z.")
  Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Only letters that were written before.")
  Instant until;

  @Option(names = "--stream", paramLabel = "NAME", description = "Only images of this stream.")
  String stream;

  @Option(
      names = "--source-topic",
      paramLabel = "NAME",
      description = "Only records that came from this topic.")
  String sourceTopic;

  @Option(
      names = "--source-partition",
      paramLabel = "N",
      description = "Only records that came from this partition.")
  Integer sourcePartition;

  @Option(names = "--limit", paramLabel = "N", description = "Stop after N letters.")
  long limit = Long.MAX_VALUE;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Letters a second (default: as fast as possible).")
  double rate;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description =
          "Start of the names of the consumer groups that remember what was sent (default: rankstream-redrive- and the topic). Another name begins anew, with the first letter.")
  String group;

  @Option(names = "--dry-run", description = "Count the letters and send nothing.")
  boolean dryRun;

  @Override
  public Integer call() throws Exception {
    if (limit < 1 || !(rate >= 0) || Double.isInfinite(rate)) {
      throw new UsageException("Invalid --limit or --rate (must be 1 or more, and 0 or more)");
    }

    Properties clients = kafka.connected();
    PrintWriter out = spec.commandLine().getOut();
    String name = group == null ? Redrive.nameFor(topic) : group;
    LetterSelection selection =
        new LetterSelection(
            reasons.isEmpty() ? LetterSelection.healable() : reasons,
            since,
            until,
            stream,
            sourceTopic,
            sourcePartition);
    Redrive redrive =
        new Redrive(clients, registry.config(), name, spec.commandLine().getErr()::println);
    RedriveTally tally =
        dryRun
            ? redrive.count(topic, selection, to, limit)
            : redrive.send(topic, selection, to, limit, rate, progressTo(out));
    out.print(RedriveReport.of(tally, dryRun));
    out.printf("Remembered in the consumer groups %s.*%n", name);
    out.flush();
    return 0;
  }

  /** Prints a line from time to time. */
  private static Consumer<RedriveTally> progressTo(PrintWriter out) {
    long[] last = {System.nanoTime()};
    return tally -> {
      long now = System.nanoTime();
      if (now - last[0] > BETWEEN_LINES.toNanos()) {
        last[0] = now;
        out.printf("sent %s%n", RedriveReport.number(tally.of(RedriveTally.Fate.SENT)));
        out.flush();
      }
    };
  }
}
