package io.rankstream.pipeline.cli;

import io.rankstream.model.KebabCase;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.mirror.CollectionStore;
import io.rankstream.pipeline.tools.mirror.EmbeddingMirror;
import io.rankstream.pipeline.tools.mirror.EpochPlacement;
import io.rankstream.pipeline.tools.mirror.EpochTurns;
import io.rankstream.pipeline.tools.mirror.QdrantCollections;
import io.rankstream.pipeline.tools.mirror.VectorStoreFormat;
import io.rankstream.pipeline.wire.RecordDecoder;
import java.net.URI;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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

  @Option(
      names = "--format",
      required = true,
      description = "Format of the JSON: qdrant or milvus.")
  VectorStoreFormat format;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "TOPIC",
      description = "Topic for the JSON; it must exist, and should be compacted.")
  String to;

  @Option(
      names = "--from",
      paramLabel = "TOPIC",
      description = "Topic of the embeddings (default: ${DEFAULT-VALUE}).")
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

  @Option(
      names = "--store",
      paramLabel = "URL",
      description =
          "For a job that embeds in epochs: address of Qdrant's REST interface. Each version gets a collection of its own, and --collection is an alias that changes when an epoch is complete. The key is read from the variable QDRANT_API_KEY.")
  URI store;

  @Option(
      names = "--sink-group",
      paramLabel = "NAME",
      description = "With --store: consumer group of the connector that reads the JSON.")
  String sinkGroup;

  @Option(
      names = "--versions",
      paramLabel = "TOPIC",
      description =
          "With --store: topic of the model versions and epochs (default: ${DEFAULT-VALUE}).")
  String versions = TopicNames.defaults().modelVersions();

  @Option(names = "--no-follow", description = "Stop at the end of the topic.")
  boolean stopAtEnd;

  @Override
  public Integer call() throws Exception {
    if ((store == null) != (sinkGroup == null)) {
      throw new UsageException("--store and --sink-group belong together: give both, or none");
    }
    if (store != null && format != VectorStoreFormat.QDRANT) {
      throw new UsageException(
          "--store works with --format qdrant alone: the connector of Milvus writes to one collection");
    }

    Properties clients = kafka.connected();
    Topics.require(clients, to); // a broker may create it, and not compacted
    String name = "rankstream-mirror-%s-%s-%s".formatted(KebabCase.of(format), stream, to);
    RecordDecoder decoder = new RecordDecoder(registry.config());
    String target = collection == null ? stream : collection;
    Consumer<String> log = spec.commandLine().getErr()::println;
    if (store == null) {
      new EmbeddingMirror(clients, decoder, format, stream, target, name)
          .copy(from, to, () -> !stopAtEnd, log);
      return 0;
    }

    CollectionStore qdrant =
        new QdrantCollections(store, System.getenv().getOrDefault("QDRANT_API_KEY", ""));
    try (EpochTurns epochs =
        new EpochTurns(
            clients,
            versions,
            stream,
            decoder,
            new EpochPlacement(target, qdrant, log),
            new ConsumerLag(clients, to, sinkGroup),
            log)) {
      new EmbeddingMirror(clients, decoder, format, stream, epochs, name)
          .copy(from, to, () -> !stopAtEnd, log);
    }
    return 0;
  }
}
