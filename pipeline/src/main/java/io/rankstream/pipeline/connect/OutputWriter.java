package io.rankstream.pipeline.connect;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;

/** A writer of the connector with named failures, which can be closed while Kafka is away. */
final class OutputWriter<T>
    implements PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> {

  private final PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> kafka;
  private final WriterFailures failures;

  OutputWriter(
      PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> kafka,
      WriterFailures failures) {
    this.kafka = kafka;
    this.failures = failures;
  }

  @Override
  public void write(T element, Context context) throws IOException, InterruptedException {
    try {
      kafka.write(element, context);
    } catch (IOException | RuntimeException e) {
      throw failures.named(e);
    }
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    try {
      kafka.flush(endOfInput);
    } catch (IOException | RuntimeException e) {
      throw failures.named(e);
    }
  }

  @Override
  public Collection<KafkaCommittable> prepareCommit() throws IOException, InterruptedException {
    try {
      return kafka.prepareCommit();
    } catch (IOException | RuntimeException e) {
      throw failures.named(e);
    }
  }

  @Override
  public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
    try {
      return kafka.snapshotState(checkpointId);
    } catch (IOException | RuntimeException e) {
      throw failures.named(e);
    }
  }

  /**
   * The connector aborts the open transaction and waits for the answer, without a chance to be
   * interrupted by Flink, which ends the process of a task that does not end. What the close throws
   * is a failure that was told before, or one of a writer that is not needed any more: thrown
   * again, it would end the process too.
   */
  @Override
  public void close() throws InterruptedException {
    try {
      BoundedClose.of(kafka, failures.topic());
    } finally {
      WriterAdmin.close(kafka);
    }
  }
}
