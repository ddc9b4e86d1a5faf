package io.rankstream.pipeline.tools.mirror;

import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.wire.RecordDecoder;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Carries out the marks of a stream's epochs, one after the other, each when all embeddings that
 * were committed before it are in the vector store: the mirror has copied them, and the connector
 * has read the copies.
 */
public final class EpochTurns implements AutoCloseable {

  private final Properties clients;
  private final String versions;
  private final String stream;
  private final RecordDecoder decoder;
  private final EpochPlacement placement;
  private final ConsumerLag connector;
  private final Consumer<String> log;
  private final Deque<Turn> turns = new ArrayDeque<>();
  private final Map<TopicPartition, OffsetAndMetadata> carriedOut = new HashMap<>();

  /**
   * @param clients Kafka client settings
   * @param versions topic of the marks
   * @param connector what the connector has read of the copies; closed with this
   * @param log called with a line for each mark that is carried out
   */
  public EpochTurns(
      Properties clients,
      String versions,
      String stream,
      RecordDecoder decoder,
      EpochPlacement placement,
      ConsumerLag connector,
      Consumer<String> log) {
    this.clients = clients;
    this.versions = versions;
    this.stream = stream;
    this.decoder = decoder;
    this.placement = placement;
    this.connector = connector;
    this.log = log;
  }

  /** The topic of the marks. */
  String topic() {
    return versions;
  }

  EpochPlacement placement() {
    return placement;
  }

  /**
   * Takes a record of the topic of the marks; those that are none of the stream are passed over.
   */
  void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
    if (record.value() != null
        && decoder.decode(record.value()) instanceof ModelVersion version
        && version.getEpoch() != null
        && version.getStream().equals(stream)) {
      turns.add(new Turn(version, record));
    }
  }

  /**
   * Carries out what is due.
   *
   * @param embeddings partitions of the embeddings that the consumer reads
   * @return whether anything was carried out, so that {@link #offsets} are others
   */
  boolean act(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> embeddings)
      throws IOException, InterruptedException, ExecutionException {
    boolean acted = false;
    while (!turns.isEmpty() && turns.peek().isDue(consumer, embeddings)) {
      turns.remove().carryOut();
      acted = true;
    }
    return acted;
  }

  /** Where the marks begin that were not carried out. */
  Map<TopicPartition, OffsetAndMetadata> offsets() {
    return carriedOut;
  }

  @Override
  public void close() {
    connector.close();
  }

  private final class Turn {

    private final ModelVersion mark;
    private final ConsumerRecord<byte[], byte[]> record;
    private Map<TopicPartition, Long> embedded;
    private Map<TopicPartition, Long> copied;

    private Turn(ModelVersion mark, ConsumerRecord<byte[], byte[]> record) {
      this.mark = mark;
      this.record = record;
    }

    private boolean isDue(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> embeddings)
        throws ExecutionException, InterruptedException {
      if (embedded == null) {
        // What is about to be committed too: the marks are committed by others.
        embedded = Topics.ends(clients, embeddings);
      }
      if (Topics.isBefore(consumer, embedded)) {
        return false;
      }
      if (copied == null) {
        copied = connector.ends();
      }
      return connector.hasRead(copied);
    }

    private void carryOut() throws IOException, InterruptedException {
      String epoch = "Epoch %d of stream %s".formatted(mark.getEpoch().getNumber(), stream);
      switch (mark.getEpoch().getState()) {
        case OPENED -> log.accept(epoch + " is being embedded");
        case COMPLETE -> {
          placement.complete(mark);
          log.accept(epoch + " serves, version " + mark.getModelVersion());
        }
        case ABORTED -> {
          placement.abort(mark);
          log.accept(epoch + " was given up");
        }
      }
      carriedOut.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
  }
}
