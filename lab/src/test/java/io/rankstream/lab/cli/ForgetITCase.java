package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.wire.RecordKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that deletes images, and what the job makes of it, on a real broker. */
class ForgetITCase {

  private static final int IDS = 100;
  private static final List<String> STREAMS = List.of("default", "other");

  @TempDir Path directory;

  @Test
  void aTombstoneIsTheLastRecordOfItsKeyAndEqualIdsOfTwoStreamsAreTwoKeys() throws Exception {
    try (LocalRun kafka = LocalRun.start("test")) {
      TopicNames topics = TopicNames.defaults();
      Topics.create(kafka.clients(), topics, 3);
      RecordSender.send(kafka.clients(), images(topics.images()));
      Path ids = Files.writeString(directory.resolve("ids.txt"), "id-3\r\n\nid-14\nnever-sent\n");

      assertThat(forget(kafka, 0, "--id", "id-0", "--ids-from", ids.toString()))
          .contains("4 deletions of stream default are in images.v2");
      assertThat(forget(kafka, 0, "--stream", "other", "--id", "id-5"))
          .contains("1 deletions of stream other");
      RecordSender.send(kafka.clients(), List.of(image(topics.images(), "other", 5))); // again
      kafka.run(
          kafka
              .settings()
              .with(JobOptions.INPUT_BOUNDED, true)
              .with(JobOptions.INPUT_STREAMS, STREAMS)
              .with(JobOptions.BATCH_TRAIN_EVERY, 8)
              .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 32)
              .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500))
              .configuration(),
          "forget-test");

      Map<RecordKey, Boolean> lastIsTombstone = new HashMap<>();
      Map<RecordKey, Integer> partitions = new HashMap<>();
      List<RecordKey> tombstones = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : kafka.records(topics.embeddings())) {
        RecordKey key = RecordKey.parse(record.key()).orElseThrow();
        assertThat(partitions.merge(key, record.partition(), (one, other) -> other))
            .isEqualTo(record.partition());
        lastIsTombstone.put(key, record.value() == null);
        if (record.value() == null) {
          tombstones.add(key);
        }
      }
      Set<RecordKey> deleted = new HashSet<>();
      for (String id : List.of("id-0", "id-3", "id-14", "never-sent")) {
        deleted.add(new RecordKey("default", id));
      }
      assertThat(tombstones)
          .containsExactlyInAnyOrder(
              new RecordKey("default", "id-0"),
              new RecordKey("default", "id-3"),
              new RecordKey("default", "id-14"),
              new RecordKey("default", "never-sent"),
              new RecordKey("other", "id-5"));
      lastIsTombstone.forEach(
          (key, isLast) -> assertThat(isLast).as(key.text()).isEqualTo(deleted.contains(key)));
      assertThat(lastIsTombstone).hasSize(STREAMS.size() * IDS + 1); // never-sent
      assertThat(kafka.records(topics.deadLetters())).isEmpty();
    }
  }

  @Test
  void sendsNothingWhenAnIdCannotBeOne() throws Exception {
    try (LocalRun kafka = LocalRun.start("test")) {
      String images = TopicNames.defaults().images();
      assertThat(forget(kafka, 1, "--id", "a"))
          .contains("There is no topic images.v2 (create the topic, or correct its name)");
      Topics.createImages(kafka.clients(), images);
      Path latin = Files.write(directory.resolve("latin.txt"), new byte[] {'a', '\n', (byte) 0xE4});

      assertThat(forget(kafka, 2, "--id", "a", "--id", "b\nc"))
          .contains("Invalid --id: 'b?c' of stream 'default'");
      assertThat(forget(kafka, 2, "--id", "a", "--stream", "b\nc")).contains("Invalid stream: b c");
      assertThat(forget(kafka, 2, "--id", "a", "--ids-from", latin.toString()))
          .contains("latin.txt is not in UTF-8");
      assertThat(forget(kafka, 2)).contains("give --id ID or --ids-from FILE");

      assertThat(kafka.records(images)).isEmpty();
    }
  }

  /** All ids in both streams, in turn. */
  private static List<ProducerRecord<byte[], byte[]>> images(String topic) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < IDS; i++) {
      for (String stream : STREAMS) {
        records.add(image(topic, stream, i));
      }
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> image(String topic, String stream, int number) {
    RecordKey key = new RecordKey(stream, "id-" + number);
    int pattern = number % 4;
    String label = number % 7 == 0 ? null : "class-" + pattern;
    return new ProducerRecord<>(
        topic,
        key.bytes(),
        Fixtures.envelope(key.imageId(), stream, label, Fixtures.png(pattern, number)));
  }

  /** Runs the command; returns its output and its errors. */
  private static String forget(LocalRun kafka, int code, String... arguments) {
    List<String> line =
        new ArrayList<>(List.of("forget", "--bootstrap-servers", kafka.bootstrapServers()));
    line.addAll(List.of(arguments));
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text, true);
    assertThat(Lab.commandLine().setOut(writer).setErr(writer).execute(line.toArray(String[]::new)))
        .as(text.toString())
        .isEqualTo(code);
    return text.toString();
  }
}
