package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.message.RawMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializationSchema;

/**
 * Writes records in the format of Confluent's serializers. The schema is registered once, when the
 * sink opens, under the name of the topic (TopicNameStrategy).
 *
 * @param <T> the record
 */
public final class ConfluentEncoding<T extends SpecificRecord> implements SerializationSchema<T> {

  private static final long serialVersionUID = 1L;

  private final JobConfig.Registry registry;
  private final String topic;
  private final Class<T> type;

  private transient byte[] header;
  private transient RawMessageEncoder<T> encoder;

  /**
   * @param registry where the schema is registered
   * @param topic the topic that gives the subject its name
   * @param type the generated class of the record
   */
  public ConfluentEncoding(JobConfig.Registry registry, String topic, Class<T> type) {
    this.registry = registry;
    this.topic = topic;
    this.type = type;
  }

  @Override
  public void open(InitializationContext context) {
    Schema schema = SpecificData.get().getSchema(type);
    header = ConfluentFrame.header(new SchemaRegistry(registry).register(topic + "-value", schema));
    encoder = new RawMessageEncoder<>(SpecificData.getForClass(type), schema);
  }

  @Override
  public byte[] serialize(T record) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(header);
    try {
      encoder.encode(record, value);
    } catch (IOException e) {
      throw new UncheckedIOException("An output record cannot be encoded", e);
    }
    return value.toByteArray();
  }
}
