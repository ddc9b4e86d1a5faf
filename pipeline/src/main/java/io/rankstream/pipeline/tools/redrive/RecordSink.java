package io.rankstream.pipeline.tools.redrive;

import java.io.IOException;
import org.apache.kafka.common.TopicPartition;

/** Takes the records of the letters that a redrive sends, in their order. */
interface RecordSink {

  /**
   * A record to send.
   *
   * @param reason reason of its letter
   * @param partition partition of its letter
   * @param from where the letter with this reason before it ended
   * @param offset offset of its letter
   */
  record Outgoing(
      OriginalRecord record, String reason, TopicPartition partition, long from, long offset) {}

  void take(Outgoing outgoing) throws IOException;

  /** Sends what is left. */
  void finish() throws IOException;
}
