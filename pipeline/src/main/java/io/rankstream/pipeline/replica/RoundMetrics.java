package io.rankstream.pipeline.replica;

import io.rankstream.pipeline.metrics.RecentHistogram;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/** Metrics of the rounds in a subtask. Written in the task thread. */
final class RoundMetrics {

  private final MetricGroup operator;
  private final Counter bytesOut;
  private final Counter bytesIn;
  private final Counter failures;
  private final Map<String, OfReplica> replicas = new HashMap<>();

  /** Metrics of one replica. */
  private static final class OfReplica {

    private final Counter rounds;
    private final Histogram wait;
    private final Histogram exchange;
    private volatile double divergence = Double.NaN;

    private OfReplica(MetricGroup group) {
      rounds = group.counter("numRounds");
      wait = RecentHistogram.register(group, "roundWaitMs");
      exchange = RecentHistogram.register(group, "roundExchangeMs");
      group.gauge("divergence", (Gauge<Double>) () -> divergence);
    }
  }

  /**
   * @param operator the operator's metric group
   */
  RoundMetrics(MetricGroup operator) {
    this.operator = operator;
    bytesOut = operator.counter("roundBytesOut");
    bytesIn = operator.counter("roundBytesIn");
    failures = operator.counter("numRoundFileFailures");
  }

  void written(long bytes) {
    bytesOut.inc(bytes);
  }

  void read(long bytes) {
    bytesIn.inc(bytes);
  }

  void failed() {
    failures.inc();
  }

  /**
   * A replica goes on with an average.
   *
   * @param waitMillis from its last batch to the average
   * @param exchangeMillis the part of it after all replicas had handed in
   * @param divergence its distance from the average
   */
  void adopted(
      String stream, int replica, long waitMillis, long exchangeMillis, double divergence) {
    OfReplica metrics =
        replicas.computeIfAbsent(
            stream + "\n" + replica,
            name ->
                new OfReplica(
                    operator
                        .addGroup("stream", stream)
                        .addGroup("replica", Integer.toString(replica))));
    metrics.rounds.inc();
    metrics.wait.update(waitMillis);
    metrics.exchange.update(exchangeMillis);
    metrics.divergence = divergence;
  }
}
