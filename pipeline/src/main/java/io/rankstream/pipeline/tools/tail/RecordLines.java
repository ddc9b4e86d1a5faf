package io.rankstream.pipeline.tools.tail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.model.text.Printable;
import io.rankstream.pipeline.wire.RecordDecoder;
import io.rankstream.pipeline.wire.RecordKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One line for each record of an output topic, whatever the topic holds: also for tombstones, and
 * for records that something else wrote. With JSON, every line is an object.
 */
public final class RecordLines {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RecordDecoder decoder;
  private final boolean json;

  /**
   * @param json JSON for scripts instead of text for people
   */
  public RecordLines(RecordDecoder decoder, boolean json) {
    this.decoder = decoder;
    this.json = json;
  }

  /** The line, without its end. */
  public String line(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return tombstone(record);
    }

    try {
      SpecificRecord decoded = decoder.decode(record.value());
      return json ? RecordPrinter.json(decoded) : RecordPrinter.line(decoded);
    } catch (IOException e) {
      return json
          ? text(place(record).put("error", e.getMessage()))
          : Printable.line("%s cannot be read: %s".formatted(shown(record), e.getMessage()));
    }
  }

  private String tombstone(ConsumerRecord<byte[], byte[]> record) {
    Optional<RecordKey> image = RecordKey.parse(record.key());
    if (json) {
      ObjectNode line = place(record).put("key", key(record)).put("deleted", true);
      image.ifPresent(named -> line.put("stream", named.stream()).put("image_id", named.imageId()));
      return text(line);
    }

    String deleted =
        image
            .map(named -> "image %s of stream %s".formatted(named.imageId(), named.stream()))
            .orElse("the key " + key(record));
    return Printable.line("%s is a tombstone: it deletes %s".formatted(shown(record), deleted));
  }

  private static ObjectNode place(ConsumerRecord<?, ?> record) {
    return JSON.createObjectNode()
        .put("topic", record.topic())
        .put("partition", record.partition())
        .put("offset", record.offset());
  }

  private static String shown(ConsumerRecord<?, ?> record) {
    return "%s-%s@%s".formatted(record.topic(), record.partition(), record.offset());
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
  }

  private static String text(ObjectNode node) {
    try {
      return Printable.json(JSON.writeValueAsString(node));
    } catch (IOException e) { // cannot happen to texts and numbers
      throw new UncheckedIOException(e);
    }
  }
}
