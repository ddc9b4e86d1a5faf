package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.config.KafkaClients;
import io.rankstream.pipeline.epoch.Corpus;
import io.rankstream.pipeline.epoch.CorpusBatch;
import io.rankstream.pipeline.epoch.CorpusRange;
import io.rankstream.pipeline.epoch.CorpusReader;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.KafkaFailure;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.wire.RawRecordDeserializer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The committed records of the input topic, read without a consumer group, so that the offsets of
 * the job stay as they are. They tell how far the job has come: it commits them when a checkpoint
 * is complete.
 */
public final class KafkaCorpus implements Corpus {

  private static final long serialVersionUID = 1L;

  private static final Duration POLL = Duration.ofMillis(500);
  private static final String MOST_RECORDS = "50";
  private static final String MOST_BYTES = Integer.toString(8 << 20);

  private final KafkaClients clients;
  private final String topic;
  private final String group;

  /**
   * @param clients settings of the Kafka clients
   * @param topic the input topic
   * @param group consumer group of the job
   */
  public KafkaCorpus(KafkaClients clients, String topic, String group) {
    this.clients = clients;
    this.topic = topic;
    this.group = group;
  }

  @Override
  public String topic() {
    return topic;
  }

  @Override
  public CorpusReader open() {
    return new Reader(settings(), topic, group);
  }

  private Properties settings() {
    Properties settings = ClientSettings.committedReader(clients.properties());
    // What retention or compaction has deleted since is no part of the corpus any more.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_RECORDS);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MOST_BYTES);
    return settings;
  }

  private static final class Reader implements CorpusReader {

    private final Properties settings;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private final String group;
    private ConsumerLag lag; // null before it is asked for

    private Reader(Properties settings, String topic, String group) {
      this.settings = settings;
      this.topic = topic;
      this.group = group;
      this.consumer =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public List<CorpusRange> ranges() throws IOException, InterruptedException {
      return ask(
          () -> {
            List<TopicPartition> partitions = Topics.partitions(consumer, topic);
            Map<TopicPartition, Long> firsts = consumer.beginningOffsets(partitions);
            return consumer.endOffsets(partitions).entrySet().stream()
                .map(end -> range(end.getKey(), firsts.get(end.getKey()), end.getValue()))
                .sorted(Comparator.comparingInt(CorpusRange::partition))
                .toList();
          });
    }

    @Override
    public boolean isTaken(List<CorpusRange> ranges) throws IOException, InterruptedException {
      Map<TopicPartition, Long> ends =
          ranges.stream().collect(Collectors.toMap(this::partition, CorpusRange::end));
      return ask(() -> lag().hasRead(ends));
    }

    @Override
    public CorpusBatch read(List<CorpusRange> ranges) throws IOException, InterruptedException {
      return ask(
          () -> {
            Map<TopicPartition, CorpusRange> open =
                ranges.stream()
                    .filter(range -> !range.isDone())
                    .collect(Collectors.toMap(this::partition, Function.identity()));
            assign(open);
            List<RawRecord> records = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
              TopicPartition partition = new TopicPartition(record.topic(), record.partition());
              if (record.offset() < open.get(partition).end()) {
                records.add(RawRecordDeserializer.raw(record));
              }
            }
            return new CorpusBatch(records, ranges.stream().map(this::readOn).toList());
          });
    }

    @Override
    public void close() {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      if (lag != null) {
        lag.close();
      }
    }

    /** It is asked twice a second until the job has come so far: its clients stay. */
    private ConsumerLag lag() {
      if (lag == null) {
        lag = new ConsumerLag(settings, topic, group);
      }
      return lag;
    }

    private void assign(Map<TopicPartition, CorpusRange> open) {
      Set<TopicPartition> before = Set.copyOf(consumer.assignment());
      if (!before.equals(open.keySet())) {
        consumer.assign(open.keySet());
      }
      open.forEach(
          (partition, range) -> {
            if (!before.contains(partition) || consumer.position(partition) != range.next()) {
              consumer.seek(partition, range.next());
            }
          });
    }

    /** The position is behind what has no records too: markers of transactions, and gaps. */
    private CorpusRange readOn(CorpusRange range) {
      return range.isDone() ? range : range.readTo(consumer.position(partition(range)));
    }

    private TopicPartition partition(CorpusRange range) {
      return new TopicPartition(topic, range.partition());
    }

    private static CorpusRange range(TopicPartition partition, long first, long end) {
      return new CorpusRange(partition.partition(), first, first, end);
    }

    private interface Question<T> {

      T answer() throws ExecutionException, InterruptedException;
    }

    private <T> T ask(Question<T> question) throws IOException, InterruptedException {
      try {
        return question.answer();
      } catch (InterruptException e) {
        throw new InterruptedException(e.getMessage());
      } catch (KafkaException | ExecutionException e) {
        throw new IOException("The topic %s: %s".formatted(topic, KafkaFailure.sentence(e)), e);
      }
    }
  }
}
