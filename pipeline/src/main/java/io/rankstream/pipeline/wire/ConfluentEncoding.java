package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writes records in the format of Confluent's serializers: {@link ConfluentFrame}. The schema is
 * registered when a sink of this process opens for the first time, under the name of the topic
 * (TopicNameStrategy).
 *
 * @param <T> the record
 */
final class ConfluentEncoding<T extends SpecificRecord> extends RecordEncoding<T> {

  static final String CONTENT_TYPE = "application/vnd.apache.avro+confluent";

  private static final long serialVersionUID = 1L;

  /** Ids for the life of this process: a sink that opens again after a failure asks nobody. */
  private static final Map<Subject, Integer> IDS = new ConcurrentHashMap<>();

  private final JobConfig.Registry registry;
  private final String topic;

  private record Subject(String registry, String name, Schema schema) {}

  /**
   * @param registry registry of the schema
   * @param topic the topic that gives the subject its name
   * @param type the generated class of the record
   */
  ConfluentEncoding(JobConfig.Registry registry, String topic, Class<T> type) {
    super(type);
    this.registry = registry;
    this.topic = topic;
  }

  @Override
  String contentType() {
    return CONTENT_TYPE;
  }

  @Override
  byte[] header(Schema schema) {
    return ConfluentFrame.header(
        IDS.computeIfAbsent(
            new Subject(registry.url(), topic + "-value", schema),
            subject -> new SchemaRegistry(registry).register(subject.name(), schema)));
  }
}
