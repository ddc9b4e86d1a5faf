package io.rankstream.pipeline.tools.epoch;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.pipeline.wire.RecordDecoder;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;

/** The marks of epochs in the topic of the versions. */
public final class EpochHistory {

  private final Properties clients;
  private final String topic;
  private final RecordDecoder decoder;

  /**
   * @param clients Kafka client settings
   * @param topic topic of the model versions
   * @param registry registry of records in the Confluent format
   */
  public EpochHistory(Properties clients, String topic, JobConfig.Registry registry) {
    this.clients = clients;
    this.topic = topic;
    this.decoder = new RecordDecoder(registry);
  }

  /**
   * The last mark of a stream.
   *
   * @throws UncheckedIOException when a record cannot be read
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException when there is no such
   *     topic
   */
  public Optional<ModelVersion> last(String stream) {
    AtomicReference<ModelVersion> last = new AtomicReference<>();
    new TopicTail(clients)
        .read(
            topic,
            true,
            () -> false,
            record -> {
              try {
                if (record.value() != null
                    && decoder.decode(record.value()) instanceof ModelVersion version
                    && version.getEpoch() != null
                    && version.getStream().equals(stream)) {
                  last.set(version);
                }
                return true;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return Optional.ofNullable(last.get());
  }
}
