package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.event.RawRecord;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;

/**
 * A source of the Kafka connector that stops when it cannot go on where it was: when records are
 * gone that it has not read, or when the topic is another one. It restores the state of the
 * connector's own source too.
 */
public final class InputSource
    implements Source<RawRecord, KafkaPartitionSplit, InputState>,
        ResultTypeQueryable<RawRecord>,
        LineageVertexProvider {

  private static final long serialVersionUID = 1L;

  private final KafkaSource<RawRecord> kafka;
  private final InputSubscriber subscriber;
  private final InputOffsets offsets;

  /**
   * @param kafka the source of the connector
   * @param subscriber that of the same source
   * @param offsets checks where the readers start
   */
  public InputSource(
      KafkaSource<RawRecord> kafka, InputSubscriber subscriber, InputOffsets offsets) {
    this.kafka = kafka;
    this.subscriber = subscriber;
    this.offsets = offsets;
  }

  @Override
  public Boundedness getBoundedness() {
    return kafka.getBoundedness();
  }

  @Override
  public SourceReader<RawRecord, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    return new InputReader(kafka.createReader(context), offsets, context.metricGroup());
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, InputState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    subscriber.expect("");
    return new InputEnumerator(kafka.createEnumerator(context), subscriber);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, InputState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, InputState state) throws IOException {
    subscriber.expect(state.topicId());
    return new InputEnumerator(kafka.restoreEnumerator(context, state.kafka()), subscriber);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return kafka.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<InputState> getEnumeratorCheckpointSerializer() {
    return new InputState.Serializer();
  }

  @Override
  public TypeInformation<RawRecord> getProducedType() {
    return kafka.getProducedType();
  }

  @Override
  public LineageVertex getLineageVertex() {
    return kafka.getLineageVertex();
  }
}
