package io.rankstream.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.util.InstantiationUtil;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class OutputRecordsTest {

  private static final int MAX_BYTES = 1 << 20;
  private static final JobConfig CONFIG = Fixtures.config("output.max-dead-letter-bytes", "1 mb");

  private static final AtomicInteger FITTED = new AtomicInteger();

  @Test
  void aDeadLetterIsFittedOnceForKeyAndValueAndHeaders() throws Exception {
    FITTED.set(0);
    OutputRecords<DeadLetter> records =
        OutputRecords.deadLetters(
            CONFIG,
            letter -> {
              FITTED.incrementAndGet();
              return FittingLetter.of(letter, MAX_BYTES);
            });

    ProducerRecord<byte[], byte[]> record = opened(records).serialize(letter(2 << 20), null, 5L);

    assertThat(FITTED).hasValue(1);
    assertThat(record.key()).isNull();
    assertThat(record.value()).hasSizeLessThan(MAX_BYTES);
    assertThat(headers(record)).containsEntry("reason", "VALUE_TOO_LARGE");
  }

  @Test
  void aDeadLetterFitsInTheConfluentFormatToo() throws Exception {
    try (StubRegistry registry = new StubRegistry(null)) {
      JobConfig config =
          Fixtures.config(
              "output.max-dead-letter-bytes", "1 mb",
              "output.wire-format", "confluent",
              "registry.url", registry.url());

      ProducerRecord<byte[], byte[]> record =
          opened(OutputRecords.deadLetters(config)).serialize(letter(2 << 20), null, 5L);

      assertThat(record.value()).hasSizeLessThan(MAX_BYTES);
      assertThat(headers(record))
          .containsEntry("content-type", "application/vnd.apache.avro+confluent");
    }
  }

  @Test
  void anEmbeddingHasStreamAndIdAsKeyAndItsVersionInTheHeaders() throws Exception {
    ProducerRecord<byte[], byte[]> record =
        opened(OutputRecords.embeddings(CONFIG)).serialize(embedding(), null, 5L);

    assertThat(record.topic()).isEqualTo("embeddings.v2");
    assertThat(record.partition()).isNull();
    assertThat(record.key()).asString(StandardCharsets.UTF_8).isEqualTo("default\nimage-1");
    assertThat(new RecordDecoder(JobConfig.Registry.none()).decode(record.value()))
        .isEqualTo(embedding());
    assertThat(record.value()).isEqualTo(embedding().toByteBuffer().array());
    assertThat(headers(record))
        .containsExactly(
            Map.entry("ce_type", "io.rankstream.schemas.ImageEmbedding"),
            Map.entry("model_version", "12"),
            Map.entry("space_id", "default/a"),
            Map.entry("lineage", "0198c3f2a100-00112233445566aa"),
            Map.entry("content-type", "application/vnd.apache.avro+single-object"));
  }

  @Test
  void aDeletionIsARecordWithTheKeyOfTheImageAndNoValue() throws Exception {
    EmbeddingRecords records = new EmbeddingRecords(CONFIG);
    records.open(null, null);

    ProducerRecord<byte[], byte[]> tombstone =
        records.serialize(EmbeddingChange.deletion("default", "image-1"), null, 5L);
    ProducerRecord<byte[], byte[]> embedding =
        records.serialize(EmbeddingChange.to(embedding()), null, 5L);

    assertThat(tombstone.topic()).isEqualTo("embeddings.v2");
    assertThat(tombstone.partition()).isNull();
    assertThat(tombstone.timestamp()).isNull();
    assertThat(tombstone.key()).isEqualTo(embedding.key());
    assertThat(tombstone.value()).isNull();
    assertThat(embedding.value()).isNotNull();
  }

  @Test
  void aRecordHasTheTimeOfWritingWhateverTimeItsInputHas() throws Exception {
    OutputRecords<ImageEmbedding> embeddings = opened(OutputRecords.embeddings(CONFIG));
    OutputRecords<DeadLetter> letters = opened(OutputRecords.deadLetters(CONFIG));

    for (Long time : Arrays.asList(null, Long.MIN_VALUE, -1L, 0L, 5L, Long.MAX_VALUE)) {
      assertThat(embeddings.serialize(embedding(), null, time).timestamp())
          .describedAs("null: the producer takes the time of writing")
          .isNull();
      assertThat(letters.serialize(letter(10), null, time).timestamp()).isNull();
    }
  }

  @Test
  void aDeadLetterHasTheHeadersOfKafkaConnect() throws Exception {
    ProducerRecord<byte[], byte[]> record =
        opened(OutputRecords.deadLetters(CONFIG)).serialize(letter(10), null, 5L);

    assertThat(headers(record))
        .containsExactly(
            Map.entry("ce_type", "io.rankstream.schemas.DeadLetter"),
            Map.entry("reason", "VALUE_TOO_LARGE"),
            Map.entry("__connect.errors.topic", "images"),
            Map.entry("__connect.errors.partition", "3"),
            Map.entry("__connect.errors.offset", "17"),
            Map.entry(
                "__connect.errors.exception.class.name",
                "io.rankstream.pipeline.event.RejectedException"),
            Map.entry("__connect.errors.exception.message", "too large"),
            Map.entry("content-type", "application/vnd.apache.avro+single-object"));
  }

  /** The records as a task has them: after serialization. */
  private static <T extends SpecificRecord> OutputRecords<T> opened(OutputRecords<T> records)
      throws Exception {
    OutputRecords<T> deployed =
        InstantiationUtil.clone(records, OutputRecordsTest.class.getClassLoader());
    deployed.open(null, null);
    return deployed;
  }

  private static DeadLetter letter(int bytes) {
    return RejectionReason.VALUE_TOO_LARGE.letter(
        new RawRecord("images", 3, 17, 5, new byte[bytes], new byte[bytes], List.of()),
        "too large");
  }

  private static ImageEmbedding embedding() {
    return ImageEmbedding.newBuilder()
        .setImageId("image-1")
        .setStream("default")
        .setEmbedding(List.of(0.5f, 0.5f))
        .setDimension(2)
        .setModelVersion(12)
        .setSpaceId("default/a")
        .setLineage("0198c3f2a100-00112233445566aa")
        .setTrained(true)
        .setEventTime(Instant.EPOCH)
        .setMetric("euclidean")
        .setNormalized(true)
        .setSourceTopic("images")
        .setSourcePartition(0)
        .setSourceOffset(7)
        .build();
  }

  private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    record
        .headers()
        .forEach(each -> headers.put(each.key(), new String(each.value(), StandardCharsets.UTF_8)));
    return headers;
  }
}
