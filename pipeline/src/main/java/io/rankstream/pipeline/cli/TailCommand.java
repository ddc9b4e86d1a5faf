package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.tail.RecordLines;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.pipeline.wire.RecordDecoder;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the records of an output topic. */
@Command(
    name = "tail",
    description =
        "Print embeddings, training metrics, model versions or dead letters as they are committed.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream tail metrics                             follow the training",
      "  rankstream tail embeddings --from-beginning --json --no-follow > embeddings.jsonl",
      "  rankstream tail dead-letters --from-beginning       which records were refused, and why"
    })
final class TailCommand implements Callable<Integer> {

  /** Output topic to print. */
  enum Output {
    EMBEDDINGS,
    METRICS,
    MODELS,
    DEAD_LETTERS
  }

  @Mixin KafkaOptions kafka;
  @Mixin RegistryOptions registry;
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "OUTPUT",
      description = "What to print: embeddings, metrics, models or dead-letters.")
  Output output;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "Topic to read (default: that of the output, such as embeddings.v2).")
  String topic;

  @Option(names = "--from-beginning", description = "Start at the first record.")
  boolean fromBeginning;

  @Option(
      names = "--no-follow",
      description = "Stop at the end of the topic instead of waiting for more.")
  boolean stopAtEnd;

  @Option(names = "--json", description = "Print one line of JSON for each record.")
  boolean json;

  @Option(names = "--limit", paramLabel = "N", description = "Stop after N records.")
  long limit = Long.MAX_VALUE;

  @Override
  public Integer call() throws Exception {
    RecordLines lines = new RecordLines(new RecordDecoder(registry.config()), json);
    PrintWriter out = spec.commandLine().getOut();
    AtomicLong printed = new AtomicLong();
    new TopicTail(kafka.connected())
        .read(
            topic == null ? defaultTopic() : topic,
            fromBeginning,
            () -> !stopAtEnd,
            record -> {
              out.println(lines.line(record));
              out.flush();
              return printed.incrementAndGet() < limit && !out.checkError();
            });
    return 0;
  }

  private String defaultTopic() {
    TopicNames names = TopicNames.defaults();
    return switch (output) {
      case EMBEDDINGS -> names.embeddings();
      case METRICS -> names.metrics();
      case MODELS -> names.modelVersions();
      case DEAD_LETTERS -> names.deadLetters();
    };
  }
}
