package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.EpochEvent.Kind;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.SweptPartition;
import java.time.Instant;
import java.util.List;

/**
 * A file with the weights of an epoch.
 *
 * @param pointer where it is, and which version it holds
 * @param space identifier of the embedding space
 * @param uri URI of the file
 * @param sha256 digest of the file in hexadecimal
 * @param bytes size of the file
 */
record EpochWeights(VersionPointer pointer, String space, String uri, String sha256, long bytes) {

  /** The begin of epoch 0, which needs no mark: nothing is embedded again. */
  EpochEvent begin() {
    return new EpochEvent(Kind.BEGIN, pointer.stream(), 0, pointer, null);
  }

  /**
   * The opening of an epoch.
   *
   * @param topic topic that is read again
   * @param previous version that serves
   */
  EpochEvent open(long number, String topic, VersionPointer previous, Instant now) {
    ModelVersion mark =
        ModelVersion.newBuilder()
            .setStream(pointer.stream())
            .setModelVersion(pointer.version())
            .setLineage(pointer.lineage())
            .setSpaceId(space)
            .setUri(uri)
            .setSha256(sha256)
            .setSizeBytes(bytes)
            .setPublishedAt(now)
            .setAccuracy(PrequentialFigures.newBuilder().build())
            .setEpoch(
                EpochMark.newBuilder()
                    .setNumber(number)
                    .setState(EpochState.OPENED)
                    .setOpenedAt(now)
                    .setInputTopic(topic)
                    .setPreviousLineage(previous.lineage())
                    .setPreviousVersion(previous.version())
                    .build())
            .build();
    return new EpochEvent(Kind.OPEN, pointer.stream(), number, pointer, mark);
  }

  /**
   * The end of an epoch that is open.
   *
   * @param ranges what was read again
   */
  static EpochEvent end(EpochEvent open, List<CorpusRange> ranges) {
    List<SweptPartition> partitions =
        ranges.stream().map(range -> new SweptPartition(range.partition(), range.end())).toList();
    EpochMark mark = EpochMark.newBuilder(open.mark().getEpoch()).setPartitions(partitions).build();
    return open.then(Kind.END, ModelVersion.newBuilder(open.mark()).setEpoch(mark).build());
  }
}
