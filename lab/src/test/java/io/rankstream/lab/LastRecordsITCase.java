package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.fuzz.Attack;
import io.rankstream.lab.fuzz.HostileRecord;
import io.rankstream.lab.fuzz.HostileRecords;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The last records of a bounded input are bad. Nothing follows them that could hide what they do:
 * the windows close after them, with the time {@code Long.MAX_VALUE}.
 */
class LastRecordsITCase {

  private static final int LARGEST_BYTES = 6 << 20;
  private static final long THIRTY_DAYS = Duration.ofDays(30).toMillis();

  @TempDir Path checkpoints;

  @Test
  void oneBadRecordOfEachKindAtTheEndIsOneLetterAndTheJobEndsByItself() throws Exception {
    List<byte[]> good = Fixtures.longTail(5, 60);
    List<HostileRecord> bad = oneOfEachKind();
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("last");
      kafka.send(names.images(), good);
      long start = System.currentTimeMillis();
      long[] times = {0, 1, start - THIRTY_DAYS, start};
      RecordSender.send(
          kafka.clients(),
          IntStream.range(0, bad.size())
              .mapToObj(i -> record(names.images(), times[i % times.length], bad.get(i)))
              .toList());

      kafka.run(
          kafka
              .settings(names, checkpoints)
              .with(JobOptions.INPUT_BOUNDED, true)
              .with(JobOptions.INPUT_MAX_RECORD_BYTES, MemorySize.ofMebiBytes(4))
              .with(RestartStrategyOptions.RESTART_STRATEGY, "none")); // the first failure ends it

      Map<Long, DeadLetter> letters = new TreeMap<>();
      for (ConsumerRecord<byte[], byte[]> record : kafka.records(names.deadLetters())) {
        DeadLetter letter = DeadLetter.getDecoder().decode(record.value());
        assertThat(letters.put(letter.getSourceOffset(), letter)).describedAs("twice").isNull();
        assertThat(record.timestamp())
            .describedAs("time of writing")
            .isBetween(start, System.currentTimeMillis());
      }
      assertThat(letters).hasSize(bad.size());
      for (int i = 0; i < bad.size(); i++) {
        DeadLetter letter = letters.get((long) good.size() + i);
        assertReturned(letter, bad.get(i));
        assertThat(letter.getSourceTimestamp().toEpochMilli()).isEqualTo(times[i % times.length]);
      }
      Set<String> ids = new HashSet<>();
      kafka.embeddings(names).forEach(embedding -> ids.add(embedding.getImageId()));
      assertThat(ids).hasSize(good.size());
    }
  }

  /** A record of each kind that a job refuses; Kafka itself takes them all. */
  private static List<HostileRecord> oneOfEachKind() {
    HostileRecords records = new HostileRecords(7, "default", LARGEST_BYTES);
    List<HostileRecord> bad = new ArrayList<>();
    for (int number = 0; number < Attack.values().length; number++) {
      HostileRecord record = records.record(number);
      if (record.attack().fate() == Attack.Fate.REFUSED) {
        bad.add(record);
      }
    }
    assertThat(bad).hasSizeGreaterThan(15);
    return bad;
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, long time, HostileRecord bad) {
    return new ProducerRecord<>(
        topic,
        0,
        time,
        bad.key(),
        bad.value(),
        new RecordHeaders()
            .add("attack", bad.attack().name().getBytes(StandardCharsets.UTF_8))
            .add("empty", null));
  }

  private static void assertReturned(DeadLetter letter, HostileRecord sent) {
    assertThat(letter.getKey()).isEqualTo(ByteBuffer.wrap(sent.key()));
    assertThat(letter.getValue())
        .isEqualTo(sent.value() == null ? null : ByteBuffer.wrap(sent.value()));
    byte[] attack = sent.attack().name().getBytes(StandardCharsets.UTF_8);
    assertThat(letter.getHeaders())
        .containsExactly(
            new LetterHeader("attack", ByteBuffer.wrap(attack)), new LetterHeader("empty", null));
  }
}
