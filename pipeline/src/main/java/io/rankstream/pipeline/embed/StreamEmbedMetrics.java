package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.metrics.RecentHistogram;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MeterView;
import org.apache.flink.metrics.MetricGroup;

/**
 * Metrics of one stream in an embedder, labelled with the stream. The task thread writes them, the
 * reporter's thread reads them.
 */
final class StreamEmbedMetrics {

  private final Counter images;
  private final CommitFreshness freshness;
  private volatile long embeddingVersion;
  private volatile long toldVersion;
  private volatile long changedAt = System.currentTimeMillis();

  /**
   * @param operator the operator's metric group
   * @param stream name of the stream
   */
  StreamEmbedMetrics(MetricGroup operator, String stream) {
    MetricGroup group = operator.addGroup("stream", stream);
    images = group.counter("numImages");
    group.meter("numImagesPerSec", new MeterView(images));
    Histogram committed = RecentHistogram.register(group, "embeddingFreshnessMs");
    freshness = new CommitFreshness(age -> committed.update(Math.max(0, age)));
    group.gauge("embeddingVersion", (Gauge<Long>) () -> embeddingVersion);
    group.gauge(
        "embeddingVersionLag", (Gauge<Long>) () -> Math.max(0, toldVersion - embeddingVersion));
    group.gauge(
        "embeddingVersionAgeMs", (Gauge<Long>) () -> System.currentTimeMillis() - changedAt);
  }

  void embedded(List<ImageInput> batch, ServedVersion version) {
    images.inc(batch.size());
    if (version.version() != embeddingVersion) {
      embeddingVersion = version.version();
      changedAt = System.currentTimeMillis();
    }
    for (ImageInput input : batch) {
      if (input.kind() == ImageInput.Kind.TAKE) { // the others are as old as they are kept
        freshness.emitted(input.image().eventTime());
      }
    }
  }

  void told(long version) {
    toldVersion = version;
  }

  void barrier(long checkpointId) {
    freshness.barrier(checkpointId);
  }

  void committed(long checkpointId, long now) {
    freshness.committed(checkpointId, now);
  }
}
