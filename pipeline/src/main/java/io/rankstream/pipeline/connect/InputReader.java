package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.event.RawRecord;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader of the connector that does not read on silently where records are gone, and whose
 * offsets are in Kafka as soon as a checkpoint is complete.
 */
final class InputReader implements SourceReader<RawRecord, KafkaPartitionSplit> {

  private static final Logger LOG = LoggerFactory.getLogger(InputReader.class);

  private final SourceReader<RawRecord, KafkaPartitionSplit> kafka;
  private final InputOffsets offsets;
  private final Counter skipped;
  private final Set<String> endless = new HashSet<>(); // the others leave the consumer at their end

  /**
   * @param group group of the operator
   */
  InputReader(
      SourceReader<RawRecord, KafkaPartitionSplit> kafka, InputOffsets offsets, MetricGroup group) {
    this.kafka = kafka;
    this.offsets = offsets;
    this.skipped = group.counter("numRecordsSkipped"); // records that are gone
  }

  /** Partitions come here at the first start, and after each restore with the offsets of it. */
  @Override
  public void addSplits(List<KafkaPartitionSplit> added) {
    Map<TopicPartition, Long> wanted =
        added.stream()
            .filter(split -> split.getStartingOffset() >= 0)
            .collect(
                Collectors.toMap(
                    KafkaPartitionSplit::getTopicPartition,
                    KafkaPartitionSplit::getStartingOffset));
    List<MissingOffsets> missing = wanted.isEmpty() ? List.of() : offsets.missing(wanted);
    if (!missing.isEmpty() && !offsets.areSkipped()) {
      throw offsets.end(missing);
    }

    missing.forEach(this::skip);
    added.stream()
        .filter(split -> split.getStoppingOffset().isEmpty())
        .forEach(split -> endless.add(split.splitId()));
    kafka.addSplits(added.stream().map(split -> behindGap(split, missing)).toList());
  }

  @Override
  public InputStatus pollNext(ReaderOutput<RawRecord> output) throws Exception {
    try {
      return kafka.pollNext(output);
    } catch (Exception e) {
      Optional<OffsetOutOfRangeException> gap =
          ExceptionUtils.findThrowable(e, OffsetOutOfRangeException.class);
      if (gap.isPresent() && !offsets.areSkipped()) {
        List<MissingOffsets> missing = offsets.missing(gap.get().offsetOutOfRangePartitions());
        if (!missing.isEmpty()) {
          throw offsets.end(missing);
        }
      }
      throw e; // with skip, the job starts again from its last checkpoint and skips there
    }
  }

  @Override
  public void start() {
    kafka.start();
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    return kafka.snapshotState(checkpointId);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return kafka.isAvailable();
  }

  @Override
  public void notifyNoMoreSplits() {
    kafka.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    kafka.handleSourceEvents(event);
  }

  /**
   * The connector's thread commits the offsets when its consumer returns, which takes up to ten
   * seconds while no record comes. To resume what is not paused wakes it.
   */
  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    kafka.notifyCheckpointComplete(checkpointId);
    kafka.pauseOrResumeSplits(Set.of(), endless);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    kafka.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
    kafka.pauseOrResumeSplits(toPause, toResume);
  }

  @Override
  public void close() throws Exception {
    kafka.close();
  }

  private void skip(MissingOffsets gap) {
    skipped.inc(gap.count());
    LOG.warn("Records of {} are skipped, since they are gone: {}", gap.partition().topic(), gap);
  }

  private static KafkaPartitionSplit behindGap(
      KafkaPartitionSplit split, List<MissingOffsets> missing) {
    return missing.stream()
        .filter(gap -> gap.partition().equals(split.getTopicPartition()))
        .findFirst()
        .map(
            gap ->
                new KafkaPartitionSplit(
                    gap.partition(),
                    gap.first(),
                    split.getStoppingOffset().orElse(KafkaPartitionSplit.NO_STOPPING_OFFSET)))
        .orElse(split);
  }
}
