package io.rankstream.pipeline.cli;

import io.rankstream.model.KebabCase;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.mirror.EmbeddingMirror;
import io.rankstream.pipeline.tools.mirror.VectorStoreFormat;
import io.rankstream.pipeline.wire.RecordDecoder;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Copies embeddings as JSON for vector stores. */
@Command(
    name = "mirror",
    description =
        "Copy the committed embeddings of a stream to a topic of JSON that the Kafka sink connector of a vector store reads, exactly once.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  rankstream mirror --format qdrant --collection images --to embeddings.qdrant"
    })
final class MirrorCommand implements Callable<Integer> {

  @Mixin KafkaOptions kafka;
  @Mixin RegistryOptions registry;
  @Spec CommandSpec spec;

  @Option(names = "--format", required = true, description = "qdrant or milvus.")
  VectorStoreFormat format;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "TOPIC",
      description = "Topic for the JSON; it must exist, and should be compacted.")
  String to;

  @Option(names = "--from", paramLabel = "TOPIC", description = "Topic of the embeddings.")
  String from = TopicNames.defaults().embeddings();

  @Option(
      names = "--stream",
      paramLabel = "NAME",
      description = "Stream of the embeddings (default: default).")
  String stream = "default";

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "Collection in the vector store (default: the name of the stream).")
  String collection;

  @Option(names = "--no-follow", description = "Stop at the end of the topic.")
  boolean stopAtEnd;

  @Override
  public Integer call() throws Exception {
    Properties clients = kafka.connected();
    Topics.require(clients, to); // a broker may create it, and not compacted
    String name = "rankstream-mirror-%s-%s-%s".formatted(KebabCase.of(format), stream, to);
    new EmbeddingMirror(
            clients,
            new RecordDecoder(registry.config()),
            format,
            stream,
            collection == null ? stream : collection,
            name)
        .copy(from, to, () -> !stopAtEnd, spec.commandLine().getErr()::println);
    return 0;
  }
}
