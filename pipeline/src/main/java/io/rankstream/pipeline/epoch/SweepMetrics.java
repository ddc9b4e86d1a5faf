package io.rankstream.pipeline.epoch;

import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * Metrics of the epochs. The task thread writes them, the reporter's thread reads what the task
 * thread has published.
 */
final class SweepMetrics {

  private final Counter refused;
  private volatile long read;
  private volatile long total;
  private volatile List<StreamEpochs> streams;

  /**
   * @param operator the operator's metric group
   */
  SweepMetrics(MetricGroup operator, EpochBook book) {
    this.streams = book.all();
    book.onChange(() -> streams = book.all());
    refused = operator.counter("numEpochRequestsRefused");
    operator.gauge("sweepOffsetsRead", (Gauge<Long>) () -> read);
    operator.gauge("sweepOffsetsTotal", (Gauge<Long>) () -> total);
    for (StreamEpochs each : streams) {
      MetricGroup group = operator.addGroup("stream", each.stream());
      String name = each.stream();
      group.gauge("epochNumber", gauge(name, SweepMetrics::number));
      group.gauge("epochOpen", gauge(name, epochs -> epochs.open() == null ? 0 : 1));
      group.gauge("epochRequested", gauge(name, epochs -> epochs.isRequested() ? 1 : 0));
    }
  }

  /** A request, or a record that is none, was passed over. */
  void refused() {
    refused.inc();
  }

  /** The topic was read to some offsets; without ranges, it is not read. */
  void read(List<CorpusRange> ranges) {
    read = ranges.stream().mapToLong(CorpusRange::read).sum();
    total = ranges.stream().mapToLong(CorpusRange::size).sum();
  }

  private Gauge<Long> gauge(String stream, ToLongFunction<StreamEpochs> value) {
    return () ->
        streams.stream()
            .filter(each -> each.stream().equals(stream))
            .mapToLong(value)
            .findFirst()
            .orElse(0);
  }

  private static long number(StreamEpochs epochs) {
    return epochs.serving() == null ? 0 : epochs.serving().number();
  }
}
