package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.connect.KafkaCorpus;
import io.rankstream.pipeline.epoch.CorpusBatch;
import io.rankstream.pipeline.epoch.CorpusRange;
import io.rankstream.pipeline.epoch.CorpusReader;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** The input topic as it is read again for epochs, on a real broker. */
class KafkaCorpusITCase {

  @Test
  void readsWhatIsCommittedAgainAndAgain() throws Exception {
    try (LocalRun kafka = LocalRun.start("test")) {
      String topic = TopicNames.defaults().images();
      KafkaCorpus corpus =
          new KafkaCorpus(JobConfig.from(kafka.settings().configuration()).kafka(), topic, "job");
      Topics.create(kafka.clients(), TopicNames.defaults(), 2);
      RecordSender.send(kafka.clients(), records(topic, 0, 120));
      send(kafka.clients(), records(topic, 0, 3), false);
      send(kafka.clients(), records(topic, 0, 2), true);
      RecordSender.send(kafka.clients(), records(topic, 1, 4));

      try (CorpusReader reader = corpus.open()) {
        List<CorpusRange> ranges = reader.ranges();
        // 3 records that were taken back, 2, and a marker behind each
        assertThat(ranges)
            .containsExactly(new CorpusRange(0, 0, 0, 127), new CorpusRange(1, 0, 0, 4));
        List<Long> all =
            LongStream.concat(LongStream.range(0, 120), LongStream.of(124, 125)).boxed().toList();
        RecordSender.send(kafka.clients(), records(topic, 1, 5)); // behind the end
        assertThat(offsets(readAll(reader, ranges), 0)).isEqualTo(all);
        List<RawRecord> again = readAll(reader, ranges);
        assertThat(offsets(again, 0)).isEqualTo(all);
        assertThat(offsets(again, 1)).containsExactly(0L, 1L, 2L, 3L);

        List<CorpusRange> fromMiddle = List.of(ranges.get(0).readTo(100), ranges.get(1).readTo(4));
        assertThat(offsets(readAll(reader, fromMiddle), 0)).isEqualTo(all.subList(100, 122));
        deleteBefore(kafka.clients(), new TopicPartition(topic, 0), 110);
        assertThat(offsets(readAll(reader, fromMiddle), 0)).isEqualTo(all.subList(110, 122));
      }
    }
  }

  @Test
  void leavesNoClientBehind() throws Exception {
    try (LocalRun kafka = LocalRun.start("closed")) {
      String topic = TopicNames.defaults().images();
      KafkaCorpus corpus =
          new KafkaCorpus(JobConfig.from(kafka.settings().configuration()).kafka(), topic, "job");
      Topics.create(kafka.clients(), TopicNames.defaults(), 1);
      Set<String> before = AdminClientsITCase.threads();
      CorpusReader reader = corpus.open();
      reader.isTaken(reader.ranges());
      assertThat(AdminClientsITCase.threads()).isNotEqualTo(before);

      reader.close();

      await().untilAsserted(() -> assertThat(AdminClientsITCase.threads()).isSubsetOf(before));
    }
  }

  @Test
  void tellsWhenTheJobHasTakenWhatThereIs() throws Exception {
    try (LocalRun kafka = LocalRun.start("taken")) {
      String topic = TopicNames.defaults().images();
      KafkaCorpus corpus =
          new KafkaCorpus(JobConfig.from(kafka.settings().configuration()).kafka(), topic, "job");
      Topics.create(kafka.clients(), TopicNames.defaults(), 2);
      RecordSender.send(kafka.clients(), records(topic, 0, 3));
      send(kafka.clients(), records(topic, 0, 2), true);

      try (CorpusReader reader = corpus.open()) {
        List<CorpusRange> ranges = reader.ranges();
        RecordSender.send(kafka.clients(), records(topic, 0, 1)); // behind the end
        assertThat(reader.isTaken(ranges)).as("nothing is committed").isFalse();
        Set<String> clients = AdminClientsITCase.threads();
        commit(kafka.clients(), new TopicPartition(topic, 0), 4);
        assertThat(reader.isTaken(ranges)).isFalse();
        assertThat(AdminClientsITCase.threads()).as("its client stays").containsAll(clients);
        commit(kafka.clients(), new TopicPartition(topic, 0), 5);
        assertThat(reader.isTaken(ranges)).as("a marker is no record").isTrue();
      }
    }
  }

  private static void commit(Properties clients, TopicPartition partition, long offset)
      throws Exception {
    try (Admin admin = Admin.create(clients)) {
      admin
          .alterConsumerGroupOffsets("job", Map.of(partition, new OffsetAndMetadata(offset)))
          .all()
          .get();
    }
  }

  private static List<RawRecord> readAll(CorpusReader reader, List<CorpusRange> ranges)
      throws Exception {
    List<RawRecord> records = new ArrayList<>();
    List<CorpusRange> left = ranges;
    while (!left.stream().allMatch(CorpusRange::isDone)) {
      CorpusBatch batch = reader.read(left);
      records.addAll(batch.records());
      left = batch.after();
    }
    return records;
  }

  private static List<Long> offsets(List<RawRecord> records, int partition) {
    return records.stream()
        .filter(record -> record.partition() == partition)
        .map(RawRecord::offset)
        .toList();
  }

  private static List<ProducerRecord<byte[], byte[]>> records(
      String topic, int partition, int number) {
    return IntStream.range(0, number)
        .mapToObj(
            i ->
                new ProducerRecord<byte[], byte[]>(
                    topic, partition, new byte[] {(byte) i}, new byte[1000]))
        .toList();
  }

  /** Sends records in a transaction. */
  private static void send(
      Properties clients, List<ProducerRecord<byte[], byte[]>> records, boolean commits)
      throws Exception {
    Properties settings = new Properties();
    settings.putAll(clients);
    settings.put("transactional.id", "corpus-test");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : records) {
        producer.send(record).get();
      }
      if (commits) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  private static void deleteBefore(Properties clients, TopicPartition partition, long offset)
      throws Exception {
    try (Admin admin = Admin.create(clients)) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all().get();
    }
  }
}
