package io.rankstream.pipeline.connect;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;

/**
 * A sink of the Kafka connector that says which topic fails and what to do, and that ends in time
 * while Kafka is away. State and topology are those of the connector's own sink.
 *
 * @param <T> type of the records
 */
public final class OutputSink<T>
    implements TwoPhaseCommittingStatefulSink<T, KafkaWriterState, KafkaCommittable>,
        SupportsPostCommitTopology<KafkaCommittable>,
        LineageVertexProvider {

  private static final long serialVersionUID = 1L;

  private final KafkaSink<T> kafka;
  private final OutputFailure failure;
  private final Duration transactionTimeout;

  /**
   * @param kafka the sink of the connector
   * @param topic topic that it writes
   * @param transactionTimeout time that Kafka leaves its transactions open
   */
  public OutputSink(KafkaSink<T> kafka, String topic, Duration transactionTimeout) {
    this.kafka = kafka;
    this.failure = new OutputFailure(topic);
    this.transactionTimeout = transactionTimeout;
  }

  @Override
  public OutputWriter<T> createWriter(WriterInitContext context) throws IOException {
    return restoreWriter(context, List.of());
  }

  @Override
  public OutputWriter<T> restoreWriter(
      WriterInitContext context, Collection<KafkaWriterState> state) throws IOException {
    WriterFailures failures = new WriterFailures(failure, transactionTimeout, context);
    WriterAdmin admin = new WriterAdmin();
    try {
      return new OutputWriter<>(
          kafka.restoreWriter(new NamingWriterContext(context, failures, admin), state), failures);
    } catch (RuntimeException e) {
      admin.closeOfFailed();
      throw failures.named(e);
    }
  }

  @Override
  public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
    return kafka.createCommitter(context);
  }

  @Override
  public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
    return kafka.getCommittableSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return kafka.getWriterStateSerializer();
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committed) {
    kafka.addPostCommitTopology(committed);
  }

  @Override
  public LineageVertex getLineageVertex() {
    return kafka.getLineageVertex();
  }
}
